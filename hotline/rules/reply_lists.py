"""Which entry of a list that we sent the citizen means. The entries are numbered from 11, because 1 to 5 are scores."""

import re
from dataclasses import dataclass

from hotline.rules.reply_entries import ENTRY, FIRST_ENTRY, MEASURED, entry_value, written_out
from hotline.rules.reply_text import either, fold


@dataclass(frozen=True, slots=True)
class Chosen:
    """The entry at `index` (from 0), and the `rest` of the text as it was written: "12 5" is the second and "5"."""

    index: int
    rest: str


_LEAD = re.compile(
    "(?:"
    + either(
        "请评价|请选|请|我想选|我要选|我选择|我选|选择|选|我要评价|我要评|要评价|评价|评|我说的是|说的是|我指的是|"
        "指的是|我是说|应该是|就是|是|回复|回|答|"
        "编号|序号|号码|对于|关于|针对|对|给|办件|事项|嗯|哦|好的|您好|你好|"
        "no|number|option|item|the|for|about|it is|it's|i choose|i mean|choose|select|reply"
    )
    + "(?![a-z])|[ ,.:;!#、。(\\[【“\"'「<])*+"
)
_EDGES = " ,.:;!、。，：；！\n\r\t)）]】”\"'’」>》(（[【“「"
_APART = "[ ,;!、。\n)\\]】”\"'」>]|:(?![0-9]{2})|\\.(?![0-9])"
# What may follow at once: a rating, or a word on who or what it is about. All else may make a quantity of the number.
_SAID = either(
    "满意|非常|很|不满|不太|不好|不错|不行|不是|不怎么|基本|比较|一般|好|差|太|特别|十分|极|挺|还行|还可以|还好|还没|"
    "服务|态度|办得|办的|办理|"
    "给|评|打|我|那个|那件|这个|这件|的|吧|呀|啊|哦|哈|谢谢|没问题|凑合|优|良|very|good|bad|poor|thanks|ok"
)
_FOLLOWED = f"(?=$|{_APART}|{_SAID})"
_THING = either("个|件|条|项|样|份|笔|桩") + either("办件|事项|事情|业务|事|")
_NUMBER = re.compile(
    f"(?:第 ?(?P<nth>{ENTRY})(?: ?(?:{_THING}|号))?|(?P<entry>{ENTRY})(?!{MEASURED})(?: ?(?:号办件|号|项|条))?)"
    f"{_FOLLOWED}"
)
_A_DAY = re.compile(" ?(?:上午|下午|早|晚|中午|去|来|到|之前|以前|以后)")
_ORDINAL = re.compile(
    f"第 ?(?P<han>[1-9一二三四五六七八九])(?![0-9十百千]) ?{_THING}(?:{_FOLLOWED}|(?=[1-5一二三四五](?![0-9])))"
    f"|(?P<english>first|second|third|fourth|fifth|1st|2nd|3rd|4th|5th)(?: one(?![a-z])|(?=$|[,.;!:]))"
)
_ORDINALS = {word: place for place, word in enumerate("一二三四五六七八九")} | {
    word: place
    for words in (("first", "second", "third", "fourth", "fifth"), ("1st", "2nd", "3rd", "4th", "5th"), "123456789")
    for place, word in enumerate(words)
}
_OF_ONE = either("那个|那件|那项|那一个|那一件|一个|一件|个|件|的|者")
_PLACE = re.compile(
    f"(?:(?P<top>最前面{_OF_ONE}|最上面{_OF_ONE}|头一[个件])"
    f"|(?P<bottom>最后面?{_OF_ONE}|最下面{_OF_ONE}|last(?: one)?)"
    f"|(?P<former>(?:前面?|上面){_OF_ONE}|former(?: one)?)|(?P<latter>(?:后面?|下面){_OF_ONE}|latter(?: one)?)"
    f"|(?P<middle>中间{_OF_ONE}|middle one))(?![a-z]){_FOLLOWED}"
)
_CHATTER = re.compile(
    f"(?:{either('吧|呀|啊|哦|哈|嗯|的|谢谢|谢了|多谢|那个|那件|这个|这件|办件|thanks|thank you|please|ok')}"
    "|[ ,.!。、~])*+"
)
_ANY_ENTRY = re.compile(f"(?P<entry>{ENTRY})(?!{MEASURED})")


def chosen(text: str, count: int) -> Chosen | None:
    """The entry of a list of `count`, numbered from 11, that `text` begins with; None if it names none, or two.

    A bare 1 to 5 is a score and never an entry. Understood: 12, 十二, ⑫, 12号, 选12, 第12个, 第二个, the second one,
    and of a list of two 前一个, 后面那个.
    """
    written = written_out(text).strip()
    folded = fold(written)
    lead = _LEAD.match(folded)
    found = _find(folded, lead.end() if lead else 0, count)
    if found is None:
        return None
    index, end = found
    if _names_another(folded[end:], index, count):
        return None
    rest = written[end:].strip(_EDGES)
    is_idle = rest == str(index + FIRST_ENTRY) or _CHATTER.fullmatch(fold(rest))
    return Chosen(index, "" if is_idle else rest)


def _find(text: str, start: int, count: int) -> tuple[int, int] | None:
    """(index, end) of the entry named at `start` of the folded text."""
    if match := _NUMBER.match(text, start):
        index = entry_value(match["entry"] or match["nth"]) - FIRST_ENTRY
        if match.group().endswith("号") and _A_DAY.match(text, match.end()):
            return None
    elif match := _ORDINAL.match(text, start):
        index = _ORDINALS[match["han"] or match["english"]]
    elif match := _PLACE.match(text, start):
        index = _place(match.lastgroup or "", count)
    else:
        return None
    return (index, match.end()) if 0 <= index < count else None


def _place(name: str, count: int) -> int:
    """The index that a place in the list means, or -1 if the list is not so long that it means one."""
    if name == "top":
        return 0
    if name == "bottom":
        return count - 1
    if name == "middle":
        return 1 if count == 3 else -1
    return ("former", "latter").index(name) if count == 2 else -1


def _names_another(rest: str, index: int, count: int) -> bool:
    """Does the rest name another entry: 11和12, 12 14, 第一个或者第二个?"""
    at_once = _NUMBER.match(rest, len(rest) - len(rest.lstrip(_EDGES + "和跟与或")))
    if at_once and entry_value(at_once["entry"] or at_once["nth"]) != index + FIRST_ENTRY:
        return True
    named = {entry_value(match["entry"]) - FIRST_ENTRY for match in _ANY_ENTRY.finditer(rest)}
    named |= {_ORDINALS[match["han"] or match["english"]] for match in _ORDINAL.finditer(rest)}
    return any(other != index for other in named if 0 <= other < count)
