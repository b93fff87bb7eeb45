"""The people of the tests, and the hands that play the world outside: Twilio's signed posts, a feeding system,
an agent at a desk, and callers who act at the same moment."""

import itertools
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import VoiceResponse
from werkzeug.test import TestResponse

from hotline.actions import people
from hotline.actions.casework import claim
from hotline.policies import load_policy
from hotline.rules.phones import read_phone
from hotline.services import Services
from hotline.tables import Base, Case, Rating, User
from hotline.tables.people import Role, Scope
from hotline.tables.service import RatingState
from tests.twiml import Heard, accepted, heard, texted

AUTH_TOKEN = "a token that signs every test"
ACCOUNT_SID = "AC" + "0123456789abcdef" * 2
OUR_NUMBER = "+8643212345678"

T = TypeVar("T")

# For tests of which the database is no part: one kind is enough.
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a telephone: as a feeding system writes the number, as a carrier does, as we show it."""

    name: str
    phone: str
    e164: str
    masked: str


WANG = Person("王秀兰", "13844328000", "+8613844328000", "138****8000")
LI = Person("李建国", "0432-64812345", "+8643264812345", "0432****2345")
ZHAO = Person("赵敏", "159 0432 0016", "+8615904320016", "159****0016")


def citizen(number: int) -> Person:
    """One of ten thousand others, each with a mobile of their own."""
    return Person(f"市民{number}", f"1390432{number:04}", f"+861390432{number:04}", f"139****{number:04}")


AGENT_PHONE = "+8613943200099"

_serial = itertools.count(1)


def sid(prefix: str) -> str:
    """A new id as Twilio makes them."""
    return f"{prefix}{next(_serial):032x}"


def transaction(number: str = "JL20261123-0012", person: Person = WANG, **changes: Any) -> dict[str, Any]:
    """A completed transaction as a feeding system sends it."""
    return {
        "number": number,
        "completed_at": "2026-11-23T09:20:00+08:00",
        "phone": person.phone,
        "item_name": "社会保障卡申领",
    } | changes


def ended_call(call_id: str = "CALL-7731", person: Person = WANG, **changes: Any) -> dict[str, Any]:
    """A 12345 call that ended, as the hotline's system sends it."""
    return {"call_id": call_id, "ended_at": "2026-11-23T09:25:00+08:00", "phone": person.phone} | changes


@dataclass(frozen=True, slots=True)
class Feed:
    """A system with a key of the API."""

    app: Flask
    key: str

    def post(self, path: str, body: Any) -> TestResponse:
        return self.app.test_client().post(path, json=body, headers=self.headers)

    def get(self, path: str) -> TestResponse:
        return self.app.test_client().get(path, headers=self.headers)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

    def transaction(self, *args: Any, **changes: Any) -> int:
        """Send one transaction that must be accepted; its id."""
        return self._accepted("/api/v1/transactions", transaction(*args, **changes))

    def call(self, *args: Any, **changes: Any) -> int:
        """Send one ended call that must be accepted; its id."""
        return self._accepted("/api/v1/calls", ended_call(*args, **changes))

    def _accepted(self, path: str, record: dict[str, Any]) -> int:
        answer = self.post(path, record)
        assert answer.status_code == 202, answer.text
        (result,) = answer.get_json()["results"]
        assert result["status"] == "accepted", result
        return int(result["id"])


def make_feed(app: Flask, *scopes: Scope) -> Feed:
    house: Services = app.extensions["hotline"]
    with house.database.write() as session:
        key = people.add_key(session, f"feed-{next(_serial)}", scopes or tuple(Scope), house.now())
    return Feed(app, key)


@dataclass(frozen=True, slots=True)
class Twilio:
    """Twilio's side of the webhooks: every post signed with the SDK, every answer held against what it accepts."""

    app: Flask

    def post(
        self, url: str, form: Mapping[str, str], token: str = AUTH_TOKEN, *, has_caller: bool = True
    ) -> TestResponse:
        """`url`: a path of ours, or a whole address as our TwiML named it."""
        house: Services = self.app.extensions["hotline"]
        path = url.removeprefix(house.settings.public_url)
        assert path.startswith("/"), f"{url} is not ours"
        signature = RequestValidator(token).compute_signature(house.settings.public_url + path, form)
        response = self.app.test_client().post(path, data=form, headers={"X-Twilio-Signature": signature})
        if response.status_code == 200 and has_caller:
            accepted(response, MessagingResponse if path.startswith("/webhooks/twilio/sms") else VoiceResponse)
        return response

    def text(self, person: Person, body: str, message_sid: str | None = None, **more: str) -> str | None:
        """The person texts us; what they are answered, or None for silence."""
        response = self.post("/webhooks/twilio/sms", text_form(person, body, message_sid, **more))
        assert response.status_code == 200, response.text
        return texted(response)

    def receipt(self, text_id: int, status: str, message_sid: str = "SM" + "1" * 32, error: str | None = None) -> None:
        form = {"MessageSid": message_sid, "MessageStatus": status, "AccountSid": ACCOUNT_SID}
        form |= {"ErrorCode": error} if error else {}
        assert self.post(f"/webhooks/twilio/sms/status?text={text_id}", form).status_code == 204

    def call(self, url: str, call_sid: str, person: Person = WANG, **more: str) -> Heard:
        """A webhook of a call; what the person on it hears."""
        form = {"CallSid": call_sid, "From": person.e164, "To": OUR_NUMBER, "AccountSid": ACCOUNT_SID}
        response = self.post(url, form | {"ApiVersion": "2010-04-01"} | more)
        assert response.status_code == 200, response.text
        return heard(response)

    def rings(self, person: Person, call_sid: str, **more: str) -> Heard:
        """The person rings us."""
        more = {"CallStatus": "ringing", "Direction": "inbound"} | more
        return self.call("/webhooks/twilio/voice", call_sid, person, **more)

    def press(self, before: Heard, call_sid: str, keys: str = "") -> Heard:
        """Press keys (none = stay silent until the Gather gives up) where `before` listens."""
        assert before.listens_at is not None, "nobody listens any more"
        return self.call(before.listens_at, call_sid, **({"Digits": keys} if keys else {}))

    def speaks(self, before: Heard, call_sid: str, recording_sid: str = "RE" + "0" * 32) -> Heard:
        """Say something where `before` records."""
        assert before.records_at is not None, "nothing is recorded"
        url = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT_SID}/Recordings/{recording_sid}"
        said = {"RecordingUrl": url, "RecordingSid": recording_sid, "RecordingDuration": "7", "Digits": "#"}
        return self.call(before.records_at, call_sid, **said)

    def comes_back(self, before: Heard, call_sid: str, status: str) -> Heard:
        """The bridge that `before` made is over."""
        assert before.dial_ends_at is not None, "nobody was rung"
        return self.call(before.dial_ends_at, call_sid, DialCallStatus=status)

    def call_status(self, query: str, call_sid: str, status: str) -> None:
        form = {"CallSid": call_sid, "CallStatus": status, "AccountSid": ACCOUNT_SID, "SequenceNumber": "0"}
        assert self.post(f"/webhooks/twilio/voice/status{query}", form).status_code == 204


