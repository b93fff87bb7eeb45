"""One way to write everything: digits, letters, signs and characters folded one to one, so that places stay the same.

Sources: Unicode's numeric values; GB/T 15835-2011 for numbers in Chinese (壹 to 玖 are the financial ones).
"""

import re
import unicodedata
from functools import lru_cache

# Written only to look invisible or to turn the direction; a keycap 5️⃣ is a 5 inside U+20E3.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\u20e3\ufeff]"
)

# Where other scripts keep their digits and letters their styles; looking through all of Unicode would slow every start.
_BLOCKS = (
    *((0x80, 0x3400), (0xA620, 0xAC00), (0xFE30, 0xFFF0), (0x104A0, 0x104B0), (0x10D30, 0x10D40), (0x11000, 0x12000)),
    *((0x16A00, 0x16C00), (0x1D400, 0x1D800), (0x1E100, 0x1EA00), (0x1F100, 0x1F200), (0x1FBF0, 0x1FC00)),
)

# Pictures say nothing that may be counted on, and are read as a space, but for those that take back what is said.
_PICTURES = ((0x2300, 0x2400), (0x25A0, 0x27C0), (0x2B00, 0x2C00), (0x1F000, 0x1FB00))
_TELLING = frozenset("★☆🙃🙄🖕💩")

_TRADITIONAL = (
    "滿較極為爲應該給選擇評價請過錯誤發實氣煩個幾對說話復覆複訂閱銷幫麼嗎樣務態時間鐘兩無從來沒們這還謝總"
    "體會號碼開關門頭點讚贊爛壞優熱專業處長遲動辦場電聯係繫問題顯認識誰單據訊驗證騷擾壓絲決絕難讓覺淺愛見"
    "歲週樓層條項張萬億麗麥當將湊馬後臺頂腦網絡經歷線級組結續繼斷記訴責敗騙罵興憤養輕鬆現觀與兒裡裏別刪換"
    "確糾傳貨費員夠盡雖稱儘議離討厭強報導錢塊廢諷錘謂願質賴範歡筆產獎舉標準儀圖書買賣車遠練約義亂簡雜諾豐"
    "團區鎮縣縮鳴聲聽撥轉戶棄錄連數輸鍵擊隨語漢國華顆詐隊預審屬違規視護樂紅銀啟嚴談適勁廳異嘗稅積殺納鬧"
)
_SIMPLIFIED = (
    "满较极为为应该给选择评价请过错误发实气烦个几对说话复复复订阅销帮么吗样务态时间钟两无从来没们这还谢总"
    "体会号码开关门头点赞赞烂坏优热专业处长迟动办场电联系系问题显认识谁单据讯验证骚扰压丝决绝难让觉浅爱见"
    "岁周楼层条项张万亿丽麦当将凑马后台顶脑网络经历线级组结续继断记诉责败骗骂兴愤养轻松现观与儿里里别删换"
    "确纠传货费员够尽虽称尽议离讨厌强报导钱块废讽锤谓愿质赖范欢笔产奖举标准仪图书买卖车远练约义乱简杂诺丰"
    "团区镇县缩鸣声听拨转户弃录连数输键击随语汉国华颗诈队预审属违规视护乐红银启严谈适劲厅异尝税积杀纳闹"
)
# Written in one of the two only; the other of a pair may be a word of its own in both (后, 里, 范), or is widely used.
_IN_BOTH = frozenset("后里系准范几台松别万户强覆愤兴")
SIMPLIFIED_ONLY = frozenset(_SIMPLIFIED) - frozenset(_TRADITIONAL) - _IN_BOTH
TRADITIONAL_ONLY = frozenset(_TRADITIONAL) - frozenset(_SIMPLIFIED) - _IN_BOTH
_FINANCIAL = dict(
    zip("壹弌贰貳弍弐叁參叄弎肆伍陆陸柒捌玖拾佰仟〇俩倆", "一一二二二二三三三三四五六六七八九十百千零两两", strict=True)
)
_STARS = dict.fromkeys("⭐🌟✩✪✫✬✭✮✯✰⚝⭑", "★") | dict.fromkeys("⭒", "☆")
_SIGNS = {
    "唔": "不",
    "İ": "i",
    "～": "~",
    "〜": "~",
    "–": "—",
    "－": "-",
    "−": "-",
    "﹖": "?",
    "¿": "?",
    "‘": "'",
    "’": "'",
}


