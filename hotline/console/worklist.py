"""What the queue shows: the cases that a person may see, by tab and page, and the figures above them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVarTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, case, false, func, select
from sqlalchemy.orm import Session

from hotline.actions.case_queue import ANY, Wanted, by_urgency, only_wanted, ready
from hotline.actions.case_steps import works_on
from hotline.actions.own_cases import about, is_about
from hotline.console.access import Person
from hotline.console.shown import SOON, midnight
from hotline.tables import Case, CaseDepartment, ServiceRecord
from hotline.tables.people import Role

PAGE_SIZE = 25
_MOST_DEPARTMENTS = 200

Columns = TypeVarTuple("Columns")


class Tab(StrEnum):
    """Which cases are listed."""

    OPEN = "open"
    MINE = "mine"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Counts:
    """The figures above the queue. `open` = overdue + soon + later + undated, which have no deadline running; `ready`
    of them can be handed to whoever looks."""

    open: int
    ready: int
    overdue: int
    soon: int
    undated: int
    mine: int
    closed_today: int

    @property
    def later(self) -> int:
        return self.open - self.overdue - self.soon - self.undated


@dataclass(frozen=True, slots=True)
class Page:
    """One page of cases, and whether another follows."""

    cases: Sequence[Case]
    number: int
    has_next: bool


def count(session: Session, person: Person, now: datetime, zone: ZoneInfo, wanted: Wanted = ANY) -> Counts:
    """Count what `person` may see and wants to, as of `now`."""
    opened, free, overdue, soon, undated, mine = session.execute(
        _seen_by(
            person,
            select(
                func.count(),
                _how_many(and_(*ready(person.skills, now))),
                _how_many(Case.due_at <= now),
                _how_many((Case.due_at > now) & (Case.due_at <= now + SOON)),
                _how_many(Case.due_at.is_(None)),
                _how_many((Case.holder_id == person.id) & (Case.held_until > now)),
            ).select_from(Case),
            wanted,
        ).where(Case.closed_at.is_(None))
    ).one()
    closed_today = select(func.count()).select_from(Case).where(Case.closed_at >= midnight(now, zone))
    done = session.scalar(_seen_by(person, closed_today, wanted)) or 0
    return Counts(opened, free, overdue, soon, undated, mine, closed_today=done)


def list_page(session: Session, person: Person, tab: Tab, number: int, now: datetime, wanted: Wanted = ANY) -> Page:
    """Page `number` (from 1) of a tab: open cases by urgency, closed ones newest first."""
    cases = _seen_by(person, select(Case), wanted)
    match tab:
        case Tab.OPEN:
            cases = cases.where(Case.closed_at.is_(None)).order_by(*by_urgency())
        case Tab.MINE:
            held = (Case.holder_id == person.id) & (Case.held_until > now)
            cases = cases.where(Case.closed_at.is_(None), held).order_by(*by_urgency())
        case Tab.CLOSED:
            cases = cases.where(Case.closed_at.is_not(None)).order_by(Case.closed_at.desc(), Case.id.desc())
    found = session.scalars(cases.limit(PAGE_SIZE + 1).offset((number - 1) * PAGE_SIZE)).all()
    return Page(found[:PAGE_SIZE], number, len(found) > PAGE_SIZE)


def departments(session: Session, person: Person) -> Sequence[tuple[str, str]]:
    """Code and name of those that have an open case which `person` may see."""
    code = func.coalesce(Case.dept_code, ServiceRecord.dept_code)
    own = case((Case.dept_code.is_(None), ServiceRecord.dept_name))
    named = select(code, func.max(own)).join(ServiceRecord, ServiceRecord.id == Case.record_id)
    found = _seen_by(person, named, ANY).where(Case.closed_at.is_(None), code.is_not(None))
    rows = session.execute(found.group_by(code).order_by(code).limit(_MOST_DEPARTMENTS))
    return [(dept_code, name or dept_code) for dept_code, name in rows]


def may_see(session: Session, person: Person, case: Case) -> bool:
    """A department sees the cases of its own services, and those that it leads or works on; whoever may be the one that
    was rated sees none."""
    if person.only_explains or is_about(case, person):
        return False
    return person.role is not Role.DEPARTMENT or works_on(session, case, person.dept_code)


def _seen_by(person: Person, cases: Select[*Columns], wanted: Wanted) -> Select[*Columns]:
    cases = only_wanted(cases, wanted)
    if person.only_explains:
        return cases.where(false())
    cases = cases if person.staff_no is None else cases.where(~about(person))
    if person.role is not Role.DEPARTMENT:
        return cases
    own = select(ServiceRecord.id).where(ServiceRecord.dept_code == person.dept_code)
    joint = select(CaseDepartment.case_id).where(
        CaseDepartment.dept_code == person.dept_code, CaseDepartment.left_at.is_(None)
    )
    return cases.where(Case.record_id.in_(own) | (Case.dept_code == person.dept_code) | Case.id.in_(joint))


def _how_many(which: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(which)
