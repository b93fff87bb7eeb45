"""Words beside a script's keys that turn them, or that name a level: looked for in what is left of a sentence.

A negation, and a word such as 低 or good, counts only in a clause that speaks of the keys, or denies the reply itself.
"""

import re
from collections.abc import Iterator

from hotline.rules.level_names import A_LABEL, CLEAR_LABEL, FACTS, KEYS, RANGE

# Words that turn an order round or ask for one, whatever stands beside them.
_TURNING = re.compile(
    "最(?:不?满意|[好差低佳优坏糟棒劣次](?!在|于|能|请|尽)|高(?!兴|人民|检|法))|越[大小高低多少][^,，。]{0,4}越|"
    "反(?!馈|映|诈|应[^,，。]|复|腐|恐|洗|电|传|邪|家)|逆|倒(?!闭|卖|塌|班|计时)|颠|镜像|[对互调]调|"
    "[互调对掉]换|负相关|换过来|上下颠|"
    "[升降]序|递[增减升降]|[大小高低多少]者|[大小高低]分?的?(?:为|是|表示|代表|算|即)[优佳好上差劣满不]|"
    "(?:为|者|才|即|算)[优佳尊劣](?!质|秀|待|先|惠)|[由从自][好坏高低优劣大小差弱强满非][^,，。]{0,6}[到至往]|"
    "[好坏差优劣]的?[在排][前后先末]|"
    "以[大小高低多少]为|(?<=[数值分字])[大小高低]|[前后]者|[首末][位个项]|第[一二三四五][个位项]|厌恶|"
    "(?<![a-z])(?:backwards?|revers\\w*|invers\\w*|invert\\w*|opposite|contrary|upside|flip\\w*|swap\\w*|mirror\\w*|"
    "ascend\\w*|descend\\w*|other way|vice versa|highest|lowest|smallest|biggest|best|worst|dislike\\w*|rising|falling|"
    "(?:higher|lower|bigger|smaller|larger|greater|lesser) (?:is|are|means?|numbers?|scores?|ones?)|"
    "the (?:higher|lower|bigger|smaller|larger|greater|less|more)(?= the|,)|less is|interchang\\w*|"
    "(?:low|high|small|big|large) (?:is|are|wins?|means?|numbers?|scores?|ones?)|"
    "from (?:good|bad|poor|high|low|worse|better)[^,.;]{0,12} to|(?:first|last|former|latter) (?:one|number|digit|is)|"
    "count\\w* (?:down|back\\w*)|thumbs)(?![a-z])"
)
_JUDGEMENT = re.compile("[好中差]评|优秀|满分|点赞|[赞踩](?![同许助成])|糟糕|(?<![大厚])失望|作废")
# What a sentence says of the keys, and what may not be said in the same breath.
_OF_KEYS = re.compile(
    f"[{KEYS}{RANGE}]|数字|数值|数目|数码|分[值数]|[评打得计记赋]分|星[级数]|按键|选项|档[次位]|等级|序号|刻度|"
    f"量表|清单|"
    "(?:以上|上述|上面|如上|以下|下列|下述)(?!事项|业务|办件)|"
    "(?<![a-z])(?:numbers?|digits?|scores?|figures?|scale|keys?|options?|choices|stars?|above|below|list|them|ranks?|"
    "ratings? (?:is|are|runs?|goes))(?![a-z])"
)
_ABOUT_KEYS = re.compile(
    f"[大小高低多少优劣佳坏差强弱]|{A_LABEL}|不同|不一样|有别|异于|相左|相悖|对立|顺序|次序|排[序列]|先后|"
    "(?<![a-z])(?:low(?:er)?|high(?:er)?|small(?:er)?|big(?:ger)?|large(?:r)?|greater?|little|better|worse|top|bottom|"
    "different(?:ly)?|order|first|last|happy|unhappy|awful|terrible|perfect|horrible|sad)(?![a-z])"
)
_NEGATION = re.compile(
    "勿|不|[并绝而]非|非|禁止|切忌|别(?!人|的)|莫|除外|错误|有误|无效|作废|虚假|"
    "(?<![a-z])(?:do not|don't|never|cannot|can't|not|except|unless|instead|ignore|disregard|wrong|false|"
    "invalid)(?![a-z])"
)
_DENIED_REPLY = re.compile(
    "(?:勿|不(?:要|得|能|可|必|用|需要?|应该?|许|准)|别|禁止|切忌|无[需须])(?:直接|再|随意|照此|"
    "按此)?(?:回[复应]?|按|发送?|选择?|输入|作答)(?!电)"
    "[^,，。;；!！]{0,20}|"
    "(?<![a-z])(?<!we )(?<!staff )(?:do not|don't|never|cannot|can't|no need to) (?:please )?(?:reply|respond|"
    "answer|press|send|text|enter)"
    "(?![a-z])[^,，。.;!]{0,40}"
)
_SAFE_TO_DENY = re.compile(
    "个人|隐私|密码|验证码|银行卡|身[份分]证|账[号户]|敏感|机密|涉密|无关|以外|之外|链接|图片|语音|广告|垃圾|现金|"
    "(?<![a-z])(?:personal|private|passwords?|pin|codes?|cards?|bank|ids?|accounts?|details|links?|pictures?|photos?|"
    "other than|anything else|more than once)(?![a-z])"
)
_CONDITION = re.compile("如|若|倘|(?<![a-z])if(?![a-z])")

