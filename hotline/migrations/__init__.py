"""The schema's history, by Alembic: how a database is brought up to date, and whether it is."""

from importlib.resources import files
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, event

from hotline.database import make_engine
from hotline.errors import SettingsError


def migrate(database_url: str, revision: str = "head") -> None:
    """Bring the database to `revision`, up or down (`base` = empty). Raises SettingsError if there is no such one."""
    engine, config = make_engine(database_url), configuration()
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _let_tables_be_made_anew)
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            if revision == "base" or revision in _revisions_below(connection):
                command.downgrade(config, revision)
            else:
                command.upgrade(config, revision)
    except CommandError as error:
        raise SettingsError(f"--to: {error}") from None
    finally:
        engine.dispose()


def _let_tables_be_made_anew(connection: Any, _record: Any) -> None:
    """SQLite changes a table by making it anew, and would take the old one's end for a lost reference."""
    connection.execute("PRAGMA foreign_keys = OFF")


def _revisions_below(connection: Connection) -> set[str]:
    """Those the database has been through before the one it is at."""
    script, at = ScriptDirectory.from_config(configuration()), _heads_of(connection)
    return {revision.revision for revision in script.iterate_revisions(at, "base")} - set(at)


def is_current(connection: Connection) -> bool:
    """Is the database at the newest revision of this release?"""
    return set(_heads_of(connection)) == set(ScriptDirectory.from_config(configuration()).get_heads())


def _heads_of(connection: Connection) -> tuple[str, ...]:
    return MigrationContext.configure(connection).get_current_heads()


def configuration() -> Config:
    """Alembic's configuration, without a file."""
    config = Config()
    config.set_main_option("script_location", str(files(__name__)))
    return config
