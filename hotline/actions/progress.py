"""How an invitation moves on as its texts and calls do: locked in one order, and only ever forward."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from hotline.rules.policy import Policy
from hotline.tables import Call, Invitation, ServiceRecord
from hotline.tables.service import OPEN_INVITATION_STATES, InvitationState


def lock_invitation(session: Session, invitation: Invitation) -> None:
    """The record and then the invitation, locked and read again: an answer or an opt-out may just have come.

    Everybody locks in this order: the number's turn (`hotline.actions.turns`), the text or call, the record, the
    invitation, the outbox row.
    """
    session.execute(
        select(ServiceRecord.id).where(ServiceRecord.id == invitation.record_id).with_for_update(key_share=True)
    )
    session.refresh(invitation, with_for_update={"of": Invitation, "key_share": True})


def lock_call(session: Session, *which: ColumnElement[bool]) -> Call | None:
    """The call, locked until the commit: its webhooks, reports and the worker that placed it take turns."""
    # Locked alone, and read then: PostgreSQL does not join a row anew that it has waited for, so that a call whose
    # record has become known meanwhile would be read without it.
    call_id = session.scalar(select(Call.id).where(*which).with_for_update())
    return None if call_id is None else session.get(Call, call_id, populate_existing=True)


def invitation_is_out(invitation: Invitation, state: InvitationState, policy: Policy, now: datetime) -> None:
    may_be_out(invitation, state, policy, now)
    invitation.sent_at = invitation.sent_at or now


def may_be_out(invitation: Invitation, state: InvitationState, policy: Policy, now: datetime) -> None:
    """The days in which it can be answered begin, even if nobody ever learns what became of it."""
    move(invitation, state)
    invitation.expires_at = invitation.expires_at or now + timedelta(days=policy.invitation.expires_days)


def is_not_out(invitation: Invitation) -> None:
    """Nothing reached the citizen: the days begin with the next try. A second asking ends with the wait for it."""
    if invitation.round == 1:
        invitation.expires_at = None


def move(invitation: Invitation, state: InvitationState) -> None:
    """What was answered, declined or has failed stays so; what was delivered can only be declined."""
    was_delivered = invitation.state is InvitationState.DELIVERED and state is not InvitationState.DECLINED
    if invitation.state in OPEN_INVITATION_STATES and not was_delivered:
        invitation.state = state
