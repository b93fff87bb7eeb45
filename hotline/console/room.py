"""The console's blueprint, and what all its pages share: headers, what templates know, how refusals are shown."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, render_template, request
from flask_login import current_user

from hotline.console import case_words, contact_words, shown, text_words, words
from hotline.errors import NotFound
from hotline.rules.scale import is_bad
from hotline.services import services

blueprint = Blueprint("console", __name__, url_prefix="/console", template_folder="templates", static_folder="static")

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'self'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


@blueprint.after_request
def _add_headers(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)  # a file that somebody sent in has a stricter policy of its own
    if request.endpoint != "console.static":
        response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.context_processor
def _known_to_templates() -> dict[str, Any]:
    house = services()
    now, zone = house.now(), house.policy.zone

    def moment(at: datetime) -> str:
        return shown.moment(at, now, zone)

    def hour(at: datetime) -> str:
        return f"{at.astimezone(zone):%H:%M}"

    def local_iso(at: datetime) -> str:
        return at.astimezone(zone).isoformat(timespec="seconds")

    def remaining(due_at: datetime) -> shown.Remaining:
        return shown.remaining(due_at, now)

    return {
        "case_words": case_words,
        "contact_words": contact_words,
        "hour": hour,
        "is_bad": is_bad,
        "local_iso": local_iso,
        "me": current_user,
        "minutes": shown.minutes,
        "moment": moment,
        "now": now,
        "policy": house.policy,
        "remaining": remaining,
        "span": shown.span,
        "talk": shown.talk,
        "text_words": text_words,
        "words": words,
    }


@blueprint.errorhandler(NotFound)
def _not_found(_error: NotFound) -> tuple[str, int]:
    return render_template("console/not_found.html"), 404


def tell(zh: str, en: str, ends_draft: str = "") -> None:
    """Say it, in both languages, at the top of the next page; which lets go of the draft of that name."""
    flash(f"{zh}\n{en}", ends_draft)
