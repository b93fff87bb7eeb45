"""The simulator's one clock: what happens when, in order. Every wait in the simulator goes through it.
Real time runs by itself (optionally faster); manual time moves only by `advance`, and only when settled."""

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum

log = logging.getLogger(__name__)


class ClockMode(StrEnum):
    REAL = "real"
    MANUAL = "manual"


class Timer:
    """Something due at a moment; `cancel` forgets it."""

    __slots__ = ("due", "run")

    def __init__(self, due: float, run: Callable[[], None]) -> None:
        self.due = due
        self.run: Callable[[], None] | None = run

    def cancel(self) -> None:
        self.run = None


class Scheduler:
    """Runs what is due, one thing at a time, on one thread, holding `changed`'s lock.

    `changed` is the lock of the whole simulator: whoever reads or writes its state holds it, and whoever
    waits for a change waits on it. Work going on elsewhere (a webhook being sent, a REST answer being
    written) is counted by `hold` and `release`; manual time stands still while anything is held, which is
    what makes it deterministic.
    """

    def __init__(self, mode: ClockMode = ClockMode.REAL, speed: float = 1.0, start: float | None = None) -> None:
        if speed <= 0:
            raise ValueError("speed must be greater than 0")
        self.mode = mode
        self.speed = speed
        self.changed = threading.Condition(threading.RLock())
        self._origin = time.monotonic()
        self._start = time.time() if start is None else start
        self._manual_now = self._start
        self._target = self._start
        self._heap: list[tuple[float, int, Timer]] = []
        self._order = itertools.count()
        self._held = 0
        self._running = False
        self._closed = False
        self._thread = threading.Thread(target=self._drive, name="simulator-clock", daemon=True)
        self._thread.start()

    def now(self) -> float:
        """Seconds since the epoch on this clock."""
        if self.mode is ClockMode.MANUAL:
            return self._manual_now
        return self._start + (time.monotonic() - self._origin) * self.speed

    def after(self, seconds: float, run: Callable[[], None]) -> Timer:
        with self.changed:
            timer = Timer(self.now() + max(0.0, seconds), run)
            heapq.heappush(self._heap, (timer.due, next(self._order), timer))
            self.changed.notify_all()
            return timer

    def soon(self, run: Callable[[], None]) -> Timer:
        return self.after(0.0, run)

    def hold(self) -> None:
        with self.changed:
            self._held += 1

    def release(self) -> None:
        with self.changed:
            self._held -= 1
            self.changed.notify_all()

    def sleep(self, seconds: float) -> None:
        """Blocks the calling thread for `seconds` on this clock. Returns held: the caller must `release`."""
        woken = threading.Event()

        def wake() -> None:
            self.hold()
            woken.set()

        self.after(seconds, wake)
        woken.wait()

    def advance(self, seconds: float) -> float:
        """Moves manual time, returning the new time once all that was due has happened and settled."""
        if self.mode is not ClockMode.MANUAL:
            raise ValueError("only a manual clock can be advanced")
        if seconds < 0:
            raise ValueError("time cannot go back")
        with self.changed:
            self._settle()
            self._target += seconds
            self.changed.notify_all()
            self._settle()
            return self._manual_now

    def settle(self) -> None:
        """With a manual clock: waits until nothing that is due now is left to do. Otherwise returns at once."""
        if self.mode is ClockMode.MANUAL:
            with self.changed:
                self._settle()

    def close(self) -> None:
        with self.changed:
            self._closed = True
            self.changed.notify_all()
        if threading.current_thread() is not self._thread:
            self._thread.join(timeout=5)

    @property
    def closed(self) -> bool:
        return self._closed

    def _settle(self) -> None:
        self.changed.wait_for(lambda: self._closed or self._is_settled())

    def _is_settled(self) -> bool:
        due = self._heap and self._heap[0][0] <= self._target
        return not (due or self._held or self._running or self._manual_now < self._target)

    def _drive(self) -> None:
        with self.changed:
            while not self._closed:
                timeout = self._step()
                if timeout != 0:
                    self.changed.wait(timeout)

    def _step(self) -> float | None:
        """Does one thing; returns how long to wait for the next (0: do not wait, None: until woken)."""
        if self.mode is ClockMode.MANUAL and self._held:
            return None
        if self._heap and self._heap[0][0] <= self.now():
            self._run(heapq.heappop(self._heap)[2])
            return 0
        if self.mode is ClockMode.REAL:
            return (self._heap[0][0] - self.now()) / self.speed if self._heap else None
        if self._manual_now < self._target:
            next_due = self._heap[0][0] if self._heap else self._target
            self._manual_now = min(next_due, self._target)
            self.changed.notify_all()
            return 0
        return None

    def _run(self, timer: Timer) -> None:
        self._running = True
        try:
            if timer.run is not None:
                timer.run()
        except Exception:
            # One broken call must not stop the clock for all the others.
            log.exception("what was due at %s failed", timer.due)
        finally:
            self._running = False
            self.changed.notify_all()


def iso(moment: float | None) -> str | None:
    """ISO 8601 in UTC with milliseconds, as the control API shows times."""
    if moment is None:
        return None
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
