"""Contacts with the citizen: written down by whoever holds the case; what follows from one is the rule's to say."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.actions import case_queue
from hotline.actions.calendar import workdays
from hotline.actions.case_history import add_event
from hotline.actions.case_moves import let_go, written
from hotline.actions.case_steps import advance
from hotline.actions.casework import close_as, held
from hotline.errors import BadInput, Conflict
from hotline.rules.casework import AttemptResult, AttemptState, CaseState, Move
from hotline.rules.contacts import (
    IN_VAIN,
    SPOKEN,
    ContactResult,
    ContactWay,
    is_callable,
    next_step,
    rang,
    results_of,
)
from hotline.rules.policy import Policy
from hotline.rules.turns import Turn, whose_turn
from hotline.tables import Attempt, Case, CaseContact, CaseEvent, User

RANG_IN_VAIN = "rang in vain"  # the note of a case that is closed because nobody could be reached
LATEST_CALL = timedelta(days=60)  # for so long a citizen may be put off
# From these on calls in vain are counted anew.
_COUNT_FROM = (CaseState.OPENED, CaseState.CONTACTED, CaseState.CENTRE_CALLBACK, Move.HEAR)


@dataclass(frozen=True, slots=True)
class Told:
    """What the agent writes down. `call_at`: when the citizen asks to be called, if that is the result."""

    way: ContactWay
    result: ContactResult
    note: str = ""
    call_at: datetime | None = None


def record_contact(
    session: Session, case_id: int, token: str, agent: User, told: Told, policy: Policy, now: datetime
) -> Case:
    """Keep the contact and do what follows from it; the case is let go, unless there is more to do at once.

    Raises BadInput naming `way`, `result`, `note` or `call_at`; Conflict: the lease was lost, the call is not over, the
    citizen has given their name and was never called.
    """
    case = held(session, case_id, token, now)
    if told.result not in results_of(told.way, case.steps):
        raise BadInput("result", "is none of this way of contact")
    note = _note(told)
    call_at = _asked_for(session, told, policy, now)
    attempt = _attempt(session, case, agent, told) if told.way is ContactWay.BRIDGED else None
    contact = CaseContact(case_id=case.id, at=now, by=agent.name, way=told.way, result=told.result, note=note)
    contact.call_at, contact.attempt_id = call_at, attempt.id if attempt else None
    contact.rang = rang(told.way, attempt.result if attempt else None, told.result)
    session.add(contact)
    session.flush()
    facts: dict[str, Any] = {"contact": contact.id, "way": str(told.way), "said": str(told.result)}
    if call_at is not None:
        facts["call_at"] = f"{call_at.astimezone(policy.zone):%Y-%m-%d %H:%M}"
    add_event(session, case, agent.name, "contact", now, note, facts)
    _go_on(session, case, contact, agent, policy, now)
    return case


def _go_on(session: Session, case: Case, contact: CaseContact, agent: User, policy: Policy, now: datetime) -> None:
    step = next_step(
        contact.result,
        case.state,
        case.steps,
        rang_in_vain(session, case),
        policy.callback_rules(workdays(session)),
        now,
        wish=case.call_wish,
        asked_for=contact.call_at,
    )
    case_queue.put_off(case, step.call_at, promised=step.promised)
    for how in step.moves:
        advance(session, case, how, agent, contact.note or "", policy, now, {"contact": contact.id})
    if step.outcome is not None:
        close_as(session, case, agent, step.outcome, contact.note or RANG_IN_VAIN, now, {"contact": contact.id})
    elif not is_more_to_do(case, now) or contact.result in IN_VAIN:
        let_go(case)


def is_more_to_do(case: Case, now: datetime) -> bool:
    """Is it the desk's turn, and not only later?"""
    turn = whose_turn(case.state, case.dept_code is not None)
    return turn is Turn.DESK and (case.call_at is None or case.call_at <= now)


def rang_in_vain(session: Session, case: Case) -> list[datetime]:
    """When the citizen's telephone rang and nobody answered, oldest first, since they were last spoken to, or since
    the case was opened or became the centre's to call back. Also calls of which nobody wrote anything down."""
    session.flush()
    kinds = CaseEvent.case_id == case.id, CaseEvent.kind.in_([str(kind) for kind in _COUNT_FROM])
    spoken = CaseContact.case_id == case.id, CaseContact.result.in_(SPOKEN)
    begins = (
        session.scalar(select(func.max(CaseEvent.at)).where(*kinds)),
        session.scalar(select(func.max(CaseContact.at)).where(*spoken)),
    )
    since = max((at for at in begins if at is not None), default=case.opened_at)
    rung_at = func.coalesce(Attempt.citizen_rung_at, Attempt.ended_at)
    unanswered = Attempt.result.in_((AttemptResult.BUSY, AttemptResult.NO_ANSWER))
    calls = session.scalars(select(rung_at).where(Attempt.case_id == case.id, unanswered, rung_at >= since))
    told = select(CaseContact.at).where(CaseContact.case_id == case.id, CaseContact.rang, CaseContact.at >= since)
    return sorted([*calls, *session.scalars(told)])


def _note(told: Told) -> str | None:
    """A call in vain says all by itself."""
    return None if told.result in IN_VAIN and not told.note.strip() else written("note", told.note)


def _asked_for(session: Session, told: Told, policy: Policy, now: datetime) -> datetime | None:
    if told.result is not ContactResult.ANOTHER_TIME:
        return None
    if told.call_at is None or not now < told.call_at <= now + LATEST_CALL:
        raise BadInput("call_at", "must be a time to come, within 60 days")
    if not is_callable(told.call_at, policy.callback_rules(workdays(session)).days):
        raise BadInput("call_at", "is at an hour when nobody is called")
    return told.call_at


def _attempt(session: Session, case: Case, agent: User, told: Told) -> Attempt:
    """The agent's last call about the case, if nothing was written down about it. Raises BadInput, Conflict."""
    attempt = last_attempt(session, case.id, agent.id)
    if attempt is None:
        raise BadInput("way", "no call was made, or its contact is kept already")
    if attempt.state not in (AttemptState.BRIDGED, AttemptState.ENDED):
        raise Conflict("the call is not over", code="call_under_way")
    spoke = attempt.state is AttemptState.BRIDGED or attempt.result in (AttemptResult.CONNECTED, AttemptResult.UNKNOWN)
    rung = spoke or attempt.result in (AttemptResult.BUSY, AttemptResult.NO_ANSWER)
    if not (rung if told.result in IN_VAIN else spoke):
        raise BadInput("way", "that call did not ring the citizen, or nobody answered it")
    return attempt


def last_attempt(session: Session, case_id: int, agent_id: int) -> Attempt | None:
    """The last call of that agent about the case, unless its contact is kept."""
    mine = select(Attempt).where(Attempt.case_id == case_id, Attempt.agent_id == agent_id)
    attempt = session.scalar(mine.order_by(Attempt.id.desc()).limit(1))
    if attempt is None:
        return None
    kept = session.scalar(select(CaseContact.id).where(CaseContact.attempt_id == attempt.id))
    return attempt if kept is None else None
