"""Sentences into neutral speech: where a key, a voice or a person is awaited, where the call ends."""

from typing import Any

from flask import url_for

from hotline.actions.survey.words import Awaited, Spoken, Waiting
from hotline.carriers.base import Bridge, HangUp, Listen, Play, Record, Say, Speech
from hotline.rules.phones import any_phone
from hotline.services import services


def survey_speech(spoken: Spoken) -> Speech:
    """Say the sentences; wait for what the caller does, or hang up."""
    said = tuple(heard(Say(sentence.text, sentence.language, spoken.slow)) for sentence in spoken.sentences)
    if spoken.waiting is None:
        return (*said, HangUp())
    return _waiting(said, spoken.waiting)


def _waiting(said: tuple[Say | Play, ...], waiting: Waiting) -> Speech:
    policy, place = services().policy, waiting.place
    where = {"step": place.step, "turn": place.turn, "tries": place.tries, "repeats": place.repeats}
    match waiting.awaited:
        case Awaited.KEYS:
            url = public_url("survey.key", **where)
            return (Listen(said, waiting.keys, waiting.seconds, url, waiting.ends_with),)
        case Awaited.VOICE:
            return (*said, Record(waiting.seconds, public_url("survey.voice", **where)))
        case Awaited.PERSON:
            number = any_phone(policy.phone.person.number, policy.region).e164
            return (*said, Bridge(number, waiting.seconds, public_url("survey.person", **where)))


def heard(say: Say) -> Say | Play:
    """The same sentence from the folder of prompts, where it is there; else the carrier's own voice says it."""
    prompts = services().prompts
    digest = prompts.find(say.language, say.slow, say.text) if prompts else None
    return say if digest is None else Play(public_url("prompts.sound", digest=digest))


def public_url(endpoint: str, **values: Any) -> str:
    """The address of something of ours, as the carrier must call it: never with a telephone number."""
    return services().public(url_for(endpoint, **values))
