"""Is a text written in the language that it stands under? Facts aside: a service's name is Chinese in all of them."""

import re

from hotline.rules.level_names import FACT
from hotline.rules.reply_text import SIMPLIFIED_ONLY, TRADITIONAL_ONLY

_HAN = re.compile("[\u3400-\u9fff]")
_LATIN_WORD = re.compile("[A-Za-z]{2,}")
_MOST_SHOWN = 6


def foreign(text: str, language: str) -> str:
    """The characters or words that are of another language than zh-CN, zh-Hant or en, some of them; "" if none is."""
    own = FACT.sub("", text)
    han, latin = _HAN.findall(own), _LATIN_WORD.findall(own)
    if language == "en":
        return _some(han)
    if not language.startswith("zh"):
        return ""
    if latin and len(han) <= sum(map(len, latin)):
        return " ".join(latin)[:40]
    others = SIMPLIFIED_ONLY if language == "zh-Hant" else TRADITIONAL_ONLY
    return _some([one for one in han if one in others])


def _some(characters: list[str]) -> str:
    return "".join(list(dict.fromkeys(characters))[:_MOST_SHOWN])
