"""The rating in a reply: its one number and its one label weighed against each other, or the reason there is none.

Words beat digits when the two contradict (1非常满意 is five stars); two ratings side by side are none.
"""

import re
from itertools import pairwise
from typing import NamedTuple

from hotline.rules.reply_conditions import is_asked, is_conditional, is_either, is_if_done, is_unsettled, wavers
from hotline.rules.reply_denials import is_denied_behind
from hotline.rules.reply_doubts import Doubt, is_plain
from hotline.rules.reply_guards import before_turn, complains, failed, is_sarcastic, is_taken_back, suggests, turns
from hotline.rules.reply_numbers import Kind, Number, read_numbers
from hotline.rules.reply_remarks import ease, is_wronged, without_formerly
from hotline.rules.reply_words import Label, only_praises, read_labels, sides
from hotline.rules.scale import Scale, is_bad


class Rating(NamedTuple):
    """The stars (1–5), by which rule, and the spans of the text that said so."""

    stars: int
    rule: str
    spans: tuple[tuple[int, int], ...]


_SCORES = frozenset({Kind.SCORE, Kind.POINTS})
_REFUSED = frozenset({Kind.NO_RATING, Kind.OFF})
_RATES = _SCORES | {Kind.KEY}
_WORD = re.compile(r"[^\W_]")
# 满意，没有什么不满意的: says the same twice. Alone it is a double negation, and says nothing.
_NOTHING_WRONG = re.compile("没(?:有|什么|啥|任何)*+不满意?(?:的?(?:地方|之处)|的)?")
# 1最好: which key is the best, or how good was it?
_BEST = re.compile(r"[ ,(\[]*+最好\W*+$")
_TWICE = re.compile(r" ?[(\[]| (?:(?<=[0-9] )[一二三四五]|(?<=[一二三四五] )[0-9])")


def read_rating(text: str, scale: Scale) -> Rating | str:
    """The rating in the folded text under `scale`, or the name of the rule that refused to guess one."""
    numbers = read_numbers(text)
    number = _one_number(text, numbers)
    if isinstance(number, str):
        return number
    rest = text if number is None else f"{text[: number.start]}{',' * (number.end - number.start)}{text[number.end :]}"
    if number is None and "没" in rest:
        rest = _without_nothing_wrong(rest)
    labels = read_labels(rest)
    label = _one_label(labels, beside_number=number is not None)
    if len(labels) > 1 and wavers(rest):
        label = "condition"
    if isinstance(label, str):
        return label
    if number is None:
        if label is None:
            return "number-is-no-rating" if numbers else "no-rating"
        found: Rating | str = Rating(_stars(label), "words", _label_spans(label))
    elif label is None:
        found = _by_number(rest, number, scale)
    else:
        found = _weigh(rest, number, label, scale)
    if isinstance(found, str):
        return found
    return _disbelief(rest, found, labels, number) or found


def _without_nothing_wrong(text: str) -> str:
    """The text without 没有不满意 where another label says what is meant; places stay the same."""
    spared = _NOTHING_WRONG.sub(lambda match: "," * len(match.group()), text)
    return spared if spared != text and read_labels(spared) else text


def _one_number(text: str, numbers: list[Number]) -> Number | str | None:
    """The number that rates; None if none does, or the rule why it cannot be told."""
    if not numbers:
        return None
    chosen = numbers[0] if len(numbers) == 1 else _chosen(text, numbers)
    if chosen is None or isinstance(chosen, str):
        return chosen
    if chosen.kind not in _RATES:
        return _refused(chosen) if chosen.kind in _REFUSED else None
    if is_asked(text, chosen.end):
        return "question"
    if is_unsettled(text):
        return "condition"
    if len(numbers) > 1 and is_either(text):
        return "several-ratings"
    if chosen.at and is_conditional(text, chosen.start, chosen.at):
        return "condition"
    return chosen


def _refused(number: Number) -> str:
    return "score-not-given" if number.value else "not-1-to-5"


