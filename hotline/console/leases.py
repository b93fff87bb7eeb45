"""The leases that this browser holds: the token of each claimed case, in the session and posted with every deed."""

import secrets

from flask import request, session

from hotline.errors import Conflict

_LEASES = "leases"
_MOST = 20  # a cookie holds 4 kB


def remember(case_id: int, token: str) -> None:
    """Keep the token of a fresh claim; the oldest ones make room."""
    forget(case_id)
    session[_LEASES] = [*session[_LEASES], [case_id, token]][-_MOST:]


def forget(case_id: int) -> None:
    """The case is let go, or claimed anew."""
    session[_LEASES] = [kept for kept in session.get(_LEASES, []) if kept[0] != case_id]


def token_of(case_id: int) -> str | None:
    """What this browser holds the case with, if it does."""
    return next((token for held, token in session.get(_LEASES, []) if held == case_id), None)


def posted_token(case_id: int) -> str:
    """The token that the page has sent. Raises Conflict when it is not the one this browser holds: a stale tab."""
    posted, held = request.form.get("token", ""), token_of(case_id)
    if held is None or not secrets.compare_digest(posted.encode(), held.encode()):
        raise Conflict("the case is no longer held by this page", code="lease_lost")
    return posted
