"""Lists as CSV files that a spreadsheet opens as they are, and in which no cell is run as a formula."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"  # Excel takes a file without it for one in the local code page
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The file, line by line, in UTF-8 once encoded; None is an empty cell."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write(BOM)
    writer.writerow(header)
    yield _taken(buffer)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
        yield _taken(buffer)


def local(at: datetime | None, zone: ZoneInfo) -> str:
    """A moment as a spreadsheet sorts it, in the city's time: `2026-11-23 09:30:00`."""
    return "" if at is None else f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def _cell(value: object) -> str:
    """What begins like a formula is marked as text; a plain number, such as +8613800138000, is none."""
    words = "" if value is None else str(value)
    return f"'{words}" if words.startswith(_FORMULA) and not _NUMBER.fullmatch(words) else words


def _taken(buffer: io.StringIO) -> str:
    line = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return line
