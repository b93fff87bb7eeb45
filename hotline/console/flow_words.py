"""The words of the page about the survey by telephone: ways in, languages, its funnel, facts in a sentence."""

from collections.abc import Mapping

from hotline.console import wording_words
from hotline.console.words import Words
from hotline.tables.contacts import Way

WAYS: Mapping[str, Words] = {
    Way.CALLED: Words("我们拨打", "we called"),
    Way.CALLING: Words("市民来电", "the citizen called"),
    Way.TRANSFERRED: Words("坐席转来", "handed over"),
}

LANGUAGES: Mapping[str, Words] = {
    "zh-CN": Words("普通话", "Mandarin"),
    "zh-Hant": Words("國語（繁體）", "Mandarin, traditional"),
    "yue": Words("粤语", "Cantonese"),
    "en": Words("英语", "English"),
}

_CALLS, _ANSWERED, _ASKED = Words("呼叫", "calls"), Words("接通", "answered"), Words("听到评价问题", "asked")
_RATED, _BAD = Words("已评价", "rated"), Words("差评", "bad")
# Each bar of the chart: the figure and its denominator, and what the two are called.
FUNNEL: Mapping[tuple[str, str], tuple[Words, Words]] = {
    ("answered", "calls"): (_ANSWERED, _CALLS),
    ("asked", "answered"): (_ASKED, _ANSWERED),
    ("rated", "asked"): (_RATED, _ASKED),
    ("bad", "rated"): (_BAD, _RATED),
    ("confirmed", "bad"): (Words("确认差评", "confirmed it"), _BAD),
    ("again", "bad"): (Words("重新选择", "chose again"), _BAD),
    ("reasons", "bad"): (Words("说明原因", "gave reasons"), _BAD),
    ("voice", "bad"): (Words("留下录音", "left their voice"), _BAD),
    ("wished", "bad"): (Words("选了回电时间", "said when to call"), _BAD),
}

FACTS: Mapping[str, Words] = {
    **wording_words.FACTS,
    "list": Words("逐项念出选项和按键", "each option with its key"),
    "digits": Words("刚输入的数字", "the digits"),
    "key": Words("按键", "its key"),
    "reason": Words("原因", "a reason"),
}
