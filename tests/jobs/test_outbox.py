"""The outbox: a row is put once, held by one worker at a time, and done exactly once, whatever comes between."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from hotline import outbox
from hotline.outbox import Claim, Kind
from hotline.services import Services
from hotline.tables import OutboxRow
from tests.cast import all_of, at_once, on_sqlite, only
from tests.conftest import MovingClock

LEASE = timedelta(seconds=60)


def put(house: Services, key: str = "text:1", kind: Kind = Kind.TEXT, due_in: float = 0) -> bool:
    with house.database.write() as session:
        now = house.now()
        return outbox.put(session, kind, key, {"text_id": 1}, now + timedelta(seconds=due_in), now)


@contextmanager
def claimed(house: Services, row_id: int = 1) -> Iterator[tuple[Session, Claim | None]]:
    with house.database.write() as session:
        yield session, outbox.claim(session, row_id, house.now(), LEASE)


def claim(house: Services, row_id: int = 1) -> Claim | None:
    with claimed(house, row_id) as (_, found):
        return found


def test_a_key_is_put_once_even_by_ten_at_once(house: Services) -> None:
    assert sorted(at_once(10, lambda _: put(house))) == [False] * 9 + [True]
    assert only(house, OutboxRow).key == "text:1"


def test_ten_workers_that_claim_one_row_leave_one_holding_it(house: Services) -> None:
    put(house)
    claims = [found for found in at_once(10, lambda _: claim(house)) if found is not None]
    assert len(claims) == 1
    assert only(house, OutboxRow).claim_token == claims[0].token


def test_ten_workers_that_claim_batches_share_the_rows_without_overlap(house: Services) -> None:
    for number in range(25):
        put(house, f"forward:{number}:1", Kind.FORWARD)

    def claim_batch(_: int) -> list[int]:
        with house.database.write() as session:
            return [c.row_id for c in outbox.claim_batch(session, Kind.FORWARD, house.now(), LEASE, 5)]

    taken: list[int] = []
    while len(taken) < 25:
        batches = at_once(4, claim_batch)
        assert any(batches), "somebody always gets some"
        taken += [row_id for batch in batches for row_id in batch]
    assert sorted(taken) == [row.id for row in all_of(house, OutboxRow)]


@on_sqlite
def test_a_row_is_not_due_before_its_time(house: Services, clock: MovingClock) -> None:
    put(house, due_in=10)
    assert claim(house) is None
    clock.move(seconds=10)
    assert claim(house) is not None


@on_sqlite
def test_a_lease_that_ended_frees_the_row_and_its_old_holder_changes_nothing(
    house: Services, clock: MovingClock
) -> None:
    put(house)
    old = claim(house)
    assert old is not None
    clock.move(seconds=60)
    assert claim(house) is None  # to the last moment of the lease it is theirs
    clock.move(seconds=1)
    new = claim(house)
    assert new is not None
    assert (new.attempts, new.token != old.token) == (2, True)
    now = house.now()
    with house.database.write() as session:
        assert not outbox.finish(session, old, now)
        assert not outbox.postpone(session, old, now)
        assert not outbox.park(session, old, "too late")
        assert not outbox.split(session, old, now, "too late")
        assert outbox.finish(session, new, now)
        assert not outbox.finish(session, new, now)
    assert (only(house, OutboxRow).state, only(house, OutboxRow).done_at) == ("done", now)


@on_sqlite
def test_a_worker_that_lost_its_lease_but_nobody_took_it_may_still_finish(house: Services, clock: MovingClock) -> None:
    put(house)
    late = claim(house)
    assert late is not None
    clock.move(seconds=600)
    with house.database.write() as session:
        assert outbox.finish(session, late, house.now())


@on_sqlite
def test_a_parked_row_stays_until_a_person_frees_it(house: Services, clock: MovingClock) -> None:
    put(house)
    with claimed(house) as (session, found):
        assert found is not None
        outbox.park(session, found, "no such number")
    clock.move(days=30)
    assert claim(house) is None
    with house.database.read() as session:
        assert outbox.due(session, house.now(), 10) == []
    with house.database.write() as session:
        assert outbox.unpark(session, 1, house.now())
        assert not outbox.unpark(session, 1, house.now())
        assert not outbox.unpark(session, 99, house.now())
        assert outbox.rung(session) == [outbox.Ring(Kind.TEXT, 1)]
    found = claim(house)
    assert found is not None
    assert found.attempts == 1


@on_sqlite
def test_a_rolled_back_reason_leaves_no_row_and_no_ring(house: Services) -> None:
    rung: list[outbox.Ring] = []
    object.__setattr__(house.database, "_on_commit", rung.extend)

    def put_and_fail() -> None:
        with house.database.write() as session:
            outbox.put(session, Kind.TEXT, "text:1", {}, house.now(), house.now())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        put_and_fail()
    assert (rung, all_of(house, OutboxRow)) == ([], [])


@on_sqlite
def test_only_rows_due_now_are_rung_and_only_after_the_commit(house: Services) -> None:
    rung: list[outbox.Ring] = []
    object.__setattr__(house.database, "_on_commit", rung.extend)
    now = house.now()
    with house.database.write() as session:
        outbox.put(session, Kind.TEXT, "now", {}, now, now)
        outbox.put(session, Kind.TEXT, "later", {}, now + timedelta(seconds=1), now)
        outbox.put(session, Kind.TEXT, "now", {}, now, now)
        assert rung == []
    assert rung == [outbox.Ring(Kind.TEXT, 1)]


@on_sqlite
def test_a_batch_that_failed_comes_back_whole_and_under_its_name(house: Services, clock: MovingClock) -> None:
    for number in range(3):
        put(house, f"forward:{number}:1", Kind.FORWARD)
    with house.database.write() as session:
        first = outbox.claim_batch(session, Kind.FORWARD, house.now(), LEASE, 10)
        for each in first:
            outbox.postpone(session, each, house.now() + timedelta(seconds=2), "503")
    put(house, "forward:9:1", Kind.FORWARD)
    clock.move(seconds=2)
    with house.database.write() as session:
        again = outbox.claim_batch(session, Kind.FORWARD, house.now(), LEASE, 10)
        rest = outbox.claim_batch(session, Kind.FORWARD, house.now(), LEASE, 10)
    assert [c.key for c in again] == [c.key for c in first]
    assert {c.batch for c in again} == {first[0].batch}
    assert [c.key for c in rest] == ["forward:9:1"]
    assert rest[0].batch not in (None, first[0].batch)


def test_the_pause_grows_with_every_failure_and_stays_bounded() -> None:
    pauses = [outbox.backoff(attempts).total_seconds() for attempts in range(1, 30)]
    assert pauses[:3] == [2, 5, 15]
    assert pauses == sorted(pauses)
    assert pauses[-1] == 900
