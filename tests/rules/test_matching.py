"""Which service a text names: the one whose code it begins with, or none – never a guess."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.rules.matching import (
    SHORTEST_CODE,
    Coded,
    by_first_part,
    by_name,
    code_of,
    hinted,
    named,
    named_by_item,
    shortened,
    words_beside,
)

A, B, C = Coded(1, "JL20261123-0012"), Coded(2, "0047"), Coded(3, "A7F3")


def said(text: str, candidates: Sequence[Coded] = (A, B, C)) -> list[tuple[int, str]]:
    """Which are named, and what is said beside each."""
    return [(one.id, words_beside(text, one.start, one.end).strip()) for one in named(text, candidates)]


@pytest.mark.parametrize(
    ("text", "meant", "rest"),
    [
        ("0012 5", A, "5"),
        ("0047 2 排队太久", B, "2 排队太久"),
        ("尾号0047，5", B, "5"),
        ("尾号 0012：非常满意", A, "非常满意"),
        ("  0012-5", A, "5"),
        ("a7f3 4", C, "4"),
        ("0012", A, ""),
        ("5 0012", A, "5"),
        ("（办件尾号0047）4", B, "4"),
        ("满意，尾号0012", A, "满意"),
        ("００４７ 5", B, "5"),
        ("JL0012 5", A, "5"),
        ("JL20261123-0012 4", A, "4"),
        ("no. 0012: 5", A, "5"),
        ("我要投诉0012", A, "我要投诉"),
        ("0012那个不满意", A, "不满意"),
    ],
)
def test_a_code_names_its_service_wherever_it_stands(text: str, meant: Coded, rest: str) -> None:
    assert said(text) == [(meant.id, rest)]


@pytest.mark.parametrize(
    "text",
    [
        *("5", "", "00125", "10012 5", "0012A 5", "0048 5", "XY0012 5", "JL20261122-0012 4"),
        *("138 0012 3456", "0431-0012", "我0012年办的", "3.0012", "138****0012", "花了0047元"),
    ],
)
def test_anything_else_names_none(text: str) -> None:
    assert said(text) == []


def test_two_codes_or_a_code_that_two_share_name_both() -> None:
    assert [one for one, _ in said("0012和0047都是5")] == [1, 2]
    assert [one for one, _ in said("0012 5", [A, Coded(9, "0012"), B])] == [1, 9]
    assert said("0047 5", [A, Coded(9, "0012"), B]) == [(B.id, "5")]


def test_numbers_that_end_alike_are_told_apart_by_a_longer_code() -> None:
    both = one, other = Coded(1, "22020220261121A0042"), Coded(2, "22020220261121B0042")
    assert [code_of(each, both) for each in both] == ["A0042", "B0042"]
    assert len(said("0042 5", both)) == 2
    assert said("b0042 5", both) == [(other.id, "5")]
    assert said("22020220261121A0042 4", both) == [(one.id, "4")]


def test_services_of_one_number_are_told_apart_by_their_count() -> None:
    both = first, second = Coded(1, "20260042", 1), Coded(2, "20260042", 2)
    assert [code_of(each, both) for each in both] == ["0042-1", "0042-2"]
    assert len(said("0042 5", both)) == 2
    assert said("0042-2 5", both) == [(second.id, "5")]
    assert said("0042-1，很满意", both) == [(first.id, "很满意")]
    assert len(said("0042-12 5", both)) == 2
    assert said("0042-5", [first]) == [(first.id, "5")], "alone, what follows the dash is the rating"


@given(st.lists(st.text("0123456789AB-", min_size=1, max_size=9), min_size=2, max_size=5, unique_by=str.lower))
def test_a_code_that_was_shown_names_its_service_and_no_other(numbers: list[str]) -> None:
    services = [Coded(at, number) for at, number in enumerate(numbers)]
    for one in services:
        code = code_of(one, services)
        found = said(f"{code} 5", services)
        if len(code) == len(one.number) or len(code) >= SHORTEST_CODE:
            assert len(found) != 1 or found[0][0] == one.id


@pytest.mark.parametrize("digit", ["1", "5"])
def test_a_code_of_one_digit_does_not_swallow_the_rating(digit: str) -> None:
    assert said(digit, [Coded(1, digit)]) == []


@given(st.text(), st.text(max_size=4))
def test_whatever_a_code_holds_it_is_letters_and_not_a_pattern(text: str, code: str) -> None:
    """Codes come from other systems."""
    assert all(0 <= one.start <= one.end <= len(text) for one in named(text, [Coded(1, code)]))


@given(st.sampled_from([A, B, C]), st.text("12345满意 ，。", max_size=10))
def test_the_code_and_a_space_always_name_it(meant: Coded, rest: str) -> None:
    assert [one for one, _ in said(f"{meant.number} {rest}")] == [meant.id]


NAMES = ["社会保障卡申领", "社会保障卡挂失", "食品经营许可证核发", "Business licence"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("社会保障卡申领", (0, "")),
        ("社会保障卡申领 5", (0, "5")),
        ("“社会保障卡挂失”，不满意", (1, "不满意")),
        ("挂失", (1, "")),
        ("挂失那个吧", (1, "")),
        ("是食品经营许可证的", (2, "")),
        ("食品经营，3", (2, "3")),
        ("business licence", (3, "")),
        ("社会保障卡", None),  # two of them
        ("卡", None),
        ("证", None),
        ("我要食品经营许可证", None),
        ("5", None),
        ("", None),
        ("房产过户", None),
        ("那个", None),
    ],
)
def test_a_service_is_named_by_its_name_or_a_part_that_only_it_has(text: str, found: tuple[int, str] | None) -> None:
    assert by_name(text, NAMES) == found


ITEMS = [(1, "不动产转移登记"), (2, "普通护照换发"), (3, "社会保障卡申领"), (4, "社会保障卡挂失")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("不动产转移登记不满意", [(1, "不满意")]),
        ("不满意，不动产那个", [(1, "不满意")]),
        ("社会保障卡申领 5", [(3, "5")]),
        ("社会保障卡 5", []),  # of two
        ("护照 5", []),  # too short, anywhere
        ("不动产和普通护照都好", [(1, "和普通护照都好"), (2, "不动产和 都好")]),
        ("很满意", []),
    ],
)
def test_an_item_is_named_anywhere_by_what_only_its_name_has(text: str, found: list[tuple[int, str]]) -> None:
    assert [(one.id, words_beside(text, one.start, one.end).strip()) for one in named_by_item(text, ITEMS)] == found


@pytest.mark.parametrize(
    ("text", "hints", "first"),
    [
        ("护照1", [(2, "护照")], (2, "1")),
        ("护照非常满意", [(2, "护照")], (2, "非常满意")),
        ("护照的那个5分", [(2, "护照的那个")], (2, "5分")),
        ("我评价的是护照 5", [(2, "护照")], (2, "5")),
        ("不动产很好，办护照的很差", [(1, "不动产"), (2, "护照的")], (1, "很好，办护照的很差")),
        ("社会保障卡 5", [], None),  # of two
        ("挂失5", [(4, "挂失")], (4, "5")),
        ("普通", [], None),  # a level, and no 普通护照
        ("登记5", [], None),  # said of any service
        ("很满意", [], None),
        ("", [], None),
    ],
)
def test_two_characters_that_only_one_name_has_hint_at_it_and_name_it_before_all_else(
    text: str, hints: list[tuple[int, str]], first: tuple[int, str] | None
) -> None:
    assert [(one.id, text[one.start : one.end].strip(" ")) for one in hinted(text, ITEMS)] == hints
    found = by_first_part(text, ITEMS)
    assert (found and (found.id, text[found.end :])) == first


@given(st.text(max_size=30), st.lists(st.text(max_size=10), max_size=4))
@settings(max_examples=100)
def test_hints_are_places_of_the_text(text: str, names: list[str]) -> None:
    items = list(enumerate(names))
    found = [*hinted(text, items), *filter(None, [by_first_part(text, items)])]
    assert all(0 <= one.start < one.end <= len(text) and one.id in range(len(names)) for one in found)


def test_services_of_one_name_are_not_told_apart_by_it() -> None:
    assert by_name("挂失", ["挂失", "挂失"]) is None
    assert by_name("", ["", ""]) is None


@given(st.text(max_size=30), st.lists(st.text(max_size=10), max_size=4))
@settings(max_examples=100)
def test_any_text_and_any_names_are_taken(text: str, names: list[str]) -> None:
    found = by_name(text, names)
    assert found is None or (found[0] in range(len(names)) and found[1] in text)


@pytest.mark.parametrize(
    ("name", "language", "short"),
    [("社会保障卡申领", "zh-CN", "社会保障…"), ("社保卡", "en", "社保卡"), ("Food licence", "en", "Food...")],
)
def test_a_long_name_is_shortened_without_a_dearer_alphabet(name: str, language: str, short: str) -> None:
    assert shortened(name, 4 if len(name) > 4 else 9, language) == short
