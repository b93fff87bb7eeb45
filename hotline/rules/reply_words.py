"""Labels in a reply, with their degrees and negations, and the places where they may not be believed.

A label counts only where its clause says it of the service. Wishes, conditions, questions and double negations do not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from typing import NamedTuple

from hotline.rules.reply_guards import turns
from hotline.rules.reply_lexicon import (
    BLAME,
    CHINESE_CORES,
    CHINESE_DEGREES,
    CHINESE_PHRASES,
    ENGLISH_CORES,
    ENGLISH_DEGREES,
    FIRM,
    NEVER_NEGATED,
    PRAISE,
    Core,
    Degree,
)
from hotline.rules.reply_text import backwards, either, has_latin, run_of


class Doubt(Enum):
    """Why a label has no stars. An IDLE one may be passed over beside a digit; an UNSURE one spoils the whole reply."""

    IDLE = auto()
    UNSURE = auto()


@dataclass(frozen=True, slots=True)
class Label:
    """A label at `start:end` of the folded text, inside its clause.

    `firm`: of the 满意 family, a judgement of the whole. `whole`: its clause holds nothing but filler beside it.
    """

    start: int
    end: int
    clause_start: int
    clause_end: int
    stars: int | Doubt
    firm: bool
    whole: bool


_CHINESE_DEGREE = {word: degree for degree, words in CHINESE_DEGREES.items() for word in words.split()}
_ENGLISH_DEGREE = {word: degree for degree, words in ENGLISH_DEGREES.items() for word in words.split("|")}
_DEGREE = _CHINESE_DEGREE | _ENGLISH_DEGREE | {"好": Degree.VERY}
_CORE = CHINESE_CORES | ENGLISH_CORES

# 好 and 差 are parts of many other words: 好的, 好像, 你好, 差点, 时差.
_SHORT = "(?![吧滴嘞哒像久多几在些处意奇人事歹比心办转看听吃喝玩说话笑容易运用使做找不呢嘛友学号点别异价距错额强旅遣一歉好满])"
_LONG = set(CHINESE_CORES) - {"满意", "不满", "一般", "不错", "好", "差"}
# Every alternative begins with a plain character, so that `re` skips to the places where one stands.
_CHINESE = re.compile(
    "满意(?![度率])|不满(?![意足0-9零一二两三四五六七八九十]|[岁年月周天])|不错(?!过)|一般般|"
    "一般(?![都会来情人性地])|不行(?<!行不行)|"
    + "|".join(sorted({*_LONG, *CHINESE_PHRASES} - {"不行", "一般般"}, key=len, reverse=True))
    + f"|好{_SHORT}|差{_SHORT}"
)
_CHINESE_BEFORE = re.compile(f"(?: ?{backwards('|'.join(_CHINESE_DEGREE))}){{0,4}}")
_CHINESE_AFTER = re.compile("极了|得很|的很|至极|之至|得不得了|透顶|透了|死了")
_LOOK_BACK = 24
_ENGLISH = re.compile(
    r"\b(?P<phrase>neither satisfied nor dissatisfied\b)|"
    rf"\b(?P<degrees>(?:{either('|'.join(_ENGLISH_DEGREE))} ){{0,4}})(?P<core>{either('|'.join(ENGLISH_CORES))})\b"
    r"(?! (?:morning|afternoon|evening|night|luck|day|bye|for you|riddance))(?P<after> at all)?"
)
_STEP = re.compile(either("|".join(_DEGREE)))

_BOUNDARY = re.compile(r"[ ,，.。!?;…~\n()\[\]【】「」『』《》\"“”、:|/]")
_WITHIN_LATIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789',")

_FILLER = re.compile(
    run_of(
        "我们|我要|我想|我选|我给|我|本人|俺|对于|对|于|这次|此次|本次|这个|这|你们|您们|你|您|贵|的|服务|工作|"
        "办事|办理|办件|热线|政务|回复|答复|处理|结果|总体|"
        "总体上|整体|整体上|总的来说|总之|表示|感到|感觉|觉得|认为|是|说|评价|结论|选择|选|评为|评|给予|给|打|"
        "以上|本|次|感谢|谢谢|您好|你好|一个|个|要|想|一次|体验|"
        "政府|12345|事项|业务|过程|全程|一切|都|就|那就|那|嗯|哦|其实|说实话|老实说|肯定|当然|一定|今天|为|而言|"
        "来说|来讲|方面|了|啊|呀|吧|啦|和|i am|i'm|im|i|"
        "we are|we|was|is|it's|its|it|the|your|service|services|overall|my|rating|with|feel|rate|this|a|"
        "experience|thanks|thank|you|all|were|been|have|"
        "has|am|to be|very much|so|staff",
        r"\W",
    )
)
# The parts of a service of which 好 and 差 are said.
_PART = re.compile(
    run_of(
        "服务|态度|效率|质量|速度|工作|体验|环境|素质|业务|沟通|水平|人员|窗口|办理|办事|流程|印象|感觉|总体|整体|"
        "专业|能力|你们|您|他们|她|他|的|都|也|"
        "这|个|就|是|确实|真的|真|反正|总之|对|我|给|选|评价|方面|各|一切|全部",
        "小[一-龥]",
    )
)
_IF = (
    "如果|要是|假如|假若|倘若|若|除非|希望|但愿|盼|争取|力争|保证|务必|尽量|追求|以为|本来|原本|是否|是不是|"
    "会不会|能不能|有没有|怎么|怎样|"
    "如何|为什么|为啥|凭什么|什么|谁|难道|莫非|岂|让我[选写填回打给]|要求|强迫|逼|所谓|口口声声|号称|据说|听说|"
    "别人|人家|他们|群众|百姓|领导|"
    "直到|等到|为了|只有|可能|也许|或许|差点|几乎|到底|究竟|以前|上次|原来|之前|曾|当初|下次|以后|将来|今后|假装|"
    "何时|何必|应该|必须|改|"
    r"\b(?:if|would|will|could|should|hope|want|until|unless|wish|how|why|who|what|can|when|expect|supposed|"
    r"used to|told|without|"
    r"think|nobody|everyone|they|he|she|before)\b"
)
_WISH = re.compile(_IF)
_WISH_FOR_GOOD = re.compile(_IF + "|[才能会要想请何哪更比就]|他|她|大家|公众")
_NEGATION = re.compile(r"[不没未无别非难]|n't\b|\b(?:not|no|never|nor|neither|dont|cant)\b")
_OPEN_NEGATION = re.compile(
    r"(?:没有?|不是?|无|未|别|并非|n't|\b(?:not|no|never|nor|neither|dont))"
    r"(?:有|什么|啥|任何|一点|觉得|感到|感觉|表示|说|让|人|谁|地方|哪里|会|能|可能|因为|要|想|再|对|我|你|他|们|是|"
    r"太|那么|多|很|"
    r" |think|be|am|are|feel|was|to|i|say|have|been|one|reason|a)*+$"
)
_NOT_THE_CITIZEN = re.compile(
    "(?<![对给向])(?:你们?|您们?|领导|群众|大家|他们?|她|百姓|公众|人民|居民|企业|自己|都说|说是)(?:都|就|也|很|"
    "肯定|可|倒|该|应该|当然|是|一定)*+$"
)
_UNABLE = re.compile("(?:[办做弄说搞修看用]|解决|处理)$")
_PARTICLES = re.compile(r"(?:的|了|啊|呀|哦|呢|哈|吧|啦|喔|噢|哟|咯|呐|嗯|\W)*+")
_SPOILT = re.compile(
    "[吗么嘛个就率后不没还或再请可与才到前为过谁]|什么|啥|的?话|之[后前]|的是|的地|的?(?:答[复案]|结果|解决|方案)|"
    "(?:if|unless|until|or|yet)\\b"
)
# Good words are believed in a longer clause only behind a subject or before what they praise.
_SUBJECT = re.compile(
    " ?(?:"
    + backwards(
        "我们|本人|服务|态度|效率|人员|速度|质量|水平|结果|处理|答复|办理|办事|工作|业务|流程|环境|素质|能力|体验|"
        "过程|总体|整体|都|也|感觉|觉得|感到|表示|真的|确实|但|但是|还是|"
        "可是|不过|虽然|方面|各方面|员|老师|主任|同志|姐|哥|师傅|女士|先生|姑娘|科长|警官|民警|窗口|中心|大厅|"
        "热线|时间|方便|快|高|周到|热情|耐心|让人|令人|"
        "is|was|are|am|were|been|feel|felt|i'm|service|staff|overall|experience|but|and"
    )
    + ")"
)
_PRAISED = re.compile(
    either(
        "你们|你|您|小|服务|工作|态度|效率|办|窗口|这|此|本|谢|感谢|但|可是|就是|不过|虽|希望|继续|因为|满意|点赞|"
        "给|五星|好评|with|about|service|work|staff|"
        "because|thanks|thank|but|job|overall"
    )
)
# 不，满意: does it deny what was asked, or the label that follows?
_DENIED = re.compile(r"(?:^|\W)(?:不|没|没有|不是|否|无|非|no|not|nope)\W{1,3}$")
_DENIAL = 8
_LONGEST_SUBJECT = 24

_PRAISE = re.compile(either(PRAISE))
_BLAME = re.compile(either(BLAME))
_THANKS = re.compile(
    either(PRAISE + "|谢|感谢|辛苦|继续|加油|保持|高|方便|贴心|快|希望|建议|thank|keep it up|fast|quick|easy")
)
_UNSAID = ("不", "没", "无", "未", "不是", "没有", "不够", "不太")


class _Seen(NamedTuple):
    """Words that look like a label: where, which core, with which degrees before it, and worth how many stars."""

    start: int
    end: int
    core: str
    degrees: str
    stars: int | Doubt


def read_labels(text: str) -> list[Label]:
    """Every label in the folded text, in order. What only looks like one is left out."""
    seen = [*_chinese(text), *(_english(text) if has_latin(text) else ())]
    if not seen:
        return []
    seen.sort()
    labels = (_in_its_clause(text, one, start, end) for one, start, end in _clauses(text, seen))
    return [label for label in labels if label is not None]


def only_praises(text: str) -> bool:
    """Is there nothing in the folded text but filler, thanks and praise?"""
    return all(
        _FILLER.fullmatch(clause) or _PART.fullmatch(clause) or _THANKS.search(clause)
        for clause in _BOUNDARY.split(text)
    )


def sides(text: str) -> tuple[bool, bool]:
    """Does the folded text praise, does it blame?"""
    praises = any(not text.endswith(_UNSAID, 0, match.start()) for match in _PRAISE.finditer(text))
    return praises, _BLAME.search(text) is not None


def _chinese(text: str) -> Iterator[_Seen]:
    done = 0
    for match in _CHINESE.finditer(text):
        core, start, end = match.group(), match.start(), match.end()
        if core in CHINESE_PHRASES:
            yield _Seen(start, end, core, "", CHINESE_PHRASES[core])
            continue
        backward = text[max(done, start - _LOOK_BACK) : start][::-1]
        degrees = _CHINESE_BEFORE.match(backward).group()[::-1]  # type: ignore[union-attr]
        if core == "满意" and not degrees and backward[:1] == "好":
            degrees = "好"
        after = _CHINESE_AFTER.match(text, end)
        stars = _worth(core, degrees, after.group() if after else "")
        done = after.end() if after else end
        if stars is not None:
            yield _Seen(start - len(degrees), done, core, degrees, stars)


def _english(text: str) -> Iterator[_Seen]:
    for match in _ENGLISH.finditer(text):
        core = match["core"] or match["phrase"]
        stars = 3 if match["phrase"] else _worth(core, match["degrees"], match["after"] or "")
        if stars is not None:
            yield _Seen(match.start(), match.end(), core, match["degrees"] or "", stars)


def _clauses(text: str, seen: list[_Seen]) -> Iterator[tuple[_Seen, int, int]]:
    """Each of them with the start and end of its clause."""
    ends = _clause_ends(text)
    start, end = 0, next(ends)
    for one in seen:
        while end <= one.start:
            start, end = end, next(ends)
        yield one, start, end - 1


def _clause_ends(text: str) -> Iterator[int]:
    """Just behind each mark that ends a clause. A space ends one only beside a character that is not Latin."""
    for boundary in _BOUNDARY.finditer(text):
        at = boundary.start()
        if text[at] != " " or text[at - 1] not in _WITHIN_LATIN or text[at + 1 : at + 2] not in _WITHIN_LATIN:
            yield at + 1
    yield len(text) + 1


def _in_its_clause(text: str, seen: _Seen, clause_start: int, clause_end: int) -> Label | None:
    clause_end = max(seen.end, clause_end)
    left, right = text[clause_start : seen.start], text[seen.end : clause_end]
    if not _stands(seen.core, seen.degrees, left, right):
        return None
    stars, firm, whole = seen.stars, seen.core in FIRM, False
    if not isinstance(stars, Doubt):
        plain_left = not left or _FILLER.fullmatch(left) is not None
        plain_right = not right or _FILLER.fullmatch(right) is not None
        doubt = _doubt_before(left, plain_left, stars, firm) or _doubt_after(right, plain_right, stars, firm)
        if stars > 2 and _DENIED.search(text[max(0, clause_start - _DENIAL) : clause_start]):
            doubt = Doubt.UNSURE
        if right[:1] == "的" and not plain_left and not _PARTICLES.fullmatch(right):
            doubt = doubt or Doubt.IDLE  # 人民满意的政府
        if text[clause_end : clause_end + 1] == "?":
            doubt = Doubt.UNSURE
        whole = doubt is None and plain_left and plain_right
        stars = doubt or stars
    return Label(seen.start, seen.end, clause_start, clause_end, stars, firm, whole)


@lru_cache(maxsize=1024)
def _worth(core: str, before: str, after: str) -> int | Doubt | None:
    """The stars of `core` with the degrees written before and after it; None: no label at all."""
    side, base = _CORE[core]
    degrees = [degree for degree in map(_DEGREE.__getitem__, _STEP.findall(before)) if degree is not Degree.RATHER]
    if after == " at all":
        degrees.insert(0, Degree.UTTERLY)
    elif after:
        if side is Core.GOOD and after in {"死了", "透了", "透顶"}:
            return Doubt.UNSURE
        degrees.insert(0, Degree.VERY)
    if not degrees:
        return base
    key = tuple(dict.fromkeys(degrees))
    if side is Core.GOOD and base == 4 and core not in NEVER_NEGATED:
        return _NEGATABLE.get(key, Doubt.UNSURE)
    return _PLAIN[side].get(key, Doubt.UNSURE)


_NEGATABLE: dict[tuple[Degree, ...], int] = {
    (Degree.VERY,): 5,
    (Degree.FAIRLY,): 3,
    (Degree.NOT,): 2,
    (Degree.HARDLY,): 2,
    (Degree.SLIGHTLY, Degree.NOT): 2,
    (Degree.SLIGHTLY, Degree.HARDLY): 2,
    (Degree.FAIRLY, Degree.NOT): 2,
    (Degree.NOT, Degree.VERY): 2,
    (Degree.NEVER,): 1,
    (Degree.UTTERLY, Degree.NOT): 1,
    (Degree.VERY, Degree.NOT): 1,
}
_PLAIN: dict[Core, dict[tuple[Degree, ...], int]] = {
    Core.GOOD: {(Degree.VERY,): 5},
    Core.MIDDLING: {(Degree.FAIRLY,): 3},
    Core.BAD: {(Degree.VERY,): 1, (Degree.SLIGHTLY,): 2},
}


def _stands(core: str, degrees: str, left: str, right: str) -> bool:
    """Are these letters a word of their own here? 办好, 最好 and 办不好 hold 好 without judging anything."""
    if core not in {"好", "差"}:
        return True
    if not degrees:
        return _PART.fullmatch(left) is not None and right.strip("啊呀哦哈!' -") == ""
    return not _UNABLE.search(left[-2:]) and (core, degrees[-1:]) != ("好", "最")


def _doubt_before(left: str, plain: bool, stars: int, firm: bool) -> Doubt | None:
    if firm and left and _NOT_THE_CITIZEN.search(left[-12:]):
        return Doubt.IDLE
    if plain:
        return None
    good = stars > 2
    if (_WISH_FOR_GOOD if good else _WISH).search(left) or (good and len(left) > _LONGEST_SUBJECT):
        return Doubt.IDLE
    if (good and _NEGATION.search(left)) or _OPEN_NEGATION.search(left[-24:]):
        return Doubt.UNSURE
    return Doubt.IDLE if good and not _SUBJECT.match(left[::-1]) and "对" not in left else None


def _doubt_after(right: str, plain: bool, stars: int, firm: bool) -> Doubt | None:
    if not right:
        return None
    rest = right[_PARTICLES.match(right).end() :]  # type: ignore[union-attr]
    if _SPOILT.match(rest) or _SPOILT.match(right):
        return Doubt.UNSURE if firm else Doubt.IDLE
    if plain or not rest:
        return Doubt.UNSURE if stars > 2 and right.endswith("呢") else None
    if (_WISH_FOR_GOOD if stars > 2 else _WISH).search(rest):
        return Doubt.IDLE
    praised = _PRAISED.match(rest) if firm or stars == 3 else _PRAISED.match(rest) and not turns(rest)
    return Doubt.IDLE if stars > 2 and not praised else None
