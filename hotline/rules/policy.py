"""A city's policy: every figure that differs by place, as one frozen, validated object. Read from a TOML file."""

from datetime import time, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from hotline.rules.call_times import CallingDays, Cap
from hotline.rules.casework import DeadlineKind, Rung, Steps
from hotline.rules.contacts import CallingRules, ContactResult
from hotline.rules.deadlines import DayUnit, IsWorkday, Window
from hotline.rules.phones import is_phone
from hotline.rules.signals import SignalsPolicy
from hotline.rules.skills import Skill

E164 = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{4,14}$")]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Term(_Section):
    """A length of time in days: `count` = 0 means at once."""

    count: int = Field(ge=0, le=366)
    unit: DayUnit


class PausePolicy(_Section):
    """Hours inside the window in which nobody is asked, such as the midday rest."""

    begins: time
    ends: time

    @model_validator(mode="after")
    def _ends_later(self) -> "PausePolicy":
        if self.ends <= self.begins:
            raise ValueError("ends before it begins")
        return self


class AskingPolicy(_Section):
    """How one channel asks: with which script, in which hours of the day, and whether on days off too."""

    script: str
    opens: time
    closes: time
    pauses: tuple[PausePolicy, ...] = ()
    on_days_off: bool

    @model_validator(mode="after")
    def _opens_some_time(self) -> "AskingPolicy":
        """A window within one day; closing at 00:00 is closing at its end."""
        if self.closes != time.min and self.closes <= self.opens:
            raise ValueError("closes before it opens: nobody would ever be asked")
        for pause in self.pauses:
            if self.closes != time.min and pause.ends >= self.closes:
                raise ValueError("pauses: one of them does not end before the window closes")
        return self

    @property
    def window(self) -> Window:
        pauses = tuple((pause.begins, pause.ends) for pause in self.pauses)
        return Window(self.opens, self.closes, pauses, self.on_days_off)


class RetryMinutes(_Section):
    """The least time before a call is tried again, by how the last one ended."""

    busy: int = Field(ge=0, le=10_080)
    no_answer: int = Field(ge=0, le=10_080)
    failed: int = Field(ge=0, le=10_080)


class PersonPolicy(_Section):
    """Who takes the call of a citizen that asks for a person: `number` as dialled in the region, "" = nobody."""

    number: str
    opens: time
    closes: time
    on_days_off: bool

    @property
    def window(self) -> Window:
        return Window(self.opens, self.closes, (), self.on_days_off)


class ElderPolicy(_Section):
    """Slower and louder speech, simpler words, and more time: for everybody (`always`), for whoever is `from_age` years
    old by the record, and for whoever presses the key for it. `more_tries`: askings of one question in addition."""

    always: bool
    from_age: int = Field(ge=1, le=150)
    listen_seconds: int = Field(ge=3, le=30)
    more_tries: int = Field(ge=0, le=5)


class PhonePolicy(AskingPolicy):
    """Calls are tried again when nobody answers: at most `tries`, of which `one_day_tries` on one day.

    `daily_cap`: calls of ours to one number, callbacks included, in any 24 hours; `burst_cap`: in any `burst_minutes`
    (0 = no cap). `kinds`: of records that are asked about by a call although the number could be texted.
    `flow`: the survey (`rules.flow`), a name or a file. `choose_language`: the languages that a caller may choose
    from; with fewer than two nobody is asked. `comment_seconds`: how long a caller may speak (0 = no voice is kept).
    `transfer_numbers`: those of ours to which callers are handed over after their call to the hotline, which ended at
    most `transfer_minutes` before. `resume_hours`: a caller who was cut off and rings back goes on where it stopped for
    so long. `leaves_message`: a machine that takes our call is told why we called. Voice comments are erased after
    `recordings_days` (0 = never), and at the carrier, if it is to, as soon as we have them.
    """

    flow: str
    choose_language: tuple[str, ...] = ()
    person: PersonPolicy
    elder: ElderPolicy
    comment_seconds: int = Field(ge=0, le=120)
    transfer_numbers: tuple[E164, ...] = ()
    transfer_minutes: int = Field(ge=1, le=120)
    resume_hours: int = Field(ge=0, le=168)
    leaves_message: bool
    tries: int = Field(ge=1, le=10)
    retry_minutes: RetryMinutes
    one_day_tries: int = Field(ge=1, le=10)
    daily_cap: int = Field(ge=0, le=50)
    burst_cap: int = Field(ge=0, le=50)
    burst_minutes: int = Field(ge=1, le=1440)
    kinds: tuple[Literal["transaction", "call"], ...] = ()
    ring_seconds: int = Field(ge=10, le=120)
    listen_seconds: int = Field(ge=3, le=30)
    recordings_days: int = Field(ge=0, le=3660)
    erase_at_carrier: bool

    @field_validator("choose_language")
    @classmethod
    def _offers_each_once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(value) != len(set(value)):
            raise ValueError("offers a language twice")
        return value

    def gap_after(self, ended: str) -> timedelta:
        """The least time before another try, after a call that was `busy`, `no_answer` or `failed`."""
        return timedelta(minutes=self.retry_minutes.model_dump()[ended])

    @property
    def caps(self) -> tuple[Cap, Cap]:
        return Cap(self.daily_cap, timedelta(days=1)), Cap(self.burst_cap, timedelta(minutes=self.burst_minutes))


