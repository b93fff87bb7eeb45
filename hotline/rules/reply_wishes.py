"""Whether a call back suits a citizen, and when: read from the answer to our question after a bad rating."""

import re
from collections.abc import Iterator
from enum import StrEnum

from hotline.rules.reply_entries import written_out
from hotline.rules.reply_text import either, fold


class Wish(StrEnum):
    """A part of the day, any time, or no call at all. Clocks: before 11, 11 to 14, 14 to 18, from 18 on."""

    NO_CALL = "no_call"
    MORNING = "morning"
    NOON = "noon"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    ANY = "any"


_PARTS = {
    Wish.MORNING: "早上|上午|早晨|清早|清晨|一早|大早|早间|午前|morning|mornings",
    Wish.NOON: "中午|正午|午休|午间|noon|lunchtime|lunch|midday",
    Wish.AFTERNOON: "下午|午后|afternoon|afternoons",
    Wish.EVENING: "晚上|傍晚|晚间|夜里|夜晚|今晚|明晚|晚饭后|下班|evening|evenings|tonight|night",
}
_PART_OF = {word: part for part, words in _PARTS.items() for word in words.split("|")}
_HAN_HOURS = {han: hour for hour, han in enumerate("零一二三四五六七八九十")} | {"两": 2, "十一": 11, "十二": 12}

# Patterns for folded text.
_PART = either("|".join(_PART_OF))
_HOUR = "(?:(?<![0-9])(?:2[0-4]|1[0-9]|0?[0-9])(?![0-9])|十[一二]?|[一二两三四五六七八九])"
_HALF = "(?:钟|半|整|一刻|三刻|[0-5][0-9]分?|(?:三十|四十|二十)分?)?"
_TIME = (
    f"{_HOUR} ?[点时](?!间){_HALF}|{_HOUR}[:.][0-5][0-9]"
    f"|{_HOUR}(?= ?(?:[ap][.]?m|o'clock))|(?<=[^a-z0-9]){_HOUR}(?= *$)"
)
_RANGE = f"{_HOUR} ?(?:点{_HALF}|:[0-5][0-9])? ?(?:[ap]m)? ?(?:-|—|~|到|至|to|and) ?"
_TOKEN = re.compile(
    f"(?P<part>{_PART})(?![a-z])"
    f"|(?P<after>after|from|since|过了)?(?P<before>before|by|until|till)? ?(?P<from>{_RANGE})?(?P<time>{_TIME})"
    " ?(?:(?P<half>[ap])[.]?m[.]?(?![a-z])|o'clock)?(?P<later>以后|之后|过后|后)?(?P<sooner>以前|之前|前)?"
    "|(?P<always>"
    + either(
        "随时|任何时间|任何时候|什么时候都|什么时间都|几点都|哪天都|全天|整天|一天都|一整天|都行|都可以|都能|都方便|"
        "都有空|都好|随便|尽快|越快越好|"
        "马上|立刻|立即|现在|上班时间|工作时间|any time|anytime|any|whenever|always|all day|as soon as possible|asap|"
        "now|soon"
    )
    + ")(?![a-z])|(?P<call>"
    + either(
        "回电话|回电|回访|打电话|来电话|来电|致电|电话|联系|联络|打过来|打给|打来|打|通话|需要|call back|callback|"
        "call|calls|phone|ring|contact|reach"
    )
    + ")(?![a-z])|(?P<day>"
    + either(
        "今天|今日|明天|明日|后天|大后天|工作日|周末|双休日|周一|周二|周三|周四|周五|周六|周日|周天|星期一|星期二|"
        "星期三|星期四|星期五|星期六|星期日|"
        "星期天|today|tomorrow|weekday|weekdays|weekend|weekends|monday|tuesday|wednesday|thursday|friday|saturday|"
        "sunday"
    )
    + ")(?![a-z])|(?P<fill>"
    + either(
        "请|麻烦|劳驾|谢谢|谢了|您|你们|你|我|给|跟|和|与|或者|或|还是|在|是|吧|呀|啊|哦|呢|吗|嘛|的|了|就|也|再|都|"
        "最好|比较|希望|想|要|能|可以|行|好|"
        "好了|好的|合适|适合|方便|有空|有时间|空闲|有人|即可|时候|时间|左右|大概|大约|每天|平时|一般|接|接听|过来|"
        "一下|一个|个|本人|到时候|嗯|对|那|选|"
        "段|以后|之后|后|打算|通常|基本|肯定|可|便|休息|稍|晚点|早点|前后|许|来|"
        "please|pls|thanks|thank you|in|the|at|on|is|are|am|be|i|i'm|me|my|you|can|could|would|fine|ok|okay|good|"
        "best|better|great|around|about|"
        "between|during|free|available|works|work|for|yes|it|to|a|give|and|or|prefer|only|o'clock|suits|sure|both|"
        "either|this|that|between"
    )
    + ")(?![a-z])|(?P<gap>[ 、~:()\"“”'/.&?-])"
)
_CLAUSE = re.compile("[^,;。!\n]+")
_NO_CALL = re.compile(
    "(?<![不是])(?:"
    + either("不用|不要|别|不必|不需要|无需|无须|请勿|勿|不想|甭|不希望|没必要|没有必要|拒绝|用不着|不同意|谢绝|不")
    + ")(?:再|给我|给|您|你们|你|了|麻烦|接|有人|来|跟我|和我|有|被|有任何|任何|安排|进行|专门|特地|特意){0,4}(?:"
    + either("回电|回访|打电话|电话|来电|联系|联络|致电|打给我|打过来|打来|打扰|通话|打了")
    + ")(?!不|没|忘)"
    "|(?<![a-z])(?:no|don't|dont|do not|don’t|never|without|not necessary to|no need to|no need for|"
    "stop)(?: (?:please|need|any|more|to|a|me|want|phone|further))* "
    "?(?:calls?|callback|phone|contact|ring|phoning|calling)(?: me| back)?(?![a-z])"
)
_NO = re.compile(
    "(?:"
    + either(
        "不用|不用了|不用谢谢|不必|不必了|不需要|不要|不要了|免了|算了|无需|不了|no|nope|no thanks|no thank you|"
        "not needed|no need|不用麻烦了|不麻烦了|没必要"
    )
    + ")[ ,.。!谢]*"
)
_ZERO = re.compile("[ (\\[]*[0０零〇⓪][ )\\].。!]*")
_BAD_TIME = re.compile(
    f"(?:{_PART}|{_HOUR} ?[点时]{_HALF}|白天|平时|周末|工作日|现在|今天|明天|上班时间?|休息时间?|吃饭|睡觉|工作时间)"
    f"(?:{_PART}|{_HOUR} ?[点时]{_HALF}|以后|之后|以前|之前|后|前|[和或跟与、 ,]"
    "|我|都|也|的|时候|时间|时|可能|一般|有点|就|到|至|请|给我){0,8}+"
    "(?:不行|不方便|不便|不可以|不要|不在|不能|不合适|不想|不用|没空|没时间|没有时间|没有空|没人|没法|无法|别|勿|"
    "有事|上班|在忙|很忙|太忙|忙|开会|上课|睡觉|休息)"
)
_LEFT_UNANSWERED = re.compile(
    "没人接|没人管|无人接|打不通|打不进|占线|不接|没接|没打|没回|不回|忙音|关机|空号|no answer|nobody|no one|never"
)
_REVERSED = re.compile("不是不|不能不|谁说|难道|为什么不|为啥不|怎么不|怎么没|why")


