"""The steps of a case after the first contact: verified, put right or explained, answered, asked again, called back."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.actions import case_deadlines, case_notices
from hotline.actions.case_history import PARTS, THE_SYSTEM, locked_case, who
from hotline.actions.case_moves import Said, move, written
from hotline.actions.casework import begin_steps, centre_calls, held
from hotline.actions.invite import invite
from hotline.actions.own_cases import is_about
from hotline.errors import Conflict, NotFound
from hotline.rules.casework import DeadlineKind, Move, NoticeKind, Part
from hotline.rules.phones import PhoneKind
from hotline.rules.policy import Policy
from hotline.rules.script import Channel
from hotline.tables import Case, CaseDepartment, Invitation, User
from hotline.tables.service import InvitationState

SECOND_ROUND = 2
SIMPLE = (Move.CONTACT, Move.VERIFY, Move.RECTIFY, Move.EXPLAIN, Move.ANSWER, Move.HEAR, Move.CONSULT)


def in_hand(session: Session, case_id: int, user: User, token: str | None, now: datetime) -> Case:
    """The case, locked, for a move by `user`: the desk holds it by its lease; a department, if it works on it, and a
    reviewer need none. Raises NotFound (also of a case about oneself), Conflict."""
    part = PARTS[user.role]
    if part in (Part.AGENT, Part.SUPERVISOR):
        return held(session, case_id, token or "", now)
    case = locked_case(session, case_id)
    if (
        user.only_explains
        or is_about(case, user)
        or (part is Part.DEPARTMENT and not works_on(session, case, user.dept_code))
    ):
        raise NotFound(f"case {case_id}")
    return case


def works_on(session: Session, case: Case, dept_code: str | None) -> bool:
    """Is it the rated department, the one that leads, or one that works on the case with it?"""
    if dept_code is None:
        return False
    joint = select(CaseDepartment.id).where(
        CaseDepartment.case_id == case.id, CaseDepartment.dept_code == dept_code, CaseDepartment.left_at.is_(None)
    )
    return dept_code in (case.record.dept_code, case.dept_code) or session.scalar(joint) is not None


def take_step(
    session: Session,
    case_id: int,
    how: Move,
    user: User,
    token: str | None,
    note: str,
    policy: Policy,
    now: datetime,
) -> None:
    """Make one of the SIMPLE moves, with a note. Raises BadInput, Conflict, NotFound."""
    if how not in SIMPLE:
        raise Conflict(f"{how} needs more than a note", code="illegal_state")
    note = written("note", note)
    advance(session, in_hand(session, case_id, user, token, now), how, user, note, policy, now)


def advance(
    session: Session,
    case: Case,
    how: Move,
    user: User,
    note: str,
    policy: Policy,
    now: datetime,
    facts: dict[str, Any] | None = None,
) -> None:
    """The same move of a case that is in hand, with all that comes of it. Raises Conflict."""
    move(session, case, how, who(user), now, Said(note), facts=facts)
    if how is Move.VERIFY:
        begin_steps(session, case, "verified", now, policy)
    if how is Move.RECTIFY:  # also after it was explained first, which has kept the deadline
        case_deadlines.take_up(session, case, DeadlineKind.RECTIFY, policy)
    if how is Move.ANSWER:
        _ask_again(session, case, policy, now)


def _ask_again(session: Session, case: Case, policy: Policy, now: datetime) -> None:
    """The citizen has the answer, and is asked once more what they think; or the centre calls them."""
    invitation = _second_invitation(session, case, policy, now) if policy.casework.asks_again else None
    if invitation is None:
        centre_calls(session, case, Move.CALL_BACK, THE_SYSTEM, policy, now)
        return
    move(session, case, Move.ASK_AGAIN, THE_SYSTEM, now, facts={"channel": str(invitation.channel)})
    deadline = case_deadlines.begin(session, case, DeadlineKind.RE_RATING, now, policy)
    assert deadline is not None
    invitation.expires_at = deadline.due_at


def _second_invitation(session: Session, case: Case, policy: Policy, now: datetime) -> Invitation | None:
    """None: the citizen was asked a second time before, or does not want to be asked."""
    of_record = Invitation.record_id == case.record_id, Invitation.round == SECOND_ROUND
    if session.scalar(select(Invitation.id).where(*of_record)) is not None:
        return None
    is_called = case.record.phone_kind is PhoneKind.LANDLINE or case.record.kind in policy.phone.kinds
    channel = Channel.PHONE if is_called else Channel.SMS
    invitation = invite(session, case.record, channel, policy, now, SECOND_ROUND)
    return None if invitation.state is InvitationState.DECLINED else invitation


def serve_notices(session: Session, case_id: int, policy: Policy, now: datetime) -> None:
    """Whatever has come due in the case is done, once: told, or, when the citizen's time is over, called back."""
    case = locked_case(session, case_id)
    for notice in case_notices.due_notices(session, case, now):
        if notice.kind is not NoticeKind.LAPSE:
            case_notices.tell(session, case, notice, now)
            continue
        notice.done_at = notice.seen_at = now
        case_deadlines.drop(session, case, now, (DeadlineKind.RE_RATING,))
        centre_calls(session, case, Move.CALL_BACK, THE_SYSTEM, policy, now)
