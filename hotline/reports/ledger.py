"""The ledger of bad ratings (整改台账): a row for each case with what the rules ask for, and figures over them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, false, func, select, true
from sqlalchemy.orm import Session

from hotline.rules.casework import CaseState, DeadlineKind, Ending
from hotline.tables import Case, CaseAppeal, CaseDeadline, CaseEvent, Rating, User
from hotline.tables.service import RatingState

_STEPS = (CaseState.VERIFIED, CaseState.RECTIFYING, CaseState.EXPLAINED, CaseState.ANSWERED)
_DAY_SECONDS = 86_400
MOST_COUNTED = 120_000


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A case and the last of each of its steps. `due`: when each is or was due. `late`: the deadlines it missed.
    `responsible`: who took it first. `second`: the rating that the citizen gave when they were asked again."""

    case: Case
    now: datetime
    steps: dict[str, CaseEvent]
    due: dict[DeadlineKind, datetime]
    late: Sequence[DeadlineKind]
    responsible: str | None
    appeal: CaseAppeal | None
    second: Rating | None

    @property
    def verified(self) -> CaseEvent | None:
        return self.steps.get(CaseState.VERIFIED)

    @property
    def answered(self) -> CaseEvent | None:
        return self.steps.get(CaseState.ANSWERED)

    @property
    def put_right(self) -> CaseEvent | None:
        """What was put right or explained, whichever came last."""
        told = [self.steps[kind] for kind in (CaseState.RECTIFYING, CaseState.EXPLAINED) if kind in self.steps]
        return max(told, key=lambda event: event.id, default=None)

    @property
    def contacted_in_time(self) -> bool | None:
        """None: it can still be."""
        case = self.case
        if case.contacted_at is not None:
            return case.contacted_at <= case.first_contact_due_at
        return False if DeadlineKind.FIRST_CONTACT in self.late else None

    @property
    def held_by(self) -> str | None:
        """None: nobody does, or no longer."""
        case = self.case
        if case.holder is None or case.held_until is None or case.held_until <= self.now:
            return None
        return case.holder.name

    @property
    def days(self) -> float:
        """From opening to closing, or until now."""
        return ((self.case.closed_at or self.now) - self.case.opened_at).total_seconds() / _DAY_SECONDS


def ledger_rows(session: Session, cases: Sequence[Case], now: datetime) -> list[LedgerRow]:
    """Each with what its row shows, read in a few queries for all of them."""
    ids = [case.id for case in cases]
    steps: dict[int, dict[str, CaseEvent]] = {}
    happened = select(CaseEvent).where(CaseEvent.case_id.in_(ids), CaseEvent.kind.in_([str(step) for step in _STEPS]))
    for event in session.scalars(happened.order_by(CaseEvent.id)):
        steps.setdefault(event.case_id, {})[event.kind] = event
    appeals = _last_of(session.scalars(select(CaseAppeal).where(CaseAppeal.case_id.in_(ids)).order_by(CaseAppeal.id)))
    due, late = _due_and_late(session, ids, now)
    again = select(Rating).where(
        Rating.record_id.in_([case.record_id for case in cases]), Rating.round > 1, Rating.state == RatingState.ACTIVE
    )
    first = select(User).where(User.id.in_({case.responsible_id for case in cases}))
    responsible = {user.id: user.name for user in session.scalars(first)}
    second = {rating.record_id: rating for rating in session.scalars(again.order_by(Rating.id))}
    return [
        LedgerRow(
            case=case,
            now=now,
            steps=steps.get(case.id, {}),
            due=due.get(case.id, {}),
            late=late.get(case.id, ()),
            responsible=None if case.responsible_id is None else responsible[case.responsible_id],
            appeal=appeals.get(case.id),
            second=second.get(case.record_id),
        )
        for case in cases
    ]


def _last_of(appeals: Iterable[CaseAppeal]) -> dict[int, CaseAppeal]:
    return {appeal.case_id: appeal for appeal in appeals}


def _due_and_late(
    session: Session, ids: Sequence[int], now: datetime
) -> tuple[dict[int, dict[DeadlineKind, datetime]], dict[int, list[DeadlineKind]]]:
    """Of each case the last deadline of each kind, and the kinds that it missed; the citizen's own apart."""
    of_staff = CaseDeadline.case_id.in_(ids), CaseDeadline.kind != DeadlineKind.RE_RATING
    due: dict[int, dict[DeadlineKind, datetime]] = {}
    late: dict[int, list[DeadlineKind]] = {}
    for row in session.scalars(select(CaseDeadline).where(*of_staff).order_by(CaseDeadline.due_at, CaseDeadline.id)):
        due.setdefault(row.case_id, {})[row.kind] = row.due_at
        missed = late.setdefault(row.case_id, [])
        if row.due_at < (row.met_at or row.dropped_at or now) and row.kind not in missed:
            missed.append(row.kind)
    return due, late


@dataclass(frozen=True, slots=True)
class LedgerFigures:
    """Over every case of the filter, but those whose rating was excluded after an appeal (`excluded`): they leave all
    the others. `due`: contacted, or to be by now or until it was closed; `in_time` of them were. `late`: with a step
    that was or is late. `better`: the citizen rated better when asked again."""

    cases: int
    closed: int
    due: int
    in_time: int
    late: int
    better: int
    excluded: int


def ledger_figures(session: Session, conditions: Sequence[ColumnElement[bool]], now: datetime) -> LedgerFigures | None:
    """None: more cases fit than are counted while somebody waits."""
    columns = (Case.state, Case.contacted_at, Case.first_contact_due_at, Case.missed, Case.due_at, Case.closed_at)
    case = select(*columns, Case.ending).where(*conditions).limit(MOST_COUNTED + 1).subquery().c
    is_open, contacted = case.closed_at.is_(None), case.contacted_at.is_not(None)
    counts = {
        "cases": true(),
        "closed": ~is_open,
        "due": contacted | (case.first_contact_due_at < func.coalesce(case.closed_at, now)),
        "in_time": contacted & (case.contacted_at <= case.first_contact_due_at),
        "late": case.missed | is_open & (case.due_at <= now),
        "better": case.ending == Ending.RATED_BETTER,
    }
    excluded = func.coalesce(case.ending == Ending.EXCLUDED, false())
    counted = select(
        *(func.count().filter(~excluded, which).label(name) for name, which in counts.items()),
        func.count().filter(excluded).label("excluded"),
    )
    row = session.execute(counted).mappings().one()
    return None if row["cases"] + row["excluded"] > MOST_COUNTED else LedgerFigures(**row)
