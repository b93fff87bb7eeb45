"""The search: cases by what is known of them; by a telephone number only in a posted form, which no address shows."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import redirect, render_template, request, url_for
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from hotline.actions.audit import audit
from hotline.actions.own_cases import about
from hotline.console.access import WORKERS, me, needs_role
from hotline.console.casefilter import TOO_MANY, Asked, read_filter
from hotline.console.room import blueprint
from hotline.console.words import Words
from hotline.console.worklist import own_dept
from hotline.reports.cases import CaseFilter, TooMany, matching, newest_first
from hotline.reports.ledger import LedgerRow, ledger_rows
from hotline.rules.bounds import bounded
from hotline.rules.phones import is_phone, read_phone
from hotline.services import services
from hotline.tables import Case, User
from hotline.tables.people import Role

PAGE_SIZE = 25
_PHONE_SEARCHERS = (*WORKERS, Role.AUDITOR)  # not the department that was rated: it must not learn who rated it
_NO_PHONES_HERE = Words(
    "请在本页的查找框中填写电话号码，不要写入网址。",
    "Type a telephone number into the field of this page, never into an address.",
)
_NO_PHONES = Words("您的角色不能按电话号码查找。", "Your role may not search by telephone number.")


@blueprint.get("/search")
@needs_role(*Role)
def search() -> str | tuple[str, int]:
    """What the address asks for; nothing is listed before something is asked."""
    asked = asked_for(request.args)
    return show_found(asked) if asked.typed or asked.faults or asked.phone else _page(asked, None)


@blueprint.post("/search")
@needs_role(*Role)
def find_cases() -> BaseResponse | str | tuple[str, int]:
    """The form of search and ledger: to the page that shows it, unless a telephone number is in it, which is looked up
    by its keyed hash, and kept in the audit log."""
    asked = asked_for(request.form)
    if asked.phone is not None:
        return _find_by_phone(asked)
    if asked.faults:
        return show_found(asked)
    page = "console.ledger" if request.form.get("page") == "ledger" else "console.search"
    return redirect(url_for(page, _external=False, **dict(asked.typed)), 303)


def asked_for(fields: Mapping[str, str]) -> Asked:
    return read_filter(fields, lambda text: is_phone(text, services().policy.region))


def show_found(asked: Asked) -> str | tuple[str, int]:
    """The cases that fit; with faults, what is wrong with the form instead."""
    if asked.phone is not None:  # somebody has put it into the address: it is not looked up
        asked = replace(asked, faults={**asked.faults, "number": _NO_PHONES_HERE})
    if asked.faults:
        return _page(asked, None), 400
    try:
        return _page(asked, found_page(asked.wanted))
    except TooMany:
        return _page(replace(asked, faults={"number": TOO_MANY}), None), 400


def _find_by_phone(asked: Asked) -> str | tuple[str, int]:
    house, person = services(), me()
    if person.role not in _PHONE_SEARCHERS:
        return _page(replace(asked, faults={"number": _NO_PHONES}), None), 403
    assert asked.phone is not None
    sealed = house.vault.seal_phone(read_phone(asked.phone, house.policy.region))
    found = found_page(replace(asked.wanted, phone_lookup=sealed.lookup))
    with house.database.write() as session:
        facts = {"phone": sealed.masked, "found": len(found["rows"])}
        audit(session, person.name, "cases_found_by_phone", house.now(), facts=facts)
    return _page(asked, found | {"has_older": False}, masked=sealed.masked)


def found_page(wanted: CaseFilter) -> dict[str, Any]:
    """One page of the cases, from behind the one that the address names. Raises TooMany."""
    house, before_id = services(), request.args.get("before", type=bounded)
    now = house.now()
    with house.database.read() as session:
        conditions = conditions_for_me(session, wanted)
        before = None if before_id is None else session.get(Case, before_id)
        found = session.scalars(newest_first(conditions, before).limit(PAGE_SIZE + 1)).all()
        rows: list[LedgerRow] = ledger_rows(session, found[:PAGE_SIZE], now)
    return {"rows": rows, "has_older": len(found) > PAGE_SIZE, "is_first": before is None}


def conditions_for_me(session: Session, wanted: CaseFilter) -> list[ColumnElement[bool]]:
    """The filter, and what the person who asks may see. Raises TooMany."""
    house, person = services(), me()
    conditions = matching(session, wanted, own_dept(person), house.now(), house.policy.zone)
    return conditions if person.staff_no is None else [*conditions, ~about(person)]


def agents_to_choose(session: Session) -> list[User]:
    """Those who work on cases, also who did so once; they are few."""
    return list(session.scalars(select(User).where(User.role.in_(WORKERS)).order_by(User.name)))


def _page(asked: Asked, found: dict[str, Any] | None, masked: str | None = None) -> str:
    with services().database.read() as session:
        agents = agents_to_choose(session)
    return render_template(
        "console/search.html",
        asked=asked,
        found=found,
        masked=masked,
        agents=agents,
        may_use_phone=me().role in _PHONE_SEARCHERS,
    )