class TextPolicy(AskingPolicy):
    """Texts: at most `daily_cap` of ours a day to one number (0 = no cap), `cooldown_hours` between two invitations to
    it, `tries` (`retry_hours` apart) when the carrier fails to deliver, a reminder after `remind_after_days`
    (0 = none).
    """

    daily_cap: int = Field(ge=0, le=50)
    cooldown_hours: int = Field(ge=0, le=720)
    tries: int = Field(ge=1, le=5)
    retry_hours: int = Field(ge=1, le=72)
    remind_after_days: int = Field(ge=0, le=30)


class InvitationPolicy(_Section):
    """How long an answer counts, and for how long it may be changed; how soon, how often and about what one is asked.

    `grace_days`: for so long after the end an answer still counts. `ask_within_days`: of the record's coming in, else
    not at all. `batch_hours`: records of one item and one number that are completed within them are one batch (0 =
    never). `reasons_hours`: how long the question for the reasons of a bad rating waits (0 = it is not asked).
    `reminder_reply_hours`: an answer so soon after a reminder is about it. `review_hours`: an unclear text waits so
    long for a clearer one before a person reads it.
    """

    expires_days: int = Field(ge=1, le=90)
    grace_days: int = Field(ge=0, le=90)
    correct_hours: int = Field(ge=0, le=720)
    ask_within_days: int = Field(ge=1, le=90)
    batch_hours: int = Field(ge=0, le=168)
    reasons_hours: int = Field(ge=0, le=168)
    reminder_reply_hours: int = Field(ge=0, le=72)
    review_hours: int = Field(ge=0, le=168)


class StepTerm(Term):
    """The same, from the bad rating on, or from when the case was verified."""

    start: Literal["rated", "verified"] = "rated"


class RungPolicy(_Section):
    """One rung of the ladder: whose role it is in the console, and how long after the deadline (0 = when it passes)."""

    rung: Rung
    role: Literal["agent", "supervisor", "department", "admin"]
    after: Term


class CriterionPolicy(_Section):
    """One thing that a quality sample gets a mark for."""

    name: str = Field(pattern=r"^[a-z][a-z_]{0,31}$")
    zh: str = Field(min_length=1, max_length=60)
    en: str = Field(min_length=1, max_length=120)


class RedialPolicy(_Section):
    """When a citizen whose telephone rang in vain is called back again: so many minutes later at least, by how the call
    ended, and at most so often on one day. After `give_up_tries` such calls on `give_up_days` different days or more
    they are unreachable."""

    busy_minutes: int = Field(ge=0, le=10_080)
    no_answer_minutes: int = Field(ge=0, le=10_080)
    one_day_tries: int = Field(ge=1, le=10)
    give_up_tries: int = Field(ge=1, le=30)
    give_up_days: int = Field(ge=1, le=30)

    @model_validator(mode="after")
    def _gives_up_some_time(self) -> "RedialPolicy":
        if self.give_up_days > self.give_up_tries:
            raise ValueError("give_up_days: more days than tries")
        return self


