"""Twilio's recordings: what is announced, what is fetched – and that nobody makes us tell others our credentials."""

import contextlib
import json
import socket
import threading
from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.carriers import twilio_recordings
from hotline.errors import BadInput
from hotline.messages import Erased, FetchedRecording, NotDone, ReceivedRecording
from tests import parts
from tests.carriers.test_twilio_api import carrier_at
from tests.cast import ACCOUNT_SID, AUTH_TOKEN

SID = "RE" + "0a" * 16
FOLDER = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Recordings"
SOUND = b"RIFF\x24\0\0\0WAVE" + b"\x01\x02" * 1000


@dataclass
class Api:
    """A server that answers what the test says, and notes what it was asked and with which credentials."""

    status: int = 200
    body: bytes = SOUND
    headers: list[tuple[str, str]] = field(default_factory=list)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    url: str = ""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        asked = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
        self.asked.append((asked, environ.get("HTTP_AUTHORIZATION")))
        start_response(f"{self.status} Planned", [("Content-Type", "audio/x-wav"), *self.headers])
        return [self.body]


@pytest.fixture
def api() -> Iterator[Api]:
    made = Api()
    served = parts.serve(made)
    made.url = served.url
    yield made
    served.stop()


def fetch(api: Api, url: str | None = None) -> FetchedRecording | NotDone:
    return carrier_at(api.url).fetch_recording(url or f"{api.url}{FOLDER}/{SID}")


FORM = {"RecordingSid": SID, "RecordingUrl": f"https://api.twilio.com{FOLDER}/{SID}", "RecordingDuration": "7"}


@pytest.mark.parametrize(("said", "seconds"), [("7", 7), ("", None), ("-1", None), ("9" * 30, None), ("７", None)])
def test_a_recording_is_read_with_its_length(said: str, seconds: int | None) -> None:
    read = carrier_at("http://127.0.0.1:9").read_recording(FORM | {"RecordingDuration": said})
    assert read == ReceivedRecording("twilio", SID, FORM["RecordingUrl"], seconds)


@pytest.mark.parametrize("form", [{}, FORM | {"RecordingUrl": ""}, FORM | {"RecordingDuration": "0"}])
def test_a_caller_who_said_nothing_left_no_recording(form: dict[str, str]) -> None:
    assert carrier_at("http://127.0.0.1:9").read_recording(form) is None


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("RecordingSid", ""),
        ("RecordingSid", "RE" + "0" * 31),
        ("RecordingSid", SID + "\n"),
        ("RecordingSid", "x" * 65),
        ("RecordingUrl", "https://" + "x" * 512),
        ("RecordingUrl", "https://a\0"),
    ],
)
def test_what_can_be_no_recording_of_twilios_is_refused(name: str, wrong: str) -> None:
    with pytest.raises(BadInput) as refused:
        carrier_at("http://127.0.0.1:9").read_recording(FORM | {name: wrong})
    assert refused.value.field == name


@pytest.mark.parametrize("host", [None, "https://api.twilio.com"])
def test_a_recording_is_fetched_as_sound_with_our_credentials_where_our_api_is(host: str | None, api: Api) -> None:
    """Also when the form names Twilio itself: it is asked where all our requests go."""
    assert fetch(api, f"{host or api.url}{FOLDER}/{SID}") == FetchedRecording(SOUND)
    basic = "Basic " + b64encode(f"{ACCOUNT_SID}:{AUTH_TOKEN}".encode()).decode()
    assert api.asked == [(f"GET {FOLDER}/{SID}.wav", basic)]


def hostile(ours: str) -> list[str]:
    """Addresses that look like one of a recording of ours, from a form that somebody made up."""
    path = f"{FOLDER}/{SID}"
    port = ours.rpartition(":")[2]
    return [
        f"http://127.0.0.1:1{path}",
        f"http://169.254.169.254{path}",
        f"http://localhost:{port}{path}",
        f"https://api.twilio.com.attacker.example{path}",
        f"https://api.twilio.com@attacker.example{path}",
        f"https://attacker.example\\@api.twilio.com{path}",
        f"https://attacker.example/{ours}{path}",
        f"http://api.twilio.com{path}",
        f"https://api.twilio.com:444{path}",
        f"https://API.twilio.com{path}",
        f"//api.twilio.com{path}",
        path,
        SID,
        f"{ours}{path}.wav",
        f"{ours}{path}?x=1",
        f"{ours}{path}#x",
        f"{ours}{path}/",
        f"{ours}{path}\n",
        f"{ours}{FOLDER}/../../AC{'f' * 32}/Recordings/{SID}",
        f"{ours}{FOLDER}/..%2f..%2fMessages/{SID}",
        f"{ours}/2010-04-01/Accounts/AC{'f' * 32}/Recordings/{SID}",
        f"{ours}{FOLDER}/{SID[:-1]}",
        f"{ours}{FOLDER}/RE{'z' * 32}",
        f"{ours}/{path}",
        f"file://{path}",
        "",
    ]


