"""The register of malicious raters: proposed from a case, decided by somebody else, found by number, objected to."""

from collections.abc import Callable
from enum import StrEnum

from flask import redirect, render_template, request, url_for
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from hotline.actions import register as actions
from hotline.actions.audit import audit
from hotline.actions.own_cases import about
from hotline.console.access import WORKERS, me, needs_role
from hotline.console.besidefile import PROPOSERS
from hotline.console.case import show_case, show_refused
from hotline.console.room import blueprint, tell
from hotline.console.text_words import FAULTS
from hotline.console.words import FIELDS, Words, why_refused
from hotline.errors import BadInput, Conflict, NotFound
from hotline.rules.bounds import bounded
from hotline.rules.phones import PhoneError, mask_phones_in, read_phone
from hotline.services import services
from hotline.tables import AuditEntry, Case, RegisterEntry, RegisterObjection, User
from hotline.tables.appeals import RegisterState
from hotline.tables.people import Role

PAGE_SIZE = 50
_MOST_SHOWN = 100
_READERS = (*PROPOSERS, Role.REVIEWER, Role.AUDITOR)
_FINDERS = (*_READERS, Role.AGENT)


class Tab(StrEnum):
    """Which entries are listed: those that a reviewer has to decide on, those that hold, and the rest."""

    PROPOSED = "proposed"
    STANDING = "standing"
    OVER = "over"


@blueprint.get("/register")
@needs_role(*_FINDERS)
def register() -> str:
    """Finding a number; and for those who look after the register one page of a tab, the latest first."""
    return _list_page()


@blueprint.post("/register/find")
@needs_role(*_FINDERS)
def find_registered() -> str | tuple[str, int]:
    """Whether a number stands in the register; that it was asked is kept. It is posted, and never in an address."""
    house, person, typed = services(), me(), request.form.get("phone", "").strip()
    try:
        sealed = house.vault.seal_phone(read_phone(typed, house.policy.region))
    except PhoneError:
        return _list_page({"phone": FAULTS["phone"]}), 400
    with house.database.write() as session:
        entries = select(RegisterEntry).where(RegisterEntry.phone_lookup == sealed.lookup, _about_others())
        found = session.scalars(entries.order_by(RegisterEntry.id.desc())).all()
        facts = {"found": [entry.id for entry in found]}
        audit(session, person.name, "register_searched", house.now(), facts=facts)
    return render_template("console/register_found.html", found=found, masked=sealed.masked)


@blueprint.get("/register/<int:entry_id>")
@needs_role(*_FINDERS)
def register_entry(entry_id: int) -> str:
    """One entry: why, by whom, until when, what it was used for and who looked."""
    return _page(entry_id)


@blueprint.post("/cases/<int:case_id>/register")
@needs_role(*PROPOSERS)
def propose_registering(case_id: int) -> BaseResponse | tuple[str, int]:
    """Propose the number of a rating that was excluded as malicious."""
    house, person = services(), me()
    try:
        with house.database.write() as session:
            user = session.get_one(User, person.id)
            entry_id = actions.propose(session, case_id, user, _note(), house.now()).id
    except BadInput:
        return show_case(case_id, {"register-note": FIELDS["register_note"]}), 400
    except Conflict as conflict:
        return show_refused(case_id, conflict)
    tell("已提出登记建议，由复核人员决定。", "The proposal is kept; a reviewer decides on it.")
    return redirect(url_for("console.register_entry", entry_id=entry_id), 303)


@blueprint.post("/register/<int:entry_id>/decide")
@needs_role(Role.REVIEWER)
def decide_registering(entry_id: int) -> BaseResponse | tuple[str, int]:
    """Register the number, or do not."""
    accept, policy = request.form.get("decision") == "yes", services().policy
    return _do(
        entry_id,
        lambda session, user: actions.decide(session, entry_id, user, accept, _note(), policy, services().now()),
    )


@blueprint.post("/register/<int:entry_id>/object")
@needs_role(*WORKERS)
def object_to_registering(entry_id: int) -> BaseResponse | tuple[str, int]:
    """The citizen objects, by telephone or in person, and it is written down for them."""
    return _do(entry_id, lambda session, user: actions.object_to(session, entry_id, user, _note(), services().now()))


@blueprint.post("/register/<int:entry_id>/objection")
@needs_role(Role.REVIEWER)
def decide_objection(entry_id: int) -> BaseResponse | tuple[str, int]:
    """The number leaves the register, or stays."""
    uphold = request.form.get("decision") == "yes"
    return _do(
        entry_id,
        lambda session, user: actions.decide_objection(session, entry_id, user, uphold, _note(), services().now()),
    )