# Ordinary words that hold one of those characters, and what a careful writer denies beside the keys.
_ORDINARY = re.compile(
    "您好|你好|[更做办美友良]好|好的|最好(?=在|于|能|请)|提高|高[效度新兴]|高质量|小[时区微]|大[厅家楼道]|"
    "[广重加扩]大|大力|多[谢次选项样个]|更多|"
    "[许很]多|不少|减少|多少|优[化质先惠待]|强[化调]|加强|差[错异别旅]|不[断便妨吝仅过久胜]|非(?:常感谢|本人|"
    "工作)|不(?:会|再)?(?:影响|公开|"
    "对外|泄露|外泄|记名|涉及|收费|收取|产生|扣费|扣除|额外|另外)|没有看懂|(?:不是|并非|非)[您你]?(?:本人|自己|"
    "亲自)|不是我|"
    "(?<![a-z])(?:(?:was|is|were) not|(?:was|is|were)n't) (?:you|for you)(?![a-z])|"
    "(?<![a-z])(?:(?:have a |a |in )(?:good|nice|great) (?:day|time|week|weekend|evening|night)|good (?:day|"
    "wishes|luck|"
    "news|morning|evening|service)|bad (?:experience|time|news|weather|luck)|(?:for|of) (?:the|this|that|your|any) "
    "(?:bad|poor) (?:experience|service)|(?:serve|help)[^,.;]{0,24} better|do better|fair (?:service|treatment)|better "
    "service|at (?:first|last|best)|best (?:wishes|regards|describes|fits|matches|reflects|suits)|(?:fits|suits|"
    "describes [a-z]+) best|top priority|small (?:favou?r|moment)|great deal|little (?:time|moment)|"
    "high(?:er)? (?:quality|standards?)|highly|first (?:time|visit)|last (?:week|month|visit)|(?:once|"
    "not) again|(?:this|phone|mobile|case|id|card|account|reference) number)(?![a-z])"
)
# A level is named and not given: a question whether, or what somebody works for.
_NOT_GIVEN = re.compile(
    "(?:让|使|令)(?:您|你|广大|群众|市民|人民|企业|大家|每一?位|百姓|都|更加?|感到|真正)*满意|"
    "[您群众市民]+的?(?:不?满意)(?=是|就是|[,，]?我们)|"
    "(?:是否|是不是)(?:感到)?(?:非常|很)?满意|满不满意|满意(?:与否|不满意|吗|么|[?])|满意(?:的)?(?=服务|答复|"
    "结果|答卷)|"
    "不满意(?:之处|的?地方|的?方面|的?原因)|"
    "(?<![a-z])(?:how (?:very )?(?:dis)?satisfied|(?:are|were) you [a-z ]{0,12}satisfied|"
    "whether you [a-z ]{0,12}satisfied|"
    "(?:sorry|regret|apologi[sz]e)[^.;]{0,30} satisfied|(?:very good|excellent|good) (?:service|services|day|"
    "work|health))(?![a-z])|很好地|非常好地"
)
_CLEAR = re.compile(f"{CLEAR_LABEL}|满意(?![度率])|satisfied(?![a-z])")
_BARE_LABEL = re.compile(
    f"[^\\w{FACTS}]*(?:.{{0,12}}(?:[是为]|(?<![a-z])(?:is|as|being)(?![a-z])) ?)?({A_LABEL})[^\\w]*"
)
_CLAUSE = re.compile("[^,，。.;；!！?？、]+")
_SENTENCE = re.compile("[^。.;；!！?？]+")


def turns(rest: str, *, states: bool) -> Iterator[tuple[int, str]]:
    """(place, words) of all that turns the keys or names a level, in a prepared sentence whose list is one `KEYS`.

    `states`: the sentence states the scale. Places may be told twice, and are in no order.
    """
    yield from _found(_CLEAR, _NOT_GIVEN.sub(_blank, rest))
    ordinary = _ORDINARY.sub(_blank, rest)
    yield from _found(_TURNING, ordinary)
    yield from _found(_JUDGEMENT, ordinary if states else "")
    yield from _bare_labels(rest)
    yield from _said_of_keys(ordinary, states=states)
    yield from _denied(rest)


def _blank(match: re.Match[str]) -> str:
    """As long as before, so that places stay the same."""
    return "\ue009" * len(match.group())


def _found(kind: re.Pattern[str], text: str, at: int = 0) -> Iterator[tuple[int, str]]:
    yield from ((at + match.start(), match.group()) for match in kind.finditer(text))


def _bare_labels(rest: str) -> Iterator[tuple[int, str]]:
    for clause in re.finditer("[^,，。.;；!！?？、:：]+", rest):
        if named := _BARE_LABEL.fullmatch(clause.group()):
            yield clause.start() + named.start(1), named.group(1)


def _said_of_keys(ordinary: str, *, states: bool) -> Iterator[tuple[int, str]]:
    """In the clause that speaks of them; behind a list also what the sentence goes on with."""
    for clause in _CLAUSE.finditer(ordinary):
        if _OF_KEYS.search(clause.group()):
            yield from _found(_ABOUT_KEYS, clause.group(), clause.start())
            if states or re.search(f"[{KEYS}{RANGE}]", clause.group()):
                yield from _found(_NEGATION, clause.group(), clause.start())
    for sentence in _SENTENCE.finditer(ordinary):
        if (listed := sentence.group().find(KEYS)) >= 0:
            yield from _found(_NEGATION, sentence.group()[listed:], sentence.start() + listed)


def _denied(rest: str) -> Iterator[tuple[int, str]]:
    """请勿回复, but not 请勿回复个人信息, and not 如非本人，无需回复."""
    for sentence in _SENTENCE.finditer(rest):
        for match in _DENIED_REPLY.finditer(sentence.group()):
            is_meant = _SAFE_TO_DENY.search(match.group()) or _CONDITION.search(sentence.group()[: match.start()])
            if not is_meant or KEYS in match.group():
                yield sentence.start() + match.start(), match.group()
