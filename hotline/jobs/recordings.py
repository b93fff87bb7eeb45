"""Recordings: fetched from the carrier into a sealed file of ours and erased at the carrier; in time erased here.

A worker that dies on the way leaves a row that is tried again: its file is then written once more under the same name.
"""

import structlog
from sqlalchemy.orm import Session

from hotline import outbox
from hotline.actions import recordings
from hotline.actions.call_recordings import call_of
from hotline.jobs.errands import LEASE, MOST_ATTEMPTS, claimed
from hotline.messages import FetchedRecording, NotDone
from hotline.outbox import Claim
from hotline.services import Services
from hotline.tables import Recording
from hotline.tables.contacts import RecordingState

_MOST_ERASED = 100  # by one sweep

log = structlog.get_logger(__name__)


def fetch(here: Services, row_id: int) -> None:
    """The task of `Kind.RECORDING`: fetch, keep, commit; then have the carrier erase what it has."""
    claim = claimed(here, row_id)
    if claim is None:
        return
    with here.database.write() as session:
        recording = recordings.begin_fetch(session, claim.payload["recording_id"])
    if recording.state is RecordingState.WAITING and not _is_kept(here, claim, recording):
        return
    not_erased = _erase_at_carrier(here, recording)
    with here.database.write() as session:
        if not_erased is None:
            outbox.finish(session, claim, here.now())
        else:
            _try_later(here, session, claim, not_erased)


def _is_kept(here: Services, claim: Claim, recording: Recording) -> bool:
    """Fetch it and keep it; False: the row is settled for now, or in somebody else's hands."""
    result = here.voice_carrier.fetch_recording(recording.url)
    if isinstance(result, NotDone):
        with here.database.write() as session:
            if not _try_later(here, session, claim, result):
                recordings.recording_lost(session, recording.id, result.code)
        return False
    try:
        _keep(here, recording, result)
    except OSError as error:  # a full disk is no reason ever to give it up: the carrier still has it
        with here.database.write() as session:
            reason = f"cannot be written: {error.strerror}"
            outbox.postpone(session, claim, here.now() + outbox.backoff(claim.attempts), reason)
        return False
    with here.database.write() as session:
        recordings.recording_fetched(session, recording.id, here.now())
        return outbox.renew(session, claim, here.now(), LEASE)


def _keep(here: Services, recording: Recording, fetched: FetchedRecording) -> None:
    assert recording.file is not None
    here.recordings.keep(recording.file, fetched.sound)
    log.info("recording_kept", recording=recording.id, bytes=len(fetched.sound))


def _erase_at_carrier(here: Services, recording: Recording) -> NotDone | None:
    """None = it is not there any more, or may stay."""
    if not here.policy.phone.erase_at_carrier and recording.state is not RecordingState.UNWANTED:
        return None
    result = here.voice_carrier.erase_recording(recording.url)
    return result if isinstance(result, NotDone) else None


def stop(here: Services, row_id: int) -> None:
    """The task of `Kind.STOP_RECORDING`: the citizen does not want to be recorded, and the talk goes on."""
    claim = claimed(here, row_id)
    if claim is None:
        return
    with here.database.read() as session:
        external_id = call_of(session, claim.payload["attempt_id"])
    result = None if external_id is None else here.voice_carrier.stop_recording(external_id)
    with here.database.write() as session:
        if isinstance(result, NotDone):
            _try_later(here, session, claim, result)
        else:
            outbox.finish(session, claim, here.now())


def _try_later(here: Services, session: Session, claim: Claim, result: NotDone) -> bool:
    """False: it was tried often enough, and the row is parked."""
    if result.retryable and claim.attempts < MOST_ATTEMPTS:
        outbox.postpone(session, claim, here.now() + outbox.backoff(claim.attempts), f"carrier: {result.code}")
        return True
    return not outbox.park(session, claim, f"carrier: {result.code}")


def erase_old(here: Services) -> None:
    """What was kept for as long as the policy says: first the file, then the row, so that no file is forgotten."""
    with here.database.read() as session:
        old = recordings.recordings_to_erase(session, here.policy, _MOST_ERASED, here.now())
    for recording in old:
        try:
            if recording.file is not None:
                here.recordings.erase(recording.file)
        except OSError as error:  # the next sweep tries again
            log.warning("recording_not_erased", recording=recording.id, error=error.strerror)
            continue
        with here.database.write() as session:
            recordings.recording_erased(session, recording.id, here.now())
