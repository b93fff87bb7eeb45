"""Who works on a case: handed over, recalled, worked by several with one in the lead, merged; given more time."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.actions import case_deadlines, case_notices
from hotline.actions.case_history import PARTS, add_event, locked_case, who
from hotline.actions.case_moves import Said, end, move, written
from hotline.actions.case_steps import in_hand
from hotline.actions.departments import is_known
from hotline.actions.own_cases import is_about
from hotline.errors import BadInput, Conflict, NotFound
from hotline.rules.casework import WAYS, Ending, Move
from hotline.rules.deadlines import months_after
from hotline.rules.policy import Policy
from hotline.rules.written import one_line
from hotline.tables import Case, CaseDepartment, CaseEvent, CaseExtension, User


def hand_over(
    session: Session, case_id: int, user: User, token: str | None, dept_code: str, note: str, now: datetime
) -> None:
    """Another department leads the work from now on. Raises BadInput, NotFound, Conflict."""
    dept_code, note = _code(session, dept_code), written("note", note)
    case = in_hand(session, case_id, user, token, now)
    if dept_code == case.lead_dept:
        raise BadInput("dept_code", "leads the work already")
    before = case.lead_dept
    move(session, case, Move.HAND_OVER, who(user), now, Said(note), facts={"from": before, "to": dept_code})
    _lead(session, case, dept_code, now)


def recall(
    session: Session, case_id: int, user: User, token: str | None, lead: str | None, note: str, now: datetime
) -> None:
    """Take back the last hand-over: who led before leads again. `lead`: who leads now, as the user sees it, so that the
    same form sent twice takes back one. Raises BadInput, NotFound, Conflict."""
    note = written("note", note)
    case = in_hand(session, case_id, user, token, now)
    if lead != case.lead_dept:
        raise Conflict("another department leads by now", code="led_by_another")
    before = _led_before(session, case)
    move(session, case, Move.RECALL, who(user), now, Said(note), facts={"from": case.lead_dept, "to": before})
    _lead(session, case, before, now)


def _lead(session: Session, case: Case, dept_code: str | None, now: datetime) -> None:
    """It leads: it is no more one of the others, and what was told to who led is told to it."""
    case.dept_code = dept_code
    if dept_code is not None:
        _leave(session, case, dept_code, now)
    case_notices.pass_on(session, case)


def _led_before(session: Session, case: Case) -> str | None:
    """Hand-overs and recalls of this case, newest first: a recall takes back the one before it."""
    kinds = (str(Move.HAND_OVER), str(Move.RECALL))
    events = select(CaseEvent).where(CaseEvent.case_id == case.id, CaseEvent.kind.in_(kinds))
    recalled = 0
    for event in session.scalars(events.order_by(CaseEvent.id.desc())):
        if event.kind == Move.RECALL:
            recalled += 1
        elif recalled:
            recalled -= 1
        else:
            before: str | None = event.facts["from"]
            return before
    raise Conflict("the case was not handed over", code="nothing_to_recall")


def join(
    session: Session, case_id: int, user: User, token: str | None, dept_code: str, note: str, now: datetime
) -> None:
    """A department works on the case beside the one that leads. Raises BadInput, NotFound, Conflict."""
    dept_code, note = _code(session, dept_code), written("note", note)
    case = in_hand(session, case_id, user, token, now)
    if dept_code == case.lead_dept or _joint(session, case, dept_code) is not None:
        raise BadInput("dept_code", "works on the case already")
    move(session, case, Move.JOIN, who(user), now, Said(note), facts={"dept_code": dept_code})
    session.add(CaseDepartment(case_id=case.id, dept_code=dept_code, joined_at=now))


def leave(
    session: Session, case_id: int, user: User, token: str | None, dept_code: str, note: str, now: datetime
) -> None:
    """A department's share is done. Raises BadInput, NotFound, Conflict."""
    dept_code, note = one_line(dept_code), written("note", note)
    case = in_hand(session, case_id, user, token, now)
    if _joint(session, case, dept_code) is None:
        raise BadInput("dept_code", "does not work on the case")
    move(session, case, Move.LEAVE, who(user), now, Said(note), facts={"dept_code": dept_code})
    _leave(session, case, dept_code, now)


def _leave(session: Session, case: Case, dept_code: str, now: datetime) -> None:
    joint = _joint(session, case, dept_code)
    if joint is not None:
        joint.left_at = now


