"""Survey calls, from us or to us: who is on the line about what, and what each key does. Sentences, not TwiML."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hotline.actions.opt_outs import is_opted_out
from hotline.actions.progress import lock_call
from hotline.actions.recordings import keep_recording
from hotline.actions.send_calls import locked_call
from hotline.actions.survey.about import was_taken
from hotline.actions.survey.deeds import do
from hotline.actions.survey.known import keep, known_of
from hotline.actions.survey.line import Line
from hotline.actions.survey.ways import way_in
from hotline.actions.survey.words import Spoken, said_alone, spoken
from hotline.actions.turns import wait_turn
from hotline.actions.wording import script_in_use, script_said
from hotline.errors import NotFound
from hotline.flows import load_flow
from hotline.messages import ReceivedCall, ReceivedRecording
from hotline.rules.policy import Policy
from hotline.rules.survey import Known, Next, Place, begin, come_back, hear
from hotline.tables import Call, CallTurn
from hotline.tables.contacts import CallState, Way
from hotline.tables.service import OPEN_INVITATION_STATES

_OPENING = Place("", turn=0)  # before the caller is listened to for the first time


def call_from_citizen(session: Session, carrier: str, received: ReceivedCall, policy: Policy, now: datetime) -> Spoken:
    """A citizen rings us, or is handed over: go on where they were cut off, or ask about what there is to rate."""
    is_handed = received.reference is not None or received.our_number in policy.phone.transfer_numbers
    way = Way.TRANSFERRED if is_handed else Way.CALLING
    line = _came_in(session, carrier, received, way, policy, now)
    return line if isinstance(line, Spoken) else _opened(line, _begin(line, way_in(line)))


def call_after(
    session: Session, carrier: str, received: ReceivedCall, is_spoken: bool, policy: Policy, now: datetime
) -> Spoken:
    """A call is left to us that somebody else bridged: ask about that, unless the two never spoke.

    What has no reference of its own is known by the carrier's id.
    """
    received = replace(received, reference=received.reference or received.external_id)
    line = _came_in(session, carrier, received, Way.TRANSFERRED, policy, now)
    if isinstance(line, Spoken):
        return line
    return _opened(line, _begin(line, way_in(line) if is_spoken else line.flow.exhausted))


def _came_in(
    session: Session, carrier: str, received: ReceivedCall, way: Way, policy: Policy, now: datetime
) -> Line | Spoken:
    """The call as it is kept from now on, or what it was told before, if it was."""
    call = Call(
        carrier=carrier,
        external_id=received.external_id,
        inbound=True,
        way=way,
        phone=received.phone,
        reference=received.reference,
        script=script_in_use(session, policy.phone.script).id,
        flow=load_flow(policy.phone.flow).id,
        language=policy.languages[0],
        is_elder=policy.phone.elder.always,
        state=CallState.ANSWERED,
        facts={},
        misses=0,
        created_at=now,
        answered_at=now,
        try_no=1,
    )
    try:
        with session.begin_nested():
            session.add(call)
    except IntegrityError:  # the same webhook, perhaps at the same moment
        known = _on_the_line(session, carrier, received.external_id)
        if (said := _said(session, known, _OPENING)) is None:
            raise NotFound(f"call {received.external_id} as one that comes in") from None
        return said
    return _line(session, call, policy, now)


def call_to_citizen(
    session: Session, call_id: int, carrier: str, external_id: str, policy: Policy, now: datetime
) -> Spoken:
    """Our survey call was answered: a key shows that somebody listens, unless they opted out or have answered by now.

    Raises NotFound.
    """
    call = locked_call(session, call_id)
    if call.external_id is None and _is_another(session, call, carrier, external_id):
        raise NotFound(f"call {call_id} as {external_id}")
    call.carrier, call.external_id = carrier, call.external_id or external_id
    call.state = max(call.state, CallState.ANSWERED, key=list(CallState).index)
    call.answered_at = call.answered_at or now
    call.flow = load_flow(policy.phone.flow).id
    if (said := _said(session, call, _OPENING)) is not None:
        return said
    line = _line(session, call, policy, now)
    return _opened(line, _words_to_citizen(line))


def _is_another(session: Session, call: Call, carrier: str, external_id: str) -> bool:
    """Is that the carrier's id of some other call?"""
    other = select(Call.id).where(Call.carrier == carrier, Call.external_id == external_id, Call.id != call.id)
    return session.scalar(other.limit(1)) is not None


def _words_to_citizen(line: Line) -> Spoken:
    """To a citizen whom we rang."""
    call, session = line.call, line.session
    assert call.invitation is not None
    if is_opted_out(session, call.phone_lookup):
        return said_alone(line, "opted_out")
    if call.invitation.state not in OPEN_INVITATION_STATES:
        return said_alone(line, "nothing_to_rate")
    call.record = call.invitation.record
    call.language = line.language_for(call.invitation.language)
    call.is_elder = line.policy.phone.elder.always or call.record.is_elder
    return _begin(line, line.flow.ways.called)


