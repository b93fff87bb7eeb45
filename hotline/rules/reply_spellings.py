"""Whole replies as keyboards, dialects and hasty thumbs spell them: 满易, bu manyi, verry good, 杠杠的.

Read only where nothing else was understood, and only as the whole reply: in a sentence the same letters mean other
things (满一年, 慢).
"""

import re

from hotline.rules.reply_lexicon import CHINESE_DEGREES
from hotline.rules.reply_text import either, has_latin, run_of

# Judgements that are one only as the whole reply: 垃圾 beside other words is what many calls are about.
_WHOLE = {
    5: (
        "非常nice|很nice|超nice|太nice|特别nice|超级nice|十分nice|好nice|完美|很完美|太完美了|非常完美|优秀|很优秀|非常优秀|最好|棒极了|太棒了|非常棒|好极了|great|"
        "无可挑剔|无懈可击|挑不出毛病|挑不出任何毛病|没得挑|没的挑|巴适得板|巴适得很|安逸得板|安逸得很|巴适惨了|老好了|老好啦|老满意了|"
        "老满意|老棒了|杠杠的|杠杠滴|杠杠|刚刚的|嘎嘎好|嘎嘎棒|嘎嘎满意|顶呱呱|呱呱叫|顶好|一级棒|美得很|嫽咋咧|嫽扎咧|得劲得很|可得劲|贼棒|超棒|"
        "倍儿棒|很棒|最棒|太赞了|非常赞|很赞|超赞|赞得很|好得很|好得不得了|没话说的好|完美无缺|十全十美|尽善尽美|"
        "点赞点赞|yyds|very nice|so nice|top notch|first class|brilliant|superb|love it"
    ),
    4: (
        "不赖|不错|not bad|not bad at all|不差|真不赖|可不赖|不孬|真不孬|得劲|巴适|安逸|蛮灵|蛮灵额|蛮好额|蛮好|蛮好的|"
        "挺好|挺好的|攒劲|挺棒|挺棒的|挺赞"
    ),
    3: (
        "一搬|一斑|it was okay|it was ok|it was alright|was okay|was ok|"
        "just okay|just ok|service was okay|service was ok|"
        "the service was okay|the service was ok|普通|很普通|一般化|马虎|so so"
    ),
    2: "糟糕|失望|烂|有点失望|有点烂|disappointed|不中|不得劲|不巴适|不安逸|不咋滴|不咋样|不怎么地|不咋好|孬",
    1: (
        "垃圾|太垃圾|太垃圾了|真垃圾|垃圾服务|服务垃圾|糟透|糟透了|糟糕透了|糟糕透顶|太糟糕|太糟糕了|很糟糕|非常糟糕|极差|"
        "太烂|太烂了|很烂|真烂|非常烂|烂透了|非常失望|很失望|太失望|太失望了|失望透顶|very disappointed|一塌糊涂|"
        "差得很|差得一塌糊涂|差到家了|烂到家了|贼差|老差了|老差劲了|差到极致|差得离谱|失望至极"
    ),
}
WHOLE = {word.replace(" ", ""): stars for stars, words in _WHOLE.items() for word in words.split("|")}

_MORE = "|".join(" ".join(CHINESE_DEGREES.values()).split())
_MEANT_SATISFIED = re.compile(
    f"(?P<degrees>{run_of(_MORE)})(?:满[易一亿以义议忆亦易已疑]|[慢漫瞒曼馒]意|满意意|满满意)(?:[的了啊呀哦!]*)"
)
# 可满意了
_SO_SATISFIED = re.compile("(?:我们?|咱们?|俺)?(?:对你们?的?)?(?:服务)?可(?P<said>不?满意)[了啦嘞喽]")
_PINYIN = {
    "feichang": "非常",
    "hen": "很",
    "shifen": "十分",
    "tebie": "特别",
    "chaoji": "超级",
    "tai": "太",
    "ting": "挺",
    "jiben": "基本",
    "jibenshang": "基本上",
    "bijiao": "比较",
    "bu": "不",
    "butai": "不太",
    "bushihen": "不是很",
    "buzenme": "不怎么",
    "yidianyebu": "一点也不",
    "yidiandoubu": "一点都不",
    "manyi": "满意",
    "bucuo": "不错",
    "yiban": "一般",
    "yibanban": "一般般",
    "haixing": "还行",
    "haikeyi": "还可以",
    "hao": "好",
    "cha": "差",
}
_SPELT = re.compile(
    f"(?:wo)?({either('feichang|hen|shifen|tebie|chaoji|tai|ting|jiben|jibenshang|bijiao')})?"
    f"({either('bu|butai|bushihen|buzenme|yidianyebu|yidiandoubu')})?"
    f"(?:({either('manyi|bucuo|yiban|yibanban|haixing|haikeyi')})|(?<=[a-z])({either('hao|cha')}))(?:le|de|a)?"
)
_ENGLISH = {
    "satisfied": (
        "satisified|satified|satisfed|satisfyed|statisfied|satisfide|satsified|satisifed|satifsied|sastisfied|satisfird|"
        "satisfiied|satisfieed|sattisfied|satisfy|satisfyied|satifised|satisied|satisfie"
    ),
    "dissatisfied": "disatisfied|dissatified|dissatisified|dissatisfed|disatisified|disastisfied|dissatisfy",
    "unsatisfied": "unsatified|unsatisified|unsatisfed",
    "very": "verry|vey|veyr|vrey|vry|veri|v",
    "good": "gud|goood|gooood|goog|godd",
    "excellent": "exellent|excelent|excellant|exelent|excallent|excelllent",
    "extremely": "extremly|extreemly",
    "terrible": "terible|terribel|terrable",
    "unhappy": "unhapy",
    "happy": "hapy|happpy",
    "not": "nott|nt",
}
_MEANT = {wrong: right for right, words in _ENGLISH.items() for wrong in words.split("|")}
_WRONG = re.compile(rf"(?<![\w'])(?:{either('|'.join(_MEANT))})(?![\w'])")
_BEFORE = re.compile(run_of("服务|工作|你们|真的|真是|真|确实|实在|简直|总体|整体|感觉|觉得|这次|办事|可|也"))
_AFTER = "的了啊呀哦哈滴嘞 "
_LONGEST = 40
_LONGEST_WHOLE = 24


def stars_of_whole(bare: str) -> int | None:
    """The stars of a folded text that is one of those judgements, with a word before or a particle behind."""
    if len(bare) > _LONGEST_WHOLE:
        return None
    word = bare.rstrip(_AFTER)
    led = _BEFORE.match(word)
    said = word[led.end() :] if led else word
    return WHOLE.get(word) or WHOLE.get(said)


def respelled(bare: str) -> str | None:
    """The folded text as it was meant, if it is misspelt and nothing else; None if nothing is to be put right."""
    if len(bare) > _LONGEST:
        return None
    if ("意" in bare or "满" in bare) and (meant := _MEANT_SATISFIED.fullmatch(bare.replace(" ", ""))):
        return f"{meant['degrees']}满意"
    if "可" in bare and (so := _SO_SATISFIED.match(bare)) and bare[so.end() :].strip(_AFTER) == "":
        return f"非常{so['said']}"
    if not has_latin(bare):
        return None
    if spelt := _SPELT.fullmatch("".join(bare.split())):
        return "".join(_PINYIN[syllables] for syllables in spelt.groups() if syllables)
    meant_words = _WRONG.sub(lambda wrong: _MEANT[wrong.group()], bare)
    return meant_words if meant_words != bare else None
