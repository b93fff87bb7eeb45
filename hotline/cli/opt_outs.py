"""`hotline opt-outs`: the numbers that are not to be asked, as a file."""

import os
from pathlib import Path
from typing import TextIO

import click

from hotline.actions.audit import audit
from hotline.clock import utc_now
from hotline.database import Database
from hotline.errors import BadInput
from hotline.policies import load_policy
from hotline.privacy import Vault
from hotline.reports.opt_outs import opt_outs_csv
from hotline.settings import load_database_settings, load_sealed_settings


@click.command("opt-outs")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The CSV file to write.")
@click.option("--masked", is_flag=True, help="With masked numbers; needs no HOTLINE_DATA_KEY.")
def opt_outs(out: Path, masked: bool) -> None:
    """Write every opt-out that holds to a CSV file, which only its owner may read. It is kept in the audit log."""
    open_box = None if masked else Vault(load_sealed_settings().data_key_bytes).open
    settings = load_database_settings()
    zone, database = load_policy(settings.policy).zone, Database(settings.database_url)
    written = -1  # the header is a line too
    with _private(out) as file:
        with database.write() as session:
            audit(session, "command", "opt_outs_exported", utc_now(), facts={"masked": masked})
        with database.read() as session:
            for line in opt_outs_csv(session, zone, open_box):
                file.write(line)
                written += 1
    click.echo(f"{written} opt-outs written to {out}")


def _private(path: Path) -> TextIO:
    """The file, emptied, for its owner only, from before the first line is in it."""
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise BadInput("--out", f"cannot write {path}: {error.strerror}") from None
    os.fchmod(number, 0o600)  # of a file that was there before, too
    return os.fdopen(number, "w", encoding="utf-8", newline="")
