"""Callbacks by telephone: our call rings the agent first, then bridges the citizen; each try is an attempt."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline import outbox
from hotline.actions.calendar import workdays
from hotline.actions.call_limits import LONGEST_CALLBACK, callable_at
from hotline.actions.case_history import add_event, locked_case, who
from hotline.actions.case_moves import move
from hotline.actions.casework import held
from hotline.actions.hindrances import Beginning, Go, Never
from hotline.actions.turns import wait_turn
from hotline.errors import BadInput, Conflict, NotFound
from hotline.messages import CALL_ENDS, Accepted, Ambiguous, CallProgress, Refusal, Refused, SendResult
from hotline.privacy import SealedPhone
from hotline.rules.casework import AttemptResult, AttemptState, CaseState, Move, is_forward
from hotline.rules.policy import Policy
from hotline.rules.reply_wishes import Wish
from hotline.tables import Attempt, Case, ServiceRecord, User


class CallLater(Conflict):
    """The citizen may not be called now; `again_at`: when they may be."""

    def __init__(self, why: str, code: str, again_at: datetime) -> None:
        super().__init__(f"{why}; again from {again_at:%Y-%m-%d %H:%M} UTC", code=code)
        self.again_at = again_at


def dial(
    session: Session,
    case_id: int,
    token: str,
    agent: User,
    policy: Policy,
    now: datetime,
    *,
    unrecorded: bool = False,
) -> Attempt:
    """Ask for a call between the agent and the citizen. Raises Conflict (lease lost, a call is on), CallLater (not at
    this hour, or the number was called often enough), BadInput. `unrecorded`: although the city records its calls.

    From here on the attempt counts as a call to the citizen's number, until it ends without having rung it.
    """
    phone_lookup = session.scalar(select(ServiceRecord.phone_lookup).join(Case).where(Case.id == case_id))
    if phone_lookup is not None:
        wait_turn(session, phone_lookup)
    case = held(session, case_id, token, now)
    if agent.phone_box is None:
        raise BadInput("phone", "you have no telephone yet: enter the one at which you are to be rung")
    going = select(Attempt).where(Attempt.case_id == case_id, Attempt.state != AttemptState.ENDED)
    for earlier in session.scalars(going):
        if earlier.requested_at > now - LONGEST_CALLBACK:
            raise Conflict("a call about this case is already under way", code="call_under_way")
        _end(session, earlier, AttemptResult.UNKNOWN, now)  # its reports were lost: it must not block the case
    days = policy.calling_days(workdays(session))
    opens_at = days.callback_opens(now, asked_for=_asked_to_be_called(case))
    if opens_at > now:
        raise CallLater("citizens are not called at this hour", "window_shut", opens_at)
    again_at = callable_at(session, case.record.phone_lookup, policy.phone.caps, now)
    if again_at > now:
        raise CallLater("the number has been called often enough", "called_enough", again_at)
    attempt = Attempt(
        case_id=case_id,
        agent=agent,
        hold_token=token,
        state=AttemptState.REQUESTED,
        requested_at=now,
        records=policy.casework.records_calls and not unrecorded,
    )
    session.add(attempt)
    session.flush()
    add_event(session, case, agent.name, "dialled", now, facts={"attempt": attempt.id})
    outbox.put(session, outbox.Kind.DIAL, f"dial:{attempt.id}", {"attempt_id": attempt.id}, now, now)
    return attempt


def _asked_to_be_called(case: Case) -> bool:
    """By what they said when they rated, or by the time that they were promised."""
    return not case.our_time or case.call_wish not in (None, Wish.NO_CALL)


def end_by_hand(session: Session, case_id: int, token: str, agent: User, now: datetime) -> None:
    """The holder of the case says that the call is over: its reports were lost. Raises Conflict (lease lost), NotFound.

    No telephone is hung up. Reports that come after all still count: an answer as contact, the agent's key as go-on.
    """
    going = select(Attempt).where(Attempt.case_id == case_id, Attempt.state != AttemptState.ENDED)
    attempts = session.scalars(going.order_by(Attempt.id).with_for_update(of=Attempt)).all()  # then the case, as always
    case = held(session, case_id, token, now)
    for attempt in attempts:
        spoke = attempt.state is AttemptState.BRIDGED
        attempt.result = AttemptResult.CONNECTED if spoke else AttemptResult.UNKNOWN
        attempt.state, attempt.ended_at = AttemptState.ENDED, now
        facts = {"attempt": attempt.id, "result": str(attempt.result)}
        add_event(session, case, agent.name, "call_ended_by_hand", now, facts=facts)


def begin_dial(session: Session, attempt_id: int, now: datetime) -> Beginning:
    """Mark the agent's telephone as being rung, or say that nothing is to be dialled."""
    attempt = locked_attempt(session, attempt_id)
    if attempt is None or attempt.state is AttemptState.ENDED:
        return Never()
    if attempt.state is not AttemptState.REQUESTED:  # begun by a worker that did not come back
        if attempt.external_id is None:
            _end(session, attempt, AttemptResult.UNKNOWN, now)
        return Never()
    if not _still_theirs(attempt, now):  # put off for too long: the agent expects this call no more
        _end(session, attempt, AttemptResult.FAILED, now, "lease_lost")
        return Never()
    assert attempt.agent.phone_box is not None
    attempt.state = AttemptState.AGENT_RINGING
    return Go(attempt.agent.phone_box)