def _chosen(text: str, numbers: list[Number]) -> Number | str | None:
    """Which of several numbers rates."""
    numbers = _without_stars_off([number for number in numbers if number.kind is not Kind.BEST])
    rating = [number for number in numbers if number.kind is not Kind.OTHER]
    if len(rating) > 1 and any(number.kind in _REFUSED for number in rating):
        return "several-ratings"
    if not rating:
        return None
    scores = [number for number in rating if number.kind in _SCORES]
    if len(rating) > 1 and (len({number.value for number in rating}) > 1 or not (scores or _said_twice(text, rating))):
        return "several-ratings"
    chosen = (scores or rating)[0]
    return "several-ratings" if _stands_beside_another(text, numbers, numbers.index(chosen)) else chosen


def _without_stars_off(numbers: list[Number]) -> list[Number]:
    """The numbers without the one star of 4星，扣一星, if it makes up the five."""
    off = [number.value for number in numbers if number.kind is Kind.OFF]
    given = {number.value for number in numbers if number.kind in _SCORES}
    if len(off) != 1 or given != {5 - off[0]}:
        return numbers
    return [number for number in numbers if number.kind is not Kind.OFF]


def _said_twice(text: str, keys: list[Number]) -> bool:
    """The same key again in brackets or the other way of writing: 5（五）, 五 5."""
    return len(keys) == 2 and _TWICE.match(text, keys[0].end) is not None


def _stands_beside_another(text: str, numbers: list[Number], position: int) -> bool:
    """Is there no word between the number and one that counts nothing: 5 13800138000?"""
    return any(
        Kind.OTHER in (one.kind, other.kind)
        and text[one.at].isascii()
        and text[other.at].isascii()
        and not text[other.end : other.end + 1].isalnum()
        and not _WORD.search(text, one.end, other.at)
        for one, other in pairwise(numbers[max(0, position - 1) : position + 2])
    )


def _one_label(labels: list[Label], *, beside_number: bool) -> Label | str | None:
    """The label that rates; None if none does, or the rule why it cannot be told."""
    if not labels:
        return None
    if any(label.stars is Doubt.UNSURE for label in labels):
        return "unsure-words"
    said = [label for label in labels if label.stars is not Doubt.IDLE]
    if not said:
        return None if beside_number else "condition"
    if not beside_number and _judges_two(labels, said):
        return "mixed-words"
    if len(said) == 1:
        return said[0]
    firm = [label for label in said if label.firm] or said
    if len({label.stars for label in firm}) > 1 or len({is_bad(_stars(label)) for label in said}) > 1:
        return "mixed-words"
    return next((label for label in firm if label.whole), firm[0])


def _judges_two(labels: list[Label], said: list[Label]) -> bool:
    """护照满意，户口不满意: is what was said of one thing unsaid of another, each with a label of its own?"""
    believed = {(label.firm, is_bad(_stars(label))) for label in said}
    idle = (label for label in labels if label.stars is Doubt.IDLE and label.of_another and label.worth)
    return any((label.firm, not is_bad(label.worth)) in believed for label in idle)


def _by_number(rest: str, number: Number, scale: Scale) -> Rating | str:
    """A number without a label."""
    if scale is Scale.RANK_1_BEST and _may_be_a_key(rest, number):
        return "score-or-key"
    if _stars_of(number, scale) != 5 and _BEST.match(rest, number.end):
        return "digit-against-words"
    return Rating(_stars_of(number, scale), _rule(number), ((number.start, number.end),))


def _weigh(rest: str, number: Number, label: Label, scale: Scale) -> Rating | str:
    """A number and a label together."""
    by_number, by_words = _stars_of(number, scale), _stars(label)
    span = (number.start, number.end)
    if by_number == by_words:
        return Rating(by_number, "digit-and-words", (span, *(_label_spans(label) if label.firm else ())))
    same_side = is_bad(by_number) == is_bad(by_words)
    if number.kind is Kind.SCORE and same_side and label.firm:
        return Rating(by_number, "score", (span,))
    if label.whole and same_side and by_words < 3 and label.start == label.clause_start:
        return Rating(by_words, "words-over-digit", (span, *_label_spans(label)))
    if label.is_nod:
        # 好，1: 好 only says OK. 1 好 may judge.
        if label.start < number.start and not rest[label.clause_start : label.start].strip():
            return Rating(by_number, _rule(number), (span, (label.clause_start, label.clause_end)))
        return Rating(by_number, _rule(number), (span,)) if same_side else "digit-against-words"
    if label.whole and label.worth == 3 and label.is_bare:
        return Rating(by_words, "words-over-digit", (span, *_label_spans(label)))
    if label.whole and (label.firm or not same_side) and not turns(rest):
        return Rating(by_words, "words-over-digit", (span, *_label_spans(label)))
    return Rating(by_number, _rule(number), (span,)) if same_side else "digit-against-words"


