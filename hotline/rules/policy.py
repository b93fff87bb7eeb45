"""A city's policy: every figure that differs by place, as one frozen, validated object. Read from a TOML file."""

from datetime import time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from hotline.rules.deadlines import DayUnit, Window


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Term(_Section):
    """A length of time in days: `count` = 0 means at once."""

    count: int = Field(ge=0, le=366)
    unit: DayUnit


class AskingPolicy(_Section):
    """How one channel asks: with which script, and in which hours of the day."""

    script: str
    opens: time
    closes: time

    @model_validator(mode="after")
    def _opens_some_time(self) -> "AskingPolicy":
        """A window within one day; closing at 00:00 is closing at its end."""
        if self.closes != time.min and self.closes <= self.opens:
            raise ValueError("closes before it opens: nobody would ever be asked")
        return self

    @property
    def window(self) -> Window:
        return Window(self.opens, self.closes)


class PhonePolicy(AskingPolicy):
    """Calls are tried again when nobody answers: at most `tries`, `retry_hours` apart."""

    tries: int = Field(ge=1, le=10)
    retry_hours: int = Field(ge=0, le=168)
    ring_seconds: int = Field(ge=10, le=120)
    listen_seconds: int = Field(ge=3, le=30)


class InvitationPolicy(_Section):
    """How long an answer counts, and for how long it may be changed."""

    expires_days: int = Field(ge=1, le=90)
    correct_hours: int = Field(ge=0, le=720)


class CaseworkPolicy(_Section):
    """The deadlines of a case, the hour at which a working day ends, and how long a claim holds."""

    first_contact: Term
    closes_at: time
    lease_minutes: int = Field(ge=1, le=480)


class Policy(_Section):
    """Everything a city decides. Source of each figure: the comment beside it in the TOML file."""

    name: str
    title: str
    city: str
    signature: dict[str, str]
    hotline: str
    time_zone: str
    region: str = Field(pattern=r"^[A-Z]{2}$")
    languages: tuple[str, ...] = Field(min_length=1)
    sms: AskingPolicy
    phone: PhonePolicy
    invitation: InvitationPolicy
    casework: CaseworkPolicy

    @field_validator("time_zone")
    @classmethod
    def _exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"no such time zone: {value}") from None
        return value

    @model_validator(mode="after")
    def _signs_in_every_language(self) -> "Policy":
        if missing := [language for language in self.languages if language not in self.signature]:
            raise ValueError(f"signature: none for {', '.join(missing)}")
        return self

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def language_for(self, wanted: str | None) -> str:
        """The record's language if the city speaks it, else the city's first."""
        return wanted if wanted in self.languages else self.languages[0]
