"""The `hotline` command: every verb of the product that is not a web request or a job."""

import sys

import click

from hotline import __version__
from hotline.cli.demo import demo
from hotline.cli.doctor import doctor
from hotline.cli.people import key, user
from hotline.cli.run import migrate, schedule, web, worker
from hotline.cli.text import parse
from hotline.errors import HotlineError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="hotline")
def hotline() -> None:
    """Hotline 好差评短信与电话评价: ask, listen, call back."""


for command in (demo, web, worker, schedule, migrate, parse, user, key, doctor):
    hotline.add_command(command)


def main() -> None:
    """The console script: an error of ours is one clear line (or one for each setting) and exit code 2."""
    try:
        hotline(standalone_mode=True)
    except HotlineError as error:
        click.echo(f"hotline: {error}", err=True)
        sys.exit(2)