def text_form(person: Person, body: str, message_sid: str | None = None, **more: str) -> dict[str, str]:
    """The form of an inbound text, as Twilio posts it."""
    message_sid = message_sid or sid("SM")
    return {
        "MessageSid": message_sid,
        "SmsSid": message_sid,
        "SmsMessageSid": message_sid,
        "AccountSid": ACCOUNT_SID,
        "From": person.e164,
        "To": OUR_NUMBER,
        "Body": body,
        "NumMedia": "0",
        "NumSegments": "1",
        "FromCountry": "CN",
        "ApiVersion": "2010-04-01",
    } | more


@dataclass(frozen=True, slots=True)
class Desk:
    """An agent at work: their user, and the cases they hold."""

    house: Services
    user: User

    def claim(self, case_id: int) -> str:
        with self.house.database.write() as session:
            return claim(session, case_id, self.user, self.house.policy, self.house.now())


def make_desk(house: Services, name: str = "周倩", phone: str | None = AGENT_PHONE) -> Desk:
    user = User(name=name, role=Role.AGENT, password_hash="nobody logs in", created_at=house.now())
    with house.database.write() as session:
        session.add(user)
        if phone is not None:
            sealed = house.vault.seal_phone(read_phone(phone, house.policy.region))
            user.phone_box, user.phone_masked = sealed.box, sealed.masked
    return Desk(house, user)


def all_of(house: Services, table: type[T], **values: Any) -> list[T]:
    """Every row of a table with these values, oldest first."""
    with house.database.read() as session:
        return list(session.scalars(select(table).filter_by(**values).order_by(*table.__table__.primary_key)))  # type: ignore[attr-defined]


def only(house: Services, table: type[T], **values: Any) -> T:
    """The one row of a table with these values."""
    (row,) = all_of(house, table, **values)
    return row


def active_ratings(house: Services) -> list[Rating]:
    return all_of(house, Rating, state=RatingState.ACTIVE)


def open_bad_case(twilio: Twilio, feed: Feed, number: str = "JL20261123-0012", person: Person = WANG) -> Case:
    """The person was served, answered with one star, and so has a case."""
    house: Services = twilio.app.extensions["hotline"]
    record_id = feed.transaction(number, person)
    assert twilio.text(person, f"{number[-4:]} 1") is not None
    return only(house, Case, record_id=record_id)


def row_counts(house: Services) -> dict[str, int]:
    """How many rows each table holds."""
    with house.database.read() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


def at_once(count: int, act: Callable[[int], T]) -> list[T]:
    """`act(0)` … `act(count - 1)` in as many threads, let go at the same moment; their results, or the first error."""
    gate = threading.Barrier(count)

    def one(number: int) -> T:
        gate.wait(timeout=20)
        return act(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def meanwhile(house: Services, act: Callable[[], T]) -> "Future[T]":
    """Start `act` in a thread and come back when it waits for a lock that this test holds, or has ended.

    Only PostgreSQL tells who waits; on SQLite a writer waits at its beginning, and there is nothing to watch for.
    """
    result: Future[T] = Future()

    def run() -> None:
        try:
            result.set_result(act())
        except BaseException as error:
            result.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    give_up = time.monotonic() + 20
    while house.database.engine.dialect.name == "postgresql" and not result.done() and not _somebody_waits(house):
        assert time.monotonic() < give_up, "neither done nor waiting"
    return result


def _somebody_waits(house: Services) -> bool:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with house.database.read() as session:
        return bool(session.scalar(text(waiting)))


def city_time(house: Services, moment: datetime) -> str:
    """A moment as the city's clocks show it."""
    return f"{moment.astimezone(house.policy.zone):%Y-%m-%d %H:%M}"


def change_phone_rules(house: Services, **figures: Any) -> None:
    """Other figures in the policy's [phone]."""
    phone = house.policy.phone.model_copy(update=figures)
    object.__setattr__(house, "policy", house.policy.model_copy(update={"phone": phone}))


def change_casework_rules(house: Services, preset: str | None = None, **figures: Any) -> None:
    """Other figures in the policy's [casework], or those of a city."""
    rules = load_policy(preset).casework if preset else house.policy.casework
    changed = rules.model_copy(update=figures)
    object.__setattr__(house, "policy", house.policy.model_copy(update={"casework": changed}))
