"""Reading a script's own sentence for the scale that it states: one whole list of key and label, in one direction.

Stricter than a citizen is read: whatever else could be taken for a key, a label or a direction is a stray.
"""

import re

from hotline.rules.level_names import (
    A_LABEL,
    FACTS,
    KEYS,
    LABEL,
    LABEL_FACT,
    NUMBER_FACT,
    RANGE,
    READ,
    STARS_FACT,
    STARS_OF,
    plain,
    prepared,
)
from hotline.rules.replies import Action, parse
from hotline.rules.scale import STAR_LABELS, Scale
from hotline.rules.script_turns import turns

# A key as a citizen types it: one digit, and nothing that makes it part of another number (05, 3.5, 18:00, 十五).
_VALUES = {str(key): key for key in range(1, 6)} | {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5}
_KEY = (
    f"(?<![0-9零一二三四五六七八九十a-z{FACTS}])(?<![0-9][.:/])[1-5一二三四五](?!般)"
    f"(?![0-9零二三四五六七八九十a-z{FACTS}]|一(?!般)|[.:/][0-9])"
)
_PRESS = (
    "(?:(?:please )?(?:press|reply|send|enter|dial|text)|请?(?:您?)(?:直接)?(?:按|回复?|输入|发送?|选择?)(?:数字)?键?)"
)
_UNIT = "(?:分|星|号?键|stars?)"
# Between a key and its label when the key comes first: 5非常满意, 1为满意, 按1键表示满意, 5 = very satisfied.
_KEY_TO_LABEL = (
    f" ?[)\\]】”\"'」]? ?{_UNIT}? ?(?:[:=—、.-]|[是为]|表示|代表|for|means|is|if you are)? ?[(\\[【“\"'「]? ?"
)
# And when the label does: 非常满意请按1, 非常满意：5, very satisfied, press 1, very satisfied (5).
_LABEL_TO_KEY = f" ?[)\\]】”\"'」]? ?[的者]?(?:[,，]? ?{_PRESS}|[:=—、.-]|[是为])? ?[(\\[【“\"'「]? ?(?:数字|key)? ?"
_BETWEEN = (
    f"{_UNIT}? ?[)\\]】”\"'」]? ?[,，;；、。./|]? ?(?:(?:和|或者?|and|or) ?)?"
    f"(?:如果?[您你]?(?:觉得|感到)?|若[您你]?|for|if(?: you are)?|{_PRESS})? ?[(\\[【“\"'「]?"
)
_ENDS = f"(?=$|[^\\w{FACTS}])"
_KEY_FIRST = f"{_KEY}{_KEY_TO_LABEL}{A_LABEL}"
_LABEL_FIRST = f"{A_LABEL}{_LABEL_TO_KEY}{_KEY}"
_PAIRS = tuple(re.compile(pair) for pair in (_KEY_FIRST, _LABEL_FIRST))


def _row(more: int) -> tuple[re.Pattern[str], ...]:
    """A pair and so many more, all in one direction, with nothing but signs between them."""
    return (
        re.compile(f"{_KEY_FIRST}(?:{_BETWEEN}{_KEY_FIRST}){{{more}}}{_ENDS}"),
        re.compile(f"{_LABEL_FIRST}(?:{_BETWEEN}{_LABEL_FIRST}){{{more}}}{_UNIT}?{_ENDS}"),
    )


_LISTS, _ENDS_OF_LIST = _row(4), _row(1)


def stated_scale(text: str) -> Scale | None:
    """The scale that a script's sentence (zh-CN, zh-Hant or en) states.

    None unless each key and each level stands in it exactly once, in one list, and nothing else that could be read as
    a key, a level or a direction.
    """
    return next((scale for scale in Scale if lists(text, scale) and not strays(text, scale, states=True)), None)


def keys_read(text: str) -> tuple[tuple[int, int], ...]:
    """(stars, key) of the pairs in a sentence, best first: of its one list, or all that can be read if none holds."""
    told = prepared(text)
    found = _pairs(told) if stated_scale(text) is None else _pairs(_list_of(told))
    return tuple(sorted(found, key=lambda pair: (-pair[0], pair[1])))


def lists(text: str, scale: Scale) -> bool:
    """Does the sentence have the whole list of levels, each with the key of `scale`?"""
    told = prepared(text)
    return _without_row(told, _LISTS, _whole(scale)) != told


def strays(text: str, scale: Scale, *, states: bool = False, scores: bool = False) -> list[str]:
    """What in the sentence could be read as a key, a level or a direction, beside the list that states `scale`.

    `states`: it must state the scale. `scores`: it may show how to send a score (11 5), and name the two ends of the
    list alone.
    """
    rest = _without_row(prepared(text), _LISTS, _whole(scale))
    rest = _QUOTED.sub(lambda match: READ if _is_request(match.group(1), scale) else match.group(), rest)
    if scores:
        rest = _EXAMPLE.sub(READ, _without_row(rest, _ENDS_OF_LIST, _whole(scale, (5, 1))))
    rest = _COUNTS.sub(READ, _RANGE.sub(RANGE, _OF_FIVE.sub(READ, rest)))
    found = [(match.start(), match.group()) for kind in _KEYS for match in kind.finditer(rest)]
    found += [(match.start(), match.group()) for match in _NUMBER.finditer(rest) if _is_key(match.group())]
    found += turns(rest, states=states)
    said = [_FACT_SIGN.sub("{…}", words).strip() for _, words in sorted(found)]
    return [*dict.fromkeys(one for one in said if one), *_turned_label(text)]


def without_counts(text: str) -> str:
    """The folded text without numbers that count days or hours, or tell a time."""
    return _COUNTS.sub(" ", plain(text))


