"""The queue: open cases by urgency, live; taking one of them, or the next."""

from hashlib import sha256
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from hotline.actions import casework
from hotline.actions.case_queue import Wanted
from hotline.console import leases, wanted, worklist
from hotline.console.access import WORKERS, me, needs_role
from hotline.console.room import blueprint, tell
from hotline.console.words import Words, why_refused
from hotline.console.worklist import Tab
from hotline.errors import Conflict
from hotline.rules.bounds import bounded
from hotline.services import services
from hotline.tables import User
from hotline.tables.people import Role


@blueprint.get("/")
@needs_role(*Role)
def queue() -> str:
    """The whole page. Its filter holds for the cases that open by themselves, until the next look at it."""
    wanted.remember(wanted.asked_for())
    return _queue_page()


@blueprint.get("/queue")
@needs_role(*Role)
def queue_news() -> str | tuple[str, int]:
    """The live part alone; 204 while it is the same as what the page has `seen`."""
    shown = _shown()
    if request.args.get("seen") == shown["seen"]:
        return "", 204
    return render_template("console/_queue_live.html", news=True, **shown)


@blueprint.post("/cases/<int:case_id>/claim")
@needs_role(*WORKERS)
def claim(case_id: int) -> BaseResponse | tuple[str, int]:
    """Take this case, or say on the queue why it cannot be taken."""
    house, person = services(), me()
    try:
        with house.database.write() as session:
            agent = session.get_one(User, person.id)
            token = casework.claim(session, case_id, agent, house.policy, house.now())
    except Conflict as conflict:
        return _queue_page(refused=why_refused(conflict)), 409
    leases.remember(case_id, token)
    return redirect(url_for("console.case_page", case_id=case_id), 303)


@blueprint.post("/cases/next")
@needs_role(*WORKERS)
def claim_next() -> BaseResponse:
    """Take the most urgent case that can be worked on now, of those that the queue is filtered to."""
    return to_next(wanted.asked_for())


def to_next(asked: Wanted) -> BaseResponse:
    """Take that case and go to its page; or to the queue, which says that there is none."""
    house, person = services(), me()
    with house.database.write() as session:
        agent = session.get_one(User, person.id)
        claimed = casework.claim_next(session, agent, house.policy, house.now(), asked)
    if claimed is None:
        tell("目前没有您现在可以受理的工单。", "There is no case for you to take at the moment.")
        return redirect(url_for("console.queue", **wanted.in_address(asked)), 303)
    leases.remember(*claimed)
    return redirect(url_for("console.case_page", case_id=claimed[0]), 303)


def _queue_page(refused: Words | None = None) -> str:
    house, person = services(), me()
    with house.database.read() as session:
        departments = [] if person.role is Role.DEPARTMENT else worklist.departments(session, person)
    return render_template("console/queue.html", refused=refused, departments=departments, **_shown())


def _shown() -> dict[str, Any]:
    """What both the page and its live part are made of; `seen` is the fingerprint of the live part."""
    house, person = services(), me()
    tab, number = _wanted_tab(), max(1, request.args.get("page", 1, type=bounded))
    now, asked = house.now(), wanted.asked_for()
    with house.database.read() as session:
        counts = worklist.count(session, person, now, house.policy.zone, asked)
        page = worklist.list_page(session, person, tab, number, now, asked)
    filtered = {"asked": asked, "filter": wanted.in_address(asked)}
    body = render_template("console/_queue.html", counts=counts, page=page, tab=tab, Tab=Tab, **filtered)
    seen = sha256(body.encode()).hexdigest()[:16]
    told = f"{counts.open}-{counts.overdue}"  # what was last said aloud; the same is not said again
    return {"body": body, "counts": counts, "tab": tab, "page": page, "seen": seen, "told": told} | filtered


def _wanted_tab() -> Tab:
    wanted = request.args.get("tab", Tab.OPEN)
    return Tab(wanted) if wanted in list(Tab) else Tab.OPEN
