"""The nasty modes: ways in which the real world misbehaves, switched on by a test or from the page.
Holds the switches and spends the ones that are counted; what each does is done where it happens."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


class BadNasty(ValueError):
    """A nasty setting that makes no sense; the message names it."""


@dataclass(slots=True)
class Limited:
    """Something that happens `times` more times, or for ever when None."""

    code: int
    times: int | None

    def spend(self) -> int | None:
        if self.times is None:
            return self.code
        if self.times <= 0:
            return None
        self.times -= 1
        return self.code


@dataclass(slots=True)
class Nasty:
    """Every mode at rest. Seconds are on the simulator's clock.

    repeat: extra copies of every webhook. delay: seconds before each webhook. reorder: status callbacks of
    one message or call come in a wrong order. lose: a share of webhooks (a fraction) or the next n (a whole
    number). refuse_send: the next sends fail with this code. slow_api: seconds before each REST answer.
    recording_late: seconds until the sound of a recording can be fetched.
    api_error: the next REST requests get this HTTP status. swallow_send: the next n sends are delivered
    but never answered.
    """

    repeat: int = 0
    delay: float = 0.0
    reorder: bool = False
    lose: float | int = 0
    refuse_send: Limited | None = None
    slow_api: float = 0.0
    recording_late: float = 0.0
    api_error: Limited | None = None
    hang_up_after_key: bool = False
    wrong_signature: bool = False
    swallow_send: int = 0
    seed: int | None = None


class NastyModes:
    """The modes in force. Used under the simulator's lock."""

    def __init__(self) -> None:
        self.modes = Nasty()
        self.random = random.Random()  # noqa: S311 (mischief, not secrets)

    def reset(self) -> None:
        self.modes = Nasty()
        self.random.seed()

    def update(self, given: Mapping[str, Any]) -> None:
        """Changes the modes named; the others stay. Raises BadNasty and then changes nothing."""
        known = {entry.name for entry in fields(Nasty)}
        changes = {}
        for name, value in given.items():
            if name not in known:
                raise BadNasty(f"{name}: there is no such mode")
            changes[name] = READERS[name](name, value)
        for name, value in changes.items():
            setattr(self.modes, name, value)
        if "seed" in changes:
            self.random.seed(self.modes.seed)

    def loses(self) -> bool:
        """Whether the webhook about to be sent is lost."""
        if isinstance(self.modes.lose, float):
            return self.random.random() < self.modes.lose
        if self.modes.lose > 0:
            self.modes.lose -= 1
            return True
        return False

    def refusal(self) -> int | None:
        """The error code for the send about to be made, or None."""
        return self.modes.refuse_send.spend() if self.modes.refuse_send else None

    def api_failure(self) -> int | None:
        """The HTTP status for the REST request about to be answered, or None."""
        return self.modes.api_error.spend() if self.modes.api_error else None

    def swallows(self) -> bool:
        """Whether the send about to be answered is not answered."""
        if self.modes.swallow_send > 0:
            self.modes.swallow_send -= 1
            return True
        return False

    def wrong_order(self, count: int) -> list[int]:
        """A permutation of range(count) that is not the right order (for two or more)."""
        order = list(range(count))
        self.random.shuffle(order)
        return order if order != sorted(order) else order[::-1]

    def as_json(self) -> dict[str, Any]:
        modes = self.modes
        found: dict[str, Any] = {entry.name: getattr(modes, entry.name) for entry in fields(modes)}
        found["refuse_send"] = limited_json(modes.refuse_send, "code")
        found["api_error"] = limited_json(modes.api_error, "status")
        return found


def limited_json(limited: Limited | None, name: str) -> dict[str, int | None] | None:
    return None if limited is None or limited.times == 0 else {name: limited.code, "times": limited.times}


def read_count(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise BadNasty(f"{name}: must be a whole number, 0 or more")
    return value


def read_seconds(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise BadNasty(f"{name}: must be seconds, 0 or more")
    return float(value)


def read_switch(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadNasty(f"{name}: must be true or false")
    return value


def read_loss(name: str, value: Any) -> float | int:
    if isinstance(value, float) and 0 <= value <= 1:
        return value
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise BadNasty(f"{name}: must be a fraction from 0.0 to 1.0, or a whole number of webhooks")


def read_seed(name: str, value: Any) -> int | None:
    return None if value is None else read_count(name, value)


def read_limited(name: str, value: Any) -> Limited | None:
    if value is None:
        return None
    key = "status" if name == "api_error" else "code"
    if not isinstance(value, Mapping) or not isinstance(value.get(key), int):
        raise BadNasty(f'{name}: must be null or {{"{key}": number, "times": number or null}}')
    times = value.get("times")
    return Limited(value[key], None if times is None else read_count(f"{name}.times", times))


READERS = {
    "repeat": read_count,
    "delay": read_seconds,
    "reorder": read_switch,
    "lose": read_loss,
    "refuse_send": read_limited,
    "slow_api": read_seconds,
    "recording_late": read_seconds,
    "api_error": read_limited,
    "hang_up_after_key": read_switch,
    "wrong_signature": read_switch,
    "swallow_send": read_count,
    "seed": read_seed,
}
