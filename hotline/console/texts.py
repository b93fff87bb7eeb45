"""What became of our texts, day by day: a chart, the figures, why some were not delivered, and the same as a file."""

from collections.abc import Iterator
from datetime import date, timedelta

from flask import Response, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from hotline.console.access import needs_role
from hotline.console.room import blueprint
from hotline.reports.funnel import Day, funnel, total
from hotline.reports.spreadsheet import csv_lines
from hotline.rules.bounds import bounded_day
from hotline.services import services
from hotline.tables.people import Role

SHOWN = 14  # days
_READERS = (Role.SUPERVISOR, Role.ADMIN, Role.AUDITOR)
# The steps that the chart draws, and how each bar is filled.
STEPS = ("asked", "delivered", "answered")

_HEADER = (
    *("日期 day", "邀请 asked", "已发送 sent", "已送达 delivered", "已评价 answered", "到期后评价 late"),
    *("曾未读懂 unclear", "退订 opted out", "未发送（已退订） declined", "结果不明 unknown", "未送达 failed"),
    *("未送达代码 failure codes", "短信条数 segments"),
)


@blueprint.get("/texts")
@needs_role(*_READERS)
def texts() -> str:
    """Fourteen days up to `last` (today, unless given), with their sum."""
    today = _today()
    days = _days(last := _last_day(today))
    return render_template(
        "console/texts.html",
        days=days,
        whole=total(days),
        steps=STEPS,
        most=max(day.asked for day in days),
        last=last,
        earlier=last - timedelta(days=SHOWN),
        later=min(last + timedelta(days=SHOWN), today) if last < today else None,
        share=_share,
    )


@blueprint.get("/texts.csv")
@needs_role(*_READERS)
def texts_csv() -> BaseResponse:
    """The same days as a file."""
    last = _last_day(_today())
    headers = {"Content-Disposition": f'attachment; filename="texts-{last:%Y%m%d}.csv"'}
    return Response(csv_lines(_HEADER, _rows(_days(last))), mimetype="text/csv", headers=headers)


def _today() -> date:
    house = services()
    return house.now().astimezone(house.policy.zone).date()


def _last_day(today: date) -> date:
    try:
        return bounded_day(request.args.get("last", ""))
    except ValueError:
        return today


def _days(last: date) -> list[Day]:
    house = services()
    with house.database.read() as session:
        return funnel(session, last - timedelta(days=SHOWN - 1), last, house.policy.zone)


def _share(part: int, whole: int) -> str:
    """A share to one decimal place; a dash when there is nothing to share."""
    return f"{100 * part / whole:.1f}%" if whole else "—"


def _rows(days: list[Day]) -> Iterator[tuple[object, ...]]:
    for day in days:
        codes = " ".join(f"{code}×{count}" for code, count in day.failed.items())
        steps = (day.day, day.asked, day.sent, day.delivered, day.answered, day.late)
        yield (*steps, day.unclear, day.opted_out, day.declined, day.unknown, day.failures, codes, day.segments)
