"""Deadlines: working days and natural days from an event, and the daily windows in which people may be asked.

Counting follows 民法典 §§201–203: the day of the event does not count, and the last day ends when business closes. Only
what is counted in natural days may end on a day off: §203 would move it on, no city's rules do, and earlier is safe.
Working days follow the State Council's yearly list (`chinesecalendar`), make-up workdays (调休) included.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import chinese_calendar


class DayUnit(StrEnum):
    WORKING = "working_day"
    NATURAL = "natural_day"


@dataclass(frozen=True, slots=True)
class Deadline:
    """When something is due (aware, UTC). Provisional: a year's list of holidays was missing."""

    due_at: datetime
    provisional: bool


IsWorkday = Callable[[date], bool]


def state_council_workday(day: date) -> bool:
    """Is it a working day by the State Council's list? Raises NotImplementedError for a year without a list."""
    return bool(chinese_calendar.is_workday(day))


@dataclass(frozen=True, slots=True)
class Window:
    """The hours of a day in which people may be asked, in the policy's time zone; an end is not inside.

    `pauses`: (begin, end) of hours inside it that are left out. Without `on_days_off`, days that are no working days
    are left out too; of a year without a list, Saturdays and Sundays are.
    """

    opens: time
    closes: time
    pauses: tuple[tuple[time, time], ...] = ()
    on_days_off: bool = True

    def next_open(self, now: datetime, zone: ZoneInfo, is_workday: IsWorkday) -> datetime:
        """`now` if the window is open, else the next moment at which it opens (aware, UTC)."""
        days = _Days(DayUnit.NATURAL if self.on_days_off else DayUnit.WORKING, is_workday)
        local = now.astimezone(zone)
        if not days.counts(local.date()) or (self.closes != time.min and local.time() >= self.closes):
            return self._first_open(days.after(local.date()), self.opens, zone, now)
        return now if self._is_open(local.time()) else self._first_open(local.date(), local.time(), zone, now)

    def _is_open(self, at: time) -> bool:
        return self._behind_pauses(max(at, self.opens)) == at

    def _first_open(self, day: date, at: time, zone: ZoneInfo, now: datetime) -> datetime:
        opens = self._behind_pauses(max(at, self.opens))
        return datetime.combine(day, opens, zone).astimezone(now.tzinfo)

    def _behind_pauses(self, at: time) -> time:
        """`at`, or the end of the pauses it falls in."""
        for begins, ends in sorted(self.pauses):
            if begins <= at < ends:
                at = ends
        return at


def deadline(
    start: datetime,
    count: int,
    unit: DayUnit,
    closes_at: time,
    zone: ZoneInfo,
    is_workday: IsWorkday = state_council_workday,
) -> Deadline:
    """`count` days after `start`, at closing time of the last one; 0 = at once, which is before today's closing time.

    What comes in after closing, or on a day off, is at once on the next day that counts. Without a list for a
    year, Monday to Friday stand in and the deadline is provisional.
    """
    days = _Days(unit, is_workday)
    local = start.astimezone(zone)
    day = local.date()
    if count == 0 and not (local.time() < closes_at and days.counts(day)):
        count = 1
    for _ in range(count):
        day = days.after(day)
    return Deadline(datetime.combine(day, closes_at, zone).astimezone(start.tzinfo), days.guessed)


def moment_before(
    due_at: datetime, count: int, unit: DayUnit, zone: ZoneInfo, is_workday: IsWorkday = state_council_workday
) -> datetime:
    """The same hour of the day, `count` days before."""
    days, local = _Days(unit, is_workday), due_at.astimezone(zone)
    day = local.date()
    for _ in range(count):
        day = days.after(day, back=True)
    return datetime.combine(day, local.time(), zone).astimezone(due_at.tzinfo)


def moment_after(
    due_at: datetime,
    count: int,
    unit: DayUnit,
    closes_at: time,
    zone: ZoneInfo,
    is_workday: IsWorkday = state_council_workday,
) -> datetime:
    """At closing time `count` days after a deadline; 0 = when it passes."""
    return due_at if count == 0 else deadline(due_at, count, unit, closes_at, zone, is_workday).due_at


def months_after(day: date, months: int) -> date:
    """The same day of the month so many months later, or the last one of that month."""
    months += day.month - 1
    year, month = day.year + months // 12, months % 12 + 1
    next_month = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, min(day.day, (next_month - date(year, month, 1)).days))


class _Days:
    """Goes from day to day, over those that count; remembers whether any of them had to be guessed."""

    def __init__(self, unit: DayUnit, is_workday: IsWorkday) -> None:
        self._unit, self._is_workday = unit, is_workday
        self.guessed = False

    def counts(self, day: date) -> bool:
        if self._unit is DayUnit.NATURAL:
            return True
        try:
            return self._is_workday(day)
        except NotImplementedError:
            self.guessed = True
            return day.weekday() < 5

    def after(self, day: date, *, back: bool = False) -> date:
        """The first day after `day` that counts; `back`: the last one before it."""
        one = timedelta(days=-1 if back else 1)
        day += one
        while not self.counts(day):
            day += one
        return day
