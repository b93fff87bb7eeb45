"""TOML files laid over one another: one that says `extends = "other"` holds only what differs."""

import tomllib
from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from hotline.errors import SettingsError


def read_layers(name: str, text_of: Callable[[str], str], seen: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The tables of `name`, over those of the file it extends, and so on down. Raises SettingsError."""
    if name in seen:
        raise SettingsError(f"{name} extends itself")
    try:
        own = tomllib.loads(text_of(name))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{name}: {error}") from None
    base = own.pop("extends", None)
    return own if base is None else _laid_over(read_layers(base, text_of, seen | {name}), own)


def faults_told(error: ValidationError) -> str:
    """Each entry that is wrong with what is wrong about it; of what is wrong with several at once, only that."""
    told = ((".".join(map(str, each["loc"])), each["msg"].removeprefix("Value error, ")) for each in error.errors())
    return "; ".join(f"{entry}: {fault}" if entry else fault for entry, fault in told)


def _laid_over(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in own.items():
        below = merged.get(key)
        merged[key] = _laid_over(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged
