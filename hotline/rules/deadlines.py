"""Deadlines: working days and natural days from an event, and the daily windows in which people may be asked.

Counting follows 民法典 §§201–203: the day of the event does not count, and the last day ends when business closes.
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


@dataclass(frozen=True, slots=True)
class Window:
    """The hours of a day in which people may be asked, in the policy's time zone; the end is not inside."""

    opens: time
    closes: time

    def next_open(self, now: datetime, zone: ZoneInfo) -> datetime:
        """`now` if the window is open, else the next moment at which it opens (aware, UTC)."""
        local = now.astimezone(zone)
        if self.opens <= local.time() and (self.closes == time.min or local.time() < self.closes):
            return now
        day = local.date() if local.time() < self.opens else local.date() + timedelta(days=1)
        return datetime.combine(day, self.opens, zone).astimezone(now.tzinfo)


IsWorkday = Callable[[date], bool]


def state_council_workday(day: date) -> bool:
    """Is it a working day by the State Council's list? Raises NotImplementedError for a year without a list."""
    return bool(chinese_calendar.is_workday(day))


def deadline(
    start: datetime,
    count: int,
    unit: DayUnit,
    closes_at: time,
    zone: ZoneInfo,
    is_workday: IsWorkday = state_council_workday,
) -> Deadline:
    """`count` days after `start` (0 = at once), at closing time of the last one.

    Without a list for a year, Monday to Friday stand in and the deadline is provisional.
    """
    if count == 0:
        return Deadline(start, provisional=False)
    day, provisional = start.astimezone(zone).date(), False
    if unit is DayUnit.NATURAL:
        day += timedelta(days=count)
    else:
        for _ in range(count):
            day, guessed = _next_workday(day, is_workday)
            provisional = provisional or guessed
    return Deadline(datetime.combine(day, closes_at, zone).astimezone(start.tzinfo), provisional)


def _next_workday(day: date, is_workday: IsWorkday) -> tuple[date, bool]:
    """The first working day after `day`, and whether any day on the way had to be guessed."""
    guessed = False
    while True:
        day += timedelta(days=1)
        try:
            works = is_workday(day)
        except NotImplementedError:
            guessed, works = True, day.weekday() < 5
        if works:
            return day, guessed
