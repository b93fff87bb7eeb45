"""The words a label is made of: cores such as 满意 and satisfied, and the degrees before them. Data only.

All folded. Sources: the two official label sets (非常满意 … 非常不满意, and 非常好 … 非常差), and how citizens write.
"""

from enum import Enum, auto


class Degree(Enum):
    """What a word before a core does to it."""

    NOT = auto()
    HARDLY = auto()  # 不太, not very: a negation that softens
    NEVER = auto()  # 毫不, not at all: a negation that hardens
    UTTERLY = auto()  # 根本, 一点也: hardens the negation that follows
    VERY = auto()
    FAIRLY = auto()  # 基本, fairly: the third label
    RATHER = auto()  # 比较, quite, and words that change nothing
    SLIGHTLY = auto()  # 有点, a bit: only of something bad
    UNCLEAR = auto()  # 没有, 难以, 好不, never: no stars may be read after it


class Core(Enum):
    """Which side a core stands on."""

    GOOD = auto()
    MIDDLING = auto()
    BAD = auto()


CHINESE_DEGREES: dict[Degree, str] = {
    Degree.NOT: "不 并不 不觉得 不感到",
    Degree.HARDLY: (
        "不太 并不太 不大 不怎么 不咋 不够 不算 不甚 不那么 不是很 并不是很 不是太 不是特别 不是非常 不是十分 "
        "不是那么 不很 并不很 "
        "不十分 不特别 不完全 不是完全 没那么 没有那么 不是多 没多 没有多 没有很 没有太 没有特别 没有非常 没很 没太 "
        "谈不上 说不上 算不上 称不上 谈不到 够不上 难以 很难 难言 无法 没法 不能算 不能算是 算不得 "
        "不能令人 不能让人 不能使人 没能让人 没能令人 未能令人 未能让人 难以令人 难以让人 难令人 无法令人 无法让人 "
        "不系几 不系很 不系好 不系太 不系十分 不系特别 不系咁 不几"
    ),
    Degree.NEVER: (
        "毫不 绝不 决不 一点不 一点也不 一点都不 一点儿也不 一点儿都不 1点也不 1点都不 半点不 半点都不 半点也不 "
        "丝毫不 丝毫也不 丝毫都不 "
        "根本不 根本就不 压根不 压根就不 完全不 绝对不 全然不"
    ),
    Degree.UTTERLY: "根本 根本就 压根 压根就 丝毫 一点也 一点都 一点儿也 一点儿都 半点也 半点都",
    Degree.VERY: (
        "非常之 非常地 非常的 非常 很是 很 十分的 十分地 十分 特别的 特别地 特别 极其 极度 极为 极 太 超级 超 "
        "相当的 相当 最 完全 绝对 无比 "
        "格外 强烈 极端 严重 万分 百分百 百分之百 100% 异常 尤为 贼 巨 忒 太过 太过于 简直太 贼拉 嘎嘎 倍儿 交关 "
        "非长 非长的 飞常 灰常 菲常 非常常 特 老 very super so"
    ),
    Degree.FAIRLY: "基本上 基本 大体上 大体 大致 大致上 勉强算 勉强 还算 差不多 基本还算",
    Degree.RATHER: (
        "比较的 比较 较 较为 挺 蛮 算是 算 还是 还 真的 真心 真是 真 确实 的确 实在 实在是 都 均 也 全都 全部 "
        "总体 整体 总的 就是 是 感到 觉得 "
        "表示 感觉 我"
    ),
    Degree.SLIGHTLY: "有点儿 有点 有些 略微 略有 略 稍微 稍 多少有点 一点 一些",
    Degree.UNCLEAR: (
        "不是 并不是 并非 没有 并没有 没 未 未必 无 不能 不会 不可能 不见得 难 不曾 从未 从不 "
        "满不 莫 勿 别 好不 不尽 不令人 不让人 不使人 不再 不一定 不得 不得不 不能不 没什么 没啥 没什么太 "
        "没有什么 没有任何 没有一点 哪里 哪 非 否 "
        "毫无 何来 不要 不想 不愿 不配 不值得 不知道 不见 不敢 不如"
    ),
}
# 满意 is firm: a judgement of the whole. The others may only praise or blame a part.
FIRM = frozenset({"满意", "不满", "satisfied", "dissatisfied", "unsatisfied"})

# Good without saying how much is missing when they are negated: 不良好.
NEVER_NEGATED = frozenset({"不错", "良好"})

# Side, and stars when no degree is written; None: a side, but no label of its own.
CHINESE_CORES: dict[str, tuple[Core, int | None]] = {
    "满意": (Core.GOOD, 4),
    "好": (Core.GOOD, 4),
    "不错": (Core.GOOD, 4),
    "良好": (Core.GOOD, 4),
    "棒": (Core.GOOD, None),
    "赞": (Core.GOOD, None),
    "给力": (Core.GOOD, None),
    "优秀": (Core.GOOD, None),
    "到位": (Core.GOOD, None),
    "一般": (Core.MIDDLING, 3),
    "一般般": (Core.MIDDLING, 3),
    "还行": (Core.MIDDLING, 3),
    "还可以": (Core.MIDDLING, 3),
    "还好": (Core.MIDDLING, 3),
    "凑合": (Core.MIDDLING, 3),
    "马马虎虎": (Core.MIDDLING, 3),
    "将就": (Core.MIDDLING, 3),
    "说得过去": (Core.MIDDLING, 3),
    "过得去": (Core.MIDDLING, 3),
    "中规中矩": (Core.MIDDLING, 3),
    "中等": (Core.MIDDLING, 3),
    "勉强可以": (Core.MIDDLING, 3),
    "尚可": (Core.MIDDLING, 3),
    "中评": (Core.MIDDLING, 3),
    "还成": (Core.MIDDLING, 3),
    "普普通通": (Core.MIDDLING, 3),
    "不满": (Core.BAD, 2),
    "差": (Core.BAD, 2),
    "差劲": (Core.BAD, 2),
    "糟糕": (Core.BAD, None),
    "糟": (Core.BAD, None),
    "烂": (Core.BAD, None),
    "坏": (Core.BAD, None),
    "恶劣": (Core.BAD, None),
    "垃圾": (Core.BAD, None),
}
# Fixed phrases that no degree explains.
CHINESE_PHRASES: dict[str, int] = {
    "不怎么样": 2,
    "不咋样": 2,
    "不咋地": 2,
    "不咋的": 2,
    "不行": 2,
    "太不行": 1,
    "很不行": 1,
    "差到极点": 1,
    "好到极点": 5,
    "不理想": 2,
    "不太理想": 2,
    "欠佳": 2,
    "不太行": 2,
    "不好不坏": 3,
    "不好也不坏": 3,
}

