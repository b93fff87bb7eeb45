"""Real callers: Debian's SIPp rings twenty times at once, and plays its captured keys into the real product."""

import socket
import subprocess
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from aiortp import RtpPacket, get_codec
from flask import Flask, request

from hotline import create_app
from hotline.services import Services
from hotline.settings import Settings
from hotline.tables import Rating
from tests import parts
from tests.cast import all_of, citizen, make_feed, on_sqlite
from tests.sip.gateway import gateway, loudness

_CALLS_EACH = 4  # for each of the keys 1 to 5
_PORTS_EACH = 8  # that a SIPp takes for itself
_CAPTURES = Path("/usr/share/sip-tester")
_SCENARIO = Path(__file__).with_name("key.xml")


class Listener:
    """Where the sound of every call goes, until its key is pressed: the samples of each source."""

    def __init__(self) -> None:
        self.heard: dict[int, bytearray] = defaultdict(bytearray)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        while data := self._socket.recv(2048):
            packet = RtpPacket.parse(data)
            self.heard[packet.ssrc].extend(get_codec(packet.payload_type).decode(packet.payload))

    def close(self) -> None:
        self._socket.sendto(b"", self._socket.getsockname())
        self._thread.join()
        self._socket.close()


@contextmanager
def product(make_settings: Callable[..., Settings], asked: list[dict[str, str]]) -> Iterator[tuple[Flask, str]]:
    """The product, served; `asked` gets the form of every webhook."""
    port = parts.free_port()
    url = f"http://127.0.0.1:{port}"
    app = create_app(make_settings(public_url=url))
    house: Services = app.extensions["hotline"]

    @app.before_request
    def note() -> None:
        asked.append(request.form.to_dict())

    served = parts.serve(app, port)
    yield app, url
    served.stop()
    house.redis.flushdb()
    house.database.engine.dispose()


def press(sipp: Path, key: str, gateway: tuple[str, int], sound_to: int, folder: Path) -> "subprocess.Popen[bytes]":
    """So many callers at once, who all press this key."""
    scenario, callers = folder / f"{key}.xml", folder / f"{key}.csv"
    capture = _CAPTURES / f"dtmf_2833_{key}.pcap"
    scenario.write_text(_SCENARIO.read_text(encoding="utf-8").replace("CAPTURE", str(capture)), encoding="utf-8")
    people = [citizen(10 * int(key) + number) for number in range(_CALLS_EACH)]
    rows = [f"{person.phone};CALL-{person.phone};{sound_to};" for person in people]
    callers.write_text("\n".join(["SEQUENTIAL", *rows, ""]), encoding="utf-8")
    command = [str(sipp), "-sf", str(scenario), "-inf", str(callers), "-i", "127.0.0.1"]
    port, media, *_more = (parts.free_port() for _ in range(_PORTS_EACH))
    command += ["-p", str(port), "-mp", str(media), "-m", str(_CALLS_EACH), "-r", "50", "-nostdin"]
    command += ["-timeout", "40s", "-timeout_error", f"{gateway[0]}:{gateway[1]}"]
    with (folder / f"{key}.out").open("wb") as told:
        return subprocess.Popen(command, cwd=folder, stdout=told, stderr=told)


@on_sqlite
def test_twenty_calls_at_once_are_heard_and_every_key_arrives(
    make_settings: Callable[..., Settings], sipp: Path, espeak: object, tmp_path: Path
) -> None:
    asked: list[dict[str, str]] = []
    listener = Listener()
    with product(make_settings, asked) as (app, url), gateway(url, tmp_path) as running:
        feed = make_feed(app)
        keys = "12345"
        for key in keys:
            for number in range(_CALLS_EACH):
                person = citizen(10 * int(key) + number)
                feed.transaction(number=f"JL-{person.phone}", person=person)
        ringing = [press(sipp, key, running.address, listener.port, tmp_path) for key in keys]
        ended = [callers.wait(60) for callers in ringing]
        listener.close()
        told = "\n".join((tmp_path / f"{key}.out").read_text(errors="replace")[-1500:] for key in keys)
        assert ended == [0] * len(keys), told + running.log
        ratings = all_of(app.extensions["hotline"], Rating)
        log = running.log
    assert sorted((rating.stars, rating.channel) for rating in ratings) == [
        (int(key), "phone") for key in keys for _ in range(_CALLS_EACH)
    ], log
    by_person = {form["SipHeader_X-Call-Id"]: form["Digits"] for form in asked if form.get("Digits")}
    assert by_person == {
        f"CALL-{citizen(10 * int(key) + number).phone}": key for key in keys for number in range(_CALLS_EACH)
    }
    assert len(listener.heard) == len(ratings)
    assert min(loudness(bytes(heard)) for heard in listener.heard.values()) > 300
    assert "139043200" not in log
