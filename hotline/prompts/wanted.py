"""Which sentences can be sound beforehand: those that are the same in every call."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from string import Formatter

from hotline.rules.flow import SIMPLE, Condition, Flow
from hotline.rules.policy import Policy
from hotline.rules.scale import STAR_LABELS, is_bad
from hotline.rules.script import Script
from hotline.rules.sentences import SENTENCES

_SAME_FOR_ALL = {"signature", "hotline", "seconds"}


@dataclass(frozen=True, slots=True)
class Prompt:
    """One sentence as it is heard; `stars`: which rating it names, if it names one."""

    sentence: str
    language: str
    text: str
    slow: bool = False
    stars: int | None = None

    @property
    def file_name(self) -> str:
        """What an actor calls the recording."""
        stars = "" if self.stars is None else f"-{self.stars}"
        return f"{self.language}-{self.sentence}{stars}{'-slow' if self.slow else ''}.wav"


@dataclass(frozen=True, slots=True)
class Menu:
    """What is said on the telephone, and what is the same in all calls: by script, flow and policy."""

    script: Script
    flow: Flow
    policy: Policy

    @property
    def words(self) -> Mapping[str, Mapping[str, str | dict[str, str]]]:
        return self.flow.spoken(self.script).words

    def fixed(self, language: str) -> dict[str, object]:
        """The facts that no call changes."""
        return {
            "signature": self.policy.signature[language],
            "hotline": self.policy.hotline,
            "seconds": self.policy.phone.comment_seconds,
        } | self.flow.keys_told(language)

    def is_fixed(self, facts: set[str], language: str) -> bool:
        return facts <= {*self.fixed(language), "label"}


def prompts_of(menu: Menu, languages: Iterable[str], *, slow: bool) -> list[Prompt]:
    """Every sentence that can be rendered, in the order of script and flow; with `slow` for elder mode too."""
    return [
        Prompt(name, language, _filled(menu, template, language, stars), pace, stars)
        for language in languages
        for name, template, facts in _sentences(menu, language)
        if menu.is_fixed(facts, language)
        for stars in (_stars(menu.flow, name) if "label" in facts else (None,))
        for pace in ((False, True) if slow else (False,))
        if pace or not name.endswith(SIMPLE)
    ]


def left_to_carrier(menu: Menu, language: str) -> list[str]:
    """The sentences that hold a fact of the one call, such as {item}: no two calls hear the same."""
    return [name for name, _, facts in _sentences(menu, language) if not menu.is_fixed(facts, language)]


def _sentences(menu: Menu, language: str) -> Iterator[tuple[str, str, set[str]]]:
    """Name, words, and the facts they name; pieces of others left out. Agents hear the first language only."""
    for name, template in menu.words[language].items():
        kind = SENTENCES[menu.script.channel].get(name)
        if kind is None or not isinstance(template, str) or (kind.part and not kind.to_agent):
            continue
        if not kind.to_agent or language == menu.policy.languages[0]:
            yield name, template, _facts(template)
    for name, template in menu.flow.prompts.get(language, {}).items():
        if name not in _PIECES:
            yield name, template, _facts(template)


_PIECES = {"which_entry", "reason_entry", "language_entry"}


def _facts(template: str) -> set[str]:
    return {fact for _, fact, _, _ in Formatter().parse(template) if fact}


def _stars(flow: Flow, name: str) -> Iterator[int]:
    """The ratings that a sentence may name: its ending says whether it is for the good or the bad ones, or its step."""
    is_bad_only = name.endswith(("_bad", "_no_call")) or any(
        step.when is Condition.BAD for step in flow.steps.values() if name in step.says
    )
    for stars in STAR_LABELS:
        if not (name.endswith("_good") and is_bad(stars)) and not (is_bad_only and not is_bad(stars)):
            yield stars


def _filled(menu: Menu, template: str, language: str, stars: int | None) -> str:
    label = "" if stars is None else menu.flow.spoken(menu.script).label(stars, language)
    return template.format_map(menu.fixed(language) | {"label": label})


def manifest(prompts: Iterable[Prompt]) -> Iterator[str]:
    """The lines of the `voice.toml` of an actor who records these."""
    table = ""
    for prompt in sorted(prompts, key=lambda prompt: (prompt.slow, prompt.language)):
        if (begun := f"[{'slow' if prompt.slow else 'normal'}.{prompt.language}]") != table:
            table = begun
            yield table
        yield f"{json.dumps(prompt.text, ensure_ascii=False)} = {json.dumps(prompt.file_name)}"
