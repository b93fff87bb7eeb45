"""Voice comments fetched for real: a Twilio on loopback that is late or slow, a disk that is full, workers that die."""

import errno
import io
import os
import wave
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from hotline import files, outbox
from hotline.errors import HotlineError
from hotline.jobs import errands, tasks
from hotline.privacy import Vault
from hotline.recordings import RecordingFolder, new_name
from hotline.tables import CaseEvent, OutboxRow, Recording
from tests import parts
from tests.cast import ACCOUNT_SID, AUTH_TOKEN, LI, OUR_NUMBER, Twilio, change_phone_rules, only, open_bad_case
from tests.jobs.conftest import Town
from tests.voices import SECONDS, leave, ring

Work = Callable[[], int]


class Listener:
    """What Twilio tells the action of a <Record>."""

    def __init__(self) -> None:
        self.forms: list[dict[str, str]] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode()
        self.forms.append({name: values[0] for name, values in parse_qs(body).items()})
        start_response("200 OK", [("Content-Type", "text/xml")])
        return [b"<Response/>"]


@pytest.fixture
def speak(town: Town) -> Iterator[Callable[..., int]]:
    """Li is on the line, about a record perhaps, and speaks for seven seconds; gives the id of what is kept of it."""
    listener = Listener()
    served = parts.serve(listener)

    def spoken(record_id: int | None = None) -> int:
        house, api = town.house, town.house.settings.twilio_api_url
        twiml = f'<Response><Record action="{served.url}/recorded" maxLength="60"/></Response>'
        form = {"To": LI.e164, "From": OUR_NUMBER, "Twiml": twiml}
        calls = f"{api}/2010-04-01/Accounts/{ACCOUNT_SID}/Calls.json"
        assert httpx.post(calls, data=form, auth=(ACCOUNT_SID, AUTH_TOKEN)).status_code == 201
        town.advance(1)  # it rings
        town.act(LI.e164, "answer")
        town.act(LI.e164, "record", seconds=SECONDS)
        town.advance(SECONDS)
        town.act(LI.e164, "hangup")
        received = house.voice_carrier.read_recording(listener.forms[-1])
        assert received is not None
        return leave(house, ring(house, record_id, LI, external_id=listener.forms[-1]["CallSid"]), received)

    yield spoken
    served.stop()


def row(town: Town) -> OutboxRow:
    return only(town.house, OutboxRow, kind="recording")


