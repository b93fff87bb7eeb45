"""What a caller hears: names of sentences into words, from the flow or the script, with the facts of the call."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from hotline.actions.case_history import case_of
from hotline.actions.invite import facts_of, spoken_kind
from hotline.actions.rate import last_stars
from hotline.actions.survey.line import Line
from hotline.rules.flow import AGAIN, MANY_KEYS, SIMPLE, StepKind
from hotline.rules.reasons import REASONS, Reason
from hotline.rules.reply_wishes import Wish
from hotline.rules.scale import is_bad
from hotline.rules.sentences import beside, is_chinese
from hotline.rules.survey import Next, Place
from hotline.tables import ServiceRecord

_MOST_KEYS = 32


class Awaited(StrEnum):
    """What a caller is waited for."""

    KEYS = "keys"
    VOICE = "voice"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Until the caller has done something at `place`: at most `keys` keys, or the one that `ends_with` names; `seconds`
    of silence, or of voice."""

    place: Place
    awaited: Awaited
    keys: int
    ends_with: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Sentence:
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a caller hears next: whole sentences, `slow` or not; then they are waited for, or the call ends (None)."""

    sentences: tuple[Sentence, ...]
    slow: bool
    waiting: Waiting | None

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Spoken":
        kept = json.loads(text)
        waiting = kept["waiting"]
        if waiting is not None:
            waiting = Waiting(**waiting | {"place": Place(**waiting["place"]), "awaited": Awaited(waiting["awaited"])})
        return cls(tuple(Sentence(**sentence) for sentence in kept["sentences"]), kept["slow"], waiting)


def spoken(line: Line, follows: Next) -> Spoken:
    """The next words of the call, as it is after what the key has done."""
    waiting = None if follows.place is None else _waiting(line, follows.place)
    said = [Sentence(line.call.language, _words(line, name, waiting)) for name in follows.says]
    if follows.place is not None and line.flow.steps[follows.place.step].kind is StepKind.LANGUAGE:
        said += _language_entries(line)
    return Spoken(tuple(said), line.call.is_elder, waiting)


def said_alone(line: Line, name: str) -> Spoken:
    """One sentence, and the end of the call."""
    return Spoken((Sentence(line.call.language, _words(line, name, None)),), line.call.is_elder, None)


def _waiting(line: Line, place: Place) -> Waiting:
    step, phone = line.flow.steps[place.step], line.policy.phone
    if step.kind is StepKind.PERSON:
        return Waiting(place, Awaited.PERSON, 0, "", phone.ring_seconds)
    if step.kind is StepKind.RECORD:
        return Waiting(place, Awaited.VOICE, 0, "", step.seconds or phone.comment_seconds)
    patience = phone.elder.listen_seconds if line.call.is_elder else phone.listen_seconds
    is_long = step.kind in MANY_KEYS
    return Waiting(place, Awaited.KEYS, _MOST_KEYS if is_long else 1, "#" if is_long else "", step.seconds or patience)


def _words(line: Line, name: str, waiting: Waiting | None) -> str:
    name = name.replace("{kind}", _kind(line))
    name = name.replace("{grade}", _grade(line)) if "{grade}" in name else name
    language = line.call.language
    prompts, sentences = line.flow.prompts[language], line.script.words[language]
    if line.is_asked_again and f"{name}{AGAIN}" in {*prompts, *sentences}:
        name += AGAIN
    if line.call.is_elder and f"{name}{SIMPLE}" in {*prompts, *sentences}:
        name += SIMPLE
    template = prompts[name] if name in prompts else sentences[name]
    assert isinstance(template, str)
    return template.format_map(_facts(line, waiting, template))


def _kind(line: Line) -> str:
    return "call" if line.call.record is None else spoken_kind(line.call.record)


def _grade(line: Line) -> str:
    rating = line.rating
    if rating is None or not is_bad(rating.stars):
        return "good"
    case = case_of(line.session, rating)
    return "no_call" if case is not None and case.call_wish is Wish.NO_CALL else "bad"


def _facts(line: Line, waiting: Waiting | None, template: str) -> dict[str, Any]:
    """All that the words may mention. A key is named by its choice, or by the verb that it has everywhere."""
    language, call = line.call.language, line.call
    facts: dict[str, Any] = {"signature": line.policy.signature[language], "hotline": line.policy.hotline}
    facts |= line.flow.keys_told(language)
    if call.record is not None:
        facts |= facts_of(call.record, line.script, line.policy, language)
    if "{label}" in template and call.record_id is not None:
        facts["label"] = line.script.label(last_stars(line.session, call.record_id), language)
    if "{digits}" in template:
        facts["digits"] = " ".join(call.facts.get("digits", ""))
    if "{list}" in template and waiting is not None:
        facts["list"] = "".join(_entries(line, line.flow.steps[waiting.place.step].kind))
    facts["seconds"] = line.policy.phone.comment_seconds
    return facts


def _entries(line: Line, kind: StepKind) -> Iterator[str]:
    language = line.call.language
    if kind is StepKind.REASONS:
        rating = line.rating
        for place, reason in enumerate(() if rating is None else REASONS.get(rating.stars, ())):
            entry = line.flow.prompts[language]["reason_entry"]
            yield beside(entry.format(reason=_reason(reason, language), key=place + 1), language)
    else:
        for place, record_id in enumerate(line.call.facts.get("choices", ())):
            record = line.session.scalars(select(ServiceRecord).where(ServiceRecord.id == record_id)).one()
            facts = facts_of(record, line.script, line.policy, language)
            entry = line.flow.prompts[language][f"which_entry_{spoken_kind(record)}"]
            time = _time(record.completed_at.astimezone(line.policy.zone), language)
            yield beside(entry.format_map(facts | {"key": place + 1, "time": time}), language)


def _time(moment: datetime, language: str) -> str:
    """Of two calls on one day nothing else is different."""
    hours = "点" if language == "zh-CN" else "點" if is_chinese(language) else ":"
    return f"{moment.hour}{hours}{moment.minute:02}{'分' if is_chinese(language) else ''}"


def _reason(reason: Reason, language: str) -> str:
    return {"zh-CN": reason.short, "en": reason.short_en}.get(language, reason.short_hant)


def _language_entries(line: Line) -> Iterator[Sentence]:
    """Each language says its own key."""
    offered = [language for language in line.policy.phone.choose_language if language in line.languages]
    for place, language in enumerate(offered):
        yield Sentence(language, line.flow.prompts[language]["language_entry"].format(key=place + 1))
