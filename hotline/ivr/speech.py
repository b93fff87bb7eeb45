"""Sentences into neutral speech: where a key is awaited, where the call ends."""

from typing import Any

from flask import url_for

from hotline.actions.survey_calls import Spoken
from hotline.carriers.base import HangUp, Listen, Play, Say, Speech
from hotline.services import services

_MENU_KEYS = 1


def survey_speech(spoken: Spoken) -> Speech:
    """Say the sentences; listen if a key is awaited, else hang up."""
    said = tuple(heard(Say(sentence, spoken.language)) for sentence in spoken.sentences)
    if spoken.place is None:
        return (*said, HangUp())
    place = spoken.place
    url = public_url("survey.key", turn=place.turn, tries=place.tries, repeats=place.repeats)
    return (Listen(said, _MENU_KEYS, services().policy.phone.listen_seconds, url),)


def heard(say: Say) -> Say | Play:
    """The same sentence from the folder of prompts, where it is there; else the carrier's own voice says it."""
    prompts = services().prompts
    digest = prompts.find(say.language, say.slow, say.text) if prompts else None
    return say if digest is None else Play(public_url("prompts.sound", digest=digest))


def public_url(endpoint: str, **values: Any) -> str:
    """The address of something of ours, as the carrier must call it: never with a telephone number."""
    return services().public(url_for(endpoint, **values))
