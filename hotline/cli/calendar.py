"""`hotline calendar`: the yearly list of days off and make-up days, loaded before the product brings it, and shown."""

from collections.abc import Sequence
from pathlib import Path

import click

from hotline.actions.calendar import is_known, listed_days, load_year
from hotline.clock import utc_now
from hotline.database import Database
from hotline.errors import BadInput
from hotline.rules.calendar_list import ListedDay, read_list
from hotline.settings import load_database_settings

_WRONG = {
    "header": "the first line must name the columns day, kind, name",
    "day": "must be a day such as 2027-01-01",
    "kind": "must be off or work",
    "twice": "is there twice",
    "year": "is of another year than the days before",
}


@click.group()
def calendar() -> None:
    """Days off and make-up days (调休) of a year."""


@calendar.command("import")
@click.argument("path", metavar="FILE.csv", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_(path: Path) -> None:
    """Load the list of one year, in place of one loaded before. Columns: day (2027-01-01), kind (off, work), name."""
    days = _read(path)
    with _database().write() as session:
        year = load_year(session, days, "command", utc_now())
    click.echo(f"{year}: {len(days)} days loaded; provisional deadlines are counted anew within seconds")


def _read(path: Path) -> Sequence[ListedDay]:
    days, faults = read_list(path.read_text(encoding="utf-8"))
    if faults:
        raise BadInput(f"line {faults[0].line}, {faults[0].field}", _WRONG[faults[0].field])
    return days


@calendar.command()
@click.argument("year", type=click.IntRange(2000, 2200))
def show(year: int) -> None:
    """Print what was loaded for YEAR, or whose list counts."""
    with _database().read() as session:
        days, known = listed_days(session, year), is_known(session, year)
    for one in days:
        click.echo(f"{one.day},{'work' if one.works else 'off'},{one.name}")
    if not days:
        counts = "the State Council's, as it comes with the product" if known else "none: deadlines are provisional"
        click.echo(f"{year}: no list loaded; what counts: {counts}")


def _database() -> Database:
    return Database(load_database_settings().database_url)
