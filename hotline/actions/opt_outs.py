"""Opt-outs: a number that asked not to be asked, kept for ever, and its way back in."""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from hotline.privacy import SealedPhone
from hotline.tables import Invitation, OptOut, ServiceRecord
from hotline.tables.service import InvitationState


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


def _holding(phone_lookup: str) -> Select[OptOut]:
    """One row as a rule; two if two channels told us at the same moment."""
    return select(OptOut).where(OptOut.phone_lookup == phone_lookup, OptOut.ended_at.is_(None))