def _is_request(word: str, scale: Scale) -> bool:
    """Is it a word to reply, such as 退订 or 不是我, that is no rating?"""
    return parse(word, scale).action not in (Action.RATE, Action.CLARIFY)


_QUOTED = re.compile('[“"「『]([^”"」』]{1,24})[”"」』]')
_FACT_SIGN = re.compile(f"[{FACTS}{KEYS}{RANGE}{READ}]")
_EXAMPLE = re.compile("(?<![0-9])1[1-5] [1-5](?![0-9])")
_RANGE = re.compile("(?<![0-9.])1 ?(?:至|到|-|~|—|to) ?5(?![0-9]|[.][0-9])")
_OF_FIVE = re.compile(f"(?<={STARS_FACT})(?: (?:out )?of 5|/5)(?![0-9])")
_MONTH = "(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)"
# Numbers that count something else: days, hours, a time of the day.
_COUNTS = re.compile(
    "(?<![0-9.])(?:[0-9]{1,2}[至到~-])?[0-9]{1,2}(?::[0-9]{2}|个?(?:工作日|小时|自然日|月|星期)|[天日月年周件条次项位]|个(?=数字)|分钟"
    f"| (?:working |business |calendar )?(?:days?|hours?|weeks?|months?|minutes?|{_MONTH}))(?![a-z])"
)
_BESIDE_A_FACT = re.compile(
    f"[{NUMBER_FACT}{STARS_FACT}]{_KEY_TO_LABEL}{A_LABEL}|{A_LABEL}{_LABEL_TO_KEY}[{NUMBER_FACT}{STARS_FACT}]|"
    f"{NUMBER_FACT}{_KEY_TO_LABEL}{LABEL_FACT}|{LABEL_FACT}{_LABEL_TO_KEY}{NUMBER_FACT}"
)
_NUMBER = re.compile("[0-9]+(?:[.:/][0-9]+)*")
# 一 in 统一, 第一时间 or 一次 is no key.
_HAN_KEY = re.compile(
    "(?<![第任周期拜统唯惟万逐进之同专单划合十百零])[一二三四五两](?![个次件遍条项下位些直定起般样切旦律并站线家同句段种类份天"
    "年月日周时半面致共经边路环行体概如味来十百千万字维者步]|分钟|小时)"
)
_WORD = "(?:one|two|three|four|five)"
_ENGLISH_KEY = re.compile(
    f"(?<![a-z])(?:press|reply|send|text|dial|enter|key|number|with) {_WORD}"
    "(?= (?:for|if|is|means)(?![a-z])| ?[=,.;:)]|$)"
    f"|(?<!which )(?<![a-z]){_WORD}(?: stars?)? ?(?:=|(?:is|means|for)(?![a-z]))"
)
_KEYS = (_BESIDE_A_FACT, _ENGLISH_KEY, _HAN_KEY)


def _whole(scale: Scale, levels: tuple[int, ...] = tuple(STAR_LABELS)) -> set[tuple[int, int]]:
    return {(stars, scale.key(stars)) for stars in levels}


def _without_row(text: str, rows: tuple[re.Pattern[str], ...], wanted: set[tuple[int, int]]) -> str:
    """The text with the first row that has just the wanted pairs taken out; any further one stays."""
    for row, pair in zip(rows, _PAIRS, strict=True):
        for match in row.finditer(text):
            if {_pair(one.group()) for one in pair.finditer(match.group())} == wanted:
                return f"{text[: match.start()]}{KEYS}{text[match.end() :]}"
    return text


def _list_of(told: str) -> str:
    return next(match.group() for row in _LISTS if (match := row.search(told)))


def _pairs(told: str) -> set[tuple[int, int]]:
    """Of a whole list, in its one direction; else of both."""
    for row, pair in zip(_LISTS, _PAIRS, strict=True):
        if row.fullmatch(told):
            return {_pair(one.group()) for one in pair.finditer(told)}
    return {_pair(one.group()) for pair in _PAIRS for one in pair.finditer(told)}


def _pair(said: str) -> tuple[int, int]:
    """(stars, key) of one label and one key, in any order."""
    label = LABEL.search(said)
    key = re.search(_KEY, said)
    assert label is not None
    assert key is not None
    return STARS_OF[label.lastgroup or ""], _VALUES[key.group()]


def _is_key(number: str) -> bool:
    """05 and 3.5 too: a citizen may type them."""
    return any(1 <= int(part) <= 5 for part in re.split("[.:/]", number))


_FILLED_IN = (*STAR_LABELS.items(), *zip(STAR_LABELS, ("very good", "good", "fair", "poor", "very poor"), strict=True))


def _turned_label(text: str) -> list[str]:
    """`{label}` with what stands before or behind it, where the two together name another level: 不{label}."""
    for before, behind in _around_labels(text):
        for stars, label in _FILLED_IN:
            if before[-1:].isascii() and before[-1:].isalpha():
                return [f"{before[-4:]}{{label}}"]
            spot = len(before)
            found = [match for match in LABEL.finditer(f"{before}{label}{behind}") if match.start() <= spot]
            right = [match for match in found if match.span() == (spot, spot + len(label))]
            if not right or STARS_OF[right[0].lastgroup or ""] != stars:
                return [f"{before[-4:]}{{label}}{behind[:1]}"]
    return []


def _around_labels(text: str) -> list[tuple[str, str]]:
    told = prepared(text)
    places = [match.start() for match in re.finditer(LABEL_FACT, told)]
    return [(told[max(0, place - 12) : place], told[place + 1 : place + 13]) for place in places]
