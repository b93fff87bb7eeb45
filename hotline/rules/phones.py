"""Telephone numbers: read from what people and systems write, sorted into mobile and landline, masked.

Source of the numbering rules: libphonenumber's metadata (`phonenumbers`).
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType


class PhoneKind(StrEnum):
    """What a number can be asked by: a mobile gets a text, a landline a call."""

    MOBILE = "mobile"
    LANDLINE = "landline"


class PhoneError(ValueError):
    """The text is not a number we can text or call; the message says why."""


@dataclass(frozen=True, slots=True)
class Phone:
    """A number in E.164 with its kind. Lives only at the edges; inside it travels sealed."""

    e164: str
    kind: PhoneKind


_KINDS = {
    PhoneNumberType.MOBILE: PhoneKind.MOBILE,
    # North America does not tell them apart: a text is tried first, and 30006 turns it into a call.
    PhoneNumberType.FIXED_LINE_OR_MOBILE: PhoneKind.MOBILE,
    PhoneNumberType.FIXED_LINE: PhoneKind.LANDLINE,
}


def read_phone(text: str, region: str) -> Phone:
    """Parse `text` as written in `region` (ISO 3166 alpha-2). Raises PhoneError."""
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException:
        raise PhoneError("is not a telephone number") from None
    if number.extension:
        raise PhoneError("has an extension, which can be neither texted nor called")
    if not phonenumbers.is_valid_number(number):
        raise PhoneError("is not a number that can exist")
    kind = _KINDS.get(phonenumbers.number_type(number))
    if kind is None:
        raise PhoneError("is neither a mobile nor a landline number")
    return Phone(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), kind)


# Who shows no number is the same for all: of none of them can be told who they are.
NOBODY = Phone("anonymous", PhoneKind.MOBILE)
SHOWN_NOBODY = "****"

_SIP_USER = re.compile(r"sips?:([^@;:]+)@")


def number_of_address(text: str) -> str:
    """The user of a SIP address; anything else as it is."""
    user = _SIP_USER.match(text)
    return unquote(user[1]) if user else text


def caller(text: str, region: str) -> Phone:
    """Who a carrier says is on the line: a number, also as the user of a SIP address, or NOBODY."""
    try:
        return read_phone(number_of_address(text), region)
    except PhoneError:
        return NOBODY


def any_phone(text: str, region: str) -> Phone:
    """Whoever a carrier says is calling or texting, short codes and hidden numbers too: never refused."""
    try:
        return read_phone(text, region)
    except PhoneError:
        return Phone(text, PhoneKind.MOBILE)


def is_phone(text: str, region: str) -> bool:
    """False for who cannot be texted back: short codes, names, hidden numbers."""
    try:
        read_phone(text, region)
    except PhoneError:
        return False
    return True


def spaced(e164: str) -> str:
    """The whole number as one reads and dials it, such as +86 138 4432 8000."""
    try:
        number = phonenumbers.parse(e164, None)
    except NumberParseException:
        return e164
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def mask(e164: str) -> str:
    """`+8613844328000` → `138****8000`; `+8643264812345` → `0432****2345`; foreign numbers keep their country code."""
    try:
        number = phonenumbers.parse(e164, None)
    except NumberParseException:
        return SHOWN_NOBODY
    national = phonenumbers.national_significant_number(number)
    if number.country_code == 86:
        shown = national if phonenumbers.number_type(number) == PhoneNumberType.MOBILE else f"0{national}"
        head = shown[:3] if shown[0] == "1" else shown[:4]
    else:
        head = f"+{number.country_code} {national[: max(0, len(national) - 7)]}"
    return f"{head}****{national[-4:]}"


# Seven or more digits, perhaps in groups: the cheap test before anything looks closer at a text.
_MAY_HOLD_A_NUMBER = re.compile(r"(?:\d[\W_]{0,5}){7}")
# libphonenumber takes no number that touches a letter, as in "tel138…" or "%2B86138…": such letters are blotted out.
_TOUCHING_LETTER = re.compile(r"[A-Za-z](?=\d)|(?<=\d)[A-Za-z]")

# What libphonenumber leaves, because something stands too near: groups of digits, and whatever may part them.
_GROUPS = re.compile(r"\d+(?:(?!\*{4})[\W_]{1,5}\d+)*")
_DIGITS = re.compile(r"\d+")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_ANY_MOBILE = re.compile(rf"(?=({_MOBILE.pattern}))")
_ONLY_MOBILES = re.compile(rf"(?:(?:00)?(?:86)?{_MOBILE.pattern})+")
_MOBILE_DIGITS = 11
_SHORTEST_ID = 14  # 办件编号, 身份证号: so many digits in one piece are no telephone number and stay whole


_CHINESE_DIGITS = str.maketrans("零〇一二三四五六七八九幺", "001234567891")


def mask_phones_in(text: str, region: str) -> str:
    """The same text with every telephone number in it masked; other digits are left as written.

    Mobile numbers of the mainland are found wherever they stand, in groups and among other digits too; but a piece of
    14 digits or more is a document's number, unless it is nothing but mobile numbers.
    """
    if not _MAY_HOLD_A_NUMBER.search(_plain(text)):
        return text
    parts, end, seen = [], 0, _TOUCHING_LETTER.sub(" ", text)
    for match in phonenumbers.PhoneNumberMatcher(seen, region, leniency=phonenumbers.Leniency.VALID):
        e164 = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
        parts += [text[end : match.start], mask(e164)]
        end = match.end
    return _mask_what_is_left("".join([*parts, text[end:]]))


def _mask_what_is_left(text: str) -> str:
    parts, end, plain = [], 0, _plain(text)
    for chain in _GROUPS.finditer(plain):
        for first, last in _numbers_among([*_DIGITS.finditer(plain, *chain.span())]):
            digits = re.sub(r"\D", "", plain[first:last])
            head = digits[: 4 if digits[0] == "0" else 3]
            parts += [text[end:first], f"{head}****{digits[-4:]}"]
            end = last
    return "".join([*parts, text[end:]])


def _plain(text: str) -> str:
    """Every digit of any script, circled and Chinese ones too, as 0-9; each character stays where it is."""
    return "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in text.translate(_CHINESE_DIGITS))


def _numbers_among(groups: list[re.Match[str]]) -> Iterator[tuple[int, int]]:
    """From where to where the numbers among these groups of digits reach."""
    at = 0
    while at < len(groups):
        many = _groups_of_one_number([group[0] for group in groups[at : at + 5]])
        if many:
            first = groups[at].start() + len(_country_code(groups[at][0]))
            yield first, groups[at + many - 1].end()
            at += many
        else:
            for first, last in _numbers_in_one_piece(groups[at][0]):
                yield groups[at].start() + first, groups[at].start() + last
            at += 1


def _groups_of_one_number(groups: list[str]) -> int:
    """How many of the groups, from the first on, are one number together (2 to 5), or 0.

    A mobile is written 3-4-4, 3-3-5, 4-3-4, 3-8, 3-2-2-2-2 and so on; dates, hours and amounts are not. A landline is
    its area code and seven or eight digits.
    """
    first = groups[0].removeprefix(_country_code(groups[0]))
    if len(groups) > 1 and re.fullmatch(r"0\d{2,3}", first) and len(groups[1]) in (7, 8):
        return 2
    if not re.match(r"1[3-9]\d", first):
        return 0
    for many in range(2, len(groups) + 1):
        sizes = [len(first), *map(len, groups[1:many])]
        if sum(sizes) == _MOBILE_DIGITS:
            return many if min(sizes) >= 3 or sizes == [3, 2, 2, 2, 2] else 0
    return 0


def _country_code(group: str) -> str:
    """The 86 or 0086 that stands before the first digits of a mobile."""
    written = re.match(r"(?:00)?86(?=1[3-9]\d)", group)
    return written[0] if written else ""


def _numbers_in_one_piece(digits: str) -> Iterator[tuple[int, int]]:
    if _ONLY_MOBILES.fullmatch(digits):
        yield from (match.span() for match in _MOBILE.finditer(digits))
    elif len(digits) < _SHORTEST_ID:
        starts = [match.start() for match in _ANY_MOBILE.finditer(digits)]
        if starts:  # a digit too many before or after: whatever can be the number is covered
            yield starts[0], starts[-1] + _MOBILE_DIGITS
