"""Which cases are meant: one filter, and one query, for the search and for the ledger (整改台账)."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, or_, select, tuple_
from sqlalchemy.orm import Session

from hotline.rules.casework import CaseState, DeadlineKind, Ending, Outcome
from hotline.tables import Case, CaseDeadline, CaseDepartment, Rating, ServiceRecord
from hotline.tables.service import RecordKind

MOST_RECORDS = 500  # whose number begins as was typed
_FEW = 1000


class TooMany(Exception):
    """More records than that begin so: more of the number is needed."""


class Timely(StrEnum):
    """Was every step of the case done in time so far?"""

    IN_TIME = "in_time"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What the cases must be; None = whatever. `number`: how the record's begins. `phone_lookup` never comes from an
    address. `kind`, `due_from`, `due_to` and `overdue` are about deadlines that are still open."""

    case_id: int | None = None
    number: str | None = None
    phone_lookup: str | None = None
    record_kind: RecordKind | None = None
    dept_code: str | None = None
    area_code: str | None = None
    is_open: bool | None = None
    state: CaseState | None = None
    result: Outcome | Ending | None = None
    agent_id: int | None = None
    stars: int | None = None
    named: bool | None = None
    opened_from: date | None = None
    opened_to: date | None = None
    kind: DeadlineKind | None = None
    due_from: date | None = None
    due_to: date | None = None
    overdue: bool | None = None
    timely: Timely | None = None


def matching(
    session: Session, wanted: CaseFilter, own_dept: str | None, now: datetime, zone: ZoneInfo
) -> list[ColumnElement[bool]]:
    """The conditions of the filter; `own_dept`: and only what this department may see. Raises TooMany."""
    departments = [code for code in (wanted.dept_code, own_dept) if code is not None]
    return [
        *_of_case(wanted, zone),
        *_of_record(session, wanted),
        *_of_deadlines(wanted, now, zone),
        *(_of_department(session, code) for code in departments),
    ]


def _of_department(session: Session, code: str) -> ColumnElement[bool]:
    """Few are named one by one; of many, some are soon met on the way through all."""
    found = session.scalars(select(Case.id).where(seen_by_department(code)).limit(_FEW + 1)).all()
    return Case.id.in_(found) if len(found) <= _FEW else seen_by_department(code)


def seen_by_department(dept_code: str) -> ColumnElement[bool]:
    """Cases of its own services, and those that it leads or works on."""
    joint = select(CaseDepartment.case_id).where(
        CaseDepartment.dept_code == dept_code, CaseDepartment.left_at.is_(None)
    )
    return (Case.rated_dept_code == dept_code) | (Case.dept_code == dept_code) | Case.id.in_(joint)


def newest_first(conditions: list[ColumnElement[bool]], before: Case | None = None) -> Select[Any]:
    """Those cases by when they were opened, from behind `before` on."""
    cases = select(Case).where(*conditions).order_by(Case.opened_at.desc(), Case.id.desc())
    return cases if before is None else cases.where(tuple_(Case.opened_at, Case.id) < (before.opened_at, before.id))


def _of_case(wanted: CaseFilter, zone: ZoneInfo) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.case_id is not None:
        conditions.append(Case.id == wanted.case_id)
    if wanted.is_open is not None:
        conditions.append(Case.closed_at.is_(None) if wanted.is_open else Case.closed_at.is_not(None))
    if wanted.state is not None:
        ended = wanted.state is CaseState.CLOSED
        conditions += [Case.state == wanted.state, Case.closed_at.is_not(None) if ended else Case.closed_at.is_(None)]
    if wanted.result is not None:
        column = Case.outcome if isinstance(wanted.result, Outcome) else Case.ending
        conditions.append(column == wanted.result)
    if wanted.agent_id is not None:
        conditions.append((Case.responsible_id == wanted.agent_id) | (Case.holder_id == wanted.agent_id))
    if wanted.opened_from is not None:
        conditions.append(Case.opened_at >= _midnight(wanted.opened_from, zone))
    if wanted.opened_to is not None:
        conditions.append(Case.opened_at < _midnight(wanted.opened_to + timedelta(days=1), zone))
    return conditions


def _of_record(session: Session, wanted: CaseFilter) -> list[ColumnElement[bool]]:
    """By its number and telephone through their indexes; the rest is looked at in each case's record."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.number is not None:
        begins = select(ServiceRecord.id).where(_begins(session, wanted.number)).limit(MOST_RECORDS + 1)
        found = session.scalars(begins).all()
        if len(found) > MOST_RECORDS:
            raise TooMany
        conditions.append(Case.record_id.in_(found))
    if wanted.phone_lookup is not None:
        of_phone = select(ServiceRecord.id).where(ServiceRecord.phone_lookup == wanted.phone_lookup)
        conditions.append(Case.record_id.in_(of_phone))
    if wanted.record_kind is not None:
        conditions.append(Case.record.has(ServiceRecord.kind == wanted.record_kind))
    if wanted.area_code is not None:
        conditions.append(Case.record.has(ServiceRecord.area_code == wanted.area_code))
    if wanted.named is not None:
        conditions.append(Case.record.has(ServiceRecord.named == wanted.named))
    if wanted.stars is not None:
        conditions.append(Case.rating.has(Rating.stars == wanted.stars))
    return conditions


def _begins(session: Session, number: str) -> ColumnElement[bool]:
    """Each database finds the beginning of a word through an index in a way of its own."""
    if session.get_bind().dialect.name == "postgresql":
        return ServiceRecord.number.startswith(number, autoescape=True)
    quoted = "".join(f"[{c}]" if c in "*?[" else c for c in number)
    return ServiceRecord.number.op("GLOB", is_comparison=True)(f"{quoted}*")


def _of_deadlines(wanted: CaseFilter, now: datetime, zone: ZoneInfo) -> list[ColumnElement[bool]]:
    due: list[ColumnElement[bool]] = []
    if wanted.kind is not None:
        due.append(CaseDeadline.kind == wanted.kind)
    if wanted.due_from is not None:
        due.append(CaseDeadline.due_at >= _midnight(wanted.due_from, zone))
    if wanted.due_to is not None:
        due.append(CaseDeadline.due_at < _midnight(wanted.due_to + timedelta(days=1), zone))
    if due and wanted.overdue:
        due += [CaseDeadline.due_at <= now, CaseDeadline.kind != DeadlineKind.RE_RATING]
    conditions: list[ColumnElement[bool]] = []
    if due:
        waiting = (CaseDeadline.met_at.is_(None), CaseDeadline.dropped_at.is_(None), *due)
        conditions += [Case.closed_at.is_(None), _with_deadline(waiting, wanted)]
    elif wanted.overdue:
        conditions.append(is_overdue(now))
    if wanted.timely is not None:
        late = or_(Case.missed, and_(Case.closed_at.is_(None), Case.due_at.is_not(None), Case.due_at <= now))
        conditions.append(late if wanted.timely is Timely.LATE else ~late)
    return conditions


def _with_deadline(waiting: tuple[ColumnElement[bool], ...], wanted: CaseFilter) -> ColumnElement[bool]:
    """A few days hold few deadlines, which are found first; else each case is looked at in its turn."""
    if wanted.due_from is not None and wanted.due_to is not None:
        return Case.id.in_(select(CaseDeadline.case_id).where(*waiting))
    return select(CaseDeadline.id).where(CaseDeadline.case_id == Case.id, *waiting).exists()


def is_overdue(now: datetime) -> ColumnElement[bool]:
    """Is a step not done and its time over? The citizen's own time is nobody's fault."""
    return Case.closed_at.is_(None) & (Case.due_at <= now)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone)
