"""The numbers of the lists that we send: they start at 11, because 1 to 5 are scores. How people write them back.

Shared by `reply_lists` (which one?) and `reasons` (why?), which say what a number means there.
"""

import re
import unicodedata

from hotline.rules.reply_text import either, visible

FIRST_ENTRY = 11

_CIRCLED = re.compile("[\u2469-\u2473\u247d-\u2487\u2491-\u249b\u24eb-\u24f4\u3251-\u325f]")  # ⑩ ⑾ ⒒ ⓫ ㉑
_KEYCAP = re.compile("\ufe0f?\u20e3|\ufe0f")
_HAN_TENS = {f"十{han}": 11 + place for place, han in enumerate("一二三四五六七八九")}

# Patterns for folded text. An entry's number is 11 to 99 in digits or 11 to 19 in Chinese, and no part of a longer one.
ENTRY = (
    "(?<![0-9])[1-9][0-9](?![0-9])"
    "|(?<![零一二两三四五六七八九十百千])十[一二三四五六七八九](?![零一二三四五六七八九十百千万亿几])"
)
# What makes a count, a time, a place or a sum of the number before it, also over a space: 12 天, 11点, 13 days.
MEASURED = (
    " ?(?:"
    + either(
        "天|日|月|年|周|星期|礼拜|点|小时|钟头|分|秒|刻|个|元|块|毛|角|钱|千|百|万|亿|趟|次|回|遍|位|名|家|户|份|岁|"
        "楼|层|栋|幢|单元|室|"
        "米|公里|路|斤|度|倍|张|页|几|余|%|世纪|弄|窗|柜|台|区|座|排|级|届|期|号窗|号柜|号楼|号线|号台|号机|号门|"
        "号办事|号叫"
    )
    + "|时(?!间)|人(?!员)|多(?=[天个月年元块人])|线(?![上下])|里(?!面)|来(?!了)"
    + f"|{either('days|day|hours|hour|hrs|hr|minutes|minute|mins|min|weeks|week|months|month|years|year')}(?![a-z])"
    + f"|{either('yuan|rmb|times|people|am|pm|am.|a.m|p.m|oclock|th|st|nd|rd')}(?![a-z])"
    + "|o'clock)"
)


def written_out(text: str) -> str:
    """The text without what shows nothing, keycaps and circled numbers above nine as plain digits: ⑫ is (12)."""
    return _CIRCLED.sub(lambda match: f"({int(unicodedata.numeric(match.group()))})", visible(_KEYCAP.sub("", text)))


def entry_value(word: str) -> int:
    """The number of a word that `ENTRY` matched: 12 for 12 and 十二."""
    return _HAN_TENS[word] if word in _HAN_TENS else int(word)
