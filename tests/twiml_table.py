"""Which TwiML Twilio accepts: a table made from the installed SDK's classes whenever the tests run, and beside it the
little that the SDK does not know. `check_twiml` holds a whole answer of ours against both."""

import inspect
import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from xml.etree import ElementTree

from twilio.twiml import TwiML, lower_camel
from twilio.twiml.voice_response import VoiceResponse

_METHOD = re.compile("GET|POST")
_ADDRESS = re.compile(r"https?://[^/\s]+(/\S*)?|/\S*")


@dataclass(slots=True)
class Verb:
    """One class of the SDK: the attributes it takes, what of their values its docstrings tell, what it may hold."""

    tag: str
    attributes: frozenset[str]
    values: Mapping[str, re.Pattern[str]]
    holds_text: bool
    children: dict[str, "Verb"] = field(default_factory=dict)


@cache
def table(kind: type[TwiML]) -> Verb:
    """`kind`: VoiceResponse or MessagingResponse."""
    root = Verb("Response", frozenset(), {}, holds_text=False)
    _fill(root, kind, {kind: root})
    return root


def _fill(verb: Verb, kind: type[TwiML], known: dict[type[TwiML], Verb]) -> None:
    """What a class has a method for, it may hold. SSML holds itself: each class is read once."""
    for method in (found for name, found in vars(kind).items() if inspect.isfunction(found) and name[0] != "_"):
        parameters = inspect.signature(method).parameters
        bare = kind.__new__(kind)
        TwiML.__init__(bare)
        needed = [name for name, given in parameters.items() if given.default is given.empty and given.kind.value == 1]
        child = method(bare, *["x"] * (len(needed) - 1))
        if type(child) not in known:
            contents = [name for name in inspect.signature(type(child).__init__).parameters if name not in _NO_CONTENTS]
            named = {name: lower_camel(TwiML.MAP.get(name, name)) for name in parameters}
            written = {name: tag for name, tag in named.items() if name not in {*contents, *_NO_CONTENTS}}
            values = _values(method.__doc__ or "", written)
            known[type(child)] = made = Verb(child.name, frozenset(written.values()), values, bool(contents))
            _fill(made, type(child), known)
        verb.children[child.name] = known[type(child)]


_NO_CONTENTS = ("self", "kwargs")


def _values(docstring: str, written: Mapping[str, str]) -> dict[str, re.Pattern[str]]:
    """Methods, addresses and lists of words, as the docstring's lines of parameters tell of them."""
    found = {}
    for name, said in re.findall(r":param ([\w:-]+): (.*)", docstring):
        tag = written.get(name, name)
        if said.endswith("method"):
            found[tag] = _METHOD
        elif said.endswith("URL"):
            found[tag] = _ADDRESS
        elif listed := re.search(r"available values: (.*)", said):
            words = [re.escape(word).replace(r"\[number\]", r"\d+") for word in listed[1].split(", ")]
            found[tag] = re.compile("|".join(re.sub(r"(^|\\[+-])n(?=%|dB)", r"\1\\d+", word) for word in words))
    return {tag: pattern for tag, pattern in found.items() if tag in written.values()}


# From here on: what the SDK does not know. Sources: Twilio's pages of each verb, and its dictionary of errors.
_WHOLE = re.compile(r"\d+")
_AT_LEAST_ONE = re.compile(r"[1-9]\d*")
_YES_NO = re.compile("true|false")
_EVENT = "(?:initiated|ringing|answered|completed)"
_VALUES: Mapping[tuple[str, str], re.Pattern[str]] = {
    ("Gather", "input"): re.compile("dtmf|speech|dtmf speech|speech dtmf"),
    ("Gather", "timeout"): _AT_LEAST_ONE,
    ("Gather", "numDigits"): _AT_LEAST_ONE,
    ("Gather", "finishOnKey"): re.compile("[0-9#*]?"),
    ("Gather", "actionOnEmptyResult"): _YES_NO,
    ("Record", "timeout"): _AT_LEAST_ONE,
    ("Record", "maxLength"): re.compile("[2-9]|[1-9][0-9]{1,2}|[12][0-9]{3}|3[0-5][0-9]{2}|3600"),
    ("Record", "finishOnKey"): re.compile("[0-9#*]+"),
    ("Record", "playBeep"): _YES_NO,
    ("Record", "trim"): re.compile("trim-silence|do-not-trim"),
    ("Dial", "timeout"): re.compile("[1-9][0-9]?|[1-5][0-9]{2}|600"),
    ("Dial", "answerOnBridge"): _YES_NO,
    ("Number", "statusCallbackEvent"): re.compile(f"{_EVENT}( {_EVENT})*"),
    ("Pause", "length"): _WHOLE,
    ("Play", "loop"): _WHOLE,
    ("Say", "loop"): _WHOLE,
    ("Reject", "reason"): re.compile("rejected|busy"),
}
# What a voice speaks. <Gather>'s speech recognition calls the same languages otherwise: cmn-Hans-CN, yue-Hant-HK.
_POLLY = {"Zhiyu": {"cmn-CN"}, "Hiujin": {"yue-CN"}, "Joanna": {"en-US"}, "Matthew": {"en-US"}, "Amy": {"en-GB"}}
_SAY_LANGUAGES = {"cmn-CN", "cmn-TW", "yue-CN", "yue-HK", "zh-CN", "zh-HK", "zh-TW", "en-US", "en-GB"}
_HEARD_LANGUAGES = {"cmn-Hans-CN", "cmn-Hant-TW", "yue-Hant-HK", "en-US", "en-GB"}
_LONGEST = {"Say": 4096, "Body": 1600, "Message": 1600}  # characters
_MOST_BYTES = 64 * 1024
_GATHER_HOLDS = {"Say", "Play", "Pause"}
_LEAVES = {"Hangup", "Redirect", "Reject"}  # nothing after one of these is ever reached
_MAY_PASS = {"Gather", "Record"}  # silence, or an empty recording, goes on with the verb that follows
_ALWAYS_ASKS = {"Gather", "Record", "Dial", "Redirect"}  # without an address of its own: the same document for ever


