"""Which key means which star, and the reading of a script's own sentence to learn which scale it states.

Stars are the only value kept inside, 5 = 非常满意. Most voice menus say 非常满意请按1 (rank_1_best); texts, and the
provincial interfaces, say 5 (star_5_best); GB/T 39046-2020 A.8 codes 非常满意 as 1.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from hotline.rules.reply_text import fold


class Scale(StrEnum):
    """The direction of the keys 1 to 5. A bare integer from outside is no rating until a scale is applied."""

    STAR_5_BEST = "star_5_best"
    RANK_1_BEST = "rank_1_best"

    def stars(self, key: int) -> int:
        """The stars (1–5, 5 = best) that `key` means. Raises ValueError for any key but 1 to 5."""
        return self._turn(key, "key")

    def key(self, stars: int) -> int:
        """The key (1–5) that means `stars`. Raises ValueError for any stars but 1 to 5."""
        return self._turn(stars, "stars")

    def _turn(self, number: int, name: str) -> int:
        if not 1 <= number <= 5:
            raise ValueError(f"{name} {number}: must be 1 to 5")
        return number if self is Scale.STAR_5_BEST else 6 - number


STAR_LABELS: Mapping[int, str] = MappingProxyType(
    {5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "非常不满意"}
)


def is_bad(stars: int) -> bool:
    """差评: 1 or 2 stars. Everything else is 好评."""
    return stars <= 2


# Every way a script names a star. Longer names first: 非常不满意 holds 不满意, which holds 满意.
_NAMES: tuple[tuple[int, str], ...] = (
    (1, "(?:非常|很|十分|极其|极|特别)不满意|(?:very|extremely|completely) (?:dis|un)satisfied"),
    (2, "不太?满意|not (?:very )?satisfied|(?:dis|un)satisfied"),
    (3, "(?:基本上?|大体)满意|(?:fairly|basically) satisfied"),
    (5, "(?:非常|很|十分|特别)满意|(?:very|extremely|completely) satisfied"),
    (4, "(?:比较|较)?满意|satisfied"),
    (1, "(?:非常|很|极)差|very (?:poor|bad)"),
    (5, "(?:非常|很)好|very good|excellent"),
    (3, "一般|average|neutral|fair"),
    (2, "(?:比较|较)?差|poor|bad"),
    (4, "好|good"),
)
_STARS_OF = {f"s{position}": stars for position, (stars, _) in enumerate(_NAMES)}
_LABEL = re.compile(
    "(?<![不没未无a-z])(?:" + "|".join(f"(?P<s{i}>{names})" for i, (_, names) in enumerate(_NAMES)) + ")(?![a-z度率])"
)
_HAN_DIGITS = {han: number for number, han in enumerate("零一二三四五六七八九")}
_NUMBER = re.compile("(?<![0-9零一二三四五六七八九十a-z{])(?:[0-9]+|[零一二三四五六七八九](?!般))(?![0-9十a-z}])")
_PRESS = (
    "(?:(?:please )?(?:press|reply|send|enter|dial|text)|请?(?:您?)(?:直接)?(?:按|回复?|输入|发送?|选择?)(?:数字)?键?)"
)
# Between a key and its label when the key comes first: 5非常满意, 1为满意, 按1键表示满意, 5 = very satisfied.
_KEY_FIRST = re.compile(
    " ?[)\\]】”\"'」]? ?(?:分|星|号?键|stars?)? ?"
    "(?:[:=—、.-]|[是为]|表示|代表|for|means|is|if you are)? ?[(\\[【“\"'「]? ?"
)
# And when the label does: 非常满意请按1, 非常满意：5, very satisfied, press 1, very satisfied (5).
_LABEL_FIRST = re.compile(
    f" ?[)\\]】”\"'」]? ?[的者]?(?:[,，]? ?{_PRESS}|[:=—、.-]|[是为])? ?[(\\[【“\"'「]? ?(?:数字|key)? ?"
)


def contradicts(text: str, scale: Scale) -> bool:
    """Does a script's sentence give a label a key that `scale` does not give it? One that pairs none does not."""
    paired = [pairs for pairs in _stated_pairs(text) if pairs]
    meant = {(stars, scale.key(stars)) for stars in STAR_LABELS}
    return bool(paired) and not any(pairs <= meant for pairs in paired)


def named_stars(text: str) -> int | None:
    """The stars whose name `text` is (非常满意 = 5); None if it is no name of them, or says more."""
    match = _LABEL.fullmatch(fold(text))
    return _STARS_OF[match.lastgroup or ""] if match else None


def keys_read(text: str) -> tuple[tuple[int, int], ...]:
    """(stars, key) as `stated_scale` reads them from a sentence, best first: the proof of what it states."""
    scales = [{(stars, scale.key(stars)) for stars in STAR_LABELS} for scale in Scale]
    found = max(_stated_pairs(text), key=lambda pairs: (pairs in scales, len(pairs)))
    return tuple(sorted(found, key=lambda pair: (-pair[0], pair[1])))


def stated_scale(text: str) -> Scale | None:
    """The scale that a script's sentence (zh-CN, zh-Hant or en) states, by all its pairs of label and key.

    None if one of the five labels has no key, or if any pair disagrees with the others.
    """
    stated = _stated_pairs(text)
    for scale in Scale:
        if {(stars, scale.key(stars)) for stars in STAR_LABELS} in stated:
            return scale
    return None


def _stated_pairs(text: str) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
    """All (stars, key): read with the key before its label, and with the key behind it."""
    folded = fold(text)
    labels = [(match.start(), match.end(), _STARS_OF[match.lastgroup or ""]) for match in _LABEL.finditer(folded)]
    numbers = [(match.start(), match.end(), _value(match.group())) for match in _NUMBER.finditer(folded)]
    return _pairs(folded, labels, numbers, key_first=True), _pairs(folded, labels, numbers, key_first=False)


def _pairs(
    text: str, labels: list[tuple[int, int, int]], numbers: list[tuple[int, int, int]], *, key_first: bool
) -> set[tuple[int, int]]:
    """(stars, key) of every label with a number beside it, on the side where the keys are looked for."""
    pairs = set()
    for start, end, stars in labels:
        for first, last, value in numbers:
            beside = (
                last <= start and _KEY_FIRST.fullmatch(text, last, start)
                if key_first
                else first >= end and _LABEL_FIRST.fullmatch(text, end, first)
            )
            if beside:
                pairs.add((stars, value))
    return pairs


def _value(number: str) -> int:
    return _HAN_DIGITS[number] if number in _HAN_DIGITS else int(number)
