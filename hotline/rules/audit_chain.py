"""The chain of the audit log: each entry's seal covers the whole entry and the seal before it, so nothing can be
changed, left out, put in between or put in another order without breaking it.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

BEFORE_THE_FIRST = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the audit log, and what it is sealed with. `number` counts from 1 without a gap."""

    number: int
    at: datetime
    actor: str
    action: str
    subject: str | None
    facts: dict[str, Any]
    previous: str
    seal: str


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry as far as the chain was followed: `number` 0 is before the first."""

    number: int = 0
    seal: str = BEFORE_THE_FIRST

    def __str__(self) -> str:
        return f"{self.number}:{self.seal}"


class Break(StrEnum):
    """What is wrong where the chain breaks."""

    CHANGED = "changed"  # the entry is not what was sealed
    MISSING = "missing"  # there is none with the next number
    UNLINKED = "unlinked"  # it was sealed after another one than it stands after
    CUT_OFF = "cut_off"  # the log ends before an entry that was there
    REPLACED = "replaced"  # the entry of that number is another one, and all that follow were sealed anew


def read_head(text: str) -> Head:
    """As `Head` writes it. Raises ValueError."""
    number, _, seal = text.strip().partition(":")
    if len(seal) != len(BEFORE_THE_FIRST) or set(seal) - set("0123456789abcdef"):
        raise ValueError("not a head")
    return Head(int(number), seal)


def seal_of(entry: Entry) -> str:
    """SHA-256 over every field in one spelling, whichever database kept it; 64 hexadecimal digits."""
    fields = {
        "number": entry.number,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "facts": entry.facts,
        "previous": entry.previous,
    }
    return sha256(json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def break_at(head: Head, entry: Entry) -> Break | None:
    """What is wrong with `entry` as the one after `head`."""
    if entry.number != head.number + 1:
        return Break.MISSING
    if entry.seal != seal_of(entry):
        return Break.CHANGED
    if entry.previous != head.seal:
        return Break.UNLINKED
    return None
