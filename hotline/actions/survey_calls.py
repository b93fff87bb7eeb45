"""Survey calls, from us or to us: who is on the line about what, and what each key does. Sentences, not TwiML."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, NoResultFound
from sqlalchemy.orm import Session

from hotline.actions.invite import facts_of, open_invitations, spoken_kind
from hotline.actions.opt_outs import is_opted_out
from hotline.actions.rate import Given, rate
from hotline.actions.send_calls import locked_call
from hotline.actions.wording import script_in_use, script_said
from hotline.errors import NotFound
from hotline.privacy import SealedPhone
from hotline.rules.policy import Policy
from hotline.rules.scale import is_bad
from hotline.rules.script import Channel, Script
from hotline.rules.survey import Node, Place, answer
from hotline.tables import Call, CallTurn
from hotline.tables.contacts import CallState
from hotline.tables.service import OPEN_INVITATION_STATES


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a caller hears next: whole sentences, then either a key is awaited at `place`, or the call ends."""

    language: str
    sentences: tuple[str, ...]
    place: Place | None

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Spoken":
        kept = json.loads(text)
        place = None if kept["place"] is None else Place(**kept["place"])
        return cls(kept["language"], tuple(kept["sentences"]), place)


def call_from_citizen(
    session: Session, carrier: str, external_id: str, phone: SealedPhone, policy: Policy, now: datetime
) -> Spoken:
    """A citizen rings us: ask about the invitation that is open for their number, if there is one."""
    known = session.scalar(select(Call).where(Call.carrier == carrier, Call.external_id == external_id))
    if known is not None:
        return _first_words(session, known, policy)
    invitation = next(reversed(session.scalars(open_invitations(phone.lookup, now)).all()), None)
    script = script_in_use(session, policy.phone.script)
    call = Call(
        carrier=carrier,
        external_id=external_id,
        inbound=True,
        invitation=invitation,
        phone=phone,
        script=script.id,
        language=invitation.language if invitation else policy.languages[0],
        state=CallState.ANSWERED,
        created_at=now,
        try_no=1,
    )
    try:
        with session.begin_nested():
            session.add(call)
    except IntegrityError:  # the same webhook, at the same moment
        return call_from_citizen(session, carrier, external_id, phone, policy, now)
    return _first_words(session, call, policy)


def call_to_citizen(session: Session, call_id: int, carrier: str, external_id: str, policy: Policy) -> Spoken:
    """Our survey call was answered: greet and ask, unless the citizen opted out or answered. Raises NotFound."""
    try:
        call = locked_call(session, call_id)
    except NoResultFound:
        raise NotFound(f"call {call_id}") from None
    call.carrier, call.external_id = carrier, call.external_id or external_id
    call.state = max(call.state, CallState.ANSWERED, key=list(CallState).index)
    invitation = call.invitation
    assert invitation is not None
    if is_opted_out(session, call.phone_lookup):
        return _say(session, call, policy, "opted_out")
    if invitation.state not in OPEN_INVITATION_STATES:
        return _say(session, call, policy, "nothing_to_rate")
    return _greeting(session, call, policy)


def key_pressed(
    session: Session, carrier: str, external_id: str, place: Place, keys: str, policy: Policy, now: datetime
) -> Spoken:
    """What the caller pressed (empty = silence) at `place`; once for each turn, a replay hears the same again.

    The rating is recorded here, so whatever the caller does after the key changes nothing. Raises NotFound.
    """
    call = session.scalar(select(Call).where(Call.carrier == carrier, Call.external_id == external_id))
    if call is None:
        raise NotFound(f"call {external_id}")
    script = script_said(session, call.script)
    follows = answer(place, keys, script.scale)
    sentences = tuple(script.say(name, call.language, **_facts(script, call, policy)) for name in follows.sentences)
    if follows.stars is not None:
        sentences = (_thanks(script, call.language, follows.stars, policy),)
    spoken = Spoken(call.language, sentences, follows.place if follows.node is Node.ASK else None)
    turn = CallTurn(call_id=call.id, turn=place.turn, keys=keys, heard_at=now, answer=spoken.to_json())
    try:
        with session.begin_nested():
            session.add(turn)
    except IntegrityError:
        said = select(CallTurn.answer).where(CallTurn.call_id == call.id, CallTurn.turn == place.turn)
        return Spoken.from_json(session.scalars(said).one())
    if follows.stars is not None and call.invitation is not None:
        given = Given(follows.stars, Channel.PHONE, keys, script.scale, script.id, "key")
        rate(session, call.invitation.record_id, given, policy, now)
    return spoken


def _first_words(session: Session, call: Call, policy: Policy) -> Spoken:
    """To a citizen who rang us."""
    return _greeting(session, call, policy) if call.invitation else _say(session, call, policy, "nothing_to_rate")


def _greeting(session: Session, call: Call, policy: Policy) -> Spoken:
    assert call.invitation is not None
    greeting = f"greet_{spoken_kind(call.invitation.record)}"
    said = _say(session, call, policy, greeting, "ask")
    return Spoken(said.language, said.sentences, Place())


def _say(session: Session, call: Call, policy: Policy, *names: str) -> Spoken:
    script = script_said(session, call.script)
    facts = _facts(script, call, policy)
    return Spoken(call.language, tuple(script.say(name, call.language, **facts) for name in names), None)


def _thanks(script: Script, language: str, stars: int, policy: Policy) -> str:
    sentence = "thanks_bad" if is_bad(stars) else "thanks_good"
    return script.say(
        sentence,
        language,
        label=script.label(stars, language),
        signature=policy.signature[language],
        hotline=policy.hotline,
    )


def _facts(script: Script, call: Call, policy: Policy) -> dict[str, Any]:
    if call.invitation is None:
        return {"signature": policy.signature[call.language], "hotline": policy.hotline}
    facts = facts_of(call.invitation.record, script, policy, call.language)
    del facts["language"]
    return facts
