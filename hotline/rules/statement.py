"""Reading a script's own sentence for the scale that it states: one whole list of key and label, in one direction.

Stricter than a citizen is read: whatever else could be taken for a key, a label or a direction is a stray.
"""

import re

from hotline.rules.reply_text import fold
from hotline.rules.scale import STAR_LABELS, Scale

FACT = re.compile(r"\{([a-z]+)\}")

# Every way a script names a star. Longer names first: 非常不满意 holds 不满意, which holds 满意.
_SATISFIED: tuple[tuple[int, str], ...] = (
    (1, "(?:非常|很|十分|极其|极|特别)不满意|(?:very|extremely|completely) (?:dis|un)satisfied"),
    (2, "不太?满意|not (?:very )?satisfied|(?:dis|un)satisfied"),
    (3, "(?:基本上?|大体)满意|(?:fairly|basically) satisfied"),
    (5, "(?:非常|很|十分|特别)满意|(?:very|extremely|completely) satisfied"),
    (4, "(?:比较|较)?满意|satisfied"),
    (1, "(?:非常|很|极)差|very (?:poor|bad)"),
    (5, "(?:非常|很)好|very good|excellent"),
)
_PLAIN: tuple[tuple[int, str], ...] = (
    (3, "一般|average|neutral|fair"),
    (2, "(?:比较|较)?差|poor|bad"),
    (4, "好|good"),
)
_NAMES = _SATISFIED + _PLAIN
_STARS_OF = {f"s{position}": stars for position, (stars, _) in enumerate(_NAMES)}
_LABEL_BEGINS, _LABEL_ENDS = "(?<![不没未无非a-z])(?<!not )", "(?![a-z度率])"
_LABEL = re.compile(
    f"{_LABEL_BEGINS}(?:{'|'.join(f'(?P<s{i}>{names})' for i, (_, names) in enumerate(_NAMES))}){_LABEL_ENDS}"
)
_A_LABEL = f"{_LABEL_BEGINS}(?:{'|'.join(names for _, names in _NAMES)}){_LABEL_ENDS}"
_CLEAR_LABEL = f"{_LABEL_BEGINS}(?:{'|'.join(names for _, names in _SATISFIED)}){_LABEL_ENDS}"

# Facts stand as one character each while a sentence is read, and so does what has been read already.
_NUMBER_FACT, _LABEL_FACT, _STARS_FACT, _OTHER_FACT, _DONE = "\ue000", "\ue001", "\ue002", "\ue003", "\n"
_STANDS_FOR = {"label": _LABEL_FACT, "stars": _STARS_FACT} | dict.fromkeys(
    ("count", "number", "hours", "code", "case"), _NUMBER_FACT
)
_FACTS = f"{_NUMBER_FACT}{_LABEL_FACT}{_STARS_FACT}{_OTHER_FACT}"

