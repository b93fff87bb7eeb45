"""Which sentences can be sound beforehand: those that are the same in every call."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from string import Formatter

from hotline.rules.policy import Policy
from hotline.rules.scale import STAR_LABELS, is_bad
from hotline.rules.script import Script
from hotline.rules.sentences import SENTENCES

_SAME_FOR_ALL = {"signature", "hotline"}


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


def prompts_of(script: Script, policy: Policy, languages: Iterable[str], *, slow: bool) -> list[Prompt]:
    """Every sentence of a script that can be rendered, in the order of the script; with `slow` for elder mode too."""
    return [
        Prompt(name, language, _filled(script, policy, name, language, stars), pace, stars)
        for language in languages
        for name, facts in _sentences(script, policy, language)
        if facts <= _SAME_FOR_ALL | {"label"}
        for stars in (_stars(name) if "label" in facts else (None,))
        for pace in ((False, True) if slow else (False,))
    ]


def left_to_carrier(script: Script, policy: Policy, language: str) -> list[str]:
    """The sentences that hold a fact of the one call, such as {item}: no two calls hear the same."""
    sentences = _sentences(script, policy, language)
    return [name for name, facts in sentences if not facts <= _SAME_FOR_ALL | {"label"}]


def _sentences(script: Script, policy: Policy, language: str) -> Iterator[tuple[str, set[str]]]:
    """With the facts that each names; pieces of others left out. Agents hear the policy's first language only."""
    for name, template in script.words[language].items():
        kind = SENTENCES[script.channel].get(name)
        if kind is None or not isinstance(template, str) or (kind.part and not kind.to_agent):
            continue
        if not kind.to_agent or language == policy.languages[0]:
            yield name, {fact for _, fact, _, _ in Formatter().parse(template) if fact}


def _stars(name: str) -> Iterator[int]:
    """The ratings that a sentence may name: its ending says whether it is for the good or the bad ones."""
    for stars in STAR_LABELS:
        if not (name.endswith("_good") and is_bad(stars)) and not (name.endswith("_bad") and not is_bad(stars)):
            yield stars


def _filled(script: Script, policy: Policy, name: str, language: str, stars: int | None) -> str:
    label = "" if stars is None else script.label(stars, language)
    return script.say(name, language, signature=policy.signature[language], hotline=policy.hotline, label=label)


def manifest(prompts: Iterable[Prompt]) -> Iterator[str]:
    """The lines of the `voice.toml` of an actor who records these."""
    table = ""
    for prompt in sorted(prompts, key=lambda prompt: (prompt.slow, prompt.language)):
        if (begun := f"[{'slow' if prompt.slow else 'normal'}.{prompt.language}]") != table:
            table = begun
            yield table
        yield f"{json.dumps(prompt.text, ensure_ascii=False)} = {json.dumps(prompt.file_name)}"
