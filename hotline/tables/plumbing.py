"""What the house runs on: the outbox, and the embedded evaluation store."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.tables.base import Base, BigInt, HasId, Word


class OutboxState(StrEnum):
    """pending → claimed → done, back to pending to be tried again, or parked in sight of a person."""

    PENDING = "pending"
    CLAIMED = "claimed"
    DONE = "done"
    PARKED = "parked"


class OutboxRow(HasId, Base):
    """Something that must happen, written in the same commit as its reason. `key` makes it happen once."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "state", "due_at"),
        Index("ix_outbox_batch", "batch"),
        Index("ix_outbox_lane", "kind", "state", "lane", "due_at"),
    )

    kind: Mapped[str] = mapped_column(String(24))
    lane: Mapped[str] = mapped_column(String(64), default="-", server_default="-")  # rows of different lanes take turns
    key: Mapped[str] = mapped_column(String(96), unique=True)
    payload: Mapped[dict[str, Any]]
    state: Mapped[OutboxState] = mapped_column(Word(OutboxState))
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    claimed_until: Mapped[datetime | None]
    claim_token: Mapped[str | None] = mapped_column(String(32))
    batch: Mapped[str | None] = mapped_column(String(32))
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class StoredRating(Base):
    """The embedded evaluation store: the newest document of each rating, in the order they changed."""

    __tablename__ = "stored_ratings"

    rating_id: Mapped[int] = mapped_column(ForeignKey("ratings.id"), primary_key=True)
    version: Mapped[int]
    position: Mapped[int] = mapped_column(BigInteger, unique=True)
    document: Mapped[dict[str, Any]]
    stored_at: Mapped[datetime]


class StorePosition(Base):
    """The one row that numbers the store's changes; its lock makes the order of commit the order of reading."""

    __tablename__ = "store_position"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    last: Mapped[int] = mapped_column(BigInteger)
