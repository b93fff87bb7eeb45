"""Cases: opened by a bad rating, queued, claimed under a lease, contacted, closed; each move with who, when, why."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from hotline import outbox
from hotline.actions import case_deadlines, case_queue
from hotline.actions.case_history import (
    CITIZEN,
    SYSTEM,
    THE_CITIZEN,
    Who,
    add_event,
    case_of,
    locked_case,
    opened_last,
    who,
)
from hotline.actions.case_moves import Said, end, let_go, move, written
from hotline.actions.case_queue import ANY, Wanted
from hotline.actions.own_cases import about, is_about
from hotline.errors import Conflict, NotFound
from hotline.rules.casework import (
    OUTCOMES_OF_CONTACT,
    RANG,
    WAYS,
    CaseState,
    DeadlineKind,
    Ending,
    Move,
    Outcome,
    Steps,
)
from hotline.rules.contacts import ContactWay
from hotline.rules.policy import Policy
from hotline.rules.scale import is_bad
from hotline.tables import Attempt, Case, CaseAppeal, CaseContact, Rating, ServiceRecord, User
from hotline.tables.people import Role

REACHED_OUTSIDE = "reached outside this console"  # the note of a contact that only an outcome tells of
# Steps that are counted from the bad rating on, if the policy does not count them from later.
_FROM_RATING = (DeadlineKind.VERIFY, DeadlineKind.RECTIFY, DeadlineKind.ANSWER)


def open_case(session: Session, rating: Rating, policy: Policy, now: datetime) -> Case:
    """The case of a bad rating: one for each record, however often the citizen changes their mind.

    A case that was closed already is opened again: whoever is promised a call gets one. A second rating that is bad
    again is the centre's to call back about.
    """
    known = case_of(session, rating)
    if known is not None:
        locked_case(session, known.id)
        if known.state is CaseState.CLOSED:
            known.rating = rating
            _reopen(session, known, policy, now)
        elif (
            known.rating.round == rating.round
        ):  # a change of mind, also of the first rating while they are asked again
            known.rating = rating
        elif known.state is CaseState.ASKED_AGAIN:
            centre_calls(session, known, Move.RATE_BAD, THE_CITIZEN, policy, now, {"stars": rating.stars})
        else:
            _note_second(session, rating, now)
        return known
    due = case_deadlines.counted(session, DeadlineKind.FIRST_CONTACT, rating.rated_at, policy)
    assert due is not None
    case = Case(
        record_id=rating.record_id,
        round=rating.round,
        rating=rating,
        rated_dept_code=rating.record.dept_code,
        state=CaseState.OPENED,
        steps=policy.casework.steps,
        opened_at=now,
        first_contact_due_at=due.due_at,
        deadline_provisional=due.provisional,
        skill=case_queue.skill_of(rating.record, policy),
    )
    session.add(case)
    session.flush()
    _begin_deadlines(session, case, policy)
    add_event(session, case, CITIZEN, "opened", now, facts={"stars": rating.stars, "channel": str(rating.channel)})
    outbox.put(session, outbox.Kind.CALLBACK, f"callback:{case.id}", {"case_id": case.id}, now, now)
    return case


def _begin_deadlines(session: Session, case: Case, policy: Policy) -> None:
    case_deadlines.begin(session, case, DeadlineKind.FIRST_CONTACT, case.rating.rated_at, policy)
    if case.steps is Steps.FULL:
        begin_steps(session, case, "rated", case.rating.rated_at, policy)


def begin_steps(session: Session, case: Case, event: str, at: datetime, policy: Policy) -> None:
    """The deadlines that the policy counts from that event on."""
    for kind in _FROM_RATING:
        if getattr(policy.casework.term(kind), "start", None) == event:
            case_deadlines.begin(session, case, kind, at, policy)


def _reopen(session: Session, case: Case, policy: Policy, now: datetime) -> None:
    due = case_deadlines.counted(session, DeadlineKind.FIRST_CONTACT, case.rating.rated_at, policy)
    assert due is not None
    case.first_contact_due_at, case.deadline_provisional = due.due_at, due.provisional
    case.queued_at = case.overdue_at = case.contacted_at = case.closed_at = case.outcome = None
    case.ending = case.merged_into_id = None
    case.steps, case.skill = policy.casework.steps, case_queue.skill_of(case.record, policy)
    case_queue.call_by_wish(session, case, policy, now)
    move(session, case, Move.REOPEN, THE_CITIZEN, now, facts={"stars": case.rating.stars})
    _begin_deadlines(session, case, policy)
    key = f"callback:{case.id}:{case.rating.id}"
    outbox.put(session, outbox.Kind.CALLBACK, key, {"case_id": case.id}, now, now)


def centre_calls(
    session: Session, case: Case, how: Move, by: Who, policy: Policy, now: datetime, facts: dict[str, Any] | None = None
) -> None:
    """By that move the case becomes the centre's to call back about."""
    move(session, case, how, by, now, facts=facts)
    case_deadlines.begin(session, case, DeadlineKind.CALLBACK, now, policy)
    case_queue.call_by_wish(session, case, policy, now)


