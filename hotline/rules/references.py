"""The number of the call that was handed over to us, as telephone systems pass it on in a SIP header."""

import re

LONGEST = 64  # characters
_SHAPE = re.compile(r"[0-9A-Za-z._/-]{1,64}")  # what the API takes for the `call_id` of a call
_PROTOCOLS = (b"\x00", b"\x04")  # Q.931: the first octet of user-to-user information may name its protocol


def read_reference(text: str) -> str | None:
    """The number, or None for what cannot be that of a call."""
    written = text.strip()
    return written if _SHAPE.fullmatch(written) else None


def read_user_to_user(text: str) -> str | None:
    """The same from a `User-to-User` header (RFC 7433): plain, or in hex when its parameters say so."""
    content, *parameters = (part.strip() for part in text.split(";"))
    content = content.strip('"')
    if "encoding=hex" not in (parameter.replace(" ", "").lower() for parameter in parameters):
        return read_reference(content)
    try:
        octets = bytes.fromhex(content)
    except ValueError:
        return None
    if octets.startswith(_PROTOCOLS):
        octets = octets[1:]
    return read_reference(octets.decode("utf-8", "replace"))
