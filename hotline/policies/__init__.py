"""The cities' policy files, and how one is read: a preset by name, or a file by path."""

from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from hotline.errors import SettingsError
from hotline.layers import faults_told, read_layers
from hotline.rules.policy import Policy


def load_policy(name: str) -> Policy:
    """Read the preset `name` (as in `jilin`) or the TOML file at that path. Raises SettingsError."""
    try:
        return Policy.model_validate(read_layers(name, policy_text) | {"name": Path(name).stem})
    except SettingsError as error:
        raise SettingsError(f"HOTLINE_POLICY: {error}") from None
    except ValidationError as error:
        raise SettingsError(f"HOTLINE_POLICY: {name}: {faults_told(error)}") from None


def preset_names() -> list[str]:
    """The names of the policies that come with the product."""
    return sorted(f.name.removesuffix(".toml") for f in files(__name__).iterdir() if f.name.endswith(".toml"))


def policy_text(name: str) -> str:
    """The file of the preset `name`, or the one at that path. Raises SettingsError."""
    preset = files(__name__) / f"{name}.toml"
    if "/" not in name and preset.is_file():
        return preset.read_text(encoding="utf-8")
    try:
        return Path(name).read_text(encoding="utf-8")
    except OSError:
        presets = ", ".join(preset_names())
        raise SettingsError(f"{name}: no such preset ({presets}) and no such file") from None
