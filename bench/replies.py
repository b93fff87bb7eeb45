"""How fast replies are read, as ratios measured in one run: to a plain pass over the same strings, and of 1600 to 800.

Run: python -m bench.replies. Ratios compare across machines; replies a second on one core do not, and come along.
"""

import json
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from hotline.rules.replies import parse
from hotline.rules.scale import Scale

_TABLES = Path(__file__).parent.parent / "tests" / "rules"
# Of a hundred citizens: bare digits, labels, a digit with a few words, a sentence.
_DAY = [
    *(["5"] * 60 + ["4"] * 8 + ["1"] * 4 + ["非常满意"] * 8 + ["满意"] * 4 + ["T"] * 2),
    *("5，谢谢小王", "2 排队两个小时", "4，材料要跑2次", "1 没人接电话", "打错了，是4", "5分", "五星好评"),
    *("我对这次服务非常满意", "工作人员态度很好，办事效率高", "等了3个小时还没办好", "3号窗口非常不满意"),
    *("什么意思？", "好的", "谢谢"),
]
_HOSTILE = (
    "5",
    "满意",
    "不",
    "没有不",
    "5 ",
    "★ ",
    "打错了",
    "不是5是",
    "一",
    "很",
    "a ",
    "'",
    "等了",
    "sorry ",
    "ignore ",
)
_ROUNDS = 5


def best(work: Callable[[], object]) -> float:
    """Seconds of this process in the quickest of a few rounds: the others measured the machine's other work."""
    times = []
    for _ in range(_ROUNDS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def read_all(texts: Iterable[str]) -> None:
    for text in texts:
        parse(text, Scale.STAR_5_BEST)


def plain_pass(texts: Iterable[str]) -> None:
    """The least that any reading does: fold the case, strip the ends, look the text up."""
    known = {"5": 5}
    for text in texts:
        known.get(text.lower().strip())


def compare(name: str, texts: list[str], times: int) -> None:
    texts *= times
    reading, passing = best(partial(read_all, texts)), best(partial(plain_pass, texts))
    print(f"{name}: {len(texts) / reading:,.0f} replies/s on one core; {reading / passing:.1f} plain passes each")


def main() -> None:
    compare("a day's replies", list(_DAY), 50)
    for name in sorted(path.name for path in _TABLES.glob("replies*.jsonl")):
        rows = (_TABLES / name).read_text("utf-8").split("\n")
        compare(f"the test table {name}", [json.loads(row)["text"] for row in rows if row], 3)
    for piece in _HOSTILE:
        half, whole = ([f"{(piece * size)[: size - 1]}般"] * 20 for size in (800, 1600))
        ratio = best(partial(read_all, whole)) / best(partial(read_all, half))
        print(f"1600 characters of {piece!r} take {ratio:.2f} times as long as 800")


if __name__ == "__main__":
    main()
