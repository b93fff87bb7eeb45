"""From a service record that came in to an invitation that goes out: store, dedupe, choose the channel, ask or not."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hotline import outbox
from hotline.actions.batches import can_be_batched, invitation_of_batch, size_of_batch
from hotline.actions.calendar import workdays
from hotline.actions.handed import provisional_record
from hotline.actions.languages import chosen_language
from hotline.actions.opt_outs import is_opted_out
from hotline.actions.pressed_keys import rate_by_waiting_key
from hotline.actions.rate import active_rating, forward_again
from hotline.actions.turns import wait_call, wait_turn
from hotline.actions.wording import script_in_use, script_said
from hotline.privacy import SealedPhone
from hotline.rules.item_names import item_told
from hotline.rules.phones import PhoneKind
from hotline.rules.policy import Policy
from hotline.rules.script import Channel, Script
from hotline.rules.segments import count
from hotline.rules.sentences import is_chinese
from hotline.tables import Call, Case, Invitation, OutboundText, ServiceRecord
from hotline.tables.contacts import CallState, Purpose, TextState
from hotline.tables.service import OPEN_INVITATION_STATES, InvitationState, RecordKind


@dataclass(frozen=True, slots=True)
class NewRecord:
    """A service record as the door hands it in: validated, its phone and names sealed.

    `survey` None = store it, ask nobody. `details` are further columns of ServiceRecord by name.
    """

    kind: RecordKind
    number: str
    service_count: int
    completed_at: datetime
    phone: SealedPhone
    survey: Channel | None
    language: str | None = None
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Received:
    """The id of the stored record, and whether it was there before."""

    record_id: int
    duplicate: bool


def receive_record(session: Session, new: NewRecord, policy: Policy, now: datetime) -> Received:
    """Store the record and invite its citizen, once for each (kind, number, service_count) and for each batch.

    Who has rated the call already, by a key that a PBX collected, is not asked.

    A call that its caller was handed over to us to rate may be here already, as a provisional record: this one takes
    its place (`hotline.actions.handed`).

    Who receives several in one commit asks for their turns first, all at once (`wait_turns`).
    """
    if (known := _known(session, new)) is not None:
        return Received(known, duplicate=True)
    columns = _columns(new, policy, now)
    if new.kind is RecordKind.CALL:
        wait_turns(session, [new])
        if (told := provisional_record(session, new.number, new.phone.lookup, new.completed_at, policy)) is not None:
            _fill_in(session, told, columns, now)
            _ask_unless_rated(session, told, new.survey, policy, now)
            return Received(told.id, duplicate=False)
    record = ServiceRecord(**columns)
    is_batched = new.survey is not None and can_be_batched(record, policy)
    if is_batched:
        wait_turn(session, record.phone_lookup)
    try:
        with session.begin_nested():
            session.add(record)
    except IntegrityError:
        if (known := _known(session, new)) is None:
            raise
        return Received(known, duplicate=True)
    if not (is_batched and _join_batch(session, record, policy, now)):
        _ask_unless_rated(session, record, new.survey, policy, now)
    return Received(record.id, duplicate=False)


def wait_turns(session: Session, records: Iterable[NewRecord]) -> None:
    """Every turn that receiving calls together will need, in one order: two lists never wait in a circle.

    Of other records only the number's turn is needed, and not always: they are received in the order of their numbers.
    """
    calls = [new for new in records if new.kind is RecordKind.CALL]
    for lookup in sorted({new.phone.lookup for new in calls}):
        wait_turn(session, lookup)
    for number in sorted({new.number for new in calls}):
        wait_call(session, number)


def _columns(new: NewRecord, policy: Policy, now: datetime) -> dict[str, Any]:
    return {
        "kind": new.kind,
        "number": new.number,
        "number_digits": _NO_KEY.sub("", new.number),
        "service_count": new.service_count,
        "completed_at": new.completed_at,
        "received_at": now,
        "phone": new.phone,
        "language": policy.language_for(new.language),
        **new.details,
    }


_NO_KEY = re.compile(r"[^0-9]")


def _fill_in(session: Session, record: ServiceRecord, columns: dict[str, Any], now: datetime) -> None:
    """What was provisional is told: the store hears once more of what was rated, now with the record as it is."""
    for name, value in columns.items():
        setattr(record, name, value)
    record.provisional = False
    session.execute(update(Case).where(Case.record_id == record.id).values(rated_dept_code=record.dept_code))
    session.flush()  # and from here on nobody rates it until the commit: who did so before is seen
    forward_again(session, record.id, now)


def _ask_unless_rated(
    session: Session, record: ServiceRecord, survey: Channel | None, policy: Policy, now: datetime
) -> None:
    if record.kind is RecordKind.CALL and rate_by_waiting_key(session, record, policy, now):
        return
    if survey is not None and active_rating(session, record.id) is None:
        invite(session, record, _channel_for(record, survey, policy), policy, now)


def _join_batch(session: Session, record: ServiceRecord, policy: Policy, now: datetime) -> bool:
    """Is the citizen asked about this record together with one before it? A text that waits says how many they are."""
    invitation = invitation_of_batch(session, record, policy, now)
    if invitation is None:
        return False
    record.lead_id = invitation.record_id
    render_again(session, invitation, policy)
    return True


def _known(session: Session, new: NewRecord) -> int | None:
    return session.scalar(
        select(ServiceRecord.id).where(
            ServiceRecord.kind == new.kind,
            ServiceRecord.number == new.number,
            ServiceRecord.service_count == new.service_count,
            ServiceRecord.provisional.is_(False),
        )
    )


def _channel_for(record: ServiceRecord, wanted: Channel, policy: Policy) -> Channel:
    """Landlines cannot text: they are called, as are all about records of the policy's `kinds`. Others: as wanted."""
    is_called = record.phone_kind is PhoneKind.LANDLINE or record.kind in policy.phone.kinds
    return Channel.PHONE if is_called else wanted


