"""A script: what one channel says, in every language, with the scale its words declare and a version.

A script whose words and scale disagree cannot be made: the sentences themselves are read to prove it.
"""

from pydantic import BaseModel, ConfigDict, Field, model_validator

from hotline.rules.reply_wishes import Wish
from hotline.rules.scale import Scale
from hotline.rules.script_faults import faults
from hotline.rules.sentences import LABELS, WISHES, Channel

__all__ = ["Channel", "Script"]


class Script(BaseModel):
    """`words[language][sentence]`; `labels` of each language name the stars, 5 = best, and `wishes` of a script for
    texts the times of day at which a call back may suit. Which sentences there are: `rules.sentences`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    version: int
    channel: Channel
    scale: Scale
    words: dict[str, dict[str, str | dict[str, str]]] = Field(min_length=1)

    @property
    def id(self) -> str:
        """What is stored beside a rating, such as `sms-stars@1`."""
        return f"{self.name}@{self.version}"

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self.words)

    def label(self, stars: int, language: str) -> str:
        labels = self.words[language][LABELS]
        assert isinstance(labels, dict)
        return labels[str(stars)]

    def wish(self, wish: Wish, language: str) -> str:
        """How that language calls the time of day."""
        wishes = self.words[language][WISHES]
        assert isinstance(wishes, dict)
        return wishes[wish]

    def say(self, sentence: str, language: str, **facts: object) -> str:
        """The sentence in that language with the facts filled in."""
        template = self.words[language][sentence]
        assert isinstance(template, str)
        return template.format_map(facts)

    @model_validator(mode="after")
    def _is_sound(self) -> "Script":
        if found := faults(self.channel, self.scale, self.words):
            raise ValueError("; ".join(map(str, found)))
        return self
