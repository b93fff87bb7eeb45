"""Which service a text is about, by the code or the name it begins with: never a guess, and never two at once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hotline.rules.reply_text import fold

SHORTEST_CODE = 4
_BEFORE = re.compile(r"\s*(?:尾号)?\s*")
_BETWEEN = re.compile(r"[\s:：，,。-]*")
_SHORTEST_NAME = 2
# What people say around the name of a service when they are asked which one they meant.
_LEAD = re.compile('(?:[\\s“"「《]|我?(?:评价|说)的?是|(?:就是|是|指的是|关于|对于?))*')
_NAME = re.compile('[^\\s,，.。;；:：!！、“”"「」《》()（）0-9]+(?: [a-z][^\\s,，.。;；:：!！、0-9]*)*')
_TAIL = re.compile("(?:的?(?:那|这)?(?:个|件|项|一个|一件|事项|业务|办件)?(?:吧|啊|呀|哦)?)$")


@dataclass(frozen=True, slots=True)
class Coded:
    """A service that a text can name: by the end of its number, four characters or more, or by all of it."""

    id: int
    number: str
    service_count: int = 1


@dataclass(frozen=True, slots=True)
class Named:
    """The one that the text names, and what is left of the text once the code is taken out."""

    id: int
    text: str


def code_of(one: Coded, others: Sequence[Coded]) -> str:
    """The shortest end of its number that none of the others shares; services of one number are told apart by count."""
    rivals = [other.number.lower() for other in others if other.number.lower() != one.number.lower()]
    length = min(SHORTEST_CODE, len(one.number))
    while length < len(one.number) and any(rival.endswith(one.number[-length:].lower()) for rival in rivals):
        length += 1
    shared = any(other.number.lower() == one.number.lower() for other in others if other.id != one.id)
    return f"{one.number[-length:]}-{one.service_count}" if shared else one.number[-length:]


def shortened(name: str, longest: int, language: str) -> str:
    """At most `longest` characters of a name, and a sign that there are more: one that costs no dearer alphabet."""
    if len(name) <= longest:
        return name
    return name[:longest].rstrip() + ("…" if language.startswith("zh") else "...")


def named(text: str, candidates: Sequence[Coded]) -> Named | None:
    """The candidate with whose code the text begins; None = it names none of them, or more than one."""
    start = _BEFORE.match(text)
    said = text[start.end() :] if start else text
    found = [(one, rest) for one in candidates if (rest := _behind(said, one.number)) is not None]
    if len(found) > 1:  # they may be services of one number: “0012-2 5”
        found = [
            (one, rest[len(count) :])
            for one, rest in found
            if rest.startswith(count := f"-{one.service_count}") and _ends_there(rest, len(count))
        ]
    if len(found) != 1:
        return None
    one, rest = found[0]
    between = _BETWEEN.match(rest)
    return Named(one.id, rest[between.end() :] if between else rest)


def by_name(text: str, names: Sequence[str]) -> tuple[int, str] | None:
    """The one of `names` that the text begins with, or whose part it does, and what follows; None = none, or several.

    Two characters at least, and nothing else before a blank or a comma: 社保卡 of 社保卡申领, but not 我要社保卡.
    """
    lead = _LEAD.match(text)
    start = lead.end() if lead else 0
    whole = [(place, name) for place, name in enumerate(names) if name and fold(text[start:]).startswith(fold(name))]
    if whole:
        place, name = max(whole, key=lambda one: len(one[1]))
        return (place, _bare(text[start + len(name) :])) if sum(other == name for _, other in whole) == 1 else None
    run = _NAME.match(fold(text), start)
    said = _TAIL.sub("", run.group()) if run else ""
    found = [place for place, name in enumerate(names) if said in fold(name)]
    if run is None or len(said) < _SHORTEST_NAME or len(found) != 1:
        return None
    return found[0], _bare(text[run.end() :])


def _bare(rest: str) -> str:
    return rest.strip(' \n,，.。;；:：、”"」》）)')


def _behind(said: str, number: str) -> str | None:
    """What follows the longest end of `number` that `said` begins with; None = it begins with none.

    One character is no code: it could be the rating itself.
    """
    for length in range(len(number), max(1, min(SHORTEST_CODE, len(number)) - 1), -1):
        if said[:length].lower() == number[-length:].lower() and _ends_there(said, length):
            return said[length:]
    return None


def _ends_there(text: str, at: int) -> bool:
    """Is the character at `at` no part of a longer number or word?"""
    return re.match(r"[0-9A-Za-z]", text[at : at + 1]) is None
