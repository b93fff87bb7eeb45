"""The `hotline` command: every verb of the product that is not a web request or a job."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

import click
from sqlalchemy.exc import SQLAlchemyError

from hotline import __version__
from hotline.errors import BadInput, HotlineError

# Where each command lives: only the one that is asked for is imported, so that a small one starts quickly.
_COMMANDS = {
    "audit": "hotline.cli.audit",
    "calendar": "hotline.cli.calendar",
    "demo": "hotline.cli.demo",
    "doctor": "hotline.cli.doctor",
    "fallback": "hotline.cli.fallback",
    "flow": "hotline.cli.flow",
    "key": "hotline.cli.people",
    "migrate": "hotline.cli.run",
    "opt-outs": "hotline.cli.opt_outs",
    "parse": "hotline.cli.text",
    "prompts": "hotline.cli.prompts",
    "replay": "hotline.cli.replay",
    "schedule": "hotline.cli.run",
    "sip": "hotline.cli.sip",
    "user": "hotline.cli.people",
    "web": "hotline.cli.run",
    "worker": "hotline.cli.run",
}


class _Commands(click.Group):
    def list_commands(self, context: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        with kept_to_the_end():
            module = import_module(_COMMANDS[name])
        command = getattr(module, name.replace("-", "_"))
        assert isinstance(command, click.Command)
        return command


@contextmanager
def kept_to_the_end() -> Iterator[None]:
    """For what a process loads and never lets go of: nobody looks through it for garbage, now, later or at the end.

    That is a quarter of the work of starting and ending one; and a process forked afterwards shares it untouched.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="hotline")
def hotline() -> None:
    """Hotline 好差评短信与电话评价: ask, listen, call back."""


def main() -> None:
    """The console script: what goes wrong is said in a line or two; exit 1 for wrong input, 2 for wrong settings."""
    try:
        hotline(standalone_mode=True)
    except BadInput as error:
        _end(str(error), 1)
    except HotlineError as error:
        _end(str(error), 2)
    except SQLAlchemyError as error:
        reason = str(error).partition("\n")[0]
        _end(f"HOTLINE_DATABASE_URL: the database does not do what it should: {reason}", 2)


def _end(words: str, code: int) -> None:
    click.echo(f"hotline: {words}", err=True)
    sys.exit(code)
