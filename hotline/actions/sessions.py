"""Sessions of the console: begun with the right password, complete when every step of the log-in is done, ended by
their owner, by an administrator, or by being idle or open for too long.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from hotline.actions.audit import audit
from hotline.actions.second_factor import is_needed
from hotline.errors import NotFound
from hotline.tables import ConsoleSession, User
from hotline.tables.access import SessionEnd

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
ON_THE_WAY = timedelta(minutes=15)  # from the password to the last step of a log-in
_TOUCH_AFTER = timedelta(minutes=1)


class Step(StrEnum):
    """What a log-in still asks for."""

    CODE = "code"
    PASSWORD = "password"  # noqa: S105  # somebody else set the present one
    ENROL = "enrol"


@dataclass(frozen=True, slots=True)
class Browser:
    """From where somebody logs in, as it is kept; `id` and `users`, those who came in before, from its own cookie."""

    name: str
    address: str
    id: str
    users: frozenset[int] = frozenset()


def missing(user: User, begun: ConsoleSession, everyone: bool) -> Step | None:
    """The next step of this log-in; none = it is done."""
    if user.totp_since is not None and begun.proved_at is None:
        return Step.CODE
    if user.must_change_password:
        return Step.PASSWORD
    if user.totp_since is None and is_needed(user, everyone):
        return Step.ENROL
    return None


def begin(session: Session, user: User, browser: Browser, now: datetime) -> tuple[ConsoleSession, str]:
    """A new session, and its token, which is known to the browser alone."""
    token = secrets.token_urlsafe(32)
    begun = ConsoleSession(
        digest=_digest(token),
        user_id=user.id,
        began_at=now,
        seen_at=now,
        browser=browser.name[:200],
        address=browser.address[:64],
    )
    session.add(begun)
    session.flush()
    return begun, token


def complete_if_done(session: Session, user: User, begun: ConsoleSession, everyone: bool, now: datetime) -> str | None:
    """Open the console if no step is missing."""
    return None if missing(user, begun, everyone) else complete(session, user, begun, now)


def complete(session: Session, user: User, begun: ConsoleSession, now: datetime) -> str:
    """Open the console. The token changes: what was known half-way opens nothing."""
    token = secrets.token_urlsafe(32)
    begun.digest, begun.completed_at, begun.seen_at, begun.proposed_box = _digest(token), now, now, None
    audit(session, user.name, "login", now, subject=f"session:{begun.id}")
    return token


def find(session: Session, token: str, now: datetime) -> tuple[ConsoleSession, User] | None:
    """The session of this token and whose it is, if it is complete and open; nobody is let in by another one."""
    return _found(session, token, is_open(now))


def find_on_the_way(session: Session, token: str, now: datetime) -> tuple[ConsoleSession, User] | None:
    """The same of a log-in that is not complete yet."""
    begun = (ConsoleSession.completed_at.is_(None), ConsoleSession.began_at > now - ON_THE_WAY)
    return _found(session, token, begun)


def _found(session: Session, token: str, which: Sequence[ColumnElement[bool]]) -> tuple[ConsoleSession, User] | None:
    wanted = (ConsoleSession.digest == _digest(token), ConsoleSession.ended_at.is_(None), User.disabled_at.is_(None))
    joined = select(ConsoleSession, User).join(User, User.id == ConsoleSession.user_id)
    found = session.execute(joined.where(*wanted, *which)).first()
    return None if found is None else (found[0], found[1])


def is_worth_a_touch(seen_at: datetime, now: datetime) -> bool:
    """Not with every request, so that few of them write."""
    return now - seen_at > _TOUCH_AFTER


def touch(session: Session, session_id: int, now: datetime) -> None:
    """Somebody is at the desk: the idle time begins anew."""
    session.execute(update(ConsoleSession).where(ConsoleSession.id == session_id).values(seen_at=now))


def open_sessions(session: Session, user_id: int, now: datetime) -> Sequence[ConsoleSession]:
    """Where somebody is logged in, the one that was used last first."""
    mine = select(ConsoleSession).where(ConsoleSession.user_id == user_id)
    return session.scalars(mine.where(*is_open(now)).order_by(ConsoleSession.seen_at.desc(), ConsoleSession.id)).all()


def end(session: Session, actor: str, user_id: int, session_id: int, why: SessionEnd, now: datetime) -> None:
    """End one session of this user. Raises NotFound; one that has ended stays as it is."""
    row = session.get(ConsoleSession, session_id)
    if row is None or row.user_id != user_id:
        raise NotFound(f"session {session_id}")
    if row.ended_at is None:
        row.ended_at, row.ended_by, row.why = now, actor, why
        action = "logout" if why is SessionEnd.LOGGED_OUT else "session_ended"
        audit(session, actor, action, now, subject=f"session:{session_id}")


def end_all(session: Session, actor: str, user: User, why: SessionEnd, now: datetime) -> None:
    """End every session of this user, in whatever browser, and of whoever may have copied one."""
    _end_running(session, actor, user, why, now)
    audit(session, actor, "sessions_ended", now, subject=f"user:{user.id}", facts={"why": str(why)})


def end_others(session: Session, user: User, kept: ConsoleSession, why: SessionEnd, now: datetime) -> None:
    """End every other log-in that was begun with what is no more: whoever knew it goes no further."""
    _end_running(session, user.name, user, why, now, ConsoleSession.id != kept.id)


def _end_running(
    session: Session, actor: str, user: User, why: SessionEnd, now: datetime, *which: ColumnElement[bool]
) -> None:
    running = update(ConsoleSession).where(ConsoleSession.user_id == user.id, ConsoleSession.ended_at.is_(None), *which)
    session.execute(running.values(ended_at=now, ended_by=actor, why=why))


def is_open(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """The sessions with which somebody is logged in now."""
    return (
        ConsoleSession.ended_at.is_(None),
        ConsoleSession.completed_at.is_not(None),
        ConsoleSession.seen_at > now - IDLE,
        ConsoleSession.completed_at > now - LONGEST,
    )


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
