"""The page of one case: all that is known, calling the citizen, giving it back; live while it is open."""

from datetime import datetime
from hashlib import sha256
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from hotline.actions import casework, dial
from hotline.actions.call_recordings import refuse_recording
from hotline.console import leases
from hotline.console.access import WORKERS, me, needs_role, touch
from hotline.console.beforehand import read_beforehand
from hotline.console.besidefile import Beside, read_beside
from hotline.console.casefile import CaseFile, Standing, read_case
from hotline.console.room import blueprint, tell
from hotline.console.words import FIELDS, Words, why_refused
from hotline.errors import BadInput, Conflict
from hotline.services import services
from hotline.tables import User
from hotline.tables.people import Role

# The parts of the page that change by themselves.
_MOVING = ("state", "call", "contact", "history")


@blueprint.get("/cases/<int:case_id>")
@needs_role(*Role)
def case_page(case_id: int) -> str:
    """The whole page."""
    return show_case(case_id)


@blueprint.get("/cases/<int:case_id>/live")
@needs_role(*Role)
def case_news(case_id: int) -> str | tuple[str, int]:
    """The parts that move by themselves; 204 while they are the same as what the page has `seen`."""
    shown = _live(_read(case_id))
    if request.args.get("seen") == shown["seen"]:
        return "", 204
    return render_template("console/_case_live.html", news=True, **shown)


@blueprint.post("/cases/<int:case_id>/renew")
@needs_role(*WORKERS)
def renew(case_id: int) -> str:
    """The open page holds on to its case; or learns that it has lost it."""
    house = services()
    try:
        token = leases.posted_token(case_id)
        with house.database.write() as session:
            casework.renew(session, case_id, token, house.policy, house.now())
    except Conflict as conflict:
        return render_template("console/_lease_lost.html", why=why_refused(conflict))
    file = _read(case_id)
    if file.call is not None:
        touch()  # whoever is on the telephone is at the desk
    return render_template("console/_lease.html", file=file)


@blueprint.post("/cases/<int:case_id>/call")
@needs_role(*WORKERS)
def call(case_id: int) -> BaseResponse | tuple[str, int]:
    """Ring the agent, then the citizen."""
    house, person = services(), me()
    try:
        token = leases.posted_token(case_id)
        with house.database.write() as session:
            agent, unrecorded = session.get_one(User, person.id), "unrecorded" in request.form
            dial.dial(session, case_id, token, agent, house.policy, house.now(), unrecorded=unrecorded)
    except BadInput:
        return show_case(case_id, {"phone": FIELDS["no_phone"]}), 400
    except dial.CallLater as later:
        return show_refused(case_id, later, later.again_at)
    except Conflict as conflict:
        return show_refused(case_id, conflict)
    return redirect(url_for("console.case_page", case_id=case_id, _anchor="call"), 303)


@blueprint.post("/cases/<int:case_id>/call/end")
@needs_role(*WORKERS)
def end_call(case_id: int) -> BaseResponse | tuple[str, int]:
    """The agent has hung up, and no report of it came: the call is over."""
    house, person = services(), me()
    try:
        token = leases.posted_token(case_id)
        with house.database.write() as session:
            dial.end_by_hand(session, case_id, token, session.get_one(User, person.id), house.now())
    except Conflict as conflict:
        return show_refused(case_id, conflict)
    return redirect(url_for("console.case_page", case_id=case_id, _anchor="call"), 303)


@blueprint.post("/cases/<int:case_id>/call/unrecorded")
@needs_role(*WORKERS)
def stop_recording(case_id: int) -> BaseResponse | tuple[str, int]:
    """The citizen does not want to be recorded: the talk goes on, and nothing of it is kept."""
    house, person = services(), me()
    try:
        token = leases.posted_token(case_id)
        with house.database.write() as session:
            refuse_recording(session, case_id, token, session.get_one(User, person.id), house.now())
    except Conflict as conflict:
        return show_refused(case_id, conflict)
    return redirect(url_for("console.case_page", case_id=case_id, _anchor="call"), 303)


@blueprint.post("/cases/<int:case_id>/release")
@needs_role(*WORKERS)
def release(case_id: int) -> BaseResponse | tuple[str, int]:
    """Give the case back to the queue."""
    house, person = services(), me()
    try:
        token = leases.posted_token(case_id)
        with house.database.write() as session:
            casework.release(session, case_id, token, session.get_one(User, person.id), house.now())
    except Conflict as conflict:
        return show_refused(case_id, conflict)
    leases.forget(case_id)
    tell(f"工单 {case_id} 已退回队列。", f"Case {case_id} is back in the queue.")
    return redirect(url_for("console.queue"), 303)


def show_refused(case_id: int, conflict: Conflict, again_at: datetime | None = None) -> tuple[str, int]:
    """Say kindly why nothing was done, and from when it can be, and keep what was typed."""
    shown = {"why": why_refused(conflict), "again_at": again_at, "note": request.form.get("note", "")}
    return render_template("console/refused.html", case_id=case_id, **shown), 409


def show_case(case_id: int, faults: dict[str, Words] | None = None) -> str:
    """The page, with what is wrong with the form that was sent, and what was typed into it."""
    house, person = services(), me()
    with house.database.read() as session:
        file = read_case(session, case_id, person, leases.token_of(case_id), house.now())
        before = read_beforehand(session, file, person, house.policy, house.now()) if person.works_cases else None
    return render_template(
        "console/case.html",
        before=before,
        faults=faults or {},
        note="" if "move" in request.form else request.form.get("note", ""),
        typed=request.form,
        chosen=request.form.get("result", ""),
        beside=_beside(file),
        **_live(file),
    )


def _beside(file: CaseFile) -> Beside:
    house = services()
    with house.database.read() as session:
        return read_beside(session, file.case, me(), file.standing is Standing.MINE, house)


def _live(file: CaseFile) -> dict[str, Any]:
    """What both the page and its news are made of; `seen` is the fingerprint of the parts that move."""
    shown = {"file": file, "case": file.case, "Standing": Standing}
    parts = [render_template(f"console/_case_{part}.html", **shown) for part in _MOVING]
    seen = sha256("".join(parts).encode()).hexdigest()[:16]
    last = next(iter(file.attempts), None)
    told = f"{last.id}-{last.state}" if last else ""  # what was last said aloud; the same is not said again
    return shown | {"seen": seen, "told": told}


def _read(case_id: int) -> CaseFile:
    house = services()
    with house.database.read() as session:
        return read_case(session, case_id, me(), leases.token_of(case_id), house.now())
