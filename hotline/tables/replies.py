"""What is still open between us and who wrote to us: the question we asked last, and the texts a person has to read."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hotline.tables.base import Base, HasId, Word
from hotline.tables.contacts import InboundText


class QuestionKind(StrEnum):
    WHICH_ONE = "which_one"  # several invitations are open: which of them?
    REASONS = "reasons"  # a bad rating: why, and does a call back suit?


class Question(HasId, Base):
    """A question that we texted and that the citizen's next text may answer; one is open for a number at a time.

    `facts` of which_one: `invitations`, their ids in the order of the list, `asked_by`, the id of the inbound text that
    made us ask, and `text`, the same if its rating waits for the answer, else None; a list of one waits for its score
    alone. Of reasons: `rating`, the id of the bad rating it is about. Of both: `our_number`, from which it was asked.
    """

    __tablename__ = "questions"
    __table_args__ = (
        Index(
            "uq_questions_one_open",
            "phone_lookup",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    phone_lookup: Mapped[str] = mapped_column(String(64), index=True)
    kind: Mapped[QuestionKind] = mapped_column(Word(QuestionKind))
    facts: Mapped[dict[str, Any]]
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class Why(StrEnum):
    """Why a person has to read a text."""

    UNCLEAR = "unclear"  # not read as a rating or a request
    WHICH_ONE = "which_one"  # a rating, but of which of several services?
    ALSO_RATES = "also_rates"  # a request was done; the text seems to hold a rating too
    REPLAY = "replay"  # a newer parser reads it otherwise


class Decision(StrEnum):
    ASSIGNED = "assigned"  # a person read it, and gave it to a record as this many stars
    DISMISSED = "dismissed"  # a person read it, and there was no rating in it
    SETTLED = "settled"  # the citizen said it clearly in a later text


class ReviewItem(HasId, Base):
    """A text that a person reads: from `due_at` on, unless the citizen settles it before. Decided once."""

    __tablename__ = "review_items"
    __table_args__ = (Index("ix_review_items_open", "decision", "due_at"),)

    text_id: Mapped[int] = mapped_column(ForeignKey("inbound_texts.id"), unique=True)
    why: Mapped[Why] = mapped_column(Word(Why))
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    decision: Mapped[Decision | None] = mapped_column(Word(Decision))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(64))
    note: Mapped[str | None] = mapped_column(Text)
    rating_id: Mapped[int | None] = mapped_column(ForeignKey("ratings.id"))

    text: Mapped[InboundText] = relationship(lazy="joined", innerjoin=True)
