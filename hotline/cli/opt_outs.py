"""`hotline opt-outs`: the numbers that are not to be asked, as a file."""

from pathlib import Path

import click

from hotline.actions.audit import audit
from hotline.cli.files import private_file
from hotline.clock import utc_now
from hotline.database import Database
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
    with private_file(out) as file:
        with database.write() as session:
            audit(session, "command", "opt_outs_exported", utc_now(), facts={"masked": masked})
        with database.read() as session:
            for line in opt_outs_csv(session, zone, open_box):
                file.write(line)
                written += 1
    click.echo(f"{written} opt-outs written to {out}")
