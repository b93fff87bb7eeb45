"""A citizen's whole number: shown once to whoever says why, and gone from the page after a minute."""

from flask import Response, make_response, render_template, request, url_for

from hotline.actions.reveals import reveal
from hotline.console import leases
from hotline.console.access import WORKERS, me, needs_role
from hotline.console.case import show_case, show_refused
from hotline.console.room import blueprint
from hotline.console.words import FIELDS, Words
from hotline.errors import BadInput, Conflict
from hotline.rules.phones import mask_phones_in, spaced
from hotline.rules.reveals import RevealReason
from hotline.services import services
from hotline.tables import User

_SHOWN_SECONDS = 60


@blueprint.post("/cases/<int:case_id>/reveal")
@needs_role(*WORKERS)
def reveal_phone(case_id: int) -> Response | tuple[str, int]:
    """The number, after the audit log has it; no address holds it, and no cache keeps it."""
    house, person = services(), me()
    chosen, note = request.form.get("reason", ""), mask_phones_in(request.form.get("why", ""), house.policy.region)
    if chosen not in list(RevealReason):
        return _again(case_id, {"reason": FIELDS["reveal_reason"]})
    reason = RevealReason(chosen)
    try:
        with house.database.write() as session:
            user = session.get_one(User, person.id)
            box = reveal(session, case_id, leases.token_of(case_id), user, reason, note, house.policy, house.now())
    except BadInput:
        return _again(case_id, {"why": FIELDS["reveal_why"]})
    except Conflict as conflict:
        return show_refused(case_id, conflict)
    e164 = house.vault.open(box)
    shown = {"case_id": case_id, "e164": e164, "number": spaced(e164), "reason": reason, "seconds": _SHOWN_SECONDS}
    response = make_response(render_template("console/revealed.html", **shown))
    # Without a script too; in a header, so that a screen reader's page does not promise to reload itself.
    response.headers["Refresh"] = f"{_SHOWN_SECONDS}; url={url_for('console.case_page', case_id=case_id)}"
    return response


def _again(case_id: int, faults: dict[str, Words]) -> tuple[str, int]:
    return show_case(case_id, faults), 400
