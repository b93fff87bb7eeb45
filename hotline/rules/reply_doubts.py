"""Where a label may not be believed: wishes, conditions, questions, denials, and what other people think.

Good words are believed less readily than bad ones: a complaint read as praise is never called back.
"""

import re
from enum import Enum, auto

from hotline.rules.reply_guards import turns
from hotline.rules.reply_text import backwards, either, run_of
from hotline.rules.scale import is_bad


class Doubt(Enum):
    """Why a label has no stars. An IDLE one may be passed over beside a digit; an UNSURE one spoils the whole reply."""

    IDLE = auto()
    UNSURE = auto()


_FILLER = re.compile(
    run_of(
        "个人|其他|其它|其余|我们|我|本人|俺|对于|对|于|这次|此次|本次|这个|这|你们|您们|你|您|贵|的|服务|工作|"
        "办事|办理|办件|热线|政务|回复|答复|处理|结果|总体|"
        "总体上|整体|整体上|总的来说|总之|表示|感到|感觉|觉得|认为|是|说|评价|结论|选择|选|评为|评|给予|给|打|"
        "以上|本|次|感谢|谢谢|您好|你好|一个|个|要|想|一次|体验|"
        "政府|12345|事项|业务|过程|全程|一切|都|就|那就|那|嗯|哦|其实|说实话|老实说|肯定|当然|一定|今天|为|而言|"
        "来说|来讲|方面|了|啊|呀|吧|啦|和|i am|i'm|im|i|"
        "we are|we|was|is|it's|its|it|the|your|service|services|overall|my|rating|with|feel|rate|this|a|"
        "experience|thanks|thank|you|all|were|been|have|"
        "has|am|to be|very much|so|staff",
        r"\W",
        "(?:我们?|咱们?|俺们?)?(?:全家人?|一家人|一家子|一家)",
        "(?<=我)[跟与]|(?<=[和跟与])(?:老伴|爱人|家人|老公|老婆|爸妈|父母|孩子|妻子|丈夫|先生|太太|朋友)",
        "打?(?:从)?(?:心里|内心|心底|心眼里)|发自内心|由衷",
    )
)
_IF = (
    "如果|要是|假如|假若|倘若|若|除非|希望|但愿|盼|争取|力争|保证|务必|尽量|追求|以为|本来|原本|是否|是不是|"
    "会不会|能不能|有没有|怎么|怎样|"
    "如何|为什么|为啥|凭什么|什么|谁|难道|莫非|岂|让我[选写填回打给]|要求|强迫|逼|所谓|口口声声|号称|据说|听说|"
    "别人|人家|他们|群众|百姓|领导|"
    "直到|等到|为了|只有|可能|也许|或许|差点|几乎|到底|究竟|以前|上次|原来|之前|曾|当初|开始|起初|最初|起先|哪敢|多少人|有的|下次|以后|将来|今后|假装|"
    "何时|何必|应该|必须|改|"
    r"\b(?:if|would|will|could|should|hope|want|until|unless|wish|how|why|who|what|can|when|expect|supposed|"
    r"used to|told|without|"
    r"think|doubt|nobody|everyone|they|he|she|before)\b"
)
_WISH = re.compile(_IF)
_WISH_FOR_GOOD = re.compile(_IF + "|[才能会要想请何哪更比就]|他|她|大家|公众")
_NEGATION = re.compile(
    r"[不没未难莫勿毋冇甭]|反对|否[认定]|拒绝|怀疑|质疑|抵制|无(?!比)|(?<!特)别|非(?!常)|n't\b|\b(?:not|no|never|nor|neither|dont|cant)\b"
)
_OPEN_NEGATION = re.compile(
    r"(?:没有?|不是?|无|未|别|并非|n't|\b(?:not|no|never|nor|neither|dont))"
    r"(?:有|什么|啥|任何|一点|觉得|感到|感觉|表示|说|让|人|谁|地方|哪里|存在|至于|会|能|可能|因为|要|想|再|对|我|你|他|们|是|"
    r"太|那么|多|很|"
    r" |think|be|am|are|feel|was|to|i|say|have|been|one|reason|a)*+$"
)
_NOT_THE_CITIZEN = re.compile(
    "(?<![对给向])(?:你们?|您们?|领导|群众|大家|他们?|她|百姓|公众|人民|居民|企业|自己|都说|说是)(?:都|就|也|很|"
    "肯定|可|倒|该|应该|当然|是|一定)*+$"
)
_PARTICLES = re.compile(r"(?:[着著]呢|[喽啰囉嘞耶唷咧]|的|了|啊|呀|哦|呢|哈|吧|啦|喔|噢|哟|咯|呐|嗯|哒|滴|捏|\W)*+")
_SPOILT = re.compile(
    "[吗么嘛个就率后不没还或再请可与才到前为过谁]|了[吧吗么没]|你[个妹妈]|[选按回打](?:几|[0-9])|的人|有用|什么|啥|的?话|之[后前]|的是|的地|的?(?:答[复案]|结果|解决|方案)|"
    "(?:if|unless|until|or|yet)\\b"
)
# Good words are believed in a longer clause only behind a subject or before what they praise.
_SUBJECT = re.compile(
    " ?(?:"
    + backwards(
        "我们|本人|办得|办的|做得|干得|处理得|解决得|服务|态度|效率|人员|速度|质量|水平|结果|处理|答复|办理|办事|工作|业务|流程|环境|素质|能力|体验|"
        "过程|总体|整体|都|也|感觉|觉得|感到|表示|真的|确实|但|但是|还是|"
        "可是|不过|虽然|方面|各方面|员|老师|主任|同志|姐|哥|师傅|女士|先生|姑娘|科长|警官|民警|窗口|中心|大厅|"
        "热线|时间|方便|快|高|周到|热情|耐心|让人|令人"
    )
    + "|"
    + backwards("is|was|are|am|were|been|feel|felt|i'm|service|staff|overall|experience|but|and")
    + "(?![a-z]))"
)
_PRAISED = re.compile(
    either(
        "你们|你|您|小|服务|工作|态度|效率|办|窗口|这|此|本|谢|感谢|但|可是|就是|不过|虽|希望|继续|因为|满意|点赞|"
        "给|五星|好评|with|about|service|work|staff|"
        "because|thanks|thank|but|job|overall"
    )
)
_CHOSEN = ("选", "选择", "评", "评价", "打", "给", "回复", "按", "为", ":", ",", " ", "\n", *"12345")
_QUOTES = frozenset("“\"「『'")
_LONGEST_SUBJECT = 24
_WISHED_FOR = re.compile(
    either("希望|如果|要是|只有|才|领导|以为|为了|号称|所谓|说|让|使|令|要求|争取|何|怎|什么|hope|wish|if ")
)
_LONGEST_OTHER = 12
# 除了排队都满意: all the rest.
_BUT_FOR = re.compile(
    "除了?(?:[^不没无未非你您他她大别领群说]{1,12}?)(?:以外|之外|外)?"
    "(?:(?:其他|其它|其余|剩下)(?:的|地方|方面|服务|环节)*|(?=[都全均]))[都全均也还]*(?:部|很|挺|蛮|比较|非常|算|是)*"
)


