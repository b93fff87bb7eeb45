"""What is rated, how it was asked about, and what was answered: service records, invitations, ratings."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hotline.rules.scale import Scale
from hotline.rules.script import Channel
from hotline.tables.base import Base, HasId, HasPhone, Word


class RecordKind(StrEnum):
    TRANSACTION = "transaction"
    CALL = "call"
    REQUEST = "request"


def _given(column: str) -> Index:
    """Of the records that have it, by when they were completed: what was done there of late."""
    condition = text(f'"{column}" IS NOT NULL')  # quoted: `window` is a word of SQL
    return Index(
        f"ix_service_records_{column}", column, "completed_at", sqlite_where=condition, postgresql_where=condition
    )


class ServiceRecord(HasId, HasPhone, Base):
    """One thing a citizen can rate: a completed transaction, an answered call, or a request it opened.

    `provisional`: a call that its caller rated before its record came in; until then nobody has told us more of it.
    """

    __tablename__ = "service_records"
    __table_args__ = (
        UniqueConstraint("kind", "number", "service_count"),
        Index(
            "ix_service_records_provisional",
            "phone_lookup",
            sqlite_where=text("provisional"),
            postgresql_where=text("provisional"),
        ),
        # By the beginning of a number: PostgreSQL needs to be told so, whatever its collation.
        Index("ix_service_records_number", "number", postgresql_ops={"number": "varchar_pattern_ops"}),
        _given("staff_no"),
        _given("window"),
    )

    kind: Mapped[RecordKind] = mapped_column(Word(RecordKind))
    number: Mapped[str] = mapped_column(String(64))
    service_count: Mapped[int] = mapped_column(default=1)
    completed_at: Mapped[datetime]
    received_at: Mapped[datetime]
    item_code: Mapped[str | None] = mapped_column(String(64))
    item_name: Mapped[str | None] = mapped_column(String(200))
    area_code: Mapped[str | None] = mapped_column(String(12))
    dept_code: Mapped[str | None] = mapped_column(String(64), index=True)
    dept_name: Mapped[str | None] = mapped_column(String(200))
    window: Mapped[str | None] = mapped_column(String(64))
    staff_no: Mapped[str | None] = mapped_column(String(64))
    staff_name: Mapped[str | None] = mapped_column(String(64))
    request_number: Mapped[str | None] = mapped_column(String(64))
    citizen_name_box: Mapped[bytes | None] = mapped_column(LargeBinary)
    citizen_type: Mapped[str | None] = mapped_column(String(24))
    named: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str] = mapped_column(String(16))
    number_digits: Mapped[str | None] = mapped_column(String(64), index=True)  # what of the number a telephone can key
    provisional: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_elder: Mapped[bool] = mapped_column(default=False, server_default=false())
    extra_box: Mapped[bytes | None] = mapped_column(LargeBinary)  # whatever else the feeder sent, as JSON, sealed
    # Of a batch of the same business, the record that its one invitation, rating and case are about.
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("service_records.id"), index=True)

    @property
    def code(self) -> str:
        """The end of the number, as the citizen is shown it."""
        return self.number[-4:]


class InvitationState(StrEnum):
    """waiting → sending → sent → delivered → answered, or one of the ends that are not an answer."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    ANSWERED = "answered"
    UNKNOWN = "unknown"
    FAILED = "failed"
    DECLINED = "declined"
    NOT_THEM = "not_them"


# An answer to any of these counts: a carrier that lost our send may still have delivered it.
OPEN_INVITATION_STATES = (
    InvitationState.WAITING,
    InvitationState.SENDING,
    InvitationState.SENT,
    InvitationState.DELIVERED,
    InvitationState.UNKNOWN,
)


class Invitation(HasId, Base):
    """One ask, by one channel, about one service record, in one round."""

    __tablename__ = "invitations"
    __table_args__ = (UniqueConstraint("record_id", "round", "channel"),)

    record_id: Mapped[int] = mapped_column(ForeignKey("service_records.id"), index=True)
    round: Mapped[int] = mapped_column(default=1)
    channel: Mapped[Channel] = mapped_column(Word(Channel))
    state: Mapped[InvitationState] = mapped_column(Word(InvitationState))
    script: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(index=True)
    sent_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    clarified: Mapped[bool] = mapped_column(default=False)
    error_code: Mapped[str | None] = mapped_column(String(64))

    # An outer join: behind that of a call, which need not have one, SQLite makes an inner join by reading all of both.
    record: Mapped[ServiceRecord] = relationship(lazy="joined")


class RatingState(StrEnum):
    ACTIVE = "active"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    EXCLUDED = "excluded"


class Rating(HasId, Base):
    """Stars with where, how and when they were given. Never edited: only its state moves, and `version` counts that."""

    __tablename__ = "ratings"
    __table_args__ = (
        CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),
        Index(
            "uq_ratings_one_active",
            "record_id",
            "round",
            unique=True,
            sqlite_where=text("state = 'active'"),
            postgresql_where=text("state = 'active'"),
        ),
        Index("ix_ratings_rated_at", "rated_at", "state", "stars", "id"),
    )

    record_id: Mapped[int] = mapped_column(ForeignKey("service_records.id"), index=True)
    round: Mapped[int] = mapped_column(default=1)
    version: Mapped[int] = mapped_column(default=1)
    stars: Mapped[int]
    is_default: Mapped[bool] = mapped_column(default=False)
    channel: Mapped[Channel] = mapped_column(Word(Channel))
    raw: Mapped[str] = mapped_column(Text)
    scale: Mapped[Scale] = mapped_column(Word(Scale))
    script: Mapped[str] = mapped_column(String(64))
    rule: Mapped[str] = mapped_column(String(64))
    reasons: Mapped[list[str]] = mapped_column(default=list)
    comment: Mapped[str | None] = mapped_column(Text)
    rated_at: Mapped[datetime]
    state: Mapped[RatingState] = mapped_column(Word(RatingState))
    flags: Mapped[list[str]] = mapped_column(default=list)
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("ratings.id"))

    record: Mapped[ServiceRecord] = relationship(lazy="joined", innerjoin=True)


class PressedKey(HasId, Base):
    """A key that a PBX collected in a call: one for each call, kept also while the call's record has not come.

    `rating_id`: the rating that it became; None while it waits for the record, if it was `refused` (names the field
    that did not fit the record when that came), or if the citizen had rated the call later than it was pressed.
    """

    __tablename__ = "pressed_keys"
    __table_args__ = (CheckConstraint("key BETWEEN 1 AND 5", name="key"),)

    call_id: Mapped[str] = mapped_column(String(64), unique=True)
    key: Mapped[int]
    scale: Mapped[Scale] = mapped_column(Word(Scale))
    pressed_at: Mapped[datetime]
    received_at: Mapped[datetime]
    phone_lookup: Mapped[str | None] = mapped_column(String(64))
    refused: Mapped[str | None] = mapped_column(String(24))
    rating_id: Mapped[int | None] = mapped_column(ForeignKey("ratings.id"))
