"""The schema's history, by Alembic: how a database is brought up to date, and whether it is."""

from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from hotline.database import make_engine


def migrate(database_url: str, revision: str = "head") -> None:
    """Bring the database to `revision`; a lower one goes down (`base` = empty)."""
    engine = make_engine(database_url)
    config = configuration()
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            if revision == "base":
                command.downgrade(config, revision)
            else:
                command.upgrade(config, revision)
    finally:
        engine.dispose()


def is_current(connection: Connection) -> bool:
    """Is the database at the newest revision of this release?"""
    at = MigrationContext.configure(connection).get_current_heads()
    return set(at) == set(ScriptDirectory.from_config(configuration()).get_heads())


def configuration() -> Config:
    """Alembic's configuration, without a file."""
    config = Config()
    config.set_main_option("script_location", str(files(__name__)))
    return config
