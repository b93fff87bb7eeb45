"""Whole numbers that somebody writes in an address: read without ever leaving what a database can compare."""

LARGEST = 2**53  # no id, page or position comes near it, and 25 times as much still fits into 64 bits


def bounded(text: str) -> int:
    """The number written, or the end of the range that lies nearest to it. Raises ValueError if it is no number."""
    return max(-LARGEST, min(int(text), LARGEST))
