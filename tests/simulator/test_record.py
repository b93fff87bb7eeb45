"""Record: how a recording ends, and what the application is told of it."""

import io
import wave

import httpx
import pytest
from twilio.base.exceptions import TwilioRestException

from .application import ACCOUNT_SID, AUTH_TOKEN, Application, Play


def ring(play: Play, application: Application, attributes: str = "") -> str:
    application.answer("/voice", f'<Record action="/recorded" {attributes}/><Say>nothing was said</Say>')
    application.answer("/recorded", "<Say>thanks</Say>")
    return play.ring()


def test_silence_after_speech_ends_a_recording(play: Play, application: Application) -> None:
    sid = ring(play, application)
    play.advance(2)
    play.act(sid, "record", seconds=3)
    play.advance(7.9)
    assert application.at("/recorded") == []
    play.advance(0.1)
    asked = application.last("/recorded")
    assert (asked["RecordingDuration"], asked["Digits"], asked["CallSid"]) == ("10", "", sid)
    assert play.said(sid) == ["thanks"]


def test_a_key_ends_a_recording(play: Play, application: Application) -> None:
    sid = ring(play, application)
    play.advance(3)
    play.press(sid, "#")
    asked = application.last("/recorded")
    assert (asked["RecordingDuration"], asked["Digits"]) == ("3", "#")


def test_only_the_keys_named_end_it(play: Play, application: Application) -> None:
    sid = ring(play, application, 'finishOnKey="*"')
    play.press(sid, "1")
    assert application.at("/recorded") == []
    play.press(sid, "*")
    assert application.last("/recorded")["Digits"] == "*"


def test_the_longest_length_ends_a_recording(play: Play, application: Application) -> None:
    sid = ring(play, application, 'maxLength="4"')
    play.act(sid, "record", seconds=30)
    play.advance(4)
    assert application.last("/recorded")["RecordingDuration"] == "4"


def test_an_empty_recording_goes_on(play: Play, application: Application) -> None:
    sid = ring(play, application, 'timeout="2"')
    play.advance(2)
    assert play.said(sid) == ["nothing was said"]
    assert application.at("/recorded") == []


def test_hanging_up_ends_a_recording_and_its_answer_is_not_executed(play: Play, application: Application) -> None:
    sid = ring(play, application)
    play.advance(4)
    play.act(sid, "hangup")
    asked = application.last("/recorded")
    assert (asked["Digits"], asked["CallStatus"], asked["RecordingDuration"]) == ("hangup", "completed", "4")
    play.advance(10)
    assert play.said(sid) == []


def test_the_recording_can_be_fetched(play: Play, application: Application) -> None:
    sid = ring(play, application)
    play.advance(2)
    play.press(sid, "1")
    url = application.last("/recorded")["RecordingUrl"]
    auth = (ACCOUNT_SID, AUTH_TOKEN)
    sound = httpx.get(f"{url}.wav", auth=auth, trust_env=False)
    with wave.open(io.BytesIO(sound.content)) as found:
        assert found.getnframes() / found.getframerate() == 2
        assert any(found.readframes(found.getnframes()))  # there is something to be heard
    assert httpx.get(f"{url}.wav", trust_env=False).status_code == 401
    assert httpx.get(f"{url}.wav", auth=(ACCOUNT_SID, "x"), trust_env=False).status_code == 401
    resource = httpx.get(f"{url}.json", auth=auth, trust_env=False).json()
    assert (resource["duration"], resource["call_sid"], resource["source"]) == ("2", sid, "RecordVerb")


def test_a_recording_that_is_late_is_not_found_until_it_is_there(play: Play, application: Application) -> None:
    play.nasty(recording_late=10)
    sid = ring(play, application)
    play.press(sid, "1")
    url = application.last("/recorded")["RecordingUrl"]
    auth = (ACCOUNT_SID, AUTH_TOKEN)

    def ask(ending: str) -> httpx.Response:
        return httpx.get(f"{url}{ending}", auth=auth, trust_env=False)

    play.advance(9)
    assert (ask(".wav").status_code, ask(".wav").json()["code"]) == (404, 20404)
    assert ask(".json").json()["status"] == "processing"
    play.advance(1)
    assert (ask(".wav").status_code, ask(".json").json()["status"]) == (200, "completed")


def test_a_recording_is_deleted_with_the_sdk_and_gone(play: Play, application: Application) -> None:
    sid = ring(play, application)
    play.press(sid, "1")
    recording = application.last("/recorded")["RecordingSid"]
    client = play.client()
    assert client.recordings(recording).delete()
    with pytest.raises(TwilioRestException) as gone:
        client.recordings(recording).delete()
    assert (gone.value.status, gone.value.code) == (404, 20404)


def test_the_recording_status_is_reported(play: Play, application: Application) -> None:
    sid = ring(play, application, 'recordingStatusCallback="/recording-status"')
    play.advance(2)
    play.press(sid, "1")
    asked = application.last("/recording-status")
    assert (asked["RecordingStatus"], asked["CallSid"]) == ("completed", sid)
    assert asked["RecordingSid"] == application.last("/recorded")["RecordingSid"]


def test_speech_needs_a_recording(play: Play, application: Application) -> None:
    application.answer("/voice", "<Say>one two three four five</Say>")
    play.act(play.ring(), "record", expect=409, seconds=3)


@pytest.mark.parametrize("seconds", [0, -1, "3", None, True])
def test_speech_needs_a_length(play: Play, application: Application, seconds: object) -> None:
    sid = ring(play, application)
    play.act(sid, "record", expect=400, seconds=seconds)
