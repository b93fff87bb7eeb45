"""Redis gone, workers killed, at any moment of the way: nothing acknowledged is lost, nothing is doubled.

Real processes, real time: web, workers with their schedule, Redis, and the simulator as the carrier.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from hotline.actions.people import add_key
from hotline.clock import utc_now
from hotline.database import Database
from hotline.settings import Settings
from hotline.simulator import SimulatorConfig, SimulatorServer, serve
from hotline.tables import Case, OutboundText, OutboxRow, Rating, StoredRating
from hotline.tables.contacts import Purpose, TextState
from hotline.tables.people import Scope
from hotline.tables.plumbing import OutboxState
from tests import parts
from tests.conftest import ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER
from tests.journeys.product import Product

CITIZENS = [f"+86139043202{number:02d}" for number in range(24)]
SETTLE_SECONDS = 100.0
# How many times a citizen may have been texted: once at the most, and whatever is not known is in sight as such.
RECEIVED_IF = {
    TextState.SENT: {1},
    TextState.DELIVERED: {1},
    TextState.UNKNOWN: {0, 1},
    TextState.SKIPPED: {0},  # answered before it was sent
}


@pytest.fixture
def simulator() -> Iterator[SimulatorServer]:
    with serve(SimulatorConfig(account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN)) as running:
        yield running


@pytest.fixture
def product(make_settings: Callable[..., Settings], simulator: SimulatorServer, tmp_path: Path) -> Iterator[Product]:
    """Everything up, on a Redis of its own."""
    redis, port = parts.RedisServer(parts.free_port()), parts.free_port()
    settings = make_settings(redis_url=redis.url, public_url=f"http://127.0.0.1:{port}", twilio_api_url=simulator.url)
    number = {"sms_url": f"{settings.public_url}/webhooks/twilio/sms"}
    httpx.put(f"{simulator.url}/simulator/api/numbers/{OUR_NUMBER}", json=number).raise_for_status()
    redis.start()
    running = Product(settings, port, redis, tmp_path)
    running.start_web()
    running.start_workers()
    try:
        running.await_ready()
        yield running
    finally:
        running.stop()
        redis.stop()


@pytest.fixture
def database(product: Product) -> Iterator[Database]:
    opened = Database(product.settings.database_url)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def key(database: Database) -> str:
    with database.write() as session:
        return add_key(session, "faults", [Scope.INTAKE, Scope.RATINGS], utc_now())


def send_in(product: Product, key: str, citizens: list[str]) -> None:
    done = datetime.now(UTC).isoformat()
    records = [{"number": f"N{phone[-4:]}", "completed_at": done, "phone": phone} for phone in citizens]
    answer = httpx.post(
        f"{product.url}/api/v1/transactions", json=records, headers={"Authorization": f"Bearer {key}"}, timeout=30
    )
    assert [result["status"] for result in answer.json()["results"]] == ["accepted"] * len(citizens)


def reply(simulator: SimulatorServer, phone: str, body: str) -> dict[str, Any]:
    """The citizen texts; the answer says how our webhook fared."""
    sent = httpx.post(
        f"{simulator.url}/simulator/api/phones/{phone}/text", json={"to": OUR_NUMBER, "body": body}, timeout=30
    )
    webhook: dict[str, Any] = sent.raise_for_status().json()["webhook"]
    return webhook


def invitations(simulator: SimulatorServer, phone: str) -> int:
    found = httpx.get(f"{simulator.url}/simulator/api/phones/{phone}")
    thread = found.json()["thread"] if found.is_success else []
    return sum("请回复数字评价" in message["body"] for message in thread)


def settled(database: Database) -> bool:
    """Is nothing due left in the outbox? (A case's row waits for its deadline.)"""
    with database.read() as session:
        unfinished = session.scalar(
            select(func.count())
            .select_from(OutboxRow)
            .where(OutboxRow.state != OutboxState.DONE, OutboxRow.due_at <= utc_now())
        )
        with_queue = session.scalar(select(func.count()).select_from(Case).where(Case.queued_at.is_(None)))
    return unfinished == 0 and with_queue == 0


def await_settled(database: Database) -> None:
    waiting = Event()
    for _ in range(int(SETTLE_SECONDS / 0.25)):
        if settled(database):
            return
        waiting.wait(0.25)
    with database.read() as session:
        left = session.execute(
            select(OutboxRow.kind, OutboxRow.state, OutboxRow.attempts, OutboxRow.last_error).where(
                OutboxRow.state != OutboxState.DONE, OutboxRow.due_at <= utc_now()
            )
        ).all()
    raise AssertionError(f"not settled: {left}")


def test_killed_workers_and_a_lost_redis_lose_and_double_nothing(
    product: Product, simulator: SimulatorServer, database: Database, key: str
) -> None:
    first, second, third = CITIZENS[:8], CITIZENS[8:16], CITIZENS[16:]

    send_in(product, key, first)
    product.kill("workers")  # in the middle of sending
    send_in(product, key, second)
    product.start_workers()
    await_settled(database)

    product.redis.stop()  # and with it every ring
    send_in(product, key, third)
    answers = [reply(simulator, phone, str(1 + number % 5)) for number, phone in enumerate(CITIZENS[:12])]
    assert {answer["status"] for answer in answers} == {200}, "ratings are taken without Redis"
    product.redis.start()

    product.kill("workers")  # in the middle of sending, forwarding and opening cases
    for number, phone in enumerate(CITIZENS[12:18]):
        assert reply(simulator, phone, str(1 + number % 5))["status"] == 200
    product.kill("web")
    product.start_web()
    product.start_workers()
    product.await_ready()
    for number, phone in enumerate(CITIZENS[18:]):
        assert reply(simulator, phone, str(1 + number % 5))["status"] == 200
    await_settled(database)

    with database.read() as session:
        ratings = session.scalars(select(Rating)).all()
        stored = Counter(session.scalars(select(StoredRating.rating_id)))
        cases = Counter(session.scalars(select(Case.rating_id)))
        texts = session.scalars(select(OutboundText).where(OutboundText.purpose == Purpose.INVITE)).all()
    assert len(ratings) == len(CITIZENS), "each citizen's rating is there, once"
    assert stored == Counter(rating.id for rating in ratings), "each rating is in the store, once"
    assert cases == Counter(rating.id for rating in ratings if rating.stars <= 2), "each bad one has its case, once"
    received = {phone[-4:]: invitations(simulator, phone) for phone in CITIZENS}
    for text in texts:
        assert received[text.phone_masked[-4:]] in RECEIVED_IF[text.state], text.state
