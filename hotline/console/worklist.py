"""What the queue shows: the cases that a person may see, by tab and page, and the figures above them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVarTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, ScalarSelect, Select, false, func, select
from sqlalchemy.orm import Session

from hotline.actions.case_queue import ANY, Wanted, by_urgency, only_wanted, ready
from hotline.actions.case_steps import works_on
from hotline.actions.own_cases import about, is_about
from hotline.console.access import Person
from hotline.console.shown import SOON, midnight
from hotline.reports.board import department_name
from hotline.reports.cases import seen_by_department
from hotline.tables import Case
from hotline.tables.people import Role

PAGE_SIZE = 25
_MOST_DEPARTMENTS = 200
MOST_READY = 1000  # counted; more are so many and more

Columns = TypeVarTuple("Columns")


class Tab(StrEnum):
    """Which cases are listed."""

    OPEN = "open"
    MINE = "mine"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Counts:
    """The figures above the queue. `open` = overdue + soon + later + undated, which have no deadline running; `ready`
    of them (MOST_READY and more are not told apart) can be handed to whoever looks."""

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
    """Count what `person` may see and wants to, as of `now`: each figure by an index that holds it, never by reading
    every open case."""

    def of_those(*which: ColumnElement[bool]) -> ScalarSelect[int]:
        counted = select(func.count()).select_from(Case)
        return _seen_by(person, counted, wanted).where(*which).scalar_subquery()

    is_open = Case.closed_at.is_(None)
    some_ready = _seen_by(person, select(Case.id), wanted).where(is_open, *ready(person.skills, now)).limit(MOST_READY)
    figures = select(
        of_those(is_open),
        select(func.count()).select_from(some_ready.subquery()).scalar_subquery(),
        of_those(is_open, Case.due_at <= now),
        of_those(is_open, Case.due_at > now, Case.due_at <= now + SOON),
        of_those(is_open, Case.due_at.is_(None)),
        of_those(Case.holder_id == person.id, Case.held_until > now, is_open),
        of_those(Case.closed_at >= midnight(now, zone)),
    )
    return Counts(*session.execute(figures).one())


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
    code = func.coalesce(Case.dept_code, Case.rated_dept_code)
    found = _seen_by(person, select(code), ANY).where(Case.closed_at.is_(None), code.is_not(None))
    codes = session.scalars(found.group_by(code).order_by(code).limit(_MOST_DEPARTMENTS)).all()
    return [(dept_code, department_name(session, dept_code) or dept_code) for dept_code in codes]


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
    return cases.where(seen_by_department(own)) if (own := own_dept(person)) is not None else cases


def own_dept(person: Person) -> str | None:
    """The department whose cases alone this person sees; None = all are seen."""
    return (person.dept_code or "") if person.role is Role.DEPARTMENT else None
