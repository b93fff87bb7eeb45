"""The wording that comes with the product, one TOML file a script, and how one is read."""

import tomllib
from functools import cache
from importlib.resources import files

from pydantic import ValidationError

from hotline.errors import SettingsError
from hotline.rules.script import Script


@cache
def load_script(name: str) -> Script:
    """Read and check the script `name`. Raises SettingsError, which says what does not agree."""
    source = files(__name__) / f"{name}.toml"
    if not source.is_file():
        raise SettingsError(f"script {name}: there is none of that name")
    try:
        return Script.model_validate(tomllib.loads(source.read_text(encoding="utf-8")) | {"name": name})
    except (ValidationError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"script {name}: {error}") from None
