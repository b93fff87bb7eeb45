"""Sending texts, in halves around the network: look, begin (mark `sending`), then settle what came of it.

A row found already `sending` was abandoned half-way: nobody knows whether the carrier took it, so it becomes
`unknown` and is not sent again; the carrier's receipt, or a person, settles it. Survey calls: `send_calls`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.actions.calendar import workdays
from hotline.actions.hindrances import Beginning, Go, Never, NotBefore, text_hindrance
from hotline.actions.invite import invite_instead, put_text
from hotline.actions.opt_outs import opt_out
from hotline.actions.progress import invitation_is_out, is_not_out, lock_invitation, may_be_out, move
from hotline.actions.turns import wait_turn
from hotline.messages import Accepted, Ambiguous, Delivery, Refusal, Refused, SendResult
from hotline.rules.policy import Policy
from hotline.rules.script import Channel
from hotline.tables import Invitation, OutboundText
from hotline.tables.contacts import Purpose, TextState
from hotline.tables.service import OPEN_INVITATION_STATES, InvitationState


@dataclass(frozen=True, slots=True)
class Ready:
    """Nothing hinders it: to whom (sealed), and from which of our numbers it may go, all equally good."""

    phone_box: bytes
    our_numbers: tuple[str, ...]


def look_at_text(
    session: Session, text_id: int, our_numbers: tuple[str, ...], policy: Policy, now: datetime
) -> Ready | NotBefore | Never:
    """Could the text go out now, and from which of `our_numbers`? Nothing is marked; begin looks again."""
    text = _locked_text(session, text_id)
    assert text is not None
    return _hindered(session, text, policy, now) or Ready(text.phone_box, _fit(session, text, our_numbers, now))


def begin_text(
    session: Session, text_id: int, policy: Policy, now: datetime, our_number: str | None = None
) -> Beginning:
    """Mark the text as being sent from `our_number` (None = the carrier chooses), or say why not.

    The number's texts begin one after the other: two cannot both be the last of a day.
    """
    wait_turn(session, session.scalars(select(OutboundText.phone_lookup).where(OutboundText.id == text_id)).one())
    text = _locked_text(session, text_id)
    assert text is not None
    if (hindered := _hindered(session, text, policy, now)) is not None:
        return hindered
    text.state, text.begun_at, text.our_number = TextState.SENDING, now, our_number
    if text.purpose is Purpose.REMIND:
        text.invitation.reminded_at = now
    else:
        may_be_out(text.invitation, InvitationState.SENDING, policy, now)
    return Go(text.phone_box, text.body, our_number)


def settle_text(session: Session, text_id: int, result: SendResult, policy: Policy, now: datetime) -> bool:
    """Keep how the carrier answered; True if the text is to be tried again later."""
    text = _locked_text(session, text_id)
    assert text is not None
    match result:
        case Accepted(external_id, our_number):
            text.external_id, text.our_number = external_id, text.our_number or our_number
            _is_out(session, text, TextState.SENT, policy, now)
        case Ambiguous(code) if text.state is TextState.SENDING:  # a receipt may have been quicker
            text.error_code = code
            _is_unknown(text, policy, now)
        case Refused(Refusal.RETRY, code) if text.state in _ON_ITS_WAY:
            text.state, text.error_code, text.begun_at, text.our_number = TextState.QUEUED, code, None, None
            _is_not_out(text)
            return True
        case Refused(refusal, code) if text.state in _ON_ITS_WAY:
            _failed(session, text, TextState.FAILED, refusal, code, policy, now)
    return False


def note_delivery(
    session: Session,
    text_id: int,
    external_id: str,
    delivery: Delivery,
    refused: Refused | None,
    policy: Policy,
    now: datetime,
    our_number: str | None = None,
) -> None:
    """The carrier's receipt for a text, in any order, any number of times: it only ever moves forward.

    Delivered is the last word, whatever was said before it. What was not delivered for now is tried again later.
    """
    text = _locked_text(session, text_id)
    if text is None or text.external_id not in (None, external_id):
        return
    text.external_id, text.our_number = external_id, text.our_number or our_number
    match delivery:
        case Delivery.SENT:
            _is_out(session, text, TextState.SENT, policy, now)
        case Delivery.DELIVERED:
            _is_out(session, text, TextState.DELIVERED, policy, now)
        case Delivery.UNDELIVERED if text.state in (*_BEFORE_SENT, TextState.SENT):
            code, refusal = (refused.code, refused.refusal) if refused else ("", Refusal.PERMANENT)
            _failed(session, text, TextState.UNDELIVERED, refusal, code, policy, now)


_ON_ITS_WAY = (TextState.SENDING, TextState.UNKNOWN)
_BEFORE_SENT = (TextState.QUEUED, *_ON_ITS_WAY)


def _locked_text(session: Session, text_id: int) -> OutboundText | None:
    """The text and what it is about, locked until the commit: a worker and a receipt, or two receipts, take turns."""
    text = session.scalars(
        select(OutboundText).where(OutboundText.id == text_id).with_for_update(of=OutboundText)
    ).one_or_none()
    if text is not None:
        lock_invitation(session, text.invitation)
    return text


def _hindered(session: Session, text: OutboundText, policy: Policy, now: datetime) -> NotBefore | Never | None:
    if text.state is TextState.SENDING:
        _is_unknown(text, policy, now)
        return Never()
    if text.state is not TextState.QUEUED:
        return Never()
    hindered = text_hindrance(session, text, policy, now)
    if isinstance(hindered, Never):
        text.state = TextState.SKIPPED
    return hindered


def _fit(session: Session, text: OutboundText, our_numbers: tuple[str, ...], now: datetime) -> tuple[str, ...]:
    """Of our numbers, the one that has texted about this invitation before; else those to which no answer of this
    citizen about another invitation is due, so that the number they answer to says which is meant; else all.
    """
    if len(our_numbers) < 2:
        return our_numbers
    texted_from = select(OutboundText.our_number).where(OutboundText.our_number.in_(our_numbers))
    before = session.scalar(
        texted_from.where(OutboundText.invitation_id == text.invitation_id).order_by(OutboundText.id).limit(1)
    )
    if before is not None:
        return (before,)
    taken = set(
        session.scalars(
            texted_from.join(OutboundText.invitation)
            .where(OutboundText.phone_lookup == text.phone_lookup, Invitation.state.in_(OPEN_INVITATION_STATES))
            .where(Invitation.expires_at.is_(None) | (Invitation.expires_at > now))
        )
    )
    return tuple(number for number in our_numbers if number not in taken) or our_numbers


def _is_out(session: Session, text: OutboundText, state: TextState, policy: Policy, now: datetime) -> None:
    """Sent, or delivered. A reminder says nothing about its invitation; the first text out is reminded of later."""
    if state is TextState.SENT and text.state not in _BEFORE_SENT:
        return
    text.state, text.error_code = state, None
    text.sent_at = text.sent_at or now
    invitation = text.invitation
    if text.purpose is Purpose.REMIND:
        return
    if state is TextState.DELIVERED and invitation.state is InvitationState.FAILED:
        invitation.state = InvitationState.WAITING  # it was said not to be delivered, and is
    is_first = invitation.sent_at is None
    invitation_is_out(invitation, InvitationState(state), policy, now)
    if invitation.state in OPEN_INVITATION_STATES:
        invitation.error_code = None
        if is_first:
            _remind_later(session, invitation, policy, now)


def _remind_later(session: Session, invitation: Invitation, policy: Policy, now: datetime) -> None:
    if policy.sms.remind_after_days:
        later = now + timedelta(days=policy.sms.remind_after_days)
        due_at = policy.sms.window.next_open(later, policy.zone, workdays(session))
        put_text(session, invitation, Purpose.REMIND, 1, due_at, policy, now)


def _is_unknown(text: OutboundText, policy: Policy, now: datetime) -> None:
    text.state = TextState.UNKNOWN
    if text.purpose is Purpose.INVITE:
        may_be_out(text.invitation, InvitationState.UNKNOWN, policy, now)


def _is_not_out(text: OutboundText) -> None:
    """Nothing reached the citizen this time."""
    invitation = text.invitation
    if text.purpose is Purpose.REMIND:
        invitation.reminded_at = None
    elif _is_undecided(invitation):
        invitation.state = InvitationState.WAITING
        is_not_out(invitation)


def _is_undecided(invitation: Invitation) -> bool:
    """Neither has an earlier text been delivered after all, nor is it answered or over."""
    return invitation.state in OPEN_INVITATION_STATES and invitation.state is not InvitationState.DELIVERED


def _failed(
    session: Session, text: OutboundText, state: TextState, refusal: Refusal, code: str, policy: Policy, now: datetime
) -> None:
    """A reminder that failed leaves its invitation as it is: what it reminds of is out."""
    text.state, text.error_code = state, code
    invitation = text.invitation
    if refusal is Refusal.OPTED_OUT:
        opt_out(session, text.phone, f"{Channel.SMS}:{code}", now)
        move(invitation, InvitationState.DECLINED)
    if text.purpose is Purpose.REMIND:
        _is_not_out(text)
        return
    invitation.error_code = code
    if not _is_undecided(invitation):
        return
    if refusal is Refusal.RETRY and text.try_no < policy.sms.tries:
        _text_again(session, text, policy, now)
        return
    invitation.state = InvitationState.FAILED
    if refusal is Refusal.LANDLINE:
        _call_instead(session, invitation, policy, now)


def _text_again(session: Session, text: OutboundText, policy: Policy, now: datetime) -> None:
    """The carrier could not deliver it for now: another text, later, if it has not been answered all the same."""
    _is_not_out(text)
    later = now + timedelta(hours=policy.sms.retry_hours)
    due_at = policy.sms.window.next_open(later, policy.zone, workdays(session))
    put_text(session, text.invitation, Purpose.INVITE, text.try_no + 1, due_at, policy, now)


def _call_instead(session: Session, invitation: Invitation, policy: Policy, now: datetime) -> None:
    """A number that cannot text is called; once, however often the carrier says so."""
    of_record = Invitation.record_id == invitation.record_id, Invitation.round == invitation.round
    asked = select(Invitation.id).where(*of_record, Invitation.channel == Channel.PHONE)
    if session.scalar(asked) is None:
        invite_instead(session, invitation, Channel.PHONE, policy, now)
