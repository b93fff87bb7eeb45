"""A citizen's whole number, shown to one person for a reason; kept in the audit log before anybody sees it."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.actions.audit import audit
from hotline.actions.case_history import add_event, locked_case
from hotline.actions.casework import held
from hotline.actions.own_cases import is_about
from hotline.errors import BadInput, Conflict, NotFound
from hotline.rules.casework import CaseState
from hotline.rules.policy import Policy
from hotline.rules.reveals import RevealReason
from hotline.rules.written import seen
from hotline.tables import AuditEntry, User
from hotline.tables.people import Role

ACTION = "phone_revealed"
_WITHOUT_HOLDING = (Role.SUPERVISOR, Role.ADMIN)
_LONGEST_NOTE = 500


def reveal(
    session: Session,
    case_id: int,
    token: str | None,
    person: User,
    reason: RevealReason,
    note: str,
    policy: Policy,
    now: datetime,
) -> bytes:
    """The citizen's number, sealed: to be opened after the commit. `token`: of whoever holds the case; a supervisor
    needs none. What goes beyond the policy's figure for a day is flagged in the audit log.

    Raises NotFound (also of a case about oneself), Conflict (the lease is lost; the case is closed; the number is
    hidden), BadInput (`note`).
    """
    note = seen(note)
    if len(note) > _LONGEST_NOTE or (reason is RevealReason.OTHER and not note):
        raise BadInput("note", f"say why, in at most {_LONGEST_NOTE} characters")
    case = (
        locked_case(session, case_id) if person.role in _WITHOUT_HOLDING else held(session, case_id, token or "", now)
    )
    if is_about(case, person):
        raise NotFound(f"case {case_id}")
    if case.state is CaseState.CLOSED:
        raise Conflict("the case is closed", code="case_closed")
    if case.record.is_hidden:
        raise Conflict("the citizen's number is hidden", code="no_number")
    today, most = _today(session, person, policy, now) + 1, policy.casework.reveals_a_day
    facts = {"reason": str(reason), "note": note, "today": today} | ({"beyond": most} if today > most else {})
    audit(session, person.name, ACTION, now, subject=f"case:{case_id}", facts=facts)
    add_event(session, case, person.name, ACTION, now, note=note or None, facts={"reason": str(reason)})
    return case.record.phone_box


def _today(session: Session, person: User, policy: Policy, now: datetime) -> int:
    """How many they were shown since midnight in the city."""
    midnight = now.astimezone(policy.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    shown = select(func.count()).where(
        AuditEntry.actor == person.name, AuditEntry.action == ACTION, AuditEntry.at >= midnight.astimezone(now.tzinfo)
    )
    return session.scalar(shown) or 0
