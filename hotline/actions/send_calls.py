"""Placing survey calls, in the two halves around the network: begin (mark `sending`), then settle what came of it.

A row found already `sending` was abandoned half-way: nobody knows whether the carrier took it, so it becomes
`unknown` and is not placed again; the carrier's reports, or a person, settle it.
"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.actions.hindrances import Beginning, Go, Never, hindrance
from hotline.actions.invite import put_call
from hotline.actions.progress import invitation_is_out, lock_invitation, may_be_out, move
from hotline.messages import CALL_ENDS, Accepted, Ambiguous, CallProgress, Refusal, Refused, SendResult
from hotline.rules.policy import Policy
from hotline.tables import Call, Invitation
from hotline.tables.contacts import CallState
from hotline.tables.service import OPEN_INVITATION_STATES, InvitationState


def begin_call(session: Session, call_id: int, policy: Policy, now: datetime) -> Beginning:
    """Mark the survey call as being placed, or say why not."""
    call = locked_call(session, call_id)
    assert call.invitation is not None
    if call.state is CallState.SENDING:
        call.state = CallState.UNKNOWN
        may_be_out(call.invitation, InvitationState.UNKNOWN, policy, now)
        return Never()
    if call.state is not CallState.QUEUED:
        return Never()
    hindered = hindrance(session, call.invitation, policy.phone, policy, now)
    if isinstance(hindered, Never):
        call.state = CallState.ENDED
    if hindered is not None:
        return hindered
    call.state = CallState.SENDING
    may_be_out(call.invitation, InvitationState.SENDING, policy, now)
    return Go(call.phone_box)


def settle_call(
    session: Session, call_id: int, carrier: str, result: SendResult, policy: Policy, now: datetime
) -> bool:
    """Keep how the carrier answered; True if the call is to be placed again later."""
    call = locked_call(session, call_id)
    assert call.invitation is not None
    match result:
        case Accepted(external_id):
            call.carrier, call.external_id = carrier, external_id
            if call.state in _BEING_PLACED:
                call.state = CallState.RINGING
                invitation_is_out(call.invitation, InvitationState.SENT, policy, now)
        case Ambiguous(code) if call.state is CallState.SENDING:
            call.state, call.invitation.error_code = CallState.UNKNOWN, code
            may_be_out(call.invitation, InvitationState.UNKNOWN, policy, now)
        case Refused(Refusal.RETRY, code) if call.state in _BEING_PLACED:
            call.state, call.invitation.error_code = CallState.QUEUED, code
            _is_not_out(call.invitation)
            return True
        case Refused(_, code) if call.state in _BEING_PLACED:
            call.state, call.ended_at = CallState.ENDED, now
            call.invitation.error_code = code
            move(call.invitation, InvitationState.FAILED)
    return False


_BEING_PLACED = (CallState.SENDING, CallState.UNKNOWN)


def _is_not_out(invitation: Invitation) -> None:
    """Nothing reached the citizen this time; the days run only if an earlier call did."""
    move(invitation, InvitationState.WAITING)
    if invitation.sent_at is None:
        invitation.expires_at = None


def locked_call(session: Session, call_id: int) -> Call:
    """The call, locked until the commit: its webhooks, reports and the worker that placed it take turns."""
    call = session.scalars(select(Call).where(Call.id == call_id).with_for_update(of=Call)).one()
    if call.invitation is not None:
        lock_invitation(session, call.invitation)
    return call


_CALL_ORDER = list(CallState)


def note_call_progress(
    session: Session, call: Call, progress: CallProgress, external_id: str, policy: Policy, now: datetime
) -> None:
    """The carrier's report on a survey call, in any order: it only moves forward; nobody there = try again later."""
    call.external_id = call.external_id or external_id
    state = CallState.ENDED if progress in CALL_ENDS else CallState(progress)
    if _CALL_ORDER.index(state) <= _CALL_ORDER.index(call.state):
        return
    call.state = state
    invitation = None if call.inbound else call.invitation
    if invitation is not None:
        lock_invitation(session, invitation)
        invitation_is_out(invitation, InvitationState.SENT, policy, now)
    if state is CallState.ENDED:
        call.result, call.ended_at = progress, now
        if invitation is not None and progress is not CallProgress.COMPLETED:
            _call_again(session, call, invitation, policy, now)


def _call_again(session: Session, call: Call, invitation: Invitation, policy: Policy, now: datetime) -> None:
    if invitation.state not in OPEN_INVITATION_STATES:
        return
    if call.try_no >= policy.phone.tries:
        invitation.state, invitation.error_code = InvitationState.FAILED, call.result
        return
    later = now + timedelta(hours=policy.phone.retry_hours)
    put_call(session, invitation, call.try_no + 1, policy.phone.window.next_open(later, policy.zone), now)
