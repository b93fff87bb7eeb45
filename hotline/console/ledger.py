"""The ledger (整改台账): every case as a row, figures over all that the filter takes in, the same as an Excel file."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from tempfile import TemporaryFile
from typing import Any

from flask import render_template, request, send_file
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from hotline.actions.audit import audit
from hotline.console.access import me, needs_role
from hotline.console.casefilter import TOO_MANY, Asked
from hotline.console.ledger_columns import COLUMNS, cells, filter_in_words, totals
from hotline.console.room import blueprint
from hotline.console.search import agents_to_choose, asked_for, conditions_for_me, found_page
from hotline.console.worklist import own_dept
from hotline.reports.cases import TooMany, newest_first
from hotline.reports.ledger import MOST_COUNTED, LedgerFigures, ledger_figures, ledger_rows
from hotline.reports.workbook import Cell, write_workbook
from hotline.services import services
from hotline.tables import Case, User
from hotline.tables.people import Role

MOST_ROWS = 50_000  # of one file
_CHUNK = 500
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/ledger")
@needs_role(*Role)
def ledger() -> str | tuple[str, int]:
    """A page of rows, newest first; of this month, unless something else is asked for."""
    asked = _asked(asked_for(request.args))
    if asked.phone is not None or asked.faults:
        return _page(asked), 400
    try:
        return _page(asked, found_page(asked.wanted), _figures(asked))
    except TooMany:
        return _page(replace(asked, faults={"number": TOO_MANY})), 400


@blueprint.post("/ledger/export")
@needs_role(*Role)
def export_ledger() -> BaseResponse | tuple[str, int]:
    """The same cases as an Excel file, numbers masked; that it was taken is kept in the audit log."""
    house, person = services(), me()
    asked = _asked(asked_for(request.form))
    if asked.phone is not None or asked.faults:
        return _page(asked), 400
    try:
        with house.database.read() as session:
            conditions = conditions_for_me(session, asked.wanted)
            count = session.scalar(select(func.count()).select_from(Case).where(*conditions)) or 0
            if count > MOST_ROWS:
                return _page(asked, found_page(asked.wanted), _figures(asked), too_many=count), 400
            file = TemporaryFile()  # noqa: SIM115  # it is sent, and gone once it is closed
            figures = ledger_figures(session, conditions, house.now())
            about = [*_about(asked), *(totals(figures) if figures else ())]
            write_workbook(file, "整改台账", COLUMNS, _rows(session, conditions), about, house.policy.zone)
    except TooMany:
        return _page(replace(asked, faults={"number": TOO_MANY})), 400
    with house.database.write() as session:
        facts = {"filter": dict(asked.typed), "rows": count}
        audit(session, person.name, "ledger_exported", house.now(), facts=facts)
    file.seek(0)
    name = f"ledger-{house.now().astimezone(house.policy.zone):%Y%m%d-%H%M}.xlsx"
    return send_file(file, mimetype=_EXCEL, as_attachment=True, download_name=name)


def _asked(asked: Asked) -> Asked:
    """Without any filter: the cases of this month."""
    if asked.typed or asked.faults:
        return asked
    house = services()
    first = house.now().astimezone(house.policy.zone).date().replace(day=1)
    typed = {"opened_from": first.isoformat()}
    return replace(asked, wanted=replace(asked.wanted, opened_from=first), typed=typed)


def _figures(asked: Asked) -> LedgerFigures | None:
    house = services()
    with house.database.read() as session:
        return ledger_figures(session, conditions_for_me(session, asked.wanted), house.now())


def _rows(session: Session, conditions: list[ColumnElement[bool]]) -> Iterator[list[Cell]]:
    """Chunk by chunk, so that no more than one is in memory."""
    house, before = services(), None
    with_phone = own_dept(me()) is None
    while cases := session.scalars(newest_first(conditions, before).limit(_CHUNK)).all():
        for row in ledger_rows(session, cases, house.now()):
            yield cells(row, with_phone=with_phone)
        before = cases[-1]
        session.expunge_all()


def _about(asked: Asked) -> list[tuple[str, str]]:
    house = services()
    return [
        ("台账 ledger", house.policy.city),
        ("导出人 by", me().name),
        ("导出时间 at", f"{house.now().astimezone(house.policy.zone):%Y-%m-%d %H:%M}"),
        ("筛选 filter", filter_in_words(asked.typed)),
    ]


def _page(
    asked: Asked, found: dict[str, Any] | None = None, figures: LedgerFigures | None = None, too_many: int = 0
) -> str:
    with services().database.read() as session:
        agents: list[User] = agents_to_choose(session)
    first = asked.wanted.opened_from
    return render_template(
        "console/ledger.html",
        asked=asked,
        found=found,
        figures=figures,
        agents=agents,
        too_many=too_many,
        most_rows=MOST_ROWS,
        most_counted=MOST_COUNTED,
        months=_months(first) if first is not None else None,
        may_use_phone=False,
    )


def _months(first: date) -> tuple[tuple[date, date], tuple[date, date]]:
    """The month before that of `first`, and the one after it: each from its first to its last day."""
    this = first.replace(day=1)
    before = (this - timedelta(days=1)).replace(day=1)
    after = (this + timedelta(days=32)).replace(day=1)
    return (before, this - timedelta(days=1)), (after, (after + timedelta(days=32)).replace(day=1) - timedelta(days=1))
