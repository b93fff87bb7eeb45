"""The work a bad rating opens: cases, their history, and each try to reach the citizen."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, false, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hotline.rules.casework import AttemptResult, AttemptState, CaseState, Ending, Outcome, Steps
from hotline.rules.reply_wishes import Wish
from hotline.rules.turns import Turn, whose_turn
from hotline.tables.base import Base, HasId, Word, only_those
from hotline.tables.people import User
from hotline.tables.service import Rating, ServiceRecord

# The order of work: the least slack, then a time that the citizen chose, then the longest wait.
_IN_ORDER = ("due_at", "our_time", "opened_at", "id")


def desks_turn(column: str = "{}") -> str:
    """The cases of which it is the desk's turn, by the rule, in words of SQL: as their index has it, word for word."""
    handed, ours = (
        ", ".join(sorted(f"'{state}'" for state in CaseState if whose_turn(state, handed_over) is Turn.DESK))
        for handed_over in (True, False)
    )
    state, dept_code = column.format("state"), column.format("dept_code")
    return f"{state} IN ({handed}) OR ({dept_code} IS NULL AND {state} IN ({ours}))"


class Case(HasId, Base):
    """One case for one bad rating of one record and round. Held by one agent at a time, under a lease.

    `steps`: the way it goes to its end, as the policy was when it was opened. `rated_dept_code`: the record's own
    department, kept here to be found by. `dept_code`: the one that leads the work since it was handed over; None = the
    record's own. `responsible_id`: who took it first (首问责任人).
    `due_at`: the nearest of its open deadlines, the citizen's own apart; None = none is open. `missed`: one of them was
    met, or dropped, too late. `call_at`: the desk waits until then before it calls; with `our_time` we chose that, else
    the citizen did. `skill`: the one that it takes.
    """

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("record_id", "round"),
        only_those("ix_cases_open", "closed_at IS NULL", *_IN_ORDER),
        only_those("ix_cases_holder_id", "holder_id IS NOT NULL", "holder_id"),
        only_those("ix_cases_desk", desks_turn(), *_IN_ORDER),
        # Not of open cases: SQLite would take it for a way to find those.
        only_those("ix_cases_closed_at", "closed_at IS NOT NULL", "closed_at"),
        only_those("ix_cases_open_dept", "closed_at IS NULL", "dept_code", "rated_dept_code", "due_at", "closed_at"),
        only_those("ix_cases_open_state", "closed_at IS NULL", "state", "opened_at"),
        only_those("ix_cases_open_opened", "closed_at IS NULL", "opened_at", "id", "closed_at"),
        Index("ix_cases_opened_at", "opened_at", "id"),
        Index("ix_cases_dept_code", "dept_code", "opened_at"),
        Index("ix_cases_rated_dept_code", "rated_dept_code", "opened_at"),
        Index("ix_cases_responsible_id", "responsible_id", "opened_at"),
    )

    record_id: Mapped[int] = mapped_column(ForeignKey("service_records.id"))
    round: Mapped[int] = mapped_column(default=1)
    rating_id: Mapped[int] = mapped_column(ForeignKey("ratings.id"))
    state: Mapped[CaseState] = mapped_column(Word(CaseState))
    steps: Mapped[Steps] = mapped_column(Word(Steps), default=Steps.CONTACT, server_default="contact")
    opened_at: Mapped[datetime]
    queued_at: Mapped[datetime | None]
    first_contact_due_at: Mapped[datetime]
    deadline_provisional: Mapped[bool] = mapped_column(default=False)
    due_at: Mapped[datetime | None]
    missed: Mapped[bool] = mapped_column(default=False, server_default=false())
    overdue_at: Mapped[datetime | None]
    contacted_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[Outcome | None] = mapped_column(Word(Outcome))
    ending: Mapped[Ending | None] = mapped_column(Word(Ending))
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    rated_dept_code: Mapped[str | None] = mapped_column(String(64))
    dept_code: Mapped[str | None] = mapped_column(String(64))
    responsible_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    call_wish: Mapped[Wish | None] = mapped_column(Word(Wish))  # whether and when the citizen wants to be called
    call_wish_words: Mapped[str | None] = mapped_column(Text)  # as they wrote it, numbers masked
    call_at: Mapped[datetime | None]
    our_time: Mapped[bool] = mapped_column(default=True, server_default=true())
    skill: Mapped[str | None] = mapped_column(String(32))
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    held_until: Mapped[datetime | None]
    hold_token: Mapped[str | None] = mapped_column(String(32))

    record: Mapped[ServiceRecord] = relationship(lazy="joined", innerjoin=True)
    rating: Mapped[Rating] = relationship(lazy="joined", innerjoin=True)
    holder: Mapped[User | None] = relationship(lazy="joined", foreign_keys=[holder_id])

    @property
    def lead_dept(self) -> str | None:
        """The department that leads the work."""
        return self.dept_code or self.record.dept_code


class CaseEvent(HasId, Base):
    """One thing that happened to a case: who, when, what, why. Never changed."""

    __tablename__ = "case_events"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(32))
    note: Mapped[str | None] = mapped_column(Text)
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Attempt(HasId, Base):
    """One try to reach the citizen by telephone, from the agent's click to the end of the call.

    `records`: it is recorded, once the citizen has heard so (`noticed_at`), until they do not want it
    (`unrecorded_at`). `error_code`: why it failed, in the carrier's words.
    """

    __tablename__ = "attempts"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    hold_token: Mapped[str] = mapped_column(String(32))
    state: Mapped[AttemptState] = mapped_column(Word(AttemptState))
    result: Mapped[AttemptResult | None] = mapped_column(Word(AttemptResult))
    external_id: Mapped[str | None] = mapped_column(String(64), index=True)
    requested_at: Mapped[datetime] = mapped_column(index=True)
    citizen_rung_at: Mapped[datetime | None]
    bridged_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    records: Mapped[bool] = mapped_column(default=False, server_default=false())
    noticed_at: Mapped[datetime | None]
    unrecorded_at: Mapped[datetime | None]
    error_code: Mapped[str | None] = mapped_column(String(64))

    case: Mapped[Case] = relationship()
    agent: Mapped[User] = relationship(lazy="joined", innerjoin=True)
