"""Requests for more time: all that wait for a decision, the oldest first; granted or refused with a note."""

from flask import redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as BaseResponse

from hotline.actions.case_sharing import decide_extension, latest_extension
from hotline.actions.own_cases import about
from hotline.console.access import me, needs_role
from hotline.console.board import SUPERVISION
from hotline.console.room import blueprint, tell
from hotline.console.words import FIELDS, Words, why_refused, words_for
from hotline.errors import BadInput, Conflict
from hotline.reports.board import extensions_asked
from hotline.rules.phones import mask_phones_in
from hotline.services import services
from hotline.tables import Case, CaseExtension, User
from hotline.tables.people import Role

DECIDERS = (Role.SUPERVISOR, Role.ADMIN)
PAGE_SIZE = 25


@blueprint.get("/extensions")
@needs_role(*SUPERVISION)
def extensions() -> str:
    """Those that wait; what was decided stands in each case's history."""
    return _page()


@blueprint.post("/extensions/<int:case_id>")
@needs_role(*DECIDERS)
def decide(case_id: int) -> BaseResponse | tuple[str, int]:
    """Grant or refuse the request of that case."""
    house, person = services(), me()
    note = mask_phones_in(request.form.get("note", "").replace("\r\n", "\n"), house.policy.region)
    grant = request.form.get("verdict") == "grant"
    try:
        with house.database.write() as session:
            decide_extension(session, case_id, session.get_one(User, person.id), grant, note, house.policy, house.now())
    except BadInput as fault:
        return _page(case_id, words_for(FIELDS, fault.field)), 400
    except Conflict as conflict:
        return _page(case_id, why_refused(conflict)), 409
    if grant:
        tell(f"工单 {case_id}：已批准延期。", f"Case {case_id}: more time granted.")
    else:
        tell(f"工单 {case_id}：未批准延期。", f"Case {case_id}: more time refused.")
    return redirect(url_for("console.extensions"), 303)


def _page(faulty: int | None = None, fault: Words | None = None) -> str:
    house = services()
    asked = (
        select(CaseExtension, Case)
        .join(Case, Case.id == CaseExtension.case_id)
        .where(CaseExtension.decided_at.is_(None), ~about(me()))
        .order_by(CaseExtension.asked_at, CaseExtension.id)
        .limit(PAGE_SIZE)
    )
    with house.database.read() as session:
        rows = [(row.CaseExtension, row.Case) for row in session.execute(asked)]
        count = extensions_asked(session)
    return render_template(
        "console/extensions.html",
        rows=rows,
        count=count,
        faulty=faulty,
        fault=fault,
        typed=request.form,
        may_decide=me().role in DECIDERS,
        latest=lambda case: latest_extension(case, house.policy),
    )
