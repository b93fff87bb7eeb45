"""A citizen taking back what they sent: 打错了，是4 · 不是1是5 · 3 - sorry, 5. Where the new rating begins.

Only the citizen's own slip counts: 你们把我的评价改成5了 corrects nothing.
"""

import re
from collections.abc import Iterator

from hotline.rules.reply_text import either, has_latin

_SCORE = "(?:[1-5一二三四五] ?(?:分|颗?星|stars?)?|(?:非常|很|基本|不太|不)*+满意|很?[好差]|一般)"
_MARK = re.compile(
    "错(?:了|啦|字|键|数字|数)?(?:[ ,，.。]{0,2}应该?(?:选|打|按|填|评|给|点|回|发))?|"
    "手滑了?|手误|误(?:[点按操发触选填][作了]?)|更正|纠正|修正|更改(?:一下|评价|"
    "评分)?[为成到]?|修改(?:一下|评价|评分)?[为成到]?|"
    "变更[为成到]?|应该(?= ?[1-5一二三四五])|改(?:一下|评价|评分)?[为成到]?|换[为成到]?|调[为成到]|"
    "重新(?:评价|评|打分|选)|重评|应该?[是为]|"
    "其实是|实际是|才是|而是|意思是|不对|"
    "(?:刚才|刚刚|刚|前面|上面|上条|上一条|之前|上一个|那个|那条)(?:的|那个|那条|发的|选的|回的|打的|给的|评的|评价|评分|短信)*+"
    "(?:不算数?|作废|无效|不作数)了?(?=[ ,，.。;:!])|"
    "(?<=[1-5一二三四五][ ,，.。])不[ ,，.。!]{1,2}(?=[1-5一二三四五](?![^ ,，.。!分星]))|"
    f"不是 ?{_SCORE}[ ,，.。]{{0,3}}(?:而|应该?|我?[选打要]?的?)?是|不是 ?{_SCORE}[ ,，.。]{{1,3}}"
)
_ENGLISH_MARK = re.compile(
    r"\b(?:sorry|i mean|i meant|meant|oops|ops|typo|correction|mistake|actually|should be|should have been|wait|"
    r"changed? (?:it |[1-5] |my (?:rating|score|answer) )?(?:from [^\n]{1,8} )?to|make (?:it|that)|rather|"
    r"(?<=[0-9a-z,.] )no(?=,)|(?<=[1-5] )no(?= [1-5]$)|"
    rf"not {_SCORE},? ?(?:but|it's)?)(?![a-z])"
)
_BEFORE = re.compile(
    f"(?:{_SCORE}|[ ,，.。!:;、…~\\n()'—→>*-]|"
    + either(
        "后来|后面|问题|事情|事|已经|已|解决|处理|办|办好|办成|办完|弄好|搞定|通过|我|原来|原先|本来|先前|起初|一开始|开始|刚才|刚刚|刚|昨天|前天|今天|现在|早上|上午|下午|之前|前面|上面|上条|上一条|上次|那个|那条|这个|抱歉|不好意思|对不起|把|从|由|的|评价|"
        "评分|请|帮|帮我|麻烦|想|要|需要|可以|能|回复|发|是|为|"
        "数字|打|按|选|写|说|点|填|回|输|搞|弄|评|看|记|摁|了|个|给|你好|您好|啊|呀|哦|哎|哎呀|诶|唉|等等|等一下|"
        "等下|不小心|都|短信|又|谢谢|错|错误|的|应该|其实|撤回|撤销|"
        "作废|不算数|不算|无效|取消|收回|重新|误操作|误点|误按|误|手滑|手误|更正|不对|sorry|oops|wait|no|i|pressed|typed|sent|said|my|"
        "by|mistake|was|it|that|the|rating|reply|and|a|an|please|pls|hi|hello|error|"
        "is|wrong|want to|would like to|can i|can you|could you|number|button|key|hit|entered|meant|earlier|last|"
        "one|first|for|but|typo|correction|changed|change|actually|rather|should be|mean"
    )
    + ")*+"
)
_TYPED_AS = re.compile(f"[^0-9]{{0,8}}把({_SCORE}) ?[按打选点发输写填回评给]错?成了? ?({_SCORE})了?[ ,.。!]*")
_MISTYPED = re.compile(
    "(?:[ ,.。!\n]|你好|您好|对不起|抱歉|不好意思|我|刚才|刚刚|刚|不小心|好像|可能|是|上条|上一条|哎呀|哦|啊)*+"
    "(?:[打发按选点写填搞弄回输摁评]错(?:字|键|数字|数)?(?:了|啦)?|手滑|手误|误操作|误[点按触])"
    "(?:了|的|啊|呀|哦|[ ,.。!])*+"
    "(?:抱歉|对不起|不好意思|谢谢|[ ,.。!])*+"
    "|(?:sorry,? |oops,? )?(?:typo|mistyped|i mistyped|my mistake|by mistake|wrong (?:key|button|digit|reply)|oops)"
    "(?:,? sorry)?"
)
# 5 打错了: a slip told of beside what was sent.
_SLIP = re.compile(
    f"(?:^|[\\W_])(?:{_SCORE})?(?:对不起|抱歉|不好意思|我|刚才|刚刚|刚|不小心|好像|可能|是|上条|上一条|哎呀|哦|啊)*+"
    "(?:[打发按选点写填搞弄回输摁]错(?:字|键|数字|数)?(?:了|啦)|手滑|手误|误操作|误[点按触])(?:了|的|啊|呀|哦)*+"
    r"(?=$|[\W_])|(?<![\w'])(?:typo|mistyped|wrong (?:button|key|digit|reply)|(?:my|by) mistake)(?![\w'])"
)
_INSTEAD = re.compile(r"[,，]? ?(?:而?不是|(?<![a-z])(?:and )?not |(?<![a-z])instead of )")
# 以前不满意，现在满意: what is said of now counts.
_THEN_AND_NOW = re.compile(
    "(?:[ ,.。!\n]|你好|您好|我|对|你们|的|服务|是)*+"
    + either(
        "以前|之前|前面|前期|先头|头一次|第一次|原来|原先|上次|上回|过去|曾经|开始|一开始|刚开始|起初|起先|最初|先前|从前|昨天|前几天|去年"
    )
    + "[^\n?]{0,12}(?:满意|[好差]|一般|不错)[^\n?]{0,8}?"
    + either("现在|这次|这回|本次|如今|目前|后来|今天|今年|最后|最终|终于|处理后|整改后|解决后|改进后|处理完")
)
# Without one of these nothing above matches.
_HINT = re.compile(
    either(
        "把|错|滑|误|更正|纠正|修正|更改|修改|变更|应该|应是|应为|改|换|调|重新|重评|其实|实际|才是|而是|意思|不对|不是|不算|作废|无效|不作|"
        "不 |不,|不.|不。|不!|不，|现在|这次|这回|本次|如今|目前|后来|今天|今年|最后|最终|终于|处理|整改|解决|改进"
    )
)
_MOST_MARKS = 6
_LONGEST_INSTEAD = 40


