"""How fast each sender texts: one pace for all workers, kept in Redis, whose clock they all go by.

A sender has a next free moment. Who takes it moves it on by one interval; a moment that nobody took is lost, so a pause
is never made up for by a burst. Redis may forget it all: then the next text goes at once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic, sleep

from redis import Redis

LONGEST_WAIT = 8.0  # seconds; with the carrier's answer it stays inside a worker's lease
_MOST_MISSED = 5

# KEYS: where the next free moment (microseconds) of each sender is kept. ARGV: the interval, the longest wait.
# Answers which sender was taken (0 = none, all are busy for longer) and how long to wait for its moment, or for the
# soonest. Of several that are free it takes the one that has rested longest. A moment further away than any that can
# have been taken means that the clock was put back.
_TAKE = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local interval, longest = tonumber(ARGV[1]), tonumber(ARGV[2])
local chosen, soonest, rested = 0, math.huge, math.huge
for number, key in ipairs(KEYS) do
  local free = tonumber(redis.call('GET', key) or '0')
  if free > now + longest + interval then free = 0 end
  local moment = math.max(now, free)
  if moment < soonest or (moment == soonest and free < rested) then
    chosen, soonest, rested = number, moment, free
  end
end
if soonest - now > longest then return {0, soonest - now} end
redis.call('SET', KEYS[chosen], string.format('%.0f', soonest + interval), 'EX', 3600)
return {chosen, soonest - now}
"""


@dataclass(frozen=True, slots=True)
class Slot:
    """A moment that is ours: text from `sender` after `wait` seconds."""

    sender: str
    wait: float


@dataclass(frozen=True, slots=True)
class Busy:
    """No sender is free soon enough, and nothing was taken; the first of them will be in `wait` seconds."""

    wait: float


class Pace:
    """`per_second`: texts of one sender (0 < … ≤ 1000)."""

    def __init__(
        self,
        redis: Redis,
        per_second: float,
        clock: Callable[[], float] = monotonic,
        wait: Callable[[float], None] = sleep,
    ) -> None:
        self._take = redis.register_script(_TAKE)
        self._interval = round(1_000_000 / per_second)
        self._clock, self._wait = clock, wait

    def take(self, senders: Sequence[str], longest_wait: float = LONGEST_WAIT) -> Slot | Busy:
        """The soonest free moment of any of the senders. Raises RedisError, and then nothing was taken."""
        keys = [f"hotline:pace:{sender}" for sender in senders]
        chosen, wait = self._take(keys=keys, args=[self._interval, round(longest_wait * 1_000_000)])
        seconds = int(wait) / 1_000_000
        return Slot(senders[int(chosen) - 1], seconds) if chosen else Busy(seconds)

    def moment_of(self, slot: Slot) -> float:
        """When that is by this machine's clock; ask at once."""
        return self._clock() + slot.wait

    def wait_until(self, moment: float) -> None:
        self._wait(max(0.0, moment - self._clock()))

    def meet(self, sender: str, moment: float) -> bool:
        """Wait for the moment that was taken. One missed by half an interval is lost and another is waited for, so
        that workers who are late, all at once, make no burst. False: none is near. Raises RedisError."""
        for _ in range(_MOST_MISSED):
            self.wait_until(moment)
            if self._clock() - moment <= self._interval / 2_000_000:
                return True
            match self.take((sender,)):
                case Busy():
                    return False
                case slot:
                    moment = self.moment_of(slot)
        return False
