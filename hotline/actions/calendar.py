"""Which days are worked: the list that an administrator loaded for a year, else the State Council's as we know it."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hotline.actions.audit import audit
from hotline.errors import BadInput
from hotline.rules.calendar_list import ListedDay
from hotline.rules.deadlines import IsWorkday, state_council_workday
from hotline.tables import CalendarDay

_KEPT = "hotline_calendar"


def workdays(session: Session) -> IsWorkday:
    """Is it a working day? Raises NotImplementedError for a year of which nobody has a list.

    A year is read once in a session: whoever loads a list does nothing else with it.
    """
    years: dict[int, dict[date, bool]] = session.info.setdefault(_KEPT, {})

    def is_workday(day: date) -> bool:
        if day.year not in years:
            rows = select(CalendarDay.day, CalendarDay.works).where(CalendarDay.year == day.year)
            years[day.year] = {row.day: row.works for row in session.execute(rows)}
        if loaded := years[day.year]:
            return loaded.get(day, day.weekday() < 5)
        return state_council_workday(day)

    return is_workday


class Guesses:
    """The same, and remembers the years that had to be guessed."""

    def __init__(self, session: Session) -> None:
        self._is_workday = workdays(session)
        self._years: set[int] = set()

    def __call__(self, day: date) -> bool:
        try:
            return self._is_workday(day)
        except NotImplementedError:
            self._years.add(day.year)
            raise

    @property
    def first_year(self) -> int | None:
        return min(self._years, default=None)


def is_known(session: Session, year: int) -> bool:
    """Has anybody a list of that year's holidays?"""
    try:
        workdays(session)(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True


def load_year(session: Session, days: Sequence[ListedDay], actor: str, now: datetime) -> int:
    """Take these days as the list of their year, in place of one that was loaded before; returns the year.

    Deadlines that had to guess at it are counted anew by the next sweep. Raises BadInput.
    """
    years = {listed.day.year for listed in days}
    if len(years) != 1:
        raise BadInput("day", "the list must hold the days of one year, and at least one")
    if len({listed.day for listed in days}) != len(days):
        raise BadInput("day", "a day is there twice")
    year = years.pop()
    session.execute(delete(CalendarDay).where(CalendarDay.year == year))
    session.add_all(CalendarDay(day=one.day, year=year, works=one.works, name=one.name) for one in days)
    session.info.pop(_KEPT, None)
    audit(session, actor, "calendar_loaded", now, subject=f"year:{year}", facts={"days": len(days)})
    return year


def listed_days(session: Session, year: int) -> Sequence[CalendarDay]:
    """What was loaded for that year, in order; none = nothing was."""
    return session.scalars(select(CalendarDay).where(CalendarDay.year == year).order_by(CalendarDay.day)).all()
