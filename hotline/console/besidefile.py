"""What stands beside a case, read once with its page: appeals with their files, what the rated staff say, signals, and
whether the number is in the register."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.actions.case_evidence import files_of, may_read
from hotline.actions.case_explanations import explanations_of
from hotline.actions.case_signals import signals_of
from hotline.actions.register import malicious_rating
from hotline.console.access import Person
from hotline.rules.signals import Signal
from hotline.services import Services
from hotline.tables import AppealFile, Case, CaseAppeal, CaseExplanation, RegisterEntry
from hotline.tables.appeals import Side
from hotline.tables.people import Role

PROPOSERS = (Role.SUPERVISOR, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Appeal:
    """An appeal with the files that this person may know of; `may_read`: and may download."""

    filed: CaseAppeal
    files: Sequence[AppealFile]
    may_read: bool


@dataclass(frozen=True, slots=True)
class Beside:
    """`may_add`: files, now. `may_propose`: the number for the register. Nothing of rater or signs for a department."""

    appeals: Sequence[Appeal]
    explanations: Sequence[CaseExplanation]
    signals: Sequence[Signal]
    registered: RegisterEntry | None
    may_add: bool
    may_propose: bool


def read_beside(session: Session, case: Case, person: Person, holds: bool, house: Services) -> Beside:
    """`holds`: this page holds the case."""
    is_unit = person.role is Role.DEPARTMENT
    appeals = _appeals(session, case, person)
    still_open = next((one.filed for one in appeals if one.filed.decided_at is None), None)
    registered = None if is_unit else _registered(session, case)
    return Beside(
        appeals=appeals,
        explanations=explanations_of(session, [case.id]),
        signals=() if is_unit else signals_of(session, case, house.vault.open, house.policy),
        registered=registered,
        may_add=still_open is not None and (still_open.dept_code == person.dept_code if is_unit else holds),
        may_propose=person.role in PROPOSERS and registered is None and malicious_rating(session, case.id) is not None,
    )


def _appeals(session: Session, case: Case, person: Person) -> list[Appeal]:
    filed = session.scalars(select(CaseAppeal).where(CaseAppeal.case_id == case.id).order_by(CaseAppeal.id)).all()
    files = files_of(session, [one.id for one in filed])
    return [
        Appeal(
            one,
            [file for file in files if file.appeal_id == one.id and _may_know(person, one, file.side)],
            may_read(person.role, person.dept_code, one, Side.UNIT),
        )
        for one in filed
    ]


def _may_know(person: Person, filed: CaseAppeal, side: Side) -> bool:
    """Of the unit's files everybody who sees the case, of the citizen's who may read them, and the desk."""
    return side is Side.UNIT or person.role is Role.AGENT or may_read(person.role, person.dept_code, filed, side)


def _registered(session: Session, case: Case) -> RegisterEntry | None:
    """What the register has because of this case, whatever became of it: the last proposal."""
    entries = select(RegisterEntry).where(RegisterEntry.case_id == case.id).order_by(RegisterEntry.id.desc())
    return session.scalar(entries.limit(1))
