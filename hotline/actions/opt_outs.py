"""Opt-outs: a number that asked not to be asked, kept for ever, and its way back in."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Select, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from hotline.errors import BadInput, Conflict, NotFound
from hotline.privacy import SealedPhone
from hotline.rules.written import seen
from hotline.tables import Invitation, OptOut, ServiceRecord
from hotline.tables.service import InvitationState

SHORTEST_REASON, LONGEST_REASON = 4, 500


def is_opted_out(session: Session, phone_lookup: str) -> bool:
    return session.scalar(_holding(phone_lookup).limit(1)) is not None


def opt_out(session: Session, phone: SealedPhone, asked_by: str, now: datetime) -> None:
    """From now on this number is not asked; what waits to be sent to it is declined."""
    if not is_opted_out(session, phone.lookup):
        session.add(OptOut(phone=phone, asked_at=now, asked_by=asked_by))
    waiting = session.scalars(
        select(Invitation)
        .join(Invitation.record)
        .where(ServiceRecord.phone_lookup == phone.lookup, Invitation.state == InvitationState.WAITING)
        .order_by(Invitation.id)  # two opt-outs at once lock them in one order
        .with_for_update(of=Invitation, key_share=True)
        .execution_options(populate_existing=True)
    )
    for invitation in waiting:
        invitation.state = InvitationState.DECLINED


def opt_in(session: Session, phone: SealedPhone, asked_by: str, now: datetime) -> None:
    """The citizen wants to be asked again."""
    for holding in session.scalars(_holding(phone.lookup)):
        holding.ended_at, holding.ended_by = now, asked_by


def end_with_reason(session: Session, opt_out_id: int, reason: str, user_name: str, now: datetime) -> None:
    """A person ends an opt-out for the citizen, and says why.

    Raises NotFound, BadInput naming `reason`, and Conflict (`opt_out_ended`) if it holds no more.
    """
    reason = seen(reason)
    if len(reason) < SHORTEST_REASON:
        raise BadInput("reason", f"must have at least {SHORTEST_REASON} characters: who asked for it, and how")
    if len(reason) > LONGEST_REASON:
        raise BadInput("reason", f"is longer than {LONGEST_REASON} characters")
    if session.get(OptOut, opt_out_id) is None:
        raise NotFound(f"opt-out {opt_out_id}")
    result = session.execute(
        update(OptOut)
        .where(OptOut.id == opt_out_id, OptOut.ended_at.is_(None))
        .values(ended_at=now, ended_by=user_name, end_reason=reason)
    )
    assert isinstance(result, CursorResult)
    if result.rowcount != 1:
        raise Conflict("the opt-out has ended already", code="opt_out_ended")


def all_holding(session: Session) -> Iterator[OptOut]:
    """Every opt-out that holds, in the order in which they were asked for; read in parts, for an export."""
    holding = select(OptOut).where(OptOut.ended_at.is_(None)).order_by(OptOut.id)
    return iter(session.scalars(holding.execution_options(yield_per=1000)))


def _holding(phone_lookup: str) -> Select[OptOut]:
    """One row as a rule; two if two channels told us at the same moment."""
    return select(OptOut).where(OptOut.phone_lookup == phone_lookup, OptOut.ended_at.is_(None))
