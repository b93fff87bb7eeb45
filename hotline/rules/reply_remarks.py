"""What is told beside a rating: that it went easily or not (快, 麻烦), or of a wrong (骂了我)."""

import re

from hotline.rules.reply_text import either, run_of

# 没有推诿, 不用再跑: what is denied was not done.
_DENIED = re.compile(
    "(?:没有?|(?<![得能])不|未|无|杜绝|避免|告别)"
    + run_of(
        "一点|一点儿|半点|任何|丝毫|人|谁|让我|让人|让|叫我|再|会|用|必|是|被|给|对|我|互相|出现|遇到|存在|过|什么|啥|那么|这么|太|很|够|怎么|"
        "特别|十分|算|觉得|感到|感觉|有|的|情况|现象|来|去"
    )
    + "$"
)
_WRONG = re.compile(
    "骂(?:了|我|人|骂|咧|得|街)|打了?[我人](?!们?的?(?:电话|手机)|工)|吼(?:了|我|人|叫|来|$)|凶(?:我|巴巴)|轰(?:我|出|走)|"
    "推(?:了?我|出[来去]|搡)|赶(?:了?我|出|走|人)|撵(?:我|出|走|人)|摔(?:我|在|到|门|东西|材料|脸|给|了)|甩(?:脸|锅|给我)|"
    + either(
        "白眼|刁难|推诿|敷衍|索要|索贿|受贿|收红包|要红包|收了红包|送红包|塞红包|好处费|辛苦费|收礼|吃拿卡要|吃回扣|辱骂|侮辱|羞辱|威胁|恐吓|"
        "动手|殴打|拍桌子|嘲讽|嘲笑|讥讽|阴阳怪气|爱答不理|爱搭不理|不理不睬|摆脸色|甩脸色|给脸色|臭脸|黑着脸|冷嘲热讽|"
        "白跑|白等|白忙|白排|白来|白去|白费|白折腾|白耗|白搭|白站|让我滚|叫我滚|"
        "yelled at|shouted at|screamed at|insulted|swore at|slapped|hit me|pushed me|bribe"
    )
)
_EASY = re.compile(
    "快(?<![尽赶愉凉加痛]快)(?![递点些要到下乐板件餐车讯手报门一二两三四五半0-9])|热情|耐心|方便(?!的话|时|回|联系|面|吗|问|之)|便捷|便利|"
    "简单|简便|清楚|清晰|周到|省心|省事|高效|(?:办得|很|都|非常)顺利|顺畅|贴心|"
    "(?:效率|水平|素质|质量)[很太真也挺都极超]*(?:非常|特别|比较)?高|时间[很真挺也]*短|很短"
)
_HARD = re.compile(
    "慢(?<!慢慢)(?![慢走车性])|(?:效率|水平|素质|质量)[很太真也挺都极超]*(?:非常|特别|比较|有点)?低|太低|冷淡|冷冰冰|麻烦(?![你您])|繁琐|烦琐|"
    "复杂|啰嗦|糊涂|糊里糊涂|含糊|混乱|拖拉|拖沓|磨蹭|时间[很太真挺也好]*(?:有点|特别|比较)?长|太[长久]|长(?<=不长)|很久|好久|排队久"
)
_FORMERLY = re.compile(
    "(?:以前|之前|过去|原来|从前|以往|往年|原先|早些年|前几年)[^\n]{1,24}?(?:这次|现在|今天|如今|本次|这回|今年)"
)
_NEAR = 12


def is_denied_here(text: str, at: int) -> bool:
    """Does a denial lead right up to this place of the folded text: 没有一点不耐烦?"""
    return _DENIED.search(text[max(0, at - _NEAR) : at]) is not None


def is_wronged(text: str) -> bool:
    """Does the folded text tell of a wrong done to the citizen, which nobody praises?"""
    return any(not is_denied_here(text, wrong.start()) for wrong in _WRONG.finditer(text))


def ease(text: str) -> tuple[bool, bool]:
    """Does the folded text say that it went easily, does it say that it did not?"""
    easy = {is_denied_here(text, found.start()) for found in _EASY.finditer(text)}
    hard = {is_denied_here(text, found.start()) for found in _HARD.finditer(text)}
    return False in easy or True in hard, False in hard or True in easy


def without_formerly(text: str) -> str:
    """The folded text without what it tells of former times: 以前要跑五趟，这次."""
    return _FORMERLY.sub(",", text) if "前" in text or "过去" in text or "原" in text or "往" in text else text
