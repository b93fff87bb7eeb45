"""A supervisor gives a case to somebody else, or takes it back to the queue: the lease before it holds no more."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from hotline.actions.call_limits import LONGEST_CALLBACK
from hotline.actions.case_history import add_event, locked_case
from hotline.actions.case_moves import let_go, written
from hotline.actions.own_cases import is_about
from hotline.errors import BadInput, Conflict, NotFound
from hotline.rules.casework import AttemptState, CaseState
from hotline.rules.policy import Policy
from hotline.tables import Attempt, Case, User
from hotline.tables.people import Role

WORKERS = (Role.AGENT, Role.SUPERVISOR, Role.ADMIN)


def give(session: Session, case_id: int, by: User, to: User, note: str, policy: Policy, now: datetime) -> None:
    """`to` holds the case from now on, under a lease of their own. Raises BadInput, Conflict, NotFound."""
    note = written("note", note)
    if to.role not in WORKERS or to.disabled_at is not None:
        raise BadInput("to", "does not work on cases")
    case = _movable(session, case_id, by, now)
    if is_about(case, to):
        raise Conflict("it is about themselves", code="own_case")
    before = _holder(case, now)
    if before == to.id:
        raise Conflict("they hold it already", code="already_theirs")
    case.holder_id, case.hold_token = to.id, secrets.token_hex(16)
    case.held_until = now + timedelta(minutes=policy.casework.lease_minutes)
    if case.responsible_id is None:
        case.responsible_id = to.id
    add_event(session, case, by.name, "reassigned", now, note, {"from": _name(session, before), "to": to.name})


def take_back(session: Session, case_id: int, by: User, note: str, now: datetime) -> None:
    """Whoever holds the case does so no more; it is free for all. Raises BadInput, Conflict, NotFound."""
    note = written("note", note)
    case = _movable(session, case_id, by, now)
    before = _holder(case, now)
    if before is None:
        raise Conflict("nobody holds it", code="case_free")
    let_go(case)
    add_event(session, case, by.name, "taken_back", now, note, {"from": _name(session, before)})


def _movable(session: Session, case_id: int, by: User, now: datetime) -> Case:
    """The case, locked; not while its agent may be speaking to the citizen, nor by whom it is about."""
    case = locked_case(session, case_id)
    if is_about(case, by):
        raise NotFound(f"case {case_id}")
    if case.state is CaseState.CLOSED:
        raise Conflict("the case is closed", code="case_closed")
    going = exists().where(
        Attempt.case_id == case_id,
        Attempt.state != AttemptState.ENDED,
        Attempt.requested_at > now - LONGEST_CALLBACK,
    )
    if session.scalar(select(going)):
        raise Conflict("a call about this case is under way", code="call_under_way")
    return case


def _holder(case: Case, now: datetime) -> int | None:
    return case.holder_id if case.held_until is not None and case.held_until > now else None


def _name(session: Session, user_id: int | None) -> str | None:
    return None if user_id is None else session.get_one(User, user_id).name
