"""`hotline audit verify` and `hotline audit head`: is the audit log whole, and how long is it?"""

import sys

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy.orm import Session

from hotline.actions.audit_checks import begin_check, break_from, go_on, known_before
from hotline.chain import last_sealed
from hotline.clock import utc_now
from hotline.database import Database
from hotline.errors import BadInput
from hotline.rules.audit_chain import Break, Head, read_head
from hotline.settings import load_database_settings
from hotline.tables import AuditCheck

_PIECE = 5000
_SAID = {
    Break.CHANGED: "is not what was sealed",
    Break.MISSING: "is missing",
    Break.UNLINKED: "was sealed after another entry than it stands after",
    Break.CUT_OFF: "is gone, and all after it: the end of the log was cut off",
    Break.REPLACED: "is another one than it was, and all after it were sealed anew",
}


@click.group()
def audit() -> None:
    """The audit log, whose entries are chained."""


@audit.command()
def head() -> None:
    """Print number and seal of the last entry: kept elsewhere, it shows later whether the end was cut off."""
    with _database().read() as session:
        click.echo(str(last_sealed(session)))


@audit.command()
@click.option("--head", "known", help="What `hotline audit head` printed earlier: must still be there.")
def verify(known: str | None) -> None:
    """Follow the whole log from its first entry; exit 1 if it is not whole, with the first entry that is wrong."""
    given, database = _read(known), _database()
    with database.write() as session:
        check, total = begin_check(session, utc_now()), last_sealed(session).number
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task("audit log", total=total)
        while check.ended_at is None:
            with database.write() as session:
                check = go_on(session, check.id, _PIECE, utc_now())
            progress.update(bar, completed=check.number)
    with database.read() as session:
        wrong = _wrong(session, check, given)
    if wrong:
        click.echo(f"audit log: {wrong}", err=True)
        sys.exit(1)
    click.echo(f"{check.number} entries, whole and unchanged; head {Head(check.number, check.seal)}")


def _wrong(session: Session, check: AuditCheck, given: Head) -> str | None:
    """The first entry that is wrong, and what is wrong with it, by what the check found or by the head `given`."""
    fault = break_from(session, given) if check.fault is None else Break(check.fault)
    if fault is None:
        return None
    known = given if check.fault is None else known_before(session, check)
    number = known.number if fault is Break.REPLACED else check.number + 1
    return f"entry {number} {_SAID[fault]}"


def _read(known: str | None) -> Head:
    try:
        return Head() if known is None else read_head(known)
    except ValueError:
        raise BadInput("--head", "must be as `hotline audit head` prints it: a number, a colon and 64 digits") from None


def _database() -> Database:
    return Database(load_database_settings().database_url)
