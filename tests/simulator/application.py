"""Any Twilio application: it checks signatures with the SDK, notes what it is asked, and answers what a test says.
And `Play`, a thin client of the simulator's control API."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import quote

import httpx
from flask import Flask, Response, request
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from werkzeug.serving import make_server

from hotline.simulator import NumberConfig, SimulatorConfig, SimulatorServer
from hotline.simulator.server import QuietHandler

ACCOUNT_SID = "AC" + "0123456789abcdef" * 2
AUTH_TOKEN = "a token of thirty-two characters"
OURS = "+8643212345678"
OTHER_OF_OURS = "+8643287654321"
MOBILE = "+8613800138000"
AGENT = "+8613900139000"
LANDLINE = "+8643266666666"
START = 1_795_000_000.0  # a moment in November 2026

Answer = str | tuple[Any, ...] | Callable[[dict[str, str]], Any]


@dataclass(frozen=True)
class Asked:
    """One request the application got. `params` are the form's, or the query's of a GET."""

    path: str
    method: str
    params: dict[str, str]
    headers: dict[str, str]
    signed: bool


@dataclass
class Application:
    """Answers with the TwiML (or response, or function of the parameters) set for a path; 204 otherwise."""

    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    url: str = ""

    def answer(self, path: str, answer: Answer) -> None:
        self.answers[path] = answer

    def at(self, path: str) -> list[dict[str, str]]:
        """The parameters of every request to a path, in order of arrival."""
        return [asked.params for asked in self.asked if asked.path == path]

    def last(self, path: str) -> dict[str, str]:
        return self.at(path)[-1]

    def statuses(self, path: str) -> list[str]:
        return [params.get("MessageStatus") or params["CallStatus"] for params in self.at(path)]

    def handle(self, path: str) -> Any:
        params = (request.form if request.method == "POST" else request.args).to_dict()
        signature = request.headers.get("X-Twilio-Signature", "")
        url = self.url + request.full_path.rstrip("?")
        signed = RequestValidator(AUTH_TOKEN).validate(url, request.form.to_dict(), signature)
        self.asked.append(Asked(f"/{path}", request.method, params, dict(request.headers), signed))
        answer = self.answers.get(f"/{path}", ("", 204))
        if callable(answer):
            answer = answer(params)
        return Response(twiml(answer), mimetype="text/xml") if isinstance(answer, str) else answer

    @contextmanager
    def served(self) -> Iterator[Self]:
        flask = Flask("application")
        flask.add_url_rule("/<path:path>", "handle", self.handle, methods=["GET", "POST"])
        server = make_server("127.0.0.1", 0, flask, threaded=True, request_handler=QuietHandler)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        self.url = f"http://127.0.0.1:{server.port}"
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def twiml(inside: str) -> str:
    return (
        inside if inside.startswith("<?xml") else f'<?xml version="1.0" encoding="UTF-8"?><Response>{inside}</Response>'
    )


class Play:
    """Plays the world through the control API. Every answer is checked to be a success unless `expect` says."""

    def __init__(self, server: SimulatorServer) -> None:
        self.server = server
        self.url = server.url
        self.http = httpx.Client(base_url=f"{server.url}/simulator/api", timeout=30, trust_env=False)

    def close(self) -> None:
        self.http.close()

    def ask(self, method: str, path: str, body: Any = None, expect: int = 200) -> Any:
        response = self.http.request(method, path, json=body)
        assert response.status_code == expect, (response.status_code, response.text)
        return response.json()

    def text(self, body: str, from_: str = MOBILE, to: str = OURS) -> Any:
        return self.ask("POST", f"/phones/{quote(from_)}/text", {"to": to, "body": body})

    def ring(self, from_: str = MOBILE, to: str = OURS, **more: Any) -> str:
        return str(self.ask("POST", f"/phones/{quote(from_)}/call", {"to": to, **more})["sid"])

    def act(self, sid: str, action: str, expect: int = 200, **body: Any) -> Any:
        return self.ask("POST", f"/calls/{sid}/{action}", body, expect)

    def press(self, sid: str, keys: str) -> Any:
        return self.act(sid, "press", keys=keys)

    def call(self, sid: str) -> Any:
        return self.ask("GET", f"/calls/{sid}")

    def phone(self, number: str = MOBILE) -> Any:
        return self.ask("GET", f"/phones/{quote(number)}")

    def received(self, number: str = MOBILE) -> list[str]:
        """What a phone has received, oldest first."""
        thread = self.phone(number)["thread"]
        return [text["body"] for text in thread if text["to"] == number and text["status"] == "delivered"]

    def ringing(self, number: str) -> Any:
        """The call that is ringing at a phone, once it does."""
        return self.ask("GET", f"/wait?phone={quote(number)}&ringing=1")

    def advance(self, seconds: float) -> None:
        self.ask("POST", "/clock", {"advance": seconds})

    def nasty(self, **modes: Any) -> Any:
        return self.ask("PUT", "/nasty", modes)

    def state(self) -> Any:
        return self.ask("GET", "/state")

    def faults(self) -> list[int]:
        return [error["code"] for error in self.state()["errors"]]

    def said(self, sid: str) -> list[str]:
        return [spoken["text"] for spoken in self.call(sid)["said"]]

    def requests(self, **query: Any) -> list[Any]:
        return list(self.http.get("/requests", params=query).json()["requests"])

    def rest(self, method: str, path: str, auth: tuple[str, str] = (ACCOUNT_SID, AUTH_TOKEN), **form: Any) -> Any:
        url = f"{self.url}/2010-04-01/Accounts/{ACCOUNT_SID}{path}"
        return self.http.request(method, url, data=form or None, auth=auth)

    def client(self, timeout: float = 10) -> Client:
        """The twilio SDK's own client, talking to the simulator."""
        return Client(ACCOUNT_SID, AUTH_TOKEN, http_client=ElsewhereClient(self.url, timeout))


class ElsewhereClient(TwilioHttpClient):
    """The SDK has no setting for its address: this replaces it in each request."""

    def __init__(self, url: str, timeout: float) -> None:
        super().__init__(timeout=timeout)
        self.url = url

    def request(self, method: str, url: str, *arguments: Any, **named: Any) -> Any:
        return super().request(method, url.replace("https://api.twilio.com", self.url), *arguments, **named)


def config_for(application: Application, **changes: Any) -> SimulatorConfig:
    from hotline.simulator import ClockMode

    ours = NumberConfig(
        OURS,
        label="政务服务热线",
        sms_url=f"{application.url}/sms",
        sms_fallback_url=f"{application.url}/sms-fallback",
        voice_url=f"{application.url}/voice",
        voice_fallback_url=f"{application.url}/voice-fallback",
        status_callback=f"{application.url}/number-status",
    )
    plain = NumberConfig(OTHER_OF_OURS, voice_url=f"{application.url}/voice")
    values: dict[str, Any] = {"clock": ClockMode.MANUAL, "start": START, "numbers": (ours, plain)}
    return SimulatorConfig(ACCOUNT_SID, AUTH_TOKEN, **(values | changes))
