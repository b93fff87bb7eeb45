"""What a survey call is about: whether it may rate a record, and which one the keyed number belongs to."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.actions.handed import untold_number
from hotline.actions.rate import active_rating
from hotline.actions.survey.line import Line
from hotline.actions.turns import wait_guess
from hotline.tables import Call, Invitation, Rating, ServiceRecord
from hotline.tables.service import OPEN_INVITATION_STATES, RecordKind

OTHER_PHONE = "other_phone"  # the flag of a rating from another number than the record's

_MOST_GUESSES = 10  # of one telephone in _GUESSES_COUNT; all that show no number are one
_GUESSES_COUNT = timedelta(days=1)
_MOST_ALIKE = 10  # records whose numbers have the same digits


def is_about(line: Line, record_id: int) -> None:
    """From now on the call is about this record, and about its open invitation if it has one; spoken as that wants."""
    call, session = line.call, line.session
    record = call.record = session.get_one(ServiceRecord, record_id)
    invitation = session.scalar(
        select(Invitation)
        .where(Invitation.record_id == record.id, Invitation.state.in_(OPEN_INVITATION_STATES))
        .order_by(Invitation.id.desc())
        .limit(1)
    )
    if call.inbound:  # a call of ours stays that of its own invitation
        call.invitation = invitation
    call.language = line.language_for(record.language if invitation is None else invitation.language)
    call.is_elder = call.is_elder or record.is_elder
    session.flush()


def is_theirs(call: Call, record: ServiceRecord) -> bool:
    """Is the caller at the record's own telephone, or handed over from the very call that it is of?"""
    if record.kind is RecordKind.CALL and record.number in (call.reference, untold_number(call)):
        return True
    return record.phone_lookup == call.phone_lookup and not call.is_hidden


def may_rate(session: Session, call: Call, record: ServiceRecord) -> bool:
    """Another telephone rates only what its own citizen never has."""
    return is_theirs(call, record) or all(OTHER_PHONE in rating.flags for rating in _ratings(session, record))


def was_taken(session: Session, call: Call) -> bool:
    """Has the citizen of the record rated it themselves, while another telephone is on the line about it?

    The record is locked then: nobody rates it between this look and the key that is worked.
    """
    if call.record is None or is_theirs(call, call.record):
        return False
    session.refresh(call.record, with_for_update={"key_share": True})
    return not may_rate(session, call, call.record)


def find_record(line: Line) -> ServiceRecord | None:
    """The one record with the number that was keyed in, if this call may rate it; a batch by the one that leads it."""
    if _has_guessed_enough(line.session, line.call, line.now):
        return None
    kept = line.policy.invitation
    since = line.now - timedelta(days=kept.expires_days + kept.grace_days)
    alike = line.session.scalars(
        select(ServiceRecord)
        .where(ServiceRecord.number_digits == line.call.facts["digits"])
        .where(ServiceRecord.received_at >= since, ServiceRecord.provisional.is_(False))
        .order_by(ServiceRecord.id)
        .limit(_MOST_ALIKE)
    )
    leads = {record.lead_id or record.id for record in alike}
    return _one_to_rate(line, [line.session.get_one(ServiceRecord, record_id) for record_id in leads])


def _one_to_rate(line: Line, records: Iterable[ServiceRecord]) -> ServiceRecord | None:
    """The only one without a rating, or else the only one whose rating can be changed."""
    unrated, rated = list[ServiceRecord](), list[ServiceRecord]()
    since = line.now - timedelta(hours=line.policy.invitation.correct_hours)
    for record in records:
        rating = active_rating(line.session, record.id)
        if may_rate(line.session, line.call, record) and (rating is None or rating.rated_at >= since):
            (unrated if rating is None else rated).append(record)
    found = unrated or rated
    return found[0] if len(found) == 1 else None


def _has_guessed_enough(session: Session, call: Call, now: datetime) -> bool:
    wait_guess(session, call.phone_lookup)
    missed = select(func.sum(Call.misses)).where(
        Call.phone_lookup == call.phone_lookup, Call.created_at > now - _GUESSES_COUNT
    )
    return (session.scalar(missed) or 0) >= _MOST_GUESSES


def _ratings(session: Session, record: ServiceRecord) -> Iterable[Rating]:
    return session.scalars(select(Rating).where(Rating.record_id == record.id, Rating.is_default.is_(False)))
