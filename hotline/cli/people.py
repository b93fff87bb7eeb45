"""`hotline user …` and `hotline key add`."""

import sys
from collections.abc import Callable
from getpass import getpass

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy.orm import Session

from hotline.actions import people, users
from hotline.clock import utc_now
from hotline.database import Database
from hotline.policies import load_policy
from hotline.reports.spreadsheet import local
from hotline.reports.users import Listed, list_users
from hotline.rules.policy import Policy
from hotline.settings import load_database_settings
from hotline.tables.people import Role, Scope

ACTOR = "command"
_PAGE = 500
_NAME = click.argument("name")
_PASSWORD = click.option(
    "--password-stdin", is_flag=True, required=True, expose_value=False, help="Read the password from standard input."
)
_TEMPORARY = click.option("--temporary", is_flag=True, help="It has to be changed at the next log-in.")


@click.group()
def user() -> None:
    """Users of the console."""


@user.command("add")
@_NAME
@click.option("--role", type=click.Choice([str(role) for role in Role]), required=True)
@click.option("--dept-code", help="The department of a user of role `department` or `reviewer`.")
@click.option("--skill", "skills", multiple=True, help="A skill of the policy that the user has; may be repeated.")
@click.option("--staff-no", help="Their number in the records; a department's user with one only explains.")
@_PASSWORD
@_TEMPORARY
def add_user(
    name: str, role: str, dept_code: str | None, skills: tuple[str, ...], staff_no: str | None, temporary: bool
) -> None:
    """Add the user NAME."""
    password = _password()
    with _database().write() as session:
        people.add_user(
            session, name, Role(role), password, utc_now(), dept_code, staff_no, must_change_password=temporary
        )
        if skills:
            people.set_skills(session, name, skills, _policy(), ACTOR, utc_now())
    click.echo(f"user {name} added as {role}")


@user.command("skills")
@_NAME
@click.argument("skills", metavar="[SKILL]...", nargs=-1)
def set_skills(name: str, skills: tuple[str, ...]) -> None:
    """Let the user NAME have these skills of the policy, and no others; none at all without any."""
    with _database().write() as session:
        people.set_skills(session, name, skills, _policy(), ACTOR, utc_now())
    click.echo(f"user {name}: {', '.join(sorted(set(skills))) or 'no skills'}")


@user.command("list")
def list_all() -> None:
    """Every user: role, department, state, second factor, when they were last seen."""
    database, zone = _database(), load_policy(load_database_settings().policy).zone
    table = Table("name", "role", "department", "state", "second factor", "last seen", box=None, pad_edge=False)
    after = ""
    while True:
        with database.read() as session:
            rows = list_users(session, utc_now(), _PAGE, after)
        for row in rows:
            seen = local(row.seen_at, zone) or "never"
            factor = "yes" if row.user.totp_since else "no"
            table.add_row(row.user.name, row.user.role, row.user.dept_code or "–", _state(row), factor, seen)
        if len(rows) < _PAGE:
            break
        after = rows[-1].user.name
    Console(soft_wrap=True).print(table)


def _state(row: Listed) -> str:
    if row.user.disabled_at is not None:
        return "disabled"
    return "locked" if row.is_locked else "active"


@user.command()
@_NAME
@_PASSWORD
@_TEMPORARY
def password(name: str, temporary: bool) -> None:
    """Give the user NAME another password; their sessions end."""
    given = _password()

    def change(session: Session, user_id: int) -> None:
        users.set_password(session, ACTOR, user_id, given, utc_now(), must_change=temporary)

    _change(name, change, "has another password")


@user.command()
@_NAME
def disable(name: str) -> None:
    """Let nobody log in as NAME any more; their sessions end."""
    _change(name, lambda session, user_id: users.disable(session, ACTOR, user_id, utc_now()), "disabled")


@user.command()
@_NAME
def enable(name: str) -> None:
    """Let NAME log in again."""
    _change(name, lambda session, user_id: users.enable(session, ACTOR, user_id, utc_now()), "enabled")


@user.command()
@_NAME
def unlock(name: str) -> None:
    """Forget the wrong tries to log in as NAME."""
    _change(name, lambda session, user_id: users.unlock(session, ACTOR, user_id, utc_now()), "unlocked")


@user.command("reset-second-factor")
@_NAME
def reset_second_factor(name: str) -> None:
    """The telephone of NAME is lost: they set up another at the next log-in; their sessions end."""

    def reset(session: Session, user_id: int) -> None:
        users.reset_second_factor(session, ACTOR, user_id, utc_now())

    _change(name, reset, "sets up another second factor at the next log-in")


@click.group()
def key() -> None:
    """Keys of the API."""


@key.command("add")
@_NAME
@click.option("--scope", "scopes", type=click.Choice([str(scope) for scope in Scope]), multiple=True, required=True)
def add_key(name: str, scopes: tuple[str, ...]) -> None:
    """Make the key NAME and print it, once, on the last line."""
    with _database().write() as session:
        made = people.add_key(session, name, [Scope(scope) for scope in scopes], utc_now())
    click.echo(f"key {name} with {', '.join(scopes)}; it is shown only now:")
    click.echo(made)


def _policy() -> Policy:
    return load_policy(load_database_settings().policy)


def _change(name: str, act: Callable[[Session, int], None], done: str) -> None:
    with _database().write() as session:
        act(session, users.named(session, name).id)
    click.echo(f"user {name} {done}")


def _password() -> str:
    return getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")


def _database() -> Database:
    return Database(load_database_settings().database_url)
