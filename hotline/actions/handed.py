"""Calls that were handed over to us: the record of the call that their citizen rates, made up while it has not come.

Such a provisional record has the number that we were told, or one of our own making. When the record itself comes
(`hotline.actions.invite.receive_record`) it takes the place of the provisional one, with all that was rated by then.
"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.actions.rate import active_rating
from hotline.actions.turns import wait_call, wait_turn
from hotline.rules.policy import Policy
from hotline.tables import Call, ServiceRecord
from hotline.tables.service import RecordKind

_UNTOLD = "phone-"  # and the id of our call: the number of a record whose own nobody has told us
_SAME_CALL = timedelta(days=1)  # a number that comes again later than that is not that of the same call


def untold_number(call: Call) -> str:
    return f"{_UNTOLD}{call.id}"


def record_of_reference(
    session: Session, call: Call, reference: str, policy: Policy, now: datetime
) -> ServiceRecord | None:
    """The record of the call with that number; None if it is one of another day."""
    wait_call(session, reference)
    record = session.scalar(
        select(ServiceRecord).where(
            ServiceRecord.kind == RecordKind.CALL, ServiceRecord.number == reference, ServiceRecord.service_count == 1
        )
    )
    if record is None:
        return _provisional(session, call, reference, policy, now)
    return record if record.completed_at > now - _SAME_CALL else None


def record_of_caller(session: Session, call: Call, policy: Policy, now: datetime) -> ServiceRecord:
    """The record of the call that this telephone has just ended. Who shows no number has ended none that we know of.

    Nor is it one that we have made up ourselves: a switchboard may show one number for all whom it hands over.
    """
    wait_turn(session, call.phone_lookup)
    since = now - timedelta(minutes=policy.phone.transfer_minutes)
    ended = (
        select(ServiceRecord)
        .where(ServiceRecord.kind == RecordKind.CALL, ServiceRecord.phone_lookup == call.phone_lookup)
        .where(ServiceRecord.completed_at >= since, ServiceRecord.provisional.is_(False))
        .order_by(ServiceRecord.completed_at.desc(), ServiceRecord.id.desc())
        .limit(1)
    )
    record = None if call.is_hidden else session.scalar(ended)
    return record or _provisional(session, call, untold_number(call), policy, now)


def _provisional(session: Session, call: Call, number: str, policy: Policy, now: datetime) -> ServiceRecord:
    record = ServiceRecord(
        kind=RecordKind.CALL,
        number=number,
        service_count=1,
        completed_at=now,
        received_at=now,
        phone=call.phone,
        language=policy.languages[0],
        provisional=True,
    )
    session.add(record)
    session.flush()
    return record


def provisional_record(
    session: Session, number: str, phone_lookup: str, ended_at: datetime, policy: Policy
) -> ServiceRecord | None:
    """What stands for the call that is told now: by its number, or else by its telephone and its end.

    The caller has the turns of both.
    """
    waiting = select(ServiceRecord).where(ServiceRecord.provisional, ServiceRecord.kind == RecordKind.CALL)
    by_number = waiting.where(ServiceRecord.number == number, ServiceRecord.service_count == 1)
    if (record := session.scalar(by_number)) is not None:
        return record
    near = timedelta(minutes=policy.phone.transfer_minutes)
    by_phone = waiting.where(
        ServiceRecord.phone_lookup == phone_lookup,
        ServiceRecord.number.startswith(_UNTOLD),
        ServiceRecord.completed_at.between(ended_at - near, ended_at + near),
    )

    def likeness(record: ServiceRecord) -> tuple[bool, timedelta]:
        return active_rating(session, record.id) is None, abs(record.completed_at - ended_at)

    return min(session.scalars(by_phone), key=likeness, default=None)
