"""What somebody who is logged in does to their own account: another password, another telephone for the codes, other
recovery codes. Each asks for the password once more, and wrong ones count as they do at the log-in.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from hotline.actions import passwords, second_factor, sessions
from hotline.actions.audit import audit
from hotline.actions.log_in import WrongSecret, note_failure, propose, put_proposed_in_force, refuse_locked
from hotline.actions.sessions import Browser
from hotline.actions.turns import wait_log_in
from hotline.database import Database
from hotline.privacy import Vault
from hotline.tables import ConsoleSession, User
from hotline.tables.access import SessionEnd


def change_password(
    database: Database, user_id: int, given: str, password: str, browser: Browser, now: datetime
) -> str:
    """Another password; every session ends, and the token is that of a new one.

    Raises LockedOut, WrongSecret (not the present password) or WeakPassword.
    """
    user, known = prove_password(database, user_id, given, browser, now)
    passwords.check_new(password, user.name, user.role)
    passwords.check_not_used(password, user.role, known)
    password_hash = passwords.hashed(password)
    with database.write() as session:
        user = session.get_one(User, user_id, with_for_update=True)
        if user.password_hash != known[0] or user.disabled_at is not None:  # changed in this very moment
            raise WrongSecret(user.name)
        passwords.replace(session, user, password_hash, now, must_change=False)
        audit(session, user.name, "password_changed", now, subject=f"user:{user.id}")
        return _only_session(session, user, SessionEnd.PASSWORD, browser, now)


def proposed_secret(database: Database, vault: Vault, session_id: int) -> str:
    """The secret that this session proposes for the codes, the same as often as it is asked."""
    with database.write() as session:
        return propose(session.get_one(ConsoleSession, session_id), vault)


def renew_second_factor(
    database: Database,
    vault: Vault,
    session_id: int,
    user_id: int,
    given: str,
    code: str,
    browser: Browser,
    now: datetime,
) -> tuple[str, list[str]]:
    """The proposed secret is in force; every session ends. The token of a new one, and recovery codes.

    Raises LockedOut or WrongSecret (not the password, or no telephone has the secret).
    """
    prove_password(database, user_id, given, browser, now)
    with database.write() as session:
        user = session.get_one(User, user_id, with_for_update=True)
        row = session.get_one(ConsoleSession, session_id)
        if row.ended_at is not None:  # in this very moment: no new one comes of it
            raise WrongSecret(user.name)
        codes = put_proposed_in_force(session, user, row, vault, code, now)
        return _only_session(session, user, SessionEnd.SECOND_FACTOR, browser, now), codes


def renew_recovery_codes(database: Database, user_id: int, given: str, browser: Browser, now: datetime) -> list[str]:
    """Other recovery codes in place of those there were. Raises LockedOut or WrongSecret."""
    prove_password(database, user_id, given, browser, now)
    with database.write() as session:
        user = session.get_one(User, user_id)
        audit(session, user.name, "recovery_codes_made", now, subject=f"user:{user.id}")
        return second_factor.new_recovery_codes(session, user)


def prove_password(
    database: Database, user_id: int, given: str, browser: Browser, now: datetime
) -> tuple[User, list[str]]:
    """Is it their password? Then also the hashes of the last ones. Raises LockedOut or WrongSecret."""
    with database.read() as session:
        user = session.get_one(User, user_id)
        refuse_locked(session, user.name, user, browser, now)
        known = passwords.last_hashes(session, user)
    is_right = passwords.is_password_of(user, given)
    with database.write() as session:
        wait_log_in(session, user.name)
        refuse_locked(session, user.name, user, browser, now)
        if not is_right:
            note_failure(session, user.name, user, browser, "password", now)
    if not is_right:
        raise WrongSecret(user.name)
    return user, known


def _only_session(session: Session, user: User, why: SessionEnd, browser: Browser, now: datetime) -> str:
    """The token of a session in place of all there were."""
    sessions.end_all(session, user.name, user, why, now)
    row, _ = sessions.begin(session, user, browser, now)
    row.proved_at = now
    return sessions.complete(session, user, row, now)
