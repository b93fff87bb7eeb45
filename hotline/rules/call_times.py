"""When a citizen is called: not too often, and after a call that met nobody at another time of the day.

A calling day has four parts, the quarters of the window: morning, noon, afternoon, evening.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hotline.rules.deadlines import IsWorkday, Window

PARTS = 4
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `most` calls to one number (0 = no cap) in any time of this length."""

    most: int
    within: timedelta


def free_at(begun: Iterable[datetime], caps: Iterable[Cap], now: datetime) -> datetime:
    """`now` if no cap is reached by the calls that have begun, else the first moment at which none will be."""
    latest = sorted(begun, reverse=True)
    return max([now, *(latest[cap.most - 1] + cap.within for cap in caps if 0 < cap.most <= len(latest))])


@dataclass(frozen=True, slots=True)
class CallingDays:
    """The hours of a city in which citizens are called, and how many tries one of them gets in a day at most."""

    window: Window
    zone: ZoneInfo
    one_day_tries: int
    is_workday: IsWorkday

    def next_try(self, tried: Sequence[datetime], gap: timedelta, ends_at: datetime) -> datetime | None:
        """When to call again whom the calls at `tried` (one or more, oldest first) did not reach; None = not by then.

        `gap` or more after the last: on the same day while that has tries left, else on the next one with a part that
        is not the last call's, in the part least tried so far. Where all other parts are pauses, in the same one.
        """
        last = tried[-1]
        earliest = self.opens(last + gap)
        if not self._same_day(earliest, tried):
            earliest = self._another_day(earliest, tried)
        return earliest.astimezone(last.tzinfo) if earliest < ends_at else None

    def opens(self, moment: datetime) -> datetime:
        """`moment`, or when the window opens next."""
        return self.window.next_open(moment, self.zone, self.is_workday)

    def callback_opens(self, moment: datetime, *, asked_for: bool) -> datetime:
        """The same for a callback. Whoever has asked to be called is so in pauses and on days off too, but not before
        the window opens or after it closes."""
        window = replace(self.window, pauses=(), on_days_off=True) if asked_for else self.window
        return window.next_open(moment, self.zone, self.is_workday)

    def part(self, moment: datetime) -> int:
        """Which part of its day (0 … 3) a moment is in; one outside the window belongs to the nearest."""
        day = self._day(moment)
        return max(0, sum(begins <= moment for begins, _ in self._parts(day)) - 1)

    def _same_day(self, earliest: datetime, tried: Sequence[datetime]) -> bool:
        day = self._day(tried[-1])
        return self._day(earliest) == day and sum(self._day(one) == day for one in tried) < self.one_day_tries

    def _another_day(self, earliest: datetime, tried: Sequence[datetime]) -> datetime:
        """On the first day with another part left; on the second the whole day is left."""
        uses = Counter(self.part(one) for one in tried)
        last = self.part(tried[-1])
        while True:
            if self._day(earliest) == self._day(tried[-1]):
                earliest = self._after(earliest)
            left = dict(self._open_parts(earliest))
            if others := [part for part in left if part != last]:
                return left[min(others, key=lambda part: (uses[part], part))]
            if all(part == last for part, _ in self._open_parts(self._begin(self._day(earliest)))):
                return earliest
            earliest = self._after(earliest)

    def _open_parts(self, earliest: datetime) -> Iterator[tuple[int, datetime]]:
        """The parts of that day in which somebody can be called from `earliest` on, each with its first moment."""
        for part, (begins, ends) in enumerate(self._parts(self._day(earliest))):
            opens = self.opens(max(begins, earliest))
            if opens < ends:
                yield part, opens

    def _parts(self, day: date) -> list[tuple[datetime, datetime]]:
        opens = datetime.combine(day, self.window.opens)
        closes = datetime.combine(day, self.window.closes) + (_DAY if self.window.closes == time.min else timedelta())
        marks = [opens + (closes - opens) * number / PARTS for number in range(PARTS + 1)]
        local = [mark.replace(tzinfo=self.zone) for mark in marks]
        return list(pairwise(local))

    def _after(self, moment: datetime) -> datetime:
        """When the next day opens on which citizens are called."""
        return self.opens(self._begin(self._day(moment) + _DAY).astimezone(moment.tzinfo))

    def _begin(self, day: date) -> datetime:
        return datetime.combine(day, time.min, self.zone)

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()