def _folds() -> dict[int, str | int]:
    folds: dict[int, str | int] = {}
    for first, last in _BLOCKS:
        for code in range(first, last):
            if (folded := _fold_one(chr(code))) is not None:
                folds[code] = folded
    for first, last in _PICTURES:
        for code in range(first, last):
            if (
                code not in folds
                and chr(code) not in _TELLING
                and unicodedata.category(chr(code)) in {"So", "Sk", "Cn"}
            ):
                folds[code] = " "
    written = dict(zip(_TRADITIONAL, _SIMPLIFIED, strict=True)) | _FINANCIAL | _STARS | _SIGNS
    folds |= {ord(character): folded for character, folded in written.items()}
    for code in range(0x4E00, 0xA000):
        folds.setdefault(code, code)  # a miss is slower than a hit, and most characters stay as they are
    folds |= dict.fromkeys(map(ord, "\u200c\u200d\ufe0e\ufe0f\t\r\u2028\u2029"), " ")
    return folds


def _fold_one(character: str) -> str | None:
    """A digit, an ASCII letter or sign, or a space in another dress; None for anything else."""
    number = unicodedata.numeric(character, None)
    if number is not None:
        # ½, ⑩ and their like are numbers, but no rating: 0 is the digit that is never one.
        return str(int(number)) if number in range(10) else "0"
    if character.isspace():
        return " "
    plain = unicodedata.normalize("NFKC", character)
    return plain if len(plain) == 1 and plain.isascii() else None


_FOLDS = _folds()
_LATIN = re.compile("[a-z][a-z]")
# A clause turned round; a space goes on only behind a Latin word.
_CLAUSE_BACK = re.compile(r"[^ ,，.。!?;、\n]*+(?: (?=[a-z0-9'])[^ ,，.。!?;、\n]*+)*+")
_LOOK_BACK = 40


def visible(text: str) -> str:
    """The text without characters that show nothing."""
    shows_all = text.isprintable() and "\u20e3" not in text
    return text if shows_all else _INVISIBLE.sub("", text)


def fold(text: str) -> str:
    """`text` in one way of writing, as long as before: ASCII digits, lower case, simplified characters, ★ for stars."""
    return text.translate(_FOLDS).lower()


@lru_cache(maxsize=4)
def has_latin(text: str) -> bool:
    """Does the folded text hold Latin letters, so that looking for English words is worth while?"""
    return _LATIN.search(text) is not None


def clause_start(text: str, at: int) -> int:
    """Where the clause of the folded text that holds `at` begins; looks back over 40 characters at most."""
    back = _CLAUSE_BACK.match(text[max(0, at - _LOOK_BACK) : at][::-1])
    return at - (back.end() if back else 0)


def either(words: str) -> str:
    """A pattern for any of the words between bars in `words`, the longest first: 评价 before 评.

    Written as a tree by first letters: `re` then looks at each place of a text once, not once for every word.
    """
    return _branch(words.split("|"))


def _branch(words: list[str]) -> str:
    tails: dict[str, list[str]] = {}
    for word in words:
        if word:
            tails.setdefault(word[0], []).append(word[1:])
    if not tails:
        return ""
    branch = "|".join(re.escape(first) + _branch(rest) for first, rest in tails.items())
    return f"(?:{branch})?" if "" in words else f"(?:{branch})"


def run_of(words: str, *patterns: str) -> str:
    """A pattern for any number of those words in a row. It never gives one back, so it costs one look at the text."""
    return f"(?:{'|'.join([either(words), *patterns])})*+"


def backwards(words: str) -> str:
    """`either` of the words written from their end, for matching a text turned round from where a number begins."""
    return either("|".join(word[::-1] for word in words.split("|")))
