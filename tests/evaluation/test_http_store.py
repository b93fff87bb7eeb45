"""Ratings forwarded to a remote store: signed, once each under one key, tried again, split, parked, resent."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from rq import Queue

from hotline import outbox
from hotline.evaluation import Delivered, HttpStore, Refused, Unavailable
from hotline.evaluation import http as http_store
from hotline.jobs import tasks
from hotline.jobs.tasks import sweep
from hotline.outbox import Kind
from hotline.services import Services
from hotline.settings import Settings
from hotline.tables import OutboxRow, StoredRating
from hotline.tables.plumbing import OutboxState
from tests import parts
from tests.cast import WANG, Feed, Twilio, all_of, citizen, on_sqlite
from tests.conftest import MONDAY_MORNING, MovingClock
from tests.evaluation.receiver import SECRET, Receiver

DOCUMENT = {"id": 7, "version": 1, "raw": "5 谢谢"}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver().served() as served:
        yield served
        assert served.faults == []


@pytest.fixture
def settings(make_settings: Callable[..., Settings], receiver: Receiver) -> Settings:
    return make_settings(store_url=receiver.url, store_secret=SECRET)


def deliver(url: str, secret: str = SECRET) -> object:
    return HttpStore(url, secret).deliver([DOCUMENT], "a batch of the tests", MONDAY_MORNING)


@pytest.mark.parametrize(
    ("status", "result"),
    [
        (200, Delivered()),
        (201, Delivered()),
        (204, Delivered()),
        (409, Delivered()),  # 评价数据不可重复: it has it already
        (429, Unavailable("429 no thanks")),
        (500, Unavailable("500 no thanks")),
        (503, Unavailable("503 no thanks")),
        (400, Refused("400 no thanks")),
        (401, Refused("401 no thanks")),
        (404, Refused("404 no thanks")),
        (422, Refused("422 no thanks")),
        (302, Refused("302 no thanks")),  # a redirect is not followed: it would carry ratings somewhere else
    ],
)
def test_what_the_store_answers_decides(status: int, result: object, receiver: Receiver) -> None:
    receiver.always = status
    receiver.words = b"" if status == 204 else receiver.words
    assert deliver(receiver.url) == result
    assert receiver.batches == [("a batch of the tests", [DOCUMENT])]


def test_silence_and_a_closed_door_are_tried_again(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_store, "_TIMEOUT", httpx.Timeout(0.2))
    receiver.always = 0
    assert deliver(receiver.url) == Unavailable("ReadTimeout")
    assert deliver(f"http://127.0.0.1:{parts.free_port()}/ratings") == Unavailable("ConnectError")


def test_a_store_that_knows_another_secret_would_notice() -> None:
    with Receiver().served() as stranger:
        deliver(stranger.url, "another secret")
        assert stranger.faults == ["HTTP_X_HOTLINE_SIGNATURE"]


def test_a_long_or_strange_reason_is_cut_and_can_be_kept(receiver: Receiver) -> None:
    receiver.always, receiver.words = 400, b"a\0b" + b"x" * 5000
    refused = deliver(receiver.url)
    assert isinstance(refused, Refused)
    assert len(refused.reason) < 400
    assert "\0" not in refused.reason


def test_a_number_in_the_stores_answer_is_not_kept(receiver: Receiver) -> None:
    receiver.always, receiver.words = 422, "号码13844328000-5有误".encode()
    assert deliver(receiver.url) == Refused("422 号码138****8000-5有误")


@pytest.mark.parametrize("sent", [b"", b"HTTP/1.1 ", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 500 No\r\n\r\n"])
def test_a_store_that_drips_is_left_at_the_deadline(sent: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte now and then keeps every time-out of a single read from ending: the whole has one of its own."""
    monkeypatch.setattr(http_store, "_DEADLINE_SECONDS", 0.4)
    left = threading.Event()

    def drip(listener: socket.socket) -> None:
        line, _ = listener.accept()
        with line, contextlib.suppress(OSError):
            line.sendall(sent)
            while not left.wait(0.05):
                line.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        dripping = threading.Thread(target=drip, args=(listener,))
        dripping.start()
        began = time.monotonic()
        result = deliver(f"http://127.0.0.1:{listener.getsockname()[1]}/ratings")
        took = time.monotonic() - began
        left.set()
        dripping.join()
    assert isinstance(result, Unavailable)
    assert took < 5


@pytest.mark.parametrize("status", [200, 409])
def test_the_body_of_a_delivered_batch_is_not_waited_for(status: int) -> None:
    left = threading.Event()

    def answer(listener: socket.socket) -> None:
        line, _ = listener.accept()
        with line:
            line.sendall(b"HTTP/1.1 %d Done\r\nContent-Length: 100000\r\n\r\nand so on" % status)
            left.wait(10)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        answering = threading.Thread(target=answer, args=(listener,))
        answering.start()
        assert deliver(f"http://127.0.0.1:{listener.getsockname()[1]}/ratings") == Delivered()
        left.set()
        answering.join()


def rate_three(feed: Feed, twilio: Twilio) -> None:
    for number, stars in ((1, "5"), (2, "4"), (3, "3")):
        feed.transaction(f"JL-{number:04}", citizen(number))
        twilio.text(citizen(number), stars)


def forwards(house: Services) -> list[tuple[OutboxState, int]]:
    return [(row.state, row.attempts) for row in all_of(house, OutboxRow, kind="forward")]


def forward(house: Services) -> None:
    """A worker works every forward that is due, at this moment."""
    while True:
        with house.database.read() as session:
            due = [ring for ring in outbox.due(session, house.now(), 100) if ring.kind is Kind.FORWARD]
        if not due:
            return
        tasks.work(Kind.FORWARD, due[0].row_id)


