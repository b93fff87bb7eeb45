"""Every way through a menu, found by pressing: from a way in, whatever its answers listen for, by the real webhooks.

Nothing of the menu is known here. Each answer is read as Twilio reads it: its keys, its silence, its recording, how its
dialled leg ends; each of these is posted on the world as it was at that answer, and so on, until nothing new is heard.
"""

import re
import sqlite3
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from hotline.services import Services
from tests.cast import ACCOUNT_SID, Twilio

ALL_KEYS = tuple("1234567890*#")
_DIAL_ENDS = ("completed", "busy", "no-answer", "failed")


@dataclass(frozen=True, slots=True)
class WayIn:
    """How a call begins: the first webhook of it, with all that Twilio tells of the call."""

    url: str
    form: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was heard after `path`, the things done since the way in."""

    path: tuple[str, ...]
    root: ElementTree.Element

    @property
    def said(self) -> list[str]:
        return ["".join(say.itertext()) for say in self.root.iter("Say")]


@dataclass(frozen=True, slots=True)
class _Place:
    """An answer, and the world as it was then."""

    answer: Answer
    world: sqlite3.Connection


def walk(
    twilio: Twilio, house: Services, way: WayIn, entries: Sequence[str] = ("1", "12345678"), most: int = 1500
) -> list[Answer]:
    """Every answer that differs, breadth first; `entries` are keyed in where more than one key is listened for.

    A place is what is heard there, on which try: a menu that counts tries is followed to its end. All is done at the
    first place that leads to an address; where another leads to the same one, speaking as fast, only silence is, and
    whatever else is no key. Fails after `most` posts: a menu without an end is no menu. Leaves the world as it was at
    the first answer.
    """
    first = _ask(twilio, way, way.url, {})
    seen, found = {_signature(first)}, [Answer((), first)]
    begun = _Place(found[0], _snapshot(house))
    waiting = deque([begun])
    posts, pressed_at = 1, set[str]()
    while waiting:
        place = waiting.popleft()
        for done, url, form in _follows(place.answer.root, entries):
            if "Digits" in form and _address(place.answer.root, url) in pressed_at:
                continue
            _restore(house, place.world)
            told = {"CallStatus": "in-progress", **form}
            root = _ask(twilio, way, url, told)
            posts += 1
            assert posts <= most, f"no end after {posts} posts: {place.answer.path}"
            if (signature := _signature(root)) not in seen:
                again = _ask(twilio, way, url, told)
                assert ElementTree.tostring(root) == ElementTree.tostring(again), "asked twice, two answers"
                seen.add(signature)
                found.append(Answer((*place.answer.path, done), root))
                waiting.append(_Place(found[-1], _snapshot(house)))
        pressed_at |= {_address(place.answer.root, url) for _, url, _ in _follows(place.answer.root, entries)}
    _restore(house, begun.world)
    return found


def _ask(twilio: Twilio, way: WayIn, url: str, form: Mapping[str, str]) -> ElementTree.Element:
    """The webhook's answer, which the test's Twilio has held against what it accepts."""
    response = twilio.post(url, {"AccountSid": ACCOUNT_SID, "ApiVersion": "2010-04-01", **way.form, **form})
    assert response.status_code == 200, f"{url} {form}: {response.text}"
    return ElementTree.fromstring(response.data)


def _follows(root: ElementTree.Element, entries: Sequence[str]) -> Iterator[tuple[str, str, dict[str, str]]]:
    """What can happen at an answer: its name, the address that is asked then, and what it is told."""
    for verb in root:
        action = verb.attrib.get("action", "")
        match verb.tag:
            case "Gather":
                for keys in ALL_KEYS if verb.attrib.get("numDigits") == "1" else ("", *ALL_KEYS, *entries):
                    yield keys, action, {"Digits": keys}
            case "Record":
                spoken = {"RecordingUrl": f"https://api.twilio.com/{ACCOUNT_SID}/RE1", "RecordingSid": f"RE{'1' * 32}"}
                for ended_by in ("#", "hangup"):
                    yield ended_by, action, {**spoken, "RecordingDuration": "7", "Digits": ended_by}
            case "Dial":
                yield from ((status, action, {"DialCallStatus": status}) for status in _DIAL_ENDS)
            case "Redirect":
                yield "silence", verb.text or "", {}


def _address(root: ElementTree.Element, url: str) -> str:
    """Where it is asked next, and whether it speaks slowly."""
    return f"{re.sub('[0-9]+', '', url)} {root.find('.//prosody') is not None}"


def _signature(root: ElementTree.Element) -> str:
    """What is heard and listened for, on which try; other numbers in our addresses count turns."""
    return re.sub(r"(?<=[=/])(?<!tries=)\d+", "", ElementTree.tostring(root, "unicode"))


def _snapshot(house: Services) -> sqlite3.Connection:
    kept = sqlite3.connect(":memory:")
    with sqlite3.connect(house.database.engine.url.database or "") as disk:
        disk.backup(kept)
    disk.close()
    return kept


def _restore(house: Services, world: sqlite3.Connection) -> None:
    with sqlite3.connect(house.database.engine.url.database or "") as disk:
        world.backup(disk)
    disk.close()
