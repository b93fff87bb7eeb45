"""The rating in a reply: its one number and its one label weighed against each other, or the reason there is none.

Words beat digits when the two contradict (1非常满意 is five stars); two ratings side by side are none.
"""

import re
from dataclasses import dataclass
from itertools import pairwise

from hotline.rules.reply_guards import complains, contrasts, is_sarcastic
from hotline.rules.reply_numbers import Kind, Number, read_numbers
from hotline.rules.reply_words import Doubt, Label, read_labels, sides
from hotline.rules.scale import Scale, is_bad


@dataclass(frozen=True, slots=True)
class Rating:
    """The stars (1–5), by which rule, and the spans of the text that said so."""

    stars: int
    rule: str
    spans: tuple[tuple[int, int], ...]


_CONDITION = re.compile(
    "如果|要是|假如|倘若|若是|本来|原本|除非|希望|才[给能]|凭什么|为什么|怎么|谁|不可能|以为|难道|之前|上次|原来|以前|"
    r"让我|叫我|要我|逼|要求|强迫|把我的|被[改评]|\b(?:if|would have|could have|hope|wish|until|unless|why|how|last time|before)\b"
)
_SCORES = frozenset({Kind.SCORE, Kind.POINTS})
_WORD = re.compile(r"[^\W_]")
_ASKS = re.compile(r" {0,3}\?")
_TWICE = re.compile(r" ?[(\[]")


def read_rating(text: str, scale: Scale) -> Rating | str:
    """The rating in the folded text under `scale`, or the name of the rule that refused to guess one."""
    numbers = read_numbers(text)
    number = _one_number(text, numbers)
    if isinstance(number, str):
        return number
    rest = text if number is None else f"{text[: number.start]}{',' * (number.end - number.start)}{text[number.end :]}"
    labels = read_labels(rest)
    label = _one_label(labels, beside_number=number is not None)
    if isinstance(label, str):
        return label
    if number is None:
        if label is None:
            return "number-is-no-rating" if numbers else "no-rating"
        found = Rating(_stars(label), "words", _label_spans(label))
    elif label is None:
        if number.kind is Kind.POINTS and scale is Scale.RANK_1_BEST and not _borne_out(rest, number):
            return "score-or-key"
        found = Rating(_stars_of(number, scale), _rule(number), ((number.start, number.end),))
    else:
        weighed = _weigh(rest, number, label, scale)
        if isinstance(weighed, str):
            return weighed
        found = weighed
    return _disbelief(_without(rest, labels), found, number) or found


def _borne_out(rest: str, number: Number) -> bool:
    """Is 5分 more than a key with a unit: is it the middle, or does the reply take its side?"""
    praises, blames = sides(rest)
    return number.value == 3 or (praises != blames and blames == is_bad(number.value))


def _one_number(text: str, numbers: list[Number]) -> Number | str | None:
    """The number that rates; None if none does, or the rule why it cannot be told."""
    numbers = [number for number in numbers if number.kind is not Kind.BEST]
    rating = [number for number in numbers if number.kind is not Kind.OTHER]
    if not rating:
        return None
    if any(number.kind is Kind.NO_RATING for number in rating):
        return "not-1-to-5" if len(rating) == 1 else "several-ratings"
    scores = [number for number in rating if number.kind in _SCORES]
    if len(rating) > 1 and (len({number.value for number in rating}) > 1 or not (scores or _said_twice(text, rating))):
        return "several-ratings"
    chosen = (scores or rating)[0]
    if len(numbers) > 1 and _stands_beside_another(text, numbers, numbers.index(chosen)):
        return "several-ratings"
    if _ASKS.match(text, chosen.end):
        return "question"
    if _CONDITION.search(text, 0, chosen.at):
        return "condition"
    return chosen


def _said_twice(text: str, keys: list[Number]) -> bool:
    """The same key again in brackets: 5（五）."""
    return len(keys) == 2 and _TWICE.match(text, keys[0].end) is not None


def _stands_beside_another(text: str, numbers: list[Number], position: int) -> bool:
    """Is there no word between the number and one that is no rating: 5 13800138000?"""
    return any(
        Kind.OTHER in (one.kind, other.kind) and not _WORD.search(text, one.end, other.at)
        for one, other in pairwise(numbers[max(0, position - 1) : position + 2])
    )


def _one_label(labels: list[Label], *, beside_number: bool) -> Label | str | None:
    """The label that rates; None if none does, or the rule why it cannot be told."""
    if any(label.stars is Doubt.UNSURE for label in labels):
        return "unsure-words"
    said = [label for label in labels if not isinstance(label.stars, Doubt)]
    if not said:
        return "condition" if labels and not beside_number else None
    firm = [label for label in said if label.firm] or said
    if len({label.stars for label in firm}) > 1 or len({is_bad(_stars(label)) for label in said}) > 1:
        return "mixed-words"
    return next((label for label in firm if label.whole), firm[0])


def _weigh(rest: str, number: Number, label: Label, scale: Scale) -> Rating | str:
    """A number and a label together."""
    by_number, by_words = _stars_of(number, scale), _stars(label)
    span = (number.start, number.end)
    if by_number == by_words:
        return Rating(by_number, "digit-and-words", (span, *(_label_spans(label) if label.firm else ())))
    same_side = is_bad(by_number) == is_bad(by_words)
    if label.whole and (label.firm or not same_side) and not contrasts(rest):
        return Rating(by_words, "words-over-digit", (span, *_label_spans(label)))
    return Rating(by_number, _rule(number), (span,)) if same_side else "digit-against-words"


def _without(text: str, labels: list[Label]) -> str:
    pieces, end = [], 0
    for label in labels:
        pieces.append(text[end : label.start])
        end = label.end
    return ",".join([*pieces, text[end:]])


def _disbelief(rest: str, found: Rating, number: Number | None) -> str | None:
    """The rule by which a rating that was read is not believed, from the words beside it."""
    bad = is_bad(found.stars)
    if not bad and is_sarcastic(rest):
        return "sarcasm"
    if contrasts(rest):
        return None
    praises, blames = sides(rest)
    if (blames and not praises and not bad) or (praises and not blames and bad):
        return "digit-against-words" if number else "mixed-words"
    if found.stars == 5 and (number is None or number.kind in _SCORES) and complains(rest):
        return "sarcasm"
    return None


def _stars_of(number: Number, scale: Scale) -> int:
    return number.value if number.kind in _SCORES else scale.stars(number.value)


def _stars(label: Label) -> int:
    assert not isinstance(label.stars, Doubt)
    return label.stars


def _rule(number: Number) -> str:
    return "score" if number.kind in _SCORES else "digit"


def _label_spans(label: Label) -> tuple[tuple[int, int], ...]:
    """A label that shares its clause with other words is left in its sentence, which would not read without it."""
    return ((label.clause_start, label.clause_end),) if label.whole else ()
