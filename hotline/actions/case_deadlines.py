"""The deadlines of a case: begun with a step, met or dropped with another, counted anew when a year's list arrives."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline import outbox
from hotline.actions import case_notices
from hotline.actions.calendar import Guesses, is_known, workdays
from hotline.actions.case_history import SYSTEM, add_event, locked_case, opened_last
from hotline.rules.casework import DeadlineKind
from hotline.rules.deadlines import DayUnit, Deadline, IsWorkday, deadline
from hotline.rules.policy import Policy
from hotline.tables import Case, CaseDeadline, Invitation


def counted(session: Session, kind: DeadlineKind, start: datetime, policy: Policy) -> Deadline | None:
    """When a step that starts then is due; None = it has no term."""
    term = policy.casework.term(kind)
    return None if term is None else _count(start, term.count, term.unit, policy, workdays(session))


def _count(start: datetime, count: int, unit: DayUnit, policy: Policy, is_workday: IsWorkday) -> Deadline:
    return deadline(start, count, unit, policy.casework.closes_at, policy.zone, is_workday)


def begin(session: Session, case: Case, kind: DeadlineKind, start: datetime, policy: Policy) -> CaseDeadline | None:
    """From `start` on the step has to be done in time; None = it has no term."""
    term = policy.casework.term(kind)
    if term is None:
        return None
    row = CaseDeadline(case_id=case.id, kind=kind, started_at=start, count=term.count, unit=term.unit)
    days = Guesses(session)
    due = _count(start, term.count, term.unit, policy, days)
    row.due_at, row.provisional = due.due_at, due.provisional
    return _kept(session, case, row, policy, days)


def _kept(session: Session, case: Case, row: CaseDeadline, policy: Policy, days: Guesses) -> CaseDeadline:
    session.add(row)
    session.flush()
    case_notices.plan(session, case, row, policy, days)
    row.guessed_year = days.first_year
    _note_nearest(case, open_deadlines(session, case))
    return row


def _note_nearest(case: Case, rows: Iterable[CaseDeadline]) -> None:
    """The queue goes by the nearest deadline of staff that is still open."""
    of_staff = [row.due_at for row in rows if row.is_open and row.kind is not DeadlineKind.RE_RATING]
    case.due_at = min(of_staff, default=None)


def meet(session: Session, case: Case, kinds: Collection[DeadlineKind], now: datetime) -> None:
    """These steps are done, in time or late."""
    if not kinds:
        return
    rows = open_deadlines(session, case)
    for row in rows:
        if row.kind in kinds:
            case_notices.finish(session, case, row, now)
            row.met_at = now
            _note_missed(case, row, now)
    _note_nearest(case, rows)


def _note_missed(case: Case, row: CaseDeadline, now: datetime) -> None:
    """It ends, done or not, after its time: that stays with the case."""
    case.missed = case.missed or (row.due_at < now and row.kind is not DeadlineKind.RE_RATING)


def take_up(session: Session, case: Case, kind: DeadlineKind, policy: Policy) -> None:
    """That step is to be done after all: its deadline is what it was, and of its notices the rest is planned again."""
    met = CaseDeadline.case_id == case.id, CaseDeadline.kind == kind, CaseDeadline.met_at >= opened_last(session, case)
    row = session.scalar(select(CaseDeadline).where(*met).order_by(CaseDeadline.id.desc()).limit(1))
    is_begun = any(one.kind is kind for one in open_deadlines(session, case))  # such as by a rating at that moment
    if row is not None and not is_begun:
        row.met_at = None
        session.flush()
        case_notices.plan(session, case, row, policy, workdays(session))
        _note_nearest(case, open_deadlines(session, case))


def drop(session: Session, case: Case, now: datetime, kinds: Collection[DeadlineKind] = tuple(DeadlineKind)) -> None:
    """These steps are not to be done any more."""
    rows = open_deadlines(session, case)
    for row in rows:
        if row.kind in kinds:
            case_notices.finish(session, case, row, now)
            row.dropped_at = now
            _note_missed(case, row, now)
    _note_nearest(case, rows)


def extend(session: Session, case: Case, until: date, policy: Policy, now: datetime) -> None:
    """What has to be put right and answered has time until the end of that day. Later deadlines stay."""
    due_at = end_of(until, policy)
    for row in open_deadlines(session, case):
        if row.kind in (DeadlineKind.RECTIFY, DeadlineKind.ANSWER) and row.due_at < due_at:
            case_notices.finish(session, case, row, now)
            row.dropped_at = now
            _note_missed(case, row, now)
            session.flush()
            longer = CaseDeadline(
                case_id=case.id, kind=row.kind, started_at=row.started_at, due_at=due_at, provisional=False
            )
            _kept(session, case, longer, policy, Guesses(session))


def end_of(day: date, policy: Policy) -> datetime:
    """When business closes on that day."""
    return datetime.combine(day, policy.casework.closes_at, policy.zone).astimezone(UTC)


def open_deadlines(session: Session, case: Case) -> Sequence[CaseDeadline]:
    session.flush()
    still_open = CaseDeadline.met_at.is_(None) & CaseDeadline.dropped_at.is_(None)
    of_case = select(CaseDeadline).where(CaseDeadline.case_id == case.id, still_open)
    return session.scalars(of_case.order_by(CaseDeadline.due_at, CaseDeadline.id)).all()


def countable_anew(session: Session, limit: int) -> Sequence[CaseDeadline]:
    """Open deadlines for which a year was guessed at whose list is there by now."""
    guessed = CaseDeadline.guessed_year.is_not(None), CaseDeadline.met_at.is_(None), CaseDeadline.dropped_at.is_(None)
    years = session.scalars(select(CaseDeadline.guessed_year).where(*guessed).distinct())
    known = [year for year in years if year is not None and is_known(session, year)]
    waiting = select(CaseDeadline).where(CaseDeadline.guessed_year.in_(known), *guessed)
    return session.scalars(waiting.order_by(CaseDeadline.id).limit(limit)).all()


def count_anew(session: Session, deadline_id: int, policy: Policy, now: datetime) -> None:
    """The list has come: count the deadline by it, plan its notices by it, and keep in the history that it moved."""
    row = session.get_one(CaseDeadline, deadline_id)
    case = locked_case(session, row.case_id)
    session.refresh(row)
    if not row.is_open or row.guessed_year is None:
        return
    days = Guesses(session)
    if row.provisional and row.count is not None and row.unit is not None:
        _move(session, case, row, _count(row.started_at, row.count, row.unit, policy, days), now)
    session.flush()
    case_notices.take_out(session, row)
    _kept(session, case, row, policy, days)


def _move(session: Session, case: Case, row: CaseDeadline, due: Deadline, now: datetime) -> None:
    before, row.due_at, row.provisional = row.due_at, due.due_at, due.provisional
    if row.kind is DeadlineKind.FIRST_CONTACT:
        case.first_contact_due_at, case.deadline_provisional = due.due_at, due.provisional
        key = f"callback:{case.id}:counted:{row.id}:{due.due_at:%Y%m%d}"
        outbox.put(session, outbox.Kind.CALLBACK, key, {"case_id": case.id}, due.due_at, now)
    if row.kind is DeadlineKind.RE_RATING:
        _answerable_until(session, case, before, due.due_at)
    facts = {"deadline": str(row.kind), "before": before.isoformat(), "due_at": due.due_at.isoformat()}
    add_event(session, case, SYSTEM, "deadline_counted_anew", now, facts=facts)


def _answerable_until(session: Session, case: Case, before: datetime, due_at: datetime) -> None:
    """The second asking is open for as long as it is waited for. One that is being answered now needs no more time."""
    asked = select(Invitation).where(Invitation.record_id == case.record_id, Invitation.expires_at == before)
    for invitation in session.scalars(asked.with_for_update(of=Invitation, skip_locked=True)):
        invitation.expires_at = due_at