def settle_dial(session: Session, attempt_id: int, result: SendResult, now: datetime) -> bool:
    """Keep how the carrier answered; True if the call is to be placed again later."""
    attempt = locked_attempt(session, attempt_id)
    assert attempt is not None
    match result:
        case Accepted(external_id):
            attempt.external_id = attempt.external_id or external_id
        case _ if attempt.state is AttemptState.ENDED:  # by hand, while the carrier was being asked
            return False
        case Ambiguous():
            if attempt.external_id is None:
                _end(session, attempt, AttemptResult.UNKNOWN, now)
        case Refused(Refusal.RETRY):
            attempt.state = AttemptState.REQUESTED
            return True
        case Refused(_, code):
            _end(session, attempt, AttemptResult.FAILED, now, code)
    return False


@dataclass(frozen=True, slots=True)
class AgentLine:
    """The agent is on the line: whether the case is still theirs, and for the whisper its number, what was rated and
    how. Nothing of the citizen."""

    case_id: int
    still_theirs: bool
    item: str | None
    stars: int


@dataclass(frozen=True, slots=True)
class CitizenLine:
    """Whom to bridge the agent to, and whether the talk is recorded."""

    phone: SealedPhone
    records: bool


def agent_answered(session: Session, attempt_id: int, external_id: str, now: datetime) -> AgentLine:
    """The agent picked up; also when the carrier never told us that it had placed the call. Raises NotFound."""
    attempt = known_attempt(session, attempt_id)
    _reopen_if_unknown(attempt)
    attempt.external_id = attempt.external_id or external_id
    forward(attempt, AttemptState.AGENT_ANSWERED)
    case = attempt.case
    return AgentLine(case.id, _still_theirs(attempt, now), case.record.item_name, case.rating.stars)


def bridge(session: Session, attempt_id: int, now: datetime) -> CitizenLine | None:
    """The agent pressed the key: the citizen to bridge to, None if the case is theirs no more; or NotFound."""
    attempt = known_attempt(session, attempt_id)
    if not _still_theirs(attempt, now):
        return None
    _reopen_if_unknown(attempt)
    if forward(attempt, AttemptState.CITIZEN_RINGING):
        attempt.citizen_rung_at = now
    return CitizenLine(attempt.case.record.phone, attempt.records)


def citizen_answered(session: Session, attempt_id: int, now: datetime) -> None:
    """The citizen picked up: the two are speaking, unless that they are recorded is still being said to the citizen."""
    attempt = locked_attempt(session, attempt_id)
    if attempt is None:
        return
    if attempt.records and attempt.noticed_at is None:
        forward(attempt, AttemptState.NOTICE)
    else:
        spoke(session, attempt, now)


