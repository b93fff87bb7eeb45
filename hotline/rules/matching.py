"""Which service a text is about, by a code or a name in it: never a guess, and never two at once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from hotline.rules.reply_entries import MEASURED
from hotline.rules.reply_text import fold

SHORTEST_CODE = 4
_FIRST = re.compile(r"\s*[(\[【“\"「]?\s*(?:(?:办件|业务|事项)?的?(?:尾号|编号)(?:是|为)?\s*)?")
# What is written around a code and says no more than that it is one.
_BEFORE = re.compile(
    r"[(\[【“\"「]?\s*(?:(?:办件|业务|事项)?的?(?:尾号|编号|单号|号码|号)?(?:是|为)?"
    r"|(?<![a-z])(?:no|number|code|ending(?: in)?)[.:]?)\s*[:#]?\s*$"
)
_LOOK_BACK = 24
_BETWEEN = re.compile(r"[)\]】”\"」]?(?:的?(?:那|这)(?:个|件))?[\s:：，,。)\]】”\"」-]*")
# A place where a code may begin: no part of a longer number, a date, a decimal, or a masked telephone number.
_PLACE = re.compile(r"(?<![0-9a-z*])(?<![0-9a-z][-./_])(?<![0-9]{3} )(?=[0-9a-z])")
_PREFIX = re.compile(r"[a-z]{1,4}-?(?=[0-9])")
_NO_CODE_BEHIND = re.compile(f"{MEASURED}| [0-9]{{4}}")
_DIGIT = re.compile("[0-9]")
_SHORTEST_NAME = 2
_SHORTEST_PART = 3  # of a name, anywhere in a text
# What people say around the name of a service when they are asked which one they meant.
_LEAD = re.compile('(?:[\\s“"「《]|我?(?:评价|说)的?是|(?:就是|是|指的是|关于|对于?))*')
_NAME = re.compile('[^\\s,，.。;；:：!！、“”"「」《》()（）0-9]+(?: [a-z][^\\s,，.。;；:：!！、0-9]*)*')
_HAN = re.compile("[一-龥]+")
_BEHIND_NAME = re.compile('[”"」》)]?(?:的?(?:那|这)(?:个|件|项)|的)?[ ,，:：]*')
_TAIL = re.compile("(?:的?(?:那|这)?(?:个|件|项|一个|一件|事项|业务|办件)?(?:吧|啊|呀|哦)?)$")
# Two characters of an item's name that people say of any service: they tell nothing of which one it is.
_EVERYDAY_WORDS = (
    "服务 办理 办事 业务 评价 态度 效率 窗口 工作 人员 政务 事项 办件 回复 满意 评分 打分 "
    "选择 申请 登记 普通 一般 基本 非常 比较 优秀 个人 本人 他人 单位 公司 企业 居民 市民 "
    "群众 社会 社区 家庭 生活 老人 老年 孩子 子女 学校 学生 证明 证件 材料 资料 信息 变更 "
    "补办 补领 换领 办证 领取 领证 查询 咨询 缴费 费用 收费 预约 网上 在线 线上 现场 电话 "
    "短信 手机 号码 系统 平台 大厅 中心 部门 政府 机关 安全 质量 环境 管理 经营 投诉 举报 "
    "建议 反映 问题 处理 解决 情况 结果 流程 手续 时间 时候 期限 上午 下午 全程 一次 首次 "
    "初次 再次 一件 一个 一站 新办 开具 开办 审批 审核 核发 核准 备案 受理 签发 发放 注册 "
    "注销 认证 认定 许可 其他 有关 相关 公共 重新 延期 方便 便民 告知 承诺 要求 提供 使用 "
    "需要 "
)
_EVERYDAY = frozenset(_EVERYDAY_WORDS.split())


@dataclass(frozen=True, slots=True)
class Coded:
    """A service that a text can name: by the end of its number, four characters or more, or by all of it."""

    id: int
    number: str
    service_count: int = 1


@dataclass(frozen=True, slots=True)
class Named:
    """The one that the text names, by what stands at `start:end` of it; the rest are its words."""

    id: int
    start: int
    end: int


def code_of(one: Coded, others: Sequence[Coded]) -> str:
    """The shortest end of its number that none of the others shares; services of one number are told apart by count."""
    rivals = [other.number.lower() for other in others if other.number.lower() != one.number.lower()]
    length = min(SHORTEST_CODE, len(one.number))
    while length < len(one.number) and any(rival.endswith(one.number[-length:].lower()) for rival in rivals):
        length += 1
    shared = any(other.number.lower() == one.number.lower() for other in others if other.id != one.id)
    return f"{one.number[-length:]}-{one.service_count}" if shared else one.number[-length:]


def shortened(name: str, longest: int, language: str) -> str:
    """At most `longest` characters of a name, and a sign that there are more: one that costs no dearer alphabet."""
    if len(name) <= longest:
        return name
    return name[:longest].rstrip() + ("…" if language.startswith("zh") else "...")


def words_beside(text: str, start: int, end: int) -> str:
    """The text without what stands at `start:end`."""
    before = text[:start].rstrip(" \n,，、")
    return f"{before} {text[end:]}" if before else text[end:]


def named(text: str, candidates: Sequence[Coded]) -> list[Named]:
    """The candidates whose codes stand in the text, each once. Only if it is one alone is the text about that one.

    Any code at the beginning; elsewhere one of four characters or more, with a digit, and no part of a longer number.
    A code that several share names all of them.
    """
    folded = fold(text)
    first = _FIRST.match(folded)
    at_first = first.end() if first else 0
    candidates = [one for one in candidates if fold(one.number)[-SHORTEST_CODE:] in folded]
    places = {at_first, *(match.start() for match in _PLACE.finditer(folded))}
    found: dict[int, Named] = {}
    for place in sorted(places):
        for one, end in _at(folded, place, place == at_first, candidates):
            between = _BETWEEN.match(folded, end)
            found.setdefault(one.id, Named(one.id, _start(folded, place), between.end() if between else end))
    return list(found.values())


def _at(text: str, place: int, is_first: bool, candidates: Sequence[Coded]) -> list[tuple[Coded, int]]:
    """The candidates whose code begins at that place of the folded text, and where it ends."""
    found = []
    for one in candidates:
        end = _behind(text, place, one.number)
        prefix = _PREFIX.match(text, place) if end is None else None
        if prefix is not None and fold(one.number).startswith(prefix.group().rstrip("-")):
            end = _behind(text, prefix.end(), one.number)
        if end is not None and (is_first or _is_sure(text, place, end)):
            found.append((one, end))
    if len(found) > 1:  # they may be services of one number: “0012-2 5”
        counted = [
            (one, end + len(count)) for one, end in found if text.startswith(count := f"-{one.service_count}", end)
        ]
        found = [(one, end) for one, end in counted if _ends_there(text, end)] or found
    return found


def _is_sure(text: str, start: int, end: int) -> bool:
    """Can it be nothing but a code, though it does not begin the text?"""
    is_code = end - start >= SHORTEST_CODE and _DIGIT.search(text, start, end) is not None
    return is_code and _NO_CODE_BEHIND.match(text, end) is None


def _start(text: str, place: int) -> int:
    """Where what announces the code at that place begins: （办件尾号."""
    since = max(0, place - _LOOK_BACK)
    before = _BEFORE.search(text[since:place])
    return since + before.start() if before else place


def named_by_item(text: str, names: Sequence[tuple[int, str]]) -> list[Named]:
    """Those (id, name of the item) whose name stands in the text, or a part of it, of three Chinese characters or more,
    that no other has. Parts inside a longer part of another name are not counted.
    """
    folded = fold(text)
    spans = [(identity, _longest_part(folded, fold(name))) for identity, name in names]
    held = [(identity, span) for identity, span in spans if span is not None]
    longest = [
        (identity, span)
        for identity, span in held
        if not any(_is_within(span, other) for _, other in held if other != span)
    ]
    alone = [(identity, span) for identity, span in longest if sum(other == span for _, other in longest) == 1]
    return [Named(identity, start, _name_end(folded, end)) for identity, (start, end) in alone]


def _longest_part(text: str, name: str) -> tuple[int, int] | None:
    """Where in the text the whole name stands, or else its longest part."""
    if len(name) >= _SHORTEST_NAME and (at := text.find(name)) >= 0:
        return at, at + len(name)
    best: tuple[int, int] | None = None
    for start in range(len(name) - _SHORTEST_PART + 1):
        length = _SHORTEST_PART if best is None else best[1] - best[0] + 1
        while start + length <= len(name) and (part := name[start : start + length]) in text and _HAN.fullmatch(part):
            at = text.index(part)
            best = (at, at + length)
            length += 1
    return best


def _is_within(span: tuple[int, int], other: tuple[int, int]) -> bool:
    return other[0] <= span[0] and span[1] <= other[1]


def _name_end(text: str, end: int) -> int:
    behind = _BEHIND_NAME.match(text, end)
    return behind.end() if behind else end


def hinted(text: str, names: Sequence[tuple[int, str]]) -> list[Named]:
    """Those (id, name of the item) of whose name two characters or more, that no other has and that are no everyday
    word, stand somewhere in the text: 办护照的. Weaker than `named_by_item`: enough to doubt by, not to decide by.
    """
    folded = fold(text)
    pairs = {identity: _pairs_of(fold(name)) for identity, name in names}
    found = []
    for identity, own in pairs.items():
        alone = own.difference(*(other for one, other in pairs.items() if one != identity), _EVERYDAY)
        start = next((at for at in range(len(folded) - 1) if folded[at : at + 2] in alone), None)
        if start is not None:
            end = start + 2
            while folded[end - 1 : end + 1] in own:
                end += 1
            found.append(Named(identity, start, _name_end(folded, end)))
    return found


def _pairs_of(name: str) -> set[str]:
    return {pair for pair in map("".join, pairwise(name)) if _HAN.fullmatch(pair)}


def by_first_part(text: str, names: Sequence[tuple[int, str]]) -> Named | None:
    """The one (id, name of the item) with whose part, two Chinese characters at least, the text begins, whatever
    follows at once: 护照1, 护照非常满意. None = none, or several."""
    folded = fold(text)
    lead = _LEAD.match(folded)
    start = lead.end() if lead else 0
    lengths = [(_first_length(folded[start:], fold(name)), identity) for identity, name in names]
    longest = max((length for length, _ in lengths), default=0)
    held = {identity for length, identity in lengths if length == longest}
    if longest < _SHORTEST_NAME or len(held) != 1 or folded[start : start + longest] in _EVERYDAY:
        return None
    return Named(held.pop(), start, _name_end(folded, start + longest))


def _first_length(text: str, name: str) -> int:
    """Of how many Chinese characters the part of the name is that the text begins with."""
    run = _HAN.match(text)
    length = len(run.group()) if run else 0
    return next((size for size in range(min(length, len(name)), 0, -1) if text[:size] in name), 0)


def by_name(text: str, names: Sequence[str]) -> tuple[int, str] | None:
    """The one of `names` that the text begins with, or whose part it does, and what follows; None = none, or several.

    Two characters at least, and nothing else before a blank or a comma: 社保卡 of 社保卡申领, but not 我要社保卡.
    """
    lead = _LEAD.match(text)
    start = lead.end() if lead else 0
    whole = [(place, name) for place, name in enumerate(names) if name and fold(text[start:]).startswith(fold(name))]
    if whole:
        place, name = max(whole, key=lambda one: len(one[1]))
        return (place, _bare(text[start + len(name) :])) if sum(other == name for _, other in whole) == 1 else None
    run = _NAME.match(fold(text), start)
    said = _TAIL.sub("", run.group()) if run else ""
    found = [place for place, name in enumerate(names) if said in fold(name)]
    if run is None or len(said) < _SHORTEST_NAME or len(found) != 1:
        return None
    return found[0], _bare(text[run.end() :])


def _bare(rest: str) -> str:
    return rest.strip(' \n,，.。;；:：、”"」》）)')


def _behind(text: str, place: int, number: str) -> int | None:
    """Where the longest end of `number` that stands at that place of the folded text ends; None = none stands there.

    One character is no code: it could be the rating itself.
    """
    folded = fold(number)
    for length in range(len(folded), max(1, min(SHORTEST_CODE, len(folded)) - 1), -1):
        if text.startswith(folded[-length:], place) and _ends_there(text, place + length):
            return place + length
    return None


def _ends_there(text: str, at: int) -> bool:
    """Is the character at `at` no part of a longer number or word?"""
    return re.match(r"[0-9A-Za-z]", text[at : at + 1]) is None
