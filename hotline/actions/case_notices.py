"""Notices of a deadline: planned with it as rows, done once when they come due, however late, and then in sight.

When a deadline ends, what was due by then is done in the same commit and the rest is taken out: so none is missed or
told twice, whether the sweep was there in time or not.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from hotline.actions.case_history import SYSTEM, add_event
from hotline.rules.casework import DeadlineKind, NoticeKind, Steps
from hotline.rules.deadlines import IsWorkday, moment_after, moment_before
from hotline.rules.policy import Policy
from hotline.tables import Case, CaseAppeal, CaseDeadline, CaseExtension, CaseNotice, User
from hotline.tables.people import Role

_EVENTS = {NoticeKind.REMINDER: "reminded", NoticeKind.ESCALATION: "escalated"}


def plan(session: Session, case: Case, deadline: CaseDeadline, policy: Policy, is_workday: IsWorkday) -> None:
    """The notices of a deadline, but those that are there already. A reminder before the start is left out.

    A case that is only contacted and closed has none: its one deadline is marked when it passes.
    """
    if case.steps is Steps.CONTACT:
        return
    rows = session.execute(select(CaseNotice.kind, CaseNotice.step).where(_of(deadline)))
    there = {(row.kind, row.step) for row in rows}
    for notice in _planned(case, deadline, policy, is_workday):
        if (notice.kind, notice.step) not in there:
            session.add(notice)


def _planned(case: Case, deadline: CaseDeadline, policy: Policy, is_workday: IsWorkday) -> list[CaseNotice]:
    if deadline.kind is DeadlineKind.RE_RATING:
        return [_notice(case, deadline, NoticeKind.LAPSE, 0, Role.AGENT, deadline.due_at)]
    rules, zone = policy.casework, policy.zone
    notices = []
    for step, before in enumerate(rules.reminders):
        due_at = moment_before(deadline.due_at, before.count, before.unit, zone, is_workday)
        if due_at > deadline.started_at:
            for number, role in enumerate(_reminded(deadline.kind)):
                notices.append(_notice(case, deadline, NoticeKind.REMINDER, 2 * step + number, role, due_at))
    for step, rung in enumerate(rules.ladder):
        due_at = moment_after(deadline.due_at, rung.after.count, rung.after.unit, rules.closes_at, zone, is_workday)
        notice = _notice(case, deadline, NoticeKind.ESCALATION, step, Role(rung.role), due_at)
        notice.rung = rung.rung
        notices.append(notice)
    return notices


def _reminded(kind: DeadlineKind) -> tuple[Role, ...]:
    """The desk, and of what a department has to do the one that leads by then; reviewers of their own work."""
    if kind is DeadlineKind.APPEAL_REVIEW:
        return (Role.REVIEWER,)
    is_theirs = kind in (DeadlineKind.VERIFY, DeadlineKind.RECTIFY, DeadlineKind.ANSWER)
    return (Role.AGENT, Role.DEPARTMENT) if is_theirs else (Role.AGENT,)


def _notice(
    case: Case, deadline: CaseDeadline, kind: NoticeKind, step: int, role: Role, due_at: datetime
) -> CaseNotice:
    return CaseNotice(
        case_id=case.id, case=case, deadline_id=deadline.id, deadline=deadline, kind=kind, step=step, role=role,
        due_at=due_at,
    )  # fmt: skip


def due_notices(session: Session, case: Case, now: datetime) -> Sequence[CaseNotice]:
    """What has come due and is not done, in order; the case is locked."""
    session.flush()
    due = select(CaseNotice).where(CaseNotice.case_id == case.id, _is_due(now))
    return session.scalars(due.order_by(CaseNotice.due_at, CaseNotice.id)).all()


def tell(session: Session, case: Case, notice: CaseNotice, now: datetime) -> None:
    """Done: from now on it is in sight of whom it is for, and in the case's history. If no department leads, none is
    reminded."""
    if notice.kind is NoticeKind.REMINDER and notice.role is Role.DEPARTMENT and case.lead_dept is None:
        session.delete(notice)
        return
    notice.done_at = now
    _address(session, case, notice)
    facts = {"deadline": str(notice.deadline.kind), "due_at": notice.deadline.due_at.isoformat()}
    if notice.rung is not None:
        facts |= {"rung": str(notice.rung)}
    add_event(session, case, SYSTEM, _EVENTS[notice.kind], now, facts=facts)


def _address(session: Session, case: Case, notice: CaseNotice) -> None:
    """Of agents, who is responsible for the case, if anybody took it yet and is still one of us."""
    if notice.role is Role.DEPARTMENT:
        notice.dept_code = case.lead_dept
    if notice.role is Role.AGENT and case.responsible_id is not None:
        responsible = session.get_one(User, case.responsible_id)
        notice.user_id = responsible.id if responsible.disabled_at is None else None


def pass_on(session: Session, case: Case) -> None:
    """Another department leads: what the one before has not read is for it."""
    unread = CaseNotice.case_id == case.id, CaseNotice.done_at.is_not(None), CaseNotice.seen_at.is_(None)
    theirs = CaseNotice.role == Role.DEPARTMENT, CaseNotice.kind != NoticeKind.DECISION
    session.execute(update(CaseNotice).where(*unread, *theirs).values(dept_code=case.lead_dept))


def tell_decision(session: Session, case: Case, deadline: CaseDeadline, filed: CaseAppeal, now: datetime) -> None:
    """The unit that appealed is told: there is a decision; and so is who filed it in the unit's name."""
    to_unit = _notice(case, deadline, NoticeKind.DECISION, 0, Role.DEPARTMENT, now)
    to_unit.dept_code, to_unit.done_at = filed.dept_code, now
    session.add(to_unit)
    filer = session.scalar(select(User).where(User.name == filed.filed_by))
    if filer is not None and filer.role is not Role.DEPARTMENT:
        to_filer = _notice(case, deadline, NoticeKind.DECISION, 1, filer.role, now)
        to_filer.user_id, to_filer.done_at = filer.id, now
        session.add(to_filer)


