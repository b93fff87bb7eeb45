"""The numbers in a reply: which one is a score, which one a key, and which ones only count hours, windows or visits.

A score names its unit and so its stars (5分, 3星, ★★★★, 3/5); a key is a bare 1 to 5, which only a scale can read.
"""

import re
from enum import StrEnum
from typing import NamedTuple

from hotline.rules.reply_surroundings import (
    counts,
    dates,
    ends_well,
    gives,
    is_best,
    is_given,
    is_joined,
    is_less_than_least,
    is_refused,
    is_spoilt,
    is_taken_off,
    lead_in_end,
    lead_start,
    past_particle,
    spelled_stands,
    unit_end,
)
from hotline.rules.reply_text import has_latin


class Kind(StrEnum):
    """What a number turned out to be."""

    SCORE = "score"
    POINTS = "points"  # 5分 with nobody giving it: a score, but under rank_1_best perhaps a key
    KEY = "key"
    NO_RATING = "no-rating"  # stands where a rating would, and is none: 0, 4.5, 100分, 扣5分
    BEST = "best"  # 满分5分: only says what the best would be
    OFF = "off"  # 扣一星: how many stars are missing
    OTHER = "other"  # counts or names something else


class Number(NamedTuple):
    """A number at `start:end` of the folded text, lead-in (我选, 给) and unit included; its first digit stands `at`.

    `value` is 1 to 5, or 0 where the number is none of them.
    """

    kind: Kind
    value: int
    start: int
    at: int
    end: int


_ENGLISH = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_VALUES = {str(n): n for n in range(1, 6)} | {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5} | _ENGLISH
_NUMERALS = frozenset("0123456789零一二两三四五六七八九十百")
_NUMBER = re.compile(
    r"[0-9]+(?:(?:[-./:~年月·*]|,(?=[0-9]{3}(?![0-9])))[0-9]+)*|"
    # 一般 and 一直 are words: behind a Chinese digit stands its unit, a particle, or what a comment begins with.
    r"(?<![零一二两三四五六七八九十百千万亿])[零一二两三四五六七八九十百千万亿]++(?:点[零一二三四五六七八九]++)?+"
    r"(?=$|[^一-龥]|[分星颗个粒枚吧啊呀哦哈嘛了呗啦噢哟谢感辛非很不满服态])"
    r"|(?<![a-z])(?:one|two|three|four|five)(?![a-z])|★(?: {0,2}★)*(?: {0,2}☆)*|☆(?: {0,2}☆)*|满分"
)
_DIGIT = re.compile("[0-9零一二两三四五六七八九十百千万亿★☆]")
_STAR = frozenset("★☆")
_OTHER_BEST = re.compile("[ :是为]{0,2}(?:(?!5(?![0-9])|五)[0-9一二三四六七八九十百]|多少|几|什么|[吗呢制])")
_LEAST = frozenset(f"{number}{unit}" for number in "01零一半" for unit in ("星", "分", "颗星", "个星", "颗 星"))
_AN_ID = 3  # so many digits name a thing: 12345, 10086


def read_numbers(text: str) -> list[Number]:
    """Every number in the folded text, in order, with what it is."""
    if not (_DIGIT.search(text) or "满分" in text or has_latin(text)):
        return []
    lead_end = -1
    numbers: list[Number] = []
    done = 0
    for match in _NUMBER.finditer(text):
        if match.start() >= done:
            lead_end = lead_in_end(text) if lead_end < 0 else lead_end
            numbers.append(_read(text, match, lead_end))
            done = numbers[-1].end
    return numbers


def _read(text: str, match: re.Match[str], lead_end: int) -> Number:
    word, start, end = match.group(), match.start(), match.end()
    if word[0] in "★☆":
        return _drawn(text, word, start, end)
    if word == "满分":
        return _full_marks(text, start, end, lead_end)
    value, is_digits = _VALUES.get(word, 0), word[0].isascii() and word[0].isdigit()
    if is_digits and is_joined(text, start, end):
        return _none(Kind.OTHER, start, end)
    if is_digits and len(word) == 3 and word.endswith("/5"):
        return _fraction(text, _VALUES.get(word[0], 0), start, end, lead_end)
    if is_digits and value and text[start - 1 : start] in _STAR and not text[end : end + 1].isalnum():
        return Number(Kind.SCORE, value, start - 1, start, end)  # ★4
    unit = unit_end(text, end)
    if unit is not None:
        return _score(text, value, start, unit, lead_end, is_digits=is_digits)
    if not value:
        return _none(Kind.NO_RATING if _stands_alone(text, word, start, end, lead_end) else Kind.OTHER, start, end)
    if is_digits or spelled_stands(text, end, english=word in _ENGLISH):
        return _key(text, value, start, end, lead_end)
    return _none(Kind.OTHER, start, end)


