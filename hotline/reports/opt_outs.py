"""The list of numbers that are not to be asked, as a file: for carriers' own lists, and for whoever keeps the books."""

from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from hotline.actions.opt_outs import all_holding
from hotline.reports.spreadsheet import csv_lines, local
from hotline.tables import OptOut

_HEADER = ("号码 number", "退订时间 asked at", "途径 asked by")


def opt_outs_csv(session: Session, zone: ZoneInfo, open_box: Callable[[bytes], str] | None) -> Iterator[str]:
    """Every opt-out that holds, in the order they were asked for, line by line.

    Numbers are whole (E.164) with an `open_box`, else masked; times are local to `zone`.
    """
    return csv_lines(_HEADER, (_row(one, zone, open_box) for one in all_holding(session)))


def _row(one: OptOut, zone: ZoneInfo, open_box: Callable[[bytes], str] | None) -> tuple[str, str, str]:
    number = one.phone_masked if open_box is None else open_box(one.phone_box)
    return number, local(one.asked_at, zone), one.asked_by
