"""`hotline calendar`: the yearly list of days off and make-up days, loaded before the product brings it, and shown."""

import csv
from datetime import date
from pathlib import Path

import click

from hotline.actions.calendar import ListedDay, is_known, listed_days, load_year
from hotline.clock import utc_now
from hotline.database import Database
from hotline.errors import BadInput
from hotline.settings import load_database_settings

_WORKS = {"off": False, "work": True}


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


def _read(path: Path) -> list[ListedDay]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        if not {"day", "kind"} <= set(rows.fieldnames or ()):
            raise BadInput("", f"{path}: the first line must name the columns day, kind, name")
        return [_listed(number, row) for number, row in enumerate(rows, start=2)]


def _listed(number: int, row: dict[str, str | None]) -> ListedDay:
    kind, name = (row["kind"] or "").strip(), (row.get("name") or "").strip()
    try:
        day = date.fromisoformat((row["day"] or "").strip())
    except ValueError:
        raise BadInput(f"line {number}, day", "must be a day such as 2027-01-01") from None
    if kind not in _WORKS:
        raise BadInput(f"line {number}, kind", "must be off or work")
    return ListedDay(day, _WORKS[kind], name[:64])


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
