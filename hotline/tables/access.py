"""How people are let in: sessions of the console, recovery codes, passwords they had; and checks of the audit log."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from hotline.tables.base import Base, BigInt, HasId, Word


class SessionEnd(StrEnum):
    """Why a session was ended. One that was idle or open for too long ends without a word."""

    LOGGED_OUT = "logged_out"
    ENDED = "ended"  # on a page, from another session
    PASSWORD = "password"  # noqa: S105  # the password became another
    ROLE = "role"
    DISABLED = "disabled"
    SECOND_FACTOR = "second_factor"


class ConsoleSession(HasId, Base):
    """One log-in of one person in one browser; `digest` is the SHA-256 of the token in the browser's cookie.

    It opens the console from `completed_at` on, when every step of the log-in was done. `proposed_box` is the secret of
    a second factor that is being set up.
    """

    __tablename__ = "console_sessions"
    __table_args__ = (Index("ix_console_sessions_user_id_seen_at", "user_id", "seen_at"),)

    digest: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    began_at: Mapped[datetime]
    proved_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    seen_at: Mapped[datetime]
    proposed_box: Mapped[bytes | None] = mapped_column(LargeBinary)
    browser: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(64))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(64))
    why: Mapped[SessionEnd | None] = mapped_column(Word(SessionEnd))


class RecoveryCode(HasId, Base):
    """Stands in once for a code of the second factor; kept as its SHA-256 (80 random bits need no salt)."""

    __tablename__ = "recovery_codes"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None]


class FormerPassword(HasId, Base):
    """A password that somebody had before the present one, as its argon2 hash."""

    __tablename__ = "former_passwords"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    replaced_at: Mapped[datetime]


class AuditCheck(HasId, Base):
    """The audit log was followed from its first entry on, as far as `number`, whose seal is `seal`; `ended_at` when it
    came to the end, or to the first entry that is wrong (`fault`)."""

    __tablename__ = "audit_checks"

    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    number: Mapped[int] = mapped_column(BigInt)
    seal: Mapped[str] = mapped_column(String(64))
    fault: Mapped[str | None] = mapped_column(String(24))
