"""Runs what happens on one leg of a call: a generator that waits for time, keys, answers or other legs.
TwiML verbs are written as such generators; hanging up closes the generator wherever it is."""

import logging
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from .clock import Scheduler, Timer

log = logging.getLogger(__name__)

Result = TypeVar("Result")


class SignalKind(StrEnum):
    TIME = "time"
    KEY = "key"
    SPEECH = "speech"
    ANSWER = "answer"
    CHILD = "child"


@dataclass(frozen=True, slots=True)
class Signal:
    kind: SignalKind
    value: Any = None


@dataclass(frozen=True, slots=True)
class Wait:
    """What a script waits for: any of `kinds`, or for `seconds` to pass (None: for as long as it takes)."""

    seconds: float | None
    kinds: frozenset[SignalKind] = frozenset()


Steps = Generator[Wait, Signal, Result]

# Keys and speech are gone if nobody listens at that moment; answers and other legs' news are kept.
FLEETING = frozenset({SignalKind.KEY, SignalKind.SPEECH})


class Script:
    """One run of `steps`; `finished` is called when it comes to its own end, not when it is stopped."""

    def __init__(self, scheduler: Scheduler, steps: Steps[None], finished: Callable[[], None]) -> None:
        self.scheduler = scheduler
        self.steps = steps
        self.finished = finished
        self.over = False
        self._inbox: deque[Signal] = deque()
        self._wait: Wait | None = None
        self._timer: Timer | None = None
        self._running = False

    def start(self) -> None:
        self._run(None)

    def tell(self, kind: SignalKind, value: Any = None) -> bool:
        """Gives the script a signal. False when it was not listening and the signal is lost."""
        if self.over:
            return False
        if self._wait is not None and kind in self._wait.kinds:
            self._run(Signal(kind, value))
            return True
        if kind in FLEETING:
            return False
        self._inbox.append(Signal(kind, value))
        return True

    def stop(self) -> None:
        """Ends the script where it is; its `finally` blocks run. `finished` is not called."""
        if self.over:
            return
        self.over = True
        self._forget_wait()
        if not self._running:
            self.steps.close()

    def _run(self, signal: Signal | None) -> None:
        while True:
            self._forget_wait()
            wait = self._advance(signal)
            if wait is None:
                return
            signal = self._from_inbox(wait)
            if signal is None:
                self._wait = wait
                if wait.seconds is not None:
                    self._timer = self.scheduler.after(wait.seconds, self._time_is_up)
                return

    def _advance(self, signal: Signal | None) -> Wait | None:
        """Runs the generator to its next wait; None when there is none any more."""
        self._running = True
        try:
            wait = next(self.steps) if signal is None else self.steps.send(signal)
        except StopIteration:
            self._finish()
            return None
        except Exception:
            log.exception("a call's script failed inside the simulator")
            self._finish()
            return None
        finally:
            self._running = False
        if self.over:
            self.steps.close()
            return None
        return wait

    def _finish(self) -> None:
        if not self.over:
            self.over = True
            self.finished()

    def _from_inbox(self, wait: Wait) -> Signal | None:
        for signal in self._inbox:
            if signal.kind in wait.kinds:
                self._inbox.remove(signal)
                return signal
        return None

    def _time_is_up(self) -> None:
        self._timer = None
        self._run(Signal(SignalKind.TIME))

    def _forget_wait(self) -> None:
        self._wait = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
