"""The wording that comes with the product, one TOML file a script, and how one is read."""

from functools import cache
from importlib.resources import files

from pydantic import ValidationError

from hotline.errors import SettingsError
from hotline.layers import read_layers
from hotline.rules.script import Script


@cache
def load_script(name: str) -> Script:
    """Read and check the script `name`. Raises SettingsError, which says what does not agree."""
    try:
        return Script.model_validate(read_layers(name, _text) | {"name": name})
    except ValidationError as error:
        raise SettingsError(f"script {name}: {error}") from None


def script_names() -> list[str]:
    """The names of the scripts that come with the product."""
    return sorted(f.name.removesuffix(".toml") for f in files(__name__).iterdir() if f.name.endswith(".toml"))


def _text(name: str) -> str:
    source = files(__name__) / f"{name}.toml"
    if not source.is_file():
        raise SettingsError(f"script {name}: there is none of that name ({', '.join(script_names())})")
    return source.read_text(encoding="utf-8")
