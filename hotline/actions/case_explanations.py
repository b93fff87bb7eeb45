"""What the member of staff who was rated may see and say: of their own services with an open case the item, the window
and the day, and never who rated, in which words, or when; and a place to explain."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.actions.case_history import add_event, locked_case
from hotline.actions.case_moves import written
from hotline.actions.own_cases import served
from hotline.errors import BadInput, NotFound
from hotline.rules.casework import OPEN
from hotline.tables import Case, CaseExplanation, ServiceRecord, User

_MOST = 200
_MOST_WORDS = 20  # explanations of one person to one case, all of which its page shows


@dataclass(frozen=True, slots=True)
class ToExplain:
    """A service of this member of staff that was rated badly, as they may see it. `case_id` is for the house alone."""

    case_id: int
    item_name: str | None
    window: str | None
    day: date
    said: Sequence[CaseExplanation]


def to_explain(session: Session, user: User, midnight: datetime, zone: ZoneInfo) -> list[ToExplain]:
    """In the order of their days, the latest first; nothing in it tells one rating of a day from another. What came in
    since `midnight` is not listed yet: who has the page open would see it come as the citizen leaves the window."""
    cases = select(Case).join(ServiceRecord, ServiceRecord.id == Case.record_id).where(served(user))
    listed = cases.where(Case.state.in_(OPEN), Case.queued_at < midnight)
    found = session.scalars(listed.order_by(ServiceRecord.completed_at.desc(), Case.id).limit(_MOST)).all()
    said = explanations_of(session, [case.id for case in found])
    services = [
        ToExplain(
            case.id,
            case.record.item_name,
            case.record.window,
            case.record.completed_at.astimezone(zone).date(),
            [one for one in said if one.case_id == case.id and one.user_id == user.id],
        )
        for case in found
    ]
    return sorted(services, key=lambda one: (-one.day.toordinal(), one.item_name or "", one.window or ""))


def explain(session: Session, case_id: int, user: User, words: str, now: datetime) -> None:
    """Keep what the member of staff says to it. Raises BadInput naming `note`, or NotFound: not theirs, or not open."""
    words = written("note", words)
    case = locked_case(session, case_id)
    theirs = select(Case.id).join(ServiceRecord, ServiceRecord.id == Case.record_id).where(served(user))
    if case.state not in OPEN or session.scalar(theirs.where(Case.id == case_id)) is None:
        raise NotFound(f"case {case_id}")
    if len([one for one in explanations_of(session, [case.id]) if one.user_id == user.id]) >= _MOST_WORDS:
        raise BadInput("note", f"was said {_MOST_WORDS} times")
    assert user.staff_no is not None
    session.add(
        CaseExplanation(
            case_id=case.id, user_id=user.id, staff_no=user.staff_no, words=words, given_at=now, given_by=user.name
        )
    )
    add_event(session, case, user.name, "staff_explained", now)


def explanations_of(session: Session, case_ids: Sequence[int]) -> Sequence[CaseExplanation]:
    """Oldest first."""
    of_cases = select(CaseExplanation).where(CaseExplanation.case_id.in_(case_ids))
    return session.scalars(of_cases.order_by(CaseExplanation.id)).all()
