"""A negation cut off from its label, behind it or drawn as a cross: every negation, degree and cut, and never good."""

from itertools import cycle, product

import pytest

from hotline.rules.replies import parse
from hotline.rules.scale import Scale

_NEGATORS = [
    "不",
    "並不",
    "很不",
    "非常不",
    "一点都不",
    "一點也不",
    "不是",
    "并不是",
    "没",
    "没有",
    "無",
    "未",
    "难以",
    "谈不上",
    "稱不上",
    "不能",
    "不会",
    "毫不",
    "根本不",
    "從不",
    "不再",
    "莫",
    "勿",
    "冇",
    "没能",
    "不敢",
    "对办事大厅的服务不",
]
_DEGREES = ["", *["太", "很", "非常", "是很", "那么", "怎么", "十分", "特别", "大", "够", "是"]]
_CUTS = [
    *("\n", " ", "  ", "\n\n", " - ", "\u3000", "\t", " \n ", "\n" * 60),
    *["，", ",", "。", "、", "；", "……", "—", "——", "-", "（", "(", "[", "【", "“", "：", "/", "！", "~", "*", "·"],
]
_LABELS = ["满意", "很满意", "非常满意", "滿意", "好", "很好", "不错"]
_ENGLISH_NEGATORS = [
    "not",
    "never",
    "isn't",
    "wasn't",
    "no",
    "hardly",
    "cannot be",
    "dis",
    "un",
    "non",
    "less than",
    "far from",
    "anything but",
    "not at all",
    "definitely not",
    "neither",
    "i'm not",
    "not even",
    "nowhere near",
    "ɴᴏᴛ",
]
_ENGLISH_DEGREES = [
    "",
    *["", " very", " really", " so", " that", " all that", " too", " at all", " exactly", " completely"],
]
_ENGLISH_CUTS = [
    *("\n", "  ", "\n\n", "   ", "\u00a0\u00a0"),
    *[",", ".", " - ", "-", " ... ", "; ", ": ", " (", "[", " — ", "/", "!"],
]
_ENGLISH_LABELS = ["satisfied", "very satisfied", "good", "happy", "excellent", "满意"]
_CROSSES = "❌🚫✖⛔🙅×✗✘👎❎✕"


def _good(texts: list[str]) -> list[str]:
    """Those of the texts that are read as 4 or 5 stars."""
    return [text for text in texts if (parse(text, Scale.STAR_5_BEST).stars or 0) >= 4]


@pytest.mark.parametrize(
    ("negators", "degrees", "cuts", "labels"),
    [
        (_NEGATORS, _DEGREES, _CUTS, _LABELS),
        (_ENGLISH_NEGATORS, _ENGLISH_DEGREES, _ENGLISH_CUTS, _ENGLISH_LABELS),
    ],
    ids=["chinese", "english"],
)
def test_a_negation_cut_off_from_its_label_is_never_good(
    negators: list[str], degrees: list[str], cuts: list[str], labels: list[str]
) -> None:
    every = product(negators, degrees, cuts)
    assert _good(["".join(parts) + label for parts, label in zip(every, cycle(labels))]) == []


def test_a_denial_behind_a_label_is_never_good() -> None:
    denials = ["不", "不是", "没有", "不太", "no", "not really"]
    assert _good(list(map("".join, product(_LABELS, _CUTS, denials)))) == []


def test_a_cross_beside_a_label_is_never_good() -> None:
    frames = ["{cross}{label}", "{label}{cross}", "{cross} {label}", "{label} {cross}", "{label}[{cross}]"]
    crossed = product(frames, _CROSSES, _LABELS + _ENGLISH_LABELS)
    assert _good([frame.format(cross=cross, label=label) for frame, cross, label in crossed]) == []


@pytest.mark.parametrize("scale", Scale)
def test_what_only_sounds_like_a_denial_leaves_the_label_alone(scale: Scale) -> None:
    before = [
        "问题不大",
        "人不多",
        "没什么问题",
        "没等多久",
        "还不错",
        "没说的",
        "差不多",
        "没错",
        "不用排队",
        "特别",
        "不管怎样",
        "不愧是",
        "没了",
        "无比",
    ]
    behind = ["不多说", "没得说", "没有意见", "暂时没有", "别的没有", "无意见", "不错"]
    texts = [f"{words}，满意" for words in before] + [f"满意，{words}" for words in behind]
    assert {text: parse(text, scale).stars for text in texts} == dict.fromkeys(texts, 4)
