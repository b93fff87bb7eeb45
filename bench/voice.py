"""How soon a call is answered with the database at work: `hotline web` on loopback, 100,000 records, both databases.

Run: python -m bench.voice [calls] [records and ratings a second]. Each call is rung and a key pressed in it, one after
the other, first alone, then while another process takes records in and rates them. Prints both, and their ratio of one
run; exits 1 if the median under load is over the bound.
"""

import hashlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx
from sqlalchemy import insert, text
from twilio.request_validator import RequestValidator

from hotline.actions.invite import NewRecord, receive_record
from hotline.actions.rate import Given, rate
from hotline.clock import utc_now
from hotline.database import Database
from hotline.migrations import migrate
from hotline.policies import load_policy
from hotline.privacy import SealedPhone, Vault
from hotline.rules.phones import PhoneKind, read_phone
from hotline.rules.scale import Scale
from hotline.rules.script import Channel
from hotline.tables import Call, Invitation, Rating, ServiceRecord
from hotline.tables.contacts import CallState
from hotline.tables.service import InvitationState, RatingState, RecordKind
from tests import parts

BOUND = 0.1  # seconds, for the median
RECORDS, OPEN, CALLED = 100_000, 30_000, 20_000
KEY, TOKEN, SID = b"k" * 32, "t" * 32, "AC" + "0" * 32
PUBLIC, OURS = "https://hotline.example", "+8643212345678"
CALLER = "+861380000{:04}"  # those that ring us: each has an open invitation
KINDS = ("call", "key")


def fill(database: Database, callers: int) -> None:
    """Records of which the last are asked about and not answered; of the others some by call; all long ago enough."""
    now = utc_now()
    records = [_record(number, callers, now) for number in range(RECORDS)]
    answered = range(RECORDS - OPEN)
    rows: list[tuple[Any, list[dict[str, Any]]]] = [
        (ServiceRecord, records),
        (Invitation, [_invitation(number, now) for number in range(RECORDS)]),
        (Rating, [_rating(number, now) for number in answered]),
        (Call, [_call(number, records[number], now) for number in range(CALLED)]),
    ]
    with database.write() as session:
        for table, values in rows:
            for start in range(0, len(values), 2000):
                session.execute(insert(table), values[start : start + 2000])
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def _record(number: int, callers: int, now: datetime) -> dict[str, Any]:
    from_end = RECORDS - 1 - number
    phone = (
        Vault(KEY).seal_phone(read_phone(CALLER.format(from_end), "CN"))
        if from_end < callers
        else SealedPhone(hashlib.sha256(b"%d" % number).hexdigest(), b"\0" * 42, "138****0000", PhoneKind.MOBILE)
    )
    day = now - timedelta(minutes=number)
    sealed = {f"phone_{part}": getattr(phone, part) for part in ("lookup", "box", "masked", "kind")}
    return sealed | {
        "kind": RecordKind.TRANSACTION,
        "number": f"JL{number:012}",
        "number_digits": f"{number:012}",
        "completed_at": day,
        "received_at": day,
        "item_name": "社会保障卡申领",
        "language": "zh-CN",
    }


def _invitation(number: int, now: datetime) -> dict[str, Any]:
    is_open = number >= RECORDS - OPEN
    return {
        "record_id": number + 1,
        "channel": Channel.SMS,
        "state": InvitationState.SENT if is_open else InvitationState.ANSWERED,
        "script": "sms-stars@1",
        "language": "zh-CN",
        "created_at": now,
        "sent_at": now,
        "expires_at": now + timedelta(days=7),
    }


def _rating(number: int, now: datetime) -> dict[str, Any]:
    return {
        "record_id": number + 1,
        "stars": 5,
        "channel": Channel.SMS,
        "raw": "5",
        "scale": Scale.STAR_5_BEST,
        "script": "sms-stars@1",
        "rule": "digit",
        "rated_at": now,
        "state": RatingState.ACTIVE,
    }


def _call(number: int, record: dict[str, Any], now: datetime) -> dict[str, Any]:
    sealed = {name: value for name, value in record.items() if name.startswith("phone_")}
    return sealed | {
        "carrier": "twilio",
        "external_id": f"CA-{number}",
        "inbound": False,
        "invitation_id": number + 1,
        "script": "phone-stars@1",
        "language": "zh-CN",
        "state": CallState.ENDED,
        "created_at": now,
        "begun_at": now - timedelta(minutes=number),
    }


def write(database_url: str, per_second: float) -> None:
    """The load: records taken in and rated, each in a transaction of its own, until we are ended."""
    database, policy, vault = Database(database_url), load_policy("always"), Vault(KEY)
    given = Given(4, Channel.SMS, "4", Scale.STAR_5_BEST, "sms-stars@1", "digit")
    begun = time.monotonic()
    for number in count():
        time.sleep(max(0.0, begun + number / per_second - time.monotonic()))
        phone = vault.seal_phone(read_phone(f"139{number % 100_000_000:08}", "CN"))
        now = utc_now()
        new = NewRecord(RecordKind.TRANSACTION, f"L-{os.getpid()}-{number}", 1, now, phone, Channel.SMS)
        with database.write() as session:
            record_id = receive_record(session, new, policy, now).record_id
        with database.write() as session:
            rate(session, record_id, given, policy, utc_now())
        if number % 50 == 49:
            print(f"{(number + 1) / (time.monotonic() - begun):.1f}", flush=True)