def _none(kind: Kind, start: int, end: int) -> Number:
    return Number(kind, 0, start, start, end)


def _drawn(text: str, word: str, start: int, end: int) -> Number:
    """Stars one by one; hollow ones beside full ones fill up to five; ☆☆☆☆☆ may be none of five."""
    full, hollow = word.count("★"), word.count("☆")
    total = full + hollow
    if total == 1 and (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()):
        return _none(Kind.OTHER, start, end)
    if total > 5 or hollow == 5 or (full and hollow and total != 5):
        return _none(Kind.NO_RATING, start, end)
    return Number(Kind.SCORE, full or hollow, start, start, end)


def _full_marks(text: str, start: int, end: int, lead_end: int) -> Number:
    """满分 alone is five of five; beside a number it only says what the best would be, and that must be five."""
    if _OTHER_BEST.match(text, end):
        return _none(Kind.NO_RATING, start, end)
    before, after = text[max(0, start - 2) : start].rstrip(" ("), text[end : end + 3].lstrip(" :是为,(")
    if before[-1:] == "分" or not _NUMERALS.isdisjoint(before[-1:] + after[:1]):
        return _none(Kind.BEST, start, end)
    first = lead_start(text, start, lead_end)
    return _none(Kind.NO_RATING, start, end) if first is None else Number(Kind.SCORE, 5, first, start, end)


def _fraction(text: str, value: int, start: int, end: int, lead_end: int) -> Number:
    """3/5 is three of five, unless it is the fifth of March."""
    first, after = lead_start(text, start, lead_end), text[end : end + 1]
    if not value or first is None or (after.isalnum() and after not in "分星") or dates(text, end):
        return _none(Kind.NO_RATING, start, end)
    return Number(Kind.SCORE, value, first, start, end + (after in {"分", "星"}))


def _score(text: str, value: int, start: int, end: int, lead_end: int, *, is_digits: bool) -> Number:
    if value <= 1 and text[start:end].strip(" 颗个") in _LEAST and is_less_than_least(text, start, end):
        return Number(Kind.SCORE, 1, start, start, end)
    if not value:
        is_degree = not is_digits and text[end : end + 1].isalnum()  # 十分满意, 万分感谢
        return _none(Kind.OTHER if is_degree else Kind.NO_RATING, start, end)
    if is_best(text, start, end):
        return _none(Kind.BEST, start, end)
    if is_taken_off(text, start):
        return Number(Kind.OFF, value, start, start, end)
    if is_spoilt(text, start, end) or not gives(text, start, end):
        return Number(Kind.NO_RATING, value, start, start, end)
    first = lead_start(text, start, lead_end)
    kind = Kind.POINTS if "分" in text[start:end] and not is_given(text, start) else Kind.SCORE
    return Number(kind, value, start if first is None else first, start, past_particle(text, end))


def _stands_alone(text: str, word: str, start: int, end: int, lead_end: int) -> bool:
    """Is this number, which is none from 1 to 5, given as the answer?"""
    is_id = word.isdigit() and len(word) >= _AN_ID
    return start == lead_end and not is_id and not text[end : end + 1].isalnum() and not counts(text, end)


def _key(text: str, value: int, start: int, end: int, lead_end: int) -> Number:
    first = lead_start(text, start, lead_end) if ends_well(text, end, first=start == lead_end) else None
    if first is None:
        return _none(Kind.OTHER, start, end)
    if is_refused(text, end):
        return Number(Kind.NO_RATING, value, start, start, end)
    return Number(Kind.KEY, value, first, start, past_particle(text, end))
