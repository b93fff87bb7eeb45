"""Why was it bad? Numbers from 11 and names are codes; quantities, days and windows are not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.rules.reasons import REASONS, TABLE_VERSION, Reasons, read_reasons
from hotline.rules.segments import Encoding, count

CODES = {
    2: ("207", "208", "209", "210", "211", "212", "213", "214"),
    1: ("108", "109", "110", "111", "112", "113", "114", "115"),
}
ELEVEN_AND_THIRTEEN = (
    *(
        "11,13",
        "11 13",
        "1113",
        "11和13",
        "１１、１３",
        "11.13",
        "选11 13",
        "十一 十三",
        "十一、十三",
        "13 11",
        "13，11",
        "11;13",
        "11/13",
    ),
    *(
        "11、13。",
        "11跟13",
        "11,11,13",
        "⑪⑬",
        "⑪和⑬",
        "1️⃣1️⃣ 1️⃣3️⃣",
        "(11)(13)",
        "11项和13项",
        "11号和13号",
        "第11、13项",
        "11\n13",
        "原因：11，13",
    ),
    *("我选11和13", "11, 13", "十一十三", "11&13", "11 and 13", "11+13"),
)
NO_CODES = (
    *(
        "",
        "1",
        "2",
        "5",
        "3 4",
        "19",
        "20",
        "10",
        "19,20",
        "111",
        "12345",
        "11122",
        "111111",
        "态度不好",
        "没有了",
        "无",
        "不想说",
        "0",
    ),
    *(
        "等了11天",
        "等了 11 天",
        "11月15日",
        "11月",
        "11点",
        "11:30",
        "11点半",
        "11号窗口",
        "窗口11",
        "窗口 11",
        "11楼",
        "跑了12趟",
        "12次",
        "15块钱",
    ),
    *(
        "11个人",
        "2026年11月15日",
        "11.15去的没办成",
        "11-13",
        "11到13",
        "11,000元",
        "13812345678",
        "138 1112 1314",
        "工号 15",
        "11岁",
        "11路公交",
    ),
    *(
        "不是11",
        "没有态度生硬",
        "11号去的",
        "11窗口",
        "11%",
        "11.5",
        "等了11个小时",
        "11 days",
        "11am",
        "十一点",
        "十一放假没人",
        "二十一",
        "十几天",
    ),
)


@pytest.mark.parametrize("stars", [1, 2])
def test_the_tables_hold_the_national_codes_in_order_and_fit_a_text(stars: int) -> None:
    table = REASONS[stars]
    assert tuple(reason.code for reason in table) == CODES[stars]
    assert [reason.number for reason in table] == list(range(11, 19))
    assert all(len(short) <= 7 for reason in table for short in (reason.short, reason.short_hant))
    assert all(count(reason.short_en).encoding is Encoding.GSM7 for reason in table)
    assert len({name for reason in table for name in (reason.name, reason.short)}) >= 15
    assert TABLE_VERSION


@pytest.mark.parametrize("text", ELEVEN_AND_THIRTEEN)
def test_numbers_are_codes_however_they_are_parted(text: str) -> None:
    assert read_reasons(text, 2) == Reasons(("207", "209"), "")
    assert read_reasons(text, 1) == Reasons(("108", "110"), "")


@pytest.mark.parametrize("text", NO_CODES)
def test_quantities_days_windows_and_scores_are_no_codes(text: str) -> None:
    assert read_reasons(text, 2) is None


@pytest.mark.parametrize(
    ("text", "stars", "codes", "rest"),
    [
        ("18 小王骂人", 2, ("214",), "小王骂人"),
        ("11，等了12天", 2, ("207",), "等了12天"),
        ("18态度太差了", 1, ("115",), "态度太差了"),
        ("窗口没人，11", 2, ("207",), "窗口没人"),
        ("11,19", 2, ("207",), "19"),
        ("2 11", 2, ("207",), "2"),
        ("不是11，是13", 2, ("209",), "不是11"),
        ("态度生硬", 2, ("214",), ""),
        ("態度生硬", 2, ("214",), ""),
        ("服务态度生硬，窗口人员业务不熟练", 2, ("213", "214"), ""),
        ("窗口没给清单就让我回去", 2, ("208",), "窗口没给清单就让我回去"),
        ("18 态度生硬", 2, ("214",), ""),
        ("11没给样本", 2, ("207",), ""),
        ("Curt staff", 2, ("214",), ""),
        ("多头跑窗口和部门。跑了5趟", 1, ("113",), "跑了5趟"),
        ("态度差效率低", 1, ("115",), ""),
        ("态度差效率低", 2, None, ""),
        ("不是态度生硬，是11", 2, ("207",), "不是态度生硬"),
        ("11", 3, None, ""),
        ("11", 5, None, ""),
    ],
)
def test_names_and_free_words_are_told_apart(text: str, stars: int, codes: tuple[str, ...] | None, rest: str) -> None:
    assert read_reasons(text, stars) == (None if codes is None else Reasons(codes, rest))


@pytest.mark.parametrize("stars", [1, 2])
def test_every_name_is_read_back_as_its_own_code(stars: int) -> None:
    for reason in REASONS[stars]:
        for name in (reason.name, reason.short, reason.short_hant, reason.short_en, f"{reason.number} {reason.short}"):
            assert read_reasons(name, stars) == Reasons((reason.code,), ""), name


@settings(max_examples=100)
@given(
    st.lists(st.integers(11, 18), min_size=1, max_size=8),
    st.sampled_from([" ", ",", "，", "、", "和", " , ", "；"]),
    st.sampled_from([1, 2]),
)
def test_any_list_of_numbers_is_read_in_the_order_of_the_table(numbers: list[int], joint: str, stars: int) -> None:
    expected = tuple(CODES[stars][number - 11] for number in sorted(set(numbers)))
    assert read_reasons(joint.join(map(str, numbers)), stars) == Reasons(expected, "")


@settings(max_examples=100)
@given(st.text(alphabet="11358十一 ,。.和选第号天月态度生硬()⑪", max_size=14))
def test_anything_is_read_without_error(text: str) -> None:
    found = read_reasons(text, 2)
    assert found is None or set(found.codes) <= set(CODES[2])
