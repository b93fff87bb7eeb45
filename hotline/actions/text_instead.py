"""A call that our house failed in: what it was about is asked by text instead, once, and the caller told what is true.

Most such calls the fallback webhook hears of. The others, of which nobody could be told, are found by their rows: no
report on them has come for longer than a call lasts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from hotline.actions.hindrances import NOT_TAKEN
from hotline.actions.invite import invite_instead, open_invitations
from hotline.actions.opt_outs import is_opted_out
from hotline.actions.progress import lock_invitation
from hotline.actions.rate import has_rated_since
from hotline.actions.send_calls import locked_call
from hotline.actions.turns import wait_turn
from hotline.actions.wording import script_in_use, script_said
from hotline.rules.phones import PhoneKind
from hotline.rules.policy import Policy
from hotline.rules.script import Channel, Script
from hotline.scripts import load_script
from hotline.tables import Call, CallTurn, Invitation
from hotline.tables.contacts import CallState
from hotline.tables.service import OPEN_INVITATION_STATES, InvitationState

_LOST_AFTER, _LOOKED_BACK = timedelta(hours=1), timedelta(days=2)
_MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Apology:
    """What the caller is told, whole."""

    language: str
    text: str


def call_not_taken(
    session: Session,
    carrier: str,
    external_id: str,
    call_id: int | None,
    phone_lookup: str,
    policy: Policy,
    now: datetime,
) -> Apology | None:
    """The call has met a fault of ours. `call_id`, of a call that we placed, is our own id; `phone_lookup`, of who
    rings us, is looked for when no row of the call was kept. None = nothing is known of either.
    """
    is_it = (Call.carrier == carrier) & (Call.external_id == external_id) if call_id is None else Call.id == call_id
    call = session.scalar(select(Call).where(is_it))
    if call is None:
        wait_turn(session, phone_lookup)
        return _not_kept(session, phone_lookup, policy, now)
    wait_turn(session, call.phone_lookup)
    call = locked_call(session, call.id)
    return _said(script_said(session, call.script), _answer(session, call, policy, now), call.language, policy)


def _not_kept(session: Session, phone_lookup: str, policy: Policy, now: datetime) -> Apology | None:
    """They would have been asked about the last invitation that is open for their number."""
    invitation = next(reversed(session.scalars(open_invitations(phone_lookup, now)).all()), None)
    if invitation is None:
        return None
    sentence = "fallback_text" if _asked_by_text(session, invitation, policy, now) else "fallback_again"
    return _said(script_in_use(session, policy.phone.script), sentence, invitation.language, policy)


def _answer(session: Session, call: Call, policy: Policy, now: datetime) -> str:
    """Which sentence is true: the rating stands, it can be given by text, or neither."""
    record_id = call.record_id or (call.invitation.record_id if call.invitation else None)
    if record_id is not None and has_rated_since(session, record_id, call.created_at):
        return "fallback_kept"
    is_asked = call.invitation is not None and _asked_by_text(session, call.invitation, policy, now)
    return "fallback_text" if is_asked else "fallback_again"


def _said(script: Script, sentence: str, language: str, policy: Policy) -> Apology:
    language = language if language in script.languages else policy.languages[0]
    text = script.say(sentence, language, signature=policy.signature[language], hotline=policy.hotline)
    return Apology(language, text)


def apologies(policy: Policy) -> list[Apology]:
    """For a caller of whom nothing is known, and without a database: once in each language that sounds different."""
    script = load_script(policy.phone.script)
    spoken: dict[str, str] = {}
    for language in policy.languages:
        spoken.setdefault(language.partition("-")[0], language)
    return [_said(script, "fallback_again", language, policy) for language in spoken.values()]


def _asked_by_text(session: Session, invitation: Invitation, policy: Policy, now: datetime) -> bool:
    """Can the citizen answer by text: is a text out, or under way from now on? Never a second one about a record."""
    lock_invitation(session, invitation)
    record = invitation.record
    if is_opted_out(session, record.phone_lookup):
        return False
    texts = select(Invitation).where(Invitation.record_id == record.id, Invitation.channel == Channel.SMS)
    if (by_text := session.scalar(texts.where(Invitation.round == invitation.round).limit(1))) is not None:
        return _is_open(by_text, now)
    if not _is_open(invitation, now) or record.phone_kind is PhoneKind.LANDLINE:
        return False
    invitation.state, invitation.error_code = InvitationState.FAILED, NOT_TAKEN
    invite_instead(session, invitation, Channel.SMS, policy, now)
    return True


def _is_open(invitation: Invitation, now: datetime) -> bool:
    is_over = invitation.expires_at is not None and invitation.expires_at <= now
    return invitation.state in OPEN_INVITATION_STATES and not is_over


def lost_calls(session: Session, now: datetime) -> Sequence[int]:
    """Of the survey calls that we placed: those on which no last report came, and in which nobody was listened to."""
    lost = select(Call.id).where(
        Call.begun_at.between(now - _LOOKED_BACK, now - _LOST_AFTER),
        Call.inbound.is_(False),
        Call.state.in_((CallState.RINGING, CallState.ANSWERED)),
        Call.step.is_(None),
        ~exists().where(CallTurn.call_id == Call.id),
    )
    return session.scalars(lost.order_by(Call.id).limit(_MOST_AT_ONCE)).all()


def end_lost_call(session: Session, call_id: int, policy: Policy, now: datetime) -> None:
    """It is over; what it was about is asked by text, if it is open still. A landline may ring us."""
    wait_turn(session, session.scalars(select(Call.phone_lookup).where(Call.id == call_id)).one())
    call = locked_call(session, call_id)
    if call.state is CallState.ENDED:
        return
    call.state, call.ended_at = CallState.ENDED, now
    _answer(session, call, policy, now)
