"""Logging in, step by step: the password, the code of the second factor, a password of one's own, a second factor of
one's own. Every wrong try is counted, and too many of them lock the name for a while.

Strangers who try a name lock it for strangers: a browser in which its owner has been before is counted for itself.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from hotline.actions import passwords, second_factor, sessions
from hotline.actions.audit import audit
from hotline.actions.sessions import Browser
from hotline.actions.turns import wait_log_in
from hotline.database import Database
from hotline.errors import HotlineError
from hotline.privacy import Vault
from hotline.rules.phones import mask_phones_in
from hotline.tables import AuditEntry, ConsoleSession, User
from hotline.tables.access import SessionEnd

LONGEST_NAME = 64
LOCKED_FOR = timedelta(minutes=15)
MOST_FAILURES = 5
_FAILED = "login_failed"
_REGION = "CN"  # of telephone numbers: who is not let in yet has no policy


class LockedOut(HotlineError):
    """Too many wrong tries with this name of late."""

    code = "locked_out"


class WrongSecret(HotlineError):
    """Not this person's password, or not a code of theirs that is still good."""

    code = "wrong_secret"


class SessionGone(HotlineError):
    """This log-in took too long, was ended, or is at another step."""

    code = "session_gone"


@dataclass(frozen=True, slots=True)
class Begun:
    """A log-in as far as it has come: its token, whose it is, and whether the console is open with it."""

    token: str
    user: User
    is_complete: bool


def log_in(
    database: Database, name: str, password: str, browser: Browser, everyone: bool, now: datetime
) -> Begun | None:
    """The first step; None for a wrong name or password. Raises LockedOut after too many failures.

    Argon2 is slow on purpose, so it runs between two transactions: no other writer waits for it. Of many tries made at
    once, each is counted before its answer is given, so no more than the allowed ones ever learn anything.
    """
    name = name.replace("\0", "\N{REPLACEMENT CHARACTER}")[:LONGEST_NAME]  # as typed, but so that it can be kept
    with database.read() as session:
        user = session.scalar(select(User).where(User.name == name, User.disabled_at.is_(None)))
        if user is None:  # the audit log never lets go of what was typed, and it is often one's own number
            name = mask_phones_in(name, _REGION)
        refuse_locked(session, name, user, browser, now)
    is_right = passwords.is_password_of(user, password)
    anew = passwords.hashed_anew(user, password) if is_right and user is not None else None
    with database.write() as session:
        wait_log_in(session, name)
        refuse_locked(session, name, user, browser, now)
        if not is_right or user is None:
            note_failure(session, name, user, browser, "password", now)
            return None
        checked_against, user = user.password_hash, session.get_one(User, user.id, with_for_update=True)
        if user.password_hash != checked_against or user.disabled_at is not None:  # changed in this very moment
            return None
        user.password_hash = anew or user.password_hash
        return _begun(session, user, browser, everyone, now)


def _begun(session: Session, user: User, browser: Browser, everyone: bool, now: datetime) -> Begun:
    row, token = sessions.begin(session, user, browser, now)
    complete = sessions.complete_if_done(session, user, row, everyone, now)
    if complete is None:
        audit(session, user.name, "login_begun", now, subject=f"session:{row.id}")
    return Begun(complete or token, user, complete is not None)


def give_code(
    database: Database, vault: Vault, token: str, code: str, browser: Browser, everyone: bool, now: datetime
) -> Begun:
    """The second step, by a code of the telephone or a recovery code. Raises WrongSecret, LockedOut, or SessionGone."""
    with database.write() as session:
        row, user = on_the_way(session, token, now)
        wait_log_in(session, user.name)
        refuse_locked(session, user.name, user, browser, now)
        is_recovery = second_factor.take_recovery_code(session, user, code, now)
        if is_recovery or second_factor.take_code(session, user, code, vault, now):
            row.proved_at = now
            if is_recovery:
                audit(session, user.name, "recovery_code_used", now, subject=f"user:{user.id}")
            return _gone_on(session, user, row, token, everyone, now)
        note_failure(session, user.name, user, browser, "code", now)
    raise WrongSecret(user.name)


