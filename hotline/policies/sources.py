"""Where the figures of a policy come from: the comment beside each entry of its TOML files, which is its source."""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass

_SECTION = re.compile(r"^\[(\w+)(?:\.(\w+))?\]\s*(?:#\s*(.*))?$")
_ENTRY = re.compile(r"^([\w-]+)\s*=\s*([^#]*?)\s*(?:#\s*(.*))?$")
_COMMENT = re.compile(r"#\s*(.*)$")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it is written: its section (empty = none) and name, and what its comment says."""

    section: str
    name: str
    source: str


def read_sources(text: str) -> list[Entry]:
    """Every entry of one file, in its order; an entry of several lines, or one that is a table of its
    own, has the comments of all of them."""
    found: list[Entry] = []
    section, is_table = "", False
    for line in text.splitlines():
        if head := _SECTION.match(line):
            section, is_table = head[1], head[2] is not None
            if is_table:
                found.append(Entry(section, head[2], head[3] or ""))
        elif (entry := _ENTRY.match(line)) and not is_table:
            found.append(Entry(section, entry[1], entry[3] or ""))
        elif (is_table or line[:1].isspace()) and found and (said := _COMMENT.search(line)):
            last = found[-1]
            found[-1] = Entry(last.section, last.name, "; ".join(filter(None, (last.source, said[1]))))
    return found


@dataclass(frozen=True, slots=True)
class Source:
    """What a file says about one of its entries, and which file that is: a preset by name, or a path."""

    file: str
    words: str


def sources_of(name: str, text_of: Callable[[str], str]) -> dict[tuple[str, str], Source]:
    """Of every entry of the policy `name`, by section and name: the file that decides it. `text_of` reads a file."""
    text = text_of(name)
    base: str | None = tomllib.loads(text).get("extends")
    below = {} if base is None else sources_of(base, text_of)
    return below | {(one.section, one.name): Source(name, one.source) for one in read_sources(text)}
