"""The users of the console as an administrator sees them: who is disabled or locked out, how they log in, when last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from hotline.actions.log_in import LOCKED_FOR, MOST_FAILURES, is_failure
from hotline.actions.sessions import is_open
from hotline.tables import AuditEntry, ConsoleSession, User
from hotline.tables.people import Role


@dataclass(frozen=True, slots=True)
class Listed:
    """A user; `seen_at`: when they last did something; `sessions`: in how many browsers they are logged in now."""

    user: User
    seen_at: datetime | None
    sessions: int
    is_locked: bool


def list_users(
    session: Session, now: datetime, most: int, after: str = "", role: Role | None = None, part: str = ""
) -> Sequence[Listed]:
    """Up to `most` users by name, those `after` a name, of a `role`, with `part` in their name or department."""
    wanted = select(User).where(User.name > after).order_by(User.name).limit(most)
    if role is not None:
        wanted = wanted.where(User.role == role)
    if part:
        wanted = wanted.where(or_(User.name.icontains(part, autoescape=True), User.dept_code == part))
    users = session.scalars(wanted).all()
    ids = [user.id for user in users]
    seen, logged_in, locked = _seen(session, ids), _logged_in(session, ids, now), locked_names(session, ids, now)
    return [Listed(user, seen.get(user.id), logged_in.get(user.id, 0), user.name in locked) for user in users]


def locked_names(session: Session, ids: Sequence[int], now: datetime) -> frozenset[str]:
    """Whose names are locked for browsers that they were never used in."""
    tries = (
        select(AuditEntry.actor)
        .join(User, User.name == AuditEntry.actor)
        .where(User.id.in_(ids), *is_failure(now - LOCKED_FOR), AuditEntry.subject.is_(None))
        .where(or_(User.unlocked_at.is_(None), AuditEntry.at > User.unlocked_at))
    )
    return frozenset(session.scalars(tries.group_by(AuditEntry.actor).having(func.count() >= MOST_FAILURES)))


def _seen(session: Session, ids: Sequence[int]) -> dict[int, datetime]:
    last = select(ConsoleSession.user_id, func.max(ConsoleSession.seen_at)).where(
        ConsoleSession.user_id.in_(ids), ConsoleSession.completed_at.is_not(None)
    )
    return {row[0]: row[1] for row in session.execute(last.group_by(ConsoleSession.user_id))}


def _logged_in(session: Session, ids: Sequence[int], now: datetime) -> dict[int, int]:
    running = select(ConsoleSession.user_id, func.count()).where(ConsoleSession.user_id.in_(ids), *is_open(now))
    return {row[0]: row[1] for row in session.execute(running.group_by(ConsoleSession.user_id))}
