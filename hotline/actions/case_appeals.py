"""Appeals: a unit says that a rating is mistaken or malicious; somebody else reviews that, keeps the rating or
excludes it, and the unit is told. No rule says that an appeal stops a clock, so none is stopped."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.actions import case_deadlines, case_notices
from hotline.actions.audit import audit
from hotline.actions.case_history import opened_last, record_of, who
from hotline.actions.case_moves import Said, end, move, written
from hotline.actions.case_steps import in_hand
from hotline.actions.rate import exclude, in_turn
from hotline.errors import Conflict
from hotline.rules.casework import CaseState, DeadlineKind, Ending, Ground, Move, Verdict
from hotline.rules.policy import Policy
from hotline.tables import Case, CaseAppeal, CaseDeadline, CaseEvent, Rating, User
from hotline.tables.people import Role
from hotline.tables.service import RatingState


def appeal(
    session: Session,
    case_id: int,
    user: User,
    token: str | None,
    ground: Ground,
    reason: str,
    evidence: str,
    policy: Policy,
    now: datetime,
) -> CaseAppeal:
    """File an appeal against the rating of the case. Raises BadInput, NotFound, or Conflict: the rating does not count
    any more, it was decided on before, or the centre was not consulted first where the policy says so."""
    said = Said(written("note", reason), ground=ground, evidence=written("evidence", evidence))
    case = in_hand(session, case_id, user, token, now)
    if case.rating.state is not RatingState.ACTIVE:
        raise Conflict("the rating does not count any more", code="nothing_to_appeal")
    if _was_decided(session, case.rating):
        raise Conflict("an appeal against this rating was decided already", code="appeal_decided")
    if policy.casework.consults_first and not _was_consulted(session, case):
        raise Conflict("consult the centre first", code="not_consulted")
    filed = CaseAppeal(
        case_id=case.id,
        rating_id=case.rating_id,
        ground=ground,
        reason=said.note,
        evidence=said.evidence,
        state_before=case.state,
        filed_at=now,
        filed_by=user.name,
        dept_code=user.dept_code or case.lead_dept,
    )
    move(session, case, Move.APPEAL, who(user), now, said)
    session.add(filed)
    case_deadlines.begin(session, case, DeadlineKind.APPEAL_REVIEW, now, policy)
    return filed


def _was_decided(session: Session, rating: Rating) -> bool:
    decided = CaseAppeal.verdict.in_((Verdict.KEPT, Verdict.EXCLUDED))
    return session.scalar(select(CaseAppeal.id).where(CaseAppeal.rating_id == rating.id, decided)) is not None


def _was_consulted(session: Session, case: Case) -> bool:
    of_case = CaseEvent.case_id == case.id, CaseEvent.at >= opened_last(session, case)
    consulted = select(CaseEvent.id).where(*of_case, CaseEvent.kind == str(Move.CONSULT))
    return session.scalar(consulted.limit(1)) is not None


def withdraw_appeal(session: Session, case_id: int, user: User, token: str | None, note: str, now: datetime) -> None:
    """The unit, or a supervisor, takes its appeal back, and the case goes on where it was. Raises BadInput, NotFound,
    or Conflict, also if it is that of another unit."""
    note = written("note", note)
    case = in_hand(session, case_id, user, token, now)
    filed = _open_appeal(session, case)
    if user.role is Role.DEPARTMENT and user.dept_code != filed.dept_code:
        raise Conflict("the appeal is that of another unit", code="illegal_part")
    move(session, case, Move.WITHDRAW_APPEAL, who(user), now, Said(note), back_to=_goes_back_to(case, filed))
    _settle(filed, Verdict.WITHDRAWN, user, note, now)
    case_deadlines.drop(session, case, now, (DeadlineKind.APPEAL_REVIEW,))


def keep_rating(session: Session, case_id: int, reviewer: User, note: str, now: datetime) -> None:
    """The rating stays, and the case goes on where it was. Raises BadInput, NotFound, Conflict."""
    note = written("note", note)
    case = in_hand(session, case_id, reviewer, None, now)
    filed = _to_be_decided_by(session, case, reviewer)
    review = _review(session, case)
    move(session, case, Move.KEEP, who(reviewer), now, Said(note), back_to=_goes_back_to(case, filed))
    _settle(filed, Verdict.KEPT, reviewer, note, now)
    audit(session, reviewer.name, "rating_kept", now, f"case:{case.id}", _facts(filed))
    case_notices.tell_decision(session, case, review, filed, now)


def exclude_rating(session: Session, case_id: int, reviewer: User, note: str, citizen_side: str, now: datetime) -> None:
    """The rating leaves every figure, the store is told, and the case is closed. `citizen_side`: what the citizen said
    to it, or how it was tried to ask them. Raises BadInput, NotFound, Conflict."""
    said = Said(written("note", note), citizen_side=written("citizen_side", citizen_side))
    in_turn(session, record_of(session, case_id))  # who locks the record too locks it first
    case = in_hand(session, case_id, reviewer, None, now)
    filed = _to_be_decided_by(session, case, reviewer)
    rating = session.get_one(Rating, filed.rating_id)
    if not exclude(session, rating, now):
        raise Conflict("the citizen has changed or withdrawn the rating", code="nothing_to_exclude")
    review = _review(session, case)
    end(session, case, Move.EXCLUDE, who(reviewer), Ending.EXCLUDED, now, said)
    _settle(filed, Verdict.EXCLUDED, reviewer, note, now)
    filed.citizen_side = said.citizen_side
    audit(session, reviewer.name, "rating_excluded", now, f"case:{case.id}", _facts(filed))
    case_notices.tell_decision(session, case, review, filed, now)


def _to_be_decided_by(session: Session, case: Case, reviewer: User) -> CaseAppeal:
    """The open appeal, if `reviewer` is none of the unit that appeals or was rated. Raises Conflict."""
    filed = _open_appeal(session, case)
    units = {filed.dept_code, case.record.dept_code, case.lead_dept} - {None}
    if reviewer.dept_code in units or reviewer.name == filed.filed_by:
        raise Conflict("whoever reviews is never from the unit that appeals", code="own_appeal")
    return filed


def _goes_back_to(case: Case, filed: CaseAppeal) -> CaseState:
    """Where the case was; who was heard meanwhile needs no first contact any more."""
    was_heard = filed.state_before is CaseState.OPENED and case.contacted_at is not None
    return CaseState.CONTACTED if was_heard else filed.state_before


def _open_appeal(session: Session, case: Case) -> CaseAppeal:
    filed = session.scalar(select(CaseAppeal).where(CaseAppeal.case_id == case.id, CaseAppeal.decided_at.is_(None)))
    if filed is None:
        raise Conflict("there is no appeal to decide on", code="illegal_state")
    return filed


def _review(session: Session, case: Case) -> CaseDeadline:
    return next(d for d in case_deadlines.open_deadlines(session, case) if d.kind is DeadlineKind.APPEAL_REVIEW)


def _settle(filed: CaseAppeal, verdict: Verdict, user: User, note: str, now: datetime) -> None:
    filed.verdict, filed.decision = verdict, note
    filed.decided_at, filed.decided_by = now, user.name


def _facts(filed: CaseAppeal) -> dict[str, Any]:
    """For the audit log: whether a rating counts is for nobody to change later and unseen."""
    return {"appeal": filed.id, "rating": filed.rating_id, "ground": str(filed.ground), "by": filed.dept_code}
