"""Passwords of the console: kept as argon2, judged before they are taken, never one of the last three."""

import secrets
from datetime import datetime
from functools import cache
from importlib.resources import files

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hotline.errors import BadInput
from hotline.rules.passwords import LONGEST, SHORTEST, SHORTEST_OF_MANAGERS, PasswordFault, fault_of
from hotline.tables import FormerPassword, User
from hotline.tables.people import MANAGERS, Role

_REMEMBERED = 2  # besides the present one
_hasher = PasswordHasher()
_NOBODY = _hasher.hash(secrets.token_hex(16))  # so that an unknown name takes as long as a wrong password
_SAID = {
    PasswordFault.SHORT: "must have at least {shortest} characters",
    PasswordFault.LONG: f"must have at most {LONGEST} characters",
    PasswordFault.NAME: "must not be the user name with a little added",
    PasswordFault.SIMPLE: "is made of too few different characters",
    PasswordFault.COMMON: "is one of the commonest",
    PasswordFault.USED: "is one of the last three",
}


class WeakPassword(BadInput):
    """Not taken as a password; `code` is the PasswordFault."""

    def __init__(self, fault: PasswordFault, shortest: int) -> None:
        super().__init__("password", _SAID[fault].format(shortest=shortest))
        self.code = fault


def shortest_for(role: Role) -> int:
    """How many characters a password of this role must have."""
    return SHORTEST_OF_MANAGERS if role in MANAGERS else SHORTEST


def check_new(password: str, name: str, role: Role) -> None:
    """Raises WeakPassword."""
    shortest = shortest_for(role)
    if fault := fault_of(password, name, shortest, _common()):
        raise WeakPassword(fault, shortest)


def check_not_used(password: str, role: Role, hashes: list[str]) -> None:
    """Raises WeakPassword if `password` is the one of any of these hashes. Slow: ask outside transactions."""
    if any(verified(kept, password) for kept in hashes):
        raise WeakPassword(PasswordFault.USED, shortest_for(role))


def last_hashes(session: Session, user: User) -> list[str]:
    """The present password's and those before it, as far as they are remembered."""
    former = select(FormerPassword.password_hash).where(FormerPassword.user_id == user.id)
    return [user.password_hash, *session.scalars(former.order_by(FormerPassword.id.desc()).limit(_REMEMBERED))]


def hashed(password: str) -> str:
    """Slow on purpose."""
    return _hasher.hash(password)


def verified(password_hash: str, password: str) -> bool:
    """Slow on purpose."""
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def is_password_of(user: User | None, password: str) -> bool:
    """As slow for nobody as for somebody."""
    return verified(user.password_hash if user else _NOBODY, password) and user is not None


def hashed_anew(user: User, password: str) -> str | None:
    """The right password by today's parameters, if it is kept by lower ones."""
    return hashed(password) if _hasher.check_needs_rehash(user.password_hash) else None


def replace(session: Session, user: User, password_hash: str, now: datetime, *, must_change: bool) -> None:
    """Keep another password; the ones before it are remembered."""
    session.add(FormerPassword(user_id=user.id, password_hash=user.password_hash, replaced_at=now))
    session.flush()
    kept = select(FormerPassword.id).where(FormerPassword.user_id == user.id).order_by(FormerPassword.id.desc())
    remembered = session.scalars(kept.limit(_REMEMBERED)).all()
    session.execute(
        delete(FormerPassword).where(FormerPassword.user_id == user.id, FormerPassword.id.not_in(remembered))
    )
    user.password_hash, user.password_set_at, user.must_change_password = password_hash, now, must_change


def temporary_password() -> str:
    """One that is told to a person, to be changed at their first log-in; without what is easily misread."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))


@cache
def _common() -> frozenset[str]:
    lines = files("hotline.actions").joinpath("common_passwords.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))