def check_twiml(body: bytes, content_type: str, kind: type[TwiML] = VoiceResponse) -> list[str]:
    """All that Twilio would not accept of an answer, or that would leave a caller in silence; empty = nothing."""
    media, _, parameters = content_type.partition(";")
    if media.strip() not in ("text/xml", "application/xml"):
        return [f"12300: {content_type} is no XML"]
    if parameters.strip().lower() not in ("", "charset=utf-8"):
        return [f"12300: {content_type} is not UTF-8"]
    if not body.startswith(b"<"):
        return ["12100: something stands before the document"]
    if len(body) > _MOST_BYTES:
        return [f"11750: {len(body)} bytes"]
    try:
        root = ElementTree.fromstring(body.decode("utf-8"))
    except (ElementTree.ParseError, UnicodeDecodeError) as error:
        return [f"12100: {error}"]
    if root.tag != "Response":
        return [f"12102: the root is <{root.tag}>"]
    return [*_element(root, table(kind)), *(_flow(root) if kind is VoiceResponse else ())]


def _element(found: ElementTree.Element, verb: Verb) -> Iterator[str]:
    """Attributes, values and text of one element, then of all that it holds."""
    attributes = {name.replace(_XML_SPACE, "xml:"): value for name, value in found.attrib.items()}
    for name, value in attributes.items():
        if name not in verb.attributes:
            yield f"12200: <{found.tag}> takes no {name}"
        for values in (verb.values, {of: its for (tag, of), its in _VALUES.items() if tag == found.tag}):
            if name in values and not values[name].fullmatch(value):
                yield f"<{found.tag}> takes no {name}={value!r}"
    yield from _languages(found.tag, attributes)
    yield from _text(found, verb)
    for child in found:
        if child.tag not in verb.children:
            yield f"12200: <{found.tag}> holds no <{child.tag}>"
        elif found.tag == "Gather" and child.tag not in _GATHER_HOLDS:
            yield f"13320: <Gather> holds no <{child.tag}>"
        else:
            yield from _element(child, verb.children[child.tag])


_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}"


def _text(found: ElementTree.Element, verb: Verb) -> Iterator[str]:
    own = (found.text or "") + "".join(child.tail or "" for child in found)
    if not verb.holds_text and own.strip():
        yield f"12200: <{found.tag}> holds no text: {own.strip()!r}"
    whole = "".join(found.itertext()).strip()
    if verb.holds_text and not whole and "digits" not in found.attrib:
        yield f"<{found.tag}> is empty"
    if len(whole) > _LONGEST.get(found.tag, len(whole)):
        yield f"<{found.tag}> has {len(whole)} characters"
    if found.tag in ("Play", "Redirect", "Media") and whole and not _ADDRESS.fullmatch(whole):
        yield f"<{found.tag}> has no address: {whole!r}"


def _languages(tag: str, attributes: Mapping[str, str]) -> Iterator[str]:
    """What is spoken and what is heard are named apart, and a voice speaks its own language only."""
    language = attributes.get("language")
    if tag == "Say":
        if language not in _SAY_LANGUAGES:
            yield f"13512: <Say> speaks no {language}"
        spoken = _spoken_by(attributes.get("voice", ""))
        if spoken is None:
            yield f"13511: there is no voice {attributes.get('voice')!r}"
        elif spoken and language not in spoken:
            yield f"13512: {attributes['voice']} does not speak {language}"
    if tag == "Gather" and language is not None and language not in _HEARD_LANGUAGES:
        yield f"13334: <Gather> hears no {language}"
    if tag == "lang" and attributes.get("xml:lang") not in _SAY_LANGUAGES:
        yield f"<lang> speaks no {attributes.get('xml:lang')}"


def _spoken_by(voice: str) -> set[str] | None:
    """The languages of a voice; empty = any, None = there is no such voice."""
    if voice in ("", "man", "woman", "alice"):
        return set()
    if polly := re.fullmatch(r"Polly\.([A-Z][a-z]+)(-Neural|-Generative)?", voice):
        return _POLLY.get(polly[1])
    google = re.fullmatch(r"Google\.([a-z]{2,3}-[A-Z]{2})-\w+-[A-Z]", voice)
    return {google[1]} if google else None


def _flow(root: ElementTree.Element) -> Iterator[str]:
    """Nobody is left in silence, nothing stands where no call comes by."""
    verbs = list(root)
    if not verbs:
        yield "an empty answer hangs up on the caller"
    for verb, after in itertools.pairwise([*verbs, None]):
        assert verb is not None
        if verb.tag in _LEAVES and after is not None:
            yield f"<{after.tag}> after <{verb.tag}> is never reached"
        if verb.tag in _MAY_PASS and (after is None or after.tag not in _LEAVES):
            yield f"silence at <{verb.tag}> leads nowhere"
        if verb.tag in _ALWAYS_ASKS - {"Redirect"} and "action" not in verb.attrib:
            yield f"<{verb.tag}> without an action asks for this document again"
    if verbs and verbs[-1].tag not in _LEAVES and "action" not in verbs[-1].attrib:
        yield f"after <{verbs[-1].tag}> the call ends without being hung up"
