"""What is on its way, parked, or of unknown outcome; a supervisor sends parked work again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import redirect, render_template, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from hotline import outbox
from hotline.actions.audit import audit
from hotline.console.access import me, needs_role
from hotline.console.room import blueprint, tell
from hotline.console.words import CONFLICTS, Words
from hotline.errors import NotFound
from hotline.rules.phones import mask_phones_in
from hotline.services import services
from hotline.tables import Call, OutboundText, OutboxRow
from hotline.tables.contacts import CallState, TextState
from hotline.tables.people import Role
from hotline.tables.plumbing import OutboxState

_RESENDERS = (Role.SUPERVISOR, Role.ADMIN)
_MOST_ROWS = 50
_MOST_RESENT = 1000  # at one press


@dataclass(frozen=True, slots=True)
class KindFigures:
    """One kind of work: how many rows are due, due later, in hand and parked; since when; what went wrong last."""

    kind: outbox.Kind
    due: int
    later: int
    in_hand: int
    parked: int
    oldest_due_at: datetime | None
    last_error: str | None


@blueprint.get("/outbox")
@needs_role(*_RESENDERS, Role.AUDITOR)
def deliveries() -> str:
    """The whole page."""
    return _page()


@blueprint.post("/outbox/<int:row_id>/resend")
@needs_role(*_RESENDERS)
def resend(row_id: int) -> BaseResponse | tuple[str, int]:
    """Try a parked row again, and keep who said so."""
    house, person = services(), me()
    with house.database.write() as session:
        row = session.get(OutboxRow, row_id)
        if row is None:
            raise NotFound(f"outbox row {row_id}")
        freed = outbox.unpark(session, row_id, house.now())
        if freed:
            facts = {"kind": row.kind, "key": row.key}
            audit(session, person.name, "outbox_resent", house.now(), subject=f"outbox:{row_id}", facts=facts)
    if not freed:
        return _page(CONFLICTS["not_parked"]), 409
    tell(f"任务 {row_id} 已重新发送。", f"Task {row_id} is being sent again.")
    return redirect(url_for("console.deliveries"), 303)


@blueprint.post("/outbox/resend")
@needs_role(*_RESENDERS)
def resend_all() -> BaseResponse:
    """Try all that is parked again, a bounded number at a time, and keep who said so."""
    house, person = services(), me()
    with house.database.write() as session:
        freed = outbox.unpark_all(session, _MOST_RESENT, house.now())
        audit(session, person.name, "outbox_all_resent", house.now(), facts={"count": freed})
    tell(f"{freed} 项任务已重新发送。", f"{freed} tasks are being sent again.")
    return redirect(url_for("console.deliveries"), 303)


def _page(refused: Words | None = None) -> str:
    house = services()
    with house.database.read() as session:
        shown: dict[str, Any] = {
            "kinds": _by_kind(session, house.now()),
            "parked": _parked(session),
            "texts": _unknown_texts(session),
            "calls": _unknown_calls(session),
        }

    def error(text: str | None) -> str:
        return mask_phones_in(text or "", house.policy.region)

    may_resend = me().role in _RESENDERS
    return render_template("console/deliveries.html", refused=refused, error=error, may_resend=may_resend, **shown)


def _by_kind(session: Session, now: datetime) -> list[KindFigures]:
    unfinished = OutboxRow.state.in_([OutboxState.PENDING, OutboxState.CLAIMED, OutboxState.PARKED])
    pending = OutboxRow.state == OutboxState.PENDING
    rows = session.execute(
        select(
            OutboxRow.kind,
            func.count().filter(pending & (OutboxRow.due_at <= now)).label("due"),
            func.count().filter(pending & (OutboxRow.due_at > now)).label("later"),
            func.count().filter(OutboxRow.state == OutboxState.CLAIMED).label("in_hand"),
            func.count().filter(OutboxRow.state == OutboxState.PARKED).label("parked"),
            func.min(OutboxRow.due_at).filter(pending & (OutboxRow.due_at <= now)).label("oldest_due_at"),
            func.max(OutboxRow.id).filter(OutboxRow.last_error.is_not(None)).label("faulty_id"),
        )
        .where(unfinished)
        .group_by(OutboxRow.kind)
    )
    found = {row.kind: row for row in rows}
    return [_figures(session, kind, found.get(kind)) for kind in outbox.Kind]


def _figures(session: Session, kind: outbox.Kind, row: Any) -> KindFigures:
    if row is None:
        return KindFigures(kind, 0, 0, 0, 0, None, None)
    faulty = session.get(OutboxRow, row.faulty_id) if row.faulty_id is not None else None
    last_error = faulty.last_error if faulty is not None else None
    return KindFigures(kind, row.due, row.later, row.in_hand, row.parked, row.oldest_due_at, last_error)


def _parked(session: Session) -> Sequence[OutboxRow]:
    parked = select(OutboxRow).where(OutboxRow.state == OutboxState.PARKED)
    return session.scalars(parked.order_by(OutboxRow.id.desc()).limit(_MOST_ROWS)).all()


def _unknown_texts(session: Session) -> Sequence[OutboundText]:
    unknown = select(OutboundText).where(OutboundText.state == TextState.UNKNOWN)
    return session.scalars(unknown.order_by(OutboundText.id.desc()).limit(_MOST_ROWS)).all()


def _unknown_calls(session: Session) -> Sequence[Call]:
    unknown = select(Call).where(Call.state == CallState.UNKNOWN)
    return session.scalars(unknown.order_by(Call.id.desc()).limit(_MOST_ROWS)).all()
