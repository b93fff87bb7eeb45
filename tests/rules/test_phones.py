"""Telephone numbers: read as people write them, told apart, and never shown whole."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.rules.phones import PhoneError, PhoneKind, any_phone, mask, mask_phones_in, read_phone


@pytest.mark.parametrize(
    ("text", "e164", "kind"),
    [
        ("13844328000", "+8613844328000", PhoneKind.MOBILE),
        ("138 4432 8000", "+8613844328000", PhoneKind.MOBILE),
        ("138-4432-8000", "+8613844328000", PhoneKind.MOBILE),
        ("+86 138 4432 8000", "+8613844328000", PhoneKind.MOBILE),
        ("008613844328000", "+8613844328000", PhoneKind.MOBILE),
        ("１３８４４３２８０００", "+8613844328000", PhoneKind.MOBILE),
        ("19844328000", "+8619844328000", PhoneKind.MOBILE),
        ("0432-64812345", "+8643264812345", PhoneKind.LANDLINE),
        ("(0432) 6481 2345", "+8643264812345", PhoneKind.LANDLINE),
        ("010-62345678", "+861062345678", PhoneKind.LANDLINE),
        ("+852 9123 4567", "+85291234567", PhoneKind.MOBILE),
        ("+1 212 555 2368", "+12125552368", PhoneKind.MOBILE),  # cannot be told apart: a text is tried first
    ],
)
def test_a_number_is_read_as_people_write_it(text: str, e164: str, kind: PhoneKind) -> None:
    phone = read_phone(text, "CN")
    assert (phone.e164, phone.kind) == (e164, kind)


@pytest.mark.parametrize(
    "text",
    [
        *("", "12345", "110", "95588", "1384432800", "138443280001", "00000000000", "无", "\0"),
        *("13844328000转8", "0432-64812345 ext. 5", "400-820-8820", "13844328000,15904320016"),
    ],
)
def test_what_can_be_neither_texted_nor_called_is_refused(text: str) -> None:
    with pytest.raises(PhoneError):
        read_phone(text, "CN")


@pytest.mark.parametrize(
    ("e164", "shown"),
    [
        ("+8613844328000", "138****8000"),
        ("+8643264812345", "0432****2345"),
        ("+861062345678", "0106****5678"),
        ("+85291234567", "+852 9****4567"),
        ("+12125552368", "+1 212****2368"),
        ("anonymous", "****"),
        ("", "****"),
        ("12345", "****"),
    ],
)
def test_a_number_is_shown_by_its_ends(e164: str, shown: str) -> None:
    assert mask(e164) == shown


NATIONAL = re.compile(r"13844328000|64812345")


@pytest.mark.parametrize(
    "text",
    [
        "我的电话13844328000，请回电",
        "打13844328000。",
        "138 4432 8000",
        "138-4432-8000",
        "+86 138 4432 8000",
        "+8613844328000",
        "8613844328000",
        "tel13844328000",
        "tel:13844328000",
        "微信wx13844328000",
        "1 13844328000",
        "5 13844328000",
        "5，13844328000",
        "2,13844328000",
        "13844328000/13844328000",
        "13844328000 13844328000",
        "13844328000号",
        "(13844328000)",
        "电话：138.4432.8000",
        "１３８４４３２８０００",
        "0432-64812345",
        "0432 6481 2345",
        "To=%2B8613844328000&From=x",
        "{'to': '+8613844328000'}",
        "a13844328000b",
        "1 3 8 4 4 3 2 8 0 0 0",
        "tel0432-64812345",
        "5-13844328000",
        "13844328000-5",
        "5-0432-64812345",
        "513844328000",
        "138443280005",
        "1513844328000",
        "13844328000%",
        "¥13844328000",
        "1384432800013844328000",
        "5-8613844328000",
        "008613844328000-5",
        "138、4432、8000",
        "138，443，28000",
        "138·44·32·80·00",
        "138\n4432\r\n8000",
        "5-138 4432 8000-2026",
        "138*4432*8000",
        "①③⑧④④③②⑧⓪⓪⓪",
    ],
)
def test_every_number_in_a_text_is_masked(text: str) -> None:
    masked = mask_phones_in(text, "CN")
    digits = re.sub(r"\D", "", masked.translate(str.maketrans("０１２３４５６７８９", "0123456789")))
    assert not NATIONAL.search(digits), masked
    assert "****" in masked


@pytest.mark.parametrize(
    "text",
    [
        *("5", "5个工作日了", "0012 5", "12345", "等了120分钟", "3.5", "5555555", "1122334455"),
        *("办件编号JL20261123-0012", "2026年11月23日", "2026-11-23 09:20"),
        *("220202202611230012", "办件220202138443280001", "13844328000123", "20261123092015"),  # 办件编号
        *("1998-11-23 08:30", "2026-11-13 14:30:25", "159,043,200.00元", "130 1 2", "138****8000 1234"),
    ],
)
def test_other_digits_stay_as_they_were_written(text: str) -> None:
    assert mask_phones_in(text, "CN") == text


@given(st.text(max_size=60))
def test_any_text_can_be_masked_and_any_sender_read(text: str) -> None:
    mask_phones_in(text, "CN")
    phone = any_phone(text, "CN")
    mask(phone.e164)


@given(st.text("abc 中文，。0123456789", max_size=20), st.text("abc 中文，。", max_size=20))
def test_a_mobile_number_between_words_never_survives(before: str, after: str) -> None:
    """Between words, or words and a digit with a space between: a citizen's number is not kept in the clear."""
    before = before if not before or not before[-1].isdigit() else f"{before} "
    assert "13844328000" not in mask_phones_in(f"{before}13844328000{after}", "CN")


@given(st.text("0123456789-—%¥￥/。，、\n ", max_size=2), st.sampled_from(["-", "%", "¥", "、", "\n", "-5", "号"]))
def test_what_stands_around_a_mobile_number_does_not_keep_it_readable(before: str, after: str) -> None:
    assert "13844328000" not in mask_phones_in(f"{before}13844328000{after}", "CN")
