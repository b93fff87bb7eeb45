"""The cities' policy files, and how one is read: a preset by name, or a file by path."""

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from hotline.errors import SettingsError
from hotline.rules.policy import Policy


def load_policy(name: str) -> Policy:
    """Read the preset `name` (as in `jilin`) or the TOML file at that path. Raises SettingsError."""
    try:
        return Policy.model_validate(_read(name) | {"name": Path(name).stem})
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise SettingsError(f"HOTLINE_POLICY: {name}: {faults}") from None


def preset_names() -> list[str]:
    """The names of the policies that come with the product."""
    return sorted(f.name.removesuffix(".toml") for f in files(__name__).iterdir() if f.name.endswith(".toml"))


def _read(name: str, seen: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The file's tables laid over those of the policy it extends."""
    if name in seen:
        raise SettingsError(f"HOTLINE_POLICY: {name} extends itself")
    text = _text(name)
    try:
        own = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"HOTLINE_POLICY: {name}: {error}") from None
    base = own.pop("extends", None)
    return own if base is None else _laid_over(_read(base, seen | {name}), own)


def _text(name: str) -> str:
    preset = files(__name__) / f"{name}.toml"
    if "/" not in name and preset.is_file():
        return preset.read_text(encoding="utf-8")
    try:
        return Path(name).read_text(encoding="utf-8")
    except OSError:
        presets = ", ".join(preset_names())
        raise SettingsError(f"HOTLINE_POLICY: {name}: no such preset ({presets}) and no such file") from None


def _laid_over(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in own.items():
        below = merged.get(key)
        merged[key] = {**below, **value} if isinstance(below, dict) and isinstance(value, dict) else value
    return merged
