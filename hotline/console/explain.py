"""The one page of a member of staff who may be rated: their own services that were rated badly, and a place to explain.

What it shows could be known without it: what they did themselves, in which window, on which day. The number of a case
stands on it only sealed, for whoever is logged in.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NoBase64

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from hotline.actions import case_explanations
from hotline.console import shown
from hotline.console.access import me, needs_role
from hotline.console.room import blueprint, tell
from hotline.console.words import FIELDS, Words
from hotline.errors import BadInput, HotlineError, NotFound
from hotline.rules.phones import mask_phones_in
from hotline.services import services
from hotline.tables import User
from hotline.tables.people import Role


@blueprint.get("/explain")
@needs_role(Role.DEPARTMENT, explaining=True)
def to_explain() -> str:
    """The list, each with what was said to it and a form."""
    return _page()


@blueprint.post("/explain")
@needs_role(Role.DEPARTMENT, explaining=True)
def explain() -> BaseResponse | tuple[str, int]:
    """Keep an explanation, or show the page again with what is missing."""
    house, person = services(), me()
    case_id = _opened(request.form.get("service", ""))
    words = mask_phones_in(request.form.get("note", "").replace("\r\n", "\n"), house.policy.region)
    try:
        with house.database.write() as session:
            case_explanations.explain(session, case_id, session.get_one(User, person.id), words, house.now())
    except BadInput:
        return _page(case_id, words, FIELDS["explanation"]), 400
    tell("说明已提交。", "Your explanation is kept.")
    return redirect(url_for("console.to_explain"), 303)


def _page(faulty: int | None = None, words: str = "", fault: Words | None = None) -> str:
    """`faulty`: the case whose form lacks something."""
    house, person = services(), me()
    midnight = shown.midnight(house.now(), house.policy.zone)
    with house.database.read() as session:
        user = session.get_one(User, person.id)
        listed = case_explanations.to_explain(session, user, midnight, house.policy.zone)
    return render_template(
        "console/explain.html",
        listed=[(_sealed(service.case_id), service) for service in listed],
        faulty=faulty,
        typed=words,
        fault=fault,
    )


def _sealed(case_id: int) -> str:
    return urlsafe_b64encode(services().vault.seal(f"{me().id}:{case_id}")).decode()


def _opened(service: str) -> int:
    """The number of the case. Raises NotFound for what this page has not given to this person."""
    try:
        user_id, _, case_id = services().vault.open(urlsafe_b64decode(service)).partition(":")
    except (HotlineError, NoBase64, ValueError):
        raise NotFound("a service to explain") from None
    if user_id != str(me().id) or not case_id.isdecimal():
        raise NotFound("a service to explain")
    return int(case_id)
