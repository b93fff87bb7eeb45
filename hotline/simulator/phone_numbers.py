"""Which strings Twilio would take for a telephone number. Pure."""

import phonenumbers


def is_dialable(number: str) -> bool:
    """E.164, with a plus sign, and of a length that its country uses."""
    if not number.startswith("+"):
        return False
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False
