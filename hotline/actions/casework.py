"""Cases: opened by a bad rating, queued, claimed under a lease, contacted, closed; each move with who, when, why."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import UnaryExpression, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from hotline import outbox
from hotline.errors import BadInput, Conflict, NotFound
from hotline.rules.casework import OUTCOMES_OF_CONTACT, CaseState, Outcome, may_move
from hotline.rules.deadlines import Deadline, deadline
from hotline.rules.policy import Policy
from hotline.rules.scale import is_bad
from hotline.rules.written import seen
from hotline.tables import Case, CaseEvent, Rating, ServiceRecord, User

SYSTEM = "system"
CITIZEN = "citizen"
_LONGEST_NOTE = 2000


def open_case(session: Session, rating: Rating, policy: Policy, now: datetime) -> Case:
    """The case of a bad rating: one for each record and round, however often the citizen changes their mind.

    A case that was closed already is opened again: whoever is promised a call gets one.
    """
    term = policy.casework.first_contact
    due = deadline(rating.rated_at, term.count, term.unit, policy.casework.closes_at, policy.zone)
    known = case_of(session, rating)
    if known is not None:
        known.rating = rating
        if known.state is CaseState.CLOSED:
            _reopen(session, known, due, now)
        return known
    case = Case(
        record_id=rating.record_id,
        round=rating.round,
        rating=rating,
        state=CaseState.OPENED,
        opened_at=now,
        first_contact_due_at=due.due_at,
        deadline_provisional=due.provisional,
    )
    session.add(case)
    session.flush()
    add_event(session, case, CITIZEN, "opened", now, facts={"stars": rating.stars, "channel": str(rating.channel)})
    outbox.put(session, outbox.Kind.CALLBACK, f"callback:{case.id}", {"case_id": case.id}, now, now)
    return case


def _reopen(session: Session, case: Case, due: Deadline, now: datetime) -> None:
    case.first_contact_due_at, case.deadline_provisional = due.due_at, due.provisional
    case.queued_at = case.overdue_at = case.contacted_at = case.closed_at = case.outcome = None
    move(session, case, CaseState.OPENED, CITIZEN, now, facts={"stars": case.rating.stars})
    key = f"callback:{case.id}:{case.rating.id}"
    outbox.put(session, outbox.Kind.CALLBACK, key, {"case_id": case.id}, now, now)


def note_rating_change(session: Session, rating: Rating, change: str, now: datetime) -> None:
    """The citizen changed or withdrew a rating that may have a case: its agent must see that."""
    case = case_of(session, rating)
    if case is not None:
        add_event(session, case, CITIZEN, "rating_changed", now, note=change)


def follow(session: Session, rating: Rating) -> None:
    """The citizen said more about a bad rating: its case is about the rating that has it all."""
    case = case_of(session, rating)
    if case is not None and is_bad(rating.stars):
        case.rating = rating


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
    """Take the case for `agent`; returns the token of the lease. Raises Conflict if another holds it."""
    token = secrets.token_hex(16)
    result = session.execute(
        update(Case)
        .where(Case.id == case_id, Case.state != CaseState.CLOSED)
        .where(Case.held_until.is_(None) | (Case.held_until <= now) | (Case.holder_id == agent.id))
        .values(holder_id=agent.id, held_until=_lease_end(policy, now), hold_token=token)
    )
    assert isinstance(result, CursorResult)
    if result.rowcount != 1:
        _refuse_claim(session, case_id)
    add_event(session, session.get_one(Case, case_id), agent.name, "claimed", now)
    return token


def _refuse_claim(session: Session, case_id: int) -> None:
    case = session.get(Case, case_id)
    if case is None:
        raise NotFound(f"case {case_id}")
    if case.state is CaseState.CLOSED:
        raise Conflict("the case is closed", code="case_closed")
    raise Conflict("another agent holds the case", code="case_taken")


def claim_next(session: Session, agent: User, policy: Policy, now: datetime) -> tuple[int, str] | None:
    """Take the most urgent case that nobody holds: its id and the token of its lease, or None if there is none."""
    case_id = session.scalar(
        select(Case.id)
        .where(Case.state != CaseState.CLOSED, Case.held_until.is_(None) | (Case.held_until <= now))
        .order_by(*by_urgency())
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return None if case_id is None else (case_id, claim(session, case_id, agent, policy, now))


def by_urgency() -> tuple[UnaryExpression[Any], ...]:
    """The order of work: cases without a first contact before the others, the nearest deadline first."""
    return (Case.contacted_at.is_not(None).asc(), Case.first_contact_due_at.asc(), Case.id.asc())


def renew(session: Session, case_id: int, token: str, policy: Policy, now: datetime) -> Case:
    """Hold the case for another lease. Raises Conflict if the lease was lost."""
    case = held(session, case_id, token, now)
    case.held_until = _lease_end(policy, now)
    return case


def release(session: Session, case_id: int, token: str, agent: User, now: datetime) -> None:
    """Give the case back to the queue."""
    case = held(session, case_id, token, now)
    _let_go(case)
    add_event(session, case, agent.name, "released", now)


def close(session: Session, case_id: int, token: str, agent: User, outcome: Outcome, note: str, now: datetime) -> None:
    """Close the case with what came of it. Raises BadInput, or Conflict if the lease was lost."""
    note = seen(note)
    if not note:
        raise BadInput("note", "is missing: write what was said and what was done")
    if len(note) > _LONGEST_NOTE:
        raise BadInput("note", f"is longer than {_LONGEST_NOTE} characters")
    case = held(session, case_id, token, now)
    if outcome in OUTCOMES_OF_CONTACT and case.state is CaseState.OPENED:
        move(session, case, CaseState.CONTACTED, agent.name, now, note="reached outside this console")
    case.outcome = outcome
    move(session, case, CaseState.CLOSED, agent.name, now, note=note, facts={"outcome": str(outcome)})
    case.closed_at = now
    _let_go(case)


def move(
    session: Session,
    case: Case,
    state: CaseState,
    actor: str,
    now: datetime,
    note: str | None = None,
    facts: dict[str, Any] | None = None,
) -> None:
    """Move the case along its machine and keep the move. Raises Conflict for an illegal one."""
    if not may_move(case.state, state):
        raise Conflict(f"a case cannot go from {case.state} to {state}")
    case.state = state
    if state is CaseState.CONTACTED:
        case.contacted_at = now
    add_event(session, case, actor, str(state), now, note, facts)


def held(session: Session, case_id: int, token: str, now: datetime) -> Case:
    """The case, if `token` still holds it; locked until the commit. Raises Conflict: a stale tab, a lost lease."""
    case = session.scalars(select(Case).where(Case.id == case_id).with_for_update(of=Case)).one_or_none()
    if case is None:
        raise NotFound(f"case {case_id}")
    if case.hold_token is None or not secrets.compare_digest(case.hold_token, token):
        raise Conflict("the case is no longer held by this page", code="lease_lost")
    if case.held_until is None or case.held_until <= now:
        raise Conflict("the lease on the case has ended", code="lease_ended")
    return case


def add_event(
    session: Session,
    case: Case,
    actor: str,
    kind: str,
    now: datetime,
    note: str | None = None,
    facts: dict[str, Any] | None = None,
) -> None:
    """Keep one more line of the case's history."""
    session.add(CaseEvent(case_id=case.id, at=now, actor=actor, kind=kind, note=note, facts=facts or {}))


def case_of(session: Session, rating: Rating) -> Case | None:
    """The case of the rating's record and round, if there ever was one."""
    return session.scalar(select(Case).where(Case.record_id == rating.record_id, Case.round == rating.round))


def _lease_end(policy: Policy, now: datetime) -> datetime:
    return now + timedelta(minutes=policy.casework.lease_minutes)


def _let_go(case: Case) -> None:
    case.holder_id = case.held_until = case.hold_token = None
