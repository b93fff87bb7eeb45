"""The review list: texts that no rule could read for certain; a person assigns each to a record, or dismisses it."""

from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from hotline.actions import reviews
from hotline.actions.audit import audit
from hotline.console import conversations
from hotline.console.access import is_logged_in, me, needs_role
from hotline.console.conversations import Tab
from hotline.console.room import blueprint, tell
from hotline.console.text_words import FAULTS
from hotline.console.words import STARS, Words, why_refused, words_for
from hotline.errors import BadInput, Conflict
from hotline.rules.bounds import bounded
from hotline.rules.phones import mask_phones_in
from hotline.services import services
from hotline.tables.people import Role

DECIDERS = (Role.SUPERVISOR, Role.ADMIN)
READERS = (*DECIDERS, Role.AUDITOR)


@blueprint.context_processor
def _known_to_templates() -> dict[str, Any]:
    def replies_due() -> int | None:
        """How many texts wait for this person; None for one who does not decide."""
        return _count_due() if is_logged_in() and me().role in DECIDERS else None

    return {"replies_due": replies_due}


def _count_due() -> int:
    house = services()
    with house.database.read() as session:
        return conversations.count_due(session, house.now())


@blueprint.get("/replies")
@needs_role(*READERS)
def replies() -> str:
    """The list, by tab and page."""
    house, number = services(), max(1, request.args.get("page", 1, type=bounded))
    wanted = request.args.get("tab", Tab.DUE)
    tab = Tab(wanted) if wanted in list(Tab) else Tab.DUE
    with house.database.read() as session:
        page = conversations.list_page(session, tab, number, house.now())
        due = conversations.count_due(session, house.now())
    return render_template("console/replies.html", page=page, tab=tab, Tab=Tab, due=due, may_decide=_may_decide())


@blueprint.get("/replies/due")
@needs_role(*DECIDERS)
def replies_news() -> str | tuple[str, int]:
    """The figure beside the link of every page; 204 while it is the one that the page was `told`."""
    due = _count_due()
    if request.args.get("told", type=bounded) == due:
        return "", 204
    return render_template("console/_replies_due.html", due=due)


@blueprint.get("/replies/<int:item_id>")
@needs_role(*READERS)
def reply_page(item_id: int) -> str:
    """One text, its conversation, and the two ways to decide on it."""
    return _page(item_id)


@blueprint.post("/replies/<int:item_id>/assign")
@needs_role(*DECIDERS)
def assign(item_id: int) -> BaseResponse | tuple[str, int]:
    """The text is a rating of that record."""
    house, person = services(), me()
    record_id, stars = request.form.get("record_id", type=bounded), request.form.get("stars", type=bounded)
    chosen = {"record_id": record_id, "stars": stars if stars in STARS else None}
    faults = {field: FAULTS[field] for field, value in chosen.items() if value is None}
    if record_id is None or stars is None or faults:
        return _page(item_id, faults), 400
    try:
        with house.database.write() as session:
            rating = reviews.assign(session, item_id, record_id, stars, person.name, house.policy, house.now())
            facts = {"record": rating.record_id, "rating": rating.id, "stars": stars}
            audit(session, person.name, "reply_assigned", house.now(), subject=f"review:{item_id}", facts=facts)
    except (BadInput, Conflict) as fault:
        return _refused(item_id, fault)
    tell(f"已记为 {stars} 星（{STARS[stars].zh}）。", f"Kept as {stars} stars ({STARS[stars].en}).")
    return _to_next()


@blueprint.post("/replies/<int:item_id>/dismiss")
@needs_role(*DECIDERS)
def dismiss(item_id: int) -> BaseResponse | tuple[str, int]:
    """There is no rating in the text."""
    house, person = services(), me()
    note = mask_phones_in(request.form.get("note", "").replace("\r\n", "\n"), house.policy.region)
    try:
        with house.database.write() as session:
            reviews.dismiss(session, item_id, note, person.name, house.now())
            audit(session, person.name, "reply_dismissed", house.now(), f"review:{item_id}", {"note": note.strip()})
    except (BadInput, Conflict) as fault:
        return _refused(item_id, fault)
    tell("已判定不是评价。", "Dismissed: no rating.")
    return _to_next()


def _refused(item_id: int, fault: BadInput | Conflict) -> tuple[str, int]:
    if isinstance(fault, BadInput):
        return _page(item_id, {fault.field: words_for(FAULTS, fault.field)}), 400
    return _page(item_id, refused=why_refused(fault)), 409


def _to_next() -> BaseResponse:
    """On to the next text that waits, or back to the list when none does."""
    house = services()
    with house.database.read() as session:
        following = conversations.list_page(session, Tab.DUE, 1, house.now()).items
    if following:
        return redirect(url_for("console.reply_page", item_id=following[0].id), 303)
    return redirect(url_for("console.replies"), 303)


def _page(item_id: int, faults: dict[str, Words] | None = None, refused: Words | None = None) -> str:
    house = services()
    with house.database.read() as session:
        reply = conversations.read_reply(session, item_id, house.now())
    record_id = request.form.get("record_id", type=bounded) or reply.likely
    return render_template(
        "console/reply.html",
        reply=reply,
        item=reply.item,
        may_decide=_may_decide() and reply.item.decision is None,
        faults=faults or {},
        refused=refused,
        chosen_record=record_id,
        chosen_stars=request.form.get("stars", type=bounded),
        note=request.form.get("note", ""),
    )


def _may_decide() -> bool:
    return me().role in DECIDERS
