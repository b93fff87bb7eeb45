"""Which service a text names: the one whose code it begins with, or none – never a guess."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.rules.matching import SHORTEST_CODE, Coded, Named, by_name, code_of, named, shortened

A, B, C = Coded(1, "0012"), Coded(2, "0047"), Coded(3, "A7F3")


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
    ],
)
def test_a_code_at_the_beginning_names_its_service(text: str, meant: Coded, rest: str) -> None:
    assert named(text, [A, B, C]) == Named(meant.id, rest)


@pytest.mark.parametrize("text", ["5", "", "00125", "5 0012", "10012 5", "0012A 5", "0048 5", "我要投诉0012"])
def test_anything_else_names_none(text: str) -> None:
    assert named(text, [A, B, C]) is None


def test_a_code_that_two_share_names_neither() -> None:
    assert named("0012 5", [A, Coded(9, "0012"), B]) is None
    assert named("0047 5", [A, Coded(9, "0012"), B]) == Named(B.id, "5")


def test_numbers_that_end_alike_are_told_apart_by_a_longer_code() -> None:
    one, other = Coded(1, "22020220261121A0042"), Coded(2, "22020220261121B0042")
    assert [code_of(each, [one, other]) for each in (one, other)] == ["A0042", "B0042"]
    assert named("0042 5", [one, other]) is None
    assert named("b0042 5", [one, other]) == Named(other.id, "5")
    assert named("22020220261121A0042 4", [one, other]) == Named(one.id, "4")


def test_services_of_one_number_are_told_apart_by_their_count() -> None:
    first, second = Coded(1, "20260042", 1), Coded(2, "20260042", 2)
    assert [code_of(each, [first, second]) for each in (first, second)] == ["0042-1", "0042-2"]
    assert named("0042 5", [first, second]) is None
    assert named("0042-2 5", [first, second]) == Named(second.id, "5")
    assert named("0042-1，很满意", [first, second]) == Named(first.id, "很满意")
    assert named("0042-12 5", [first, second]) is None
    assert named("0042-5", [first]) == Named(first.id, "5"), "alone, what follows the dash is the rating"


@given(st.lists(st.text("0123456789AB-", min_size=1, max_size=9), min_size=2, max_size=5, unique_by=str.lower))
def test_a_code_that_was_shown_names_its_service_and_no_other(numbers: list[str]) -> None:
    services = [Coded(at, number) for at, number in enumerate(numbers)]
    for one in services:
        code = code_of(one, services)
        found = named(f"{code} 5", services)
        if len(code) == len(one.number) or len(code) >= SHORTEST_CODE:
            assert found is None or found.id == one.id


@pytest.mark.parametrize("digit", ["1", "5"])
def test_a_code_of_one_digit_does_not_swallow_the_rating(digit: str) -> None:
    assert named(digit, [Coded(1, digit)]) is None


@given(st.text(), st.text(max_size=4))
def test_whatever_a_code_holds_it_is_letters_and_not_a_pattern(text: str, code: str) -> None:
    """Codes come from other systems."""
    found = named(text, [Coded(1, code)])
    assert found is None or text.endswith(found.text)


@given(st.sampled_from([A, B, C]), st.text("12345满意 ，。", max_size=10))
def test_the_code_and_a_space_always_name_it(meant: Coded, rest: str) -> None:
    found = named(f"{meant.number} {rest}", [A, B, C])
    assert found is not None
    assert found.id == meant.id


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
