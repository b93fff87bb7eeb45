"""Voice comments as the tests leave them: a call of somebody, what was said in it, and what its worker made of it."""

from datetime import timedelta

from hotline.actions import recordings
from hotline.messages import ReceivedRecording
from hotline.rules.phones import Phone, PhoneKind
from hotline.services import Services
from hotline.simulator.audio import hum
from hotline.tables import Call
from hotline.tables.contacts import CallState, RecordingState
from tests.cast import ACCOUNT_SID, WANG, Person, sid

SECONDS = 7


def ring(
    house: Services,
    record_id: int | None = None,
    person: Person = WANG,
    ago: timedelta = timedelta(),
    external_id: str | None = None,
) -> int:
    """A call of that person, about that record; its id."""
    with house.database.write() as session:
        call = Call(
            carrier="twilio",
            external_id=external_id or sid("CA"),
            inbound=True,
            script="phone-stars@1",
            language="zh-CN",
            state=CallState.ANSWERED,
            record_id=record_id,
            created_at=house.now() - ago,
            phone=house.vault.seal_phone(Phone(person.e164, PhoneKind.MOBILE)),
        )
        session.add(call)
        session.flush()
        return call.id


def received() -> ReceivedRecording:
    external_id = sid("RE")
    url = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT_SID}/Recordings/{external_id}"
    return ReceivedRecording("twilio", external_id, url, SECONDS)


def leave(house: Services, call_id: int, what: ReceivedRecording | None = None, ago: timedelta = timedelta()) -> int:
    """What was said is kept; its id."""
    with house.database.write() as session:
        call = session.get_one(Call, call_id)
        return recordings.keep_recording(session, call, 3, what or received(), house.now() - ago).id


def settle(house: Services, recording_id: int, state: RecordingState, sound: bytes | None = None) -> None:
    """As its worker leaves it."""
    with house.database.write() as session:
        recording = recordings.begin_fetch(session, recording_id)
        if state is RecordingState.KEPT:
            assert recording.file is not None
            house.recordings.keep(recording.file, sound or hum(SECONDS))
            recordings.recording_fetched(session, recording_id, house.now())
        else:
            recordings.recording_lost(session, recording_id, "http_404")


def left(
    house: Services,
    record_id: int | None = None,
    state: RecordingState = RecordingState.KEPT,
    ago: timedelta = timedelta(),
    person: Person = WANG,
) -> int:
    """A voice comment in that state, left in a call of its own; its id."""
    recording_id = leave(house, ring(house, record_id, person, ago), ago=ago)
    if state is not RecordingState.WAITING:
        settle(house, recording_id, state)
    return recording_id
