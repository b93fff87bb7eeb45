"""Our own texts coming back: tapbacks (Liked “…”), quotes, forwards and automatic answers. None of it is an answer.

Shapes as phones write them: Apple's tapbacks, `>` before a quoted line, and our texts by the signature in brackets
that carriers demand. What the citizen wrote in front of one, or in lines of their own, still counts.
"""

import re

from hotline.rules.reply_text import either

_SHORTEST = 8
# Without one of these nothing below matches.
_HINTS = frozenset('【[>“"「『转轉自智')
_LATIN_HINT = re.compile("fw|auto|office|message", re.IGNORECASE)
_QUOTED = re.compile("(?:^|\n)[ >]*>[^\n]*")
_OPENING = r'["“「『【\[]'
_WRAPPED = re.compile(
    r"[ \n]*(?:"
    + either(
        "liked|disliked|loved|laughed at|emphasized|emphasised|questioned|赞了|点赞了|喜爱|喜欢|喜爱了|喜欢了|踩了|"
        "不喜欢|强调了|质疑了|大笑了|回应了"
    )
    + f" ?{_OPENING}"
    rf"|(?:reacted|removed an? )[^\n]{{0,24}} (?:to|from) ?{_OPENING}"
    r"|-+ ?(?:original|forwarded) message|(?:转发|轉發|转寄|转)(?:短信|消息|信息)? ?[:：]|fwd? ?:"
    r"|[\[【(（]?(?:系统|系統)?(?:自动|自動|智能)(?:回复|回覆|答复|應答|应答)"
    r"|[\[(]?auto(?:matic)?[- ]?(?:reply|response)|[\[(]?(?:i am |i'm |currently )?out of (?:the )?office)",
    re.IGNORECASE,
)
# 【签名】 and a sentence; a citizen's brackets hold less, or a rating, or have little behind them.
_SIGNED = re.compile(r"【(?![^】\n]{0,6}(?:满意|滿意))[^】\n]{3,40}】[^\n]{10}|\[[^\]\n]{5,60}\][^\n]{24}")
# What every text of ours says somewhere, so that an answer in front of it may be told from a text about brackets.
_OURS = re.compile(
    either(
        "回复|回覆|退订|退訂|记录|記錄|评价|評價|已注明|已註明|今后将|今後將|未找到|抱歉|reply|recorded|opt out|rating|"
        "rate|noted|sorry|we will|thank you|thanks"
    ),
    re.IGNORECASE,
)
# What a system says when a rating has come in; a citizen would not say it of their own.
_CONFIRMED = re.compile(
    "(?<![对给])[您你](?:对[^\n]{1,16}?)?的?(?:评价|评分|打分|满意度)[^\n]{0,24}?(?:已|成功)(?:经|被|成功)?"
    "(?:收到|收悉|记录|提交|受理|登记|确认|生效|接收|录入|保存|完成)|"
    "(?:已|成功)(?:经|成功)?(?:收到|记录|提交|登记)了?[您你]的?(?:评价|评分)|(?:评价|评分|提交)已?成功|"
    "[您你]已(?:经|成功)?(?:评价|评分|提交)|感谢[您你]的(?:评价|参与)|(?<![对给])您(?:对[^\n]{1,16}?)?的(?:评价|评分)(?:结果)?[是为:]|"
    "your (?:rating|feedback|score)[^\n]{0,30}(?:has been|was|is) (?:received|recorded|submitted|saved|noted)|"
    "thank you for your (?:rating|feedback|participation)"
)


def confirms(text: str) -> bool:
    """Is the folded text what a system says when a rating has come in: 您的评价“非常满意”已收到?"""
    if not ("评" in text or "感谢" in text or "提交" in text or "your " in text):
        return False
    return _CONFIRMED.search(text) is not None


def own_words(text: str) -> str | None:
    """What the citizen wrote in `text` beside an echo: "" for an echo alone, None if there is no echo."""
    if len(text) < _SHORTEST or (_HINTS.isdisjoint(text) and not _LATIN_HINT.search(text)):
        return None
    if _WRAPPED.match(text):
        return ""
    written = _QUOTED.sub("", text)
    signed = _SIGNED.search(written)
    if signed and (not written[: signed.start()].strip() or _OURS.search(written, signed.end() - 24)):
        written = written[: signed.start()]
    return written.strip() if written != text else None
