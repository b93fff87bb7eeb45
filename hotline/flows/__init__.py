"""The surveys by telephone, one TOML file a flow: those that come with the product, and how one is read and checked."""

from functools import cache
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from hotline.errors import SettingsError
from hotline.layers import read_layers
from hotline.rules.flow import Flow
from hotline.rules.flow_faults import faults


@cache
def load_flow(name: str) -> Flow:
    """Read and check the flow `name`, or the TOML file at that path. Raises SettingsError, which says what is wrong."""
    flow = read_flow(name)
    if wrong := faults(flow):
        raise SettingsError(f"flow {name}: {'; '.join(wrong)}")
    return flow


def read_flow(name: str) -> Flow:
    """The same, with whatever `rules.flow_faults` would say of it. Raises SettingsError if it is no flow at all."""
    try:
        return Flow.model_validate(read_layers(name, _text) | {"name": Path(name).stem})
    except ValidationError as error:
        found = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise SettingsError(f"flow {name}: {found}") from None


def flow_names() -> list[str]:
    """The names of the flows that come with the product."""
    return sorted(f.name.removesuffix(".toml") for f in files(__name__).iterdir() if f.name.endswith(".toml"))


def _text(name: str) -> str:
    source = files(__name__) / f"{name}.toml"
    if "/" not in name and source.is_file():
        return source.read_text(encoding="utf-8")
    try:
        return Path(name).read_text(encoding="utf-8")
    except OSError:
        raise SettingsError(f"flow {name}: no such flow ({', '.join(flow_names())}) and no such file") from None
