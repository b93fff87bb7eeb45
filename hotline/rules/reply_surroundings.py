"""What stands around a number in a reply, and so whether it can rate: 我选5 does, 3号窗口 and 五星好评返现 do not.

Every look is at a few characters on either side, so that any number of numbers costs no more than the text is long.
"""

import re

from hotline.rules.reply_text import backwards, clause_start, either, run_of

_UNIT = re.compile(
    r" ?(?:[颗个粒枚] ?)?(?:星(?![期辰座球光巴河月夜火空云相际]|手机|电子|级酒)级?|★(?! {0,2}★)"
    r"|分(?![钟之钱别店公局批期开类部行院区管流析配辨工成摊享手散明头队支歧秒科厅所馆校站段米布制为]|满分))"
    r"|[- ]?(?:stars?|points?)\b|\*(?![*0-9])| ?/ ?5(?![0-9/年月日号.])"
    r"| (?:out )?of (?:5|five)(?= ?(?:$|[,.!;\n]|stars?|points?))"
)

# What may be said before the number so that it is still the number that is said.
_LEAD_IN = re.compile(
    r"(?:[ \n,，.。!:;、…~()\[\]【】「」『』《》\"“”'*_—]|- |"
    + either(
        "哈哈|嘻嘻|觉得|感觉|认为|个人|好的|你好|您好|谢谢|感谢|我们|我|请|就|那就|那|给|你们|您们|你|您|这次|本次|此次|服务|热线|的|满意度|"
        "评价|评分|打分|评为|打|评|选择|选项|选|回复|回|按|"
        "填写|填|发送|发|数字|分数|得分|结果|答案|答|是|为|应该是|了|个|一个|嗯|哦|投|想|要|还是|当然|肯定|一定|"
        "综合|总体|整体|最终|最后|我说的是|收到|可以|行|好嘞|嗯嗯|ok|okay|yes|sure|"
        "my|rating|rate|score|it's|it|is|i'd|i|give|gave|you|a|option|number|choose|select|press|pick|answer|"
        "reply|say|would|vote|hi|hello|"
        "thanks|thank|we|them|this|service|overall|definitely|key"
    )
    + ")*+"
)
# The same, when something else stands before. Matched backwards, from the number on.
_LEAD_IN_AFTER = re.compile(
    "[: ]{0,2}(?:"
    + backwards("谢谢|谢谢你|谢谢你们|谢谢您|感谢|辛苦了|你好|您好|是|为")
    + f"|{backwards('你们|您|个|是|为')}?"
    + backwards("选|选择|打|给|评|评价|评分|评为|打分|回复|填|发|满意度|分数|得分")
    + f"{backwards('我|就|要|想|还是|只|我要|我想|我就')}?|"
    + backwards(
        "rate|rating|score|give|give you|give it|give them|give a|give you a|option|choose|select|press|pick|"
        "answer|reply|is|it's|say|rate it"
    )
    + "(?![a-z]))"
)
_JUDGED_BEFORE = ("满意", "一般", "好", "差", "不错", "还行", "可以")
# What names something else by a number: 窗口3, 第5, 等了2.
_NAMES_BEFORE = re.compile(
    "[: ]{0,2}[是为了的]?(?:"
    + backwards(
        "第|尾号|编号|单号|工号|件号|序号|批号|期号|窗|窗口|柜台|号|楼|室|路|栋|幢|座|电话|手机|分机|转|拨|拨打|"
        "周|月|年|共|约|超|近|过|差|星期|礼拜|大约|大概|"
        "等|等了|花|花了|用|用了|跑|跑了|去|去了|来|来了|排|排了|满|满了|或|和|到|至|与|跟|比|还是|不是|不要|不给|"
        "别给|不选|没选|没有"
    )
    + "|"
    # 不 5, but not 不，5.
    + f"[ \n(\\[\"“”'‘’「]{{0,4}}{backwards('不|没|未|别|非|勿|莫|否|毋|冇|不太|不会|不能|不想|不愿|并非|不算|难以')}"
    + "|"
    + backwards(
        "room|line|window|page|level|no|no.|counter|or|and|to|not|than|for|waited|of|at|in|on|after|about|over|"
        "only|plus|minus"
    )
    + "(?![a-z]))"
)
# 图片(1).jpg, SUM(1), list[1]
_IN_A_NAME = re.compile(
    r"[(\[](?:[a-z0-9_]|"
    + backwards(
        "图片|附件|照片|截图|文件|文档|表格|表|图|列表|清单|副本|版本|视频|录音|注|条|项|款|章|编号|材料|扫描件"
    )
    + ")"
)
_SPOILT_BEFORE = re.compile(
    "[了是为:个给打评 ]{0,2}"
    + backwards(
        "扣|减|加|少|欠|低于|高于|不足|不到|不给|别给|不打|不值|没有|不是|连|才|至多|最多|顶多|至少|起码|超过|"
        "满分|总分|第|不|没|未|别|非|勿|莫|毋|-|最多给|最多打|不想给|不会给|不能给"
    )
)
_SPOILT_AFTER = re.compile(
    " ?(?:[都也]? ?(?:不(?:想|给|到|值|配|能|会|应)|没|嫌)|以[上下内]|起|半|多(?!谢)|[或到至跟]|还是|满分|"
    "[-~—/] ?[0-9]|or |to )"
)
_BEFORE = 14
# 一星都不想给: less than the least there is.
_LESS_THAN_LEAST = re.compile(
    " ?[都也] ?(?:"
    + either(
        "嫌多|嫌高|不想给|不愿给|不愿意给|不能给|不会给|不给|不值|不配|给不了|多余|多了|给多了|给高了|高了|没资格|没有资格|觉得多|太多|太高|懒得给"
    )
    + ")(?:了|的|啊|呀|你们?|它|[他她])*+(?=$|[^一-龥a-z0-9])"
)
_LED_TO_LEAST = re.compile(
    run_of(
        "连|我|我们|就|真的|真|真心|简直|你们|您们|这|这种|这样|的|服务|态度|感觉|觉得|给|个|就连|甚至|说实话|是|工作|实在|我觉得|我感觉"
    )
)

