"""Placing survey calls, in the two halves around the network: begin (mark `sending`), then settle what came of it.

A row found already `sending` was abandoned half-way: nobody knows whether the carrier took it, so it becomes
`unknown` and is not placed again; the carrier's reports, or a person, settle it.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.actions.calendar import workdays
from hotline.actions.hindrances import Beginning, Go, Never, NotBefore, call_hindrance
from hotline.actions.invite import put_call
from hotline.actions.progress import invitation_is_out, is_not_out, lock_call, lock_invitation, may_be_out, move
from hotline.actions.turns import wait_turn
from hotline.errors import NotFound
from hotline.messages import CALL_ENDS, Accepted, Ambiguous, CallProgress, Refusal, Refused, SendResult
from hotline.rules.policy import Policy
from hotline.tables import Call, CallTurn, Invitation
from hotline.tables.contacts import CallState
from hotline.tables.service import OPEN_INVITATION_STATES, InvitationState


def look_at_call(session: Session, call_id: int, policy: Policy, now: datetime) -> NotBefore | Never | None:
    """What hinders the survey call now, if anything does. Nothing is marked; begin looks again."""
    return _hindered(session, locked_call(session, call_id), policy, now)


def begin_call(session: Session, call_id: int, policy: Policy, now: datetime) -> Beginning:
    """Mark the survey call as being placed, or say why not.

    A number's calls begin one after the other: two cannot both be the last of a day.
    """
    wait_turn(session, session.scalars(select(Call.phone_lookup).where(Call.id == call_id)).one())
    call = locked_call(session, call_id)
    if (hindered := _hindered(session, call, policy, now)) is not None:
        return hindered
    assert call.invitation is not None
    call.state, call.begun_at = CallState.SENDING, now
    may_be_out(call.invitation, InvitationState.SENDING, policy, now)
    return Go(call.phone_box)


def _hindered(session: Session, call: Call, policy: Policy, now: datetime) -> NotBefore | Never | None:
    assert call.invitation is not None
    if call.state is CallState.SENDING:
        call.state = CallState.UNKNOWN
        may_be_out(call.invitation, InvitationState.UNKNOWN, policy, now)
        return Never()
    if call.state is not CallState.QUEUED:
        return Never()
    hindered = call_hindrance(session, call, policy, now)
    if isinstance(hindered, Never):
        call.state = CallState.ENDED
    return hindered


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
            call.state, call.begun_at, call.invitation.error_code = CallState.QUEUED, None, code
            _is_not_out(call.invitation)
            return True
        case Refused(_, code) if call.state in _BEING_PLACED:
            call.state, call.begun_at, call.ended_at = CallState.ENDED, None, now
            call.invitation.error_code = code
            move(call.invitation, InvitationState.FAILED)
    return False


_BEING_PLACED = (CallState.SENDING, CallState.UNKNOWN)


def _is_not_out(invitation: Invitation) -> None:
    """Nothing reached the citizen this time; the days run only if an earlier call did."""
    move(invitation, InvitationState.WAITING)
    if invitation.sent_at is None:
        is_not_out(invitation)


def locked_call(session: Session, call_id: int) -> Call:
    """The call and the invitation that it is about, locked until the commit. Raises NotFound."""
    call = lock_call(session, Call.id == call_id)
    if call is None:
        raise NotFound(f"call {call_id}")
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
        call.begun_at = call.begun_at or now
        lock_invitation(session, invitation)
        invitation_is_out(invitation, InvitationState.SENT, policy, now)
    if state is CallState.ENDED:
        call.result, call.ended_at = _result(session, call, progress), now
        if invitation is not None and call.result != CallProgress.COMPLETED:
            _call_again(session, call, invitation, policy, now)


def _result(session: Session, call: Call, progress: CallProgress) -> CallProgress:
    """A call of ours in which we spoke, and nobody pressed a key, was taken by nobody that we know of."""
    if call.inbound or progress is not CallProgress.COMPLETED:
        return progress
    heard = session.scalars(select(CallTurn.keys).where(CallTurn.call_id == call.id)).all()
    return CallProgress.NO_ANSWER if heard and not any(heard) else progress


def _call_again(session: Session, call: Call, invitation: Invitation, policy: Policy, now: datetime) -> None:
    if invitation.state not in OPEN_INVITATION_STATES:
        return
    again_at = _next_try(session, call, invitation, policy, now)
    if again_at is None:
        invitation.state, invitation.error_code = InvitationState.FAILED, call.result
    else:
        put_call(session, invitation, call.try_no + 1, again_at, now)


def _next_try(session: Session, call: Call, invitation: Invitation, policy: Policy, now: datetime) -> datetime | None:
    """None: often enough, or the invitation is over by then."""
    if call.try_no >= policy.phone.tries:
        return None
    begun = select(Call.begun_at).where(
        Call.invitation_id == invitation.id, Call.inbound.is_(False), Call.id != call.id
    )
    tried = sorted(at for at in session.scalars(begun) if at is not None and at <= now)
    assert call.result is not None
    assert invitation.expires_at is not None
    days = policy.calling_days(workdays(session))
    return days.next_try([*tried, now], policy.phone.gap_after(call.result), invitation.expires_at)
