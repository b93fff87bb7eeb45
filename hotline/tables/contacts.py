"""What was said between us and a citizen: texts in and out, calls and their turns, opt-outs."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hotline.rules.scale import Scale
from hotline.tables.base import Base, HasId, HasPhone, Word
from hotline.tables.service import Invitation, ServiceRecord


def in_sight_if_unknown(table: str) -> Index:
    """The few sends whose outcome nobody knows, found among millions."""
    unknown = text("state = 'unknown'")
    return Index(f"ix_{table}_unknown", "id", sqlite_where=unknown, postgresql_where=unknown)


class InboundText(HasId, HasPhone, Base):
    """A text from a citizen, what it was understood as, and what was answered. Unique by the carrier's own id.

    `action`, `stars` and `rule` are what the parser of that version read, under that scale, from its words.
    """

    __tablename__ = "inbound_texts"
    __table_args__ = (UniqueConstraint("carrier", "external_id"),)

    carrier: Mapped[str] = mapped_column(String(24))
    external_id: Mapped[str] = mapped_column(String(64))
    body: Mapped[str] = mapped_column(Text)  # phone numbers in it masked
    body_box: Mapped[bytes] = mapped_column(LargeBinary)  # as it came, sealed
    our_number: Mapped[str | None] = mapped_column(String(32))  # where it came to; None = the carrier did not say
    received_at: Mapped[datetime] = mapped_column(index=True)
    invitation_id: Mapped[int | None] = mapped_column(ForeignKey("invitations.id"), index=True)
    question_id: Mapped[int | None] = mapped_column(ForeignKey("questions.id"))
    # What names a record stands at read_before:read_from of the body, and is none of its words.
    read_before: Mapped[int] = mapped_column(default=0, server_default="0")
    read_from: Mapped[int] = mapped_column(default=0, server_default="0")
    scale: Mapped[Scale | None] = mapped_column(Word(Scale))
    parser: Mapped[str | None] = mapped_column(String(16))
    action: Mapped[str | None] = mapped_column(String(16))
    stars: Mapped[int | None]
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


class Purpose(StrEnum):
    """Why we text: to ask, or to ask once more."""

    INVITE = "invite"
    REMIND = "remind"


class OutboundText(HasId, HasPhone, Base):
    """A text from us. Its id stands in the status-callback URL, so that even an ambiguous send can be settled."""

    __tablename__ = "outbound_texts"
    __table_args__ = (in_sight_if_unknown("outbound_texts"), Index("ix_outbound_texts_cap", "phone_lookup", "begun_at"))

    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitations.id"), index=True)
    purpose: Mapped[Purpose] = mapped_column(Word(Purpose), server_default="invite")
    try_no: Mapped[int] = mapped_column(default=1, server_default="1")
    body: Mapped[str] = mapped_column(Text)
    segments: Mapped[int] = mapped_column(server_default="2")
    our_number: Mapped[str | None] = mapped_column(String(32))  # None = the carrier's service chooses, or not begun
    state: Mapped[TextState] = mapped_column(Word(TextState))
    external_id: Mapped[str | None] = mapped_column(String(64), index=True)
    error_code: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    begun_at: Mapped[datetime | None]
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


class Way(StrEnum):
    """How a survey call came about."""

    CALLED = "called"  # we rang the citizen
    CALLING = "calling"  # the citizen rang us
    TRANSFERRED = "transferred"  # whoever served the citizen on the telephone handed the call over


class Call(HasId, HasPhone, Base):
    """A survey call, from us or to us. `result` is the carrier's last word on it (completed, busy, no_answer …),
    or no_answer where somebody or something took our call and pressed no key.

    `begun_at`: when the citizen's telephone was, or may have been, rung by us. `record_id`: what it is about, once that
    is known. `reference`: the number of the call that was handed over. `step`: where in the flow the caller is listened
    to, or hung up; None once the flow has come to its end. `facts`: what the flow keeps until then, by name: `choices`,
    the ids of the records that were offered, `digits`, the number that was keyed in, `found`, the id of the record that
    has it, `back`, the steps to go back to. `misses`: how often a number was keyed in that no record has.
    """

    __tablename__ = "calls"
    __table_args__ = (
        UniqueConstraint("carrier", "external_id"),
        in_sight_if_unknown("calls"),
        Index("ix_calls_cap", "phone_lookup", "begun_at"),
    )

    carrier: Mapped[str] = mapped_column(String(24))
    external_id: Mapped[str | None] = mapped_column(String(64))
    inbound: Mapped[bool]
    invitation_id: Mapped[int | None] = mapped_column(ForeignKey("invitations.id"), index=True)
    script: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(16))
    state: Mapped[CallState] = mapped_column(Word(CallState))
    result: Mapped[str | None] = mapped_column(String(24))
    try_no: Mapped[int] = mapped_column(default=1)
    way: Mapped[Way] = mapped_column(Word(Way), default=Way.CALLING, server_default="calling")
    record_id: Mapped[int | None] = mapped_column(ForeignKey("service_records.id"), index=True)
    reference: Mapped[str | None] = mapped_column(String(64))
    flow: Mapped[str | None] = mapped_column(String(64))
    step: Mapped[str | None] = mapped_column(String(32))
    is_elder: Mapped[bool] = mapped_column(default=False, server_default=false())
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    misses: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime] = mapped_column(index=True)
    begun_at: Mapped[datetime | None] = mapped_column(index=True)
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    invitation: Mapped[Invitation | None] = relationship(lazy="joined")
    record: Mapped[ServiceRecord | None] = relationship(lazy="joined")


class CallTurn(HasId, Base):
    """One time the caller was listened to: at which step on which try, the keys, and what was said in answer (so a
    replay hears the same)."""

    __tablename__ = "call_turns"
    __table_args__ = (UniqueConstraint("call_id", "turn"),)

    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"))
    turn: Mapped[int]
    step: Mapped[str] = mapped_column(String(32), server_default="ask")
    tries: Mapped[int] = mapped_column(default=1, server_default="1")
    keys: Mapped[str] = mapped_column(String(32))
    heard_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(Text)


class RecordingState(StrEnum):
    """waiting → kept → erased; or failed: the carrier did not give it to us; or unwanted: never fetched, and erased
    at the carrier, because the citizen had not heard that the call is recorded, or did not want it."""

    WAITING = "waiting"
    KEPT = "kept"
    FAILED = "failed"
    ERASED = "erased"
    UNWANTED = "unwanted"


class Recording(HasId, Base):
    """What a citizen said at a turn of a survey call (a voice comment), or the talk of a callback (its `attempt`).
    `url` is where the carrier keeps it, `file` where we do, sealed.

    `record_id` None = nobody knows yet what it is about: a person listens, and then `heard_by` and `note` say so.
    """

    __tablename__ = "recordings"
    __table_args__ = (UniqueConstraint("carrier", "external_id"), Index("ix_recordings_state", "state", "created_at"))

    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"), index=True)
    turn: Mapped[int | None]
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("attempts.id"), index=True)
    record_id: Mapped[int | None] = mapped_column(ForeignKey("service_records.id"), index=True)
    carrier: Mapped[str] = mapped_column(String(24))
    external_id: Mapped[str] = mapped_column(String(64))
    url: Mapped[str] = mapped_column(Text)
    seconds: Mapped[int | None]
    state: Mapped[RecordingState] = mapped_column(Word(RecordingState))
    file: Mapped[str | None] = mapped_column(String(64))
    error_code: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    kept_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    heard_at: Mapped[datetime | None]
    heard_by: Mapped[str | None] = mapped_column(String(64))
    note: Mapped[str | None] = mapped_column(Text)

    call: Mapped[Call | None] = relationship(lazy="joined")
    record: Mapped[ServiceRecord | None] = relationship(lazy="joined")

    @property
    def about(self) -> ServiceRecord | None:
        """The record that it is about; of a call whose record was known later, that one."""
        return self.record or (self.call.record if self.call else None)


class OptOut(HasId, HasPhone, Base):
    """A number that asked not to be asked; kept for ever. It holds while `ended_at` is empty."""

    __tablename__ = "opt_outs"

    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(64))  # the channel, or carrier error that told us
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(64))  # the channel, or the user who wrote the reason
    end_reason: Mapped[str | None] = mapped_column(Text)


class LanguageChoice(HasId, HasPhone, Base):
    """A number whose citizen asked to be written to in this language; the last one counts."""

    __tablename__ = "language_choices"

    language: Mapped[str] = mapped_column(String(16))
    chosen_at: Mapped[datetime]