def is_plain(text: str) -> bool:
    """Is there nothing in this piece of a clause but filler: 我对这次服务, 谢谢?"""
    return not text or _FILLER.fullmatch(text) is not None


def is_scare_quoted(before: str) -> bool:
    """Does the clause open with a quotation mark after words of its own: 你们的“满意”?"""
    return before[-1:] in _QUOTES and before[:-1].strip() != "" and not before[:-1].endswith(_CHOSEN)


def is_but_for(said: str) -> bool:
    """Is the label, degrees included, said of all but one thing: 除了排队都?"""
    return said.startswith("除") and _BUT_FOR.fullmatch(said) is not None


def has_subject(left: str) -> bool:
    """Is the label said of something named before it, in few words: 护照满意, 我妈满意?"""
    return 0 < len(left) <= _LONGEST_OTHER and not _WISHED_FOR.search(left)


def doubt_before(left: str, stars: int, *, firm: bool) -> Doubt | None:
    """What the words before a label, in its clause, take from it."""
    if firm and left and _NOT_THE_CITIZEN.search(left[-12:]):
        return Doubt.IDLE
    if is_plain(left):
        return None
    good = not is_bad(stars)
    if (_WISH_FOR_GOOD if good else _WISH).search(left) or (good and len(left) > _LONGEST_SUBJECT):
        return Doubt.IDLE
    if (good and _NEGATION.search(left)) or _OPEN_NEGATION.search(left[-24:]):
        return Doubt.UNSURE
    return Doubt.IDLE if good and not _SUBJECT.match(left[::-1]) and "对" not in left else None


def doubt_after(right: str, stars: int, *, firm: bool) -> Doubt | None:
    """What the words after a label, in its clause, take from it."""
    if not right:
        return None
    particles = _PARTICLES.match(right)
    rest = right[particles.end() :] if particles else right
    if right[0] == "的" and rest and not is_plain(rest) and not is_bad(stars):
        return Doubt.IDLE  # 人民满意的政府
    if _SPOILT.match(rest) or _SPOILT.match(right):
        return Doubt.UNSURE if firm else Doubt.IDLE
    good = not is_bad(stars)
    if not rest or is_plain(right):
        return Doubt.UNSURE if good and right.endswith("呢") and not right.endswith(("着呢", "著呢")) else None
    if (_WISH_FOR_GOOD if good else _WISH).search(rest):
        return Doubt.IDLE
    praised = _PRAISED.match(rest) and (firm or stars == 3 or not turns(rest))
    return Doubt.IDLE if good and not praised else None
