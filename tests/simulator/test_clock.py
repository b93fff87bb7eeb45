"""The clock and its scheduler: order, standing still, settling; without any HTTP."""

import threading
from collections.abc import Iterator

import pytest

from hotline.simulator.clock import ClockMode, Scheduler


@pytest.fixture
def manual() -> Iterator[Scheduler]:
    scheduler = Scheduler(ClockMode.MANUAL, start=1000.0)
    yield scheduler
    scheduler.close()


def test_things_happen_in_order_of_their_moment(manual: Scheduler) -> None:
    happened: list[tuple[str, float]] = []
    for name, seconds in [("late", 5), ("first", 1), ("second", 1), ("now", 0)]:
        manual.after(seconds, lambda name=name: happened.append((name, manual.now())))  # type: ignore[misc]
    assert manual.advance(3) == 1003
    assert happened == [("now", 1000), ("first", 1001), ("second", 1001)]
    manual.advance(2)
    assert happened[-1] == ("late", 1005)


def test_what_happens_may_cause_more_within_the_same_span(manual: Scheduler) -> None:
    happened: list[float] = []

    def tick() -> None:
        happened.append(manual.now())
        if len(happened) < 4:
            manual.after(1, tick)

    manual.after(1, tick)
    manual.advance(10)
    assert happened == [1001, 1002, 1003, 1004]
    assert manual.now() == 1010


def test_a_cancelled_timer_does_not_run(manual: Scheduler) -> None:
    happened: list[int] = []
    manual.after(1, lambda: happened.append(1)).cancel()
    manual.advance(2)
    assert happened == []


def test_time_stands_still_while_something_is_held(manual: Scheduler) -> None:
    happened: list[float] = []
    manual.after(1, lambda: happened.append(manual.now()))
    manual.hold()
    advanced = threading.Thread(target=manual.advance, args=(5,))
    advanced.start()
    advanced.join(0.05)
    assert advanced.is_alive()
    assert (happened, manual.now()) == ([], 1000)
    manual.release()
    advanced.join(10)
    assert (happened, manual.now()) == ([1001], 1005)


def test_settling_waits_for_what_is_due_now_but_moves_no_time(manual: Scheduler) -> None:
    happened: list[int] = []
    manual.soon(lambda: manual.soon(lambda: happened.append(1)))
    manual.after(0.1, lambda: happened.append(2))
    manual.settle()
    assert (happened, manual.now()) == ([1], 1000)


def test_one_failure_does_not_stop_the_clock(manual: Scheduler, caplog: pytest.LogCaptureFixture) -> None:
    happened: list[int] = []
    manual.after(1, lambda: 1 / 0)  # type: ignore[arg-type,return-value]
    manual.after(2, lambda: happened.append(1))
    manual.advance(3)
    assert happened == [1]
    assert "division" in caplog.text


def test_sleeping_takes_time_on_this_clock(manual: Scheduler) -> None:
    woken = threading.Event()

    def sleep() -> None:
        manual.sleep(3)
        woken.set()
        manual.release()

    thread = threading.Thread(target=sleep)
    with manual.changed:
        thread.start()
        assert manual.changed.wait(10)
    manual.advance(2.9)
    assert not woken.is_set()
    manual.advance(0.1)
    assert woken.is_set()
    thread.join(10)


def test_manual_time_cannot_go_back(manual: Scheduler) -> None:
    with pytest.raises(ValueError, match="back"):
        manual.advance(-1)


def test_real_time_cannot_be_advanced_and_runs_at_its_speed() -> None:
    scheduler = Scheduler(ClockMode.REAL, speed=1000.0, start=0.0)
    done = threading.Event()
    scheduler.after(20, done.set)
    assert done.wait(5)
    assert scheduler.now() >= 20
    with pytest.raises(ValueError, match="manual"):
        scheduler.advance(1)
    scheduler.close()
