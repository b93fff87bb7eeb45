"""What nobody can see is no reason, no note and no part of a name."""

import pytest
from hypothesis import given, strategies

from hotline.rules.written import one_line, seen


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("已电话核实", "已电话核实"),
        (" \u200b\u3164\ufeff\n ", ""),
        ("a\u202eb\u200bc\0", "abc"),
        ("第一行\r\n第二行", "第一行\n第二行"),
        ("👍", "👍"),
    ],
)
def test_what_cannot_be_seen_is_left_out(typed: str, kept: str) -> None:
    assert seen(typed) == kept


@given(strategies.text())
def test_a_line_is_one_line(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1
    assert one_line(one_line(text)) == one_line(text)
