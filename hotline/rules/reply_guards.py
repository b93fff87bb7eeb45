"""What makes a reply unreadable or unbelievable: codes, markup and commands, sarcasm, complaints beside top marks.

A reply is data. Nothing in it is ever run; these only keep a rating from being read out of something that is not one.
"""

import re

from hotline.rules.reply_text import either, has_latin

# One look for the characters and words without which nothing below can match.
_SUSPECT = re.compile(r"[<{}\[$`;'%&/\\=\"忽视忘跳统扮示输令权码现助器管]")
_SUSPECT_WORDS = re.compile(
    either(
        "union|select|drop |delete|insert|truncate|alter |javascript|eval|exec|sleep|system|alert|http|www.|"
        "ignore|disregard|forget|override|"
        "assistant|developer|user|you are|jailbreak|act as|pretend|set |update|mark |star:|stars:|otp|passcode|"
        "verif|code|print|instruction"
    )
)
_INJECTION = re.compile(
    r"</?[a-z!?]|\{\{|\}\}|\$\{|\$\(|`|--(?:[ ;]|$)|/\*|\*/|;[ \n]{0,3}(?:drop|delete|select|update|insert|"
    r"shutdown|exec)\b|"
    r"\bunion (?:all )?select\b|\bselect (?:\*|[^\n]{1,20} from\b)|\b(?:drop|truncate|alter) (?:table|database)\b|"
    r"\bdelete from\b|\binsert into\b|"
    r"' {0,3}(?:or|and|;|\))|\b(?:or|and) '?1'? {0,3}=|javascript:|&(?:lt|gt|amp|quot|nbsp|#)|%(?:3c|3e|00|27|0d|"
    r"0a)|\\[nrtux0]|"
    r"\b(?:eval|exec|sleep|system|alert|print) {0,2}\(|<%|%>|\[\"|\[/?inst\]|\binstructions? ?:|"
    r"/(?:etc|bin)/|\.\./|https?:|www\.|\"(?:stars|action|rating|rate)\"|"
    r"\b(?:ignore|disregard|forget|override)\b[^\n]{0,30}\b(?:instruction|prompt|rule|above|previous|message)|"
    r"\bsystem {0,2}(?:prompt|message|:)|"
    r"\b(?:assistant|developer|user) {0,2}:|\byou are (?:now|an?)\b|\bjailbreak|\bact as\b|\bpretend\b|"
    r"\b(?:set|update|mark)\b[^\n]{0,20}\b(?:stars?|rating|score)\b|\bstars? {0,2}[=:]|"
    "(?:忽略|无视|忘记|忘掉|跳过)[^\n]{0,12}(?:指令|提示|规则|要求|设定|以上|之前|上面|内容)|系统 ?: ?[评打给记]|"
    "系统(?:提示|指令|"
    "消息|命令)|你现在是|你是一?个?(?:ai|人工智能|助手|机器人|管理员)|扮演|"
    "提示词|输出[^\n]{0,6}(?:json|[1-5五]星|满意)|管理员(?:命令|指令|权限)"
)
_CODE = re.compile(
    "验证码|校验码|动态码|短信码|取件码|提货码|激活码|动态密码|口令|"
    r"\botp\b|passcode|verification|verify code|(?:your|security|login|access) code|\bcode(?:[: ]| is)"
)