_ILLEGAL_BEFORE = frozenset("+$￥¥€£№#@=<>&%\\^{}_|/-")
_ILLEGAL_AFTER = frozenset("+%$￥¥€£₽₩₹℃°=<>@&^{}\\_|")
_LABELLED = re.compile("=(?:非常|基本|不)*满意")
_MEASURE_AFTER = re.compile(
    " {1,2}(?:个|天(?!气)|日|号|月|年|点(?![赞评了])|时(?!间[很太短长真挺])|"
    "小时|钟头|分钟|次|元|块|人(?![员很好太都工家民态])|楼|层|"
    "岁|周|星期|公里|份|张|条|件|项|名(?!字)|位|"
    "遍|趟|秒|级|室|栋|单元|期|倍|折|万(?!分|事如意)|千|百|或|和(?![蔼善气])|到(?!位)|至|跟|与|还是|半|多(?![谢亏])|几(?!乎)|"
    "比(?!较)|"
    r"(?:more|or|to|and|of|days?|hours?|hrs?|minutes?|mins?|weeks?|months?|years?|times?|people|persons?|visits?|"
    r"trips?|calls|"
    r"windows?|counters?|documents?|pm|am|o'clock|yuan|rmb|dollars?|km|miles?|working|business|different|whole|"
    r"percent|half|q|forms?|copies|may(?! be)|"
    r"(?:january|february|march|april|june|july|august|september|october|november|december)|if|is|means|are|was|the)\b)"
)
# Surnames that are measure words, with a title or nothing behind the name.
_NAME_AFTER = re.compile(
    " {1,2}(?:[张周项楼万](?:[一-龥]{0,2}(?:先生|女士|老师|主任|科长|警官|"
    "师傅|阿姨|同志|经理|所长|小姐|大姐)|[姐哥工])|"
    "[张周项楼万](?!材料|照片|表格|表|身份|证|单|纸|票|发票|图|卡|收据|业务|服务|目|工作|内容|手续|要求|梯|道|上|下|大厅|窗口|房|办|后|内|前|多|了|"
    "时|以|左|之|元|块|人|岁|嘴|床|桌|网|罚|号|回|才|都|还|没|就|不|一|半|日|末|期)[一-龥]{1,2}(?![一-龥a-z0-9]))"
)
_PARTICLE = re.compile("(?:才对|[吧啊呀哦哈嘛了呗啦噢哟哒喔咯]++)(?![a-z0-9一-龥])")
# With what a comment begins when nothing stands between it and the digit: 2排队太久. Else it may be a measure word.
_COMMENT = re.compile(
    "谢|感谢|辛苦|服务|态度|排队|等(?![奖座公级舱人功于]|$|[^一-龥0-9])|办(?!公室)|工作|很|非常|特别|十分|满意|不(?:满|太|好|错|"
    "行|怎么|够|是很)|[我你您]|没(?!有)|效率|速度|"
    "但|因为|就是|[好差](?![学友号])|希望|小(?![时区组])|太|真|挺|比较|较|基本|一般|总体|整体|还(?:可以|行|好|"
    "不错|凑)|对(?![0-9一])|这|业务|材料|"
    "人员|解决|热情|耐心|垃圾|慢|流程|手续|拖|推|敷衍|建议|加油|赞|棒|点赞|继续|最[好满差]"
)
_HAN_COMMENT = re.compile("谢谢|感谢|辛苦了|非常|很满|不满|满意|服务|态度")
_POLITE_AFTER = re.compile(" (?:thanks|thank|please)")
_REFUSED_AFTER = re.compile(
    "[ ,!?.。、]{0,3}(?:不给|不可能|没门|做梦|想得美|都不|也不|不到|不值|太高|太多|高了|多了|有点[多高]|"
    "肯定不|绝对不|不合适|不合理|免谈|休想|没有(?![一-龥]{2})|不会)"
)
_DATE_AFTER = re.compile(" ?(?:办|去|来|申请|提交|预约|交)")

