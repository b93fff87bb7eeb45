"""The talk of a callback, recorded only after the citizen has heard so, and not against their will."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hotline import outbox
from hotline.actions.case_history import CITIZEN, add_event
from hotline.actions.casework import held
from hotline.actions.dial import forward, known_attempt, locked_attempt, spoke
from hotline.actions.languages import chosen_language
from hotline.actions.recordings import keep_once
from hotline.errors import Conflict
from hotline.messages import ReceivedRecording
from hotline.rules.casework import AttemptState
from hotline.rules.policy import Policy
from hotline.tables import Attempt, Recording, User
from hotline.tables.contacts import RecordingState

_MAY_BE_RECORDED = (AttemptState.NOTICE, AttemptState.BRIDGED)


def begin_notice(session: Session, attempt_id: int, policy: Policy) -> str:
    """The citizen picked up, and is told that the call is recorded; in the language that is returned. Or NotFound."""
    attempt = known_attempt(session, attempt_id)
    forward(attempt, AttemptState.NOTICE)
    record = attempt.case.record
    return chosen_language(session, record.phone_lookup, policy) or policy.language_for(record.language)


def notice_heard(session: Session, attempt_id: int, now: datetime) -> None:
    """The citizen has heard it to its end and stayed: the two are connected next. Raises NotFound."""
    attempt = known_attempt(session, attempt_id)
    if attempt.noticed_at is None:
        attempt.noticed_at = now
        add_event(session, attempt.case, CITIZEN, "notice_heard", now, facts={"attempt": attempt.id})
    spoke(session, attempt, now)


def refuse_recording(session: Session, case_id: int, token: str, agent: User, now: datetime) -> None:
    """The citizen does not want to be recorded: the carrier is told to stop, and what it has is not kept.

    Raises Conflict: the lease is lost, or no call is being recorded.
    """
    recorded = select(Attempt).where(
        Attempt.case_id == case_id,
        Attempt.state.in_(_MAY_BE_RECORDED),
        Attempt.records.is_(True),
        Attempt.unrecorded_at.is_(None),
    )
    attempt = session.scalars(recorded.with_for_update(of=Attempt)).first()  # then the case, as always
    case = held(session, case_id, token, now)
    if attempt is None:
        raise Conflict("no call about this case is being recorded", code="not_recording")
    attempt.unrecorded_at = now
    session.execute(
        update(Recording)
        .where(Recording.attempt_id == attempt.id, Recording.state == RecordingState.WAITING)
        .values(state=RecordingState.UNWANTED)
    )
    add_event(session, case, agent.name, "recording_refused", now, facts={"attempt": attempt.id})
    outbox.put(
        session, outbox.Kind.STOP_RECORDING, f"stop_recording:{attempt.id}", {"attempt_id": attempt.id}, now, now
    )


def call_of(session: Session, attempt_id: int) -> str | None:
    """The call whose recording is to be stopped, by the carrier's id; None = it is over, and so is the recording."""
    attempt = session.get_one(Attempt, attempt_id)
    return None if attempt.state is AttemptState.ENDED else attempt.external_id


def keep_call_recording(session: Session, attempt_id: int, received: ReceivedRecording, now: datetime) -> None:
    """What the carrier has recorded of that call, once: to be fetched, or, where it is unwanted, to be erased there."""
    attempt = locked_attempt(session, attempt_id)
    if attempt is None:
        return
    is_wanted = attempt.noticed_at is not None and attempt.unrecorded_at is None
    recording = Recording(
        attempt_id=attempt.id,
        carrier=received.carrier,
        external_id=received.external_id,
        url=received.url,
        seconds=received.seconds,
        state=RecordingState.WAITING if is_wanted else RecordingState.UNWANTED,
        created_at=now,
    )
    keep_once(session, recording, now)
