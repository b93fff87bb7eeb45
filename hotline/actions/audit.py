"""The audit log: who did what to what. Written in the commit of the deed itself."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hotline import chain


def audit(
    session: Session,
    actor: str,
    action: str,
    now: datetime,
    subject: str | None = None,
    facts: dict[str, Any] | None = None,
) -> None:
    """Keep one line; `subject` names a thing by kind and id, never by telephone number."""
    chain.note(session, now, actor, action, subject, facts or {})
