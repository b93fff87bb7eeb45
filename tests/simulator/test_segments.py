"""Segments: GSM-7 and UCS-2, at and around their limits."""

import pytest

from hotline.simulator.segments import Encoding, count_segments


@pytest.mark.parametrize(
    ("text", "encoding", "units", "count"),
    [
        ("", Encoding.GSM7, 0, 1),
        ("5", Encoding.GSM7, 1, 1),
        ("a" * 160, Encoding.GSM7, 160, 1),
        ("a" * 161, Encoding.GSM7, 161, 2),
        ("a" * 306, Encoding.GSM7, 306, 2),
        ("a" * 307, Encoding.GSM7, 307, 3),
        ("€" * 80, Encoding.GSM7, 160, 1),
        ("[" * 81, Encoding.GSM7, 162, 2),
        ("a" * 152 + "€" + "a" * 152, Encoding.GSM7, 306, 3),  # the pair may not be split across parts
        ("è" * 160, Encoding.GSM7, 160, 1),
        ("`", Encoding.UCS2, 1, 1),
        ("好" * 70, Encoding.UCS2, 70, 1),
        ("好" * 71, Encoding.UCS2, 71, 2),
        ("好" * 134, Encoding.UCS2, 134, 2),
        ("好" * 135, Encoding.UCS2, 135, 3),
        ("😀" * 35, Encoding.UCS2, 70, 1),
        ("😀" * 36, Encoding.UCS2, 72, 2),
        ("😀" * 67, Encoding.UCS2, 134, 3),  # 33 whole pairs fit a part of 67 units
        ("a" * 69 + "好", Encoding.UCS2, 70, 1),
    ],
)
def test_a_text_needs_as_many_segments_as_the_network_counts(
    text: str, encoding: Encoding, units: int, count: int
) -> None:
    found = count_segments(text)
    assert (found.encoding, found.units, found.count) == (encoding, units, count)
