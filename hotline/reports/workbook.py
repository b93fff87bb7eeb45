"""A list as an Excel file, written row by row: memory stays the same for one row and for fifty thousand.

Words are written as words: no cell of ours is a formula, whatever a citizen wrote.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import IO
from zoneinfo import ZoneInfo

import xlsxwriter

Cell = str | float | datetime | None
_LONGEST = 32_767  # characters that a cell takes


def write_workbook(
    file: IO[bytes],
    name: str,
    columns: Sequence[tuple[str, int]],
    rows: Iterable[Sequence[Cell]],
    about: Sequence[tuple[str, str]],
    zone: ZoneInfo,
) -> int:
    """The sheet `name` with a header (each column with its width), and one that says what it is; how many rows."""
    workbook = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False})
    bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    moment = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    said = workbook.add_worksheet("说明")
    said.set_column(0, 1, 24)
    sheet = workbook.add_worksheet(name)
    sheet.freeze_panes(1, 2)
    for column, (title, width) in enumerate(columns):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, title, bold)
    count = 0
    for count, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(count, column, cell[:_LONGEST])
            elif isinstance(cell, datetime):
                sheet.write_datetime(count, column, cell.astimezone(zone).replace(tzinfo=None), moment)
            elif cell is not None:
                sheet.write_number(count, column, cell)
    for number, (what, words) in enumerate((*about, ("行数 rows", str(count)))):
        said.write_string(number, 0, what, bold)
        said.write_string(number, 1, words)
    sheet.activate()
    workbook.close()
    return count
