"""Who may do what: users of the console, keys of the API, and the audit log of what they did."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from hotline.tables.base import Base, BigInt, HasId, Word


class Role(StrEnum):
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    DEPARTMENT = "department"
    REVIEWER = "reviewer"
    AUDITOR = "auditor"
    ADMIN = "admin"


class CallMode(StrEnum):
    """How an agent goes from one callback to the next: it opens by itself, or is chosen in the queue; or, with calls
    made by the agent's own telephone, it opens by itself."""

    PREVIEW = "preview"
    MANUAL = "manual"
    OWN_PHONE = "own_phone"


MANAGERS = frozenset({Role.SUPERVISOR, Role.ADMIN})  # whose log-in needs a second factor, whatever the settings say


def _created_at(context: Any) -> datetime:
    """The first password is as old as its user."""
    at: datetime = context.get_current_parameters()["created_at"]
    return at


class User(HasId, Base):
    """A person of the console. `phone_box` is the telephone at which an agent is rung, `phone_lookup` finds it;
    `skills` are the policy's.
    `staff_no`: their number in the records of their department; a department's user who has one only explains.

    The second factor is in force from `totp_since` on: its secret sealed in `totp_box`, its last used code of the half
    minute `totp_step`. Failures before `unlocked_at` do not count any more.
    """

    __tablename__ = "users"

    name: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[Role] = mapped_column(Word(Role))
    dept_code: Mapped[str | None] = mapped_column(String(64))
    staff_no: Mapped[str | None] = mapped_column(String(64))
    password_hash: Mapped[str] = mapped_column(String(200))
    password_set_at: Mapped[datetime] = mapped_column(default=_created_at)
    must_change_password: Mapped[bool] = mapped_column(default=False)
    totp_box: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_since: Mapped[datetime | None]
    totp_step: Mapped[int] = mapped_column(BigInt, default=0)
    unlocked_at: Mapped[datetime | None]
    phone_box: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_masked: Mapped[str | None] = mapped_column(String(32))
    phone_lookup: Mapped[str | None] = mapped_column(String(64), index=True)
    skills: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    call_mode: Mapped[CallMode] = mapped_column(Word(CallMode), default=CallMode.MANUAL, server_default="manual")
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]

    @property
    def only_explains(self) -> bool:
        """A member of a department's staff, who may be rated: never to see a case of it."""
        return self.role is Role.DEPARTMENT and self.staff_no is not None


class Scope(StrEnum):
    INTAKE = "intake"
    RATINGS = "ratings"


class ApiKey(HasId, Base):
    """A key of the API, stored as its SHA-256 (the key itself is 256 random bits, so no salt is needed)."""

    __tablename__ = "api_keys"

    name: Mapped[str] = mapped_column(String(64), unique=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class AuditEntry(HasId, Base):
    """Who did what to what, when. Never changed; `seal` covers all of it and the seal before it (rules.audit_chain)."""

    __tablename__ = "audit_entries"

    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(64), index=True)
    action: Mapped[str] = mapped_column(String(48), index=True)
    subject: Mapped[str | None] = mapped_column(String(96))
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    number: Mapped[int] = mapped_column(BigInt, unique=True)
    previous: Mapped[str] = mapped_column(String(64))
    seal: Mapped[str] = mapped_column(String(64))