def rated_better(session: Session, rating: Rating, now: datetime) -> None:
    """A second rating that is good: what was done has helped, and the case ends."""
    case = case_of(session, rating)
    if case is None or case.round == rating.round:
        return
    locked_case(session, case.id)
    if case.state in WAYS[Move.RATE_GOOD].before:
        end(session, case, Move.RATE_GOOD, THE_CITIZEN, Ending.RATED_BETTER, now, facts={"stars": rating.stars})
    else:
        _note_second(session, rating, now)


def better_withdrawn(session: Session, rating: Rating, policy: Policy, now: datetime) -> None:
    """The second rating is taken back, and only the bad first one counts: if it had ended the case, that is the
    centre's to call back about, as where no second one comes."""
    case = case_of(session, rating)
    if case is not None and locked_case(session, case.id).ending is Ending.RATED_BETTER:
        case.closed_at = case.ending = None
        centre_calls(session, case, Move.WITHDRAW_RATING, THE_CITIZEN, policy, now)


def _note_second(session: Session, rating: Rating, now: datetime) -> None:
    """A second rating that comes late moves nothing, and is seen all the same. A change of it was noted already."""
    if rating.supersedes_id is None:
        note_rating_change(session, rating, f"– → {rating.stars}", now)


def note_rating_change(session: Session, rating: Rating, change: str, now: datetime) -> None:
    """The citizen changed or withdrew a rating that may have a case: its agent must see that."""
    case = case_of(session, rating)
    if case is not None:
        add_event(session, case, CITIZEN, "rating_changed", now, note=change)


def follow(session: Session, rating: Rating) -> None:
    """The citizen said more about a bad rating: its case, and an appeal that waits, are about the rating that has it
    all."""
    case = case_of(session, rating)
    if case is None or not is_bad(rating.stars) or locked_case(session, case.id).rating_id != rating.supersedes_id:
        return
    case.rating = rating
    session.flush()
    appealed = CaseAppeal.rating_id == rating.supersedes_id, CaseAppeal.decided_at.is_(None)
    session.execute(update(CaseAppeal).where(*appealed).values(rating_id=rating.id))


def note_voice_comment(session: Session, record: ServiceRecord, facts: dict[str, Any], now: datetime) -> None:
    """The citizen left a voice comment in a call about the record: the agent of its case, if it has one, must see that.

    Of a batch of the same business the lead has the case.
    """
    of_record = select(Case).where(Case.record_id == (record.lead_id or record.id))
    case = session.scalar(of_record.order_by(Case.round.desc()).limit(1))
    if case is not None:
        add_event(session, case, CITIZEN, "voice_comment", now, facts=facts)


def queue_case(session: Session, case_id: int, now: datetime) -> datetime | None:
    """Put the case before the agents, or, at its deadline, mark it overdue; returns when to look again, or None."""
    case = session.get_one(Case, case_id)
    if case.queued_at is None:
        case.queued_at = now
        add_event(session, case, SYSTEM, "queued", now)
    if case.state is not CaseState.OPENED:
        return None
    if now < case.first_contact_due_at:
        return case.first_contact_due_at
    if case.overdue_at is None:
        case.overdue_at = now
        add_event(session, case, SYSTEM, "overdue", now)
    return None


