"""A supervisor gives cases to another agent, or takes them back to the queue: one, or those ticked in a list."""

from dataclasses import dataclass

from flask import render_template, request, url_for
from sqlalchemy.orm import Session

from hotline.actions import reassign
from hotline.console.access import me, needs_role
from hotline.console.room import blueprint
from hotline.console.words import FIELDS, Words, why_refused, words_for
from hotline.errors import BadInput, Conflict, NotFound
from hotline.rules.bounds import bounded
from hotline.rules.phones import mask_phones_in
from hotline.services import services
from hotline.tables import User
from hotline.tables.people import Role

REASSIGNERS = (Role.SUPERVISOR, Role.ADMIN)
MOST_CASES = 50  # of one form
_NO_CASE = Words("没有这件工单。", "There is no such case.")
_NONE_TICKED = Words("请先勾选工单。", "Tick the cases first.")
_BACK = ("board", "ledger", "search")


@dataclass(frozen=True, slots=True)
class Done:
    """What became of each case of the form: None, or why it was not done."""

    case_id: int
    refused: Words | None


@blueprint.post("/cases/reassign")
@needs_role(*REASSIGNERS)
def reassign_cases() -> str | tuple[str, int]:
    """Each case for itself: one that is refused holds up none of the others."""
    house = services()
    note = mask_phones_in(request.form.get("note", "").replace("\r\n", "\n"), house.policy.region)
    ticked = request.form.getlist("case", type=bounded)[:MOST_CASES]
    to_id = request.form.get("to", type=bounded)
    if not ticked:
        return _page([], None, _NONE_TICKED), 400
    with house.database.read() as session:
        to = None if to_id is None else session.get(User, to_id)
    try:
        done = [Done(case_id, _move(case_id, to_id, note)) for case_id in dict.fromkeys(ticked)]
    except BadInput as fault:
        return _page([], to, words_for(FIELDS, fault.field)), 400
    return _page(done, to), (409 if any(one.refused for one in done) else 200)


def _move(case_id: int, to_id: int | None, note: str) -> Words | None:
    """Raises BadInput for what would be wrong with every case."""
    house = services()
    try:
        with house.database.write() as session:
            by = session.get_one(User, me().id)
            if to_id is None:
                reassign.take_back(session, case_id, by, note, house.now())
            else:
                reassign.give(session, case_id, by, _user(session, to_id), note, house.policy, house.now())
    except Conflict as conflict:
        return why_refused(conflict)
    except NotFound:
        return _NO_CASE
    return None


def _user(session: Session, user_id: int) -> User:
    user = session.get(User, user_id)
    if user is None:
        raise BadInput("to", "is nobody")
    return user


def _page(done: list[Done], to: User | None, fault: Words | None = None) -> str:
    back = request.form.get("back", "")
    address = url_for(f"console.{back}") if back in _BACK else url_for("console.queue")
    return render_template("console/reassigned.html", done=done, to=to, fault=fault, back=address)
