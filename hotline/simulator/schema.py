"""Which TwiML elements may hold which attributes and children, read from the Twilio SDK's own classes.
Nothing here is written by hand: what the SDK can build is what Twilio's schema allows."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

from twilio.twiml import TwiML
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import VoiceResponse

BASE_METHODS = frozenset(name for name, _ in inspect.getmembers(TwiML, inspect.isfunction))


@dataclass(slots=True)
class Element:
    """One element of the schema. `children` is filled in after all are known: SSML elements hold each other."""

    tag: str
    attributes: frozenset[str]
    children: Mapping[str, "Element"] = field(default_factory=dict)


@cache
def voice_schema() -> Element:
    return read_class(VoiceResponse, "Response", frozenset(), {})


@cache
def messaging_schema() -> Element:
    return read_class(MessagingResponse, "Response", frozenset(), {})


def read_class(kind: type[TwiML], tag: str, attributes: frozenset[str], known: dict[type[TwiML], Element]) -> Element:
    element = known.setdefault(kind, Element(tag, attributes))
    children: dict[str, Element] = {}
    for name, method in inspect.getmembers(kind, inspect.isfunction):
        if name.startswith("_") or name in BASE_METHODS:
            continue
        child = build_child(kind, method.__name__)
        children[child.name] = known.get(type(child)) or read_class(
            type(child), child.name, frozenset(child.attrs), known
        )
    element.children = MappingProxyType(children)
    return element


def build_child(kind: type[TwiML], method_name: str) -> TwiML:
    """Has the SDK make the child with every argument set: those that end up as attributes are the attributes."""
    parent = kind.__new__(kind)
    TwiML.__init__(parent)
    method = getattr(parent, method_name)
    arguments = [
        name
        for name, parameter in inspect.signature(method).parameters.items()
        if parameter.kind is not inspect.Parameter.VAR_KEYWORD
    ]
    return method(**dict.fromkeys(arguments, "x"))  # type: ignore[no-any-return]
