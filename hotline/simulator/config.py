"""What the simulator is started with: the account, its numbers, the phones around it and the clock.
Read from TOML or JSON, or built directly; every mistake is reported with the name of the field."""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from .clock import ClockMode

ACCOUNT_SID = re.compile(r"AC[0-9a-fA-F]{32}")
E164 = re.compile(r"\+[1-9]\d{4,14}")

T = TypeVar("T")


class ConfigError(ValueError):
    """A configuration that cannot be used; the message names the field."""


@dataclass(frozen=True, slots=True)
class NumberConfig:
    """One of the account's own numbers and its webhooks; `opt_out` is Twilio's STOP handling."""

    number: str
    label: str = ""
    sms_url: str = ""
    sms_fallback_url: str = ""
    voice_url: str = ""
    voice_fallback_url: str = ""
    status_callback: str = ""
    messaging_service_sid: str = ""
    opt_out: bool = True


@dataclass(frozen=True, slots=True)
class PhoneConfig:
    """A phone out in the world. `kind` is "mobile" or "landline"; "" lets the number decide."""

    number: str
    label: str = ""
    kind: str = ""
    owner: str = ""
    auto: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class SimulatorConfig:
    """`message_seconds` is the time between two statuses of a message; `keep` bounds every history."""

    account_sid: str
    auth_token: str
    clock: ClockMode = ClockMode.REAL
    speed: float = 1.0
    start: float | None = None
    message_seconds: float = 0.0
    keep: int = 2000
    url: str = ""
    allow_remote: bool = False
    numbers: tuple[NumberConfig, ...] = ()
    phones: tuple[PhoneConfig, ...] = field(default=())

    def __post_init__(self) -> None:
        if not ACCOUNT_SID.fullmatch(self.account_sid):
            raise ConfigError("account_sid: must be AC and 32 hexadecimal digits")
        if not self.auth_token:
            raise ConfigError("auth_token: must not be empty")
        if self.keep < 1:
            raise ConfigError("keep: must be at least 1")
        for number in [*(ours.number for ours in self.numbers), *(phone.number for phone in self.phones)]:
            if not E164.fullmatch(number):
                raise ConfigError(f"number: {number!r} is not an E.164 number such as +8613800138000")
        for phone in self.phones:
            if phone.kind not in ("", "mobile", "landline"):
                raise ConfigError(f"phones.kind: {phone.kind!r} is neither mobile nor landline")


def read_config(path: Path, **overrides: Any) -> SimulatorConfig:
    """Reads a .toml or .json file; `overrides` that are not None win over it. Raises ConfigError."""
    text = path.read_text(encoding="utf-8")
    try:
        found = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except ValueError as error:
        raise ConfigError(f"{path}: {error}") from error
    return config_from(found | {name: value for name, value in overrides.items() if value is not None})


def config_from(given: Mapping[str, Any]) -> SimulatorConfig:
    """Builds a configuration from plain data (the shape of the file). Raises ConfigError."""
    values = dict(given)
    values["numbers"] = tuple(build(NumberConfig, entry, "numbers") for entry in values.get("numbers", ()))
    values["phones"] = tuple(build(PhoneConfig, entry, "phones") for entry in values.get("phones", ()))
    if "clock" in values:
        try:
            values["clock"] = ClockMode(values["clock"])
        except ValueError:
            raise ConfigError('clock: must be "real" or "manual"') from None
    return build(SimulatorConfig, values, "")


def build(kind: type[T], values: Mapping[str, Any], where: str) -> T:
    known = {entry.name for entry in fields(kind)}  # type: ignore[arg-type]
    for name in values:
        if name not in known:
            raise ConfigError(f"{where + '.' if where else ''}{name}: there is no such setting")
    try:
        return kind(**values)
    except TypeError as error:
        raise ConfigError(f"{where or 'configuration'}: {error}") from error
