"""Telephone numbers: read from what people and systems write, sorted into mobile and landline, masked.

Source of the numbering rules: libphonenumber's metadata (`phonenumbers`).
"""

import re
from dataclasses import dataclass
from enum import StrEnum

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


def any_phone(text: str, region: str) -> Phone:
    """Whoever a carrier says is calling or texting, short codes and hidden numbers too: never refused."""
    try:
        return read_phone(text, region)
    except PhoneError:
        return Phone(text, PhoneKind.MOBILE)


def mask(e164: str) -> str:
    """`+8613844328000` → `138****8000`; `+8643264812345` → `0432****2345`; foreign numbers keep their country code."""
    try:
        number = phonenumbers.parse(e164, None)
    except NumberParseException:
        return "****"
    national = phonenumbers.national_significant_number(number)
    if number.country_code == 86:
        shown = national if phonenumbers.number_type(number) == PhoneNumberType.MOBILE else f"0{national}"
        head = shown[:3] if shown[0] == "1" else shown[:4]
    else:
        head = f"+{number.country_code} {national[: max(0, len(national) - 7)]}"
    return f"{head}****{national[-4:]}"


# Seven or more digits, perhaps in groups: the cheap test before libphonenumber looks at a text.
_MAY_HOLD_A_NUMBER = re.compile(r"(?:\d[\W_]{0,2}){7}")
# libphonenumber takes no number that touches a letter, as in "tel138…" or "%2B86138…": such letters are blotted out.
_TOUCHING_LETTER = re.compile(r"[A-Za-z](?=\d)|(?<=\d)[A-Za-z]")


def mask_phones_in(text: str, region: str) -> str:
    """The same text with every telephone number in it masked; other digits are left as written."""
    if not _MAY_HOLD_A_NUMBER.search(text):
        return text
    parts, end, seen = [], 0, _TOUCHING_LETTER.sub(" ", text)
    for match in phonenumbers.PhoneNumberMatcher(seen, region, leniency=phonenumbers.Leniency.VALID):
        e164 = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
        parts += [text[end : match.start], mask(e164)]
        end = match.end
    return "".join([*parts, text[end:]])
