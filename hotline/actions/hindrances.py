"""What stands between a queued text or call and the network at this moment, looked at just before it goes out."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TypeVar

from sqlalchemy import Function, Select, func, select
from sqlalchemy.orm import Session

from hotline.actions.calendar import workdays
from hotline.actions.call_limits import LINES_OF_CALLBACK, callable_at, callback_waits, lines_in_use
from hotline.actions.opt_outs import is_opted_out
from hotline.rules.policy import AskingPolicy, Policy
from hotline.rules.script import Channel
from hotline.tables import Call, Invitation, OutboundText
from hotline.tables.contacts import Purpose, TextState
from hotline.tables.service import OPEN_INVITATION_STATES, InvitationState

T = TypeVar("T")

# Of an invitation that we gave up ourselves, its error_code.
TOO_LATE = "too_late"  # it could not go out in time
TEXTED = "texted"  # it was to be a call, and the text has arrived after all
NOT_TAKEN = "not_taken"  # our house failed during the call, and asks by text instead

_FOR_A_LINE = timedelta(seconds=2)
_REMINDED_ABOUT = (InvitationState.SENT, InvitationState.DELIVERED)
_NOT_OUT = (TextState.QUEUED, TextState.SKIPPED, TextState.FAILED)


@dataclass(frozen=True, slots=True)
class Go:
    """Send it now: to whom (sealed), what (empty for a call), and from which of our numbers (None = any)."""

    phone_box: bytes
    body: str = ""
    our_number: str | None = None


@dataclass(frozen=True, slots=True)
class NotBefore:
    """Not now: something hinders it until `due_at`."""

    due_at: datetime


class Never:
    """Nothing is to be sent, now or later."""


Beginning = Go | NotBefore | Never


def call_hindrance(session: Session, call: Call, policy: Policy, now: datetime) -> NotBefore | Never | None:
    """What hinders a locked survey call, the number's own peace included.

    In this order: the invitation is not open, the number has opted out, a text that was said to be impossible has
    arrived after all (it has failed then), the window is shut, it is too late, the number was called often enough.
    """
    invitation = call.invitation
    assert invitation is not None
    if (never := _may_not_be_asked(session, invitation)) is not None:
        return never
    if _was_texted(session, invitation):
        return _given_up(invitation, TEXTED)
    if (shut := _outside_hours(session, policy.phone, policy, now)) is not None:
        return shut
    if now >= (invitation.expires_at or _ask_by(invitation, policy)):
        return _given_up(invitation, TOO_LATE)
    free = callable_at(session, call.phone_lookup, policy.phone.caps, now)
    return _not_before(policy.calling_days(workdays(session)).opens(free), now)


def survey_line_hindrance(session: Session, most_lines: int, now: datetime) -> NotBefore | None:
    """All our lines are in use, or an agent waits for one."""
    waits = callback_waits(session, now) or lines_in_use(session, now) >= most_lines
    return NotBefore(now + _FOR_A_LINE) if waits else None


def callback_line_hindrance(session: Session, most_lines: int, now: datetime) -> NotBefore | None:
    """There are not two lines left, for the agent and the citizen."""
    waits = lines_in_use(session, now) + LINES_OF_CALLBACK > most_lines
    return NotBefore(now + _FOR_A_LINE) if waits else None


def text_hindrance(session: Session, text: OutboundText, policy: Policy, now: datetime) -> NotBefore | Never | None:
    """What hinders a locked text, the number's own peace included. An invitation that comes too late has failed.

    In this order: the invitation is not open, the number has opted out, the text is not wanted any more, the window is
    shut, it is too late, the day's texts to the number are used up, the last invitation to it was just now.
    """
    if (never := _may_not_be_asked(session, text.invitation)) is not None:
        return never
    if not _is_wanted(text, now):
        return Never()
    if (shut := _outside_hours(session, policy.sms, policy, now)) is not None:
        return shut
    if text.purpose is Purpose.INVITE and now >= _ask_by(text.invitation, policy):
        return _given_up(text.invitation, TOO_LATE)
    return _capped(session, text, policy, now) or _cooling_down(session, text, policy, now)


def _was_texted(session: Session, invitation: Invitation) -> bool:
    texted = select(Invitation.id).where(
        Invitation.record_id == invitation.record_id,
        Invitation.round == invitation.round,
        Invitation.channel == Channel.SMS,
        Invitation.state == InvitationState.DELIVERED,
    )
    return session.scalar(texted.limit(1)) is not None


def _may_not_be_asked(session: Session, invitation: Invitation) -> Never | None:
    if invitation.state not in OPEN_INVITATION_STATES:
        return Never()
    if is_opted_out(session, invitation.record.phone_lookup):
        invitation.state = InvitationState.DECLINED
        return Never()
    return None


def _given_up(invitation: Invitation, why: str) -> Never:
    invitation.state, invitation.error_code = InvitationState.FAILED, why
    return Never()


def _ask_by(invitation: Invitation, policy: Policy) -> datetime:
    """A second asking comes long after the record did: it has its own time, in which the second rating is awaited."""
    days = timedelta(days=policy.invitation.ask_within_days)
    if invitation.round > 1:
        return invitation.expires_at or invitation.created_at + days
    return invitation.record.received_at + days


def _outside_hours(session: Session, asking: AskingPolicy, policy: Policy, now: datetime) -> NotBefore | None:
    return _not_before(asking.window.next_open(now, policy.zone, workdays(session)), now)


def _is_wanted(text: OutboundText, now: datetime) -> bool:
    """A reminder of what is out, unanswered and not over; another try of what has not been delivered after all."""
    invitation = text.invitation
    if text.purpose is Purpose.REMIND:
        is_over = invitation.expires_at is not None and invitation.expires_at <= now
        return invitation.state in _REMINDED_ABOUT and not is_over
    return invitation.state is not InvitationState.DELIVERED


def _capped(session: Session, text: OutboundText, policy: Policy, now: datetime) -> NotBefore | None:
    """`daily_cap` texts to this number have gone out today, by the city's calendar: the next day's opening."""
    if policy.sms.daily_cap == 0:
        return None
    today = now.astimezone(policy.zone).date()
    begins, ends = (datetime.combine(today + timedelta(days=more), time.min, policy.zone) for more in (0, 1))
    texts = _others(text, func.count()).where(OutboundText.begun_at >= begins, OutboundText.begun_at < ends)
    if (session.scalar(texts) or 0) < policy.sms.daily_cap:
        return None
    return NotBefore(policy.sms.window.next_open(ends.astimezone(now.tzinfo), policy.zone, workdays(session)))


def _cooling_down(session: Session, text: OutboundText, policy: Policy, now: datetime) -> NotBefore | None:
    """Another invitation went to this number less than `cooldown_hours` ago; reminders need not wait for that."""
    if policy.sms.cooldown_hours == 0 or text.purpose is not Purpose.INVITE:
        return None
    last = session.scalar(
        _others(text, func.max(OutboundText.begun_at)).where(
            OutboundText.purpose == Purpose.INVITE, OutboundText.invitation_id != text.invitation_id
        )
    )
    if last is None:
        return None
    cooled = last + timedelta(hours=policy.sms.cooldown_hours)
    return _not_before(policy.sms.window.next_open(max(cooled, now), policy.zone, workdays(session)), now)


def _others(text: OutboundText, wanted: Function[T]) -> Select[T]:
    """Of the other texts that may have reached this number."""
    return select(wanted).where(
        OutboundText.phone_lookup == text.phone_lookup,
        OutboundText.id != text.id,
        OutboundText.begun_at.is_not(None),
        OutboundText.state.not_in(_NOT_OUT),
    )


def _not_before(due_at: datetime, now: datetime) -> NotBefore | None:
    return NotBefore(due_at) if due_at > now else None
