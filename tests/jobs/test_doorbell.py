"""RQ is the doorbell, the row is the truth: a Redis that is away, hangs or forgets costs nothing but time."""

import socket
import time
from collections.abc import Callable
from typing import Any

import pytest
from rq import Queue

from hotline import create_app, outbox
from hotline.actions import send
from hotline.errors import HotlineError
from hotline.jobs import errands, heartbeat, queue, tasks
from hotline.jobs.queue import ALL_QUEUES
from hotline.messages import Accepted
from hotline.outbox import Kind
from hotline.policies import load_policy
from hotline.privacy import Vault
from hotline.services import Services
from hotline.settings import Settings
from hotline.tables import OutboundText, OutboxRow, Rating
from tests import parts
from tests.cast import LI, WANG, Feed, Twilio, all_of, make_feed, on_sqlite, only
from tests.conftest import MovingClock

pytestmark = on_sqlite


@pytest.fixture
def worker(house: Services, monkeypatch: pytest.MonkeyPatch) -> Services:
    monkeypatch.setattr(tasks, "house", lambda: house)
    return house


def queued(house: Services) -> dict[str, int]:
    return {name: Queue(name, connection=house.redis).count for name in ALL_QUEUES}


def test_what_is_due_is_rung_at_once_on_its_queue(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction("JL-1", WANG)
    feed.transaction("JL-2", LI)
    twilio.text(WANG, "1")
    assert queued(house) == {"callbacks": 1, "calls": 1, "texts": 1, "recordings": 0, "sweep": 0, "forward": 1}


def test_a_redis_that_is_away_costs_the_citizen_nothing(make_settings: Callable[..., Settings]) -> None:
    """Nobody listens at its address: texts are answered, rows are kept, the sweep finds them later."""
    _works_without_redis(make_settings(redis_url=f"redis://127.0.0.1:{parts.free_port()}/0"))


def test_a_redis_that_hangs_costs_the_citizen_no_more_than_a_moment(
    make_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes connections and never says a word; Twilio gives up after fifteen seconds."""
    assert queue._ANSWER_SECONDS <= 5
    monkeypatch.setattr(queue, "_ANSWER_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        _works_without_redis(make_settings(redis_url=f"redis://127.0.0.1:{deaf.getsockname()[1]}/0"))


def _works_without_redis(settings: Settings) -> None:
    app = create_app(settings, MovingClock())
    house: Services = app.extensions["hotline"]
    twilio, feed = Twilio(app), make_feed(app)
    began = time.monotonic()
    feed.transaction()
    assert "5星" in str(twilio.text(WANG, "5"))
    assert time.monotonic() - began < 10
    assert only(house, Rating).stars == 5
    assert {row.state for row in all_of(house, OutboxRow)} == {"pending"}
    assert app.test_client().get("/healthz").status_code == 200
    ready = app.test_client().get("/readyz")
    assert (ready.status_code, ready.get_json()["parts"]["redis"]) == (503, False)
    assert ready.get_json()["parts"]["database"]
    house.database.engine.dispose()


def test_a_redis_that_forgot_everything_is_told_again_by_the_sweep(
    worker: Services, feed: Feed, twilio: Twilio
) -> None:
    feed.transaction("JL-1", WANG)
    twilio.text(WANG, "1")
    feed.transaction("JL-2", LI)
    worker.redis.flushall()
    tasks.sweep()
    assert queued(worker) == {"callbacks": 1, "calls": 1, "texts": 1, "recordings": 0, "sweep": 0, "forward": 1}
    assert heartbeat.age(worker.redis, worker.now()) is not None


def test_a_later_time_is_rung_when_it_comes(
    worker: Services, feed: Feed, clock: MovingClock, make_settings: Callable[..., Settings]
) -> None:
    object.__setattr__(worker, "policy", load_policy("default"))
    clock.move(hours=13)  # half past ten at night
    feed.transaction()
    tasks.sweep()
    assert queued(worker)["texts"] == 0
    clock.move(hours=9, minutes=30)
    tasks.sweep()
    assert queued(worker)["texts"] == 1


def test_an_abandoned_row_is_rung_again_once_its_lease_has_ended(
    worker: Services, feed: Feed, clock: MovingClock
) -> None:
    feed.transaction()
    worker.redis.flushall()
    with worker.database.write() as session:
        assert outbox.claim(session, 1, worker.now(), errands.LEASE) is not None
    tasks.sweep()
    assert queued(worker)["texts"] == 0
    clock.move(seconds=errands.LEASE.total_seconds() + 1)
    tasks.sweep()
    assert queued(worker)["texts"] == 1


def test_a_ring_too_many_does_the_work_once(worker: Services, feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Any] = []

    def send_text(*arguments: Any) -> Accepted:
        sent.append(arguments)
        return Accepted("SM1")

    monkeypatch.setattr(worker.text_carrier, "send_text", send_text)
    feed.transaction()
    for _ in range(5):
        tasks.work("text", 1)
    assert len(sent) == 1
    assert only(worker, OutboxRow, id=1).state == "done"


def test_a_backlog_of_one_kind_does_not_keep_the_others_from_being_rung(
    worker: Services, feed: Feed, clock: MovingClock
) -> None:
    """The evaluation store is away and thousands of forwards are due: the morning's texts are rung all the same."""
    now = worker.now()
    with worker.database.write() as session:
        for number in range(tasks._SWEEP + 50):
            outbox.put(session, Kind.FORWARD, f"forward:{number}:1", {"document": {}}, now, now)
        outbox.put(session, Kind.TEXT, "text:1", {"text_id": 1}, now, now)
    worker.redis.flushall()
    clock.move(seconds=1)
    tasks.sweep()
    assert queued(worker)["texts"] == 1


def test_a_full_queue_is_not_filled_further(worker: Services, feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotline.jobs.queue._FULL", 3)
    for number in range(5):
        feed.transaction(f"JL-{number}", item_name=f"事项{number}")
    tasks.sweep()
    tasks.sweep()
    assert queued(worker)["texts"] == 5


def test_a_wrong_data_key_loses_no_invitation(worker: Services, feed: Feed, clock: MovingClock) -> None:
    """A worker started with another key cannot read the number: the text waits until that is put right."""
    feed.transaction()
    object.__setattr__(worker, "vault", Vault(b"x" * 32))
    with pytest.raises(HotlineError):
        tasks.work("text", 1)
    assert only(worker, OutboundText).state == "queued"
    with worker.database.write() as session:
        clock.move(minutes=5)
        assert isinstance(send.begin_text(session, 1, worker.policy, worker.now()), send.Go)