def choose_password(database: Database, token: str, password: str, everyone: bool, now: datetime) -> Begun:
    """A password of one's own in place of one that somebody else set. Raises WeakPassword or SessionGone."""
    with database.read() as session:
        _, user = on_the_way(session, token, now)
        known = passwords.last_hashes(session, user)
    passwords.check_new(password, user.name, user.role)
    passwords.check_not_used(password, user.role, known)
    password_hash = passwords.hashed(password)
    with database.write() as session:
        row, user = on_the_way(session, token, now, sessions.Step.PASSWORD, everyone)
        passwords.replace(session, user, password_hash, now, must_change=False)
        audit(session, user.name, "password_changed", now, subject=f"user:{user.id}")
        sessions.end_others(session, user, row, SessionEnd.PASSWORD, now)
        return _gone_on(session, user, row, token, everyone, now)


def proposed_secret(database: Database, vault: Vault, token: str, everyone: bool, now: datetime) -> tuple[User, str]:
    """The secret that this log-in proposes for the second factor, the same however often asked. Raises SessionGone."""
    with database.write() as session:
        row, user = on_the_way(session, token, now, sessions.Step.ENROL, everyone)
        return user, propose(row, vault)


def propose(row: ConsoleSession, vault: Vault) -> str:
    """The secret that a session proposes; a new one if it has none."""
    if row.proposed_box is None:
        row.proposed_box = second_factor.sealed_for(row.user_id, second_factor.new_secret(), vault)
    return second_factor.opened_for(row.user_id, row.proposed_box, vault)


def enrol(
    database: Database, vault: Vault, token: str, code: str, everyone: bool, now: datetime
) -> tuple[Begun, list[str]]:
    """The proposed secret is in force once a code shows that a telephone has it; with its recovery codes.

    Raises WrongSecret or SessionGone.
    """
    with database.write() as session:
        row, user = on_the_way(session, token, now, sessions.Step.ENROL, everyone)
        codes = put_proposed_in_force(session, user, row, vault, code, now)
        row.proved_at = now
        return _gone_on(session, user, row, token, everyone, now), codes


def put_proposed_in_force(
    session: Session, user: User, row: ConsoleSession, vault: Vault, code: str, now: datetime
) -> list[str]:
    """Raises WrongSecret when no telephone has the secret that this session proposes."""
    secret = propose(row, vault)
    step = second_factor.step_of(secret, code, now)
    if step is None:
        raise WrongSecret(user.name)
    row.proposed_box = None
    audit(session, user.name, "second_factor_set", now, subject=f"user:{user.id}")
    return second_factor.put_in_force(session, user, secret, step, vault, now)


def on_the_way(
    session: Session, token: str, now: datetime, step: sessions.Step | None = None, everyone: bool = False
) -> tuple[ConsoleSession, User]:
    """A log-in that is not complete, at `step` if that is given; then no other one of this person takes the step at the
    same moment. Raises SessionGone."""
    found = sessions.find_on_the_way(session, token, now)
    if found is not None and step is not None:
        session.refresh(found[1], with_for_update=True)
        found = sessions.find_on_the_way(session, token, now)
    if found is None or (step is not None and sessions.missing(found[1], found[0], everyone) is not step):
        raise SessionGone("log-in")
    return found


def _gone_on(session: Session, user: User, row: ConsoleSession, token: str, everyone: bool, now: datetime) -> Begun:
    complete = sessions.complete_if_done(session, user, row, everyone, now)
    return Begun(complete or token, user, complete is not None)


def note_failure(session: Session, name: str, user: User | None, browser: Browser, step: str, now: datetime) -> None:
    """Count a wrong try."""
    audit(session, name, _FAILED, now, subject=_counted_for(user, browser), facts={"step": step})


def refuse_locked(session: Session, name: str, user: User | None, browser: Browser, now: datetime) -> None:
    """Raises LockedOut."""
    since = now - LOCKED_FOR
    if user is not None and user.unlocked_at is not None:
        since = max(since, user.unlocked_at)
    tries = select(func.count()).select_from(AuditEntry).where(AuditEntry.actor == name, *is_failure(since))
    if (session.scalar(tries.where(AuditEntry.subject == _counted_for(user, browser))) or 0) >= MOST_FAILURES:
        raise LockedOut(name)


def is_failure(since: datetime) -> tuple[ColumnElement[bool], ...]:
    """Entries of the audit log that count against a name; without a subject those of browsers that are not its own."""
    return AuditEntry.action == _FAILED, AuditEntry.at > since


def _counted_for(user: User | None, browser: Browser) -> str | None:
    return f"browser:{browser.id}" if user is not None and user.id in browser.users else None