def _disbelief(rest: str, found: Rating, labels: list[Label], number: Number | None) -> str | None:
    """The rule by which a rating that was read is not believed, from the words beside it."""
    bad = is_bad(found.stars)
    if is_taken_back(rest):
        return "sarcasm"
    if not bad and is_sarcastic(rest):
        return "sarcasm"
    if not bad and labels and is_denied_behind(rest):
        return "unsure-words"
    # Beside a number, 满意 in a wish still takes a side; without one, what was not believed is not heard.
    said = labels if number is None else [label for label in labels if label.stars is not Doubt.IDLE]
    beside = _without(rest, [(label.start, label.end) for label in said])
    if not _WORD.search(beside):
        return None
    if not bad and is_wronged(beside):
        return "digit-against-words" if number else "mixed-words"
    if number is None and not bad and any(is_if_done(rest, label.start, label.start) for label in labels):
        return "condition"
    # 很好，又推给别人: 好 may mean a part, or nothing; it is believed only among thanks and praise.
    light = number is None and not bad and not any(label.firm for label in labels)
    middling = found.stars == 3 and (turns(rest) or all(label.whole for label in labels))
    if light and not (middling or only_praises(_without_clauses(rest, labels))):
        return "mixed-words"
    return _contradicted(beside, found, number)


def _contradicted(beside: str, found: Rating, number: Number | None) -> str | None:
    """The rule by which the words beside a rating take the other side."""
    bad = is_bad(found.stars)
    is_key = number is not None and number.kind is Kind.KEY
    praises, blames = sides(beside)
    if is_key and bad and not blames and _is_against_ease(before_turn(beside), found.stars):
        return "digit-against-words"
    if turns(beside) or suggests(beside):
        return None
    if (blames and not praises and not bad) or (praises and not blames and bad):
        return "digit-against-words" if number else "mixed-words"
    if is_key and found.stars >= 4 and failed(beside):
        return "digit-against-words"
    if is_key and found.stars == 5 and _is_against_ease(beside, found.stars):
        return "digit-against-words"
    if found.stars == 5 and (number is None or number.kind in _SCORES) and complains(without_formerly(beside)):
        return "sarcasm"
    return None


def _is_against_ease(beside: str, stars: int) -> bool:
    """A bad key beside 快, or the best one beside 慢: the citizen may have mistaken the scale."""
    if not (stars == 5 or is_bad(stars)):
        return False
    easy, hard = ease(beside)
    return hard and not easy if stars == 5 else easy and not hard


def _without_clauses(text: str, labels: list[Label]) -> str:
    return _without(text, [(label.clause_start, label.clause_end) for label in labels])


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    if not spans:
        return text
    pieces, end = [], 0
    for start, stop in spans:
        pieces.append(text[end:start])
        end = max(end, stop)
    return ",".join([*pieces, text[end:]])


def _stars_of(number: Number, scale: Scale) -> int:
    return number.value if number.kind in _SCORES else scale.stars(number.value)


def _stars(label: Label) -> int:
    assert not isinstance(label.stars, Doubt)
    return label.stars


def _may_be_a_key(rest: str, number: Number) -> bool:
    """5分，谢谢: a score of five to one citizen, the option 5 to another."""
    return number.kind is Kind.POINTS and number.value != 3 and is_plain(rest)


def _rule(number: Number) -> str:
    return "score" if number.kind in _SCORES else "digit"


def _label_spans(label: Label) -> tuple[tuple[int, int], ...]:
    """A label that shares its clause with other words is left in its sentence, which would not read without it."""
    return ((label.clause_start, label.clause_end),) if label.whole else ()
