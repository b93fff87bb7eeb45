"""Which service a text is about, by the code it begins with: never a guess, and never two at once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Coded:
    """Something a text can name; `code` is the end of its number, as the citizen was shown it."""

    id: int
    code: str


@dataclass(frozen=True, slots=True)
class Named:
    """The one that the text names, and what is left of the text once the code is taken out."""

    id: int
    text: str


def named(text: str, candidates: Sequence[Coded]) -> Named | None:
    """The candidate with whose code the text begins; None = it names none of them, or a code that two share."""
    found = [
        Named(candidate.id, rest)
        for candidate in candidates
        if len(candidate.code) > 1 and (rest := _without_code(text, candidate.code)) is not None
    ]  # a code of one character could be the rating itself
    return found[0] if len(found) == 1 else None


def _without_code(text: str, code: str) -> str | None:
    """The text without the `code` standing alone at its beginning, as the which-one question asks for it."""
    start = re.match(rf"\s*(?:尾号)?\s*{re.escape(code)}(?![0-9A-Za-z])[\s:：，,。-]*", text, flags=re.IGNORECASE)
    return None if start is None else text[start.end() :]