# A key as a citizen types it: one digit, and nothing that makes it part of another number (05, 3.5, 18:00, 十五).
_VALUES = {str(key): key for key in range(1, 6)} | {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5}
_KEY = (
    f"(?<![0-9零一二三四五六七八九十a-z{_FACTS}])(?<![0-9][.:/])[1-5一二三四五](?!般)"
    f"(?![0-9零二三四五六七八九十a-z{_FACTS}]|一(?!般)|[.:/][0-9])"
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
_ENDS = f"(?=$|[^\\w{_FACTS}])"
_KEY_FIRST = f"{_KEY}{_KEY_TO_LABEL}{_A_LABEL}"
_LABEL_FIRST = f"{_A_LABEL}{_LABEL_TO_KEY}{_KEY}"
_PAIRS = tuple(re.compile(pair) for pair in (_KEY_FIRST, _LABEL_FIRST))


def _row(more: int) -> tuple[re.Pattern[str], ...]:
    """A pair and so many more, all in one direction, with nothing but signs between them."""
    return (
        re.compile(f"{_KEY_FIRST}(?:{_BETWEEN}{_KEY_FIRST}){{{more}}}{_ENDS}"),
        re.compile(f"{_LABEL_FIRST}(?:{_BETWEEN}{_LABEL_FIRST}){{{more}}}{_UNIT}?{_ENDS}"),
    )


_LISTS, _ENDS_OF_LIST = _row(4), _row(1)


def named_stars(text: str) -> int | None:
    """The stars whose name `text` is (非常满意 = 5); None if it is no name of them, or says more."""
    match = _LABEL.fullmatch(fold(text))
    return _STARS_OF[match.lastgroup or ""] if match else None


def stated_scale(text: str) -> Scale | None:
    """The scale that a script's sentence (zh-CN, zh-Hant or en) states.

    None unless each key and each level stands in it exactly once, in one list, and nothing else that could be read as
    a key, a level or a direction.
    """
    return next((scale for scale in Scale if lists(text, scale) and not strays(text, scale, states=True)), None)


def keys_read(text: str) -> tuple[tuple[int, int], ...]:
    """(stars, key) of the pairs in a sentence, best first: of its one list, or all that can be read if none holds."""
    prepared = _prepared(text)
    found = _pairs(prepared) if stated_scale(text) is None else _pairs(_list_of(prepared))
    return tuple(sorted(found, key=lambda pair: (-pair[0], pair[1])))


def lists(text: str, scale: Scale) -> bool:
    """Does the sentence have the whole list of levels, each with the key of `scale`?"""
    prepared = _prepared(text)
    return _without_row(prepared, _LISTS, _whole(scale)) != prepared


def strays(text: str, scale: Scale, *, states: bool = False, scores: bool = False) -> list[str]:
    """What in the sentence could be read as a key, a level or a direction, beside the list that states `scale`.

    `states`: it must state the scale, so no other level and no negation may stand in it. `scores`: it may show how to
    send a score (11 5), and name the two ends of the list alone.
    """
    prepared = _prepared(text)
    rest = _without_row(prepared, _LISTS, _whole(scale))
    if scores:
        rest = _EXAMPLE.sub(_DONE, _without_row(rest, _ENDS_OF_LIST, _whole(scale, (5, 1))))
    rest, ranges = _RANGE.subn(_DONE, _OF_FIVE.sub(_DONE, rest))
    has_keys = ranges > 0 or rest.count(_DONE) > prepared.count(_DONE)
    rest = _HARMLESS.sub(_DONE, rest)
    kinds = [_DIRECTION, _BESIDE_A_FACT, _ENGLISH_KEY, _HAN_KEY]
    kinds += [_CLEAR, _JUDGEMENT, _NEGATION] if states else []
    kinds += [_ANY_LABEL] if has_keys else []
    found = [match for kind in kinds for match in kind.finditer(rest)]
    found += [match for match in _NUMBER.finditer(rest) if _is_key(match.group())]
    said = [_FACT_SIGN.sub("{…}", match.group()).strip() for match in sorted(found, key=lambda match: match.start())]
    return [*dict.fromkeys(said), *_turned_label(text)]


_FACT_SIGN = re.compile(f"[{_FACTS}]")
_EXAMPLE = re.compile("(?<![0-9])[1-9][0-9] [1-5](?![0-9])")
_RANGE = re.compile("(?<![0-9.])1 ?(?:至|到|-|~|—|to) ?5(?![0-9]|[.][0-9])")
_OF_FIVE = re.compile(f"(?<={_STARS_FACT})(?: (?:out )?of 5|/5)(?![0-9])")
_MONTH = "(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)"
# Numbers that count something else: days, hours, a time of the day.
_HARMLESS = re.compile(
    "(?<![0-9.])(?:[0-9]{1,2}[至到~-])?[0-9]{1,2}(?::[0-9]{2}|个?(?:工作日|小时|自然日|月|星期)|[天日月年周件条次项位]|个(?=数字)|分钟"
    f"| (?:working |business |calendar )?(?:days?|hours?|weeks?|months?|minutes?|{_MONTH}))(?![a-z])|您好|你好"
)
_DIRECTION = re.compile(
    "最(?:不?满意|[好差高低佳优坏糟棒])|越[大小高低多少][^,，。]{0,4}越|反面|反义|相反|反过来|颠倒|倒过来|反着|"
    "(?<![a-z])(?:best|worst|highest|lowest|opposite|reversed?|"
    "(?:higher|lower|bigger|smaller) (?:is|means|number))(?![a-z])"
)
_JUDGEMENT = re.compile(
    "[好中差]评|优秀|满分|点赞|[赞踩](?![同许助成])|糟糕|失望|"
    "(?<![a-z])(?:great|awful|terrible|perfect|horrible|happy|unhappy|thumbs|better|worse)(?![a-z])"
)
_NEGATION = re.compile(
    "勿|不(?:要|能|得|可|应|用|是|为|等于|代表|表示|按|回|发|选)|[并绝而]非|并不|禁止|切忌|别(?=[回按发选输打])|除外|"
    "(?<![a-z])(?:do not|don't|never|cannot|can't|not (?=reply|press|send|mean|for|the)|except|unless|instead)(?![a-z])"
)
_BESIDE_A_FACT = re.compile(
    f"[{_NUMBER_FACT}{_STARS_FACT}]{_KEY_TO_LABEL}{_A_LABEL}|{_A_LABEL}{_LABEL_TO_KEY}[{_NUMBER_FACT}{_STARS_FACT}]|"
    f"{_NUMBER_FACT}{_KEY_TO_LABEL}{_LABEL_FACT}|{_LABEL_FACT}{_LABEL_TO_KEY}{_NUMBER_FACT}"
)
_CLEAR = re.compile(f"{_CLEAR_LABEL}|满意(?![度率])|satisfied(?![a-z])")
_ANY_LABEL = re.compile(f"(?<![更良友做办正刚])(?:{_A_LABEL})(?![错异额别情像几])")
_NUMBER = re.compile("[0-9]+(?:[.:/][0-9]+)*")
# 一 in 统一, 第一时间 or 一次 is no key.
_HAN_KEY = re.compile(
    "(?<![第周期拜统唯惟万逐进之同专单划合十百零])[一二三四五两](?![个次件条项下位些直定起般样切旦律并站线家同句段种类份天"
    "年月日周时半面致共经边路环行体概如味来十百千万字维者步])"
)
_WORD = "(?:one|two|three|four|five)"
_ENGLISH_KEY = re.compile(
    f"(?<![a-z])(?:press|reply|send|text|dial|enter|key|number|with) {_WORD}"
    "(?= (?:for|if|is|means)(?![a-z])| ?[=,.;:)]|$)"
    f"|(?<!which )(?<![a-z]){_WORD}(?: stars?)? ?(?:=|(?:is|means|for)(?![a-z]))"
)


def _prepared(text: str) -> str:
    """The sentence in one way of writing; a keycap 5️⃣ is a 5, a fact one sign that no sentence can hold."""
    told = FACT.sub(lambda match: _STANDS_FOR.get(match.group(1), _OTHER_FACT), re.sub("[\ufe0f\u20e3]", "", text))
    return fold(told)


def _whole(scale: Scale, levels: tuple[int, ...] = tuple(STAR_LABELS)) -> set[tuple[int, int]]:
    return {(stars, scale.key(stars)) for stars in levels}


def _without_row(text: str, rows: tuple[re.Pattern[str], ...], wanted: set[tuple[int, int]]) -> str:
    """The text with the first row that has just the wanted pairs taken out; any further one stays."""
    for row, pair in zip(rows, _PAIRS, strict=True):
        for match in row.finditer(text):
            if {_pair(one.group()) for one in pair.finditer(match.group())} == wanted:
                return f"{text[: match.start()]}{_DONE}{text[match.end() :]}"
    return text


def _list_of(prepared: str) -> str:
    return next(match.group() for row in _LISTS if (match := row.search(prepared)))


def _pairs(prepared: str) -> set[tuple[int, int]]:
    """Of a whole list, in its one direction; else of both."""
    for row, pair in zip(_LISTS, _PAIRS, strict=True):
        if row.fullmatch(prepared):
            return {_pair(one.group()) for one in pair.finditer(prepared)}
    return {_pair(one.group()) for pair in _PAIRS for one in pair.finditer(prepared)}


def _pair(said: str) -> tuple[int, int]:
    """(stars, key) of one label and one key, in any order."""
    label = _LABEL.search(said)
    key = re.search(_KEY, said)
    assert label is not None
    assert key is not None
    return _STARS_OF[label.lastgroup or ""], _VALUES[key.group()]


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
            found = [match for match in _LABEL.finditer(f"{before}{label}{behind}") if match.start() <= spot]
            right = [match for match in found if match.span() == (spot, spot + len(label))]
            if not right or _STARS_OF[right[0].lastgroup or ""] != stars:
                return [f"{before[-4:]}{{label}}{behind[:1]}"]
    return []


def _around_labels(text: str) -> list[tuple[str, str]]:
    prepared = _prepared(text)
    places = [match.start() for match in re.finditer(_LABEL_FACT, prepared)]
    return [(prepared[max(0, place - 12) : place], prepared[place + 1 : place + 13]) for place in places]
