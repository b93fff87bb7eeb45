"""Quality samples: closed cases drawn by lot, and marked by a supervisor who did not work on them."""

import secrets
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.actions.audit import audit
from hotline.actions.case_moves import LONGEST_NOTE
from hotline.actions.own_cases import is_about
from hotline.errors import BadInput, Conflict, NotFound
from hotline.rules.casework import CaseState
from hotline.rules.policy import Policy
from hotline.rules.quality import LARGEST_DRAW, draw, is_mark
from hotline.rules.written import seen
from hotline.tables import Case, CaseEvent, QualityDraw, QualitySample, QualityScore, User
from hotline.tables.people import Role

DESK = (Role.AGENT, Role.SUPERVISOR, Role.ADMIN)
LONGEST_PERIOD = timedelta(days=92)


def draw_samples(
    session: Session,
    by: User,
    agent_id: int | None,
    first_day: date,
    last_day: date,
    wanted: int,
    policy: Policy,
    now: datetime,
) -> QualityDraw:
    """Draw `wanted` of the cases that agents (or this one) closed on those days. Raises BadInput."""
    if not first_day <= last_day < first_day + LONGEST_PERIOD:
        raise BadInput("days", f"must be a first and a last day, at most {LONGEST_PERIOD.days} days")
    if not 1 <= wanted <= LARGEST_DRAW:
        raise BadInput("wanted", f"must be 1 to {LARGEST_DRAW}")
    closed_by = _closed_by(session, agent_id, first_day, last_day, policy)
    if not closed_by:
        raise BadInput("days", "nobody closed a case then")
    row = QualityDraw(
        at=now,
        by=by.name,
        agent_id=agent_id,
        first_day=first_day,
        last_day=last_day,
        wanted=wanted,
        population=len(closed_by),
        seed=secrets.token_hex(8),
    )
    drawn = draw(closed_by, wanted, row.seed)
    session.add(row)
    session.flush()
    session.add_all(QualitySample(draw_id=row.id, case_id=one, agent_id=closed_by[one]) for one in drawn)
    facts = {"agent": agent_id, "days": f"{first_day}/{last_day}", "of": row.population, "drawn": len(drawn)}
    audit(session, by.name, "quality_drawn", now, subject=f"draw:{row.id}", facts=facts | {"seed": row.seed})
    return row


def _closed_by(
    session: Session, agent_id: int | None, first_day: date, last_day: date, policy: Policy
) -> dict[int, int]:
    """Each case that somebody of the desk closed then with an outcome, and who did so last."""
    begin = datetime.combine(first_day, time.min, policy.zone)
    end = datetime.combine(last_day + timedelta(days=1), time.min, policy.zone)
    closed = (
        select(CaseEvent.case_id, User.id)
        .join(Case, Case.id == CaseEvent.case_id)
        .join(User, User.name == CaseEvent.actor)
        .where(CaseEvent.at >= begin, CaseEvent.at < end, CaseEvent.kind == str(CaseState.CLOSED))
        .where(Case.state == CaseState.CLOSED, Case.outcome.is_not(None), User.role.in_(DESK))
        .order_by(CaseEvent.id)
    )
    if agent_id is not None:
        closed = closed.where(User.id == agent_id)
    return dict(session.execute(closed).all())


def score(
    session: Session,
    sample_id: int,
    by: User,
    marks: Mapping[str, int | None],
    note: str,
    policy: Policy,
    now: datetime,
) -> QualityScore:
    """Mark a sample by every criterion of the policy; an earlier score stays, and counts no more.

    Raises BadInput naming the criterion or `note`, NotFound, and Conflict for one's own work.
    """
    sample = session.get(QualitySample, sample_id)
    if sample is None or is_about(sample.case, by):
        raise NotFound(f"sample {sample_id}")
    if sample.agent_id == by.id:
        raise Conflict("nobody marks their own work", code="own_sample")
    wanted = [criterion.name for criterion in policy.casework.quality]
    if missing := [name for name in wanted if not is_mark(marks.get(name))]:
        raise BadInput(missing[0], "must be 1 to 5")
    note = seen(note)
    if len(note) > LONGEST_NOTE:
        raise BadInput("note", f"is longer than {LONGEST_NOTE} characters")
    row = QualityScore(
        sample_id=sample_id, at=now, by=by.name, marks={name: marks[name] for name in wanted}, note=note or None
    )
    session.add(row)
    audit(session, by.name, "quality_scored", now, subject=f"sample:{sample_id}", facts={"marks": row.marks})
    return row
