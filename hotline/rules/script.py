"""A script: what one channel says, in every language, with the scale its words declare and a version.

A script whose words and scale disagree cannot be made: the sentences themselves are read to prove it.
"""

from enum import StrEnum
from string import Formatter

from pydantic import BaseModel, ConfigDict, model_validator

from hotline.rules.scale import Scale, stated_scale


class Channel(StrEnum):
    """How a citizen is asked, and answers."""

    SMS = "sms"
    PHONE = "phone"


# The sentences that tell a citizen which key means what: each must state the script's own scale.
_STATING = {
    Channel.SMS: ("invite_transaction", "invite_call", "clarify", "help"),
    Channel.PHONE: ("ask",),
}

# What every sentence may mention, and what only some may.
_COMMON_FACTS = {"signature", "hotline"}
_FACTS: dict[str, set[str]] = {
    "invite_transaction": {"date", "item", "code"},
    "invite_call": {"date", "code"},
    "greet_transaction": {"date", "item"},
    "greet_call": {"date"},
    "thanks_good": {"label", "stars", "hours"},
    "thanks_bad": {"label", "stars", "deadline"},
    "thanks_bad_at_once": {"label", "stars"},
    "which_one": {"count", "code", "list"},
    "agent_whisper": {"case"},
}


class Script(BaseModel):
    """`words[language][sentence]`; `labels` of each language name the stars, 5 = best."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    version: int
    channel: Channel
    scale: Scale
    words: dict[str, dict[str, str | dict[str, str]]]

    @property
    def id(self) -> str:
        """What is stored beside a rating, such as `sms-stars@1`."""
        return f"{self.name}@{self.version}"

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self.words)

    def label(self, stars: int, language: str) -> str:
        labels = self.words[language]["labels"]
        assert isinstance(labels, dict)
        return labels[str(stars)]

    def say(self, sentence: str, language: str, **facts: object) -> str:
        """The sentence in that language with the facts filled in."""
        template = self.words[language][sentence]
        assert isinstance(template, str)
        return template.format_map(facts)

    @model_validator(mode="after")
    def _is_whole(self) -> "Script":
        sentences = {language: set(words) for language, words in self.words.items()}
        wanted = set.union(*sentences.values()) if sentences else {"labels"}
        for language, words in self.words.items():
            if missing := wanted - sentences[language]:
                raise ValueError(f"{language}: no words for {', '.join(sorted(missing))}")
            labels = words["labels"]
            if not isinstance(labels, dict) or set(labels) != {"1", "2", "3", "4", "5"}:
                raise ValueError(f"{language}: labels must name the stars 1 to 5")
            for sentence, template in words.items():
                if isinstance(template, str):
                    self._check_facts(language, sentence, template)
        return self

    def _check_facts(self, language: str, sentence: str, template: str) -> None:
        named = {field for _, field, _, _ in Formatter().parse(template) if field is not None}
        if strange := named - _COMMON_FACTS - _FACTS.get(sentence, set()):
            raise ValueError(f"{language}: {sentence} mentions what it is not told: {', '.join(sorted(strange))}")

    @model_validator(mode="after")
    def _words_and_scale_agree(self) -> "Script":
        for language, words in self.words.items():
            for sentence in _STATING[self.channel]:
                if stated_scale(str(words.get(sentence, ""))) is not self.scale:
                    raise ValueError(f"{language}: {sentence} does not say the scale {self.scale}")
        return self
