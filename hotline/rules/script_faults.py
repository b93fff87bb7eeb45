"""What is wrong with a script: all of it at once, sentence by sentence, each proved by reading the sentence itself."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hotline.rules.fault_kinds import Kind
from hotline.rules.level_names import FACT, named_stars
from hotline.rules.promises import says_free, teaches
from hotline.rules.replies import Action, Reply, parse
from hotline.rules.scale import Scale
from hotline.rules.script_language import foreign
from hotline.rules.script_meanings import untrue
from hotline.rules.sentences import LABELS, SENTENCES, TABLES, Channel, Sentence
from hotline.rules.statement import lists, strays

__all__ = ["LONGEST_TEXT", "Fault", "Kind", "faults", "flat", "names", "text_faults"]

LONGEST_TEXT = 1600  # what carriers take as one text


_UNKEEPABLE = {Kind.NO_SENTENCE, Kind.NO_SUCH_SENTENCE, Kind.NO_TEXT, Kind.TOO_LONG, Kind.CONTROL}

# For logs and operators; what the console says stands with its other words.
_SAID: Mapping[Kind, str] = {
    Kind.NO_SENTENCE: "has no words",
    Kind.NO_SUCH_SENTENCE: "is no sentence of this channel",
    Kind.NO_TEXT: "is not a text",
    Kind.TOO_LONG: f"has more than {LONGEST_TEXT} characters",
    Kind.CONTROL: "holds a character that cannot be seen: {}",
    Kind.EMPTY: "is empty",
    Kind.BRACE: "has a brace that is no fact: {}",
    Kind.STRANGE_FACT: "mentions what it is not told: {}",
    Kind.FACT_MISSING: "does not mention {}",
    Kind.TOO_LONG_FILLED: f"has more than {LONGEST_TEXT} characters with its facts",
    Kind.WRONG_LABEL: "does not name {} stars",
    Kind.SCALE_UNSAID: "does not say the scale {}",
    Kind.SCALE_STRAY: "holds what may be read as another scale: {}",
    Kind.NOT_FREE: "does not say in known words that replying is free",
    Kind.TEACHES_NOTHING: "does not say in known words what to reply for {}",
    Kind.WRONG_WISH: "is not read as that time of day: {}",
    Kind.WRONG_REPLY: "tells to reply what is read otherwise: {}",
    Kind.WRONG_ENTRY: "is not read as the entry of its number",
    Kind.UNTRUE: "says something else than what it is sent for: {}",
    Kind.OTHER_LANGUAGE: "is not of its language: {}",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """`sentence` is a name such as `clarify`, or `labels.5`; `detail` is what the kind speaks of, such as a fact."""

    language: str
    sentence: str
    kind: Kind
    detail: str = ""

    @property
    def is_keepable(self) -> bool:
        """May a draft have it, and be mended later?"""
        return self.kind not in _UNKEEPABLE

    def __str__(self) -> str:
        return f"{self.language}: {self.sentence} {_SAID[self.kind].format(self.detail)}"


def faults(channel: Channel, scale: Scale, words: Mapping[str, Any]) -> list[Fault]:
    """All that is wrong with `words[language][sentence]`, in the order of the sentences; empty = it can be used."""
    return [fault for language, own in words.items() for fault in _language_faults(channel, scale, language, own)]


def _language_faults(channel: Channel, scale: Scale, language: str, own: Any) -> Iterator[Fault]:
    own = own if isinstance(own, Mapping) else {}
    given = flat(own)
    wanted = names(channel)
    for name in wanted:
        if name not in given:
            yield Fault(language, name, Kind.NO_SENTENCE)
        else:
            yield from text_faults(channel, scale, language, name, given[name])
    yield from (Fault(language, name, Kind.NO_SUCH_SENTENCE) for name in given if name not in wanted)


def names(channel: Channel) -> list[str]:
    """Of every text that a language needs, in their order: the sentences, then such as `labels.5`."""
    tables = [f"{table}.{entry}" for table, entries in TABLES[channel].items() for entry in entries]
    return [*SENTENCES[channel], *tables]


def flat(own: Mapping[str, Any]) -> dict[str, Any]:
    """The sentences of one language by name, `labels` and `wishes` taken apart."""
    found: dict[str, Any] = {}
    for name, value in own.items():
        found |= (
            {f"{name}.{entry}": text for entry, text in value.items()} if isinstance(value, Mapping) else {name: value}
        )
    return found


def text_faults(channel: Channel, scale: Scale, language: str, name: str, text: Any) -> list[Fault]:
    """All that is wrong with one text of that name."""
    table, _, entry = name.partition(".")
    sentence = Sentence(frozenset(), frozenset(), part=True) if entry else SENTENCES[channel][name]
    if not (found := [*_unkeepable(text)]):
        found = [*_ill_made(sentence, text)] if text.strip() else [(Kind.EMPTY, "")]
    if _is_told(found):
        if table == LABELS:
            found += [] if _is_read_as(text, int(entry), scale) else [(Kind.WRONG_LABEL, entry)]
        else:
            found += _unproved(sentence, scale, text)
            if (Kind.SCALE_UNSAID, scale) not in found:
                found += untrue(name, language, text, sentence.needs, scale)
        found += [(Kind.OTHER_LANGUAGE, others)] if (others := foreign(text, language)) else []
    return [Fault(language, name, kind, detail) for kind, detail in dict.fromkeys(found)]


def _is_told(found: list[tuple[Kind, str]]) -> bool:
    """Is there a text whose meaning can be looked at?"""
    return not any(kind in _UNKEEPABLE or kind is Kind.EMPTY for kind, _ in found)


def _unkeepable(text: Any) -> Iterator[tuple[Kind, str]]:
    if not isinstance(text, str):
        yield Kind.NO_TEXT, ""
        return
    if len(text) > LONGEST_TEXT:
        yield Kind.TOO_LONG, ""
    if unseen := next((c for c in text if unicodedata.category(c)[0] == "C" or c in "\u2028\u2029"), None):
        yield Kind.CONTROL, f"U+{ord(unseen):04X}"


# The longest that a fact gets, in characters; any that is not here is short.
_LONGEST = {"item": 26, "list": 400, "reasons": 300, "when": 40}
_LONGEST_OF_OTHERS = 30


def _ill_made(sentence: Sentence, text: str) -> Iterator[tuple[Kind, str]]:
    """Only `{fact}` stands in braces, and nothing else is ever done with them: no format, no attribute, no index."""
    if brace := re.search(r"[{}][^{}]{0,20}", FACT.sub("", text)):
        yield Kind.BRACE, brace.group()
    named = dict.fromkeys(FACT.findall(text))
    yield from ((Kind.STRANGE_FACT, fact) for fact in named if fact not in sentence.facts)
    yield from ((Kind.FACT_MISSING, fact) for fact in sorted(sentence.needs) if fact not in named)
    if len(FACT.sub(lambda match: "x" * _LONGEST.get(match.group(1), _LONGEST_OF_OTHERS), text)) > LONGEST_TEXT:
        yield Kind.TOO_LONG_FILLED, ""


def _unproved(sentence: Sentence, scale: Scale, text: str) -> Iterator[tuple[Kind, str]]:
    if sentence.states_scale and not lists(text, scale):
        yield Kind.SCALE_UNSAID, scale
    elif not sentence.to_agent and (
        found := strays(text, scale, states=sentence.states_scale or sentence.part, scores=sentence.shows_score)
    ):
        yield Kind.SCALE_STRAY, "、".join(found)
    if sentence.says_free and not says_free(text):
        yield Kind.NOT_FREE, ""
    if sentence.teaches and not teaches(text, sentence.teaches, scale):
        yield Kind.TEACHES_NOTHING, sentence.teaches


def _is_read_as(label: str, stars: int, scale: Scale) -> bool:
    """Is it a name of these stars, and read as one when a citizen replies with it?"""
    read = parse(label, scale)
    return named_stars(label) == stars and read == Reply(Action.RATE, stars, None, read.rule)
