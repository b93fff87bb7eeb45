"""One number, one thing at a time: its texts, its records coming in and what a person decides about its texts."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session


def wait_turn(session: Session, phone_lookup: str) -> None:
    """Until the commit nobody else who asks for this number's turn goes on.

    Asked for before any row is locked; who needs the turns of several numbers asks in the order of their lookups. On
    SQLite there is one writer as it is.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"turn:{phone_lookup}", 0))))
