"""The second factor of a log-in: codes that a telephone computes from a secret (TOTP, RFC 6238), each good once, and
recovery codes that stand in for it.
"""

import secrets
from base64 import b32encode
from datetime import datetime
from hashlib import sha256

import pyotp
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from hotline.errors import HotlineError
from hotline.privacy import Vault
from hotline.tables import RecoveryCode, User
from hotline.tables.people import MANAGERS

RECOVERY_CODES = 8
_DRIFT = 1  # steps of half a minute that a telephone's clock may be early or late
_RECOVERY_BYTES = 10  # 80 bits


def is_needed(user: User, everyone: bool) -> bool:
    """Must this person log in with one? `everyone` is a setting; nothing exempts who leads."""
    return everyone or user.role in MANAGERS


def new_secret() -> str:
    """160 random bits, as the telephone's application is told them."""
    return pyotp.random_base32()


def address_of(secret: str, user_name: str, issuer: str) -> str:
    """What the QR code says (`otpauth://totp/…`)."""
    return pyotp.TOTP(secret).provisioning_uri(name=user_name, issuer_name=issuer)


def sealed_for(user_id: int, secret: str, vault: Vault) -> bytes:
    """A secret as it is kept; in the row of another user it opens nothing."""
    return vault.seal(f"totp:{user_id}:{secret}")


def opened_for(user_id: int, box: bytes, vault: Vault) -> str:
    """Raises HotlineError(code="data_key") when another key sealed it, or for somebody else."""
    owner, _, secret = vault.open(box).rpartition(":")
    if owner != f"totp:{user_id}":
        raise HotlineError("a secret that was sealed for somebody else", code="data_key")
    return secret


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The half minute whose code this is, among the present one and its neighbours."""
    totp, present = pyotp.TOTP(secret), int(now.timestamp()) // 30
    digits = "".join(code.split())
    for step in range(present - _DRIFT, present + _DRIFT + 1):
        if digits.isascii() and secrets.compare_digest(totp.generate_otp(step), digits):
            return step
    return None


def take_code(session: Session, user: User, code: str, vault: Vault, now: datetime) -> bool:
    """Is it a code of this user that was not used yet? It is used now, and every earlier one with it."""
    if user.totp_box is None:
        return False
    step = step_of(opened_for(user.id, user.totp_box, vault), code, now)
    if step is None:
        return False
    later = update(User).where(User.id == user.id, User.totp_step < step).values(totp_step=step)
    return session.scalar(later.returning(User.id)) is not None


def take_recovery_code(session: Session, user: User, code: str, now: datetime) -> bool:
    """Is it one of this user's recovery codes that was not used yet? It is used now."""
    mine = (RecoveryCode.user_id == user.id, RecoveryCode.digest == _digest(code), RecoveryCode.used_at.is_(None))
    used = update(RecoveryCode).where(*mine).values(used_at=now).returning(RecoveryCode.id)
    return session.scalar(used) is not None


def put_in_force(session: Session, user: User, secret: str, step: int, vault: Vault, now: datetime) -> list[str]:
    """From now on log-ins ask for codes of `secret`, that of `step` being used; returns its recovery codes."""
    user.totp_box, user.totp_since, user.totp_step = sealed_for(user.id, secret, vault), now, step
    return new_recovery_codes(session, user)


def new_recovery_codes(session: Session, user: User) -> list[str]:
    """Others in place of those there were; shown once, kept as hashes."""
    codes = [_readable(b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode().lower()) for _ in range(RECOVERY_CODES)]
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    session.execute(insert(RecoveryCode), [{"user_id": user.id, "digest": _digest(code)} for code in codes])
    return codes


def recovery_codes_left(session: Session, user_id: int) -> int:
    left = select(func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return session.scalar(left) or 0


def forget(session: Session, user: User) -> None:
    """The person sets up another at their next log-in, if they need one."""
    user.totp_box, user.totp_since, user.totp_step = None, None, 0
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))


def _readable(code: str) -> str:
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def _digest(code: str) -> str:
    """However it is typed: capitals, blanks and dashes do not matter."""
    plain = "".join(sign for sign in code.lower() if sign.isalnum())
    return sha256(plain.encode()).hexdigest()