def claim(session: Session, case_id: int, agent: User, policy: Policy, now: datetime) -> str:
    """Take the case for `agent`; returns the token of the lease. Raises Conflict: another holds it, or it takes a skill
    that this agent has not (a supervisor needs none)."""
    token = secrets.token_hex(16)
    free = Case.held_until.is_(None) | (Case.held_until <= now) | (Case.holder_id == agent.id)
    taken = update(Case).where(Case.id == case_id, Case.state != CaseState.CLOSED, free, ~about(agent))
    if agent.role is Role.AGENT:
        taken = taken.where(Case.skill.is_(None) | Case.skill.in_(agent.skills))
    result = session.execute(taken.values(holder_id=agent.id, held_until=_lease_end(policy, now), hold_token=token))
    assert isinstance(result, CursorResult)
    if result.rowcount != 1:
        _refuse_claim(session, case_id, agent)
    case = session.get_one(Case, case_id)
    if case.responsible_id is None:
        case.responsible_id = agent.id
    add_event(session, case, agent.name, "claimed", now)
    return token


def _refuse_claim(session: Session, case_id: int, agent: User) -> None:
    case = session.get(Case, case_id)
    if case is None or is_about(case, agent):
        raise NotFound(f"case {case_id}")
    if case.state is CaseState.CLOSED:
        raise Conflict("the case is closed", code="case_closed")
    if agent.role is Role.AGENT and case.skill is not None and case.skill not in agent.skills:
        raise Conflict(f"the case takes an agent with the skill {case.skill}", code="skill_needed")
    raise Conflict("another agent holds the case", code="case_taken")


def claim_next(
    session: Session, agent: User, policy: Policy, now: datetime, wanted: Wanted = ANY
) -> tuple[int, str] | None:
    """Take the most urgent case that is the desk's to work on now: its id and the token of its lease, or None."""
    case_id = case_queue.next_free(session, agent, wanted, now)
    return None if case_id is None else (case_id, claim(session, case_id, agent, policy, now))


def renew(session: Session, case_id: int, token: str, policy: Policy, now: datetime) -> Case:
    """Hold the case for another lease. Raises Conflict if the lease was lost."""
    case = held(session, case_id, token, now)
    case.held_until = _lease_end(policy, now)
    return case


def release(session: Session, case_id: int, token: str, agent: User, now: datetime) -> None:
    """Give the case back to the queue."""
    case = held(session, case_id, token, now)
    let_go(case)
    add_event(session, case, agent.name, "released", now)


def close(session: Session, case_id: int, token: str, agent: User, outcome: Outcome, note: str, now: datetime) -> None:
    """Close the case with what came of it. Raises BadInput, or Conflict: the lease was lost, it is too early, the
    citizen has given their name and was never called; or nobody was reached, which only calls in vain can show."""
    note = written("note", note)
    case = held(session, case_id, token, now)
    if outcome is Outcome.UNREACHABLE:
        raise Conflict("a case is unreachable after so many calls in vain, never before", code="not_tried_enough")
    close_as(session, case, agent, outcome, note, now)


def close_as(
    session: Session,
    case: Case,
    agent: User,
    outcome: Outcome,
    note: str,
    now: datetime,
    facts: dict[str, Any] | None = None,
) -> None:
    """The same of a case that is held. Raises Conflict."""
    if outcome in OUTCOMES_OF_CONTACT and case.state is CaseState.OPENED:
        move(session, case, Move.CONTACT, who(agent), now, note=REACHED_OUTSIDE)
    if case.steps is Steps.FULL and case.record.named and not _was_called(session, case):
        raise Conflict("the citizen gave their name and was not called yet", code="named_not_called")
    end(session, case, Move.CLOSE, who(agent), None, now, Said(note, outcome), facts)


def _was_called(session: Session, case: Case) -> bool:
    opened = opened_last(session, case)
    rang = exists().where(Attempt.case_id == case.id, Attempt.result.in_(RANG), Attempt.requested_at >= opened)
    own = CaseContact.way == ContactWay.OWN_PHONE, CaseContact.at >= opened
    told = exists().where(CaseContact.case_id == case.id, *own)
    return case.contacted_at is not None or bool(session.scalar(select(rang | told)))


def held(session: Session, case_id: int, token: str, now: datetime) -> Case:
    """The case, if `token` still holds it; locked until the commit. Raises Conflict: a stale tab, a lost lease."""
    case = locked_case(session, case_id)
    if case.hold_token is None or not secrets.compare_digest(case.hold_token, token):
        raise Conflict("the case is no longer held by this page", code="lease_lost")
    if case.held_until is None or case.held_until <= now:
        raise Conflict("the lease on the case has ended", code="lease_ended")
    return case


def _lease_end(policy: Policy, now: datetime) -> datetime:
    return now + timedelta(minutes=policy.casework.lease_minutes)
