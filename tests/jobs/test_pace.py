"""The pace of a sender: exact and shared by all who text, never a burst, nothing taken that is not used."""

import math
from collections import Counter
from collections.abc import Iterator

import pytest
from redis import Redis
from redis.exceptions import RedisError

from hotline.jobs.pace import Busy, Pace, Slot
from hotline.jobs.queue import connect
from tests import parts
from tests.cast import at_once

SLOW = 0.01  # texts a second: a hundred seconds apart, so that no test is slower than its interval
LONG = 1e6


@pytest.fixture
def redis(redis_server: parts.RedisServer) -> Iterator[Redis]:
    connection = connect(redis_server.url)
    yield connection
    connection.flushdb()


def place(taken: Slot | Busy) -> int:
    """The how-manieth moment from now it is; now = 0."""
    return math.ceil(taken.wait * SLOW)


def test_many_at_once_get_one_moment_each_an_interval_apart(redis: Redis) -> None:
    taken = at_once(8, lambda _: [Pace(redis, SLOW).take(["a"], LONG) for _ in range(5)])
    assert sorted(place(slot) for slots in taken for slot in slots) == list(range(40))


def test_several_senders_share_the_work_and_each_keeps_its_pace(redis: Redis) -> None:
    taken = at_once(8, lambda _: [Pace(redis, SLOW).take(["a", "b", "c", "d"], LONG) for _ in range(5)])
    places = Counter((slot.sender, place(slot)) for slots in taken for slot in slots if isinstance(slot, Slot))
    assert places == Counter({(sender, number): 1 for sender in "abcd" for number in range(10)})


def test_what_is_too_far_away_is_not_taken(redis: Redis) -> None:
    pace = Pace(redis, SLOW)
    assert pace.take(["a"]) == Slot("a", 0)
    refused = [pace.take(["a"]) for _ in range(3)]
    assert [(type(one), place(one)) for one in refused] == [(Busy, 1)] * 3
    assert place(pace.take(["a"], 100)) == 1
    assert isinstance(pace.take(["a", "b"]), Slot)  # another is free


def test_a_pause_is_not_made_up_for_by_a_burst(redis: Redis) -> None:
    redis.set("hotline:pace:a", 1)  # it was free long ago
    pace = Pace(redis, SLOW)
    assert [place(pace.take(["a"], LONG)) for _ in range(3)] == [0, 1, 2]


def test_of_several_free_senders_the_one_that_has_rested_longest_goes_first(redis: Redis) -> None:
    for sender, free in (("a", 3), ("b", 1), ("c", 2)):
        redis.set(f"hotline:pace:{sender}", free)
    taken = [Pace(redis, SLOW).take(["a", "b", "c"]) for _ in range(3)]
    assert taken == [Slot("b", 0), Slot("c", 0), Slot("a", 0)]


def test_a_clock_put_back_does_not_stop_a_sender(redis: Redis) -> None:
    redis.set("hotline:pace:a", 10**18)
    assert Pace(redis, SLOW).take(["a"]) == Slot("a", 0)


class Watch:
    """A clock that waiting moves on, and whose owner may come late."""

    def __init__(self, late: list[float]) -> None:
        self.now, self.late = 0.0, iter(late)

    def wait(self, seconds: float) -> None:
        self.now += seconds + next(self.late)


def pace_with(redis: Redis, watch: Watch, per_second: float = 1) -> Pace:
    return Pace(redis, per_second, lambda: watch.now, watch.wait)


def test_a_moment_is_waited_for_and_a_little_late_is_in_time(redis: Redis) -> None:
    watch = Watch([0.4])
    assert pace_with(redis, watch).meet("a", 7)
    assert watch.now == pytest.approx(7.4)


def test_who_missed_a_moment_takes_another_and_makes_no_burst(redis: Redis) -> None:
    watch = Watch([0.6, 0])
    pace = pace_with(redis, watch)
    assert isinstance(pace.take(["a"]), Slot)  # somebody else's, just now
    assert pace.meet("a", 1)
    assert watch.now == pytest.approx(2.6, abs=0.2)  # a whole interval after that one


def test_who_misses_every_moment_gives_up(redis: Redis) -> None:
    assert not pace_with(redis, Watch([5.0] * 9)).meet("a", 1)
    slow = pace_with(redis, Watch([1000.0]), SLOW)
    assert isinstance(slow.take(["a"]), Slot)
    assert not slow.meet("a", 1)  # the next is too far away


def test_without_redis_it_says_so(redis: Redis) -> None:
    with pytest.raises(RedisError):
        Pace(connect(f"redis://127.0.0.1:{parts.free_port()}/0"), SLOW).take(["a"])