def read_wish(text: str) -> Wish | None:
    """When a call back suits, Wish.NO_CALL if none is wanted; None if the text does not say, or only when it does not.

    A day is not read, and of two parts of it the first, but morning and afternoon together are any time. Words beside
    the wish may stand in clauses of their own: 态度太差，下午打给我. A bare 好 or OK names no time and is None.
    """
    written = written_out(text).strip()
    folded = fold(written)
    if _ZERO.fullmatch(written) or _NO.fullmatch(folded):
        return Wish.NO_CALL
    if _REVERSED.search(folded):
        return None
    usable, excluded = _BAD_TIME.subn(",", folded)
    if _NO_CALL.search(usable):
        return None if "?" in folded else Wish.NO_CALL
    said = list(_clauses(usable))
    parts = [part for clause in said for part in clause if part is not Wish.ANY]
    if {Wish.MORNING, Wish.AFTERNOON}.issubset(parts):
        return Wish.ANY
    if parts:
        return parts[0]
    return Wish.ANY if any(said) and not excluded else None


def _clauses(text: str) -> Iterator[list[Wish]]:
    """What each clause that says nothing but a wish names; ANY for a call at no certain time."""
    said: list[list[Wish]] = []
    for match in _CLAUSE.finditer(text):
        if _LEFT_UNANSWERED.search(match.group()):
            said.clear()  # 下午打电话，没人接 tells what happened
        elif (wishes := _wishes(match.group().strip())) is not None:
            said.append(wishes)
    yield from said


def _wishes(clause: str) -> list[Wish] | None:
    """The parts of the day in a clause of known words; None if it says anything else."""
    found: list[Wish] = []
    at, names_a_day, part_end = 0, False, -1
    while at < len(clause):
        match = _TOKEN.match(clause, at)
        if match is None:
            return None
        if match["part"]:
            found.append(_PART_OF[match["part"]])
            part_end = match.end()
        elif match["time"]:
            part = _part_at(match, found.pop() if part_end == at and found else None)
            if part is None:
                return None
            found.append(part)
        elif match["always"] or match["call"]:
            found.append(Wish.ANY)
        names_a_day = names_a_day or match["day"] is not None
        at = match.end()
    return [] if names_a_day and set(found) == {Wish.ANY} else found  # 明天打给我 is not any time


def _part_at(match: re.Match[str], named: Wish | None) -> Wish | None:
    """The part of the day of a clock time; `named` is the one written before it, as 下午 in 下午3点."""
    first = re.match(f" ?({_HOUR})", match["from"] or match["time"])
    hour = _hour(first.group(1)) if first else 0
    if hour == 0 or hour > 23:
        return None
    if named is Wish.AFTERNOON or named is Wish.EVENING or match["half"] == "p" or (named is None and hour < 8):
        hour = hour + 12 if hour < 12 and match["half"] != "a" else hour
    if match["from"]:
        return _between(hour, match)
    if named is Wish.MORNING or named is Wish.NOON:
        return named
    if match["before"] or match["sooner"]:
        return Wish.MORNING if hour <= 12 else Wish.AFTERNOON if hour >= 16 else None
    if (match["after"] or match["later"]) and hour >= 17:
        return Wish.EVENING
    return _part(hour)


def _between(start: int, match: re.Match[str]) -> Wish:
    """Four hours at most are the part they begin in; longer ones are any time."""
    last = re.match(f" ?({_HOUR})", match["time"])
    end = _hour(last.group(1)) if last else start
    while end < start:
        end += 12
    return _part(start) if end - start <= 4 else Wish.ANY


def _part(hour: int) -> Wish:
    if hour < 11:
        return Wish.MORNING
    if hour < 14:
        return Wish.NOON
    return Wish.AFTERNOON if hour < 18 else Wish.EVENING


def _hour(word: str) -> int:
    return _HAN_HOURS[word] if word in _HAN_HOURS else int(word)
