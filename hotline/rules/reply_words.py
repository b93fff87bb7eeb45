"""Labels in a reply, with their degrees and negations: 满意, 不太满意, 非常差, very satisfied.

A label counts only where its clause says it of the service.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from hotline.rules.reply_denials import is_denied
from hotline.rules.reply_doubts import (
    Doubt,
    doubt_after,
    doubt_before,
    has_subject,
    is_but_for,
    is_plain,
    is_scare_quoted,
)
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
    SATISFACTION,
    Core,
    Degree,
)
from hotline.rules.reply_remarks import is_denied_here
from hotline.rules.reply_text import backwards, either, has_latin, run_of
from hotline.rules.scale import is_bad


class Label(NamedTuple):
    """A label at `start:end` of the folded text, inside its clause.

    `firm`: of the 满意 family, a judgement of the whole. `whole`: its clause holds nothing but filler beside it.
    `worth`: the stars of the words alone, believed or not, 0 for none. `is_bare`: no degree stands before it.
    """

    start: int
    end: int
    clause_start: int
    clause_end: int
    stars: int | Doubt
    firm: bool
    whole: bool
    worth: int = 0
    is_bare: bool = False
    is_nod: bool = False
    of_another: bool = False


_CHINESE_DEGREE = {word: degree for degree, words in CHINESE_DEGREES.items() for word in words.split()}
_ENGLISH_DEGREE = {word: degree for degree, words in ENGLISH_DEGREES.items() for word in words.split("|")}
_DEGREE = _CHINESE_DEGREE | _ENGLISH_DEGREE | {"好": Degree.VERY}
_CORE = CHINESE_CORES | ENGLISH_CORES

# 好 and 差 are parts of many other words: 好的, 好像, 你好, 差点, 时差.
_SHORT = (
    "(?![吧滴嘞哒像久多几在些处意奇人事歹比心办转看听吃喝玩说话笑容易运用使做找不呢嘛友学号"
    "点别异价评距错额强旅遣一歉好满坏])"
)
_LONG = set(CHINESE_CORES) - {"满意", "不满", "一般", "不错", "好", "差"}
# Every alternative begins with a plain character, so that `re` skips to the places where one stands.
_CHINESE = re.compile(
    f"满意(?![度率])|{either('|'.join(SATISFACTION))}|不满(?![意足0-9零一二两三四五六七八九十]|[岁年月周天])|不错(?!过)|一般般|"
    "一般(?![都会来情人性地])|不行(?<!行不行)|"
    + "|".join(sorted({*_LONG, *CHINESE_PHRASES} - SATISFACTION.keys() - {"不行", "一般般"}, key=len, reverse=True))
    + f"|好{_SHORT}|差{_SHORT}"
)
_CHINESE_BEFORE = re.compile(f"(?: ?{backwards('|'.join(_CHINESE_DEGREE))}){{0,4}}")
_CHINESE_AFTER = re.compile("极了|[得的地滴]很|至极|之至|得不得了|得要命|得离谱|透顶|透了|死了")
_DEGREE_ENDS = frozenset({word[-1] for word in _CHINESE_DEGREE} | {" ", "好"})
_AFTER_BEGINS = frozenset("极得的地滴至透死")
_LOOK_BACK = 24
# How much of its clause is looked at on either side of a label, so that many labels cost no more than their text.
_AROUND = 48
_MOST_LABELS = 24  # nobody rates with more words than that; they would only cost time
_ENGLISH = re.compile(
    r"\b(?P<phrase>neither satisfied nor dissatisfied\b)|"
    rf"\b(?<!my )(?P<degrees>(?:{either('|'.join(_ENGLISH_DEGREE))} ){{0,4}})"
    rf"(?P<core>{either('|'.join(ENGLISH_CORES))})\b"
    r"(?! (?:morning|afternoon|evening|night|luck|day|bye|for you|riddance|"
    r"people|me|question|grief|enough|for nothing|jokes?))(?P<after> at all)?"
)
_STEP = re.compile(either("|".join(_DEGREE)))

_BOUNDARY = re.compile(r"[ \-—,，.。!?;…~\n()\[\]【】「」『』《》\"“”、:|/]")
_WITHIN_LATIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789',")

# The parts of a service of which 好 and 差 are said.
_PART = re.compile(
    run_of(
        "服务|态度|效率|质量|速度|工作|体验|环境|素质|业务|沟通|水平|人员|窗口|办理|办事|流程|印象|感觉|总体|整体|"
        "专业|能力|你们|您|他们|她|他|的|都|也|"
        "这|个|就|是|确实|真的|真|反正|总之|对|我|给|选|评价|方面|各|一切|全部",
        "小[一-龥]",
        "[0-9一二三四五六七八九十]{1,4}[号楼层]",
    )
)
_UNABLE = re.compile("(?:[办做弄说搞修看用]|解决|处理)$")
_PRAISE = re.compile(either(PRAISE))
_BLAME = re.compile(either(BLAME))
_THANKS = re.compile(
    either(
        PRAISE + "|谢|感谢|辛苦|个赞|大赞|大的赞|大拇指|"
        "继续|加油|保持|高|方便|贴心|快|希望|建议|thank|keep it up|fast|quick|easy"
    )
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
    seen = list(_chinese(text))
    if has_latin(text):
        seen += _english(text)
    if not seen:
        return []
    if len(seen) > _MOST_LABELS:
        return [Label(0, len(text), 0, len(text), Doubt.UNSURE, firm=False, whole=False)]
    if len(seen) > 1:
        seen.sort()
    labels = (_in_its_clause(text, one, start, end) for one, start, end in _clauses(text, seen))
    return [label for label in labels if label is not None]


def only_praises(text: str) -> bool:
    """Is there nothing in the folded text but filler, thanks and praise?"""
    return all(
        is_plain(clause) or _PART.fullmatch(clause) or _THANKS.search(clause) for clause in _BOUNDARY.split(text)
    )


def sides(text: str) -> tuple[bool, bool]:
    """Does the folded text praise, does it blame?"""
    praise = _PRAISE.search(text)
    while praise and text.endswith(_UNSAID, 0, praise.start()):
        praise = _PRAISE.search(text, praise.end())
    blame = _BLAME.search(text)
    while blame and is_denied_here(text, blame.start()):
        blame = _BLAME.search(text, blame.end())
    return praise is not None, blame is not None


def _chinese(text: str) -> Iterator[_Seen]:
    done = 0
    for match in _CHINESE.finditer(text):
        core, start, end = match.group(), match.start(), match.end()
        if core in CHINESE_PHRASES:
            yield _Seen(start, end, core, "", CHINESE_PHRASES[core])
            continue
        degrees = _degrees_before(text, done, start, core) if start > done else ""
        after = _CHINESE_AFTER.match(text, end) if text[end : end + 1] in _AFTER_BEGINS else None
        stars = _worth(core, degrees, after.group() if after else "")
        done = after.end() if after else end
        if stars is not None:
            yield _Seen(start - len(degrees), done, core, degrees, stars)


def _degrees_before(text: str, done: int, start: int, core: str) -> str:
    if text[start - 1] not in _DEGREE_ENDS:
        return ""
    backward = text[max(done, start - _LOOK_BACK) : start][::-1]
    before = _CHINESE_BEFORE.match(backward)
    degrees = before.group()[::-1] if before else ""
    return "好" if core == "满意" and not degrees and backward[:1] == "好" else degrees


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
    """Just behind each mark that ends a clause. A space or hyphen ends none between words of an alphabet."""
    for boundary in _BOUNDARY.finditer(text):
        at = boundary.start()
        if text[at] not in " -" or not (_is_alphabetic(text[at - 1]) and _is_alphabetic(text[at + 1 : at + 2])):
            yield at + 1
    yield len(text) + 1


def _is_alphabetic(character: str) -> bool:
    """A letter that is no Chinese one, a digit, or a sign that goes on: also of alphabets that look like Latin."""
    return character in _WITHIN_LATIN or ("\x80" < character < "\u2e80" and character.isalpha())


def _in_its_clause(text: str, seen: _Seen, clause_start: int, clause_end: int) -> Label | None:
    clause_end = max(seen.end, clause_end)
    left = text[max(clause_start, seen.start - _AROUND) : seen.start]
    right = text[seen.end : min(clause_end, seen.end + _AROUND)]
    if not _stands(seen.core, seen.degrees, left, right):
        return None
    stars, firm, whole = seen.stars, seen.core in FIRM, False
    if not isinstance(stars, Doubt):
        doubt = doubt_after(right, stars, firm=firm)
        if left and not (is_but_for(left + seen.degrees) and not is_bad(stars)):
            doubt = doubt_before(left, stars, firm=firm) or doubt
        if clause_start and not is_bad(stars):
            around = text[max(0, clause_start - _AROUND) : clause_start]
            if is_denied(around) or (not left and is_scare_quoted(around)):
                doubt = Doubt.UNSURE
        if text[clause_end : clause_end + 1] == "?":
            doubt = Doubt.UNSURE
        whole = doubt is None and is_plain(left) and is_plain(right)
        stars = doubt or stars
    return Label(
        *(seen.start, seen.end, clause_start, clause_end, stars, firm, whole),
        worth=0 if isinstance(seen.stars, Doubt) else seen.stars,
        is_bare=not seen.degrees,
        is_nod=not seen.degrees and seen.core in {"好", "good"},
        of_another=left != "" and has_subject(left),
    )


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
    if degrees.count(Degree.NOT) > 1:
        return Doubt.UNSURE
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
        return not (core == "bad" and degrees == "too " and not left)  # too bad: a pity
    if not degrees:
        if left.endswith(("你", "您", "你们", "您们")):
            return False  # a greeting
        return _PART.fullmatch(left) is not None and right.strip("啊呀哦哈!' -") == ""
    if core == "好" and (degrees == "都" or degrees.endswith("最")):
        return False  # 都好: whichever; 最好: had better
    return not _UNABLE.search(left[-2:])