class SkillPolicy(_Section):
    """What some agents can do and others cannot: `label` in Chinese and English. It takes the cases about records that
    fit all that is given: one of `languages`, an item or department whose code begins as one of them."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")
    label: tuple[str, str]
    languages: tuple[str, ...] = ()
    item_codes: tuple[str, ...] = ()
    dept_codes: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _takes_some(self) -> "SkillPolicy":
        if not (self.languages or self.item_codes or self.dept_codes):
            raise ValueError("takes every case: name languages, item_codes or dept_codes")
        if "" in (*self.languages, *self.item_codes, *self.dept_codes, *self.label):
            raise ValueError("one of its words is empty")
        return self

    @property
    def skill(self) -> Skill:
        return Skill(self.name, self.languages, self.item_codes, self.dept_codes)


class CaseworkPolicy(_Section):
    """The way of a case and its deadlines, the hour at which a working day ends, and how long a claim holds.

    `steps`: contact = a case is contacted and closed, and only `first_contact` counts; full = all the steps of the
    rules. A step without a term has no deadline. `asks_again`: after the answer the citizen may rate once more, within
    `re_rating`; else, or after that, the centre calls back. `consults_first`: a unit consults the centre before it
    appeals. `extension_months`: how long a complex case may take in all (0 = no extension). `reminders`: so long before
    each deadline of staff; `ladder`: who hears of it when it has passed. `evidence_days`: after the decision on an
    appeal its files are kept for so long (0 = for ever); `register_months`: for so long a malicious rater's number
    stands in the register. `records_calls`: callbacks are recorded, after the citizen was told so. `reveals_a_day`: of
    whole numbers, by one person; what goes beyond it is flagged in the audit log. `guide`: what agents may say
    (`rules.guide`), a name or a file. `redial`: when who did not
    answer is called again; `skills`: for which cases it takes an agent who has one, the first that fits.
    `quality`: what a sample is marked by.
    """

    steps: Steps
    first_contact: Term
    verify: StepTerm | None = None
    rectify: StepTerm | None = None
    answer: StepTerm | None = None
    asks_again: bool
    re_rating: Term
    callback: Term | None = None
    appeal_review: Term
    consults_first: bool
    extension_months: int = Field(ge=0, le=6)
    reminders: tuple[Term, ...]
    ladder: tuple[RungPolicy, ...]
    closes_at: time
    lease_minutes: int = Field(ge=1, le=480)
    evidence_days: int = Field(ge=0, le=3660)
    register_months: int = Field(ge=1, le=12)
    records_calls: bool
    reveals_a_day: int = Field(ge=0, le=1000)
    guide: str
    redial: RedialPolicy
    skills: tuple[SkillPolicy, ...] = ()
    quality: tuple[CriterionPolicy, ...] = Field(min_length=1, max_length=12)

    @field_validator("skills", "quality")
    @classmethod
    def _are_told_apart(cls, value: tuple[Any, ...]) -> tuple[Any, ...]:
        names = [one.name for one in value]
        if len(names) != len(set(names)):
            raise ValueError("two of one name")
        return value

    @field_validator("closes_at")
    @classmethod
    def _is_late_in_the_day(cls, value: time) -> time:
        if value == time.min:
            raise ValueError("the last day of a deadline would end as it begins; say 23:59 for its end")
        return value

    @model_validator(mode="after")
    def _waits_some_time(self) -> "CaseworkPolicy":
        if self.re_rating.count == 0:
            raise ValueError("re_rating: 0 days: nobody could rate again; say asks_again = false")
        if any(reminder.count == 0 for reminder in self.reminders):
            raise ValueError("reminders: 0 days before is no reminder")
        return self

    def term(self, kind: DeadlineKind) -> Term | None:
        """How long the step may take; None = as long as it takes."""
        found: Term | None = getattr(self, str(kind))
        return found


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
    sms: TextPolicy
    phone: PhonePolicy
    invitation: InvitationPolicy
    casework: CaseworkPolicy
    signals: SignalsPolicy

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
        if missing := [language for language in self.spoken_languages if language not in self.signature]:
            raise ValueError(f"signature: none for {', '.join(missing)}")
        return self

    @model_validator(mode="after")
    def _can_ring_a_person(self) -> "Policy":
        if self.phone.person.number and not is_phone(self.phone.person.number, self.region):
            raise ValueError(f"phone.person.number: {self.phone.person.number} is no telephone number")
        return self

    @model_validator(mode="after")
    def _reminds_in_time(self) -> "Policy":
        if self.sms.remind_after_days >= self.invitation.expires_days:
            raise ValueError("sms.remind_after_days: not before invitation.expires_days: nobody would be reminded")
        return self

    @property
    def spoken_languages(self) -> tuple[str, ...]:
        """All in which a call may be spoken; agents hear the first."""
        return tuple(dict.fromkeys((*self.languages, *self.phone.choose_language)))

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def calling_days(self, is_workday: IsWorkday) -> CallingDays:
        return CallingDays(self.phone.window, self.zone, self.phone.one_day_tries, is_workday)

    def callback_rules(self, is_workday: IsWorkday) -> CallingRules:
        """When agents call citizens again."""
        redial = self.casework.redial
        gaps = {ContactResult.BUSY: redial.busy_minutes, ContactResult.NO_ANSWER: redial.no_answer_minutes}
        return CallingRules(
            CallingDays(self.phone.window, self.zone, redial.one_day_tries, is_workday),
            {result: timedelta(minutes=minutes) for result, minutes in gaps.items()},
            redial.give_up_tries,
            redial.give_up_days,
        )

    def language_for(self, wanted: str | None) -> str:
        """The record's language if the city speaks it, else the city's first."""
        return wanted if wanted in self.languages else self.languages[0]
