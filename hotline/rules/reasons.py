"""Why a rating was bad: the national codes of reasons, and how citizens name them in a text.

Source: the 不满意 (2xx) and 非常不满意 (1xx) codes of the national 政务服务“好差评” interface.
In our texts the reasons of a table are numbered from 11, because 1 to 5 are scores.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hotline.rules.reply_entries import FIRST_ENTRY, MEASURED, entry_value, written_out
from hotline.rules.reply_text import either, fold

TABLE_VERSION = "1"  # kept with the codes in the history of the case; a new table is a new version


@dataclass(frozen=True, slots=True)
class Reason:
    """A code as stores expect it, the number to reply in a text, the official name, and short forms for texts."""

    code: str
    number: int
    name: str
    short: str  # zh-CN, 7 characters at most
    short_hant: str
    short_en: str


@dataclass(frozen=True, slots=True)
class Reasons:
    """`codes` in the order of the table, each once and at least one; `rest` is what else was written, or empty."""

    codes: tuple[str, ...]
    rest: str


def _table(*rows: tuple[str, str, str, str, str]) -> tuple[Reason, ...]:
    return tuple(Reason(row[0], FIRST_ENTRY + place, *row[1:]) for place, row in enumerate(rows))


# By stars: only a bad rating is asked for its reasons.
REASONS: Mapping[int, tuple[Reason, ...]] = MappingProxyType(
    {
        2: _table(
            ("207", "没有提供材料样本", "没给样本", "沒給樣本", "no sample form"),
            ("208", "没有提供材料清单", "没给清单", "沒給清單", "no document list"),
            ("209", "未在承诺时间内办结", "超时未办结", "超時未辦結", "took too long"),
            ("210", "同样材料多次要求提交", "重复要材料", "重複要材料", "same papers twice"),
            ("211", "承诺网办但无法在线办理", "网上办不了", "網上辦不了", "not online as told"),
            ("212", "预约后重复取号排队", "预约还排队", "預約還排隊", "booked, still queued"),
            ("213", "窗口人员业务不熟练", "业务不熟练", "業務不熟練", "staff unsure"),
            ("214", "服务态度生硬", "态度生硬", "態度生硬", "curt staff"),
        ),
        1: _table(
            ("108", "指南之外增加审批条件", "多加条件", "多加條件", "extra conditions"),
            ("109", "需指南之外的材料", "多要材料", "多要材料", "extra papers"),
            ("110", "无理由超过法定时间", "超法定时间", "超法定時間", "past legal limit"),
            ("111", "样本有错", "样本有错", "樣本有錯", "wrong sample form"),
            ("112", "承诺在线收取实际无法收取", "线上收不了", "線上收不了", "no online filing"),
            ("113", "多头跑窗口和部门", "多头跑", "多頭跑", "many offices"),
            ("114", "跑动次数与承诺不一致", "多跑了趟", "多跑了趟", "more trips"),
            ("115", "服务态度差效率低", "态度差效率低", "態度差效率低", "rude and slow"),
        ),
    }
)

# In the folded text: 11 to 18, one or many, however they are parted: 11,13 · 11和13 · 1113 · 十一、十三 · (11)(13).
_DIGITS = "(?<![0-9])(?:1[1-8]){1,8}(?![0-9])"
_HAN = "(?<![零一二两三四五六七八九十百千])(?:十[一二三四五六七八]){1,8}(?![零一二三四五六七八九十百千万亿几])"
_ITEM = f"(?:第?(?:{_DIGITS}|{_HAN})(?:[项条号](?![窗柜楼线台机门办叫]))?)"
_JOINT = f"(?:[()]? ?(?:{either('和|跟|与|及|加|还有|以及|and')}) ?[()]?|[ ,;、。.&+/()\n]{{1,3}})"
_LEAD = either(
    "我选择|我选|选择|选|主要原因是|原因是|原因|理由是|理由|因为|由于|主要是|就是|是|回复|回|答|编号|序号|还有|有|和|"
    "reasons|reason|no|number|and"
)
_GROUP = re.compile(f"(?P<lead>(?:{_LEAD}[ :]?){{0,4}}+)(?P<items>{_ITEM}(?:{_JOINT}{_ITEM}){{0,16}}+)")
_WORD = re.compile("1[1-8]|十[一二三四五六七八]")
_GLUED = re.compile("[0-9]{4}|(?:十[一二三四五六七八]){2}")
_BREAK = " ,.;:、。!?()[]【】“”\"'\n&+/"
# What may follow at once; behind any other word the number is a window, a bus or a day: 11窗口, 12到的.
_NEXT = re.compile(
    "$|[.](?![0-9])|[ ,;、。!?)\\]】”\"'\n&](?![0-9]{3})|:(?![0-9])|"
    + either("吧|呀|啊|的|等|谢谢|态度|没|服务|等了|办事|材料|人员|工作|排队|让我|太|很|不给|不让|不会|就是|因为")
)
_NO_CODE_BEHIND = re.compile(
    either(
        "窗口|柜台|楼|室|月|年|点|电话|手机|工号|单号|编号为|身份证|等了|跑了|花了|用了|"
        "不是|不选|没有|除了|别选|不含|不包括|并非|not|-|~|到|至|$|¥|￥"
    )
    + "[ :]*$"
)
_DENIED = ("不是", "并非", "不算", "没有", "没", "谈不上", "不能说", "not ", "no ")
_LONG_NUMBER = re.compile("[0-9]{2}$")


@dataclass(frozen=True, slots=True)
class _Found:
    """Codes named at `start:end` of the text; what is `said` in passing stays part of the words."""

    start: int
    end: int
    codes: tuple[str, ...]
    is_said: bool = False


def read_reasons(text: str, stars: int) -> Reasons | None:
    """The reasons for `stars` that `text` names by number or by name; None if it names none, or none are asked for.

    A number that counts something or tells a time or a place (等了11天, 11月15日, 11号窗口) is no reason.
    """
    table = REASONS.get(stars)
    if table is None:
        return None
    written = written_out(text)
    folded = fold(written)
    found = sorted([*_numbered(folded, table), *_named(folded, stars)], key=lambda one: one.start)
    codes = {code for one in found for code in one.codes}
    if not codes:
        return None
    return Reasons(tuple(reason.code for reason in table if reason.code in codes), _rest(written, found))


def _numbered(text: str, table: tuple[Reason, ...]) -> Iterator[_Found]:
    for match in _GROUP.finditer(text):
        values = [entry_value(word) for word in _WORD.findall(match["items"])]
        is_an_id = len(set(values)) < len(values) and _GLUED.search(match["items"])  # 111111, but 11,11,13
        if not is_an_id and _stands_apart(text, match):
            codes = tuple(table[value - FIRST_ENTRY].code for value in values)
            yield _Found(match.start(), match.end(), codes)


def _stands_apart(text: str, match: re.Match[str]) -> bool:
    """Is the group of numbers an answer by itself, and no quantity, time, place or part of an id?"""
    before, end = text[max(0, match.start() - 12) : match.start()], match.end()
    if _NO_CODE_BEHIND.search(before) or _NO_CODE_BEHIND.search(before + match["lead"]):
        return False
    if _LONG_NUMBER.search(before.rstrip(" -")):
        return False
    if before and before[-1] not in _BREAK and not match["lead"]:
        return False
    if re.search("[./]", match["items"]) and (before or not re.match("$|[ ,;、。!]", text[end:])):
        return False  # 11.13 alone is a list; inside a sentence it is a date
    return _NEXT.match(text, end) is not None and re.match(MEASURED, text[end : end + 12]) is None


def _named(text: str, stars: int) -> Iterator[_Found]:
    for match in _NAMES[stars].finditer(text):
        if not text[max(0, match.start() - 4) : match.start()].endswith(_DENIED):
            start, end = match.span()
            is_apart = (start == 0 or text[start - 1] in _BREAK or text[start - 1].isdigit()) and (
                end == len(text) or text[end] in _BREAK
            )
            yield _Found(start, end, (_CODES[stars][match.group()],), is_said=not is_apart)


def _rest(written: str, found: list[_Found]) -> str:
    """The words without the numbers and the names that stand by themselves."""
    pieces, at = [], 0
    for one in found:
        if not one.is_said:
            pieces.append(written[at : one.start])
            at = one.end
    pieces.append(written[at:])
    return " ".join(bare for piece in pieces if (bare := piece.strip(" ,.;:、。，；：．\n\t()（）[]【】&+/")))


_CODES: Mapping[int, Mapping[str, str]] = {
    stars: {
        fold(name): reason.code
        for reason in table
        for name in (reason.name, reason.short, reason.short_hant, reason.short_en)
    }
    for stars, table in REASONS.items()
}
_NAMES = {stars: re.compile(either("|".join(names))) for stars, names in _CODES.items()}
