"""Recordings: kept as soon as the carrier announces them, then fetched, heard by a person, and one day erased."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hotline import outbox
from hotline.actions.casework import note_voice_comment
from hotline.errors import BadInput, Conflict, NotFound
from hotline.messages import ReceivedRecording
from hotline.recordings import new_name
from hotline.rules.policy import Policy
from hotline.rules.written import seen
from hotline.tables import Call, Recording, ServiceRecord
from hotline.tables.contacts import RecordingState

_LONGEST_NOTE = 2000
_CODE_LENGTH = 64
# What may lie in a file of ours; of one that waits nothing is there for sure.
_WITH_FILE = (RecordingState.KEPT, RecordingState.FAILED)


def keep_recording(session: Session, call: Call, turn: int, received: ReceivedRecording, now: datetime) -> Recording:
    """What was said at that turn of the call, once for each recording of the carrier's; it is fetched right after."""
    recording = Recording(
        call_id=call.id,
        turn=turn,
        record_id=call.record_id,
        carrier=received.carrier,
        external_id=received.external_id,
        url=received.url,
        seconds=received.seconds,
        state=RecordingState.WAITING,
        created_at=now,
    )
    kept, is_new = keep_once(session, recording, now)
    if is_new and call.record_id is not None:
        record = session.get_one(ServiceRecord, call.record_id)
        note_voice_comment(session, record, {"recording": kept.id}, now)
    return kept


def keep_once(session: Session, recording: Recording, now: datetime) -> tuple[Recording, bool]:
    """Keep it and have its worker look after it; or, of the carrier's same recording, the one kept before (False)."""
    known = select(Recording).where(
        Recording.carrier == recording.carrier, Recording.external_id == recording.external_id
    )
    if (kept := session.scalar(known)) is not None:
        kept.seconds = kept.seconds or recording.seconds  # not every report says how long it is
        return kept, False
    try:
        with session.begin_nested():
            session.add(recording)
    except IntegrityError:  # the same webhook, at the same moment
        return session.scalars(known).one(), False
    outbox.put(session, outbox.Kind.RECORDING, f"recording:{recording.id}", {"recording_id": recording.id}, now, now)
    return recording, True


def begin_fetch(session: Session, recording_id: int) -> Recording:
    """The recording; if it is waiting, it is to be fetched now into its file.

    The file is named before it is there, so that another try puts its file in the place of the first.
    """
    recording = _locked(session, recording_id)
    if recording.state in (RecordingState.WAITING, RecordingState.FAILED):
        recording.state, recording.error_code = RecordingState.WAITING, None
        recording.file = recording.file or new_name()
    return recording


def recording_fetched(session: Session, recording_id: int, now: datetime) -> None:
    """Its file is there."""
    recording = _locked(session, recording_id)
    if recording.state is RecordingState.WAITING:
        recording.state, recording.kept_at = RecordingState.KEPT, now


def recording_lost(session: Session, recording_id: int, code: str) -> None:
    """The carrier did not give it to us, however often it was asked; a person may have it asked again."""
    recording = _locked(session, recording_id)
    if recording.state is RecordingState.WAITING:
        recording.state, recording.error_code = RecordingState.FAILED, code[:_CODE_LENGTH]


def note_heard(session: Session, recording_id: int, user_name: str, note: str, now: datetime) -> None:
    """Somebody has listened. What nobody knew the subject of, and what cannot be listened to, needs a note.

    Raises NotFound, BadInput naming `note`, and Conflict (`recording_heard`).
    """
    recording = _locked(session, recording_id)
    note = seen(note)
    if not note and (recording.about is None or recording.state is RecordingState.FAILED):
        raise BadInput("note", "is missing: write what it is about and what was done")
    if len(note) > _LONGEST_NOTE:
        raise BadInput("note", f"is longer than {_LONGEST_NOTE} characters")
    if recording.heard_at is not None:
        raise Conflict("somebody has heard it already", code="recording_heard")
    recording.heard_at, recording.heard_by, recording.note = now, user_name, note or None


def recordings_about(session: Session, record_ids: Collection[int]) -> Sequence[Recording]:
    """Every voice comment about one of these records, or about one of a batch that it leads; newest first.

    Of a call whose record was known only after the comment was left, that record counts.
    """
    records = select(ServiceRecord.id).where(ServiceRecord.id.in_(record_ids) | ServiceRecord.lead_id.in_(record_ids))
    calls = select(Call.id).where(Call.record_id.in_(records))
    known_later = Recording.record_id.is_(None) & Recording.call_id.in_(calls)
    about = Recording.record_id.in_(records) | known_later
    return session.scalars(select(Recording).where(about).order_by(Recording.id.desc())).all()


def recordings_of_attempts(session: Session, attempt_ids: Collection[int]) -> dict[int, list[Recording]]:
    """What was recorded of each of these callbacks, if anything was."""
    found: dict[int, list[Recording]] = {}
    if attempt_ids:
        for recording in session.scalars(select(Recording).where(Recording.attempt_id.in_(attempt_ids))):
            assert recording.attempt_id is not None
            found.setdefault(recording.attempt_id, []).append(recording)
    return found


def recordings_to_erase(session: Session, policy: Policy, limit: int, now: datetime) -> Sequence[Recording]:
    """Those that have been kept for long enough, the oldest first."""
    days = policy.phone.recordings_days
    if not days:
        return ()
    old = select(Recording).where(_may_be_erased(now - timedelta(days=days)))
    return session.scalars(old.order_by(Recording.created_at, Recording.id).limit(limit)).all()


def recording_erased(session: Session, recording_id: int, now: datetime) -> None:
    """Its file is gone. That it was left, by whom and about what, stays."""
    recording = _locked(session, recording_id)
    if recording.state in _WITH_FILE:
        recording.state, recording.erased_at, recording.file = RecordingState.ERASED, now, None


def _may_be_erased(before: datetime) -> ColumnElement[bool]:
    return Recording.state.in_(_WITH_FILE) & (Recording.created_at <= before)


def _locked(session: Session, recording_id: int) -> Recording:
    """Its worker, the sweep and whoever listens take turns."""
    found = select(Recording).where(Recording.id == recording_id).with_for_update(of=Recording)
    recording = session.scalars(found.execution_options(populate_existing=True)).one_or_none()
    if recording is None:
        raise NotFound(f"recording {recording_id}")
    return recording
