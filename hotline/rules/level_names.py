"""How a script names the levels, and its sentences in one way of writing, so that they can be looked at."""

import re

from hotline.rules.reply_text import fold

FACT = re.compile(r"\{([a-z]+)\}")

# Every way a script names a star. Longer names first: 非常不满意 holds 不满意, which holds 满意.
_SATISFIED: tuple[tuple[int, str], ...] = (
    (1, "(?:非常|很|十分|极其|极|特别)不满意|(?:very|extremely|completely) (?:dis|un)satisfied"),
    (2, "不太?满意|not (?:very )?satisfied|(?:dis|un)satisfied"),
    (3, "(?:基本上?|大体)满意|(?:fairly|basically) satisfied"),
    (5, "(?:非常|很|十分|特别)满意|(?:very|extremely|completely) satisfied"),
    (4, "(?:比较|较)?满意|satisfied"),
    (1, "(?:非常|很|极)差|very (?:poor|bad)"),
    (5, "(?:非常|很)好|very good|excellent"),
)
_PLAIN: tuple[tuple[int, str], ...] = (
    (3, "一般|average|neutral|fair"),
    (2, "(?:比较|较)?差|poor|bad"),
    (4, "好|good"),
)
_NAMES = _SATISFIED + _PLAIN
STARS_OF = {f"s{position}": stars for position, (stars, _) in enumerate(_NAMES)}
_LABEL_BEGINS, _LABEL_ENDS = "(?<![不没未无非a-z])(?<!not )", "(?![a-z度率])"
LABEL = re.compile(
    f"{_LABEL_BEGINS}(?:{'|'.join(f'(?P<s{i}>{names})' for i, (_, names) in enumerate(_NAMES))}){_LABEL_ENDS}"
)
A_LABEL = f"{_LABEL_BEGINS}(?:{'|'.join(names for _, names in _NAMES)}){_LABEL_ENDS}"
CLEAR_LABEL = f"{_LABEL_BEGINS}(?:{'|'.join(names for _, names in _SATISFIED)}){_LABEL_ENDS}"

# Facts stand as one character each while a sentence is read, and so does what has been read already.
NUMBER_FACT, LABEL_FACT, STARS_FACT, OTHER_FACT = "\ue000", "\ue001", "\ue002", "\ue003"
KEYS, RANGE, READ = "\n", "\ue004", "\ue005"  # a list of keys, 1 to 5, and anything else
_STANDS_FOR = {"label": LABEL_FACT, "stars": STARS_FACT} | dict.fromkeys(
    ("count", "number", "hours", "code", "case"), NUMBER_FACT
)
FACTS = f"{NUMBER_FACT}{LABEL_FACT}{STARS_FACT}{OTHER_FACT}"

# Traditional characters of our own sentences that citizens' replies hardly need.
_MORE_TRADITIONAL = str.maketrans(
    "順調顛遞鏡惡虛偽廳廣減須遲後隨鍵優愈終換歡盼導誘", "顺调颠递镜恶虚伪厅广减须迟后随键优越终换欢盼导诱"
)


def prepared(text: str) -> str:
    """The sentence in one way of writing; a keycap 5️⃣ is a 5, a fact one sign that no sentence can hold."""
    told = FACT.sub(lambda match: _STANDS_FOR.get(match.group(1), OTHER_FACT), re.sub("[\ufe0f\u20e3]", "", text))
    return plain(told)


def plain(text: str) -> str:
    """The text folded, with every character of our own sentences in its simplified form; as long as before."""
    return fold(text).translate(_MORE_TRADITIONAL)


def named_stars(text: str) -> int | None:
    """The stars whose name `text` is (非常满意 = 5); None if it is no name of them, or says more."""
    match = LABEL.fullmatch(fold(text))
    return STARS_OF[match.lastgroup or ""] if match else None
