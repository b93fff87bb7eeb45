"""The wrap-up after a call, or after another way of contact: its form is sent, and the next case opens."""

from datetime import datetime

from flask import redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from hotline.actions.case_contacts import Told, record_contact
from hotline.console import leases, shown, wanted
from hotline.console.access import WORKERS, me, needs_role
from hotline.console.case import show_case, show_refused
from hotline.console.contact_words import RESULTS
from hotline.console.queue import to_next
from hotline.console.room import blueprint, tell
from hotline.console.words import FIELDS
from hotline.errors import BadInput, Conflict
from hotline.rules.casework import CaseState
from hotline.rules.contacts import ContactResult, ContactWay
from hotline.rules.phones import mask_phones_in
from hotline.services import services
from hotline.tables import Case, User
from hotline.tables.people import CallMode


@blueprint.post("/cases/<int:case_id>/contact")
@needs_role(*WORKERS)
def keep_contact(case_id: int) -> BaseResponse | tuple[str, int]:
    """Keep what came of the contact and go on; or show the form again with what is missing."""
    house, person = services(), me()
    try:
        told, token = _told(), leases.posted_token(case_id)
        with house.database.write() as session:
            agent = session.get_one(User, person.id)
            case = record_contact(session, case_id, token, agent, told, house.policy, house.now())
            is_kept = case.holder_id == person.id
    except BadInput as fault:
        return show_case(case_id, {fault.field: FIELDS[fault.field]}), 400
    except Conflict as conflict:
        return show_refused(case_id, conflict)
    _tell(case, told)
    if is_kept:
        return redirect(url_for("console.case_page", case_id=case_id), 303)
    leases.forget(case_id)
    if person.call_mode is CallMode.MANUAL:
        return redirect(url_for("console.queue", **wanted.in_address(wanted.remembered())), 303)
    return to_next(wanted.remembered())


def _told() -> Told:
    way, result = request.form.get("way", ""), request.form.get("result", "")
    if result not in list(ContactResult):
        raise BadInput("result", "must be chosen")
    if way not in list(ContactWay):
        raise BadInput("way", "must be chosen")
    note = mask_phones_in(request.form.get("note", "").replace("\r\n", "\n"), services().policy.region)
    return Told(ContactWay(way), ContactResult(result), note, _moment(request.form.get("call_at", "")))


def _moment(typed: str) -> datetime | None:
    """A moment by the city's clocks; None for whatever is none."""
    try:
        return datetime.fromisoformat(typed.strip()).replace(tzinfo=services().policy.zone)
    except ValueError:
        return None


def _tell(case: Case, told: Told) -> None:
    """What was kept, and what became of the case."""
    house, result = services(), RESULTS[told.result]
    zh, en = f"工单 {case.id}：{result.zh}，已登记。", f"Case {case.id}: kept ({result.en})."
    if case.state is CaseState.CLOSED:
        zh, en = f"工单 {case.id} 已办结。", f"Case {case.id} is closed."
    elif case.call_at is not None:
        at = shown.moment(case.call_at, house.now(), house.policy.zone)
        zh, en = (
            f"{zh}将于{at} 再次呼叫。",
            f"{en} To be called again at {case.call_at.astimezone(house.policy.zone):%m-%d %H:%M}.",
        )
    tell(zh, en, ends_draft=f"{me().id}-{case.id}-contact")