# 满意度 alone is only what we ask for; how high it is answers.
_HOW_HIGH = {
    ("高", 5): "很|非常|特别|极|极其|十分|超|最|相当|真|真的很",
    ("高", 4): "|较|比较|挺|还挺|蛮|还是比较|还是挺",
    ("高", 2): "不|不太|不是很|不够|不怎么|并不|不是太|没那么|不算",
    ("低", 1): "很|非常|极|极其|特别|太|十分|超|相当",
    ("低", 2): "|较|比较|偏|有点|有些|挺",
    ("一般", 3): "|很|比较|就",
    ("中等", 3): "",
}
SATISFACTION = {
    f"满意度{degree}{how}": stars for (how, stars), degrees in _HOW_HIGH.items() for degree in degrees.split("|")
}
CHINESE_PHRASES |= SATISFACTION

ENGLISH_DEGREES: dict[Degree, str] = {
    Degree.NOT: "not|isn't|wasn't|aren't|am not|i'm not|im not|isnt|wasnt",
    Degree.HARDLY: (
        "not very|not really|not so|not that|not too|not quite|not entirely|not completely|not fully|not totally|"
        "not particularly|wasn't very|isn't very|hardly"
    ),
    Degree.NEVER: "absolutely not|definitely not|not at all|not in the least|not one bit",
    Degree.VERY: (
        "very|really|extremely|completely|totally|fully|absolutely|highly|entirely|incredibly|most|super|so|too|"
        "100% satisfied and|100%"
    ),
    Degree.FAIRLY: "fairly|basically|moderately|reasonably|partly",
    Degree.RATHER: "quite|pretty|rather|generally|overall|just|simply",
    Degree.SLIGHTLY: "a bit|a little|slightly|somewhat",
    Degree.UNCLEAR: "never|less than|far from|anything but|no|nor|cannot be|can't be|never been|nothing|more|less|only",
}
ENGLISH_CORES: dict[str, tuple[Core, int | None]] = {
    "satisfied": (Core.GOOD, 4),
    "satisfactory": (Core.GOOD, 4),
    "good": (Core.GOOD, 4),
    "happy": (Core.GOOD, 4),
    "pleased": (Core.GOOD, 4),
    "excellent": (Core.GOOD, 5),
    "perfect": (Core.GOOD, 5),
    "outstanding": (Core.GOOD, 5),
    "amazing": (Core.GOOD, 5),
    "awesome": (Core.GOOD, 5),
    "wonderful": (Core.GOOD, 5),
    "fantastic": (Core.GOOD, 5),
    "average": (Core.MIDDLING, 3),
    "neutral": (Core.MIDDLING, 3),
    "fair": (Core.MIDDLING, 3),
    "so-so": (Core.MIDDLING, 3),
    "so so": (Core.MIDDLING, 3),
    "acceptable": (Core.MIDDLING, 3),
    "dissatisfied": (Core.BAD, 2),
    "unsatisfied": (Core.BAD, 2),
    "unsatisfactory": (Core.BAD, 2),
    "unhappy": (Core.BAD, 2),
    "bad": (Core.BAD, 2),
    "poor": (Core.BAD, 2),
    "worst": (Core.BAD, 1),
    "terrible": (Core.BAD, 1),
    "awful": (Core.BAD, 1),
    "horrible": (Core.BAD, 1),
}

# Words that take a side without naming a star, for the test whether a score and its words agree.
PRAISE = (
    "好评|点赞|表扬|优秀|热情|耐心|周到|棒|给力|专业|高效|完美|贴心|很快|真快|迅速|满意|不错|很好|非常好|太好|挺好|"
    "great|excellent|wonderful|amazing|perfect|helpful|friendly|fantastic|i love|loved|satisfied|good job|well done"
)
# Not 太慢 or 等了三天: what happened is no judgement, and a bare digit beside it follows its scale.
BLAME = (
    "恶劣|垃圾|气愤|气死|愤怒|生气|投诉|差评|失望|骗|推诿|推脱|推来推去|刁难|踢皮球|不负责|不作为|不耐烦|不理人|"
    "敷衍|冷漠|粗暴|混蛋|王八|傻逼|"
    "傻叉|坑人|坑爹|黑心|腐败|没用|差劲|太烂|真烂|糟糕|太差|很差|恶心|滚|妈的|他妈|无语|不满|不行|"
    "什么态度|什么玩意|什么东西|什么服务|骂人|骂我|乱收费|收黑钱|上访|信访|举报|曝光|不要脸|无耻|丢人|吃拿卡要|"
    "worst|rude |terrible|awful|horrible|useless|complain|disgust|dissatisfied|unhelpful|disappoint"
)
