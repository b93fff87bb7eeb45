"""From a service record that came in to an invitation that goes out: store, dedupe, choose the channel, ask or not."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hotline import outbox
from hotline.actions.opt_outs import is_opted_out
from hotline.privacy import SealedPhone
from hotline.rules.phones import PhoneKind
from hotline.rules.policy import Policy
from hotline.rules.script import Channel, Script
from hotline.scripts import load_script
from hotline.tables import Call, Invitation, OutboundText, ServiceRecord
from hotline.tables.contacts import CallState, TextState
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
    """Store the record and invite its citizen, once for each (kind, number, service_count)."""
    if (known := _known(session, new)) is not None:
        return Received(known, duplicate=True)
    record = ServiceRecord(
        kind=new.kind,
        number=new.number,
        service_count=new.service_count,
        completed_at=new.completed_at,
        received_at=now,
        phone=new.phone,
        language=policy.language_for(new.language),
        **new.details,
    )
    try:
        with session.begin_nested():
            session.add(record)
    except IntegrityError:
        if (known := _known(session, new)) is None:
            raise
        return Received(known, duplicate=True)
    if new.survey is not None:
        invite(session, record, _channel_for(record, new.survey), policy, now)
    return Received(record.id, duplicate=False)


def _known(session: Session, new: NewRecord) -> int | None:
    return session.scalar(
        select(ServiceRecord.id).where(
            ServiceRecord.kind == new.kind,
            ServiceRecord.number == new.number,
            ServiceRecord.service_count == new.service_count,
        )
    )


def _channel_for(record: ServiceRecord, wanted: Channel) -> Channel:
    """Landlines cannot text: they are called. Others are asked as wanted."""
    return Channel.PHONE if record.phone_kind is PhoneKind.LANDLINE else wanted


def invite(session: Session, record: ServiceRecord, channel: Channel, policy: Policy, now: datetime) -> None:
    """Queue the asking about `record` by `channel`, due inside the window; a number that opted out is not asked."""
    asking = policy.sms if channel is Channel.SMS else policy.phone
    script = load_script(asking.script)
    declined = is_opted_out(session, record.phone_lookup)
    invitation = Invitation(
        record=record,
        channel=channel,
        state=InvitationState.DECLINED if declined else InvitationState.WAITING,
        script=script.id,
        language=record.language,
        created_at=now,
    )
    session.add(invitation)
    session.flush()
    if not declined:
        due_at = asking.window.next_open(now, policy.zone)
        if channel is Channel.SMS:
            _put_text(session, invitation, script, policy, due_at, now)
        else:
            put_call(session, invitation, 1, due_at, now)


def _put_text(
    session: Session, invitation: Invitation, script: Script, policy: Policy, due_at: datetime, now: datetime
) -> None:
    text = OutboundText(
        invitation=invitation,
        phone=invitation.record.phone,
        body=script.say(f"invite_{spoken_kind(invitation.record)}", **facts_of(invitation.record, script, policy)),
        state=TextState.QUEUED,
        created_at=now,
    )
    session.add(text)
    session.flush()
    outbox.put(session, outbox.Kind.TEXT, f"text:{text.id}", {"text_id": text.id}, due_at, now)


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


def facts_of(record: ServiceRecord, script: Script, policy: Policy) -> dict[str, Any]:
    """What a script may mention of a record, with its language: pass to `Script.say`."""
    language = record.language
    day = record.completed_at.astimezone(policy.zone)
    return {
        "language": language,
        "signature": policy.signature[language],
        "hotline": policy.hotline,
        "date": f"{day.month}月{day.day}日" if language.startswith("zh") else f"{day.day} {day:%b}",
        "item": record.item_name or script.words[language]["no_item"],
        "code": record.code,
    }
