"""`hotline replay`: the texts that were kept, read once more by this release's parser, before it goes to work."""

import itertools
import sys
from datetime import datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from hotline.actions.replay import SAID, Report, Reread, count_texts, is_flip, summed
from hotline.actions.replay import replay as read_again
from hotline.cli.files import private_file
from hotline.database import Database
from hotline.policies import load_policy
from hotline.privacy import Vault
from hotline.reports.spreadsheet import csv_lines, local
from hotline.settings import load_sealed_settings

_WIDTH = 120  # of a log that is no terminal
_HEADER = (
    *("短信 text", "收到 received", "原读 before", "现读 after", "好差反转 flips"),
    *("原规则 rule before", "现规则 rule after", "内容 body"),
)


@click.command()
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="The first day, in the policy's time zone.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="A CSV file for what is read otherwise.")
def replay(since: datetime | None, out: Path | None) -> None:
    """Read every kept text again with this release's parser, and show what it reads otherwise. Changes nothing."""
    settings = load_sealed_settings()
    zone, vault = load_policy(settings.policy).zone, Vault(settings.data_key_bytes)
    began = None if since is None else datetime.combine(since.date(), time.min, zone)
    with Database(settings.database_url).read() as session:
        columns = TextColumn("重读 Reading again"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
        with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
            task = progress.add_task("", total=count_texts(session, began, None))
            rereads = read_again(session, began, None, vault.open)
            report = summed(progress.track(rereads, task_id=task))
    _print_report(report, Console(width=_WIDTH if not sys.stdout.isatty() else None))
    if out is not None:
        rows = (_row(one, zone) for one in report.changed)
        with private_file(out) as file:
            file.writelines(csv_lines(_HEADER, rows))
        click.echo(f"{len(report.changed)} rows written to {out}")


def _print_report(report: Report, screen: Console) -> None:
    if report.changed:
        table = Table("原读 Before", "现读 After", "条 Texts", title="读法不同 Read otherwise")
        for before, after in itertools.permutations(SAID, 2):
            if count := report.matrix[before, after]:
                style = "red" if is_flip(before, after) else None
                table.add_row(before, after, str(count), style=style)
        screen.print(table)
    style = "bold red" if report.flips else "green"
    screen.print(f"{report.total} texts read, {report.same} the same, {len(report.changed)} otherwise")
    screen.print(f"好差反转 flips between good and bad: {report.flips}", style=style)


def _row(one: Reread, zone: ZoneInfo) -> tuple[object, ...]:
    flips = "yes" if one.flips else ""
    found = (one.text_id, local(one.received_at, zone), one.before.said, one.after.said, flips)
    return (*found, one.before.rule, one.after.rule, one.body)
