"""Batches: records of one business for one number are asked about once, for the record that leads them."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.actions.progress import lock_invitation
from hotline.rules.policy import Policy
from hotline.tables import Invitation, ServiceRecord
from hotline.tables.service import OPEN_INVITATION_STATES, RecordKind


def can_be_batched(record: ServiceRecord, policy: Policy) -> bool:
    """Transactions of a known item; a call is rated by itself (一次一评)."""
    return policy.invitation.batch_hours > 0 and record.kind is RecordKind.TRANSACTION and record.item_code is not None


def invitation_of_batch(session: Session, record: ServiceRecord, policy: Policy, now: datetime) -> Invitation | None:
    """The unanswered invitation of the batch that `record` belongs to, locked behind its record; None = it leads one.

    The caller has the number's turn, so that two records of a batch that come in at once do not both lead it.
    """
    hours = timedelta(hours=policy.invitation.batch_hours)
    open_now = (
        select(Invitation)
        .join(Invitation.record)
        .where(ServiceRecord.phone_lookup == record.phone_lookup, ServiceRecord.id != record.id)
        .where(ServiceRecord.kind == record.kind, ServiceRecord.item_code == record.item_code)
        .where(ServiceRecord.dept_code.is_not_distinct_from(record.dept_code), ServiceRecord.lead_id.is_(None))
        .where(ServiceRecord.completed_at.between(record.completed_at - hours, record.completed_at + hours))
        .where(Invitation.round == 1, Invitation.state.in_(OPEN_INVITATION_STATES))
        .where(Invitation.expires_at.is_(None) | (Invitation.expires_at > now))
        .order_by(Invitation.id)
        .limit(1)
    )
    found = session.scalar(open_now)
    if found is None:
        return None
    lock_invitation(session, found)
    return found if found.state in OPEN_INVITATION_STATES else None  # it may have been answered meanwhile


def size_of_batch(session: Session, lead: ServiceRecord) -> int:
    """How many records the invitation of `lead` is about; 1 = no batch."""
    followers = select(func.count()).select_from(ServiceRecord).where(ServiceRecord.lead_id == lead.id)
    return 1 + (session.scalar(followers) or 0)
