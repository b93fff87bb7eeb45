"""A year's list of days off and make-up days (调休) as a file: `day,kind,name`, read line by line, each fault named."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import chinese_calendar
from chinese_calendar.constants import Holiday

from hotline.rules.bounds import bounded_day

HEADER = ("day", "kind")
_WORKS = {"off": False, "work": True}
_LONGEST_NAME = 64
_NAMES: dict[str, str] = {each.value: each.chinese for each in Holiday}  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class ListedDay:
    """A day that is not what its weekday says: off, or worked."""

    day: date
    works: bool
    name: str


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with which line of the file (from 1); `field`: day, kind, header, twice or year."""

    line: int
    field: str


def read_list(text: str) -> tuple[Sequence[ListedDay], Sequence[Fault]]:
    """The days of one year, and every line that is not one of them."""
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    if not set(HEADER) <= set(rows.fieldnames or ()):
        return [], [Fault(1, "header")]
    days: list[ListedDay] = []
    faults: list[Fault] = []
    for row in rows:
        read = _read(row)
        if isinstance(read, str):
            faults.append(Fault(rows.line_num, read))
        elif any(read.day == other.day for other in days):
            faults.append(Fault(rows.line_num, "twice"))
        elif days and read.day.year != days[0].day.year:
            faults.append(Fault(rows.line_num, "year"))
        else:
            days.append(read)
    return days, faults


def _read(row: dict[str, str | None]) -> ListedDay | str:
    """The day, or the name of the field that is wrong."""
    kind, name = (row["kind"] or "").strip(), (row.get("name") or "").strip()
    try:
        day = bounded_day((row["day"] or "").strip())
    except ValueError:
        return "day"
    return ListedDay(day, _WORKS[kind], name[:_LONGEST_NAME]) if kind in _WORKS else "kind"


def state_council_list(year: int) -> Sequence[ListedDay]:
    """The State Council's list as it comes with the product. Raises NotImplementedError for a year without one."""
    chinese_calendar.is_workday(date(year, 1, 1))
    found: list[ListedDay] = []
    for days, works in ((chinese_calendar.holidays, False), (chinese_calendar.workdays, True)):
        found += [ListedDay(day, works, _NAMES[name]) for day, name in days.items() if day.year == year]
    return sorted(found, key=lambda listed: listed.day)