def key_pressed(
    session: Session, carrier: str, external_id: str, place: Place, keys: str, policy: Policy, now: datetime
) -> Spoken:
    """What the caller pressed (empty = silence) at `place`; once for each turn, a replay hears the same again.

    What a key does is recorded here, so whatever the caller does after it changes nothing. Raises NotFound.
    """
    if place.step == load_flow(policy.phone.flow).ways.handed:
        _wait_turn_of(session, carrier, external_id)
    line = _line(session, _on_the_line(session, carrier, external_id), policy, now)
    if (said := _said_at(line, place)) is not None:
        return said
    return _go_on(line, place, keys, lambda known: hear(line.flow, place, keys, known, line.script.scale))


def _wait_turn_of(session: Session, carrier: str, external_id: str) -> None:
    """Who is handed over may need the turn of the number (`hotline.actions.handed`), and it comes before any row."""
    number = select(Call.phone_lookup).where(Call.carrier == carrier, Call.external_id == external_id)
    if (phone_lookup := session.scalar(number)) is not None:
        wait_turn(session, phone_lookup)


def voice_left(
    session: Session,
    carrier: str,
    external_id: str,
    place: Place,
    received: ReceivedRecording | None,
    policy: Policy,
    now: datetime,
) -> Spoken:
    """The caller has spoken at `place`, or said nothing (None). A voice is kept even when the turn was answered before:
    Twilio asks once more where there was none, and either may come first."""
    line = _line(session, _on_the_line(session, carrier, external_id), policy, now)
    if received is not None:
        keep_recording(session, line.call, place.turn, received, now)
    if (said := _said_at(line, place)) is not None:
        return said
    return _go_on(line, place, "", lambda known: come_back(line.flow, place, known))


def person_left(
    session: Session, carrier: str, external_id: str, place: Place, is_spoken: bool, policy: Policy, now: datetime
) -> Spoken:
    """The caller comes back from a person; if the two did not speak, they hear what is said when nobody is there."""
    line = _line(session, _on_the_line(session, carrier, external_id), policy, now)
    if (said := _said_at(line, place)) is not None:
        return said
    nobody = line.flow.steps[place.step].otherwise
    says = () if is_spoken or nobody is None else line.flow.steps[nobody].says
    return _go_on(line, place, "", lambda known: come_back(line.flow, place, known, says))


def _on_the_line(session: Session, carrier: str, external_id: str) -> Call:
    """Locked: two webhooks of one call take turns."""
    call = lock_call(session, Call.carrier == carrier, Call.external_id == external_id)
    if call is None:
        raise NotFound(f"call {external_id}")
    return call


def _said_at(line: Line, place: Place) -> Spoken | None:
    """What was answered at this turn before. Raises NotFound for a step that the flow has no more."""
    if place.step not in line.flow.steps:
        raise NotFound(f"step {place.step}")
    return _said(line.session, line.call, place)


def _said(session: Session, call: Call, place: Place) -> Spoken | None:
    answer = select(CallTurn.answer).where(CallTurn.call_id == call.id, CallTurn.turn == place.turn)
    said = session.scalar(answer)
    return None if said is None else Spoken.from_json(said)


def _go_on(line: Line, place: Place, keys: str, machine: Callable[[Known], Next]) -> Spoken:
    """Do what the keys ask for, keep the turn, and say what comes next."""
    if was_taken(line.session, line.call):
        return _ended(line, place, keys)
    follows = machine(known_of(line))
    do(line, follows.does, keys)
    said = spoken(line, follows)
    keep(line.call, follows)
    _keep_turn(line, place, keys, said)
    return said


def _ended(line: Line, place: Place, keys: str) -> Spoken:
    """Its citizen has rated meanwhile what this call is about: it is none of its business any more."""
    said = said_alone(line, "nothing_to_rate")
    line.call.step, line.call.facts = None, {}
    _keep_turn(line, place, keys, said)
    return said


def _opened(line: Line, said: Spoken) -> Spoken:
    _keep_turn(line, _OPENING, "", said)
    return said


def _keep_turn(line: Line, place: Place, keys: str, said: Spoken) -> None:
    turn = CallTurn(
        call_id=line.call.id,
        turn=place.turn,
        step=place.step,
        tries=place.tries,
        keys=keys,
        heard_at=line.now,
        answer=said.to_json(),
    )
    line.session.add(turn)
    line.session.flush()


def _line(session: Session, call: Call, policy: Policy, now: datetime) -> Line:
    flow = load_flow(policy.phone.flow)
    return Line(session, call, flow, flow.spoken(script_said(session, call.script)), policy, now)


def _begin(line: Line, step: str) -> Spoken:
    line.session.flush()
    follows = begin(line.flow, step, known_of(line))
    said = spoken(line, follows)
    keep(line.call, follows)
    return said
