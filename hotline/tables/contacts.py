"""What was said between us and a citizen: texts in and out, calls and their turns, opt-outs."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hotline.tables.base import Base, HasId, HasPhone, Word
from hotline.tables.service import Invitation


def in_sight_if_unknown(table: str) -> Index:
    """The few sends whose outcome nobody knows, found among millions."""
    unknown = text("state = 'unknown'")
    return Index(f"ix_{table}_unknown", "id", sqlite_where=unknown, postgresql_where=unknown)


class InboundText(HasId, HasPhone, Base):
    """A text from a citizen, what it was understood as, and what was answered. Unique by the carrier's own id."""

    __tablename__ = "inbound_texts"
    __table_args__ = (UniqueConstraint("carrier", "external_id"),)

    carrier: Mapped[str] = mapped_column(String(24))
    external_id: Mapped[str] = mapped_column(String(64))
    body: Mapped[str] = mapped_column(Text)  # phone numbers in it masked
    body_box: Mapped[bytes] = mapped_column(LargeBinary)  # as it came, sealed
    received_at: Mapped[datetime]
    invitation_id: Mapped[int | None] = mapped_column(ForeignKey("invitations.id"))
    action: Mapped[str | None] = mapped_column(String(16))
    rule: Mapped[str | None] = mapped_column(String(64))
    answer: Mapped[str | None] = mapped_column(Text)


class TextState(StrEnum):
    """queued → sending → sent → delivered, or an end that is not delivery; only ever forward."""

    QUEUED = "queued"
    SENDING = "sending"
    UNKNOWN = "unknown"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    SKIPPED = "skipped"


class OutboundText(HasId, HasPhone, Base):
    """A text from us. Its id stands in the status-callback URL, so that even an ambiguous send can be settled."""

    __tablename__ = "outbound_texts"
    __table_args__ = (in_sight_if_unknown("outbound_texts"),)

    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitations.id"), index=True)
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[TextState] = mapped_column(Word(TextState))
    external_id: Mapped[str | None] = mapped_column(String(64), index=True)
    error_code: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]

    invitation: Mapped[Invitation] = relationship(lazy="joined", innerjoin=True)


class CallState(StrEnum):
    """queued → sending → ringing → answered → ended; only ever forward."""

    QUEUED = "queued"
    SENDING = "sending"
    UNKNOWN = "unknown"
    RINGING = "ringing"
    ANSWERED = "answered"
    ENDED = "ended"


class Call(HasId, HasPhone, Base):
    """A survey call, from us or to us. `result` is the carrier's last word on it (completed, busy, no-answer …)."""

    __tablename__ = "calls"
    __table_args__ = (UniqueConstraint("carrier", "external_id"), in_sight_if_unknown("calls"))

    carrier: Mapped[str] = mapped_column(String(24))
    external_id: Mapped[str | None] = mapped_column(String(64))
    inbound: Mapped[bool]
    invitation_id: Mapped[int | None] = mapped_column(ForeignKey("invitations.id"), index=True)
    script: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(16))
    state: Mapped[CallState] = mapped_column(Word(CallState))
    result: Mapped[str | None] = mapped_column(String(24))
    try_no: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    invitation: Mapped[Invitation | None] = relationship(lazy="joined")


class CallTurn(HasId, Base):
    """One time the caller was listened to: the keys, and what was said in answer (so a replay hears the same)."""

    __tablename__ = "call_turns"
    __table_args__ = (UniqueConstraint("call_id", "turn"),)

    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"))
    turn: Mapped[int]
    keys: Mapped[str] = mapped_column(String(32))
    heard_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(Text)


class OptOut(HasId, HasPhone, Base):
    """A number that asked not to be asked; kept for ever. It holds while `ended_at` is empty."""

    __tablename__ = "opt_outs"

    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(64))  # the channel, or carrier error that told us
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(64))
