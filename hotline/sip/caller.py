"""What an INVITE says of its caller, in Twilio's words: who calls, and the headers that go along."""

from aiosipua import Address, SipRequest, parse_address, prettify_header_name

from hotline.rules.phones import any_phone, is_phone

_REGION = "CN"
_USER_TO_USER = "User-to-User"
_MOST_HEADERS, _LONGEST = 20, 256


def caller_of(invite: SipRequest, unknown: str | None) -> str:
    """The caller's number in E.164. Who has none, such as a softphone, counts as `unknown` or goes by their name.

    P-Asserted-Identity (RFC 3325) is what an exchange knows, and From what the telephone says.
    """
    asserted = invite.get_header("p-asserted-identity")
    for address in (_address(asserted), invite.from_addr):
        user = address.uri.user if address is not None and address.uri is not None else None
        if user and is_phone(user, _REGION):
            return any_phone(user, _REGION).e164
    name = invite.from_addr.uri.user if invite.from_addr is not None and invite.from_addr.uri is not None else None
    return unknown or (name or "anonymous")[:_LONGEST]


def _address(written: str | None) -> Address | None:
    try:
        return parse_address(written) if written else None
    except ValueError:
        return None


def headers_of(invite: SipRequest) -> dict[str, str]:
    """Twilio hands over the X- headers, as SipHeader_X-…, and User-to-User."""
    found = {
        prettify_header_name(name): values[0][:_LONGEST]
        for name, values in invite.headers.items()
        if name.lower().startswith("x-") and values
    }
    told = invite.get_header(_USER_TO_USER)
    return dict(list(found.items())[:_MOST_HEADERS]) | ({_USER_TO_USER: told[:_LONGEST]} if told else {})
