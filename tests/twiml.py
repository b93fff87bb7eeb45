"""TwiML read as Twilio reads it: well-formed, only verbs and attributes that the SDK's own classes know, never a
Gather whose silence leads nowhere."""

import inspect
import itertools
from dataclasses import dataclass
from xml.etree import ElementTree

from twilio.twiml import TwiML, lower_camel
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Dial, Gather, Say, VoiceResponse
from werkzeug.test import TestResponse

_GATHER_HOLDS = {"Say", "Play", "Pause"}
_ENDS_A_RESPONSE = {"Hangup", "Redirect", "Reject"}


@dataclass(frozen=True, slots=True)
class Heard:
    """What a voice answer does: says, listens at an address, records, dials, hangs up."""

    said: tuple[str, ...]
    languages: frozenset[str]
    listens_at: str | None
    keys: int
    ends_with: str
    seconds: int
    records_at: str | None
    dials: str | None
    caller_id: str | None
    dial_reports_to: str | None
    dial_ends_at: str | None
    hangs_up: bool
    body: str


def heard(response: TestResponse) -> Heard:
    """The answer of a voice webhook; an AssertionError says what Twilio would not accept."""
    body = _body(response)
    root = ElementTree.fromstring(body)
    assert root.tag == "Response"
    check(root, VoiceResponse)
    says = list(root.iter("Say"))
    gather, record, dial = root.find("Gather"), root.find("Record"), root.find("Dial")
    number = None if dial is None else dial.find("Number")
    return Heard(
        said=tuple("".join(say.itertext()) for say in says),
        languages=frozenset(say.attrib["language"] for say in says),
        listens_at=None if gather is None else gather.attrib["action"],
        keys=0 if gather is None else int(gather.attrib["numDigits"]),
        ends_with="" if gather is None else gather.attrib["finishOnKey"],
        seconds=0 if gather is None else int(gather.attrib["timeout"]),
        records_at=None if record is None else record.attrib["action"],
        dials=None if number is None else number.text,
        caller_id=None if dial is None else dial.attrib.get("callerId"),
        dial_reports_to=None if number is None else number.attrib.get("statusCallback"),
        dial_ends_at=None if dial is None else dial.attrib.get("action"),
        hangs_up=root.find("Hangup") is not None,
        body=body,
    )


def texted(response: TestResponse) -> str | None:
    """The text that a messaging webhook answers with; None for silence."""
    root = ElementTree.fromstring(_body(response))
    assert root.tag == "Response"
    check(root, MessagingResponse)
    messages = root.findall("Message")
    assert len(messages) <= 1
    return "".join(messages[0].itertext()) if messages else None


def check(root: ElementTree.Element, kind: type[TwiML]) -> None:
    """Every verb and attribute is one that the SDK's class of that name takes, and no Gather ends in silence."""
    known = _known(kind)
    for verb in root.iter():
        if verb is root:
            assert not verb.attrib
            continue
        assert verb.tag in known, f"<{verb.tag}> is not TwiML"
        assert set(verb.attrib) <= known[verb.tag], f"<{verb.tag}> knows no {set(verb.attrib) - known[verb.tag]}"
        if verb.tag in ("Say", "Message", "Number", "Redirect"):
            assert "".join(verb.itertext()).strip(), f"<{verb.tag}> is empty"
    verbs = list(root)
    for gather, after in itertools.pairwise([*verbs, None]):
        assert gather is not None
        if gather.tag == "Gather":
            assert {child.tag for child in gather} <= _GATHER_HOLDS
            assert after is not None, "silence at this Gather ends the call without a word"
            assert after.tag in _ENDS_A_RESPONSE
    if kind is VoiceResponse:
        assert verbs, "an empty voice answer hangs up on the citizen"
        assert verbs[-1].tag in _ENDS_A_RESPONSE or "action" in verbs[-1].attrib


def _known(kind: type[TwiML]) -> dict[str, set[str]]:
    """The verbs of a kind of response, by their tag, with the attributes that the SDK's methods take."""
    known: dict[str, set[str]] = {}
    for owner in (kind, *((Gather, Dial, Say) if kind is VoiceResponse else ())):
        for name, method in inspect.getmembers(owner, inspect.isfunction):
            if name.startswith("_") or name in ("append", "nest", "xml", "to_xml", "add_child"):
                continue
            names = list(inspect.signature(method).parameters)[1:]
            tag = "".join(part if owner is Say else part.title() for part in name.split("_"))  # SSML is written small
            known.setdefault(tag, set()).update(lower_camel(TwiML.MAP.get(n, n)) for n in names if n != "kwargs")
    return known


def _body(response: TestResponse) -> str:
    """What Twilio insists on before it reads a word: an XML content type, and `<` as the first character."""
    assert response.mimetype in ("text/xml", "application/xml"), f"12300: {response.mimetype}"
    assert response.data.startswith(b"<?xml"), "12100: something stands before the document"
    return response.get_data(as_text=True)
