"""A negation cut off from its label: 不太 and 满意 on two lines, 不（很）满意, not very, satisfied, 满意（不）.

Nobody can say what was meant, so it is enough to see that the words right before a label, or the last ones, deny.
"""

import re

from hotline.rules.reply_lexicon import CHINESE_DEGREES, ENGLISH_DEGREES
from hotline.rules.reply_text import either, has_latin, run_of

_DEGREES = "|".join(" ".join(CHINESE_DEGREES.values()).split())
_NO = "(?:不(?!多)|(?<!差)不|[没未莫勿毋否甭冇]|无(?!比)|(?<!特)别|非(?!常)|难[以于]|[很太]难|(?<![一-龥])难)"
_GOES_ON = run_of(
    f"{_DEGREES}|有|能|会|让|令|使|叫|我们|对|这|这次|此次|本次|令人|让人|使人|服务|工作|办事|的|你们|你|您|结果|系|怎么|怎|咋|那么|这么|"
    "多|大|够|算|甚|完全|真正|任何|什么|啥|可能|一定|觉得|感到|感觉|表示|特别|得|曾|再|敢|想|愿|要|至于|见得|能说|敢说|愿说|想说|好|上",
    r"[\W_]",
)
_ENGLISH_NO = (
    r"(?:n't|\b(?:not|never|no|nope|nor|neither|without|hardly|barely|scarcely|nothing|nobody|nowhere|less than|"
    r"far from|anything but|cannot|dont|cant|isnt|wasnt|arent|didnt|dis|un|non|ill|mis))\b"
)
_ENGLISH_GOES_ON = run_of(
    "|".join(ENGLISH_DEGREES.values())
    + "|at all|all|at|in the least|least|in|the|one bit|bit|exactly|even|especially|remotely|ever|truly|overly|"
    "terribly|necessarily|quite|as|be|been|being|feel|feeling|felt|am|is|are|was|were|i|we|me|it|any|anywhere near|"
    "near|nearly|enough|particularly|to|say|that|a|can|could",
    r"[\W_]",
)
_DENIED = re.compile(f"{_NO}{_GOES_ON}$")
_ENGLISH_DENIED = re.compile(f"{_ENGLISH_NO}{_ENGLISH_GOES_ON}$")
# 问题不大，满意 denies nothing.
_MILD = re.compile(
    "(?:"
    + either("问题|影响|毛病|意见|人|材料|手续|时间|差别|区别|距离|困难|难度|压力|费用|事|事情|东西|环节")
    + ")[都也倒并真]?不(?:是)?[很太算]?[大多]$"
)
# Behind the label, in a clause of its own.
_DENIED_BEHIND = re.compile(
    r"[\W_](?:我|是|才|根本|完全|压根|其实|一点儿?都?也?)*+"
    "(?:"
    + either(
        "不|不是|不是的|不不|不太|不怎么|不算|不见得|并不|并非|没|没有|并没有|并没|并无|并未|並没有|並没|並无|並未|並不|也没有|才没有|没啊|没呢|哪有|哪里|哪里有|未必|非|否|谈不上|才不|no|nope|never|hardly"
    )
    + r"|not (?:really|at all|exactly|quite|so much|very))[\W_]*$"
)
_SMALL_CAPITAL = re.compile("[\u0250-\u02af\u1d00-\u1dbf]")  # ɴᴏᴛ: nobody writes so to be understood
_BLANK = re.compile(r"[\W_]*+")
_NEAR = 40
_ENDLESS = 40
_ENDING = 16


def is_denied(before: str) -> bool:
    """Does the folded text before a clause end in a negation, with its degree or without?"""
    if not before:
        return False
    blank = _BLANK.match(before[::-1])
    near = before[: len(before) - (blank.end() if blank else 0)][-_NEAR:]
    if not near:
        return len(before) >= _ENDLESS  # whatever stands before so much emptiness
    if _MILD.search(near):
        return False
    if _SMALL_CAPITAL.search(near):
        return True
    return _DENIED.search(near) is not None or (has_latin(near) and _ENGLISH_DENIED.search(near) is not None)


def is_denied_behind(text: str) -> bool:
    """Does the folded text end in a negation that stands alone?"""
    return _DENIED_BEHIND.search(text, max(0, len(text) - _ENDING)) is not None
