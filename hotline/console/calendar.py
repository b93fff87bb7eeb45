"""The calendar of working days: a year as twelve months, which years have a list, and loading the list of a new one."""

from calendar import Calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from hotline.actions.calendar import is_known, listed_days, load_year
from hotline.console.access import me, needs_role
from hotline.console.board import SUPERVISION
from hotline.console.room import blueprint, tell
from hotline.console.words import Words
from hotline.rules.bounds import bounded
from hotline.rules.calendar_list import Fault, ListedDay, read_list, state_council_list
from hotline.services import services
from hotline.tables.people import Role

LARGEST_FILE = 64 * 1024  # a year's list has a few dozen lines
_YEARS_AROUND = 2
_SATURDAY = 5
_FAULTS = {
    "header": Words("第一行应为列名 day,kind,name。", "The first line must name the columns day, kind, name."),
    "day": Words("日期应写作 2027-01-01。", "The day must be written as 2027-01-01."),
    "kind": Words("kind 应为 off（放假）或 work（上班）。", "kind must be off or work."),
    "twice": Words("该日期重复。", "The day is there twice."),
    "year": Words("与前面的日期不在同一年。", "It is of another year than the days before."),
    "empty": Words("文件中没有日期。", "There is no day in it."),
    "size": Words("文件过大，或不是 UTF-8 文本。", "The file is too large, or not text in UTF-8."),
}


@dataclass(frozen=True, slots=True)
class Day:
    """`kind`: work, rest (a weekend), off (a holiday) or makeup (a weekend that is worked)."""

    day: date
    kind: str
    name: str | None


@dataclass(frozen=True, slots=True)
class Upload:
    """A list as it came, read but not taken yet."""

    text: str
    days: Sequence[ListedDay]
    faults: Sequence[tuple[int, Words]]


@blueprint.get("/calendar")
@needs_role(*SUPERVISION)
def calendar_page() -> str:
    """The year that is asked for, else this one."""
    return _page(_year(request.args.get("year", _today().year, type=bounded)))


@blueprint.post("/calendar")
@needs_role(Role.ADMIN)
def load_calendar() -> BaseResponse | str | tuple[str, int]:
    """First show what a list says, and what is wrong with which line; take it when it is sent with `take`."""
    house, person = services(), me()
    upload = _read()
    if upload.faults:
        return _page(_today().year, upload), 400
    year = upload.days[0].day.year
    if "take" not in request.form:
        return _page(year, upload)
    with house.database.write() as session:
        load_year(session, upload.days, person.name, house.now())
    tell(
        f"{year} 年放假安排已载入，暂定时限将自动重新计算。",
        f"The list of {year} is loaded; provisional deadlines are counted anew.",
    )
    return redirect(url_for("console.calendar_page", year=year), 303)


def _read() -> Upload:
    """What was typed, or else the file."""
    file = request.files.get("file")
    data = request.form.get("list", "").encode()
    if not data.strip() and file is not None:
        data = file.stream.read(LARGEST_FILE + 1)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return Upload("", [], [(1, _FAULTS["size"])])
    if len(data) > LARGEST_FILE:
        return Upload("", [], [(1, _FAULTS["size"])])
    days, faults = read_list(text)
    if not days and not faults:
        faults = [Fault(1, "empty")]
    return Upload(text, days, [(fault.line, _FAULTS[fault.field]) for fault in faults])


def _today() -> date:
    house = services()
    return house.now().astimezone(house.policy.zone).date()


def _year(wanted: int) -> int:
    return min(max(wanted, 2004), 2200)


def _page(year: int, upload: Upload | None = None) -> str:
    """The year; with an `upload`, as it would be."""
    this = _today().year
    around = sorted({year, *range(this - _YEARS_AROUND, this + _YEARS_AROUND + 1)})
    with services().database.read() as session:
        years = [(each, bool(listed_days(session, each)), is_known(session, each)) for each in around]
        loaded = [ListedDay(one.day, one.works, one.name) for one in listed_days(session, year)]
    is_preview = upload is not None and not upload.faults
    listed = upload.days if upload is not None and is_preview else loaded or _known(year)
    months = _months(year, {one.day: one for one in listed or ()})
    return render_template(
        "console/calendar.html",
        year=year,
        years=years,
        months=months,
        listed=listed,
        upload=upload,
        is_preview=is_preview,
        may_load=me().role is Role.ADMIN,
    )


def _known(year: int) -> Sequence[ListedDay] | None:
    """None: the year's list is not out yet, and Monday to Friday stand in."""
    try:
        return state_council_list(year)
    except NotImplementedError:
        return None


def _months(year: int, listed: dict[date, ListedDay]) -> list[list[list[Day | None]]]:
    """Twelve months of weeks from Monday to Sunday; None = a day of another month."""
    weeks = Calendar().yeardatescalendar(year, 12)[0]
    return [
        [[_day(day, listed.get(day)) if day.month == number else None for day in week] for week in month]
        for number, month in enumerate(weeks, start=1)
    ]


def _day(day: date, listed: ListedDay | None) -> Day:
    is_weekend = day.weekday() >= _SATURDAY
    if listed is None:
        return Day(day, "rest" if is_weekend else "work", None)
    if listed.works:
        return Day(day, "makeup" if is_weekend else "work", listed.name)
    return Day(day, "off", listed.name)
