"""Reads a TwiML answer: parses the XML, checks it against the schema, and reports Twilio's numbered faults.
What breaks the schema is warned about and left out, as Twilio does; what cannot be read is an error."""

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass, field

from .faults import Fault
from .schema import Element, messaging_schema, voice_schema
from .webhooks import Answer

XML_TYPES = frozenset({"text/xml", "application/xml", "text/html"})
XML_NAMESPACE = "{http://www.w3.org/XML/1998/namespace}"
NO_TEXT = frozenset({"Response", "Gather"})


@dataclass(frozen=True, slots=True)
class Node:
    """One element that passed the schema. `text` is all the text inside it, children's included."""

    tag: str
    attributes: Mapping[str, str]
    text: str = ""
    children: tuple["Node", ...] = ()


@dataclass(slots=True)
class Document:
    """A readable answer. `url` and `method` say where it came from; relative URLs start there."""

    url: str
    method: str
    verbs: tuple[Node, ...] = ()
    warnings: list[Fault] = field(default_factory=list)


class TwimlError(Exception):
    """An answer that cannot be executed; carries the fault."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


def read_voice(answer: Answer) -> Document:
    """A document to execute on a call. Plain text is spoken and audio is played, as Twilio does.
    Raises TwimlError."""
    kind = content_type(answer)
    if kind == "text/plain":
        return Document(answer.url, answer.method, (Node("Say", {}, answer.text),) if answer.text.strip() else ())
    if kind.startswith("audio/"):
        return Document(answer.url, answer.method, (Node("Play", {}, answer.url),))
    return read_xml(answer, voice_schema())


def read_messaging(answer: Answer) -> Document:
    """A document that answers a text. Plain text is the reply. Raises TwimlError."""
    if answer.fault is None and not answer.body.strip():
        return Document(answer.url, answer.method)
    if content_type(answer) == "text/plain":
        return Document(answer.url, answer.method, (Node("Message", {}, answer.text),))
    return read_xml(answer, messaging_schema())


def read_inline(twiml: str) -> Document:
    """The Twiml parameter of the REST API: a document with no address of its own. Raises TwimlError."""
    return read_xml(Answer("", "POST", 200, "text/xml", twiml.encode()), voice_schema())


def content_type(answer: Answer) -> str:
    if answer.fault is not None:
        raise TwimlError(answer.fault)
    kind = answer.content_type.partition(";")[0].strip().lower()
    if kind not in XML_TYPES and kind != "text/plain" and not kind.startswith("audio/"):
        raise TwimlError(Fault(12300, f"{answer.url}: Content-Type is {answer.content_type or 'missing'}"))
    return kind


def read_xml(answer: Answer, schema: Element) -> Document:
    try:
        root = ET.fromstring(answer.body)  # noqa: S314 (from the application under test, at most 64 kB)
    except (ET.ParseError, ValueError) as error:
        raise TwimlError(Fault(12100, f"{answer.url}: {error}")) from error
    if root.tag != "Response":
        raise TwimlError(Fault(12102, f"{answer.url}: the root element is <{root.tag}>"))
    document = Document(answer.url, answer.method)
    document.verbs = read_element(root, schema, document.warnings).children
    return document


def read_element(found: ET.Element, schema: Element, warnings: list[Fault]) -> Node:
    """The element without what the schema does not allow; each thing left out is a 12200 warning."""
    attributes = {}
    for name, value in found.attrib.items():
        name = name.replace(XML_NAMESPACE, "xml:")  # noqa: PLW2901
        if name in schema.attributes:
            attributes[name] = value
        else:
            say = f"Attribute '{name}' is not allowed to appear in element '{schema.tag}'."
            warnings.append(Fault(12200, say))
    if schema.tag in NO_TEXT and own_text(found).strip():
        warnings.append(Fault(12200, f"Element '{schema.tag}' must not contain text: {own_text(found).strip()!r}."))
    children = []
    for child in found:
        if child.tag in schema.children:
            children.append(read_element(child, schema.children[child.tag], warnings))
        else:
            warnings.append(misplaced(child.tag, schema))
    return Node(schema.tag, attributes, "".join(found.itertext()), tuple(children))


def own_text(found: ET.Element) -> str:
    return (found.text or "") + "".join(child.tail or "" for child in found)


def misplaced(tag: str, parent: Element) -> Fault:
    if parent.tag == "Gather" and tag in voice_schema().children:
        return Fault(13320, f"<{tag}> may not be nested in <Gather>: only Say, Play and Pause may.")
    if parent is messaging_schema() and tag in voice_schema().children:
        return Fault(14110, f"<{tag}> cannot answer a message.")
    return Fault(12200, f"Element '{tag}' is not allowed to appear in element '{parent.tag}'.")
