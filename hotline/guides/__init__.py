"""What agents may say on the telephone: the files that come with the product, and how one is read."""

from functools import cache
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from hotline.errors import SettingsError
from hotline.layers import faults_told, read_layers
from hotline.rules.guide import Guide


@cache
def load_guide(name: str) -> Guide:
    """Read the guide `name`, or the TOML file at that path. Raises SettingsError, which says what is wrong with it."""
    try:
        return Guide.model_validate(read_layers(name, _text) | {"name": Path(name).stem})
    except ValidationError as error:
        raise SettingsError(f"guide {name}: {faults_told(error)}") from None


def _text(name: str) -> str:
    guide = files(__name__) / f"{name}.toml"
    if "/" not in name and guide.is_file():
        return guide.read_text(encoding="utf-8")
    try:
        return Path(name).read_text(encoding="utf-8")
    except OSError:
        raise SettingsError(f"guide {name}: no guide of that name comes with the product, and no such file") from None
