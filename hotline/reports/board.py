"""The live board: what waits and for how long, what is overdue or soon will be, who works on what, and the day's hours.

No citizen and no number is in it: only cases, agents and departments.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload

from hotline.actions.call_limits import LONGEST_CALLBACK
from hotline.rules.casework import OPEN, RANG, AttemptState, CaseState, DeadlineKind
from hotline.tables import Attempt, Case, CaseDeadline, CaseEvent, CaseExtension, ServiceRecord, User
from hotline.tables.people import Role

SOON = timedelta(hours=2)
MOST_SOON, MOST_DEPARTMENTS = 20, 20
_WORKERS = (Role.AGENT, Role.SUPERVISOR, Role.ADMIN)
# In these somebody else has to do the next thing: the department, the reviewer, the citizen.
_NOT_THE_DESKS = (CaseState.RECTIFYING, CaseState.APPEALED, CaseState.ANSWERED, CaseState.ASKED_AGAIN)


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
    """`waiting`: open, nobody holds them, and the desk is to do the next thing. `oldest`: of these."""

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
    waits = Case.state.not_in(_NOT_THE_DESKS) & (Case.held_until.is_(None) | (Case.held_until <= now))
    counted = select(func.count(), func.count().filter(waits), func.min(Case.opened_at).filter(waits))
    opened, waiting, since = session.execute(counted.where(Case.state.in_(OPEN))).one()
    return Board(
        open=opened,
        waiting=waiting,
        oldest=_oldest(session, waits, since),
        overdue=session.scalar(select(func.count(CaseDeadline.case_id.distinct())).where(*_overdue(now))) or 0,
        soon_count=session.scalar(select(func.count()).select_from(CaseDeadline).where(*_soon(now))) or 0,
        soon=_breaches_to_come(session, now),
        agents=_agents(session, now, midnight),
        departments=_departments(session, now),
        hours=_hours(session, now, midnight, zone),
        extensions=extensions_asked(session),
    )


def extensions_asked(session: Session) -> int:
    asked = select(func.count()).select_from(CaseExtension).where(CaseExtension.decided_at.is_(None))
    return session.scalar(asked) or 0


def _oldest(session: Session, waits: ColumnElement[bool], since: datetime | None) -> Case | None:
    if since is None:
        return None
    return session.scalars(select(Case).where(Case.opened_at == since, Case.state.in_(OPEN), waits).limit(1)).first()


def _of_staff() -> tuple[ColumnElement[bool], ...]:
    """Deadlines that still run; the citizen's own time is nobody's fault."""
    return (
        CaseDeadline.met_at.is_(None),
        CaseDeadline.dropped_at.is_(None),
        CaseDeadline.kind != DeadlineKind.RE_RATING,
    )


def _overdue(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (*_of_staff(), CaseDeadline.due_at <= now)


def _soon(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (*_of_staff(), CaseDeadline.due_at > now, CaseDeadline.due_at <= now + SOON)


def _breaches_to_come(session: Session, now: datetime) -> Sequence[tuple[CaseDeadline, Case]]:
    near = select(CaseDeadline, Case).join(Case, Case.id == CaseDeadline.case_id).where(*_soon(now))
    found = near.order_by(CaseDeadline.due_at, CaseDeadline.id).limit(MOST_SOON).options(joinedload(Case.record))
    return [(row.CaseDeadline, row.Case) for row in session.execute(found)]


def _agents(session: Session, now: datetime, midnight: datetime) -> list[AgentLine]:
    holds = _counted(
        session, select(Case.holder_id, func.count()).where(Case.held_until > now).group_by(Case.holder_id)
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
    late = select(CaseDeadline.case_id).where(*_overdue(now))
    counted = (
        select(lead.label("code"), func.count().label("open"), func.count().filter(Case.id.in_(late)).label("overdue"))
        .where(Case.state.in_(OPEN))
        .group_by(lead)
    )
    rows = sorted(session.execute(counted), key=lambda row: (-row.overdue, -row.open, row.code or ""))
    return [
        DepartmentLine(row.code, department_name(session, row.code), row.open, row.overdue)
        for row in rows[:MOST_DEPARTMENTS]
    ]


def department_name(session: Session, code: str | None) -> str | None:
    """As the latest of its records that has one says it."""
    if code is None:
        return None
    named = select(ServiceRecord.dept_name).where(ServiceRecord.dept_code == code, ServiceRecord.dept_name.is_not(None))
    return session.scalar(named.order_by(ServiceRecord.id.desc()).limit(1))


def _hours(session: Session, now: datetime, midnight: datetime, zone: ZoneInfo) -> list[Hour]:
    """Each hour of today until now."""
    opened = session.scalars(select(Case.opened_at).where(Case.opened_at >= midnight)).all()
    closed = session.scalars(select(Case.closed_at).where(Case.closed_at >= midnight)).all()
    begun = [at.astimezone(zone).hour for at in opened]
    done = [at.astimezone(zone).hour for at in closed if at is not None]
    return [Hour(hour, begun.count(hour), done.count(hour)) for hour in range(now.astimezone(zone).hour + 1)]
