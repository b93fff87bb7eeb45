"""The moves of a case: each is checked against the machine, kept with who, when and why, and ends its deadlines."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from hotline.actions import case_deadlines
from hotline.actions.case_history import SYSTEM, Who, add_event
from hotline.errors import BadInput, Conflict
from hotline.rules.casework import MEETS, WAYS, CaseState, Ending, Ground, Move, Need, Outcome, refusal
from hotline.rules.written import seen
from hotline.tables import Case, CaseDepartment, CaseExtension

LONGEST_NOTE = 2000


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody writes with a move."""

    note: str | None = None
    outcome: Outcome | None = None
    ground: Ground | None = None
    evidence: str | None = None
    citizen_side: str | None = None

    @property
    def given(self) -> frozenset[Need]:
        return frozenset(need for need in Need if getattr(self, need))

    @property
    def facts(self) -> dict[str, Any]:
        return {str(need): getattr(self, need) for need in Need if need is not Need.NOTE and getattr(self, need)}


def written(field: str, text: str | None) -> str:
    """What was typed into that field, without what nobody can see. Raises BadInput: nothing, or a book."""
    text = seen(text or "")
    if not text:
        raise BadInput(field, "is missing: write what was said and what was done")
    if len(text) > LONGEST_NOTE:
        raise BadInput(field, f"is longer than {LONGEST_NOTE} characters")
    return text


def move(
    session: Session,
    case: Case,
    how: Move,
    by: Who,
    now: datetime,
    said: Said | None = None,
    *,
    note: str | None = None,
    facts: dict[str, Any] | None = None,
    back_to: CaseState | None = None,
) -> None:
    """Make a move of the machine and keep it. Raises Conflict for an illegal one, BadInput if it lacks what it needs.

    `note`: what the house itself has to say. `back_to`: where a move that returns goes to.
    """
    said = said or Said(note)
    why = refusal(how, case.state, by.part, case.steps, said.given, said.outcome)
    if why in list(Need):
        raise BadInput(why, "is missing")
    if why is not None:
        raise Conflict(f"{how} of a case that is {case.state}, by {by.part}: {why}", code=f"illegal_{why}")
    way = WAYS[how]
    after = back_to if way.returns else way.after
    case.state = after or case.state
    if how in (Move.CONTACT, Move.HEAR):
        case.contacted_at = case.contacted_at or now
    kind = str(after) if after is not None and not way.returns else str(how)
    add_event(session, case, by.name, kind, now, said.note, said.facts | (facts or {}))
    case_deadlines.meet(session, case, MEETS.get(how, ()), now)


def end(
    session: Session,
    case: Case,
    how: Move,
    by: Who,
    ending: Ending | None,
    now: datetime,
    said: Said = Said(),
    facts: dict[str, Any] | None = None,
) -> None:
    """Close the case by that move; nothing of it waits any more."""
    facts = (facts or {}) | ({"ending": str(ending)} if ending else {})
    move(session, case, how, by, now, said, facts=facts)
    case.outcome, case.ending, case.closed_at = said.outcome if said else None, ending, now
    case_deadlines.drop(session, case, now)
    at_work = update(CaseDepartment).where(CaseDepartment.case_id == case.id, CaseDepartment.left_at.is_(None))
    session.execute(at_work.values(left_at=now))
    asked = update(CaseExtension).where(CaseExtension.case_id == case.id, CaseExtension.decided_at.is_(None))
    session.execute(asked.values(decided_at=now, decided_by=SYSTEM, granted=False))
    let_go(case)


def let_go(case: Case) -> None:
    """Nobody holds it any more."""
    case.holder_id = case.held_until = case.hold_token = None
