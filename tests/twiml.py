"""TwiML as a caller or a texter gets it, after the whole answer has been held against what Twilio accepts."""

from dataclasses import dataclass
from xml.etree import ElementTree

from twilio.twiml import TwiML
from werkzeug.test import TestResponse

from tests.twiml_table import check_twiml


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


def accepted(response: TestResponse, kind: type[TwiML]) -> None:
    """An AssertionError says what Twilio would not accept, if there is anything."""
    faults = check_twiml(response.data, response.content_type, kind)
    assert not faults, faults


def heard(response: TestResponse) -> Heard:
    """The answer of a voice webhook, accepted before."""
    root = ElementTree.fromstring(response.data)
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
        body=response.get_data(as_text=True),
    )


def texted(response: TestResponse) -> str | None:
    """The text that a messaging webhook answers with, accepted before; None for silence."""
    messages = ElementTree.fromstring(response.data).findall("Message")
    assert len(messages) <= 1
    return "".join(messages[0].itertext()) if messages else None


def check(root: ElementTree.Element, kind: type[TwiML]) -> None:
    """The same for a document that no webhook answered with."""
    faults = check_twiml(ElementTree.tostring(root), "text/xml; charset=utf-8", kind)
    assert not faults, faults
