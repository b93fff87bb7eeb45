"""The numbers in a reply: which one is a score, which one a key, and which ones only count hours, windows or visits.

A score names its unit and so its stars (5分, 3星, ★★★★, 3/5); a key is a bare 1 to 5, which only a scale can read.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from hotline.rules.reply_text import backwards, clause_start, either, run_of


class Kind(StrEnum):
    """What a number turned out to be."""

    SCORE = "score"
    POINTS = "points"  # 5分 with nobody giving it: a score, but under rank_1_best perhaps a key
    KEY = "key"
    NO_RATING = "no-rating"  # stands where a rating would, and cannot be one: 0, 6, 4.5, 100分, 5块
    BEST = "best"  # 满分5分: only says what the best would be
    OTHER = "other"  # counts or names something else


@dataclass(frozen=True, slots=True)
class Number:
    """A number at `start:end` of the folded text, lead-in (我选, 给) and unit included; its first digit stands `at`.

    `value` is 1 to 5 for a score or a key, else 0.
    """

    kind: Kind
    value: int
    start: int
    at: int
    end: int


_ENGLISH = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_VALUES = {str(n): n for n in range(1, 6)} | {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5} | _ENGLISH
_OTHER_BEST = re.compile("[ :是为]{0,2}(?!5(?![0-9])|五)[0-9一二三四六七八九十百]")
_NUMERALS = frozenset("0123456789零一二两三四五六七八九十百")

_NUMBER = re.compile(
    r"[0-9]+(?:(?:[-./:~年月·*]|,(?=[0-9]{3}(?![0-9])))[0-9]+)*|"
    r"[零一二两三四五六七八九十百千万亿]+(?:点[零一二三四五六七八九]+)?"
    r"|(?<![a-z])(?:one|two|three|four|five)(?![a-z])|★(?: {0,2}★)*(?: {0,2}☆)*|☆(?: {0,2}☆)*|满分"
)
_UNIT = re.compile(
    r" ?(?:[颗个粒枚] ?)?(?:星(?![期辰座球光巴河月夜火空云相际]|手机|电子|级酒)级?|★(?! {0,2}★)"
    r"|分(?![钟之钱别店公局批期开类部行院区管流析配辨工成摊享手散明头队支歧秒科厅所馆校站段米布制为]|满分))"
    r"|[- ]?(?:stars?|points?)\b| ?/ ?5(?![0-9/年月日号.])| (?:out )?of (?:5|five)(?= ?(?:$|[,.!;\n]|stars?|points?))"
)
# What stands before a number is matched backwards, from the number on.
_SPOILT_BEFORE = re.compile(
    "[了是为:个给打评 ]{0,2}"
    + backwards(
        "扣|减|加|少|欠|低于|高于|不足|不到|不给|别给|不打|不值|没有|不是|连|才|至多|最多|顶多|至少|起码|超过|"
        "满分|总分|第|-|最多给|最多打|不想给|不会给|不能给"
    )
)
_SPOILT_AFTER = re.compile(
    " ?(?:[都也]? ?(?:不(?:想|给|到|值|配|能|会|应)|没|嫌)|以[上下内]|起|半|多(?!谢)|[或到至跟]|还是|满分|"
    "[-~—/] ?[0-9]|or |to )"
)
# A score inside a sentence is one only if the sentence gives it: 给小王打5分, but not 五星好评返现 or 这服务也配五星.
_SCORE_LEFT = re.compile(
    run_of(
        "我|本人|俺|我们|就|也|还是|那|那就|给|打|评|评为|评价|评分|打分|选|选择|回复|回|填|发|投|送|送上|奉上|"
        "你们|您|你|您们|咱们|这次|本次|此次|服务|态度|效率|质量|速度|"
        "环境|工作|工作人员|人员|窗口|热线|业务|办事|办理|流程|专业|水平|总体|整体|综合|总的来说|的|地|了|个|一个|"
        "是|为|算|大概|差不多|大约|勉强|妥妥|必须|绝对|当然|肯定|一定|果断|"
        "应该|值得|都|全部|统统|全|各项|各方面|满意度|得分|分数|结果|答案|好评|差评|中评|谢谢|感谢|你好|您好|好的|"
        "满意|不满意|不太满意|非常|很|好|差|太|一般|对|我想|我要|嗯|哦|安排|直接|真的|只|只能|"
        "i|i'd|i'll|we|give|gave|you|them|it|a|the|rate|rated|rating|score|my|is|it's|was|this|that|service|staff|"
        "for|of|overall|definitely|would|thanks|hi|hello|"
        "only|just|solid|full|very|satisfied|good|excellent|bad|poor",
        "小[一-龥]",
        r"[^\w★☆]",
        "[1-5一二三四五]分(?:制|满分)?|满分",
    )
)
_GIVEN_TO = re.compile(
    "(?:我|本人|俺|我们)?(?:就|也|还是)?(?:给|为|对)[^不没别无非才哪谁配想要求,，.。]{1,12}(?:打|评|给)?(?:了|个|出)?"
)
_SCORE_RIGHT = re.compile(
    "[^a-z0-9一-龥]|$|[吧了哦啊呀哈啦]|的?(?:好评|差评|中评|评价)(?![返才]|做什么|换)|的?服务(?![一-龥])|谢|感谢|"
    "多谢|因为|主要|就是|但|可|不过|虽|给|送|奉上|走起|安排|推荐|支持|满意|非常|很|"
    "不(?:满意|太满意|是很满意|太好|好)|太[好差]|[好差](?!评)|态度|效率|小(?!时)|工作|办|希望|继续|加油|鼓励|左右|"
    "打底|一般|基本|还(?:行|可以)|五星|满分|的$|级"
)
_ENGLISH_RIGHT = re.compile(" (?!if|or |to |would|hotel|restaurant|not |isn't|is not|reviews?|is )[a-z]")
_DATE_AFTER = re.compile(" ?(?:办|去|来|申请|提交|预约|交)")

# What may be said before the number so that it is still the number that is said.
_LEAD_IN = re.compile(
    r"(?:[ \n,，.。!:;、…~()\[\]【】「」『』《》\"“”'*_—]|- |"
    + either(
        "好的|你好|您好|谢谢|感谢|我们|我|请|就|那就|那|给|你们|您们|你|您|这次|本次|此次|服务|热线|的|满意度|"
        "评价|评分|打分|评为|打|评|选择|选项|选|回复|回|按|"
        "填写|填|发送|发|数字|分数|得分|结果|答案|答|是|为|应该是|了|个|一个|嗯|哦|投|想|要|还是|当然|肯定|一定|"
        "综合|总体|整体|"
        "my|rating|rate|score|it's|it|is|i'd|i|give|gave|you|a|option|number|choose|select|press|pick|answer|"
        "reply|say|would|vote|hi|hello|"
        "thanks|thank|we|them|this|service|overall|definitely|key"
    )
    + ")*+"
)
# The same, when something else stands before.
_LEAD_IN_AFTER = re.compile(
    "[: ]{0,2}(?:"
    + backwards("谢谢|谢谢你|谢谢你们|谢谢您|感谢|辛苦了|你好|您好|是|为")
    + f"|{backwards('你们|您|个|是|为')}?{backwards('选|选择|打|给|评|评价|评分|评为|打分|回复|填|发|满意度|分数|得分')}{backwards('我|就|要|想|还是|只|我要|我想|我就')}?|"
    + backwards(
        "rate|rating|score|give|give you|give it|give them|give a|give you a|option|choose|select|press|pick|"
        "answer|reply|is|it's|say|rate it"
    )
    + "(?![a-z]))"
)
_JUDGED_BEFORE = ("满意", "一般", "好", "差", "不错", "还行", "可以")
_GIVEN = re.compile("[给打评得改][^ ,，.。!?;\n]{0,7}$")
_NAMES_BEFORE = re.compile(
    "[: ]{0,2}[是为了的]?(?:"
    + backwards(
        "第|尾号|编号|单号|工号|件号|序号|批号|期号|窗|窗口|柜台|号|楼|室|路|栋|幢|座|电话|手机|分机|转|拨|拨打|"
        "周|月|年|共|约|超|近|过|差|星期|礼拜|大约|大概|"
        "等|等了|花|花了|用|用了|跑|跑了|去|去了|来|来了|排|排了|满|满了|或|和|到|至|与|跟|比|还是|不是|不要|不给|"
        "别给|不选|没选|没有"
    )
    + "|"
    + backwards(
        "room|line|window|page|level|no|no.|counter|or|and|to|not|than|for|waited|of|at|in|on|after|about|over|"
        "only|plus|minus"
    )
    + "(?![a-z]))"
)
_AN_ID = 3  # so many digits name a thing: 12345, 10086
_BEFORE = 14  # how much text before a number is looked at
_ILLEGAL_BEFORE = frozenset("+$￥¥€£№#@=<>&%\\^{}_|/-")
_ILLEGAL_AFTER = frozenset("+%$￥¥€£℃°=<>@&^{}\\_|")

_MEASURE_AFTER = re.compile(
    " {1,2}(?:个|天(?!气)|日|号|月|年|点(?![赞评了])|时|小时|钟头|分钟|次|元|块|人(?![员很好太都工家民态])|楼|层|"
    "岁|周|星期|公里|份|张|条|件|项|名(?!字)|位|"
    "遍|趟|秒|级|室|栋|单元|期|倍|折|万|千|百|或|和(?![蔼善气])|到(?!位)|至|跟|与|还是|半|多(?![谢亏])|几(?!乎)|"
    "比(?!较)|"
    r"(?:more|or|to|and|of|days?|hours?|hrs?|minutes?|mins?|weeks?|months?|years?|times?|people|persons?|visits?|"
    r"trips?|calls|"
    r"windows?|counters?|documents?|pm|am|o'clock|yuan|rmb|dollars?|km|miles?|working|business|different|whole|"
    r"percent|half|if|is|means|are|was|the)\b)"
)
_PARTICLE = re.compile("[吧啊呀哦哈嘛了呗啦噢哟]++(?![a-z0-9一-龥])")
# With what a comment begins when nothing stands between it and the digit: 2排队太久. Anything else may be a measure word.
_COMMENT = re.compile(
    "谢|感谢|辛苦|服务|态度|排队|等(?![奖座公级舱人功于])|办(?!公室)|工作|很|非常|特别|十分|满意|不(?:满|太|好|错|"
    "行|怎么|够|是很)|[我你您]|没(?!有)|效率|速度|"
    "但|因为|就是|[好差](?![学友号])|希望|小(?![时区组])|太|真|挺|比较|较|基本|一般|总体|整体|还(?:可以|行|好|"
    "不错|凑)|对(?![0-9一])|这|业务|材料|"
    "人员|解决|热情|耐心|垃圾|慢|流程|手续|拖|推|敷衍|建议|加油|赞|棒|点赞|继续|最[好满差]"
)
_HAN_COMMENT = re.compile("谢谢|感谢|辛苦了|非常|很满|不满|满意|服务|态度")
_REFUSED_AFTER = re.compile("[ ,!?.。、]{0,3}(?:不给|不可能|没门|做梦|想得美|都不|也不|不到|不值|免谈|休想|没有|不会)")
_POLITE_AFTER = re.compile(" (?:thanks|thank|please)")


def read_numbers(text: str) -> list[Number]:
    """Every number in the folded text, in order, with what it is."""
    first = _NUMBER.search(text)
    if first is None:
        return []
    lead_in = _LEAD_IN.match(text)
    lead_end = lead_in.end() if lead_in else 0
    numbers: list[Number] = []
    done = 0
    for match in _NUMBER.finditer(text, first.start()):
        if match.start() >= done:
            numbers.append(_read(text, match, lead_end))
            done = numbers[-1].end
    return numbers


def _read(text: str, match: re.Match[str], lead_end: int) -> Number:
    word, start, end = match.group(), match.start(), match.end()
    if word[0] in "★☆":
        return _drawn(text, word, start, end)
    if word == "满分":
        return _full_marks(text, start, end, lead_end)
    value = _VALUES.get(word, 0)
    if word[0].isdigit() and word[0].isascii():
        if _is_joined(text, start, end):
            return Number(Kind.OTHER, 0, start, start, end)
        if len(word) == 3 and word[1:] == "/5":
            return _fraction(text, _VALUES.get(word[0], 0), start, end, lead_end)
    unit = _UNIT.match(text, end)
    if unit:
        return _score(text, word, value, start, unit.end(), lead_end)
    if not value:
        stands = start == lead_end and not text[end : end + 1].isalnum() and not _MEASURE_AFTER.match(text, end)
        stands = stands and not (word.isdigit() and len(word) >= _AN_ID)
        return Number(Kind.NO_RATING if stands else Kind.OTHER, 0, start, start, end)
    if not word.isdigit() and not _spelled_stands(text, word, end):
        return Number(Kind.OTHER, 0, start, start, end)
    return _key(text, value, start, end, lead_end)


def _full_marks(text: str, start: int, end: int, lead_end: int) -> Number:
    """满分 alone is five of five; beside a number it only says what the best would be."""
    beside = text[max(0, start - 2) : start].rstrip(" (分")[-1:] + text[end : end + 3].lstrip(" :是为,(")[:1]
    if _OTHER_BEST.match(text, end):
        return Number(Kind.NO_RATING, 0, start, start, end)
    if not _NUMERALS.isdisjoint(beside) or text[start - 1 : start] == "分":
        return Number(Kind.BEST, 0, start, start, end)
    lead_start = _lead_start(text, start, lead_end)
    return Number(Kind.NO_RATING if lead_start is None else Kind.SCORE, 5, lead_start or 0, start, end)


def _drawn(text: str, word: str, start: int, end: int) -> Number:
    """Stars one by one; hollow ones beside full ones fill up to five."""
    full, hollow = word.count("★"), word.count("☆")
    total = full + hollow
    if total == 1 and (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()):
        return Number(Kind.OTHER, 0, start, start, end)
    if total > 5 or (full and hollow and total != 5):
        return Number(Kind.NO_RATING, 0, start, start, end)
    return Number(Kind.SCORE, full or hollow, start, start, end)


def _is_joined(text: str, start: int, end: int) -> bool:
    """Is the digit glued to a letter or a sign: A5, -5, 5G, 5%, $5?"""
    before, after = text[start - 1 : start] if start else "", text[end : end + 1]
    return (
        before in _ILLEGAL_BEFORE
        or (before.isascii() and before.isalnum())
        or after in _ILLEGAL_AFTER
        or (after.isascii() and after.isalpha() and not _UNIT.match(text, end))
    )


def _fraction(text: str, value: int, start: int, end: int, lead_end: int) -> Number:
    """3/5 is three of five, unless it is the fifth of March."""
    lead_start = _lead_start(text, start, lead_end)
    after = text[end : end + 1]
    if not value or lead_start is None or (after.isalnum() and after not in "分星") or _DATE_AFTER.match(text, end):
        return Number(Kind.NO_RATING, 0, start, start, end)
    return Number(Kind.SCORE, value, lead_start, start, end + (after in {"分", "星"}))


def _score(text: str, word: str, value: int, start: int, end: int, lead_end: int) -> Number:
    if not value:
        counts = word[0].isdigit() and word[0].isascii()
        is_degree = not counts and text[end : end + 1].isalnum()  # 十分满意, 万分感谢
        return Number(Kind.OTHER if is_degree else Kind.NO_RATING, 0, start, start, end)
    before = text[max(0, start - _BEFORE) : start]
    if _SPOILT_BEFORE.match(before[::-1]):
        return Number(
            Kind.BEST if before.rstrip(" :是为")[-2:] in {"满分", "总分"} else Kind.NO_RATING, 0, start, start, end
        )
    if _SPOILT_AFTER.match(text, end):
        return Number(Kind.BEST if text.startswith("满分", end) else Kind.NO_RATING, 0, start, start, end)
    lead_start = _lead_start(text, start, lead_end)
    first = start if lead_start is None else lead_start
    if not _gives(text, start, end):
        return Number(Kind.NO_RATING, 0, start, start, end)
    is_given = "分" not in text[start:end] or _GIVEN.search(before[-8:])
    return Number(Kind.SCORE if is_given else Kind.POINTS, value, first, start, _past_particle(text, end))


def _gives(text: str, start: int, end: int) -> bool:
    """Does the clause around the score give it, or only speak of it?"""
    left = text[clause_start(text, start) : start]
    if not (_SCORE_LEFT.fullmatch(left) or _GIVEN_TO.fullmatch(left)):
        return False
    return (_SCORE_RIGHT.match(text, end) or _ENGLISH_RIGHT.match(text, end)) is not None


def _spelled_stands(text: str, word: str, end: int) -> bool:
    """一 and one are in too many words: they must stand alone."""
    after = text[end : end + 1]
    if word in _ENGLISH:
        return after != " " or _POLITE_AFTER.match(text, end) is not None
    return (
        after != ("、")
        and (not after.isalnum() or _PARTICLE.match(text, end) or _HAN_COMMENT.match(text, end)) is not None
    )


def _key(text: str, value: int, start: int, end: int, lead_end: int) -> Number:
    after = text[end : end + 1]
    if after.isalnum():
        goes_on = _PARTICLE.match(text, end) or (start == lead_end and _COMMENT.match(text, end))
    else:
        goes_on = not _MEASURE_AFTER.match(text, end)
    lead_start = _lead_start(text, start, lead_end) if goes_on else None
    if lead_start is None:
        return Number(Kind.OTHER, 0, start, start, end)
    if _REFUSED_AFTER.match(text, end):
        return Number(Kind.NO_RATING, 0, start, start, end)
    return Number(Kind.KEY, value, lead_start, start, _past_particle(text, end))


def _past_particle(text: str, end: int) -> int:
    particle = _PARTICLE.match(text, end)
    return particle.end() if particle else end


def _lead_start(text: str, start: int, lead_end: int) -> int | None:
    """Where what leads to this number begins; None if what stands before makes it no rating."""
    if start == lead_end:
        return 0
    before = text[max(0, start - _BEFORE) : start]
    backward = before[::-1]
    if _NAMES_BEFORE.match(backward):
        return None
    lead_in = _LEAD_IN_AFTER.match(backward)
    if lead_in:
        return start - len(lead_in.group())
    if before.endswith(_JUDGED_BEFORE):
        return start
    if before[-1].isalnum():
        return None
    is_latin = before[-1] == " " and before[-2:-1].isascii() and before[-2:-1].isalnum()
    return None if is_latin else start
