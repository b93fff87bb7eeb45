"""Opt-outs: who asked to be left alone; found by number, ended with a reason, exported for carriers' own lists."""

from collections.abc import Iterator, Sequence
from enum import StrEnum

from flask import Response, redirect, render_template, request, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from hotline.actions.audit import audit
from hotline.actions.opt_outs import LONGEST_REASON, SHORTEST_REASON, end_with_reason
from hotline.console.access import me, needs_role
from hotline.console.room import blueprint, tell
from hotline.console.text_words import FAULTS
from hotline.console.words import Words, why_refused
from hotline.errors import BadInput, Conflict, NotFound
from hotline.reports.opt_outs import opt_outs_csv
from hotline.rules.bounds import bounded
from hotline.rules.phones import PhoneError, mask_phones_in, read_phone
from hotline.services import Services, services
from hotline.tables import OptOut
from hotline.tables.people import Role

PAGE_SIZE = 50
_ENDERS = (Role.SUPERVISOR, Role.ADMIN)
_READERS = (*_ENDERS, Role.AUDITOR)


class Tab(StrEnum):
    HOLDING = "holding"
    ENDED = "ended"


@blueprint.get("/opt-outs")
@needs_role(*_READERS)
def opt_outs() -> str:
    """One page of a tab, the latest first."""
    return _list_page()


@blueprint.post("/opt-outs/find")
@needs_role(*_READERS)
def find_opt_out() -> str | tuple[str, int]:
    """Those of one number; that it was asked is kept. It is posted, and looked up by its keyed hash: it never stands in
    an address."""
    house, person, typed = services(), me(), request.form.get("phone", "").strip()
    try:
        sealed = house.vault.seal_phone(read_phone(typed, house.policy.region))
    except PhoneError:
        return _list_page({"phone": FAULTS["phone"]}), 400
    with house.database.write() as session:
        found = _of_number(session, sealed.lookup)
        facts = {"phone": sealed.masked, "found": len(found)}
        audit(session, person.name, "opt_outs_searched", house.now(), facts=facts)
    return render_template("console/opt_outs_found.html", found=found, masked=sealed.masked)


@blueprint.get("/opt-outs/<int:opt_out_id>")
@needs_role(*_READERS)
def opt_out_page(opt_out_id: int) -> str:
    """One opt-out, what came before and after it for the same number, and ending it."""
    return _page(opt_out_id)


@blueprint.post("/opt-outs/<int:opt_out_id>/end")
@needs_role(*_ENDERS)
def end_opt_out(opt_out_id: int) -> BaseResponse | tuple[str, int]:
    """The citizen wants to be asked again, and said so to a person, who writes down how."""
    house, person = services(), me()
    reason = _posted_reason(house)
    try:
        with house.database.write() as session:
            end_with_reason(session, opt_out_id, reason, person.name, house.now())
            audit(session, person.name, "opt_out_ended", house.now(), f"opt_out:{opt_out_id}", {"reason": reason})
    except BadInput:
        return _page(opt_out_id, {"reason": FAULTS["reason"]}), 400
    except Conflict as conflict:
        return _page(opt_out_id, refused=why_refused(conflict)), 409
    tell("退订已结束，今后会照常发送评价邀请。", "The opt-out has ended; the number will be asked again.")
    return redirect(url_for("console.opt_out_page", opt_out_id=opt_out_id), 303)


@blueprint.post("/opt-outs/export")
@needs_role(Role.ADMIN)
def export_opt_outs() -> BaseResponse | tuple[str, int]:
    """Every number whose opt-out holds, whole, as carriers' own lists need it: with a reason, and kept in the audit."""
    house, person = services(), me()
    reason = _posted_reason(house)
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        return _list_page({"reason": FAULTS["reason"]}), 400
    with house.database.write() as session:
        audit(session, person.name, "opt_outs_exported", house.now(), facts={"reason": reason})
    name = f"opt-outs-{house.now().astimezone(house.policy.zone):%Y%m%d-%H%M}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(_csv(house), mimetype="text/csv", headers=headers)


def _csv(house: Services) -> Iterator[str]:
    with house.database.read() as session:
        yield from opt_outs_csv(session, house.policy.zone, house.vault.open)


def _posted_reason(house: Services) -> str:
    return mask_phones_in(request.form.get("reason", "").replace("\0", "").strip(), house.policy.region)


def _of_number(session: Session, phone_lookup: str) -> Sequence[OptOut]:
    return session.scalars(select(OptOut).where(OptOut.phone_lookup == phone_lookup).order_by(OptOut.id.desc())).all()


def _list_page(faults: dict[str, Words] | None = None) -> str:
    before, wanted = request.args.get("before", type=bounded), request.args.get("tab", Tab.HOLDING)
    tab = Tab(wanted) if wanted in list(Tab) else Tab.HOLDING
    holds = OptOut.ended_at.is_(None) if tab is Tab.HOLDING else OptOut.ended_at.is_not(None)
    listed = select(OptOut).where(holds).order_by(OptOut.id.desc()).limit(PAGE_SIZE + 1)
    if before is not None:
        listed = listed.where(OptOut.id < before)
    with services().database.read() as session:
        found = session.scalars(listed).all()
        holding = session.scalar(select(func.count()).select_from(OptOut).where(OptOut.ended_at.is_(None)))
    return render_template(
        "console/opt_outs.html",
        rows=found[:PAGE_SIZE],
        has_older=len(found) > PAGE_SIZE,
        is_first=before is None,
        holding=holding,
        tab=tab,
        Tab=Tab,
        faults=faults or {},
        typed=request.form.get("phone", ""),
        reason=request.form.get("reason", ""),
        may_export=me().role is Role.ADMIN,
    )


def _page(opt_out_id: int, faults: dict[str, Words] | None = None, refused: Words | None = None) -> str:
    with services().database.read() as session:
        opt_out = session.get(OptOut, opt_out_id)
        if opt_out is None:
            raise NotFound(f"opt-out {opt_out_id}")
        others = [one for one in _of_number(session, opt_out.phone_lookup) if one.id != opt_out.id]
    return render_template(
        "console/opt_out.html",
        opt_out=opt_out,
        others=others,
        faults=faults or {},
        refused=refused,
        reason=request.form.get("reason", ""),
        may_end=me().role in _ENDERS and opt_out.ended_at is None,
    )