def _joint(session: Session, case: Case, dept_code: str) -> CaseDepartment | None:
    at_work = CaseDepartment.case_id == case.id, CaseDepartment.left_at.is_(None)
    return session.scalar(select(CaseDepartment).where(*at_work, CaseDepartment.dept_code == dept_code))


def _code(session: Session, typed: str) -> str:
    dept_code = one_line(typed)
    if not is_known(session, dept_code):
        raise BadInput("dept_code", "is the code of no department that is known here")
    return dept_code


def merge(session: Session, case_id: int, user: User, token: str, into_id: int, note: str, now: datetime) -> None:
    """The case is the same business as another of the same citizen, and goes on there. Raises BadInput, Conflict."""
    if PARTS[user.role] not in WAYS[Move.MERGE].by:  # first: others do not learn here whose a case is
        raise Conflict(f"merge by {user.role}", code="illegal_part")
    note = written("note", note)
    if into_id == case_id:
        raise BadInput("into", "is this case itself")
    for locked in sorted((case_id, into_id)):  # always in this order, so that two merges never wait for each other
        _lock(session, locked)
    case, into = in_hand(session, case_id, user, token, now), _lock(session, into_id)
    if case.record.phone_lookup != into.record.phone_lookup or not _is_same_business(case, into):
        raise BadInput("into", "is not the same business of the same citizen")
    if into.state not in WAYS[Move.MERGE].before:
        raise Conflict("the other case is past its work", code="illegal_state")
    end(session, case, Move.MERGE, who(user), Ending.MERGED, now, Said(note), facts={"into": into.id})
    case.merged_into_id = into.id
    add_event(session, into, user.name, "merged_in", now, note, {"case": case.id})


def _lock(session: Session, case_id: int) -> Case:
    try:
        return locked_case(session, case_id)
    except NotFound:
        raise BadInput("into", "is no case") from None


def _is_same_business(one: Case, other: Case) -> bool:
    def business(case: Case) -> tuple[str | None, ...]:
        return (case.record.item_code, case.record.item_name, case.record.dept_code)

    return business(one) == business(other)


def ask_extension(
    session: Session,
    case_id: int,
    user: User,
    token: str | None,
    until: date,
    reason: str,
    policy: Policy,
    now: datetime,
) -> None:
    """A complex case: ask for time until the end of that day. Raises BadInput, NotFound, Conflict."""
    reason = written("note", reason)
    case = in_hand(session, case_id, user, token, now)
    if not now.astimezone(policy.zone).date() < until <= latest_extension(case, policy):
        raise BadInput("until", f"must be a day to come, at the latest {latest_extension(case, policy)}")
    if _asked(session, case) is not None:
        raise Conflict("more time was asked for already", code="extension_asked")
    move(session, case, Move.ASK_EXTENSION, who(user), now, Said(reason), facts={"until": until.isoformat()})
    session.add(CaseExtension(case_id=case.id, until=until, reason=reason, asked_at=now, asked_by=user.name))


def latest_extension(case: Case, policy: Policy) -> date:
    """The last day that may be asked for: so many months after the case was opened."""
    return months_after(case.opened_at.astimezone(policy.zone).date(), policy.casework.extension_months)


def decide_extension(
    session: Session,
    case_id: int,
    user: User,
    grant: bool,
    note: str,
    policy: Policy,
    now: datetime,
) -> None:
    """A supervisor, who did not ask for it and whom it is not about, grants or refuses it, whoever holds the case.
    Raises BadInput, NotFound, Conflict.

    What is over by now can only be refused.
    """
    note = written("note", note)
    case = locked_case(session, case_id)
    if is_about(case, user):
        raise NotFound(f"case {case_id}")
    asked = _asked(session, case)
    if asked is None:
        raise Conflict("nobody has asked for more time", code="illegal_state")
    if grant and case_deadlines.end_of(asked.until, policy) <= now:
        raise Conflict(f"{asked.until} is over", code="extension_over")
    how = Move.GRANT_EXTENSION if grant else Move.REFUSE_EXTENSION
    move(session, case, how, who(user), now, Said(note), facts={"until": asked.until.isoformat()})
    asked.decided_at, asked.decided_by, asked.granted = now, user.name, grant
    if grant:
        case_deadlines.extend(session, case, asked.until, policy, now)
    case_notices.tell_extension(session, case, asked, now)


def _asked(session: Session, case: Case) -> CaseExtension | None:
    undecided = CaseExtension.case_id == case.id, CaseExtension.decided_at.is_(None)
    return session.scalar(select(CaseExtension).where(*undecided))
