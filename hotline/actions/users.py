"""What an administrator does to the users of the console: role, department, in and out, a new password, a new second
factor, an end to their sessions. There is always one administrator left, and nobody does it to themselves.
"""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.actions import passwords, second_factor, sessions
from hotline.actions.audit import audit
from hotline.actions.people import check_place
from hotline.actions.turns import wait_users
from hotline.errors import BadInput, Conflict, NotFound
from hotline.tables import User
from hotline.tables.access import SessionEnd
from hotline.tables.people import MANAGERS, Role


def named(session: Session, name: str) -> User:
    """Raises BadInput naming `name`."""
    user = session.scalar(select(User).where(User.name == name))
    if user is None:
        raise BadInput("name", f"there is no user {name}")
    return user


def change_role(
    session: Session,
    actor: str,
    user_id: int,
    role: Role,
    dept_code: str | None,
    staff_no: str | None,
    now: datetime,
) -> None:
    """Another role or place; their sessions end, and who leads from now on chooses another password.

    Raises NotFound, Conflict, or BadInput naming what is wrong.
    """
    user = _other(session, actor, user_id)
    before, after = (user.role, user.dept_code, user.staff_no), (role, dept_code, staff_no)
    if before == after:
        return
    check_place(role, dept_code, staff_no)
    if role is not Role.ADMIN:
        _leave_an_administrator(session, user)
    user.role, user.dept_code, user.staff_no = after
    if role in MANAGERS and before[0] not in MANAGERS:  # whose passwords are longer
        user.must_change_password = True
    facts = {"from": list(before), "to": list(after)}
    audit(session, actor, "role_changed", now, subject=f"user:{user_id}", facts=facts)
    sessions.end_all(session, actor, user, SessionEnd.ROLE, now)


def disable(session: Session, actor: str, user_id: int, now: datetime) -> None:
    """Nobody logs in with this name any more; their sessions end. Raises NotFound or Conflict."""
    user = _other(session, actor, user_id)
    if user.disabled_at is not None:
        return
    _leave_an_administrator(session, user)
    user.disabled_at = now
    audit(session, actor, "user_disabled", now, subject=f"user:{user_id}")
    sessions.end_all(session, actor, user, SessionEnd.DISABLED, now)


def enable(session: Session, actor: str, user_id: int, now: datetime) -> None:
    """They may log in again. Raises NotFound."""
    user = _other(session, actor, user_id)
    if user.disabled_at is not None:
        user.disabled_at = None
        audit(session, actor, "user_enabled", now, subject=f"user:{user_id}")


def set_password(
    session: Session, actor: str, user_id: int, password: str, now: datetime, *, must_change: bool
) -> None:
    """A password that somebody else sets; their sessions end. Raises NotFound, Conflict or WeakPassword."""
    user = _other(session, actor, user_id)
    passwords.check_new(password, user.name, user.role)
    passwords.replace(session, user, passwords.hashed(password), now, must_change=must_change)
    audit(session, actor, "password_set", now, subject=f"user:{user_id}")
    sessions.end_all(session, actor, user, SessionEnd.PASSWORD, now)


def reset_second_factor(session: Session, actor: str, user_id: int, now: datetime) -> None:
    """The telephone is lost: they set up another at their next log-in. Raises NotFound or Conflict."""
    user = _other(session, actor, user_id)
    second_factor.forget(session, user)
    audit(session, actor, "second_factor_reset", now, subject=f"user:{user_id}")
    sessions.end_all(session, actor, user, SessionEnd.SECOND_FACTOR, now)


def end_sessions(session: Session, actor: str, user_id: int, now: datetime) -> None:
    """They log in again, wherever they were. Raises NotFound."""
    sessions.end_all(session, actor, _other(session, actor, user_id), SessionEnd.ENDED, now)


def unlock(session: Session, actor: str, user_id: int, now: datetime) -> None:
    """Wrong tries before now do not count any more. Raises NotFound."""
    user = _other(session, actor, user_id)
    user.unlocked_at = now
    audit(session, actor, "user_unlocked", now, subject=f"user:{user_id}")


def _other(session: Session, actor: str, user_id: int) -> User:
    """The user, while nobody else changes users. Raises NotFound, or Conflict for one's own account."""
    wait_users(session)
    user = session.get(User, user_id, with_for_update=True, populate_existing=True)
    if user is None:
        raise NotFound(f"user {user_id}")
    if user.name == actor:
        raise Conflict("one's own account", code="own_account")
    return user


def _leave_an_administrator(session: Session, user: User) -> None:
    others = select(func.count()).where(User.role == Role.ADMIN, User.disabled_at.is_(None), User.id != user.id)
    if user.role is Role.ADMIN and user.disabled_at is None and not session.scalar(others):
        raise Conflict("the last administrator", code="last_admin")
