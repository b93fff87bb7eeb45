"""One thing at a time: of a number its texts, its records and what a person decides about them; of a call its parts."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session


def wait_turn(session: Session, phone_lookup: str) -> None:
    """Until the commit nobody else who asks for this number's turn goes on.

    Asked for before any row is locked; who needs the turns of several numbers asks in the order of their lookups. On
    SQLite there is one writer as it is.
    """
    _wait(session, f"turn:{phone_lookup}")


def wait_call(session: Session, call_id: str) -> None:
    """The same for a call to the hotline: its record, the key that a PBX collected in it, and its citizen, who was
    handed over to us, may come at the same moment.

    Who needs the turns of several calls asks in the order of their ids, and before that for those of the numbers.
    """
    _wait(session, f"call:{call_id}")


def wait_guess(session: Session, phone_lookup: str) -> None:
    """The same for the numbers of records that a telephone keys in: calls of it at once do not guess more than one.

    Asked for by who holds the row of such a call, and by nobody else.
    """
    _wait(session, f"guess:{phone_lookup}")


def wait_lines(session: Session) -> None:
    """The same for all our lines, so that two calls which begin at once cannot both take the last one.

    Who needs a number's turn as well asks for the lines first.
    """
    _wait(session, "lines")


def wait_log_in(session: Session, name: str) -> None:
    """The same for tries to log in with a name, also one that nobody has: each is counted before it is answered.

    Who needs the turn of the users as well asks for that first.
    """
    _wait(session, f"log_in:{name}")


def wait_users(session: Session) -> None:
    """The same for whoever changes what users may do, so that two administrators cannot remove each other."""
    _wait(session, "users")


def _wait(session: Session, name: str) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))