def spoke(session: Session, attempt: Attempt, now: datetime) -> None:
    """The two are speaking, or were, if a report on the agent's leg was quicker: that is the first contact."""
    if not forward(attempt, AttemptState.BRIDGED):
        if attempt.result not in (AttemptResult.NO_ANSWER, AttemptResult.UNKNOWN):
            return
        attempt.result = AttemptResult.CONNECTED
    attempt.bridged_at = now
    case = locked_case(session, attempt.case_id)
    if case.contacted_at is None and case.state in (CaseState.OPENED, CaseState.APPEALED):
        how = Move.CONTACT if case.state is CaseState.OPENED else Move.HEAR
        move(session, case, how, who(attempt.agent), now, facts={"attempt": attempt.id})


def bridge_ended(session: Session, attempt_id: int, progress: CallProgress | None, now: datetime) -> None:
    """The citizen's side is over: spoken, busy, no answer or failed; None = the carrier did not say."""
    attempt = locked_attempt(session, attempt_id)
    if attempt is None:
        return
    if progress in (CallProgress.ANSWERED, CallProgress.COMPLETED):
        if attempt.records and attempt.noticed_at is None:
            progress = CallProgress.NO_ANSWER  # they hung up while the notice was read to them
        else:
            spoke(session, attempt, now)
    if attempt.state is not AttemptState.ENDED:
        _end(session, attempt, _RESULTS.get(progress) or _result_without_bridge(attempt), now)


_RESULTS: dict[CallProgress | None, AttemptResult] = {
    CallProgress.ANSWERED: AttemptResult.CONNECTED,
    CallProgress.COMPLETED: AttemptResult.CONNECTED,
    CallProgress.BUSY: AttemptResult.BUSY,
    CallProgress.NO_ANSWER: AttemptResult.NO_ANSWER,
    CallProgress.FAILED: AttemptResult.FAILED,
}


def note_agent_progress(
    session: Session, attempt_id: int, external_id: str, progress: CallProgress, now: datetime
) -> None:
    """The carrier's report on the agent's own leg; its end ends the attempt, whatever was reached by then."""
    attempt = locked_attempt(session, attempt_id)
    if attempt is None or attempt.state is AttemptState.ENDED:
        return
    attempt.external_id = attempt.external_id or external_id
    if progress in CALL_ENDS:
        _end(session, attempt, _result_without_bridge(attempt), now)


def _result_without_bridge(attempt: Attempt) -> AttemptResult:
    if attempt.state is AttemptState.BRIDGED:
        return AttemptResult.CONNECTED
    rang = attempt.state in (AttemptState.CITIZEN_RINGING, AttemptState.NOTICE)
    return AttemptResult.NO_ANSWER if rang else AttemptResult.AGENT_ABSENT


def _end(session: Session, attempt: Attempt, result: AttemptResult, now: datetime, code: str | None = None) -> None:
    attempt.state, attempt.result, attempt.ended_at, attempt.error_code = AttemptState.ENDED, result, now, code
    facts = {"attempt": attempt.id, "result": str(result)} | ({"code": code} if code else {})
    add_event(session, attempt.case, attempt.agent.name, "call_ended", now, facts=facts)


def _reopen_if_unknown(attempt: Attempt) -> None:
    """It was given up as unknown, and now its agent is on the line."""
    if attempt.result is AttemptResult.UNKNOWN:
        attempt.state, attempt.result, attempt.ended_at = AttemptState.AGENT_RINGING, None, None


def forward(attempt: Attempt, state: AttemptState) -> bool:
    if not is_forward(attempt.state, state):
        return False
    attempt.state = state
    return True


def _still_theirs(attempt: Attempt, now: datetime) -> bool:
    case = attempt.case
    return case.hold_token == attempt.hold_token and case.held_until is not None and case.held_until > now


def locked_attempt(session: Session, attempt_id: int) -> Attempt | None:
    return session.scalars(select(Attempt).where(Attempt.id == attempt_id).with_for_update(of=Attempt)).one_or_none()


def known_attempt(session: Session, attempt_id: int) -> Attempt:
    attempt = locked_attempt(session, attempt_id)
    if attempt is None:
        raise NotFound(f"attempt {attempt_id}")
    return attempt