# A score inside a sentence is one only if the sentence gives it.
_SCORE_LEFT = re.compile(
    run_of(
        "觉得|感觉|认为|个人|可以|阿姨|大爷|大妈|大叔|叔叔|奶奶|爷爷|老汉|老太太|"
        "我|本人|俺|我们|就|也|还是|那|那就|给|打|评|评为|评价|评分|打分|选|选择|回复|回|填|发|投|送|送上|奉上|"
        "点个|赏|你们|您|你|您们|咱们|这次|本次|此次|服务|态度|效率|质量|速度|"
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
_SHORT_OF = re.compile("(?:我|就|还|只|也|都|离[^ ]{1,4})*+差")  # 差5分
_GIVEN = re.compile("[给打评得改][^ ,，.。!?;\n]{0,7}$")


def lead_in_end(text: str) -> int:
    """How much of the folded text only leads up to an answer: 你好，我选."""
    lead_in = _LEAD_IN.match(text)
    return lead_in.end() if lead_in else 0


def unit_end(text: str, end: int) -> int | None:
    """Where the unit of a score ends (分, 星, /5, stars); None if none follows."""
    unit = _UNIT.match(text, end)
    return unit.end() if unit else None


def is_joined(text: str, start: int, end: int) -> bool:
    """Is the digit glued to a letter or a sign: A5, -5, 5G, 5%, $5?"""
    before, after = text[start - 1 : start] if start else "", text[end : end + 1]
    if (after == "=" and _LABELLED.match(text, end)) or (before == "=" and text.endswith("满意", 0, start - 1)):
        return False  # 5=非常满意, copied from the question
    return (
        before in _ILLEGAL_BEFORE
        or (before == "." and text[start - 2 : start - 1] in {"", " "})
        or (before.isascii() and before.isalnum())
        or after in _ILLEGAL_AFTER
        or (after.isascii() and after.isalpha() and unit_end(text, end) is None)
    )


def lead_start(text: str, start: int, lead_end: int) -> int | None:
    """Where what leads to this number begins; None if what stands before makes it no rating."""
    if start == lead_end:
        return 0
    before = text[max(0, start - _BEFORE) : start]
    if not before:  # 一个星: the number is part of what led to it
        return 0
    backward = before[::-1]
    if _NAMES_BEFORE.match(backward):
        return None
    if _IN_A_NAME.match(backward):
        return None
    lead_in = _LEAD_IN_AFTER.match(backward)
    if lead_in:
        return start - lead_in.end()
    if before.endswith(_JUDGED_BEFORE):
        return start
    if before[-1].isalnum():
        return None
    is_latin = before[-1] == " " and before[-2:-1].isascii() and before[-2:-1].isalnum()
    return None if is_latin else start


def counts(text: str, end: int) -> bool:
    """Does a measure word or a unit of time follow the number: 5 days, 3 小时, but not the name in 5 张建国?"""
    return _MEASURE_AFTER.match(text, end) is not None and not _NAME_AFTER.match(text, end)


def is_taken_off(text: str, start: int) -> bool:
    """扣1星, 少给一星: the stars that are missing to five."""
    return text[max(0, start - 3) : start].endswith(("扣", "扣了", "少", "少给", "少了", "减", "减了", "扣掉", "扣除"))


def ends_well(text: str, end: int, *, first: bool) -> bool:
    """May a key end here? A comment may follow without a break only if the key came `first`."""
    if not text[end : end + 1].isalnum():
        return not counts(text, end)
    return _PARTICLE.match(text, end) is not None or (first and _COMMENT.match(text, end) is not None)


def spelled_stands(text: str, end: int, *, english: bool) -> bool:
    """一 and one are in too many words: they must stand alone."""
    after = text[end : end + 1]
    if english:
        return after != " " or _POLITE_AFTER.match(text, end) is not None
    if after.isalnum():
        return _PARTICLE.match(text, end) is not None or _HAN_COMMENT.match(text, end) is not None
    return after != "、"


def is_refused(text: str, end: int) -> bool:
    """5？做梦: the number is named only to be refused."""
    return _REFUSED_AFTER.match(text, end) is not None


def past_particle(text: str, end: int) -> int:
    """Behind 吧 or 啊, if one follows."""
    particle = _PARTICLE.match(text, end)
    return particle.end() if particle else end


def dates(text: str, end: int) -> bool:
    """3/5办的: the fifth of March."""
    return _DATE_AFTER.match(text, end) is not None


def is_best(text: str, start: int, end: int) -> bool:
    """满分5分, 5分满分: the score only says what the best would be."""
    return text[max(0, start - _BEFORE) : start].rstrip(" :是为").endswith(("满分", "总分")) or text.startswith(
        "满分", end
    )


def is_spoilt(text: str, start: int, end: int) -> bool:
    """扣5分, 最多给1分, 3分半, 1分都不给: a score, but not this one."""
    backward = text[max(0, start - _BEFORE) : start][::-1]
    return _SPOILT_BEFORE.match(backward) is not None or _SPOILT_AFTER.match(text, end) is not None


def is_less_than_least(text: str, start: int, end: int) -> bool:
    """1星都嫌多: there is no score low enough."""
    if not _LESS_THAN_LEAST.match(text, end):
        return False
    return _LED_TO_LEAST.fullmatch(text[clause_start(text, start) : start]) is not None


def gives(text: str, start: int, end: int) -> bool:
    """Does the clause around the score give it (给小王打5分), or only speak of it (五星好评返现, 这服务也配五星)?"""
    left = text[clause_start(text, start) : start]
    if left.endswith("差") and _SHORT_OF.fullmatch(left):
        return False
    if not (_SCORE_LEFT.fullmatch(left) or _GIVEN_TO.fullmatch(left)):
        return False
    return _SCORE_RIGHT.match(text, end) is not None or _ENGLISH_RIGHT.match(text, end) is not None


def is_given(text: str, start: int) -> bool:
    """Is there a word of giving before the score: 给5分, 打5分?"""
    return _GIVEN.search(text[max(0, start - _BEFORE) : start]) is not None
