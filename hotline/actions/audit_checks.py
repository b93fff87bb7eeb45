"""Checks of the audit log's chain: the whole log is followed from its first entry, a piece at a time, as far as rows
tell, so that a check of millions of entries goes on after a restart.
"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.chain import last_sealed
from hotline.rules.audit_chain import BEFORE_THE_FIRST, Break, Entry, Head, break_at
from hotline.tables import AuditCheck, AuditEntry

EVERY = timedelta(hours=24)


def last_check(session: Session, *, ended: bool) -> AuditCheck | None:
    """The newest check, or the newest that came to an end."""
    newest = select(AuditCheck).order_by(AuditCheck.id.desc()).limit(1)
    return session.scalar(newest.where(AuditCheck.ended_at.is_not(None)) if ended else newest)


def begin_check(session: Session, now: datetime) -> AuditCheck:
    """A new check, before the first entry."""
    check = AuditCheck(began_at=now, number=0, seal=BEFORE_THE_FIRST)
    session.add(check)
    session.flush()
    return check


def go_on(session: Session, check_id: int, most: int, now: datetime) -> AuditCheck:
    """Follow up to `most` further entries. The check ends with the log, or at the first entry that is wrong."""
    check = session.get_one(AuditCheck, check_id, with_for_update=True, populate_existing=True)
    if check.ended_at is not None:
        return check
    head, fault = Head(check.number, check.seal), None
    following = select(AuditEntry).order_by(AuditEntry.number).limit(most)
    if head.number:  # the first entry is the first there is, also if somebody put one before it
        following = following.where(AuditEntry.number > head.number)
    rows = session.scalars(following).all()
    for row in rows:
        fault = break_at(head, _entry(row))
        if fault is not None:
            break
        head = Head(row.number, row.seal)
    check.number, check.seal = head.number, head.seal
    if fault is not None or len(rows) < most:
        check.fault, check.ended_at = fault or break_from(session, known_before(session, check)), now
    return check


def known_before(session: Session, check: AuditCheck) -> Head:
    """How far the log went when it was last found whole."""
    sound = select(AuditCheck).where(AuditCheck.id < check.id, AuditCheck.ended_at.is_not(None))
    before = session.scalar(sound.where(AuditCheck.fault.is_(None)).order_by(AuditCheck.id.desc()).limit(1))
    return Head() if before is None else Head(before.number, before.seal)


def break_from(session: Session, known: Head) -> Break | None:
    """What is wrong with the log as one in which `known` was once the last entry; asked when all entries are sound."""
    if known.number == 0:
        return None
    seal = session.scalar(select(AuditEntry.seal).where(AuditEntry.number == known.number))
    if seal is None:
        return Break.CUT_OFF if known.number > last_sealed(session).number else Break.MISSING
    return None if seal == known.seal else Break.REPLACED


def _entry(row: AuditEntry) -> Entry:
    return Entry(row.number, row.at, row.actor, row.action, row.subject, row.facts, row.previous, row.seal)
