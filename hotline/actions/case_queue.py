"""The queue of the desk: which cases are its turn now, in which order, and from when on a citizen is called."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVarTuple

from sqlalchemy import ColumnElement, Select, literal_column, select
from sqlalchemy.orm import Session

from hotline.actions.calendar import workdays
from hotline.actions.own_cases import about
from hotline.rules.contacts import wished_time
from hotline.rules.policy import Policy
from hotline.rules.skills import skill_for
from hotline.tables import Case, ServiceRecord, User
from hotline.tables.casework import desks_turn

Columns = TypeVarTuple("Columns")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases somebody wants to see or to work on: those that a department leads, those that take a skill."""

    dept_code: str | None = None
    skill: str | None = None


ANY = Wanted()


def by_urgency() -> tuple[ColumnElement[Any], ...]:
    """The order of work: the least time left, then a time that the citizen chose, then the longest wait."""
    return (Case.due_at.asc().nulls_last(), Case.our_time.asc(), Case.opened_at.asc(), Case.id.asc())


def only_wanted(cases: Select[*Columns], wanted: Wanted) -> Select[*Columns]:
    """Of these cases only those that are wanted."""
    if wanted.skill is not None:
        cases = cases.where(Case.skill == wanted.skill)
    if wanted.dept_code is not None:
        own = Case.dept_code.is_(None) & (Case.rated_dept_code == wanted.dept_code)
        cases = cases.where((Case.dept_code == wanted.dept_code) | own)
    return cases


def ready(skills: Collection[str], now: datetime) -> tuple[ColumnElement[bool], ...]:
    """What a case is that somebody with these skills can be handed now: the desk's turn, held by nobody, waiting for no
    hour, and taking no skill that they have not."""
    return (
        literal_column(f"({desks_turn('cases.{}')})"),
        Case.held_until.is_(None) | (Case.held_until <= now),
        Case.call_at.is_(None) | (Case.call_at <= now),
        Case.skill.is_(None) | Case.skill.in_(skills),
    )


def next_free(session: Session, agent: User, wanted: Wanted, now: datetime) -> int | None:
    """The most urgent case that `agent` can be handed; locked, past those that others are about to take."""
    cases = only_wanted(select(Case.id).where(*ready(agent.skills, now)), wanted)
    cases = cases if agent.staff_no is None else cases.where(~about(agent))
    found = cases.order_by(*by_urgency()).limit(1)
    case_id: int | None = session.scalar(found.with_for_update(skip_locked=True, of=Case))
    return case_id


def skill_of(record: ServiceRecord, policy: Policy) -> str | None:
    """The skill that a callback about the record takes."""
    skills = (skill.skill for skill in policy.casework.skills)
    return skill_for(skills, record.language, record.item_code, record.dept_code)


def call_by_wish(session: Session, case: Case, policy: Policy, now: datetime) -> None:
    """Call in the part of the day that the citizen likes, else as soon as somebody is free."""
    call_at = wished_time(case.call_wish, now, policy.callback_rules(workdays(session)).days)
    put_off(case, call_at, promised=call_at is not None)


def put_off(case: Case, call_at: datetime | None, *, promised: bool) -> None:
    """The desk waits until then; `promised`: because the citizen chose that time."""
    case.call_at, case.our_time = call_at, not promised
