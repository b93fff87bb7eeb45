"""What people type into a form or a system feeds in, without what nobody can see."""

import unicodedata

_UNSEEN = frozenset(("Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"))  # controls, directions, nothing at all
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")  # letters by name, and blank


def seen(text: str) -> str:
    """The text without its edges and without characters that cannot be seen; line breaks stay."""
    return "".join(c for c in text if c == "\n" or not _is_unseen(c)).strip()


def one_line(text: str) -> str:
    """The same on one line."""
    return " ".join(seen(text.replace("\r", "\n").replace("\t", " ")).split("\n"))


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character) in _UNSEEN or character in _FILLERS
