"""Evidence files of an appeal: added while it is open, by the unit that appeals or by the centre for the citizen's
side; never changed; their content erased some time after the decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from hotline.actions.audit import audit
from hotline.actions.case_history import PARTS, add_event
from hotline.actions.case_steps import in_hand
from hotline.actions.own_cases import is_about
from hotline.errors import BadInput, Conflict, NotFound
from hotline.rules.casework import Part
from hotline.rules.evidence import MOST_FILES, FileKind
from hotline.rules.policy import Policy
from hotline.tables import AppealFile, Case, CaseAppeal, User
from hotline.tables.appeals import Side
from hotline.tables.people import Role


@dataclass(frozen=True, slots=True)
class SealedFile:
    """A file that was looked at and sealed at the door: its cleaned name, and what it is by its content."""

    name: str
    kind: FileKind
    size: int
    sha256: str
    box: bytes


def add_evidence(
    session: Session, case_id: int, user: User, token: str | None, files: Sequence[SealedFile], now: datetime
) -> None:
    """Files for the open appeal of the case: of the unit's side by the unit, of the citizen's by the desk. Raises
    BadInput naming `files`, NotFound, or Conflict: no appeal is open, or it is another unit's."""
    if not files:
        raise BadInput("files", "are missing")
    case = in_hand(session, case_id, user, token, now)
    is_unit = PARTS[user.role] is Part.DEPARTMENT
    filed = open_appeal(session, case.id)
    if filed is not None and is_unit and user.dept_code != filed.dept_code:
        raise Conflict("the appeal is another unit's", code="illegal_part")
    attach_to_open_appeal(session, case.id, Side.UNIT if is_unit else Side.CITIZEN, user, files, now)


def open_appeal(session: Session, case_id: int) -> CaseAppeal | None:
    session.flush()
    return session.scalar(select(CaseAppeal).where(CaseAppeal.case_id == case_id, CaseAppeal.decided_at.is_(None)))


def attach_to_open_appeal(
    session: Session, case_id: int, side: Side, user: User, files: Sequence[SealedFile], now: datetime
) -> None:
    """Keep the files of that side; one that is there already is not kept twice. The case is locked. Raises BadInput
    naming `files`: too many; or Conflict: no appeal is open."""
    filed, case = open_appeal(session, case_id), session.get_one(Case, case_id)
    if filed is None:
        raise Conflict("no appeal is open", code="illegal_state")
    there = set(session.scalars(select(AppealFile.sha256).where(_of_side(filed, side))))
    new = {file.sha256: file for file in files if file.sha256 not in there}
    if len(there) + len(new) > MOST_FILES:
        raise BadInput("files", f"are more than {MOST_FILES}")
    for file in new.values():
        session.add(
            AppealFile(
                appeal_id=filed.id, side=side, name=file.name, kind=file.kind, size=file.size, sha256=file.sha256,
                box=file.box, added_at=now, added_by=user.name,
            )
        )  # fmt: skip
    if new:
        add_event(session, case, user.name, "evidence_added", now, facts={"files": len(new), "side": str(side)})
        facts = {"side": str(side), "sha256": list(new)}
        audit(session, user.name, "evidence_added", now, subject=f"appeal:{filed.id}", facts=facts)


def _of_side(filed: CaseAppeal, side: Side) -> ColumnElement[bool]:
    return (AppealFile.appeal_id == filed.id) & (AppealFile.side == side)


def may_read(role: Role, dept_code: str | None, filed: CaseAppeal, side: Side) -> bool:
    """Who decides, supervises or audits; the unit that appeals, its reviewers too, its own: the citizen's side could
    tell it who rated."""
    of_unit = dept_code is not None and dept_code == filed.dept_code
    if role is Role.DEPARTMENT or (role is Role.REVIEWER and of_unit):
        return side is Side.UNIT and of_unit
    return role in (Role.REVIEWER, Role.SUPERVISOR, Role.ADMIN, Role.AUDITOR)


def read_evidence(session: Session, file_id: int, user: User, now: datetime) -> AppealFile:
    """The file with its content; that `user` read it is kept. Raises NotFound, also for one that they may not see."""
    file = session.get(AppealFile, file_id)
    filed = None if file is None else session.get_one(CaseAppeal, file.appeal_id)
    if file is None or filed is None or user.only_explains or not may_read(user.role, user.dept_code, filed, file.side):
        raise NotFound(f"evidence {file_id}")
    if is_about(session.get_one(Case, filed.case_id), user):
        raise NotFound(f"evidence {file_id}")
    if file.box is not None:
        audit(session, user.name, "evidence_read", now, subject=f"evidence:{file_id}")
    return file


def files_of(session: Session, appeal_ids: Sequence[int]) -> Sequence[AppealFile]:
    """Without their content, oldest first."""
    files = select(AppealFile).where(AppealFile.appeal_id.in_(appeal_ids)).order_by(AppealFile.id)
    return session.scalars(files).all()


def evidence_to_erase(session: Session, policy: Policy, most: int, now: datetime) -> Sequence[int]:
    """Files whose appeal was decided on longer ago than the policy keeps them."""
    days = policy.casework.evidence_days
    if days == 0:
        return []
    before = now - timedelta(days=days)
    old = (
        select(AppealFile.id)
        .join(CaseAppeal, CaseAppeal.id == AppealFile.appeal_id)
        .where(AppealFile.erased_at.is_(None), AppealFile.added_at < before, CaseAppeal.decided_at < before)
    )
    return session.scalars(old.order_by(AppealFile.added_at).limit(most)).all()


def erase_evidence(session: Session, ids: Sequence[int], now: datetime) -> None:
    """Their content; what they were called and their fingerprints stay."""
    session.execute(update(AppealFile).where(AppealFile.id.in_(ids)).values(box=None, erased_at=now))
