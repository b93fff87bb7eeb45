"""Who may do what: users of the console, keys of the API, and the audit log of what they did."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from hotline.tables.base import Base, HasId, Word


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


class User(HasId, Base):
    """A person of the console. `phone_box` is the telephone at which an agent is rung, `phone_lookup` finds it;
    `skills` are the policy's.
    `staff_no`: their number in the records of their department; a department's user who has one only explains.

    A session of the console is good for one `session_epoch`: raising it ends all sessions of this user.
    """

    __tablename__ = "users"

    name: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[Role] = mapped_column(Word(Role))
    dept_code: Mapped[str | None] = mapped_column(String(64))
    staff_no: Mapped[str | None] = mapped_column(String(64))
    password_hash: Mapped[str] = mapped_column(String(200))
    session_epoch: Mapped[int] = mapped_column(default=0)
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
    """Who did what to what, when. Never changed."""

    __tablename__ = "audit_entries"

    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(64), index=True)
    action: Mapped[str] = mapped_column(String(48), index=True)
    subject: Mapped[str | None] = mapped_column(String(96))
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
