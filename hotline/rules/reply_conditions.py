"""Ratings that depend on something: wishes, conditions, questions, and minds that are not made up (4 或者 5)."""

import re

from hotline.rules.reply_text import clause_start, either, has_latin

# A condition reaches over commas; a wish or another person only as far as the clause goes.
_CONDITION = re.compile(
    either(
        "如果|要是|假如|倘若|若是|本来|原本|除非|以为|争取|下次|将来|被改|被评|把我的|改成|改为|would have|"
        "could have|unless|until|if "
    )
    + "|等[^\n]{1,12}再[评给打选说]"
)
_NOT_NOW = re.compile(
    either(
        "希望|才给|才能|凭什么|为什么|怎么|谁|不可能|难道|之前|上次|原来|以前|自己|别人|他们|朋友|领导|大家|网上|"
        "同事|让我|叫我|要我|逼|要求|强迫|"
        "让选|让评|让打|让按|让填|让回|必须选|必须评|必须打|必须按|说是选|叫选|非要|以后再|回头再|"
        "hope|wish|why|how |last time|before|don't|can't|cannot|won't|would if|not |never|should i|do i|what "
    )
    # 办完再评5, 解决了就评5
    + "|(?:[完好成后]了?|解决了?)(?:我|我们|那我)?再|到[^,]{1,4}再[评给打选]|"
    "(?:办[完好成]|解决|弄好|处理好)了?(?:我就|我|就)[评给打选]"
)
# 5? and 5 is the best?, but not 2，为什么这么慢？
_ASKS = re.compile(r"[ !]{0,3}(?:[a-z'][a-z' ]*+)?\?")
# 不是4就是5, 4 maybe 5: the citizen has not made up their mind.
_UNSETTLED = re.compile(
    r"[1-5一二三四五](?:分|颗?星)?[吧啊呢嘛]?[ ,.。、…]{0,3}(?:或者?|或是|还是|要不然?|不然|不如|也可以|也行)"
    r"(?:就|是|给|打|选|按|我|吧|个)*+"
    r"[ ,]?[1-5一二三四五](?=分|颗?星|[吧啊呢都也]|$|\W)|"
    r"不是.{1,4}就是|要么|maybe|perhaps|probably|possibly|[1-5][^0-9\n]{0,6}还是[^0-9\n]{0,4}[1-5]"
)
# 满意，或者一般
_UNSETTLED_WORDS = re.compile(
    r"(?:满意|一般|[好差])[吧啊呢]?[\W_]{0,3}(?:或者?|或是|要不然?)[\W_]{0,2}(?:非常|很|基本|不太|比较|不)*+(?:满意|一般|[好差])"
)
# 只要给我办，5星: the citizen would rate so, if.
_IF_DONE = re.compile(
    "(?:只要(?![0-9一二三两几半十])|如果|要是|假如|倘若|除非|"
    "等(?<![没不]等)(?!了|多久|候|待)(?=[^,]{0,6}(?:办|解决|处理|修|弄|批|拿到))|"
    "(?:办成|办好|办完|办下来|解决|弄好)了?(?=就|再|才|我就|"
    "[ ,.。]+(?:我|我们)?(?:就|再|才)))"
    "(?:(?!就[更好]|更)[^,.。\n]){0,14}[ ,.。]*(?:我们?|那|就|再|才|给|给你们?|评|打|选|一定|肯定|绝对|必须|是)*+$"
)
# 3、4都行: whichever you like. 2、3楼: no key either.
_KEY = "[1-5一二三四五两]"
_EITHER = re.compile(
    f"{_KEY}(?:分|颗?星)?(?: ?[、,，。./~—-] ?| |和|跟|与|或|或者){_KEY}(?:分|颗?星|号)?[ ,，]?(?:里面?|中|之间)?"
    "(?:我|你们?|您|哪一?个|选|这?[两俩]个)*+(?:"
    + either(
        "都|皆|均|随便|随意|任选|任意|任一|不错|也行|也可|也好|也成|也能|无所谓|看着|自己|其一|挑|差不多|没区别|一样|whatever|either|both"
    )
    + f")|{_KEY}、{_KEY} ?[号楼窗层]"
)
_WAVERING = frozenset("或还要不也么")  # one stands in every Chinese word of these
_FAR = 24


def is_conditional(text: str, start: int, at: int) -> bool:
    """Does a condition or a wish lead to the number at `start`, whose digit stands at `at` of the folded text?"""
    if is_if_done(text, start, at) or _CONDITION.search(text, 0, at):
        return True
    return _NOT_NOW.search(text, clause_start(text, at), at) is not None


def is_if_done(text: str, start: int, at: int) -> bool:
    """Does 只要办好了 or the like lead right up to `at` of the folded text, from a little before `start` on?"""
    return _IF_DONE.search(text, max(0, start - _FAR), at) is not None


def is_asked(text: str, end: int) -> bool:
    """Does a question mark follow the number that ends here?"""
    return _ASKS.match(text, end) is not None


def is_unsettled(text: str) -> bool:
    """Are two numbers weighed against each other: 4吧，或者5?"""
    if _WAVERING.isdisjoint(text) and not has_latin(text):
        return False
    return _UNSETTLED.search(text) is not None


def wavers(text: str) -> bool:
    """Are two labels weighed against each other: 满意，或者一般?"""
    return _UNSETTLED_WORDS.search(text) is not None


def is_either(text: str) -> bool:
    """Are two numbers both allowed: 3、4都行?"""
    return _EITHER.search(text) is not None
