"""The database: one engine, and the two ways a session is opened – to write (committed once, by the edge) or to read.

SQLite runs in WAL mode, and a writing transaction takes the write lock at its beginning, so that it waits its
turn instead of failing half-way; PostgreSQL needs no such help.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker

from hotline.chain import seal_noted
from hotline.outbox import Ring, rung

# Less than the 15 s that a carrier waits for a webhook: a database that does not answer must not take its answer too.
_SQLITE_BUSY_SECONDS = 10
_POOL_SECONDS = 5
_CONNECT_SECONDS = 5
_UNHEARD_MILLISECONDS = 5000  # what was sent and nobody on the network confirms


class Database:
    """`on_commit` is told which outbox rows the commit has just made due (the doorbell)."""

    def __init__(self, url: str, on_commit: Callable[[list[Ring]], None] | None = None) -> None:
        self.engine = make_engine(url)
        self._writing = sessionmaker(self.engine, expire_on_commit=False)
        self._reading = sessionmaker(
            self.engine.execution_options(hotline_reading=True), expire_on_commit=False, autoflush=False
        )
        self._on_commit = on_commit

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that commits when the block ends, its audit entries sealed, and rolls back when it raises; then the
        doorbell rings."""
        with self._writing.begin() as session:
            yield session
            seal_noted(session)
        rings = rung(session)
        if rings and self._on_commit is not None:
            self._on_commit(rings)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that never commits."""
        with self._reading() as session:
            yield session


def make_engine(url: str) -> Engine:
    """An engine for SQLite (its folder is made) or PostgreSQL."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(
            parsed,
            pool_pre_ping=True,
            pool_size=10,
            max_overflow=10,
            pool_timeout=_POOL_SECONDS,
            connect_args={"connect_timeout": _CONNECT_SECONDS, "tcp_user_timeout": _UNHEARD_MILLISECONDS},
        )
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, connect_args={"timeout": _SQLITE_BUSY_SECONDS})
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy's "begin" event below begins, not the driver
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    reading = connection.get_execution_options().get("hotline_reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
