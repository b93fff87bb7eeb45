"""Where a case stands on the long way: deadlines, notices, who works on it, and the moves of the person who looks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.actions.case_deadlines import open_deadlines
from hotline.actions.case_history import PARTS
from hotline.actions.departments import known_departments
from hotline.console.access import Person
from hotline.rules.casework import CaseState, Move, Part, Steps, moves_for
from hotline.tables import Case, CaseAppeal, CaseDeadline, CaseDepartment, CaseExtension, CaseNotice

_MOST_NOTICES = 20

# What is typed in with a move; all of it is needed, but the files.
FIELDS_OF: dict[Move, tuple[str, ...]] = {
    Move.APPEAL: ("ground", "note", "evidence", "files"),
    Move.CLOSE: ("outcome", "note"),
    Move.EXCLUDE: ("note", "citizen_side"),
    Move.HAND_OVER: ("dept_code", "note"),
    Move.JOIN: ("dept_code", "note"),
    Move.LEAVE: ("dept_code", "note"),
    Move.MERGE: ("into", "note"),
    Move.ASK_EXTENSION: ("until", "note"),
}
ONLY_A_NOTE = ("note",)


@dataclass(frozen=True, slots=True)
class CaseSteps:
    """`moves`: each with the fields of its form. `departments`: that work on it beside the lead. `known`:
    names of those that it may be handed to, by their codes."""

    moves: Sequence[tuple[Move, tuple[str, ...]]]
    deadlines: Sequence[CaseDeadline]
    notices: Sequence[CaseNotice]
    appeal: CaseAppeal | None
    extension: CaseExtension | None
    departments: Sequence[str]
    known: Mapping[str, str | None] = field(default_factory=dict)


def read_steps(session: Session, case: Case, person: Person, may_act: bool) -> CaseSteps | None:
    """None for a case that is only contacted and closed."""
    if case.steps is Steps.CONTACT:
        return None
    of_case = CaseNotice.case_id == case.id, CaseNotice.done_at.is_not(None)
    notices = select(CaseNotice).where(*of_case).order_by(CaseNotice.done_at.desc(), CaseNotice.id.desc())
    at_work = CaseDepartment.case_id == case.id, CaseDepartment.left_at.is_(None)
    steps = CaseSteps(
        moves=(),
        deadlines=open_deadlines(session, case),
        notices=session.scalars(notices.limit(_MOST_NOTICES)).all(),
        appeal=session.scalar(select(CaseAppeal).where(CaseAppeal.case_id == case.id, CaseAppeal.decided_at.is_(None))),
        extension=session.scalar(
            select(CaseExtension).where(CaseExtension.case_id == case.id, CaseExtension.decided_at.is_(None))
        ),
        departments=session.scalars(select(CaseDepartment.dept_code).where(*at_work)).all(),
    )
    part = PARTS.get(person.role)
    if part is None or not may_act:
        return steps
    legal = moves_for(case.state, part, case.steps)
    moves = [move for move in legal if _makes_sense(move, case, steps) and not _is_of_a_contact(move, case, part)]
    return replace(
        steps,
        moves=[(move, FIELDS_OF.get(move, ONLY_A_NOTE)) for move in moves],
        known=known_departments(session) if Move.HAND_OVER in moves else {},
    )


def _makes_sense(move: Move, case: Case, steps: CaseSteps) -> bool:
    """Of what is legal, what there is something to do about."""
    if move is Move.RECALL:
        return case.dept_code is not None
    if move in (Move.GRANT_EXTENSION, Move.REFUSE_EXTENSION):
        return steps.extension is not None
    if move is Move.ASK_EXTENSION:
        return steps.extension is None
    return move is not Move.LEAVE or bool(steps.departments)


def _is_of_a_contact(move: Move, case: Case, part: Part) -> bool:
    """Does it follow from a contact that is written down? Contact, and closing, except early by a supervisor."""
    if move is Move.CLOSE:
        return part is not Part.SUPERVISOR or case.state is CaseState.CENTRE_CALLBACK
    return move in (Move.CONTACT, Move.HEAR)