def invite(
    session: Session, record: ServiceRecord, channel: Channel, policy: Policy, now: datetime, round_: int = 1
) -> Invitation:
    """Queue the asking about `record` by `channel`, due inside the window; a number that opted out is not asked."""
    asking = policy.sms if channel is Channel.SMS else policy.phone
    script = script_in_use(session, asking.script)
    declined = is_opted_out(session, record.phone_lookup)
    language = chosen_language(session, record.phone_lookup, policy) or policy.language_for(record.language)
    invitation = Invitation(
        record=record,
        round=round_,
        channel=channel,
        state=InvitationState.DECLINED if declined else InvitationState.WAITING,
        script=script.id,
        language=language,
        created_at=now,
    )
    session.add(invitation)
    session.flush()
    if not declined:
        due_at = asking.window.next_open(now, policy.zone, workdays(session))
        if channel is Channel.SMS:
            put_text(session, invitation, Purpose.INVITE, 1, due_at, policy, now)
        else:
            put_call(session, invitation, 1, due_at, now)
    return invitation


def invite_instead(session: Session, invitation: Invitation, channel: Channel, policy: Policy, now: datetime) -> None:
    """Ask by another channel what could not be asked by its own; a second asking ends when that would have."""
    other = invite(session, invitation.record, channel, policy, now, invitation.round)
    if other.round > 1:
        other.expires_at = invitation.expires_at


def put_text(
    session: Session,
    invitation: Invitation,
    purpose: Purpose,
    try_no: int,
    due_at: datetime,
    policy: Policy,
    now: datetime,
) -> OutboundText:
    """Queue the `try_no`th text of an invitation for that purpose; departments take turns."""
    body = invitation_words(session, invitation, purpose, policy)
    text = OutboundText(
        invitation=invitation,
        phone=invitation.record.phone,
        purpose=purpose,
        try_no=try_no,
        body=body,
        segments=count(body).segments,
        state=TextState.QUEUED,
        created_at=now,
    )
    session.add(text)
    session.flush()
    lane = invitation.record.dept_code or "-"
    outbox.put(session, outbox.Kind.TEXT, f"text:{text.id}", {"text_id": text.id}, due_at, now, lane=lane)
    return text


def invitation_words(session: Session, invitation: Invitation, purpose: Purpose, policy: Policy) -> str:
    """What the text says, in the invitation's language: asking, once for a whole batch, reminding, or asking again once
    a bad rating was answered."""
    record = invitation.record
    script = script_said(session, invitation.script)
    facts = facts_of(record, script, policy, invitation.language)
    facts["item"] = item_told(facts["item"], invitation.language)
    again = "again_" if invitation.round > 1 else ""
    if purpose is Purpose.REMIND:
        return script.say(f"remind_{again}{spoken_kind(record)}", **facts)
    if again:
        return script.say(f"{again}{spoken_kind(record)}", **facts)
    if (many := size_of_batch(session, record)) > 1:
        return script.say("invite_batch", count=many, **facts)
    return script.say(f"invite_{spoken_kind(record)}", **facts)


def render_again(session: Session, invitation: Invitation, policy: Policy) -> None:
    """What it is about, or its language, has changed: texts of it that wait to be sent say so.

    One that a worker holds at this moment goes out as it is; nobody waits for it.
    """
    session.flush()
    waiting = select(OutboundText).where(
        OutboundText.invitation_id == invitation.id, OutboundText.state == TextState.QUEUED
    )
    for text in session.scalars(waiting.with_for_update(of=OutboundText, skip_locked=True)):
        text.body = invitation_words(session, invitation, text.purpose, policy)
        text.segments = count(text.body).segments


def put_call(session: Session, invitation: Invitation, try_no: int, due_at: datetime, now: datetime) -> None:
    """Queue the `try_no`th survey call of an invitation."""
    call = Call(
        carrier="",
        inbound=False,
        invitation=invitation,
        phone=invitation.record.phone,
        script=invitation.script,
        language=invitation.language,
        state=CallState.QUEUED,
        try_no=try_no,
        created_at=now,
    )
    session.add(call)
    session.flush()
    outbox.put(session, outbox.Kind.CALL, f"call:{invitation.id}:{try_no}", {"call_id": call.id}, due_at, now)


def open_invitations(phone_lookup: str, now: datetime) -> Select[Invitation]:
    """Those this number may still answer, by whichever channel they went out; oldest first."""
    return (
        select(Invitation)
        .join(Invitation.record)
        .where(ServiceRecord.phone_lookup == phone_lookup)
        .where(Invitation.state.in_(OPEN_INVITATION_STATES))
        .where(Invitation.expires_at.is_(None) | (Invitation.expires_at > now))
        .order_by(Invitation.id)
    )


def spoken_kind(record: ServiceRecord) -> str:
    """Which sentences fit the record: those about a transaction, or those about a call to the hotline."""
    return "transaction" if record.kind is RecordKind.TRANSACTION else "call"


def facts_of(record: ServiceRecord, script: Script, policy: Policy, language: str | None = None) -> dict[str, Any]:
    """What a script may mention of a record, with the language it is said in: pass to `Script.say`."""
    language = language or record.language
    day = record.completed_at.astimezone(policy.zone)
    return {
        "language": language,
        "signature": policy.signature[language],
        "hotline": policy.hotline,
        "date": f"{day.month}月{day.day}日" if is_chinese(language) else f"{day.day} {day:%b}",
        "item": record.item_name or script.words[language]["no_item"],
        "code": record.code,
    }
