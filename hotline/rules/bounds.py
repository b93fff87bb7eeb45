"""Whole numbers and days that somebody writes in an address: read without ever leaving what can be computed with."""

from datetime import date

_EARLIEST, _LATEST = date(2000, 1, 1), date(9000, 1, 1)
LARGEST = 2**53  # no id, page or position comes near it, and 25 times as much still fits into 64 bits


def bounded(text: str) -> int:
    """The number written, or the end of the range that lies nearest to it. Raises ValueError if it is no number."""
    return max(-LARGEST, min(int(text), LARGEST))


def bounded_day(text: str) -> date:
    """The day written, such as 2026-11-23. Raises ValueError if it is none, or none of these millennia."""
    day = date.fromisoformat(text)
    if not _EARLIEST <= day < _LATEST:
        raise ValueError("day")
    return day
