"""What the queue shows: the cases that a person may see, by tab and page, and the figures above them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVarTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from hotline.actions.case_steps import works_on
from hotline.actions.casework import by_urgency
from hotline.console.access import Person
from hotline.console.shown import SOON, midnight
from hotline.reports.cases import seen_by_department
from hotline.rules.casework import OPEN, CaseState
from hotline.tables import Case
from hotline.tables.people import Role

PAGE_SIZE = 25

Columns = TypeVarTuple("Columns")


class Tab(StrEnum):
    """Which cases are listed."""

    OPEN = "open"
    MINE = "mine"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Counts:
    """The figures above the queue. `open` = overdue + soon + later + contacted, whatever came after the contact; `free`
    of them nobody holds."""

    open: int
    free: int
    overdue: int
    soon: int
    contacted: int
    mine: int
    closed_today: int

    @property
    def later(self) -> int:
        return self.open - self.overdue - self.soon - self.contacted


@dataclass(frozen=True, slots=True)
class Page:
    """One page of cases, and whether another follows."""

    cases: Sequence[Case]
    number: int
    has_next: bool


def count(session: Session, person: Person, now: datetime, zone: ZoneInfo) -> Counts:
    """Count what `person` may see, as of `now`."""
    due, uncontacted = Case.first_contact_due_at, Case.state == CaseState.OPENED
    opened, free, overdue, soon, contacted, mine = session.execute(
        _seen_by(
            person,
            select(
                func.count(),
                _how_many(_is_free(now)),
                _how_many(uncontacted & (due <= now)),
                _how_many(uncontacted & (due > now) & (due <= now + SOON)),
                _how_many(Case.state != CaseState.OPENED),
                _how_many((Case.holder_id == person.id) & (Case.held_until > now)),
            ).select_from(Case),
        ).where(Case.state.in_(OPEN))
    ).one()
    closed_today = select(func.count()).select_from(Case).where(Case.closed_at >= midnight(now, zone))
    done = session.scalar(_seen_by(person, closed_today)) or 0
    return Counts(opened, free, overdue, soon, contacted, mine, closed_today=done)


def list_page(session: Session, person: Person, tab: Tab, number: int, now: datetime) -> Page:
    """Page `number` (from 1) of a tab: open cases by urgency, closed ones newest first."""
    cases = _seen_by(person, select(Case))
    match tab:
        case Tab.OPEN:
            cases = cases.where(Case.state.in_(OPEN)).order_by(*by_urgency())
        case Tab.MINE:
            held = (Case.holder_id == person.id) & (Case.held_until > now)
            cases = cases.where(Case.state.in_(OPEN), held).order_by(*by_urgency())
        case Tab.CLOSED:
            cases = cases.where(Case.closed_at.is_not(None)).order_by(Case.closed_at.desc(), Case.id.desc())
    found = session.scalars(cases.limit(PAGE_SIZE + 1).offset((number - 1) * PAGE_SIZE)).all()
    return Page(found[:PAGE_SIZE], number, len(found) > PAGE_SIZE)


def may_see(session: Session, person: Person, case: Case) -> bool:
    """A department sees the cases of its own services, and those that it leads or works on."""
    return person.role is not Role.DEPARTMENT or works_on(session, case, person.dept_code)


def _seen_by(person: Person, cases: Select[*Columns]) -> Select[*Columns]:
    return cases.where(seen_by_department(own)) if (own := own_dept(person)) is not None else cases


def own_dept(person: Person) -> str | None:
    """The department whose cases alone this person sees; None = all are seen."""
    return (person.dept_code or "") if person.role is Role.DEPARTMENT else None


def _how_many(which: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(which)


def _is_free(now: datetime) -> ColumnElement[bool]:
    return Case.held_until.is_(None) | (Case.held_until <= now)
