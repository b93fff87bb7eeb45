"""The moves of a case on the long way, as forms of its page; and the notices that somebody has to know of."""

from datetime import date
from typing import Any

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from hotline.actions import case_appeals, case_evidence, case_notices, case_sharing, case_steps, casework
from hotline.console import leases
from hotline.console.access import WORKERS, me, needs_role
from hotline.console.case import show_case, show_refused
from hotline.console.case_words import MOVES
from hotline.console.evidence import posted_files, with_files
from hotline.console.room import blueprint, tell
from hotline.console.stepsfile import FIELDS_OF, ONLY_A_NOTE
from hotline.console.words import FIELDS, words_for
from hotline.console.worklist import may_see
from hotline.errors import BadInput, Conflict, NotFound
from hotline.rules.bounds import bounded
from hotline.rules.casework import CaseState, Ground, Move, Outcome
from hotline.rules.phones import mask_phones_in
from hotline.services import services
from hotline.tables import Case, User
from hotline.tables.appeals import Side
from hotline.tables.people import Role

STEPPERS = (*WORKERS, Role.DEPARTMENT, Role.REVIEWER)
_MOST_NOTICES = 50


@blueprint.post("/cases/<int:case_id>/step")
@with_files
@needs_role(*STEPPERS)
def take_step(case_id: int) -> BaseResponse | tuple[str, int]:
    """Make the move that the form says, or show the page again with what is missing."""
    house, person, wanted = services(), me(), request.form.get("move", "")
    if wanted not in MOVES:
        raise NotFound(f"move {wanted}")
    how = Move(wanted)
    try:
        token = leases.posted_token(case_id) if person.works_cases else None
        files = posted_files() if how is Move.APPEAL else []
        with house.database.write() as session:
            user, case = session.get_one(User, person.id), session.get(Case, case_id)
            if case is None or not may_see(session, person, case):
                raise NotFound(f"case {case_id}")
            _make(session, how, case_id, user, token)
            if files:
                case_evidence.attach_to_open_appeal(session, case_id, Side.UNIT, user, files, house.now())
            is_closed = case.state is CaseState.CLOSED
    except BadInput as fault:
        return show_case(case_id, {f"{how}-{fault.field}": words_for(FIELDS, fault.field)}), 400
    except Conflict as conflict:
        return show_refused(case_id, conflict)
    if is_closed:
        leases.forget(case_id)
    tell(
        f"工单 {case_id}：{MOVES[how].zh}，已登记。",
        f"Case {case_id}: kept ({MOVES[how].en}).",
        f"{person.id}-{case_id}-{how}",
    )
    return redirect(url_for("console.case_page", case_id=case_id, _anchor="steps"), 303)


def _make(session: Session, how: Move, case_id: int, user: User, token: str | None) -> None:
    """Each move by its action. Raises BadInput, Conflict, NotFound."""
    house = services()
    policy, now = house.policy, house.now()
    said = {name: _typed(name) for name in FIELDS_OF.get(how, ONLY_A_NOTE)}
    note, mine = said.pop("note"), (session, case_id, user, token)
    match how:
        case Move.APPEAL:
            ground = _ground(said["ground"])
            case_appeals.appeal(*mine, ground, note, said["evidence"], policy, now)
        case Move.WITHDRAW_APPEAL:
            case_appeals.withdraw_appeal(*mine, note, now)
        case Move.KEEP:
            case_appeals.keep_rating(session, case_id, user, note, now)
        case Move.EXCLUDE:
            case_appeals.exclude_rating(session, case_id, user, note, said["citizen_side"], now)
        case Move.ASK_EXTENSION:
            case_sharing.ask_extension(*mine, _day(said["until"]), note, policy, now)
        case Move.GRANT_EXTENSION | Move.REFUSE_EXTENSION:
            grant = how is Move.GRANT_EXTENSION
            case_sharing.decide_extension(session, case_id, user, grant, note, policy, now)
        case Move.CLOSE | Move.MERGE:
            _end(session, how, case_id, user, token or "", said, note)
        case Move.RECALL:
            case_sharing.recall(*mine, request.form.get("lead") or None, note, now)
        case Move.HAND_OVER | Move.JOIN | Move.LEAVE:
            _SHARING[how](*mine, said["dept_code"], note, now)
        case _:
            case_steps.take_step(session, case_id, how, user, token, note, policy, now)


def _end(session: Session, how: Move, case_id: int, user: User, token: str, said: dict[str, str], note: str) -> None:
    if how is Move.CLOSE:
        casework.close(session, case_id, token, user, _outcome(said["outcome"]), note, services().now())
        return
    into = request.form.get("into", 0, type=bounded)
    case_sharing.merge(session, case_id, user, token, into, note, services().now())


_SHARING: dict[Move, Any] = {
    Move.HAND_OVER: case_sharing.hand_over,
    Move.JOIN: case_sharing.join,
    Move.LEAVE: case_sharing.leave,
}


def _typed(name: str) -> str:
    return mask_phones_in(request.form.get(name, "").replace("\r\n", "\n"), services().policy.region)


def _ground(typed: str) -> Ground:
    if typed not in list(Ground):
        raise BadInput("ground", "must be chosen")
    return Ground(typed)


def _outcome(typed: str) -> Outcome:
    if typed not in list(Outcome):
        raise BadInput("outcome", "must be chosen")
    return Outcome(typed)


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        raise BadInput("until", "must be a day") from None


@blueprint.get("/notices")
@needs_role(*STEPPERS)
def notices() -> str:
    """What this person, or their role, was told and nobody has read yet."""
    house, person = services(), me()
    with house.database.read() as session:
        unseen = case_notices.unseen_notices(session, session.get_one(User, person.id), _MOST_NOTICES)
    return render_template("console/notices.html", notices=unseen)


@blueprint.post("/notices/<int:notice_id>/seen")
@needs_role(*STEPPERS)
def note_seen(notice_id: int) -> BaseResponse:
    """Somebody has read it; it leaves the list of all it was for."""
    house, person = services(), me()
    with house.database.write() as session:
        user = session.get_one(User, person.id)
        if not case_notices.note_seen(session, notice_id, user, house.now()):
            raise NotFound(f"notice {notice_id}")
    return redirect(url_for("console.notices"), 303)
