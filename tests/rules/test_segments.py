"""SMS segments, against figures worked out by hand and an independent count over the encoded bytes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.rules.segments import Encoding, Segments, count

GSM7, UCS2 = Encoding.GSM7, Encoding.UCS2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Segments(GSM7, 0, 1)),
        ("a" * 160, Segments(GSM7, 160, 1)),
        ("a" * 161, Segments(GSM7, 161, 2)),
        ("a" * 306, Segments(GSM7, 306, 2)),
        ("a" * 307, Segments(GSM7, 307, 3)),
        ("€" * 80, Segments(GSM7, 160, 1)),
        ("€" * 81, Segments(GSM7, 162, 2)),
        ("€" * 153, Segments(GSM7, 306, 3)),  # 76 pairs fit a part of 153, and none is parted
        ("£èÄñ ΔΩ\n[]", Segments(GSM7, 12, 1)),
        ("`", Segments(UCS2, 1, 1)),  # looks like ASCII, and is not in the alphabet
        ("ç", Segments(UCS2, 1, 1)),  # only the capital one is
        ("评" * 70, Segments(UCS2, 70, 1)),
        ("评" * 71, Segments(UCS2, 71, 2)),
        ("评" * 134, Segments(UCS2, 134, 2)),
        ("评" * 135, Segments(UCS2, 135, 3)),
        ("a" * 70 + "评", Segments(UCS2, 71, 2)),
        ("👍" * 35, Segments(UCS2, 70, 1)),
        ("👍" * 36, Segments(UCS2, 72, 2)),
        ("👍" * 67, Segments(UCS2, 134, 3)),  # 33 pairs fit a part of 67
        ("评" * 66 + "👍" + "评" * 66, Segments(UCS2, 134, 3)),
    ],
)
def test_a_text_is_counted_as_the_networks_do(text: str, expected: Segments) -> None:
    assert count(text) == expected


@settings(max_examples=100)
@given(st.text(alphabet="a1 €[é", max_size=400))
def test_gsm_texts_agree_with_cutting_septets(text: str) -> None:
    septets = "".join("ee" if character in "€[" else "p" for character in text)
    assert count(text) == Segments(GSM7, len(septets), _cut(septets, 160, 153, "e"))


@settings(max_examples=100)
@given(st.text(alphabet="a评👍𠮷é", max_size=200).map(lambda text: text + "中"))
def test_chinese_texts_agree_with_cutting_utf_16(text: str) -> None:
    encoded = text.encode("utf-16-be")
    units = "".join("e" if 0xD8 <= encoded[at] <= 0xDF else "p" for at in range(0, len(encoded), 2))
    assert count(text) == Segments(UCS2, len(units), _cut(units, 70, 67, "e"))


def _cut(units: str, alone: int, part: int, paired: str) -> int:
    """Cut from the front; step one back where a cut would fall inside a pair."""
    if len(units) <= alone:
        return 1
    pieces = 0
    while units:
        cut = part
        run = len(units[:cut]) - len(units[:cut].rstrip(paired))
        if len(units) > cut and units[cut] == paired and run % 2:
            cut -= 1
        units, pieces = units[cut:], pieces + 1
    return pieces
