"""The live board of supervisors: what waits, what is overdue or soon will be, who works on what, and today's hours."""

from hashlib import sha256
from typing import Any

from flask import render_template, request

from hotline.console.access import me, needs_role
from hotline.console.reassign import REASSIGNERS
from hotline.console.room import blueprint
from hotline.console.search import agents_to_choose
from hotline.reports.board import read_board
from hotline.services import services
from hotline.tables.people import Role

SUPERVISION = (Role.SUPERVISOR, Role.ADMIN, Role.AUDITOR)


@blueprint.get("/board")
@needs_role(*SUPERVISION)
def board() -> str:
    """The whole page."""
    with services().database.read() as session:
        agents = agents_to_choose(session)
    return render_template("console/board.html", agents=agents, may_reassign=_may_reassign(), **_shown())


@blueprint.get("/board/live")
@needs_role(*SUPERVISION)
def board_news() -> str | tuple[str, int]:
    """The live part alone; 204 while it is the same as what the page has `seen`."""
    shown = _shown()
    if request.args.get("seen") == shown["seen"]:
        return "", 204
    return render_template("console/_board_live.html", news=True, **shown)


def _may_reassign() -> bool:
    return me().role in REASSIGNERS


def _shown() -> dict[str, Any]:
    """What both the page and its live part are made of; `seen` is the fingerprint of the live part."""
    house = services()
    with house.database.read() as session:
        figures = read_board(session, house.now(), house.policy.zone)
    body = render_template("console/_board.html", board=figures, may_reassign=_may_reassign())
    seen = sha256(body.encode()).hexdigest()[:16]
    told = f"{figures.waiting}-{figures.overdue}-{figures.soon_count}"  # what was last said aloud
    return {"body": body, "board": figures, "seen": seen, "told": told}
