"""`hotline user add`, `hotline user skills` and `hotline key add`."""

import sys
from getpass import getpass

import click

from hotline.actions import people
from hotline.clock import utc_now
from hotline.database import Database
from hotline.policies import load_policy
from hotline.rules.policy import Policy
from hotline.settings import load_database_settings
from hotline.tables.people import Role, Scope


@click.group()
def user() -> None:
    """Users of the console."""


@user.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice([str(role) for role in Role]), required=True)
@click.option("--dept-code", help="The department of a user of role `department` or `reviewer`.")
@click.option("--skill", "skills", multiple=True, help="A skill of the policy that the user has; may be repeated.")
@click.option(
    "--staff-no", help="Their number in the department's records; a department's user who has one only explains."
)
@click.option(
    "--password-stdin", is_flag=True, required=True, expose_value=False, help="Read the password from standard input."
)
def add_user(name: str, role: str, dept_code: str | None, skills: tuple[str, ...], staff_no: str | None) -> None:
    """Add the user NAME."""
    password = getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    with _database().write() as session:
        people.add_user(session, name, Role(role), password, utc_now(), dept_code, staff_no)
        if skills:
            people.set_skills(session, name, skills, _policy(), "command", utc_now())
    click.echo(f"user {name} added as {role}")


@user.command("skills")
@click.argument("name")
@click.argument("skills", metavar="[SKILL]...", nargs=-1)
def set_skills(name: str, skills: tuple[str, ...]) -> None:
    """Let the user NAME have these skills of the policy, and no others; none at all without any."""
    with _database().write() as session:
        people.set_skills(session, name, skills, _policy(), "command", utc_now())
    click.echo(f"user {name}: {', '.join(sorted(set(skills))) or 'no skills'}")


@click.group()
def key() -> None:
    """Keys of the API."""


@key.command("add")
@click.argument("name")
@click.option("--scope", "scopes", type=click.Choice([str(scope) for scope in Scope]), multiple=True, required=True)
def add_key(name: str, scopes: tuple[str, ...]) -> None:
    """Make the key NAME and print it, once, on the last line."""
    with _database().write() as session:
        made = people.add_key(session, name, [Scope(scope) for scope in scopes], utc_now())
    click.echo(f"key {name} with {', '.join(scopes)}; it is shown only now:")
    click.echo(made)


def _policy() -> Policy:
    return load_policy(load_database_settings().policy)


def _database() -> Database:
    return Database(load_database_settings().database_url)
