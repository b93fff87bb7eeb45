"""Which entry of our list does the citizen mean? Entries are numbered from 11; 1 to 5 stay scores."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.rules.reply_lists import Chosen, chosen

SECOND = (
    *(
        "12",
        "１２",
        "12号",
        "12 号",
        "选12",
        "我选12",
        "选择12。",
        "第12个",
        "第12项",
        "十二",
        "第十二个",
        "拾贰",
        "(12)",
        "（12）",
        "【12】",
    ),
    *(
        "⑫",
        "⑿",
        "⒓",
        "1️⃣2️⃣",
        "12。",
        "12！",
        " 12 ",
        "12吧",
        "12谢谢",
        "是12",
        "就是12号",
        "No.12",
        "no 12",
        "number 12",
        "#12",
        "编号12",
    ),
    *(
        "第二个",
        "第二件",
        "第2个",
        "第 2 件",
        "第二条",
        "第二项",
        "第贰个",
        "第二個",
        "第二个办件",
        "第二件事",
        "the second one",
        "Second",
        "2nd one",
    ),
    *("12，谢谢", "12 12", "\u200b12\u200f", "请评价12"),
)
WITH_REST = (
    ("12 5", "5"),
    ("12，5分", "5分"),
    ("12：5", "5"),
    ("12满意", "满意"),
    ("12号满意", "满意"),
    ("12非常满意，谢谢小王", "非常满意，谢谢小王"),
    ("12、不满意", "不满意"),
    ("12\n4", "4"),
    ("(12) 3", "3"),
    ("⑫5", "5"),
    ("十二 很不满意", "很不满意"),
    ("第二个5分", "5分"),
    ("第二个，一般", "一般"),
    ("第二个办件不满意", "不满意"),
    ("the second one, 5", "5"),
    ("12不是我办的", "不是我办的"),
    ("12 态度差，等了11天", "态度差，等了11天"),
    ("12 人员态度好", "人员态度好"),
    ("12 第一次去就办好了", "第一次去就办好了"),
)
NONE = (
    *("", " ", "1", "2", "5", "５", "五", "满意", "不知道", "都不是", "两个都是", "都行", "不是12", "除了12", "没有12"),
    *(
        "13",
        "10",
        "19",
        "112",
        "121",
        "1212",
        "12345",
        "20",
        "二十二",
        "十几",
        "〇",
        "0",
        "12%",
        "12.5",
        "12/5",
        "12-5",
        "12:30",
    ),
    *("11和12", "11 12", "12、11", "11或12", "12 13", "第一个和第二个", "12号、11号", "第二个11"),
    *(
        "12天了还没办好",
        "12 天了",
        "12个工作日",
        "12月5日",
        "12点",
        "12 点",
        "12元",
        "12次",
        "12号窗口",
        "12号下午去的",
        "12号去办的",
    ),
    *(
        "12岁",
        "12楼",
        "跑了12趟",
        "第二次",
        "第二次去才办好",
        "第二个窗口",
        "第2",
        "第九个",
        "12度",
        "12 days",
        "12pm",
        "12 hours",
    ),
    *("后面那件事", "后悔", "13812345678", "后", "前天", "中间那个"),
)


@pytest.mark.parametrize("text", SECOND)
def test_the_second_of_two_is_named(text: str) -> None:
    assert chosen(text, 2) == Chosen(1, "")


@pytest.mark.parametrize(("text", "rest"), WITH_REST)
def test_what_follows_the_number_is_kept_as_written(text: str, rest: str) -> None:
    assert chosen(text, 2) == Chosen(1, rest)


@pytest.mark.parametrize("text", NONE)
def test_what_names_no_entry_or_two_chooses_none(text: str) -> None:
    assert chosen(text, 2) is None


@pytest.mark.parametrize(
    ("text", "count", "index"),
    [
        *(
            ("前一个", 2, 0),
            ("前面那个", 2, 0),
            ("上面那个", 2, 0),
            ("后面那个", 2, 1),
            ("后一件", 2, 1),
            ("後面那個", 2, 1),
        ),
        *(("后者", 2, 1), ("the former", 2, 0), ("the latter", 2, 1), ("后面那个", 3, None), ("前一个", 3, None)),
        *(("最后一个", 3, 2), ("the last one", 4, 3), ("最上面那个", 3, 0), ("中间那个", 3, 1), ("中间那个", 4, None)),
        *(
            ("13", 3, 2),
            ("19", 9, 8),
            ("20", 10, 9),
            ("第三个", 2, None),
            ("第五件", 5, 4),
            ("12 14", 3, None),
            ("11", 1, 0),
        ),
    ],
)
def test_the_length_of_the_list_counts(text: str, count: int, index: int | None) -> None:
    assert chosen(text, count) == (None if index is None else Chosen(index, ""))


@settings(max_examples=100)
@given(
    number=st.integers(0, 130),
    count=st.integers(1, 9),
    before=st.sampled_from(["", "选", "（", "第"]),
    after=st.sampled_from(["", "号", "。", "）", " 5", "不满意"]),
)
def test_only_a_number_of_the_list_is_chosen(number: int, count: int, before: str, after: str) -> None:
    found = chosen(f"{before}{number}{after}", count)
    assert (found is not None) == (0 <= number - 11 < count)
    assert found is None or found.index == number - 11


@settings(max_examples=100)
@given(st.text(alphabet="12十二第号个 ,。满意天月选()️⃣⑫a", max_size=12), st.integers(1, 5))
def test_anything_is_read_without_error_and_stays_in_the_list(text: str, count: int) -> None:
    found = chosen(text, count)
    assert found is None or 0 <= found.index < count
