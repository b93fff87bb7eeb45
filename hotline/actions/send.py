"""Sending, in the two halves around the network: begin (mark `sending`), then settle what came of it.

A row found already `sending` was abandoned half-way: nobody knows whether the carrier took it, so it becomes
`unknown` and is not sent again; the carrier's receipt, or a person, settles it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.actions.invite import invite, put_call
from hotline.actions.opt_outs import is_opted_out, opt_out
from hotline.messages import CALL_ENDS, Accepted, Ambiguous, CallProgress, Delivery, Refusal, Refused, SendResult
from hotline.rules.policy import AskingPolicy, Policy
from hotline.rules.script import Channel
from hotline.tables import Call, Invitation, OutboundText, ServiceRecord
from hotline.tables.contacts import CallState, TextState
from hotline.tables.service import OPEN_INVITATION_STATES, InvitationState


@dataclass(frozen=True, slots=True)
class Go:
    """Send it now: to whom (sealed), and what (empty for a call)."""

    phone_box: bytes
    body: str = ""


@dataclass(frozen=True, slots=True)
class NotBefore:
    """Not now: the window is closed until `due_at`."""

    due_at: datetime


class Never:
    """Nothing is to be sent, now or later."""


Beginning = Go | NotBefore | Never


def begin_text(session: Session, text_id: int, policy: Policy, now: datetime) -> Beginning:
    """Mark the text as being sent, or say why not."""
    text = _locked_text(session, text_id)
    assert text is not None
    if text.state is TextState.SENDING:
        text.state = TextState.UNKNOWN
        _may_be_out(text.invitation, InvitationState.UNKNOWN, policy, now)
        return Never()
    if text.state is not TextState.QUEUED:
        return Never()
    hindrance = _hindrance(session, text.invitation, policy.sms, policy, now)
    if isinstance(hindrance, Never):
        text.state = TextState.SKIPPED
    if hindrance is not None:
        return hindrance
    text.state = TextState.SENDING
    _may_be_out(text.invitation, InvitationState.SENDING, policy, now)
    return Go(text.phone_box, text.body)


def settle_text(session: Session, text_id: int, result: SendResult, policy: Policy, now: datetime) -> bool:
    """Keep how the carrier answered; True if the text is to be tried again later."""
    text = _locked_text(session, text_id)
    assert text is not None
    match result:
        case Accepted(external_id):
            text.external_id = external_id
            _text_is_out(text, TextState.SENT, policy, now)
        case Ambiguous(code) if text.state is TextState.SENDING:  # a receipt may have been quicker
            text.state, text.error_code = TextState.UNKNOWN, code
            _may_be_out(text.invitation, InvitationState.UNKNOWN, policy, now)
        case Refused(Refusal.RETRY, code) if text.state in _ON_ITS_WAY:
            text.state, text.error_code = TextState.QUEUED, code
            _is_not_out(text.invitation)
            return True
        case Refused(refusal, code) if text.state in _ON_ITS_WAY:
            _text_failed(session, text, TextState.FAILED, refusal, code, policy, now)
    return False


def note_delivery(
    session: Session,
    text_id: int,
    external_id: str,
    delivery: Delivery,
    refused: Refused | None,
    policy: Policy,
    now: datetime,
) -> None:
    """The carrier's receipt for a text, in any order, any number of times: it only ever moves forward."""
    text = _locked_text(session, text_id)
    if text is None or text.external_id not in (None, external_id):
        return
    text.external_id = external_id
    match delivery:
        case Delivery.SENT:
            _text_is_out(text, TextState.SENT, policy, now)
        case Delivery.DELIVERED:
            _text_is_out(text, TextState.DELIVERED, policy, now)
        case Delivery.UNDELIVERED if text.state not in (TextState.DELIVERED, TextState.UNDELIVERED):
            code, refusal = (refused.code, refused.refusal) if refused else ("", Refusal.PERMANENT)
            _text_failed(session, text, TextState.UNDELIVERED, refusal, code, policy, now)


def _locked_text(session: Session, text_id: int) -> OutboundText | None:
    """The text and what it is about, locked until the commit: a worker and a receipt, or two receipts, take turns."""
    text = session.scalars(
        select(OutboundText).where(OutboundText.id == text_id).with_for_update(of=OutboundText)
    ).one_or_none()
    if text is not None:
        _lock_invitation(session, text.invitation)
    return text


def _lock_invitation(session: Session, invitation: Invitation) -> None:
    """The record and then the invitation, locked and read again: an answer or an opt-out may just have come.

    Everybody locks in this order: the text or call, the record, the invitation.
    """
    session.execute(
        select(ServiceRecord.id).where(ServiceRecord.id == invitation.record_id).with_for_update(key_share=True)
    )
    session.refresh(invitation, with_for_update={"of": Invitation, "key_share": True})


_ON_ITS_WAY = (TextState.SENDING, TextState.UNKNOWN)
_BEFORE_SENT = (TextState.QUEUED, TextState.SENDING, TextState.UNKNOWN)