def may_correct(text: str) -> bool:
    """May the folded text take something back, so that looking how is worth while?"""
    return _HINT.search(text) is not None or has_latin(text)


def corrected_from(text: str) -> Iterator[int]:
    """Places in the folded text after which the rating meant may stand, the last first."""
    marks = list(_MARK.finditer(text))
    if has_latin(text):
        marks += _ENGLISH_MARK.finditer(text)
    for mark in marks[: -_MOST_MARKS - 1 : -1]:
        if _BEFORE.fullmatch(text, 0, mark.start()):
            yield mark.end()


def is_mistyped(text: str) -> bool:
    """打错了 and nothing else: the citizen's own slip, and not yet what was meant."""
    if len(text) > _LONGEST_INSTEAD or not ("错" in text or "误" in text or "手滑" in text or has_latin(text)):
        return False
    return _MISTYPED.fullmatch(text) is not None


def tells_of_slip(text: str) -> bool:
    """Does a clause of the folded text only say that something was sent by mistake?"""
    if not ("错" in text or "误" in text or "手滑" in text or has_latin(text)):
        return False
    return _SLIP.search(text) is not None


def now_from(text: str) -> int | None:
    """Where, in 以前不满意，现在满意, the rating of now begins; None where nothing is compared."""
    compared = _THEN_AND_NOW.match(text)
    return compared.end() if compared else None


def instead_of(text: str) -> tuple[str, str] | None:
    """`5不是1`: what was meant and what was not; None where the folded text has no such shape."""
    if len(text) <= _LONGEST_INSTEAD and "把" in text and (typed := _TYPED_AS.fullmatch(text)):
        return typed[1], typed[2]
    if len(text) > _LONGEST_INSTEAD or not ("不是" in text or "not " in text or "instead of" in text):
        return None
    parts = _INSTEAD.split(text)
    return (parts[0], parts[1]) if len(parts) == 2 and parts[0].strip() else None
