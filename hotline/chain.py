"""The audit log as a chain: what was noted while a session ran is numbered and sealed last thing before its commit.

So entries stand in the order of their commits. The lock for it is the last one that any transaction asks for, hence
no two ever wait for each other in a circle; on SQLite there is one writer as it is.
"""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from hotline.rules.audit_chain import Entry, Head, seal_of
from hotline.tables import AuditEntry

_NOTED = "hotline audit entries to be sealed"
_LOCK = "audit chain"


def note(session: Session, at: datetime, actor: str, action: str, subject: str | None, facts: dict[str, Any]) -> None:
    """Keep a line for the commit of this session. Raises TypeError for facts that not every database keeps alike."""
    _refuse_what_changes(facts)
    kept = json.loads(json.dumps(facts))  # as it will come back
    noted = {"at": at, "actor": actor, "action": action, "subject": subject, "facts": kept}
    session.info.setdefault(_NOTED, []).append(noted)


def seal_noted(session: Session) -> None:
    """Number and seal what was noted, and write it. Nothing else may be locked afterwards: commit."""
    noted: list[dict[str, Any]] = session.info.pop(_NOTED, [])
    if not noted:
        return
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(_LOCK, 0))))
    head, rows = last_sealed(session), []
    for line in noted:
        entry = Entry(number=head.number + 1, previous=head.seal, seal="", **line)
        head = Head(entry.number, seal_of(entry))
        rows.append(line | {"number": head.number, "previous": entry.previous, "seal": head.seal})
    session.execute(insert(AuditEntry), rows)


def last_sealed(session: Session) -> Head:
    """The end of the log as it is."""
    last = select(AuditEntry.number, AuditEntry.seal).order_by(AuditEntry.number.desc()).limit(1)
    found = session.execute(last).first()
    return Head() if found is None else Head(found.number, found.seal)


def _refuse_what_changes(fact: Any) -> None:
    """A number with a point may come back written otherwise."""
    match fact:
        case None | bool() | int() | str():
            return
        case list() | tuple():
            for item in fact:
                _refuse_what_changes(item)
        case dict():
            for item in fact.values():
                _refuse_what_changes(item)
        case _:
            raise TypeError(f"no fact for the audit log: {type(fact).__name__}")
