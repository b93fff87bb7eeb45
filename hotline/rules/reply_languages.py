"""A text that asks for another language and says nothing else."""

import re

from hotline.rules.reply_text import either, fold, visible

_LANGUAGES = {
    "en": "english|英文|英语|英文版|en|eng",
    "zh-Hant": "繁体中文|繁体字|繁体|正体中文|正体字|正体|中文繁体|繁中|中文(繁体|"
    "traditional chinese|chinese (traditional|traditional|zh-hant|zh-tw|zh-hk",
    "zh-CN": "简体中文|简体字|简体|中文简体|简中|中文(简体|中文|汉语|普通话|国语|华语|"
    "simplified chinese|simplified|chinese (simplified|chinese|mandarin|zh-cn|zh|cn",
}
_BEFORE = (
    "请|麻烦|您|你们|你|我要|我想要|我想|要|想|能不能|能|可以|可不可以|能否|可否|我|用|使用|改用|改成|改为|换成|换|"
    "换回|切换到|切换成|切换|转|"
    "发|发送|回复|说|讲|看|语言|选|选择|以|给|给我|"
    "sorry|hi|hello|please|pls|in|use|using|speak|i|want|need|prefer|would like|'d like|like|to|have|get|it|this|"
    "that|the|send|reply|write|text|"
    "answer|switch|change|back|language|can|could|you|me|messages|message|only"
)
_AFTER = (
    "版|版本|文|短信|信息|的|吧|好吗|吗|可以吗|行吗|回复|服务|界面|谢谢|谢了|一下|please|pls|thanks|thank you|thx|"
    "only|version|language|text|texts|"
    "message|messages|sms|instead|now|ok"
)
_FILL = "[ ,，.。!！?？:：;~\"“”()（）【】\\[\\]、'-]"
_WISH = re.compile(
    f"(?:{_FILL}|{either(_BEFORE)}(?![a-z]))*+"
    "(?:"
    + "|".join(f"(?P<l{place}>{either(words)})" for place, words in enumerate(_LANGUAGES.values()))
    + f")(?![a-z])(?:{_FILL}|{either(_AFTER)}(?![a-z]))*+"
)
_CODES = tuple(_LANGUAGES)


def wanted_language(text: str) -> str | None:
    """ "en", "zh-CN" or "zh-Hant" (BCP 47) if the text is nothing but the wish for that language, else None."""
    match = _WISH.fullmatch(fold(visible(text)))
    return _CODES[int((match.lastgroup or "l0")[1:])] if match else None