@blueprint.post("/register/<int:entry_id>/end")
@needs_role(Role.SUPERVISOR, Role.ADMIN, Role.REVIEWER)
def end_registering(entry_id: int) -> BaseResponse | tuple[str, int]:
    """The number leaves the register before its time."""
    return _do(entry_id, lambda session, user: actions.end_early(session, entry_id, user, _note(), services().now()))


def _do(entry_id: int, act: Callable[[Session, User], None]) -> BaseResponse | tuple[str, int]:
    house, person = services(), me()
    if request.form.get("decision", "no") not in ("yes", "no"):
        raise NotFound("such a decision")
    try:
        with house.database.write() as session:
            act(session, session.get_one(User, person.id))
    except BadInput:
        return _page(entry_id, fault=FIELDS["register_note"]), 400
    except Conflict as conflict:
        return _page(entry_id, refused=why_refused(conflict)), 409
    tell("已登记。", "It is kept.")
    return redirect(url_for("console.register_entry", entry_id=entry_id), 303)


def _note() -> str:
    return mask_phones_in(request.form.get("note", "").replace("\r\n", "\n"), services().policy.region)


def _list_page(faults: dict[str, Words] | None = None) -> str:
    before, wanted = request.args.get("before", type=bounded), request.args.get("tab", Tab.PROPOSED)
    tab = Tab(wanted) if wanted in list(Tab) else Tab.PROPOSED
    listed = (
        select(RegisterEntry)
        .where(_in_tab(tab), _about_others())
        .order_by(RegisterEntry.id.desc())
        .limit(PAGE_SIZE + 1)
    )
    if before is not None:
        listed = listed.where(RegisterEntry.id < before)
    may_list = me().role in _READERS
    with services().database.read() as session:
        found = session.scalars(listed).all() if may_list else []
        counts = {each: _count(session, each) for each in (Tab.PROPOSED, Tab.STANDING)} if may_list else {}
    return render_template(
        "console/register.html",
        rows=found[:PAGE_SIZE],
        has_older=len(found) > PAGE_SIZE,
        is_first=before is None,
        counts=counts,
        tab=tab,
        Tab=Tab,
        faults=faults or {},
        typed=request.form.get("phone", ""),
        may_list=may_list,
    )


def _about_others() -> ColumnElement[bool]:
    """Nobody learns here who rated them."""
    return RegisterEntry.case_id.not_in(select(Case.id).where(about(me())))


def _in_tab(tab: Tab) -> ColumnElement[bool]:
    proposed = RegisterEntry.accepted.is_(None)
    standing = (
        RegisterEntry.accepted.is_(True)
        & RegisterEntry.ended_at.is_(None)
        & (RegisterEntry.expires_at > services().now())
    )
    return {Tab.PROPOSED: proposed, Tab.STANDING: standing}.get(tab, ~proposed & ~standing)


def _count(session: Session, tab: Tab) -> int:
    return session.scalar(select(func.count()).select_from(RegisterEntry).where(_in_tab(tab))) or 0


def _page(entry_id: int, fault: Words | None = None, refused: Words | None = None) -> str:
    house, person = services(), me()
    with house.database.write() as session:
        entry = actions.look_up(session, entry_id, session.get_one(User, person.id), house.now())
        record = entry.case.record
        of_entry = select(RegisterObjection).where(RegisterObjection.entry_id == entry_id)
        objections = session.scalars(of_entry.order_by(RegisterObjection.id)).all()
        uses = actions.uses_of(session, entry_id, _MOST_SHOWN)
        viewed = AuditEntry.action == "register_viewed", AuditEntry.subject == f"register:{entry_id}"
        looks = select(AuditEntry).where(*viewed).order_by(AuditEntry.id.desc()).limit(_MOST_SHOWN)
        looked = session.scalars(looks).all()
    state = entry.state(house.now())
    return render_template(
        "console/register_entry.html",
        entry=entry,
        record=record,
        objections=objections,
        uses=uses,
        looks=looked,
        state=state,
        deeds=_deeds(person.role, state, any(one.decided_at is None for one in objections)),
        fault=fault,
        refused=refused,
        typed=request.form,
    )


def _deeds(role: Role, state: RegisterState, objected: bool) -> list[str]:
    """The forms that the page has for this person: their views."""
    deeds = []
    if state is RegisterState.PROPOSED and role is Role.REVIEWER:
        deeds.append("decide_registering")
    if objected and role is Role.REVIEWER:
        deeds.append("decide_objection")
    if state is RegisterState.STANDING:
        if role in WORKERS and not objected:
            deeds.append("object_to_registering")
        if role in (Role.SUPERVISOR, Role.ADMIN, Role.REVIEWER):
            deeds.append("end_registering")
    return deeds