def tell_extension(session: Session, case: Case, asked: CaseExtension, now: datetime) -> None:
    """Who asked for more time is told what was said; where they are no more one of us, all of their role."""
    deadline = _about_time(session, case)
    asker = session.scalar(select(User).where(User.name == asked.asked_by))
    if deadline is None or asker is None:
        return
    kind = NoticeKind.EXTENSION_GRANTED if asked.granted else NoticeKind.EXTENSION_REFUSED
    notice = _notice(case, deadline, kind, asked.id, asker.role, now)
    notice.user_id = asker.id if asker.disabled_at is None else None
    notice.dept_code, notice.done_at = asker.dept_code, now
    session.add(notice)


def _about_time(session: Session, case: Case) -> CaseDeadline | None:
    """The deadline of the work, as it is now; where the city has none, the last that the case had."""
    session.flush()
    of_case = select(CaseDeadline).where(CaseDeadline.case_id == case.id)
    is_of_work = CaseDeadline.kind.in_((DeadlineKind.RECTIFY, DeadlineKind.ANSWER))
    still_open = CaseDeadline.met_at.is_(None) & CaseDeadline.dropped_at.is_(None)
    first = of_case.order_by((is_of_work & still_open).desc(), CaseDeadline.id.desc())
    return session.scalar(first.limit(1))


def finish(session: Session, case: Case, deadline: CaseDeadline, now: datetime) -> None:
    """The deadline ends now: what was due by then is told, the rest is not to come."""
    for notice in due_notices(session, case, now):
        if notice.deadline_id == deadline.id and notice.kind is not NoticeKind.LAPSE:
            tell(session, case, notice, now)
    session.flush()
    take_out(session, deadline)


def take_out(session: Session, deadline: CaseDeadline) -> None:
    """What is planned for it does not come."""
    session.execute(delete(CaseNotice).where(_of(deadline), CaseNotice.done_at.is_(None)))


def cases_with_due_notices(session: Session, now: datetime, limit: int) -> Sequence[int]:
    """The cases in which something has come due, the oldest first."""
    due = select(CaseNotice.case_id, CaseNotice.due_at).where(_is_due(now)).order_by(CaseNotice.due_at).limit(limit)
    return list(dict.fromkeys(row.case_id for row in session.execute(due)))


def note_seen(session: Session, notice_id: int, user: User, now: datetime) -> bool:
    """Whoever it is for has read it. False if it was not theirs, or read already."""
    notice = session.scalars(
        select(CaseNotice).where(CaseNotice.id == notice_id, is_for(user)).with_for_update(of=CaseNotice)
    ).one_or_none()
    if notice is None or notice.seen_at is not None:
        return False
    notice.seen_at, notice.seen_by = now, user.name
    return True


def unseen_notices(session: Session, user: User, limit: int) -> Sequence[CaseNotice]:
    """What was told to `user` and nobody has read yet, the latest first."""
    unseen = select(CaseNotice).where(is_for(user), CaseNotice.seen_at.is_(None))
    return session.scalars(unseen.order_by(CaseNotice.done_at.desc(), CaseNotice.id.desc()).limit(limit)).all()


def is_for(user: User) -> ColumnElement[bool]:
    """Told to this user, or to everybody of their role (and department), also in place of one who has left."""
    gone = select(User.id).where(User.disabled_at.is_not(None))
    anyone = (CaseNotice.user_id.is_(None) | CaseNotice.user_id.in_(gone)) & (CaseNotice.role == user.role)
    if user.role is Role.DEPARTMENT:
        anyone &= CaseNotice.dept_code == user.dept_code
    return CaseNotice.done_at.is_not(None) & ((CaseNotice.user_id == user.id) | anyone)


def _of(deadline: CaseDeadline) -> ColumnElement[bool]:
    return CaseNotice.deadline_id == deadline.id


def _is_due(now: datetime) -> ColumnElement[bool]:
    return CaseNotice.done_at.is_(None) & (CaseNotice.due_at <= now)
