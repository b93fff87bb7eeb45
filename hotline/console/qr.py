"""What a telephone is shown so that it computes codes: the secret as a picture, and to type it in."""

from typing import Any

import segno
from markupsafe import Markup

from hotline.actions.second_factor import address_of
from hotline.services import services


def picture_of(secret: str, user_name: str) -> dict[str, Any]:
    """`picture`, an SVG without style or script, and `secret` in groups of four."""
    policy = services().policy
    issuer = policy.signature[policy.languages[0]]
    code = segno.make(address_of(secret, user_name, issuer), error="m", micro=False)
    svg = code.svg_inline(omitsize=True, border=4, light="#fff", svgclass="qr", lineclass=None)
    return {
        "picture": Markup(svg),  # noqa: S704  # made of squares only: nothing of the words stands in it
        "secret": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
    }
