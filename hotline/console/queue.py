"""The queue: open cases by urgency, live; taking one of them, or the next."""

from hashlib import sha256
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from hotline.actions import casework
from hotline.console import leases, worklist
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
    """The whole page."""
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
    """Take the most urgent case that is free."""
    house, person = services(), me()
    with house.database.write() as session:
        agent = session.get_one(User, person.id)
        claimed = casework.claim_next(session, agent, house.policy, house.now())
    if claimed is None:
        tell("目前没有无人受理的工单。", "There is no free case at the moment.")
        return redirect(url_for("console.queue"), 303)
    leases.remember(*claimed)
    return redirect(url_for("console.case_page", case_id=claimed[0]), 303)


def _queue_page(refused: Words | None = None) -> str:
    return render_template("console/queue.html", refused=refused, **_shown())


def _shown() -> dict[str, Any]:
    """What both the page and its live part are made of; `seen` is the fingerprint of the live part."""
    house, person = services(), me()
    tab, number = _wanted_tab(), max(1, request.args.get("page", 1, type=bounded))
    now = house.now()
    with house.database.read() as session:
        counts = worklist.count(session, person, now, house.policy.zone)
        page = worklist.list_page(session, person, tab, number, now)
    body = render_template("console/_queue.html", counts=counts, page=page, tab=tab, Tab=Tab)
    seen = sha256(body.encode()).hexdigest()[:16]
    told = f"{counts.open}-{counts.overdue}"  # what was last said aloud; the same is not said again
    return {"body": body, "counts": counts, "tab": tab, "page": page, "seen": seen, "told": told}


def _wanted_tab() -> Tab:
    wanted = request.args.get("tab", Tab.OPEN)
    return Tab(wanted) if wanted in list(Tab) else Tab.OPEN
