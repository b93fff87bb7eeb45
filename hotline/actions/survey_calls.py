"""Survey calls, from us or to us: who is on the line about what, and what each key does. Sentences, not TwiML."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, NoResultFound
from sqlalchemy.orm import Session

from hotline.actions.invite import open_invitations
from hotline.actions.opt_outs import is_opted_out
from hotline.actions.rate import active_rating, changeable_ratings
from hotline.actions.recordings import keep_recording
from hotline.actions.send_calls import locked_call
from hotline.actions.survey_deeds import do
from hotline.actions.survey_known import Line, keep, known_of
from hotline.actions.survey_words import Spoken, said_alone, spoken
from hotline.actions.wording import script_in_use, script_said
from hotline.errors import NotFound
from hotline.flows import load_flow
from hotline.messages import ReceivedRecording
from hotline.privacy import SealedPhone
from hotline.rules.policy import Policy
from hotline.rules.survey import Known, Next, Place, begin, come_back, hear
from hotline.tables import Call, CallTurn, Invitation
from hotline.tables.contacts import CallState, Way
from hotline.tables.service import OPEN_INVITATION_STATES, RatingState

_OPENING = Place("", turn=0)  # before the caller is listened to for the first time
_MOST_SERVICES = 4  # read out to choose from; more than that nobody keeps in mind


def call_from_citizen(
    session: Session, carrier: str, external_id: str, phone: SealedPhone, policy: Policy, now: datetime
) -> Spoken:
    """A citizen rings us: go on where they were cut off, or ask about what waits for their number, if anything does."""
    known = session.scalar(select(Call).where(Call.carrier == carrier, Call.external_id == external_id))
    if known is not None and (said := _said(session, known, _OPENING)) is not None:
        return said
    script = script_in_use(session, policy.phone.script)
    call = Call(
        carrier=carrier,
        external_id=external_id,
        inbound=True,
        way=Way.CALLING,
        phone=phone,
        script=script.id,
        flow=load_flow(policy.phone.flow).id,
        language=policy.languages[0],
        state=CallState.ANSWERED,
        facts={},
        created_at=now,
        answered_at=now,
        try_no=1,
    )
    try:
        with session.begin_nested():
            session.add(call)
    except IntegrityError:  # the same webhook, at the same moment
        return call_from_citizen(session, carrier, external_id, phone, policy, now)
    line = _line(session, call, policy, now)
    return _opened(line, _first_words(line))


def call_to_citizen(
    session: Session, call_id: int, carrier: str, external_id: str, policy: Policy, now: datetime
) -> Spoken:
    """Our survey call was answered: a key shows that somebody listens, unless they opted out or have answered by now.

    Raises NotFound.
    """
    try:
        call = locked_call(session, call_id)
    except NoResultFound:
        raise NotFound(f"call {call_id}") from None
    call.carrier, call.external_id = carrier, call.external_id or external_id
    call.state = max(call.state, CallState.ANSWERED, key=list(CallState).index)
    call.answered_at = call.answered_at or now
    call.flow = load_flow(policy.phone.flow).id
    if (said := _said(session, call, _OPENING)) is not None:
        return said
    line = _line(session, call, policy, now)
    return _opened(line, _words_to_citizen(line))


def _words_to_citizen(line: Line) -> Spoken:
    """To a citizen whom we rang."""
    call, session = line.call, line.session
    assert call.invitation is not None
    if is_opted_out(session, call.phone_lookup):
        return said_alone(line, "opted_out")
    if call.invitation.state not in OPEN_INVITATION_STATES:
        return said_alone(line, "nothing_to_rate")
    _takes_up(line, call.invitation)
    return _begin(line, line.flow.ways.called)


def key_pressed(
    session: Session, carrier: str, external_id: str, place: Place, keys: str, policy: Policy, now: datetime
) -> Spoken:
    """What the caller pressed (empty = silence) at `place`; once for each turn, a replay hears the same again.

    What a key does is recorded here, so whatever the caller does after it changes nothing. Raises NotFound.
    """
    line = _line(session, _on_the_line(session, carrier, external_id), policy, now)
    if (said := _said_at(line, place)) is not None:
        return said
    return _go_on(line, place, keys, hear(line.flow, place, keys, known_of(line), line.script.scale))


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
    return _go_on(line, place, "", come_back(line.flow, place, known_of(line)))


def person_left(
    session: Session, carrier: str, external_id: str, place: Place, is_spoken: bool, policy: Policy, now: datetime
) -> Spoken:
    """The caller comes back from a person; if the two did not speak, they hear what is said when nobody is there."""
    line = _line(session, _on_the_line(session, carrier, external_id), policy, now)
    if (said := _said_at(line, place)) is not None:
        return said
    nobody = line.flow.steps[place.step].otherwise
    says = () if is_spoken or nobody is None else line.flow.steps[nobody].says
    return _go_on(line, place, "", come_back(line.flow, place, known_of(line), says))


def _on_the_line(session: Session, carrier: str, external_id: str) -> Call:
    """Locked: two webhooks of one call take turns."""
    wanted = select(Call).where(Call.carrier == carrier, Call.external_id == external_id)
    call = session.scalar(wanted.with_for_update(of=Call))
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


def _go_on(line: Line, place: Place, keys: str, follows: Next) -> Spoken:
    """Do what the keys ask for, keep the turn, and say what comes next."""
    do(line, follows.does, keys)
    said = spoken(line, follows)
    keep(line.call, follows)
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
    return Line(session, call, load_flow(policy.phone.flow), script_said(session, call.script), policy, now)


def _first_words(line: Line) -> Spoken:
    """To a citizen who rang us."""
    if (stopped := _cut_off(line)) is not None:
        return _resume(line, stopped)
    waiting = line.session.scalars(open_invitations(line.call.phone_lookup, line.now)).all()
    services = {invitation.record_id: invitation for invitation in waiting}  # the latest of each
    ways = line.flow.ways
    if len(services) > 1:
        line.call.facts = {"choices": [*reversed(services)][:_MOST_SERVICES]}
        return _begin(line, ways.several)
    if services:
        _takes_up(line, next(iter(services.values())))
        return _begin(line, ways.known)
    earlier = changeable_ratings(line.session, line.call.phone_lookup, line.policy, line.now)
    if (rating := next((one for one in earlier if one.state is RatingState.ACTIVE), None)) is not None:
        line.call.record = rating.record
        line.call.is_elder = _is_elder(line)
        return _begin(line, ways.rated)
    return _begin(line, ways.unknown)


def _takes_up(line: Line, invitation: Invitation) -> None:
    """The call is about what this invitation asks."""
    call = line.call
    call.invitation, call.record = invitation, invitation.record
    call.language = _language_for(line, invitation.language)
    call.is_elder = _is_elder(line)


def _language_for(line: Line, wanted: str) -> str:
    return wanted if wanted in line.languages else line.languages[0]


def _is_elder(line: Line) -> bool:
    return line.policy.phone.elder.always or (line.call.record is not None and line.call.record.is_elder)


def _begin(line: Line, step: str, known: Known | None = None) -> Spoken:
    line.session.flush()
    follows = begin(line.flow, step, known or known_of(line))
    said = spoken(line, follows)
    keep(line.call, follows)
    return said


def _cut_off(line: Line) -> Call | None:
    """The last call of this number, if the citizen had rated in it, and then hung up before its end."""
    since = line.now - timedelta(hours=line.policy.phone.resume_hours)
    call = line.session.scalar(
        select(Call)
        .where(Call.phone_lookup == line.call.phone_lookup, Call.id != line.call.id, Call.answered_at >= since)
        .order_by(Call.id.desc())
        .limit(1)
    )
    if call is None or call.step is None or call.record_id is None or call.flow != line.flow.id:
        return None
    rated = active_rating(line.session, call.record_id)
    in_that_call = rated is not None and rated.rated_at >= (call.answered_at or line.now)
    return call if in_that_call and line.flow.steps[call.step].hears else None


def _resume(line: Line, stopped: Call) -> Spoken:
    assert stopped.step is not None
    call = line.call
    call.record, call.invitation = stopped.record, stopped.invitation
    call.language, call.is_elder = stopped.language, stopped.is_elder
    call.facts = {**stopped.facts, "back": [*stopped.facts.get("back", ()), stopped.step]}
    stopped.step = None
    return _begin(line, line.flow.ways.resumed)
