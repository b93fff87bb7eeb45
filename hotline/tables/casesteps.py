"""What a case has on its way: deadlines and their notices, departments that work on it too, appeals, extensions."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hotline.rules.casework import CaseState, DeadlineKind, Ground, NoticeKind, Rung, Verdict
from hotline.rules.deadlines import DayUnit
from hotline.tables.base import Base, HasId, Word, only_those
from hotline.tables.casework import Case
from hotline.tables.people import Role


class CaseDeadline(HasId, Base):
    """By when one step of a case has to be done: `count` days of `unit` from its start; no count = a person set it.

    Open until it is met, in time or late, or dropped because the step is not to be done any more. What was promised
    stays promised: a later policy changes it not, only a list of holidays that was missing (`provisional`). That can
    touch its notices alone: `guessed_year` is the first year whose list was missing for any of them.
    """

    __tablename__ = "case_deadlines"
    __table_args__ = (
        only_those("uq_case_deadlines_open", "met_at IS NULL AND dropped_at IS NULL", "case_id", "kind", unique=True),
        only_those("ix_case_deadlines_due_at", "met_at IS NULL AND dropped_at IS NULL", "due_at"),
        only_those(
            "ix_case_deadlines_guessed_year",
            "guessed_year IS NOT NULL AND met_at IS NULL AND dropped_at IS NULL",
            "guessed_year",
        ),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    kind: Mapped[DeadlineKind] = mapped_column(Word(DeadlineKind))
    started_at: Mapped[datetime]
    count: Mapped[int | None]
    unit: Mapped[DayUnit | None] = mapped_column(Word(DayUnit))
    due_at: Mapped[datetime]
    provisional: Mapped[bool]
    guessed_year: Mapped[int | None]
    met_at: Mapped[datetime | None]
    dropped_at: Mapped[datetime | None]

    @property
    def is_open(self) -> bool:
        return self.met_at is None and self.dropped_at is None


class CaseNotice(HasId, Base):
    """A reminder before a deadline, a rung of the ladder after it: planned with it, done once, then in sight of whom it
    is for: the user, else all of that role (of that department) that may see the case. What cannot come any more is
    taken out.
    """

    __tablename__ = "case_notices"
    __table_args__ = (
        UniqueConstraint("deadline_id", "kind", "step"),
        only_those("ix_case_notices_planned", "done_at IS NULL", "due_at"),
        only_those("ix_case_notices_unseen", "done_at IS NOT NULL AND seen_at IS NULL", "role", "done_at"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    deadline_id: Mapped[int] = mapped_column(ForeignKey("case_deadlines.id"))
    kind: Mapped[NoticeKind] = mapped_column(Word(NoticeKind))
    step: Mapped[int]
    rung: Mapped[Rung | None] = mapped_column(Word(Rung))
    role: Mapped[Role] = mapped_column(Word(Role))
    dept_code: Mapped[str | None] = mapped_column(String(64))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    seen_by: Mapped[str | None] = mapped_column(String(64))

    case: Mapped[Case] = relationship(lazy="joined", innerjoin=True)
    deadline: Mapped[CaseDeadline] = relationship(lazy="joined", innerjoin=True)


class CaseDepartment(HasId, Base):
    """A department that works on a case beside the one that leads, until it leaves."""

    __tablename__ = "case_departments"
    __table_args__ = (
        only_those("uq_case_departments_at_work", "left_at IS NULL", "case_id", "dept_code", unique=True),
        only_those("ix_case_departments_dept_code", "left_at IS NULL", "dept_code"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    dept_code: Mapped[str] = mapped_column(String(64))
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]


class CaseAppeal(HasId, Base):
    """A unit says that a rating is mistaken or malicious. `state_before`: where the case goes back to if it is kept."""

    __tablename__ = "case_appeals"
    __table_args__ = (only_those("uq_case_appeals_open", "decided_at IS NULL", "case_id", unique=True),)

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    rating_id: Mapped[int] = mapped_column(ForeignKey("ratings.id"))
    ground: Mapped[Ground] = mapped_column(Word(Ground))
    reason: Mapped[str] = mapped_column(Text)
    evidence: Mapped[str] = mapped_column(Text)
    state_before: Mapped[CaseState] = mapped_column(Word(CaseState))
    filed_at: Mapped[datetime]
    filed_by: Mapped[str] = mapped_column(String(64))
    dept_code: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(64))
    verdict: Mapped[Verdict | None] = mapped_column(Word(Verdict))
    decision: Mapped[str | None] = mapped_column(Text)
    citizen_side: Mapped[str | None] = mapped_column(Text)


class CaseExtension(HasId, Base):
    """More time that was asked for a complex case, until the end of that day, and what a supervisor said to it."""

    __tablename__ = "case_extensions"
    __table_args__ = (
        only_those("uq_case_extensions_open", "decided_at IS NULL", "case_id", unique=True),
        only_those("ix_case_extensions_asked_at", "decided_at IS NULL", "asked_at"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    until: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(64))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(64))
    granted: Mapped[bool | None]


class CalendarDay(Base):
    """A day of the yearly list that an administrator loaded: off, or worked although it is a weekend (调休)."""

    __tablename__ = "calendar_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(index=True)
    works: Mapped[bool]
    name: Mapped[str] = mapped_column(String(64))
