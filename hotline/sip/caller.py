"""What an INVITE says of its caller, in Twilio's words: who calls, and the headers that go along."""

import re
from urllib.parse import unquote

from aiosipua import SipRequest, prettify_header_name

from hotline.rules.phones import is_phone, read_phone

_REGION = "CN"
_ANONYMOUS = "anonymous"
_USER_TO_USER = "User-to-User"
_MOST_HEADERS, _LONGEST = 20, 256

# The user of a SIP address, without parameters such as ;cpc=ordinary, or the number of a tel: one.
_USER = re.compile(r"(?:sips?:([^;@>]+)(?:;[^@>]*)?@|tel:([^;>]+))", re.IGNORECASE)


def caller_of(invite: SipRequest, unknown: str | None) -> str:
    """The caller's number in E.164. Who has none, such as a softphone, counts as `unknown` or goes by their name.

    P-Asserted-Identity (RFC 3325) is what an exchange knows, and From what the telephone says.
    """
    names = [_user(invite.get_header(header) or "") for header in ("p-asserted-identity", "from")]
    for name in names:
        if is_phone(name, _REGION):
            return read_phone(name, _REGION).e164
    return unknown or names[-1][:_LONGEST] or _ANONYMOUS


def _user(address: str) -> str:
    """Of `"a name" <sip:user@host>;tag=x`, or the same without the name."""
    found = _USER.search(address[address.rfind("<") + 1 :])
    return unquote(found[1] or found[2]) if found else ""


def headers_of(invite: SipRequest) -> dict[str, str]:
    """Twilio hands over the X- headers, as SipHeader_X-…, and User-to-User."""
    found = {
        prettify_header_name(name): values[0][:_LONGEST]
        for name, values in invite.headers.items()
        if name.lower().startswith("x-") and values
    }
    told = invite.get_header(_USER_TO_USER)
    return dict(list(found.items())[:_MOST_HEADERS]) | ({_USER_TO_USER: told[:_LONGEST]} if told else {})
