"""Users of the console and keys of the API: made, checked, and every log-in kept in the audit log."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hotline.actions.audit import audit
from hotline.database import Database
from hotline.errors import BadInput, HotlineError
from hotline.privacy import SealedPhone
from hotline.rules.policy import Policy
from hotline.rules.written import one_line
from hotline.tables import ApiKey, AuditEntry, User
from hotline.tables.people import CallMode, Role, Scope

SHORTEST_PASSWORD = 10
LONGEST_NAME = 64
_MOST_FAILURES = 5
_FAILURES_COUNT_FOR = timedelta(minutes=15)
_hasher = PasswordHasher()
_NOBODY = _hasher.hash(secrets.token_hex(16))  # so that an unknown name takes as long as a wrong password


class LockedOut(HotlineError):
    """Too many wrong passwords for this name of late."""

    code = "locked_out"


def add_user(
    session: Session,
    name: str,
    role: Role,
    password: str,
    now: datetime,
    dept_code: str | None = None,
    staff_no: str | None = None,
) -> User:
    """A new user. Raises BadInput naming what is wrong."""
    _check_name(name)
    if len(password) < SHORTEST_PASSWORD:
        raise BadInput("password", f"must have at least {SHORTEST_PASSWORD} characters")
    if role is Role.DEPARTMENT and not dept_code:
        raise BadInput("dept_code", "a department's user needs the code of the department")
    if staff_no is not None and not one_line(staff_no):
        raise BadInput("staff_no", "must not be empty")
    user = User(
        name=name,
        role=role,
        dept_code=dept_code,
        staff_no=staff_no,
        password_hash=_hasher.hash(password),
        created_at=now,
    )
    _add_unique(session, user, name)
    audit(session, "command", "user_added", now, subject=name, facts={"role": str(role)})
    return user


def log_in(database: Database, name: str, password: str, now: datetime) -> User | None:
    """The user, or None for a wrong name or password. Raises LockedOut after too many failures.

    Argon2 is slow on purpose, so it runs between two transactions: no other writer waits for it. Of many tries made at
    once, each is counted before its answer is given, so no more than the allowed ones ever learn anything.
    """
    name = name.replace("\0", "\N{REPLACEMENT CHARACTER}")[:LONGEST_NAME]  # as typed, but so that it can be kept
    with database.read() as session:
        _refuse_locked(session, name, now)
        user = session.scalar(select(User).where(User.name == name, User.disabled_at.is_(None)))
    is_right = _is_password(user, password) and user is not None
    with database.write() as session:
        _one_at_a_time(session, name)
        _refuse_locked(session, name, now)
        audit(session, name, "login" if is_right else "login_failed", now)
    return user if is_right else None


def _refuse_locked(session: Session, name: str, now: datetime) -> None:
    failures = session.scalar(
        select(func.count())
        .select_from(AuditEntry)
        .where(AuditEntry.actor == name, AuditEntry.action == "login_failed", AuditEntry.at > now - _FAILURES_COUNT_FOR)
    )
    if (failures or 0) >= _MOST_FAILURES:
        raise LockedOut(name)


def _one_at_a_time(session: Session, name: str) -> None:
    """Until the commit, no other try with this name is counted; also for a name that has no row to lock.

    On SQLite every writer is alone anyhow.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"log_in:{name}"))))


def log_out(session: Session, user_id: int, now: datetime) -> None:
    """End every session of this user, in whatever browser, and of whoever may have copied one."""
    user = session.get_one(User, user_id)
    session.execute(update(User).where(User.id == user_id).values(session_epoch=User.session_epoch + 1))
    audit(session, user.name, "logout", now)


def set_phone(session: Session, user: User, phone: SealedPhone, now: datetime) -> None:
    """The telephone at which `user` is rung for callbacks."""
    user.phone_box, user.phone_masked, user.phone_lookup = phone.box, phone.masked, phone.lookup
    audit(session, user.name, "phone_set", now, subject=f"user:{user.id}")


def set_skills(session: Session, name: str, skills: Iterable[str], policy: Policy, by: str, now: datetime) -> None:
    """These are all the skills that the user has from now on. Raises BadInput naming `name` or `skills`."""
    user = session.scalar(select(User).where(User.name == name))
    if user is None:
        raise BadInput("name", f"no user is called {name}")
    wanted, known = sorted(set(skills)), [skill.name for skill in policy.casework.skills]
    if unknown := [skill for skill in wanted if skill not in known]:
        raise BadInput("skills", f"not in the policy: {', '.join(unknown)} (it has: {', '.join(known) or 'none'})")
    user.skills = wanted
    audit(session, by, "skills_set", now, subject=name, facts={"skills": wanted})


def set_call_mode(user: User, mode: CallMode) -> None:
    """How `user` goes from one callback to the next."""
    user.call_mode = mode


def add_key(session: Session, name: str, scopes: Iterable[Scope], now: datetime) -> str:
    """A new API key; the key itself is returned once and never stored. Raises BadInput naming `name`."""
    _check_name(name)
    key = f"hk_{secrets.token_urlsafe(32)}"
    granted = sorted(set(scopes))
    _add_unique(session, ApiKey(name=name, digest=_digest(key), scopes=granted, created_at=now), name)
    audit(session, "command", "key_added", now, subject=name, facts={"scopes": granted})
    return key


def key_holder(session: Session, key: str) -> ApiKey | None:
    """Whose key this is, unless revoked."""
    return session.scalar(select(ApiKey).where(ApiKey.digest == _digest(key), ApiKey.revoked_at.is_(None)))


def _check_name(name: str) -> None:
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise BadInput("name", f"must have 1 to {LONGEST_NAME} printable characters")


def _is_password(user: User | None, password: str) -> bool:
    try:
        return _hasher.verify(user.password_hash if user else _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False


def _add_unique(session: Session, row: User | ApiKey, name: str) -> None:
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise BadInput("name", f"{name} exists already") from None


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