# Nothing but literals, so that `re` can skip to the letters they begin with.
_SARCASM = re.compile(
    either(
        "呵呵|才怪|个屁|你妹|你大爷|你个头|个鬼|个头|个锤|个毛|个蛋|反话|反语|讽刺|说反了|你信吗|信不信|你觉得呢|"
        "你猜|你好意思|们好意思|还好意思|真好意思|好意思让|好意思问|好意思发|\U0001f643|\U0001f644|\U0001f595|🖕|"
        "💩|就这|吃屎|你妈|"
        "真行啊|真有你|厉害了|佩服得|呸|yeah right|oh right|as if|in your dreams|just kidding|lmao|sarcas|, not!|/s"
    )
)
_COMPLAINT = re.compile(
    "(?:等了?|排队?了?|跑了?|花了?|拖了?|催了?|打了?|去了?|办了|"
    "用了)[^\n]{0,6}?(?:[0-9二三四五六七八九十几两半多好大]|一(?:上午|下午|整?天|个多|年))[^\n]{0,3}?"
    "(?:小时|钟头|天|周|月|年|趟|次|遍|回|上午|下午|星期)(?!就)|"
    "(?:等|排队?|跑|花|拖|耗|坐|站)了?(?:我|人)?(?:整整|足足|将近|快|大概)?(?:一整?(?:天|年|周|上午|下午|早上|晚上)|一个(?:多?月|多?小时|多?星期|多?礼拜|上午|下午)"
    "|大?半天|半个?月|半个?(?:小时|钟头|上午|下午))(?!就)|还没|没办|没人|[太很]慢|太久|效率低|速度慢|"
    "不[给让]办|办不[了成]|推来推去|踢皮球|跑断|一问三不知|爱答不理|不理|"
    "没解决|未解决|拖延|遥遥无期|下次(?:还|别)"
)
_FAILURE = re.compile(
    either(
        "没办下来|没办成|没办好|没办完|没给办|办不了|办不成|不给办|不让办|没解决|未解决|没人理|没人管|"
        "没人接|打不通|遥遥无期"
    )
)
_ENGLISH_COMPLAINT = re.compile(
    r"\b(?:waited [^\n]{0,12}(?:hour|day|week|month)|hours? late|nobody|no one|still (?:not|waiting)|never (?:came|"
    r"called|answered)|hung up|ignored)"
)
# 满意，不可能: taken back in the last words.
_TAKEN_BACK = re.compile(
    r"(?:^|[^\w'])(?:那|这|我|都|是|全|完全|根本|当然|绝对|纯属|肯定|怎么)*+"
    "(?:"
    + either(
        "不可能|没可能|不存在|假的|假话|骗人|骗你|骗谁|骗鬼|逗你|逗你玩|逗你们|逗你们玩|开玩笑|开个玩笑|玩笑|说笑|反讽|"
        "反话|反语|讽刺|被要求|要求|被迫|被逼|违心|瞎说|乱说|乱填|乱点|乱按|乱选|随便填|随便选|随便点|随便按|做梦|想得美|"
        "鬼才信|才怪|谁信|我不信|没人信|不是真的|不是真心|不是真心话|才不是|才不|怪了"
    )
    + r")(?:的|了|啊|呀|哦|哈|吧|呢|啦|滴|嘀|哒|嘛|罢了|而已|话)*+\W*$"
    r"|(?:^|[^\w'])(?:lol |haha )?(?:not|my foot|my ass|kidding|just kidding|i'm kidding|jk|j/k|joking|just joking|"
    r"joke|yeah right|yeah,? sure|psych|nah|forced to|i was forced|i wish|dream on)\W*$"
)
# 不满意都难, 说满意是假的: an idiom that turns the label round, wherever it is broken.
_TURNED_ROUND = re.compile(
    r"(?:满意|不错|[好差])[了的吗吧]?[\W_]*+(?:(?:都|也|那?才|那?就)[\W_]*+(?:难|怪|有鬼|见鬼)|"
    "(?:那|这|都|也|可|全)*+(?:是|纯属|绝对|肯定)*+(?:"
    + either("假的|假话|骗人|骗你|骗你们|骗鬼|瞎话|瞎说|胡说|谎话|撒谎|吹牛|做梦|玩笑|玩笑话|开玩笑|不可能|没可能")
    + r")(?![一-龥]{3}))(?:的|了|啊|呀|呢|哦|嘞|滴|嘀|吧|哈|啦)*+\W*$"
)
# 满意这两个字我说不出口: the word itself is spoken of.
_SPOKEN_OF = re.compile(
    "满意[\"'”’」』]?(?:这|那)?(?:[二两四24] ?个?字|一?个?词)|(?:满意|[好星])[^\n]{0,12}?(?:"
    + either("说不出口|说不出来|实在说不出|讲不出|写不出|打不出|写不下去|说不下去|开不了口|选不下去|下不了手|按不下去")
    + ")"
)
_TAKERS = frozenset(
    "可存假骗逗玩说反讽求被违瞎乱随做想鬼信真才怪/难胡谎撒吹"
)  # one stands in every Chinese word of these
_LAST_WORDS = 24
# Faces and hands that say the other thing; thanks and smiles are written beside bad ratings too.
_PICTURE = re.compile(
    r"(?P<bad>[😡😠🤬👎🤮🤢😤😾🤡💔👿😒🙁☹😞😢😭😩😫😖😣😔😿💢☠💀🐍🖤🤥🥴]|\[(?:发?怒|生气|愤怒|呕?吐|弱|鄙视|白眼|抓狂|咒骂|angry|puke|thumbsdown)\])"
    r"|(?P<good>[👍💯🥰😍👏]|\[(?:强|赞|点赞|鼓掌|thumbsup)\])",
    re.IGNORECASE,
)
_PICTURED = re.compile("[\\[×xX\u2297-\u27bf\U0001f000-\U0001faff]")
# Says no to what it stands beside; 3×5 only multiplies.
_CROSS = re.compile(
    r"[❌❎🚫⛔🙅✖✗✘✕☒⊗🆖🈲🈚]|×(?![0-9])|(?<![0-9])×|\[(?:no|NO|No|错|叉|叉号|禁止)\]|"
    r"(?<=[满滿]意|[意着著][呢了啊吧]) {0,2}[xX]\W*$|"
    r"(?<=[意好差1-5１-５星分]) {0,2}[(（\[【] ?[xX] ?[)）\]】]|^\W*[xX]\W?(?=[非很十不满滿好])"
)
_TURN = re.compile(either("但|可是|就是|不过|虽|尽管|却|然而|只是|美中不足|but |however|though|except|only "))
_SUGGESTION = re.compile(either("希望|建议|如果|要是|wish|suggest"))


