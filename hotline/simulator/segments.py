"""How many SMS segments a text needs, as the networks count them (3GPP TS 23.038 and 23.040).
Pure: no clock, no network, no other module of the simulator."""

from dataclasses import dataclass
from enum import StrEnum

GSM7_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM7_EXTENSION = frozenset("\f^{}\\[~]|€")


class Encoding(StrEnum):
    GSM7 = "GSM-7"
    UCS2 = "UCS-2"


# (units in a text that fits one segment, units in each part of a longer text)
CAPACITY = {Encoding.GSM7: (160, 153), Encoding.UCS2: (70, 67)}


@dataclass(frozen=True, slots=True)
class Segments:
    """`units` are septets for GSM-7 and UTF-16 code units for UCS-2; `count` is at least 1."""

    encoding: Encoding
    units: int
    count: int


def count_segments(text: str) -> Segments:
    encoding = encoding_of(text)
    widths = [width_of(character, encoding) for character in text]
    units = sum(widths)
    alone, part = CAPACITY[encoding]
    if units <= alone:
        return Segments(encoding, units, 1)
    return Segments(encoding, units, fill_parts(widths, part))


def encoding_of(text: str) -> Encoding:
    return Encoding.GSM7 if all(c in GSM7_BASIC or c in GSM7_EXTENSION for c in text) else Encoding.UCS2


def width_of(character: str, encoding: Encoding) -> int:
    """Units one character takes: an escape pair in GSM-7 and a surrogate pair in UCS-2 take two."""
    if encoding is Encoding.GSM7:
        return 2 if character in GSM7_EXTENSION else 1
    return 2 if ord(character) > 0xFFFF else 1


def fill_parts(widths: list[int], capacity: int) -> int:
    """Parts needed when no pair may be split across two parts."""
    parts, used = 1, 0
    for width in widths:
        if used + width > capacity:
            parts, used = parts + 1, 0
        used += width
    return parts
