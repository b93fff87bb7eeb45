"""The X-Twilio-Signature header: what string is signed, and the signature itself.
Source: https://www.twilio.com/docs/usage/security (Base64 of HMAC-SHA1, keyed with the auth token)."""

import base64
import hashlib
import hmac
from collections.abc import Mapping


def string_to_sign(url: str, params: Mapping[str, str]) -> str:
    """The full URL, without its fragment, followed by each form parameter's name and value, sorted by name."""
    return url.partition("#")[0] + "".join(name + params[name] for name in sorted(params))


def sign(text: str, auth_token: str) -> str:
    digest = hmac.new(auth_token.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()
