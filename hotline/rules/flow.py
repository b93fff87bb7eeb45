"""A flow: the survey by telephone as data. Which steps it has, what each says, which keys lead where.

Words stand beside it: of the flow itself in `prompts`, or in the script (`rules.script`). A flow that a caller could
not leave, or whose words and keys disagree, is not loaded: `rules.flow_faults` says what is wrong.
"""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from hotline.rules.reply_wishes import Wish
from hotline.rules.script import Script

RETURN = "@return"  # as the next step: the one that the caller came from
STEP_NAME = r"[a-z_]{1,32}"
AGAIN = "_again"  # behind the name of a sentence: the same when what is rated is what was done about a bad rating
SIMPLE = "_simple"  # behind the name of a sentence: the same in simpler words, for elder mode


class StepKind(StrEnum):
    """What happens at a step. All but SAY, FIND and END wait for the caller."""

    SAY = "say"
    MENU = "menu"  # one key of `choices`
    LANGUAGE = "language"  # one key of the languages to choose from; passed over when there are not several
    RATE = "rate"  # one key of the script's scale
    REASONS = "reasons"  # keys of the reasons for a bad rating, several of them
    WHICH = "which"  # one key of the services that wait for a rating; passed over when there are not several
    NUMBER = "number"  # the keys of a record's number
    CODE = "code"  # the keys of whoever hands the call over: the number of that call
    FIND = "find"  # the record of the number that was keyed in, if the call may rate it
    RECORD = "record"  # the caller's voice
    PERSON = "person"  # the caller is put through
    END = "end"


class Condition(StrEnum):
    """What a step's `when` can ask of a call."""

    RATED = "rated"  # a rating counts for what the call is about
    BAD = "bad"  # and it is 1 or 2 stars
    CAN_RECORD = "can_record"
    PERSON_OPEN = "person_open"  # somebody can be put through to at this hour
    FOUND = "found"  # there is a record of the number that was keyed in
    LEAVES_MESSAGE = "leaves_message"  # the policy has a word for a machine that took the call


class Verb(StrEnum):
    """What a key does that works at every step that listens."""

    REPEAT = "repeat"
    BACK = "back"
    SLOWER = "slower"
    PERSON = "person"


class Does(StrEnum):
    """What a choice does, beside leading on."""

    OPT_OUT = "opt_out"
    NOT_ME = "not_me"


# Steps at which nobody is waited for; those that hear several keys, ended by #; those that ask the caller for a key.
PASSING = frozenset({StepKind.SAY, StepKind.FIND, StepKind.END})
MANY_KEYS = frozenset({StepKind.REASONS, StepKind.NUMBER, StepKind.CODE})
HEARING = frozenset(StepKind) - PASSING - {StepKind.CODE, StepKind.RECORD, StepKind.PERSON}


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Choice(_Part):
    """A key of a menu. Words name it by `{name}`, and are told its key: so no word can name a key that is not there."""

    name: str = Field(pattern=r"^[a-z_]+$")
    key: str = Field(pattern=r"^[0-9]$")
    then: str
    wish: Wish | None = None
    does: Does | None = None


class Step(_Part):
    """One step. `title`: what it is called on a page; its name is used where there is none. `says`: sentences by name;
    `{kind}` in one stands for the record's kind, `{grade}` for that of the rating: good, bad, or no_call. `when` does
    not hold = the step is passed over, to `otherwise` or else `then`. `given_up`: where a caller goes who said nothing,
    or nothing that is a choice, `tries` times. `most`: how often a caller can come here; then `given_up` too.
    `seconds`: to wait for a key, or of a voice; None = as the policy says.
    """

    kind: StepKind
    title: str = Field(default="", max_length=20)
    says: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    when: Condition | None = None
    then: str | None = None
    otherwise: str | None = None
    given_up: str | None = None
    seconds: int | None = Field(default=None, ge=1, le=120)
    most: int | None = Field(default=None, ge=1, le=10)

    @property
    def hears(self) -> bool:
        return self.kind in HEARING

    @property
    def waits(self) -> bool:
        return self.kind not in PASSING

    def choice(self, key: str) -> Choice | None:
        return next((choice for choice in self.choices if choice.key == key), None)

    @property
    def exits(self) -> tuple[str, ...]:
        """Every step that can come next, by itself or by a key of its own; each once."""
        named = (self.then, self.otherwise, self.given_up, *(choice.then for choice in self.choices))
        return tuple(dict.fromkeys(step for step in named if step is not None))


class Ways(_Part):
    """At which step a call begins: we called; it is known what the citizen calls about, or was handed over about; they
    were handed over and it is not known yet; they call and several services wait; none waits; they have rated already;
    they hung up last time, and go on."""

    called: str
    known: str
    handed: str
    several: str
    unknown: str
    rated: str
    resumed: str


class Flow(_Part):
    """`common`: keys that work at every step that listens, unless the step has the key itself; `help`: the sentences
    that tell of them, said after a first try that came to nothing. `tries`: askings of one step; `repeats`: how often
    the repeat key helps; `most_turns`: of the whole call, and then it goes to `exhausted`. `words`: the script's own
    sentences, in languages that it has not, such as 闽南语.
    """

    name: str = Field(max_length=48)
    version: int = Field(ge=1)
    title: str
    ways: Ways
    common: Mapping[str, Verb]
    person: str
    help: tuple[str, ...] = ()
    tries: int = Field(ge=1, le=5)
    repeats: int = Field(ge=1, le=10)
    most_turns: int = Field(ge=10, le=99)
    exhausted: str
    steps: Mapping[Annotated[str, StringConstraints(pattern=f"^{STEP_NAME}$")], Step]
    prompts: Mapping[str, Mapping[str, str]] = Field(min_length=1)
    words: Mapping[str, Mapping[str, str | dict[str, str]]] = Field(default_factory=dict)

    @property
    def id(self) -> str:
        """What is kept with a call, such as `survey@1`."""
        return f"{self.name}@{self.version}"

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self.prompts)

    def spoken(self, script: Script) -> Script:
        """The script, with the languages that only this flow has words in."""
        more = {language: dict(own) for language, own in self.words.items() if language not in script.words}
        return script.model_copy(update={"words": {**script.words, **more}}) if more else script

    def keys_told(self, language: str) -> dict[str, str]:
        """What the words of that language may say for a key, by the name of its choice or of its verb."""
        signs = _SIGNS.get(language, _SIGNS["zh-CN"])
        told = {choice.name: choice.key for step in self.steps.values() for choice in step.choices}
        return told | {str(verb): signs.get(key, key) for key, verb in self.common.items()}


_SIGNS = {
    "zh-CN": {"*": "星号键", "#": "井号键"},
    "zh-Hant": {"*": "星號鍵", "#": "井號鍵"},
    "yue": {"*": "星號鍵", "#": "井號鍵"},
    "en": {"*": "star", "#": "pound"},
}
_VARIANTS = {"{kind}": ("transaction", "call"), "{grade}": ("good", "bad", "no_call")}


def sentences_of(names: tuple[str, ...]) -> Iterator[str]:
    """The names with each variant of `{kind}` and `{grade}` written out."""
    for name in names:
        variants = next(((sign, ways) for sign, ways in _VARIANTS.items() if sign in name), None)
        yield from [name] if variants is None else [name.replace(variants[0], way) for way in variants[1]]


def facts_named(text: str) -> list[str]:
    """What stands in the braces of a sentence."""
    return re.findall(r"\{([a-z_]+)\}", text)
