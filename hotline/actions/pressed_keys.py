"""Keys that a PBX collected at the end of a call: each rates the call once, whichever of key and record comes first."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.actions.rate import Given, has_rated_since, rate
from hotline.actions.turns import wait_call
from hotline.errors import BadInput
from hotline.rules.policy import Policy
from hotline.rules.scale import Scale
from hotline.rules.script import Channel
from hotline.tables import PressedKey, ServiceRecord
from hotline.tables.service import RecordKind

PBX = "pbx"  # stands for the script: the words that asked are the PBX's own

_LONGEST_CALL = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key as the door hands it in: 1 to 5, its meaning declared; `phone_lookup` None = the PBX did not say."""

    call_id: str
    key: int
    scale: Scale
    pressed_at: datetime
    phone_lookup: str | None


@dataclass(frozen=True, slots=True)
class ReceivedKey:
    """The id of the key as it is kept, and whether it was there before."""

    key_id: int
    duplicate: bool


def receive_key(session: Session, new: NewKey, policy: Policy, now: datetime) -> ReceivedKey:
    """Keep the key, once for each call, and rate the call's record if that is here; else it waits for the record.

    Raises BadInput naming `key` or `scale` if another one is kept for this call, and `phone` or `pressed_at` if the
    key does not fit the record. A key that did not fit when its record came may be sent again, corrected.
    """
    wait_call(session, new.call_id)
    known = session.scalar(select(PressedKey).where(PressedKey.call_id == new.call_id))
    if known is not None and known.refused is None:
        _must_be(known, new)
        return ReceivedKey(known.id, duplicate=True)
    record = _locked_record(session, new.call_id)
    if record is not None and (misfit := _misfit(new.phone_lookup, new.pressed_at, record)) is not None:
        raise misfit
    pressed = known or PressedKey(call_id=new.call_id)
    pressed.key, pressed.scale, pressed.pressed_at = new.key, new.scale, new.pressed_at
    pressed.phone_lookup, pressed.refused, pressed.received_at = new.phone_lookup, None, now
    session.add(pressed)
    session.flush()
    if record is not None:
        _rate(session, pressed, record, policy, now)
    return ReceivedKey(pressed.id, duplicate=False)


def rate_by_waiting_key(session: Session, record: ServiceRecord, policy: Policy, now: datetime) -> bool:
    """A call's record has just come: is it rated by a key that waits for it? One that does not fit is refused now.

    The caller has the call's turn (`hotline.actions.turns.wait_call`).
    """
    pressed = session.scalar(select(PressedKey).where(PressedKey.call_id == record.number))
    if pressed is None:
        return False
    misfit = _misfit(pressed.phone_lookup, pressed.pressed_at, record)
    if misfit is not None:
        pressed.refused = misfit.field
        return False
    _rate(session, pressed, record, policy, now)
    return True


def _must_be(known: PressedKey, new: NewKey) -> None:
    if known.key != new.key:
        raise BadInput("key", f"another key, {known.key}, was received for this call, and it stands")
    if known.scale is not new.scale:
        raise BadInput("scale", f"the key of this call was received with the scale {known.scale}, and it stands")


def _locked_record(session: Session, call_id: str) -> ServiceRecord | None:
    """Locked before its ratings are looked at: a text about the call may be answered at this moment.

    A provisional one is not yet the record: whose call it is of is not known, and the key waits.
    """
    return session.scalar(
        select(ServiceRecord)
        .where(ServiceRecord.kind == RecordKind.CALL, ServiceRecord.number == call_id, ServiceRecord.service_count == 1)
        .where(ServiceRecord.provisional.is_(False))
        .with_for_update(key_share=True)
    )


def _misfit(phone_lookup: str | None, pressed_at: datetime, record: ServiceRecord) -> BadInput | None:
    """What of a key cannot belong to that record."""
    if phone_lookup is not None and phone_lookup != record.phone_lookup:
        return BadInput("phone", "is not the number of this call's record")
    if pressed_at < record.completed_at - _LONGEST_CALL:
        return BadInput("pressed_at", "lies more than a day before the end of this call")
    return None


def _rate(session: Session, pressed: PressedKey, record: ServiceRecord, policy: Policy, now: datetime) -> None:
    """The last word counts: what the citizen answered after the key was pressed, or took back since, stays."""
    if has_rated_since(session, record.id, pressed.pressed_at):
        return
    given = Given(
        stars=pressed.scale.stars(pressed.key),
        channel=Channel.PHONE,
        raw=str(pressed.key),
        scale=pressed.scale,
        script=PBX,
        rule="key",
        given_at=pressed.pressed_at,
    )
    pressed.rating_id = rate(session, record.id, given, policy, now).id
