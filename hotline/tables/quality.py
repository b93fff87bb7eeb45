"""Quality samples: closed cases drawn by lot, and the marks that a supervisor gave the work on each."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hotline.tables.base import Base, HasId
from hotline.tables.casework import Case
from hotline.tables.people import User


class QualityDraw(HasId, Base):
    """One draw among the cases that agents closed on those days; anybody can draw the same again from its `seed`.

    `agent_id`: of this agent alone. `population`: how many cases it was drawn from.
    """

    __tablename__ = "quality_draws"

    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(64))
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    wanted: Mapped[int]
    population: Mapped[int]
    seed: Mapped[str] = mapped_column(String(32))

    agent: Mapped[User | None] = relationship(lazy="joined")


class QualitySample(HasId, Base):
    """A case that was drawn; `agent`: who closed it, whose work is looked at."""

    __tablename__ = "quality_samples"
    __table_args__ = (UniqueConstraint("draw_id", "case_id"),)

    draw_id: Mapped[int] = mapped_column(ForeignKey("quality_draws.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    agent_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)

    draw: Mapped[QualityDraw] = relationship(lazy="joined", innerjoin=True)
    case: Mapped[Case] = relationship()
    agent: Mapped[User] = relationship(lazy="joined", innerjoin=True)


class QualityScore(HasId, Base):
    """Marks from 1 to 5, by the name of each criterion. Never changed: the last one of a sample counts."""

    __tablename__ = "quality_scores"

    sample_id: Mapped[int] = mapped_column(ForeignKey("quality_samples.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(64))
    marks: Mapped[dict[str, Any]]
    note: Mapped[str | None] = mapped_column(Text)
