"""The product, a Twilio and the people's telephones, all on loopback: what the tests of sending play with."""

import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from flask import Flask

from hotline import create_app, outbox
from hotline.jobs import tasks
from hotline.services import Services
from hotline.settings import Settings
from hotline.simulator import ClockMode, NumberConfig, SimulatorConfig, SimulatorServer, serve
from tests import parts
from tests.cast import ACCOUNT_SID, AGENT_PHONE, AUTH_TOKEN, LI, OUR_NUMBER, WANG, Feed, make_feed
from tests.conftest import MovingClock


class Town:
    """The product served on loopback, a Twilio beside it on a manual clock, and the people's telephones."""

    def __init__(self, app: Flask, simulator: SimulatorServer, clock: MovingClock) -> None:
        self.app, self.clock = app, clock
        self.house: Services = app.extensions["hotline"]
        self.feed: Feed = make_feed(app)
        self.http = httpx.Client(base_url=f"{simulator.url}/simulator/api", timeout=30)

    def ask(self, method: str, path: str, **body: Any) -> Any:
        answer = self.http.request(method, path, json=body or None)
        assert answer.is_success, answer.text
        return answer.json()

    def phone(self, number: str) -> Any:
        return self.ask("GET", f"/phones/{quote(number)}")

    def texts(self, number: str) -> list[str]:
        return [text["body"] for text in self.phone(number)["thread"] if text["to"] == number]

    def text(self, number: str, body: str) -> None:
        self.ask("POST", f"/phones/{quote(number)}/text", to=OUR_NUMBER, body=body)

    def on_the_line(self, number: str) -> str:
        """The sid of the call that rings or goes on at a telephone."""
        return str(self.phone(number)["call"]["sid"])

    def act(self, number: str, action: str, **body: Any) -> Any:
        return self.ask("POST", f"/calls/{self.on_the_line(number)}/{action}", **body)

    def nasty(self, **modes: Any) -> None:
        self.ask("PUT", "/nasty", **modes)

    def advance(self, seconds: float) -> None:
        """Twilio's clock goes on, and with it all its callbacks."""
        self.ask("POST", "/clock", advance=seconds)

    def faults(self) -> list[Any]:
        """What Twilio would show in its debugger: nothing, if our answers were right."""
        return [fault for fault in self.ask("GET", "/state")["errors"] if fault["level"] == "error"]


@pytest.fixture
def town(make_settings: Callable[..., Settings], clock: MovingClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    port = parts.free_port()
    ours = f"http://127.0.0.1:{port}"
    number = NumberConfig(OUR_NUMBER, sms_url=f"{ours}/webhooks/twilio/sms", voice_url=f"{ours}/webhooks/twilio/voice")
    config = SimulatorConfig(
        ACCOUNT_SID, AUTH_TOKEN, clock=ClockMode.MANUAL, numbers=(number,), start=time.time(), message_seconds=1
    )
    with serve(config) as simulator:
        app = create_app(make_settings(public_url=ours, twilio_api_url=simulator.url), clock)
        served = parts.serve(app, port)
        house: Services = app.extensions["hotline"]
        monkeypatch.setattr(tasks, "house", lambda: house)
        made = Town(app, simulator, clock)
        for person in (WANG.e164, LI.e164, AGENT_PHONE):
            made.ask("PUT", f"/phones/{quote(person)}", label="telephone")
        yield made
        made.http.close()
        served.stop()
        house.database.engine.dispose()
        house.redis.flushdb()


@pytest.fixture
def do_work(town: Town) -> Callable[[], int]:
    """Work all that is due now."""

    def work_all() -> int:
        worked = 0
        while True:
            with town.house.database.read() as session:
                rings = outbox.due(session, town.house.now(), 100)
            if not rings:
                return worked
            for ring in rings:
                tasks.work(ring.kind, ring.row_id)
                worked += 1

    return work_all
