"""The browser somebody logs in with: its name, its address with the end hidden, and who came in by it before.

Those stand in a signed cookie of its own, which opens nothing: it only keeps strangers' wrong passwords from locking a
person out of the browser that they always use.
"""

import secrets
from ipaddress import ip_address, ip_network
from typing import Any

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from hotline.actions.sessions import Browser

COOKIE = "hotline_browser"
_KEPT_SECONDS = 90 * 24 * 3600
_MOST_USERS = 20
# In this order: most browsers name the ones that they are like, too.
_FAMILIES = (
    *(
        ("MicroMessenger", "微信 WeChat"),
        ("Edg", "Edge"),
        ("Firefox", "Firefox"),
        ("QQBrowser", "QQ"),
        ("OPR", "Opera"),
    ),
    *(("Chrome", "Chrome"), ("Safari", "Safari")),
)
_SYSTEMS = (
    *(("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Mac OS", "macOS")),
    ("Linux", "Linux"),
)


def this_browser() -> Browser:
    """As far as it tells of itself."""
    known = _read()
    return Browser(
        name=_printable(request.headers.get("User-Agent", "")),
        address=masked_address(request.access_route[-1] if request.access_route else ""),
        id=known["id"],
        users=frozenset(known["users"]),
    )


def remember(response: Response, browser: Browser, user_id: int) -> Response:
    """This person came in by this browser."""
    users = [*(browser.users - {user_id}), user_id][-_MOST_USERS:]
    response.set_cookie(
        COOKIE,
        str(_serializer().dumps({"id": browser.id, "users": users})),
        max_age=_KEPT_SECONDS,
        path="/console/",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


def masked_address(address: str) -> str:
    """Without what tells one house from the next: `203.0.113.*`, `2001:db8:7::*`."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if found.version == 4:
        return f"{address.rpartition('.')[0]}.*"
    return f"{ip_network((found, 48), strict=False).network_address}*"


def short_name(name: str) -> str:
    """`Chrome, Windows`: what a person knows a browser by, of what it says of itself."""
    family = next((shown for sign, shown in _FAMILIES if sign in name), "")
    system = next((shown for sign, shown in _SYSTEMS if sign in name), "")
    return ", ".join(filter(None, (family, system))) or name[:60]


def _read() -> dict[str, Any]:
    try:
        found = _serializer().loads(request.cookies.get(COOKIE, ""), max_age=_KEPT_SECONDS)
    except BadSignature:
        return {"id": secrets.token_hex(16), "users": []}
    return dict(found)


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.config["SECRET_KEY"]), salt="hotline browser")


def _printable(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)[:200]
