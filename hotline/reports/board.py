"""The live board: what waits and for how long, what is overdue or soon will be, who works on what, and the day's hours.

No citizen and no number is in it: only cases, agents and departments.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, ScalarSelect, func, literal_column, select
from sqlalchemy.orm import Session, joinedload

from hotline.actions.call_limits import LONGEST_CALLBACK
from hotline.rules.casework import RANG, AttemptState, CaseState, DeadlineKind, Ending
from hotline.tables import Attempt, Case, CaseDeadline, CaseEvent, CaseExtension, ServiceRecord, User
from hotline.tables.casework import desks_turn
from hotline.tables.people import Role

SOON = timedelta(hours=2)
MOST_SOON, MOST_DEPARTMENTS = 20, 20
_WORKERS = (Role.AGENT, Role.SUPERVISOR, Role.ADMIN)
_IS_OPEN = Case.closed_at.is_(None)
_DESKS_TURN: ColumnElement[bool] = literal_column(f"({desks_turn('cases.{}')})")


@dataclass(frozen=True, slots=True)
class AgentLine:
    """What one of the desk does now and has done today; `last`: their last deed of today."""

    user: User
    holds: int
    speaking: bool
    closed: int
    tries: int
    last: datetime | None


@dataclass(frozen=True, slots=True)
class DepartmentLine:
    """`name` as one of its records has it."""

    code: str | None
    name: str | None
    open: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Hour:
    hour: int
    opened: int
    closed: int


@dataclass(frozen=True, slots=True)
class Board:
    """`waiting`: it is the desk's turn, and nobody holds them. `soon_count`: deadlines; a case may have two."""

    open: int
    waiting: int
    oldest: Case | None
    overdue: int
    soon_count: int
    soon: Sequence[tuple[CaseDeadline, Case]]
    agents: Sequence[AgentLine]
    departments: Sequence[DepartmentLine]
    hours: Sequence[Hour]
    extensions: int

    @property
    def busiest(self) -> int:
        """The longest bar of the chart."""
        return max(max(hour.opened, hour.closed) for hour in self.hours)


def read_board(session: Session, now: datetime, zone: ZoneInfo) -> Board:
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(now.tzinfo)
    opened, desk, in_hand, overdue, soon = session.execute(
        select(
            _count(_IS_OPEN),
            _count(_DESKS_TURN),
            _count(_DESKS_TURN, Case.holder_id.is_not(None), Case.held_until > now),
            _count(_IS_OPEN, Case.due_at <= now),
            select(func.count()).select_from(CaseDeadline).where(*_soon(now)).scalar_subquery(),
        )
    ).one()
    return Board(
        open=opened,
        waiting=desk - in_hand,
        oldest=_oldest(session),
        overdue=overdue,
        soon_count=soon,
        soon=_breaches_to_come(session, now),
        agents=_agents(session, now, midnight),
        departments=_departments(session, now),
        hours=_hours(session, now, midnight, zone),
        extensions=extensions_asked(session),
    )


def _count(*which: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).select_from(Case).where(*which).scalar_subquery()


def extensions_asked(session: Session) -> int:
    asked = select(func.count()).select_from(CaseExtension).where(CaseExtension.decided_at.is_(None))
    return session.scalar(asked) or 0


def _oldest(session: Session) -> Case | None:
    """Of those of which it is the desk's turn, held or not."""
    first = session.scalar(select(Case.id).where(_IS_OPEN, _DESKS_TURN).order_by(Case.opened_at, Case.id).limit(1))
    return None if first is None else session.get_one(Case, first)


def _soon(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Deadlines that still run; the citizen's own time is nobody's fault."""
    return (
        CaseDeadline.met_at.is_(None),
        CaseDeadline.dropped_at.is_(None),
        CaseDeadline.kind != DeadlineKind.RE_RATING,
        CaseDeadline.due_at > now,
        CaseDeadline.due_at <= now + SOON,
    )


def _breaches_to_come(session: Session, now: datetime) -> Sequence[tuple[CaseDeadline, Case]]:
    near = select(CaseDeadline, Case).join(Case, Case.id == CaseDeadline.case_id).where(*_soon(now))
    found = near.order_by(CaseDeadline.due_at, CaseDeadline.id).limit(MOST_SOON).options(joinedload(Case.record))
    return [(row.CaseDeadline, row.Case) for row in session.execute(found)]


def _agents(session: Session, now: datetime, midnight: datetime) -> list[AgentLine]:
    holds = _counted(
        session,
        select(Case.holder_id, func.count())
        .where(Case.holder_id.is_not(None), Case.held_until > now)
        .group_by(Case.holder_id),
    )
    tries = select(Attempt.agent_id, func.count()).where(Attempt.requested_at >= midnight, Attempt.result.in_(RANG))
    called = _counted(session, tries.group_by(Attempt.agent_id))
    on_call = select(Attempt.agent_id).where(
        Attempt.state != AttemptState.ENDED, Attempt.requested_at > now - LONGEST_CALLBACK
    )
    speaking = set(session.scalars(on_call))
    closed = func.count().filter(CaseEvent.kind == str(CaseState.CLOSED))
    deeds = select(CaseEvent.actor, closed.label("closed"), func.max(CaseEvent.at).label("last"))
    today = {row.actor: row for row in session.execute(deeds.where(CaseEvent.at >= midnight).group_by(CaseEvent.actor))}
    workers = select(User).where(User.role.in_(_WORKERS), User.disabled_at.is_(None)).order_by(User.name)
    return [
        AgentLine(
            user=user,
            holds=holds.get(user.id, 0),
            speaking=user.id in speaking,
            closed=today[user.name].closed if user.name in today else 0,
            tries=called.get(user.id, 0),
            last=today[user.name].last if user.name in today else None,
        )
        for user in session.scalars(workers)
    ]


def _counted(session: Session, counts: Any) -> dict[int, int]:
    rows: Sequence[Any] = session.execute(counts).all()
    return dict(rows)


def _departments(session: Session, now: datetime) -> list[DepartmentLine]:
    """Those that lead open cases, the most overdue first."""
    lead = func.coalesce(Case.dept_code, Case.rated_dept_code)
    late = func.count().filter(Case.due_at <= now)
    counted = select(lead.label("code"), func.count().label("open"), late.label("overdue")).where(_IS_OPEN)
    rows = sorted(session.execute(counted.group_by(lead)), key=lambda row: (-row.overdue, -row.open, row.code or ""))
    return [
        DepartmentLine(row.code, department_name(session, row.code), row.open, row.overdue)
        for row in rows[:MOST_DEPARTMENTS]
    ]


def department_name(session: Session, code: str | None) -> str | None:
    """As the latest of its records says it."""
    if code is None:
        return None
    named = select(ServiceRecord.dept_name).where(ServiceRecord.dept_code == code)
    return session.scalar(named.order_by(ServiceRecord.id.desc()).limit(1))


def _hours(session: Session, now: datetime, midnight: datetime, zone: ZoneInfo) -> list[Hour]:
    """Each hour of today until now; an excluded rating leaves them."""
    counts = Case.ending.is_distinct_from(Ending.EXCLUDED)
    opened = session.scalars(select(Case.opened_at).where(Case.opened_at >= midnight, counts)).all()
    closed = session.scalars(select(Case.closed_at).where(Case.closed_at >= midnight, counts)).all()
    begun = [at.astimezone(zone).hour for at in opened]
    done = [at.astimezone(zone).hour for at in closed if at is not None]
    return [Hour(hour, begun.count(hour), done.count(hour)) for hour in range(now.astimezone(zone).hour + 1)]