def test_no_other_address_is_asked_for_anything_or_told_our_credentials(api: Api) -> None:
    carrier = carrier_at(api.url)
    for url in hostile(api.url):
        assert carrier.fetch_recording(url) == NotDone("foreign_url", retryable=False), url
        assert carrier.erase_recording(url) == NotDone("foreign_url", retryable=False), url
    assert api.asked == []


@given(st.text(max_size=80), st.text(max_size=20))
def test_nothing_put_before_or_behind_makes_an_address_of_ours(before: str, behind: str) -> None:
    """Nobody listens at this one, so anything but `foreign_url` would be another error."""
    ours = "http://127.0.0.1:9"
    url = f"{before}{FOLDER}/{SID}{behind}"
    expected = NotDone("foreign_url", retryable=False)
    if (before, behind) not in ((ours, ""), ("https://api.twilio.com", "")):
        assert carrier_at(ours).fetch_recording(url) == expected


def test_a_redirect_is_not_followed_with_our_credentials_or_without(api: Api) -> None:
    elsewhere = Api()
    served = parts.serve(elsewhere)
    api.status, api.headers = 302, [("Location", f"{served.url}{FOLDER}/{SID}.wav")]
    assert fetch(api) == NotDone("http_302", retryable=True)
    served.stop()
    assert elsewhere.asked == []


@pytest.mark.parametrize("status", [404, 401, 429, 500, 503])
def test_what_is_not_there_yet_or_can_be_put_right_is_tried_again(status: int, api: Api) -> None:
    api.status, api.body = status, json.dumps({"code": 20404, "status": status}).encode()
    assert fetch(api) == NotDone(f"http_{status}", retryable=True)


def test_what_is_no_sound_is_not_kept(api: Api) -> None:
    for body in (b"", b"RIFF", b"<html>log in to the network</html>", b"RIFF\0\0\0\0AVI " + b"\0" * 99):
        api.body = body
        assert fetch(api) == NotDone("not_sound", retryable=True)


def test_a_recording_without_end_is_left(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twilio_recordings, "_MOST_BYTES", 1000)
    assert fetch(api) == NotDone("too_large", retryable=False)


def test_a_door_that_is_closed_is_tried_again() -> None:
    nowhere = f"http://127.0.0.1:{parts.free_port()}"
    carrier = carrier_at(nowhere)
    assert carrier.fetch_recording(f"{nowhere}{FOLDER}/{SID}") == NotDone("ConnectError", retryable=True)
    assert carrier.erase_recording(f"{nowhere}{FOLDER}/{SID}") == NotDone("ConnectError", retryable=True)


def test_half_a_recording_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that drips is left at the deadline, and what came until then is not taken for the whole."""
    monkeypatch.setattr(twilio_recordings, "_DEADLINE_SECONDS", 0.3)
    left = threading.Event()

    def drip(listener: socket.socket) -> None:
        line, _ = listener.accept()
        with line, contextlib.suppress(OSError):
            line.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + SOUND)  # no length: whatever comes until it closes
            while not left.wait(0.05):
                line.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        dripping = threading.Thread(target=drip, args=(listener,))
        dripping.start()
        ours = f"http://127.0.0.1:{listener.getsockname()[1]}"
        result = carrier_at(ours).fetch_recording(f"{ours}{FOLDER}/{SID}")
        left.set()
        dripping.join()
    assert result == NotDone("deadline", retryable=True)


def test_a_recording_is_erased_and_one_that_is_gone_is_as_good(api: Api) -> None:
    carrier, url = carrier_at(api.url), f"{api.url}{FOLDER}/{SID}"
    for status, result in ((204, Erased()), (404, Erased()), (500, NotDone("http_500", retryable=True))):
        api.status, api.body = status, b""
        assert carrier.erase_recording(url) == result
    assert {asked for asked, _ in api.asked} == {f"DELETE {FOLDER}/{SID}.json"}