def _text_is_out(text: OutboundText, state: TextState, policy: Policy, now: datetime) -> None:
    if text.state in _BEFORE_SENT or (text.state, state) == (TextState.SENT, TextState.DELIVERED):
        text.state, text.error_code = state, None
        _invitation_is_out(text.invitation, InvitationState(state), policy, now)
        text.sent_at = text.sent_at or now


def _invitation_is_out(invitation: Invitation, state: InvitationState, policy: Policy, now: datetime) -> None:
    _may_be_out(invitation, state, policy, now)
    invitation.sent_at = invitation.sent_at or now


def _may_be_out(invitation: Invitation, state: InvitationState, policy: Policy, now: datetime) -> None:
    """The days in which it can be answered begin, even if nobody ever learns what became of it."""
    _move(invitation, state)
    invitation.expires_at = invitation.expires_at or now + timedelta(days=policy.invitation.expires_days)


def _is_not_out(invitation: Invitation) -> None:
    """Nothing reached the citizen this time; the days run only if an earlier call did."""
    _move(invitation, InvitationState.WAITING)
    if invitation.sent_at is None:
        invitation.expires_at = None


def _move(invitation: Invitation, state: InvitationState) -> None:
    """What was answered, declined or has failed stays so."""
    if invitation.state in OPEN_INVITATION_STATES:
        invitation.state = state


def _text_failed(
    session: Session,
    text: OutboundText,
    state: TextState,
    refusal: Refusal,
    code: str,
    policy: Policy,
    now: datetime,
) -> None:
    text.state, text.error_code = state, code
    invitation = text.invitation
    invitation.error_code = code
    if invitation.state not in OPEN_INVITATION_STATES:
        return
    invitation.state = InvitationState.FAILED
    if refusal is Refusal.OPTED_OUT:
        opt_out(session, text.phone, f"{Channel.SMS}:{code}", now)
        invitation.state = InvitationState.DECLINED
    elif refusal is Refusal.LANDLINE:
        _call_instead(session, invitation, policy, now)


def _call_instead(session: Session, invitation: Invitation, policy: Policy, now: datetime) -> None:
    """A number that cannot text is called; once, however often the carrier says so."""
    asked = select(Invitation.id).where(
        Invitation.record_id == invitation.record_id, Invitation.channel == Channel.PHONE
    )
    if session.scalar(asked) is None:
        invite(session, invitation.record, Channel.PHONE, policy, now)


def begin_call(session: Session, call_id: int, policy: Policy, now: datetime) -> Beginning:
    """Mark the survey call as being placed, or say why not."""
    call = locked_call(session, call_id)
    assert call.invitation is not None
    if call.state is CallState.SENDING:
        call.state = CallState.UNKNOWN
        _may_be_out(call.invitation, InvitationState.UNKNOWN, policy, now)
        return Never()
    if call.state is not CallState.QUEUED:
        return Never()
    hindrance = _hindrance(session, call.invitation, policy.phone, policy, now)
    if isinstance(hindrance, Never):
        call.state = CallState.ENDED
    if hindrance is not None:
        return hindrance
    call.state = CallState.SENDING
    _may_be_out(call.invitation, InvitationState.SENDING, policy, now)
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
                _invitation_is_out(call.invitation, InvitationState.SENT, policy, now)
        case Ambiguous(code) if call.state is CallState.SENDING:
            call.state, call.invitation.error_code = CallState.UNKNOWN, code
            _may_be_out(call.invitation, InvitationState.UNKNOWN, policy, now)
        case Refused(Refusal.RETRY, code) if call.state in _BEING_PLACED:
            call.state, call.invitation.error_code = CallState.QUEUED, code
            _is_not_out(call.invitation)
            return True
        case Refused(_, code) if call.state in _BEING_PLACED:
            call.state, call.ended_at = CallState.ENDED, now
            call.invitation.error_code = code
            _move(call.invitation, InvitationState.FAILED)
    return False


_BEING_PLACED = (CallState.SENDING, CallState.UNKNOWN)


def locked_call(session: Session, call_id: int) -> Call:
    """The call, locked until the commit: its webhooks, reports and the worker that placed it take turns."""
    call = session.scalars(select(Call).where(Call.id == call_id).with_for_update(of=Call)).one()
    if call.invitation is not None:
        _lock_invitation(session, call.invitation)
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
        _lock_invitation(session, invitation)
        _invitation_is_out(invitation, InvitationState.SENT, policy, now)
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


def _hindrance(
    session: Session, invitation: Invitation, asking: AskingPolicy, policy: Policy, now: datetime
) -> NotBefore | Never | None:
    """What stands between a queued invitation and the network at this moment."""
    if invitation.state not in OPEN_INVITATION_STATES:
        return Never()
    if is_opted_out(session, invitation.record.phone_lookup):
        invitation.state = InvitationState.DECLINED
        return Never()
    opens = asking.window.next_open(now, policy.zone)
    return NotBefore(opens) if opens > now else None
