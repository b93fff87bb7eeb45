"""What a text promises: that a reply is free, and a word that ends or resumes the texts, in phrasings that are known.

A phrasing that is not known is no promise: 回复不免费 has 免费 in it, and 退订请勿回T has both 退订 and T.
"""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from hotline.rules.level_names import FACT
from hotline.rules.replies import Action, parse
from hotline.rules.reply_text import fold
from hotline.rules.scale import Scale

# What to write, for whoever wrote something else: in Chinese, in English.
PHRASINGS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "free": (
            "回复免费、免费回复、回复不收费、回复不收取费用、回复无需付费、回复不产生费用",
            "“Free to reply”, “Reply (free)”, “Replies are free”, “Replying is free”",
        ),
        Action.OPTOUT: (
            "退订回T、退订请回复T、退订请回复“退订”、回复TD即可退订、拒收请回复T、如不愿接收请回复“退订”",
            "“T to stop”, “T to opt out”, “T=stop”, “To opt out, reply T”, “Reply STOP to end”",
        ),
        Action.OPTIN: (
            "如需恢复，请回复“恢复”；回复“恢复”即可恢复接收",
            '“To come back, reply "back"”, “To opt in, reply START”',
        ),
    }
)

_FREE = re.compile(
    "回复?(?:本?短信|本?信息)?(?:完全|均为?|全部)?(?:免费|不收费|不收取(?:任何)?费用|无[需须]付费|无[需须]支付(?:任何)?费用|"
    "不(?:会)?(?:产生(?:任何)?费用|扣费|计费))(?![吗?])|免费回复|"
    "(?<![a-z])(?:(?:replies|replying|a reply|your reply|reply|it) (?:are|is) free|free (?:of charge )?to reply|"
    "repl(?:y|ies)(?: once)? (?:\\(free\\)|free(?: of charge)?)|free repl(?:y|ies)|"
    "no charge (?:for|to) repl(?:y|ies|ying))(?![a-z?])"
)
_COSTS = re.compile(
    "(?<!不)收费|付费|扣费|计费|资费|收取|[0-9] ?元|(?<![a-z])(?:charged?|charges|costs?|fees?|rates? apply)(?![a-z])"
)
_NO_COSTS = re.compile(
    "(?:不(?:会|再)?|无[需须])(?:[向对][您你])?(?:另外?|额外)?(?:收取|支付|产生|扣取|付费|收费)(?:任何|其他)?(?:费用)?|"
    "(?<![a-z])(?:no|not|not be|without)(?: any)? (?:charged?|charges|fees?|costs?)(?![a-z])"
)
_WORD = r"[“\"「『‘' ]{0,2}(?P<word>[a-z]+|[\u4e00-\u9fff]{2,4}?)[”\"」』’']?"
_ENDS = '(?=$|[^\\w“"「『‘=]|即可|就可以|可)'
_SEND = "(?:请|可)?(?:直接)?(?:回复?|发送?|编辑)(?:短信|字母|文字)?[:：]?"
_ASKS: Mapping[Action, tuple[str, str, str]] = MappingProxyType(
    {
        Action.OPTOUT: (
            (
                "(?:(?:退订|拒收)(?:短信|邀请|评价邀请)?|(?:如果?|若)[您你]?不(?:愿意?|想|希望)(?:再|继续)*(?:接收|收到?)"
                "(?:此类|这类|本|评价|的)*(?:短信|邀请|信息)?)"
            ),
            "opt out|stop|end|unsubscribe",
            "(?:退订|拒收)",
        ),
        Action.OPTIN: ("恢复(?:短信|邀请|评价邀请|接收)?", "opt (?:back )?in|come back|resume|start again", "恢复"),
    }
)
_DENIAL = re.compile(
    "不(?!满意)|勿|别|非(?!常)|无法|未|没|取消|禁止|(?<![a-z])(?:do not|don't|not|never|cannot|can't|won't|no)(?![a-z])"
)
_CLAUSE = re.compile("[,，。.;；、!！?？:：\n]")


def says_free(text: str) -> bool:
    """Does it say in known words that a reply costs nothing, and nothing of a price?"""
    folded = _told(text)
    known = [match for match in _FREE.finditer(folded) if not _is_denied(folded, match.start())]
    return bool(known) and not _COSTS.search(_NO_COSTS.sub("", _FREE.sub("", folded)))


def teaches(text: str, action: Action, scale: Scale) -> bool:
    """Does it say in known words what to reply for that, and is it a word that is read so?"""
    return any(parse(word, scale).action is action for word in _words_taught(_told(text), action))


def _told(text: str) -> str:
    return fold(FACT.sub("…", text))


def _words_taught(folded: str, action: Action) -> Iterator[str]:
    chinese, english, bare = _ASKS[action]
    patterns = (
        f"{chinese}[,，:：]?(?:{_SEND})?{_WORD}{_ENDS}",
        f"{_SEND}{_WORD}(?:即可|就可以|可以?)?{bare}",
        f"(?:^|[^a-z])to (?:{english})[,:]? (?:please )?(?:reply|text|send)(?: with)? {_WORD}{_ENDS}",
        f"(?:^|[^a-z]){_WORD} ?(?:=|to|for) ?(?:{english})(?![a-z])",
    )
    for pattern in patterns:
        for match in re.finditer(pattern, folded):
            if not _is_denied(folded, match.start()):
                yield match.group("word")


def _is_denied(folded: str, start: int) -> bool:
    """Is there a negation before it in its clause?"""
    return _DENIAL.search(_CLAUSE.split(folded[: start + 1])[-1]) is not None
