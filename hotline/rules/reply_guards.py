"""What makes a reply unreadable or unbelievable: codes, markup and commands, sarcasm, complaints beside top marks.

A reply is data. Nothing in it is ever run; these only keep a rating from being read out of something that is not one.
"""

import re

_INJECTION = re.compile(
    r"</?[a-z!?]|\{\{|\}\}|\$\{|\$\(|`|--(?:[ ;]|$)|/\*|\*/|;\s{0,3}(?:drop|delete|select|update|insert|shutdown|exec)\b|\bunion\s{1,3}(?:all\s{1,3})?select\b|"
    r"\bselect\s{1,3}(?:\*|.{1,20}\sfrom\b)|\b(?:drop|truncate|alter)\s{1,3}(?:table|database)\b|\bdelete\s{1,3}from\b|\binsert\s{1,3}into\b|"
    r"'\s{0,3}(?:or|and|;|\))|\b(?:or|and)\s{1,3}'?1'?\s{0,3}=|javascript:|&(?:lt|gt|amp|quot|nbsp|#)|%(?:3c|3e|00|27|0d|0a)|\\[nrtux0]|"
    r"\b(?:eval|exec|sleep|system|alert)\s{0,2}\(|/(?:etc|bin)/|\.\./|"
    r"\b(?:ignore|disregard|forget|override)\b.{0,30}\b(?:instruction|prompt|rule|above|previous|message)|\bsystem\s{0,2}(?:prompt|message|:)|"
    r"\b(?:assistant|developer|user)\s{0,2}:|\byou are (?:now|an?)\b|\bjailbreak|\bact as\b|\bpretend\b|"
    "(?:忽略|无视|忘记|忘掉|不管|跳过).{0,12}(?:指令|提示|规则|要求|设定|以上|之前|上面|内容)|系统(?:提示|指令|消息|命令)|你现在是|你是一个?(?:ai|人工智能|助手|机器人)|扮演|"
    "提示词|输出.{0,6}(?:json|[1-5五]星|满意)|管理员(?:命令|指令|权限)|(?:set|update|mark)\\b.{0,20}\\b(?:stars?|rating|score)|\\bstars?\\s{0,2}[=:]|"
    "https?:|www\\.|\"(?:stars|action|rating|rate)\"",
)
_CODE = re.compile(r"验证码|校验码|动态码|动态密码|短信码|取件码|提货码|口令|verification|verify code|\botp\b|passcode|(?:your|security|login|access) code|\bcode(?:[: ]| is)")

_SARCASM = re.compile(
    "呵呵|才怪|个屁|个鬼|个头(?!儿)|个锤|个毛|个蛋|反话|反语|讽刺|说反了|你信吗|信不信|你觉得呢|你猜|好意思|\U0001f643|\U0001f644|\U0001f595|🖕|💩|"
    "就这|吃屎|你妈|真行啊|真有你们?的|厉害了|佩服得|(?:yeah|oh) right|as if|not!|in your dreams|just kidding|/s$|\\blol\\b|\\blmao\\b|\\bsarcas"
)
_COMPLAINT = re.compile(
    "(?:等了?|排队?了?|跑了?|花了?|拖了?|催了?|打了?|去了?|办了|用了).{0,6}?(?:[0-9二三四五六七八九十几两半多好大]|一(?:上午|下午|整?天|个多|年)).{0,3}?(?:小时|钟头|天|周|月|年|趟|次|遍|回|上午|下午|星期)(?!就)|"
    "还没|没办|没人|不[给让]办|办不[了成]|推来推去|踢皮球|白跑|跑断|一问三不知|爱答不理|不理|没解决|未解决|拖延|遥遥无期|骂人|下次(?:还|别)|"
    "waited .{0,12}(?:hour|day|week|month)|hours? late|nobody|no one|still (?:not|waiting)|never (?:came|called|answered)|hung up|ignored"
)
_CONTRAST = re.compile("但|可是|就是|不过|虽|尽管|却|然而|只是|只不过|美中不足|希望|建议|如果能?|要是|\\b(?:but|however|though|although|except|wish|only)\\b")


def unreadable(text: str) -> str | None:
    """The rule that keeps the folded text from being read at all; None if it may be."""
    if _INJECTION.search(text):
        return "injection"
    if _CODE.search(text):
        return "verification-code"
    return None


def is_sarcastic(text: str) -> bool:
    return _SARCASM.search(text) is not None


def complains(text: str) -> bool:
    """Does the folded text tell of hours waited or of things not done?"""
    return _COMPLAINT.search(text) is not None


def contrasts(text: str) -> bool:
    """但, 就是, but: the second half is not meant to take back the first."""
    return _CONTRAST.search(text) is not None