class Line:
    """Twilio's side: signed posts over one connection, each timed."""

    def __init__(self, url: str) -> None:
        self._client, self._url = httpx.Client(base_url=url, timeout=20), url
        self._sign = RequestValidator(TOKEN).compute_signature
        self._callers = count()

    def call(self) -> tuple[float, float]:
        """Ring, and press 5 where the answer listens: seconds until each was answered."""
        caller = next(self._callers)
        told = {"CallSid": f"CA{time.time_ns():032}", "From": CALLER.format(caller), "To": OURS, "AccountSid": SID}
        rung, answer = self._post("/webhooks/twilio/voice", told | {"CallStatus": "ringing"})
        gather = ElementTree.fromstring(answer).find("Gather")
        assert gather is not None, answer
        pressed, _ = self._post(gather.attrib["action"].removeprefix(PUBLIC), told | {"Digits": "5"})
        return rung, pressed

    def _post(self, path: str, form: dict[str, str]) -> tuple[float, bytes]:
        headers = {"X-Twilio-Signature": self._sign(PUBLIC + path, form)}
        start = time.perf_counter()
        answer = self._client.post(path, data=form, headers=headers)
        took = time.perf_counter() - start
        answer.raise_for_status()
        return took, answer.content


@contextmanager
def web(database_url: str, redis_url: str) -> Iterator[str]:
    """`hotline web` as it is run in production; its address."""
    port = parts.free_port()
    settings = {
        "HOTLINE_DATABASE_URL": database_url,
        "HOTLINE_REDIS_URL": redis_url,
        "HOTLINE_PUBLIC_URL": PUBLIC,
        "HOTLINE_SECRET_KEY": "s" * 32,
        "HOTLINE_DATA_KEY": b64encode(KEY).decode(),
        "HOTLINE_POLICY": "always",
        "TWILIO_ACCOUNT_SID": SID,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_FROM": OURS,
    }
    own = {name: value for name, value in os.environ.items() if not name.startswith(("HOTLINE_", "TWILIO_"))}
    command = [sys.executable, "-m", "hotline", "web", "--port", str(port)]
    process = subprocess.Popen(command, env=own | settings, stderr=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        httpx.Client(transport=httpx.HTTPTransport(retries=10)).get(f"{url}/healthz", timeout=30).raise_for_status()
        yield url
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def load(database_url: str, per_second: float) -> Iterator[list[str]]:
    """The writer at work; its rate, at the end."""
    command = [sys.executable, "-m", "bench.voice", "write", database_url, str(per_second)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = [process.stdout.readline()]  # it is at work
    try:
        yield said
        assert process.poll() is None, "the load has ended before the measurement"
    finally:
        process.terminate()
        said += process.stdout.read().split()
        process.wait(30)


def measure(line: Line, calls: int) -> dict[str, list[float]]:
    times = [line.call() for _ in range(calls)]
    return {kind: sorted(of) for kind, of in zip(KINDS, zip(*times, strict=True), strict=True)}


def compare(name: str, database_url: str, redis_url: str, calls: int, per_second: float) -> bool:
    """Is every median under load within the bound?"""
    migrate(database_url)
    fill(Database(database_url), callers=2 * calls + 10)
    with web(database_url, redis_url) as url:
        line = Line(url)
        measure(line, 10)  # every process has met its database
        alone = measure(line, calls)
        with load(database_url, per_second) as rates:
            loaded = measure(line, calls)
    busy = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    print(f"{name}: {rates[-1].strip()} records and ratings/s beside; {busy}")
    for kind in KINDS:
        one, other = (statistics.median(of[kind]) for of in (alone, loaded))
        print(
            f"  {kind:4}: alone median {_ms(one)}, 95% {_ms(_p95(alone[kind]))}; "
            f"under load median {_ms(other)}, 95% {_ms(_p95(loaded[kind]))}; ratio {other / one:.2f}"
        )
    return all(statistics.median(loaded[kind]) <= BOUND for kind in KINDS)


def _p95(times: list[float]) -> float:
    return times[round(0.95 * (len(times) - 1))]


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def main(calls: int = 300, per_second: float = 25) -> None:
    redis = parts.RedisServer(parts.free_port())
    redis.start()
    try:
        with tempfile.TemporaryDirectory() as folder, parts.postgres() as postgres_url:
            sqlite_url = f"sqlite:///{Path(folder) / 'hotline.sqlite3'}"
            databases = {"PostgreSQL": postgres_url, "SQLite": sqlite_url}
            good = [compare(name, url, redis.url, calls, per_second) for name, url in databases.items()]
    finally:
        redis.stop()
    if not all(good):
        sys.exit(f"over {_ms(BOUND)} at the median")


if __name__ == "__main__":
    if sys.argv[1:2] == ["write"]:
        write(sys.argv[2], float(sys.argv[3]))
    else:
        main(*(int(argument) for argument in sys.argv[1:]))