def kept_files(town: Town) -> list[Path]:
    """Whatever lies in the folder, half-written or forgotten files too."""
    folder = town.house.recordings.path
    return [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []


def sound_of(town: Town, recording: Recording) -> bytes:
    assert recording.file is not None
    sound = town.house.recordings.open(recording.file)
    assert sound is not None
    return sound


def at_twilio(town: Town) -> int:
    """What Twilio answers to whoever asks for the recording itself."""
    url = only(town.house, Recording).url
    return httpx.get(f"{url}.wav", auth=(ACCOUNT_SID, AUTH_TOKEN)).status_code


def test_a_comment_is_fetched_sealed_and_erased_at_the_carrier(
    town: Town, speak: Callable[..., int], do_work: Work
) -> None:
    record_id = open_bad_case(Twilio(town.app), town.feed).record_id
    speak(record_id)
    do_work()
    recording = only(town.house, Recording)
    assert (recording.state, recording.kept_at, recording.seconds) == ("kept", town.house.now(), SECONDS)
    with wave.open(io.BytesIO(sound_of(town, recording))) as sound:
        assert sound.getnframes() / sound.getframerate() == SECONDS
    (file,) = kept_files(town)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert b"RIFF" not in file.read_bytes()
    assert (row(town).state, row(town).attempts, at_twilio(town)) == ("done", 1, 404)
    assert only(town.house, CaseEvent, kind="voice_comment").facts == {"recording": recording.id}


def test_a_city_may_leave_it_at_the_carrier(town: Town, speak: Callable[..., int], do_work: Work) -> None:
    change_phone_rules(town.house, erase_at_carrier=False)
    speak()
    do_work()
    assert (only(town.house, Recording).state, row(town).state, at_twilio(town)) == ("kept", "done", 200)


def test_what_is_late_is_asked_for_again_then_given_up_in_sight_and_taken_when_a_person_says_so(
    town: Town, speak: Callable[..., int], do_work: Work
) -> None:
    town.nasty(recording_late=100_000)
    speak()
    do_work()
    assert (only(town.house, Recording).state, row(town).state) == ("waiting", "pending")
    assert row(town).last_error == "carrier: http_404"
    while row(town).state == "pending":
        town.clock.now = row(town).due_at
        do_work()
    assert (row(town).state, row(town).attempts) == ("parked", errands.MOST_ATTEMPTS)
    lost = only(town.house, Recording)
    assert (lost.state, lost.error_code, kept_files(town)) == ("failed", "http_404", [])
    town.nasty(recording_late=0)
    with town.house.database.write() as session:
        assert outbox.unpark(session, row(town).id, town.house.now())
    do_work()
    found = only(town.house, Recording)
    assert (found.state, found.error_code, row(town).state) == ("kept", None, "done")
    assert len(sound_of(town, found)) > 1000


def test_an_address_that_is_not_the_carriers_is_parked_at_once(
    town: Town, speak: Callable[..., int], do_work: Work
) -> None:
    recording_id = speak()
    with town.house.database.write() as session:
        session.get_one(Recording, recording_id).url = "http://169.254.169.254/latest/meta-data"
    do_work()
    assert (only(town.house, Recording).state, row(town).state) == ("failed", "parked")
    assert (row(town).last_error, row(town).attempts) == ("carrier: foreign_url", 1)


def test_a_full_disk_is_waited_for_however_long(
    town: Town, speak: Callable[..., int], do_work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_number: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    speak()
    with monkeypatch.context() as patch:
        patch.setattr(files.os, "fsync", full)
        for _ in range(errands.MOST_ATTEMPTS + 2):
            do_work()
            town.clock.now = row(town).due_at
    assert (only(town.house, Recording).state, row(town).state) == ("waiting", "pending")
    assert row(town).last_error == "cannot be written: No space left on device"
    assert (kept_files(town), at_twilio(town)) == ([], 200)
    do_work()
    assert (only(town.house, Recording).state, len(kept_files(town)), at_twilio(town)) == ("kept", 1, 404)


class WorkerDied(BaseException):
    """The process is gone, in the middle of it all."""


@pytest.mark.parametrize("at", ["recording_fetched", "_erase_at_carrier"])
def test_a_worker_that_dies_half_way_leaves_nothing_doubled_and_nothing_lost(
    at: str, town: Town, speak: Callable[..., int], do_work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the file is known of, and after it is but the carrier's is not erased."""

    def die(*_: object) -> None:
        raise WorkerDied

    speak(open_bad_case(Twilio(town.app), town.feed).record_id)
    with monkeypatch.context() as patch:
        patch.setattr(f"hotline.{'actions' if at == 'recording_fetched' else 'jobs'}.recordings.{at}", die)
        with pytest.raises(WorkerDied):
            do_work()
    assert (len(kept_files(town)), row(town).state, at_twilio(town)) == (1, "claimed", 200)
    assert only(town.house, Recording).state == ("waiting" if at == "recording_fetched" else "kept")
    town.clock.move(seconds=errands.LEASE.total_seconds() + 1)
    do_work()
    recording = only(town.house, Recording)
    assert (recording.state, row(town).state, at_twilio(town)) == ("kept", "done", 404)
    assert kept_files(town) == [town.house.recordings.path / f"{recording.file}.sealed"]
    assert len(sound_of(town, recording)) > 1000
    assert only(town.house, CaseEvent, kind="voice_comment")


def test_a_carrier_slower_than_the_lease_has_it_kept_by_whoever_is_first(
    town: Town, speak: Callable[..., int], do_work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    carrier = town.house.voice_carrier
    real, erase = carrier.fetch_recording, carrier.erase_recording
    others: list[str] = []
    erased: list[str] = []

    def slow(url: str) -> Any:
        result = real(url)
        if not others:
            others.append(url)
            town.clock.move(seconds=errands.LEASE.total_seconds() + 1)
            do_work()  # another worker takes the row, and is done with it
            assert (only(town.house, Recording).state, row(town).state) == ("kept", "done")
        return result

    def counted(url: str) -> Any:
        erased.append(url)
        return erase(url)

    speak()
    monkeypatch.setattr(carrier, "fetch_recording", slow)
    monkeypatch.setattr(carrier, "erase_recording", counted)
    do_work()
    assert len(erased) == 1
    assert (only(town.house, Recording).state, row(town).state, len(kept_files(town))) == ("kept", "done", 1)
    assert len(sound_of(town, only(town.house, Recording))) > 1000


def test_what_is_old_is_erased_by_the_sweep_even_if_one_was_cut_off(
    town: Town, speak: Callable[..., int], do_work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    speak()
    do_work()
    (file,) = kept_files(town)
    town.clock.move(days=179)
    tasks.sweep()
    assert (only(town.house, Recording).state, file.exists()) == ("kept", True)
    town.clock.move(days=1)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", _refused)
        tasks.sweep()  # the sweep itself goes on
    assert (only(town.house, Recording).state, file.exists()) == ("kept", True)
    file.unlink()  # as a sweep that died right after
    for _ in range(2):
        tasks.sweep()
    recording = only(town.house, Recording)
    assert (recording.state, recording.file, recording.erased_at) == ("erased", None, town.house.now())


def _refused(*_: object, **__: object) -> None:
    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def test_a_file_is_opened_by_its_own_key_only_and_no_other_file_by_name(tmp_path: Path) -> None:
    folder = RecordingFolder(tmp_path / "recordings", Vault(b"d" * 32))
    name = new_name()
    folder.keep(name, b"a voice")
    assert folder.open(name) == b"a voice"
    assert folder.open(new_name()) is None
    with pytest.raises(HotlineError) as refused:
        RecordingFolder(folder.path, Vault(b"e" * 32)).open(name)
    assert refused.value.code == "data_key"
    file = folder.path / f"{name}.sealed"
    for damaged in (b"", b"short", file.read_bytes()[:-1]):
        file.write_bytes(damaged)
        with pytest.raises(HotlineError):
            folder.open(name)
    (tmp_path / f"{'a' * 32}.sealed").write_bytes(b"outside")
    for outside in (f"../{'a' * 32}", f"{'a' * 31}/", "a" * 31, "", f"{'a' * 32}\n", "A" * 32):
        with pytest.raises(HotlineError):
            folder.open(outside)
