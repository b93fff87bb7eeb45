"""The history of a case: who did what, when and why, never changed; and in which part somebody acts on a case."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.errors import NotFound
from hotline.rules.casework import CaseState, Part
from hotline.tables import Case, CaseEvent, Rating, User
from hotline.tables.people import Role

SYSTEM = "system"
CITIZEN = "citizen"

# An auditor looks on and has no part.
PARTS: Mapping[Role, Part] = MappingProxyType(
    {
        Role.AGENT: Part.AGENT,
        Role.SUPERVISOR: Part.SUPERVISOR,
        Role.ADMIN: Part.SUPERVISOR,
        Role.DEPARTMENT: Part.DEPARTMENT,
        Role.REVIEWER: Part.REVIEWER,
    }
)


@dataclass(frozen=True, slots=True)
class Who:
    """Who makes a move, as the history names them, and in which part."""

    name: str
    part: Part


THE_SYSTEM = Who(SYSTEM, Part.SYSTEM)
THE_CITIZEN = Who(CITIZEN, Part.CITIZEN)


def who(user: User) -> Who:
    return Who(user.name, PARTS[user.role])


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
    """The case of the rating's record, if there ever was one: a second rating is about the same case."""
    of_record = select(Case).where(Case.record_id == rating.record_id)
    return session.scalar(of_record.order_by(Case.round.desc()).limit(1))


def locked_case(session: Session, case_id: int) -> Case:
    """The case, locked until the commit: moves of one case take turns; who only adds to its history need not. Raises
    NotFound."""
    # Locked alone, and read then: PostgreSQL does not join a row anew that it has waited for, so that a case whose
    # rating has changed meanwhile would not be found.
    session.execute(select(Case.id).where(Case.id == case_id).with_for_update(key_share=True))
    case = session.get(Case, case_id, populate_existing=True)
    if case is None:
        raise NotFound(f"case {case_id}")
    return case


def opened_last(session: Session, case: Case) -> datetime:
    """When the case was opened, or opened again: what happened before was about another rating."""
    opened = CaseEvent.case_id == case.id, CaseEvent.kind == str(CaseState.OPENED)
    return session.scalars(select(func.max(CaseEvent.at)).where(*opened)).one()


def record_of(session: Session, case_id: int) -> int:
    """The id of the record that the case is about. Raises NotFound."""
    record_id = session.scalar(select(Case.record_id).where(Case.id == case_id))
    if record_id is None:
        raise NotFound(f"case {case_id}")
    return record_id
