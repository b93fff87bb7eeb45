"""Signs of manipulation: from the plain facts of a bad rating to named signals, each a sentence with its figures.

A signal is a hint for a person. It excludes nothing, closes nothing and delays nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

_E164 = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{4,14}$")]


class ExtensionRange(BaseModel):
    """Numbers of the administration's own switchboards, from `first` to `last`, equally long."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    first: _E164
    last: _E164

    @model_validator(mode="after")
    def _goes_up(self) -> "ExtensionRange":
        if len(self.first) != len(self.last) or self.first > self.last:
            raise ValueError("last: must be as long as first, and not before it")
        return self

    def has(self, number: str) -> bool:
        return len(number) == len(self.first) and self.first <= number <= self.last


class SignalsPolicy(BaseModel):
    """From when on something is pointed out. `phone_ratings` bad ratings of one number within `phone_days`;
    `burst_ratings` of one window or member of staff within `burst_minutes`; the same words from `same_words` numbers
    about one of them within `same_words_days`; a key less than `quick_key_seconds` after its question began.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    extensions: tuple[ExtensionRange, ...] = ()
    phone_days: int = Field(ge=1, le=366)
    phone_ratings: int = Field(ge=2, le=1000)
    burst_minutes: int = Field(ge=1, le=1440)
    burst_ratings: int = Field(ge=2, le=1000)
    same_words_days: int = Field(ge=1, le=366)
    same_words: int = Field(ge=2, le=1000)
    quick_key_seconds: float = Field(ge=0, le=10)


class Sign(StrEnum):
    """What can be pointed out."""

    STAFF_PHONE = "staff_phone"
    EXTENSION = "extension"
    MANY_OF_PHONE = "many_of_phone"
    BURST_STAFF = "burst_staff"
    BURST_WINDOW = "burst_window"
    SAME_WORDS = "same_words"
    QUICK_KEY = "quick_key"
    EARLY = "before_completion"
    OTHER_PHONE = "other_phone"
    REGISTERED = "registered_rater"


@dataclass(frozen=True, slots=True)
class RatingFacts:
    """What is known around a bad rating. Counts hold the rating itself; None = it does not apply.

    `of_phone`: bad ratings of its number in the policy's days; `of_staff`, `of_window`: bad ratings around its moment;
    `phones_with_words`: numbers that wrote the same; `key_after`: seconds from the question to the key.
    """

    is_staff_phone: bool = False
    is_extension: bool = False
    of_phone: int = 0
    of_staff: int = 0
    of_window: int = 0
    phones_with_words: int = 0
    key_after: float | None = None
    flags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Signal:
    """A sign, and the sentence that a person reads."""

    sign: Sign
    zh: str
    en: str


def signals(facts: RatingFacts, policy: SignalsPolicy) -> tuple[Signal, ...]:
    """What a person should look at."""
    figures = policy.model_dump(exclude={"extensions"}) | {
        "of_phone": facts.of_phone,
        "of_staff": facts.of_staff,
        "of_window": facts.of_window,
        "phones": facts.phones_with_words,
        "key_after": "" if facts.key_after is None else f"{facts.key_after:.1f}",
    }
    said = ((sign, SENTENCES[sign]) for sign in _signs(facts, policy))
    return tuple(Signal(sign, zh.format_map(figures), en.format_map(figures)) for sign, (zh, en) in said)


def _signs(facts: RatingFacts, policy: SignalsPolicy) -> Iterator[Sign]:
    holds = {
        Sign.STAFF_PHONE: facts.is_staff_phone,
        Sign.EXTENSION: facts.is_extension,
        Sign.MANY_OF_PHONE: facts.of_phone >= policy.phone_ratings,
        Sign.BURST_STAFF: facts.of_staff >= policy.burst_ratings,
        Sign.BURST_WINDOW: facts.of_window >= policy.burst_ratings,
        Sign.SAME_WORDS: facts.phones_with_words >= policy.same_words,
        Sign.QUICK_KEY: facts.key_after is not None and facts.key_after < policy.quick_key_seconds,
        **{sign: sign in facts.flags for sign in (Sign.EARLY, Sign.OTHER_PHONE, Sign.REGISTERED)},
    }
    return (sign for sign in Sign if holds[sign])


SENTENCES: Mapping[Sign, tuple[str, str]] = MappingProxyType(
    {
        Sign.STAFF_PHONE: (
            "评价号码是本系统工作人员登记的电话。",
            "The number is one that a member of staff has registered here.",
        ),
        Sign.EXTENSION: (
            "评价号码属于政务单位的总机号段。",
            "The number belongs to the administration's own switchboards.",
        ),
        Sign.MANY_OF_PHONE: (
            "该号码 {phone_days} 天内作出 {of_phone} 条差评。",
            "{of_phone} bad ratings by this number within {phone_days} days.",
        ),
        Sign.BURST_STAFF: (
            "该工作人员在 {burst_minutes} 分钟内收到 {of_staff} 条差评。",
            "{of_staff} bad ratings of this member of staff within {burst_minutes} minutes.",
        ),
        Sign.BURST_WINDOW: (
            "该窗口在 {burst_minutes} 分钟内收到 {of_window} 条差评。",
            "{of_window} bad ratings of this window within {burst_minutes} minutes.",
        ),
        Sign.SAME_WORDS: (
            "{same_words_days} 天内有 {phones} 个号码对同一窗口或工作人员写下完全相同的文字。",
            "{phones} numbers wrote the same words about this window or member of staff within {same_words_days} days.",
        ),
        Sign.QUICK_KEY: (
            "提问开始后 {key_after} 秒即按键，可能没有听完选项。",
            "The key came {key_after} s after the question began; the choices may not have been heard.",
        ),
        Sign.EARLY: ("评价早于服务办结时间。", "Rated before the service was completed."),
        Sign.OTHER_PHONE: (
            "评价来自办件登记号码以外的电话。",
            "Rated from another telephone than the one of the record.",
        ),
        Sign.REGISTERED: (
            "评价时，该号码在恶意评价人名录有效期内。",
            "The number stood in the register of malicious raters when it rated.",
        ),
    }
)
