"""How many SMS segments a text costs, as the networks count them.

Source: 3GPP TS 23.038 (the GSM 7-bit alphabet and its extension table) and TS 23.040 (the header of joined messages).
"""

from dataclasses import dataclass
from enum import StrEnum


class Encoding(StrEnum):
    """How the characters travel: a single one outside the GSM alphabet takes the whole text to UCS-2."""

    GSM7 = "GSM-7"
    UCS2 = "UCS-2"


@dataclass(frozen=True, slots=True)
class Segments:
    """`units` are septets in GSM-7 and UTF-16 code units in UCS-2; `segments` is what is paid for, at least 1."""

    encoding: Encoding
    units: int
    segments: int


_GSM7_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM7_EXTENSION = frozenset("\f^{}\\[~]|€")

# Units in a text that goes alone, and in each part of a longer one, whose header takes six octets.
_CAPACITY = {Encoding.GSM7: (160, 153), Encoding.UCS2: (70, 67)}


def count(text: str) -> Segments:
    """What `text` costs. A character of two units is never parted, so a segment before one may stay a unit short."""
    encoding = Encoding.GSM7 if _GSM7_BASIC.union(_GSM7_EXTENSION).issuperset(text) else Encoding.UCS2
    widths = [_width(character, encoding) for character in text]
    units = sum(widths)
    alone, part = _CAPACITY[encoding]
    return Segments(encoding, units, 1 if units <= alone else _parts(widths, part))


def _width(character: str, encoding: Encoding) -> int:
    """Two for a character behind an escape in GSM-7, and for a surrogate pair in UCS-2."""
    if encoding is Encoding.GSM7:
        return 2 if character in _GSM7_EXTENSION else 1
    return 2 if ord(character) > 0xFFFF else 1


def _parts(widths: list[int], capacity: int) -> int:
    parts, used = 1, 0
    for width in widths:
        if used + width > capacity:
            parts, used = parts + 1, 0
        used += width
    return parts
