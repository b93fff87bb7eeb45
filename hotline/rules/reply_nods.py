"""A text that only says that ours was read, such as 好的 or thanks: no rating, no words worth keeping, no question."""

import re

from hotline.rules.reply_text import either, fold, visible

_NODS = either(
    "好|好的|好滴|好吧|好嘞|好了|行|行吧|行了|可以|可以的|嗯|嗯嗯|哦|噢|喔|收到|已收到|收到了|知道|知道了|明白|明白了|了解|了解了|"
    "谢|谢谢|谢谢你|谢谢您|谢谢你们|谢了|多谢|感谢|辛苦|辛苦了|您辛苦了|麻烦了|麻烦你们了|不客气|没事|没关系|再见|拜拜|等你们|等着|"
    "ok|okay|k|got it|noted|thanks|thank you|thx|ty|fine|alright|all right|sure|bye|cheers"
)
_NOD = re.compile(f"(?:{_NODS}(?![a-z])[ ,，.。!~、…\n]*+)+")


def is_nod(text: str) -> bool:
    """Does the text say nothing else? Beside an open invitation 好 may be a rating: this is for texts after one."""
    return _NOD.fullmatch(fold(visible(text)).strip()) is not None
