"""A script as the pages of wording show it: each text with a sample of how it reads, its cost and its faults; the
proof of the scale; and what differs between two versions."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from hotline.console import wording_words
from hotline.console.words import Words
from hotline.rules.item_names import item_told
from hotline.rules.policy import Policy
from hotline.rules.reasons import REASONS
from hotline.rules.scale import STAR_LABELS, Scale
from hotline.rules.script import Channel
from hotline.rules.script_faults import Fault, flat, names, text_faults
from hotline.rules.segments import Encoding, Segments, count
from hotline.rules.sentences import LABELS, SENTENCES, TABLES, beside
from hotline.rules.statement import keys_read, stated_scale

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Text:
    """One text: `field` is its name in the form, `id` that of its element. `said`: with the sample's facts filled in.
    `cost` is None for what is no whole text message; `dear`: the characters because of which it goes out as UCS-2.
    """

    field: str
    id: str
    language: str
    label: Words
    text: str
    said: str
    facts: tuple[tuple[str, Words, bool], ...]
    faults: tuple[Words, ...]
    cost: Segments | None
    dear: str
    is_changed: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Texts that belong together; a small table of words is a group of short ones."""

    title: Words
    texts: tuple[Text, ...]
    is_table: bool


def languages_of(document: Document) -> list[str]:
    """In the order of the pages, whatever order a database gave them."""
    return [language for language in wording_words.LANGUAGES if language in document["words"]]


def groups(document: Document, language: str, policy: Policy, base: Document | None = None) -> tuple[Group, ...]:
    """Everything of one language, in the order of the pages; `base` = another version, to mark what differs from it."""
    channel, given = Channel(document["channel"]), flat(document["words"].get(language, {}))
    before = given if base is None else flat(base["words"].get(language, {}))
    sample = sample_facts(document, language, policy)

    def text(name: str) -> Text:
        return text_of(document, language, name, given.get(name, ""), sample, given.get(name) != before.get(name))

    sentences = (
        Group(title, tuple(text(name) for name in names), is_table=False)
        for title, names in wording_words.GROUPS[channel]
    )
    tables = (
        Group(wording_words.TABLES[table][0], tuple(text(f"{table}.{entry}") for entry in entries), is_table=True)
        for table, entries in TABLES[channel].items()
    )
    return (*sentences, *tables)


def text_of(
    document: Document, language: str, name: str, text: str, sample: Mapping[str, str], is_changed: bool = False
) -> Text:
    channel, scale = Channel(document["channel"]), Scale(document["scale"])
    sentence = SENTENCES[channel].get(name)
    facts = sorted(sentence.facts, key=list(wording_words.FACTS).index) if sentence else ()
    said = fill(text, {**sample, **_rated(document, language, name), "reasons": _reasons(language, name)})
    is_texted = channel is Channel.SMS and sentence is not None and not sentence.part
    cost = count(said) if is_texted else None
    return Text(
        field=f"{language}.{name}",
        id=element_id(language, name),
        language=language,
        label=wording_words.name_of(channel, name),
        text=text,
        said=said,
        facts=tuple(
            (fact, wording_words.FACTS[fact], sentence is not None and fact in sentence.needs) for fact in facts
        ),
        faults=tuple(map(wording_words.said_of, text_faults(channel, scale, language, name, text))),
        cost=cost,
        dear=_dear(said) if cost and cost.encoding is Encoding.UCS2 and not language.startswith("zh") else "",
        is_changed=is_changed,
    )


def element_id(language: str, name: str) -> str:
    return f"{language}-{name.replace('.', '-')}"


def fill(text: str, facts: Mapping[str, str]) -> str:
    """The text with what is known filled in and all else left as it stands: drafts may hold any braces."""
    return re.sub(r"\{([a-z]+)\}", lambda match: facts.get(match.group(1), match.group()), text)


# A record as they often are, to see what a text looks like and costs: an item of 16 characters, in Chinese, since few
# have an English name; in an English text that is the dearest case.
_SAMPLES: Mapping[str, Mapping[str, str]] = {
    "zh-CN": {
        "date": "11月23日",
        "item": "城乡居民基本医疗保险参保登记业务",
        "list": "11 社会保障卡申领（尾号0012）；12 居住证办理（尾号0034）",
        "deadline": "11月24日18:00",
    },
    "zh-Hant": {
        "date": "11月23日",
        "item": "城鄉居民基本醫療保險參保登記業務",
        "list": "11 社會保障卡申領（尾號0012）；12 居住證辦理（尾號0034）",
        "deadline": "11月24日18:00",
    },
    "en": {
        "date": "23 Nov",
        "item": item_told("城乡居民基本医疗保险参保登记业务", "en"),
        "list": "11 社会保障卡申领 (0012); 12 居住证办理 (0034)",
        "deadline": "18:00 on 24 Nov",
    },
}
_SAME_FOR_ALL = {"code": "0012", "number": "11", "count": "2", "case": "17"}


