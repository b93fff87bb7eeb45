"""What agents may say: sentences to read out or to say in their own words, by where the case stands and what was wrong.

Nothing of it is ever sent. A guide is written as a careful civil servant speaks: plain, respectful, no promise that the
case does not hold.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from string import Formatter

from pydantic import BaseModel, ConfigDict, Field, model_validator

from hotline.rules.casework import OPEN, CaseState
from hotline.rules.reasons import REASONS

FACTS = frozenset({"city", "hotline", "item", "date", "level"})
_LONGEST = 300
_CODES = frozenset(reason.code for reasons in REASONS.values() for reason in reasons)


class _Words(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class GuideWords(_Words):
    """One language. `opening`: who calls and why; `verify`: what to ask; `states` and `reasons`: what fits a case that
    stands there, and a reason that was given; `closing`: how it ends; `moments`: what is said when talk gets difficult.
    """

    opening: tuple[str, ...] = Field(min_length=1)
    verify: tuple[str, ...] = Field(min_length=1)
    states: dict[CaseState, tuple[str, ...]]
    reasons: dict[str, str]
    closing: tuple[str, ...] = Field(min_length=1)
    moments: tuple["Moment", ...]

    @model_validator(mode="after")
    def _is_whole(self) -> "GuideWords":
        if missing := [state for state in OPEN if state not in self.states]:
            raise ValueError(f"states: nothing for {', '.join(missing)}")
        if wrong := _CODES ^ self.reasons.keys():
            raise ValueError(f"reasons: missing, or in no table: {', '.join(sorted(wrong))}")
        for sentence in self.sentences():
            _check(sentence)
        return self

    def sentences(self) -> Iterable[str]:
        yield from (*self.opening, *self.verify, *self.closing, *self.reasons.values())
        for said in self.states.values():
            yield from said
        for moment in self.moments:
            yield moment.say


class Moment(_Words):
    """Something that happens in a talk, and what helps then."""

    when: str = Field(min_length=1, max_length=60)
    say: str


class Guide(_Words):
    name: str
    words: dict[str, GuideWords] = Field(min_length=1)

    @model_validator(mode="after")
    def _says_the_same(self) -> "Guide":
        if len({len(words.moments) for words in self.words.values()}) != 1:
            raise ValueError("moments: not the same in every language")
        return self

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self.words)


@dataclass(frozen=True, slots=True)
class Suggestions:
    """For one case, in one language, with its facts filled in."""

    language: str
    opening: tuple[str, ...]
    reasons: tuple[str, ...]
    verify: tuple[str, ...]
    state: tuple[str, ...]
    closing: tuple[str, ...]
    moments: tuple[tuple[str, str], ...]


def suggest(
    guide: Guide, language: str, state: CaseState, reasons: Iterable[str], facts: Mapping[str, str]
) -> Suggestions:
    """`facts`: all of FACTS. A reason that no table has is passed over."""
    words = guide.words[language]

    def filled(sentences: Iterable[str]) -> tuple[str, ...]:
        return tuple(sentence.format_map(facts) for sentence in sentences)

    return Suggestions(
        language=language,
        opening=filled(words.opening),
        reasons=filled(words.reasons[code] for code in reasons if code in words.reasons),
        verify=filled(words.verify),
        state=filled(words.states[state]),
        closing=filled(words.closing),
        moments=tuple((moment.when, moment.say.format_map(facts)) for moment in words.moments),
    )


def _check(sentence: str) -> None:
    """Raises ValueError for what could not be read out."""
    if not sentence.strip() or len(sentence) > _LONGEST:
        raise ValueError(f"a sentence of 1 to {_LONGEST} characters is wanted: {sentence[:40]!r}")
    named = {fact for _, fact, _, _ in Formatter().parse(sentence) if fact is not None}
    if strange := named - FACTS:
        raise ValueError(f"{sentence[:40]!r} names {', '.join(sorted(strange))}: only {', '.join(sorted(FACTS))}")
