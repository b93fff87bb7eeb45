"""The way through, in five steps: which of them the visitor has made, read from the product and the simulator.

A step once made stays made, whatever is forgotten or reset behind it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families

from hotline.demo.desk import Department
from hotline.demo.stage_records import Line

_LOOK_SECONDS = 3.0
_HISTORY = 100  # messages and calls: more than a visitor makes between two looks


class Step(StrEnum):
    """In the order of the tour."""

    SEND = "send"
    REPLY = "reply"
    PRESS = "press"
    RATED = "rated"
    CALLED_BACK = "called_back"


@dataclass(frozen=True, slots=True)
class Glance:
    """The product and the simulator at one moment: documents as their APIs give them, oldest first."""

    ratings: list[dict[str, Any]]
    open_cases: int
    messages: list[dict[str, Any]]
    calls: list[dict[str, Any]]


class Watch:
    """Looks at the product and the simulator."""

    def __init__(self, web: str, simulator: str, department: Department) -> None:
        self._client = httpx.Client(timeout=_LOOK_SECONDS)
        self._web, self._simulator, self._department = web, simulator, department

    def look(self) -> Glance:
        """Raises httpx.HTTPError if one of the two does not answer."""
        state = self._get(f"{self._simulator}/simulator/api/state?limit={_HISTORY}").json()
        return Glance(self._department.ratings(), self._open_cases(), state["messages"], state["calls"])

    def _open_cases(self) -> int:
        families = text_string_to_metric_families(self._get(f"{self._web}/metrics").text)
        cases = (family.samples for family in families if family.name == "hotline_cases_open")
        return int(sum(sample.value for samples in cases for sample in samples))

    def _get(self, url: str) -> httpx.Response:
        return self._client.get(url).raise_for_status()


@dataclass(slots=True)
class Tour:
    """How far the visitor has come. `phones` are the visitor's own: nobody else touches them."""

    phones: Mapping[Line, str]
    done: set[Step] = field(default_factory=set)
    _began_at: datetime | None = None
    _sent: set[str] = field(default_factory=set)
    _most_open: int = 0

    def sent(self, number: str, now: datetime) -> None:
        """The product accepted a record from the visitor."""
        self._began_at = self._began_at or now
        self._sent.add(number)
        self.done.add(Step.SEND)

    def follow(self, glance: Glance) -> None:
        """Tick whatever has happened since the first record."""
        if self._began_at is None:
            return
        self._most_open = max(self._most_open, glance.open_cases)
        seen = {
            Step.REPLY: self._has_replied(glance),
            Step.PRESS: self._has_pressed(glance),
            Step.RATED: any(rating["record"]["number"] in self._sent for rating in glance.ratings),
            Step.CALLED_BACK: glance.open_cases < self._most_open and self._has_bridged(glance, self._began_at),
        }
        self.done |= {step for step, happened in seen.items() if happened}

    def _has_replied(self, glance: Glance) -> bool:
        """The mobile has written after it was written to."""
        mobile = self.phones[Line.MOBILE]
        ends = [message["from"] == mobile for message in glance.messages if mobile in (message["from"], message["to"])]
        return False in ends and True in ends[ends.index(False) :]

    def _has_pressed(self, glance: Glance) -> bool:
        mine = set(self.phones.values())
        return any(call["phone"] in mine and any(key["heard"] for key in call["keys"]) for call in glance.calls)

    def _has_bridged(self, glance: Glance, since: datetime) -> bool:
        """A citizen picked up a callback: the second leg of a call that the product made."""
        return any(
            call["direction"] == "outbound-dial"
            and call["answered"] is not None
            and datetime.fromisoformat(call["created"]) >= since
            for call in glance.calls
        )