def sample_facts(document: Document, language: str, policy: Policy) -> dict[str, str]:
    """What stands for the facts while a text is written."""
    given = flat(document["words"].get(language, {}))
    sample = {**_SAME_FOR_ALL, **_SAMPLES[language], "hotline": policy.hotline}
    sample["signature"] = policy.signature.get(language, policy.signature[policy.languages[0]])
    sample["hours"] = str(policy.invitation.correct_hours)
    sample["when"] = fill(given.get("when_by", ""), sample)
    sample["about"] = beside(fill(given.get("about_one", ""), sample), language)
    sample["coded"] = beside(fill(given.get("with_code", ""), sample), language)
    return sample | {"wish": given.get("wishes.morning", "")}


def _rated(document: Document, language: str, name: str) -> dict[str, str]:
    """The rating that a text speaks of: a bad one where it says sorry."""
    stars = "1" if name in ("thanks_bad", "ask_reasons") else "5"
    return {"stars": stars, "label": str(flat(document["words"].get(language, {})).get(f"{LABELS}.{stars}", ""))}


def _reasons(language: str, name: str) -> str:
    """The whole list while asking, two of it when they are repeated."""
    table = REASONS[1]
    short = {"zh-CN": [r.short for r in table], "zh-Hant": [r.short_hant for r in table]}
    called = short.get(language, [r.short_en for r in table])
    joint = "，" if language.startswith("zh") else ", "
    if name == "ask_reasons":
        return joint.join(
            f"{reason.number}{'' if language.startswith('zh') else ' '}{word}"
            for reason, word in zip(table, called, strict=True)
        )
    return joint.join(called[:2])


def _dear(text: str) -> str:
    return "".join(dict.fromkeys(character for character in text if count(character).encoding is Encoding.UCS2))


@dataclass(frozen=True, slots=True)
class Proof:
    """What was read from one stating sentence: of each level, best first, the keys that it is given."""

    language: str
    label: Words
    keys: tuple[tuple[int, ...], ...]
    holds: bool


def proofs(document: Document) -> tuple[Proof, ...]:
    channel, scale = Channel(document["channel"]), Scale(document["scale"])
    return tuple(
        _proof(channel, scale, language, name, str(document["words"][language].get(name, "")))
        for language in languages_of(document)
        for name, sentence in SENTENCES[channel].items()
        if sentence.states_scale
    )


def _proof(channel: Channel, scale: Scale, language: str, name: str, text: str) -> Proof:
    read = keys_read(text)
    keys = tuple(tuple(key for stars, key in read if stars == level) for level in STAR_LABELS)
    return Proof(language, wording_words.name_of(channel, name), keys, stated_scale(text) is scale)


@dataclass(frozen=True, slots=True)
class Change:
    """One text that differs. `pieces`: ("same" | "out" | "in", words) in turn."""

    language: str
    label: Words
    pieces: tuple[tuple[str, str], ...]


def changes(before: Document, after: Document) -> tuple[Change, ...]:
    """Every text that is not the same in both, in the order of the pages."""
    return tuple(_changes(before, after))


def _changes(before: Document, after: Document) -> Iterator[Change]:
    channel = Channel(after["channel"])
    for language in wording_words.LANGUAGES:
        old, new = (flat(one["words"].get(language, {})) for one in (before, after))
        for name in names(channel):
            if old.get(name) != new.get(name):
                pieces = tuple(_pieces(str(old.get(name, "")), str(new.get(name, ""))))
                yield Change(language, wording_words.name_of(channel, name), pieces)


_UNIT = re.compile(r"\{[a-z]+\}|[A-Za-z]+|.", re.DOTALL)


def _pieces(old: str, new: str) -> Iterator[tuple[str, str]]:
    """By characters in Chinese, by words in English; a fact is one piece."""
    a, b = _UNIT.findall(old), _UNIT.findall(new)
    for kind, a1, a2, b1, b2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if kind == "equal":
            yield "same", "".join(a[a1:a2])
            continue
        if a2 > a1:
            yield "out", "".join(a[a1:a2])
        if b2 > b1:
            yield "in", "".join(b[b1:b2])


@dataclass(frozen=True, slots=True)
class Trouble:
    """A fault with where to mend it."""

    language: str
    label: Words
    said: Words
    anchor: str


def troubles(document: Document, found: list[Fault]) -> tuple[Trouble, ...]:
    channel = Channel(document["channel"])
    return tuple(
        Trouble(
            fault.language,
            wording_words.name_of(channel, fault.sentence),
            wording_words.said_of(fault),
            element_id(fault.language, fault.sentence),
        )
        for fault in found
    )