def unreadable(text: str) -> str | None:
    """The rule that keeps the folded text from being read at all; None if it may be."""
    is_suspect = _SUSPECT.search(text) or "--" in text or (has_latin(text) and _SUSPECT_WORDS.search(text))
    if not is_suspect:
        return None
    if _INJECTION.search(text):
        return "injection"
    return "verification-code" if _CODE.search(text) else None


def is_sarcastic(text: str) -> bool:
    return _SARCASM.search(text) is not None


def is_taken_back(text: str) -> bool:
    """Do the last words of the folded text deny what it said?"""
    end = text[-_LAST_WORDS:]
    if ("字" in text or "词" in text or "不" in text) and _SPOKEN_OF.search(text):
        return True
    if not has_latin(end) and _TAKERS.isdisjoint(end):
        return False
    return _TAKEN_BACK.search(text) is not None or _TURNED_ROUND.search(text) is not None


def has_picture(text: str) -> bool:
    """May there be a picture or a cross in the text, so that looking for one is worth while?"""
    return not (text.isascii() and "[" not in text and "(" not in text) and _PICTURED.search(text) is not None


def is_against_its_picture(text: str, *, good: bool) -> bool:
    """Does a picture in the text, such as 😡 or [赞], take the other side?"""
    return any((picture.lastgroup == "bad") is good for picture in _PICTURE.finditer(text))


def is_crossed_out(text: str) -> bool:
    """Does a cross stand in the text, which says no to what it stands beside?"""
    return _CROSS.search(text) is not None


def complains(text: str) -> bool:
    """Does the folded text tell of hours waited or of things not done?"""
    return _COMPLAINT.search(text) is not None or _ENGLISH_COMPLAINT.search(text) is not None


def failed(text: str) -> bool:
    """Does the folded text say that nothing came of it? Nobody gives top marks for that."""
    return _FAILURE.search(text) is not None


def turns(text: str) -> bool:
    """但, 就是, but: the second half is not meant to take back the first."""
    return _TURN.search(text) is not None


def before_turn(text: str) -> str:
    """What the folded text says before it turns or suggests."""
    turn = _TURN.search(text) or _SUGGESTION.search(text)
    return text[: turn.start()] if turn else text


def suggests(text: str) -> bool:
    """希望, 建议: what could be better, said beside a rating that stands."""
    return _SUGGESTION.search(text) is not None