@pytest.fixture
def worker(house: Services, monkeypatch: pytest.MonkeyPatch) -> Services:
    monkeypatch.setattr(tasks, "house", lambda: house)
    return house


def test_a_batch_goes_to_the_remote_store_and_then_to_our_own(
    worker: Services, feed: Feed, twilio: Twilio, receiver: Receiver
) -> None:
    rate_three(feed, twilio)
    forward(worker)
    ((_, documents),) = receiver.batches
    assert [document["stars"] for document in documents] == [5, 4, 3]
    assert [row.document for row in all_of(worker, StoredRating)] == documents
    assert forwards(worker) == [(OutboxState.DONE, 1)] * 3


def test_a_store_that_is_away_gets_the_same_batch_under_the_same_key(
    worker: Services, feed: Feed, twilio: Twilio, receiver: Receiver, clock: MovingClock
) -> None:
    """503, then busy, then back: the receiver checks that a key never comes with another body."""
    rate_three(feed, twilio)
    receiver.plan = [503, 429]
    forward(worker)
    assert forwards(worker) == [(OutboxState.PENDING, 1)] * 3
    assert all_of(worker, StoredRating) == []
    feed.transaction("JL-0004")
    twilio.text(WANG, "5")  # a newcomer does not join the batch that is known to the store
    clock.move(seconds=2)
    for _ in range(3):
        forward(worker)
        clock.move(seconds=10)
    keys = [key for key, _ in receiver.batches]
    assert [len(documents) for _, documents in receiver.batches].count(3) == 3
    assert len(set(keys)) == 2
    assert forwards(worker) == [(OutboxState.DONE, 3)] * 3 + [(OutboxState.DONE, 1)]
    assert sorted({key: len(documents) for key, documents in receiver.batches}.values()) == [1, 3]


def test_a_worker_that_dies_after_the_post_sends_the_same_batch_again(
    worker: Services,
    feed: Feed,
    twilio: Twilio,
    receiver: Receiver,
    clock: MovingClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rate_three(feed, twilio)

    def dies(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr(outbox, "finish", dies)
        with pytest.raises(SystemExit):
            forward(worker)
    clock.move(seconds=120)
    receiver.plan = [409]
    forward(worker)
    assert len({key for key, _ in receiver.batches}) == 1
    assert len(receiver.batches) == 2
    assert forwards(worker) == [(OutboxState.DONE, 2)] * 3


def test_a_batch_comes_due_again_as_a_whole_though_time_goes_on(
    worker: Services, feed: Feed, twilio: Twilio, receiver: Receiver, clock: MovingClock
) -> None:
    """Every look at the clock is a little later: the rows of one batch must still come due together."""
    rate_three(feed, twilio)
    receiver.plan = [503]

    def ticking() -> Any:
        clock.move(milliseconds=1)
        return clock.now

    object.__setattr__(worker, "clock", ticking)
    forward(worker)
    assert len({row.due_at for row in all_of(worker, OutboxRow, kind="forward")}) == 1


def test_only_the_refused_one_of_a_batch_is_parked(
    worker: Services, feed: Feed, twilio: Twilio, receiver: Receiver, clock: MovingClock
) -> None:
    rate_three(feed, twilio)
    receiver.always = lambda documents: 422 if any(document["stars"] == 4 for document in documents) else 200
    forward(worker)
    assert [state for state, _ in forwards(worker)] == [OutboxState.DONE, OutboxState.PARKED, OutboxState.DONE]
    parked = all_of(worker, OutboxRow, kind="forward")[1]
    assert parked.last_error == "422 no thanks"
    assert {document["stars"] for document in receiver.kept.values()} == {5, 3}
    clock.move(days=3)
    forward(worker)
    assert len(receiver.batches) == 4  # the whole, and each alone; the parked one waits for a person

    receiver.always = 200
    with worker.database.write() as session:
        assert outbox.unpark(session, parked.id, worker.now())
    forward(worker)
    assert {document["stars"] for document in receiver.kept.values()} == {5, 4, 3}
    assert [state for state, _ in forwards(worker)] == [OutboxState.DONE] * 3
    assert len({key for key, _ in receiver.batches}) == len(receiver.batches)  # no key for two bodies


def test_every_version_of_a_rating_is_told_in_its_turn(
    worker: Services, feed: Feed, twilio: Twilio, receiver: Receiver
) -> None:
    feed.transaction()
    for words in ("1", "4", "撤销"):
        twilio.text(WANG, words)
    forward(worker)
    told = [(d["id"], d["version"], d["stars"], d["state"]) for _, documents in receiver.batches for d in documents]
    assert told == [
        (1, 1, 1, "active"),
        (1, 2, 1, "superseded"),
        (2, 1, 4, "active"),
        (2, 2, 4, "withdrawn"),
    ]


@on_sqlite
def test_a_connection_is_not_held_while_the_store_takes_its_time(
    worker: Services, feed: Feed, twilio: Twilio, receiver: Receiver
) -> None:
    """The session is closed before the network is called: the store is answered by a citizen's text meanwhile."""
    rate_three(feed, twilio)

    def busy(_documents: list[dict[str, Any]]) -> int:
        feed.transaction("JL-0009")
        assert twilio.text(WANG, "5") is not None
        return 200

    receiver.plan = [busy]
    forward(worker)
    assert [state for state, _ in forwards(worker)] == [OutboxState.DONE] * 4


@on_sqlite
def test_a_lost_ring_is_rung_again_by_the_sweep(worker: Services, feed: Feed, twilio: Twilio) -> None:
    rate_three(feed, twilio)
    worker.redis.flushdb()
    sweep()
    assert Queue("forward", connection=worker.redis).count == 3
