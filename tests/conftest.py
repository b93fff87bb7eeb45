"""Fixtures for every test: real databases, a real Redis, the simulator, the house, a browser, and a clock to move."""

import base64
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from flask import Flask
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import ProgrammingError

from hotline import create_app, outbox
from hotline.errors import SettingsError
from hotline.jobs import tasks
from hotline.migrations import migrate
from hotline.prompts.espeak import EspeakVoice
from hotline.services import Services
from hotline.settings import Settings
from hotline.tables import Base
from tests import once, parts
from tests.cast import ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER, Desk, Feed, Twilio, make_desk, make_feed

# A property holds on a slow machine too.
hypothesis.settings.register_profile("hotline", deadline=None)
hypothesis.settings.load_profile("hotline")

MONDAY_MORNING = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)  # 9:30 in 吉林市, a working day


@dataclass
class MovingClock:
    """A clock that moves when a test says so."""

    now: datetime = field(default=MONDAY_MORNING)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture(scope="session", autouse=True)
def _once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        once.do_once(patch, tmp_path_factory.mktemp("templates"))
        yield


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[parts.RedisServer]:
    server = parts.RedisServer(parts.free_port())
    try:
        server.start()
    except Exception as error:
        missing("redis", error)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def _postgres() -> Iterator[str]:
    try:
        server = parts.postgres()
        url = server.__enter__()
    except Exception as error:
        missing("postgresql", error)
    _hurry(url)
    migrate(url)
    yield url
    server.__exit__(None, None, None)


# Whoever a test left connected, perhaps in the middle of a transaction.
_SHOW_OTHERS_OUT = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def _hurry(url: str) -> None:
    """No test pulls the plug of this machine: the server need not wait for the disk."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    migrate(f"sqlite:///{path}")
    return path


def missing(part: str, error: Exception) -> None:
    parts.missing[part] = f"{type(error).__name__}: {error}"
    pytest.skip(f"missing part: {part} ({parts.missing[part]})")


@pytest.fixture
def sqlite_url(_sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh, migrated SQLite database."""
    copy = tmp_path / "hotline.sqlite3"
    shutil.copy(_sqlite_template, copy)
    return f"sqlite:///{copy}"


_FILLED = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in Base.metadata.tables)
_BEGIN_NUMBERS_ANEW = """
    SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) FROM pg_sequences
    WHERE last_value IS NOT NULL
"""


def _empty(connection: Connection) -> None:
    """Only what was filled: to truncate all tables takes twenty times as long. In any order, as nothing is kept."""
    connection.execute(text("SET LOCAL session_replication_role = replica"))
    for name in connection.scalars(text(_FILLED)).all():
        connection.execute(text(f"DELETE FROM {name}"))
    connection.execute(text(_BEGIN_NUMBERS_ANEW))
    connection.execute(text("INSERT INTO store_position (id, last) VALUES (1, 0)"))


@pytest.fixture
def postgres_url(_postgres: str) -> str:
    """A PostgreSQL database as if it were fresh: emptied, and migrated anew if the test before changed its tables."""
    engine = create_engine(_postgres)
    with engine.begin() as connection:
        connection.execute(text(_SHOW_OTHERS_OUT))
    try:
        with engine.begin() as connection:
            _empty(connection)
    except ProgrammingError:
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        migrate(_postgres)
    engine.dispose()
    return _postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database; every test that asks for it runs on both kinds."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


@pytest.fixture
def make_settings(database_url: str, redis_server: parts.RedisServer, tmp_path: Path) -> Callable[..., Settings]:
    def make(**changes: Any) -> Settings:
        values: dict[str, Any] = {
            "database_url": database_url,
            "redis_url": redis_server.url,
            "recordings": tmp_path / "recordings",
            "public_url": "http://hotline.test",
            "secret_key": "s" * 32,
            "data_key": base64.b64encode(b"d" * 32).decode(),
            "policy": "always",
            "twilio_account_sid": ACCOUNT_SID,
            "twilio_auth_token": AUTH_TOKEN,
            "twilio_from": OUR_NUMBER,
            "sms_per_second": 1000.0,  # no test waits for its turn
            "calls_per_second": 1000.0,
            "twilio_api_url": "http://127.0.0.1:9",  # nobody listens there: a test that sends asks for a carrier
        }
        return Settings(_env_file=None, **(values | changes))

    return make


@pytest.fixture
def settings(make_settings: Callable[..., Settings]) -> Settings:
    return make_settings()


@pytest.fixture
def app(settings: Settings, clock: MovingClock) -> Iterator[Flask]:
    """The web application on a fresh database, with the test's clock."""
    made = create_app(settings, clock)
    yield made
    made.extensions["hotline"].database.engine.dispose()
    made.extensions["hotline"].redis.flushdb()


@pytest.fixture
def house(app: Flask) -> Services:
    """The application's own services."""
    services = app.extensions["hotline"]
    assert isinstance(services, Services)
    return services


@pytest.fixture
def work(house: Services, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Do, here and now, all that is due in the outbox; returns how many rows were worked."""
    monkeypatch.setattr(tasks, "house", lambda: house)

    def work_all() -> int:
        worked = 0
        while True:
            with house.database.read() as session:
                rings = outbox.due(session, house.now(), 1000)
            if not rings:
                return worked
            for ring in rings:
                tasks.work(ring.kind, ring.row_id)
                worked += 1

    return work_all


@pytest.fixture
def twilio(app: Flask) -> Twilio:
    """Twilio's side of the webhooks, played by the test."""
    return Twilio(app)


@pytest.fixture
def feed(app: Flask) -> Feed:
    """A system that feeds service records in and reads ratings."""
    return make_feed(app)


@pytest.fixture
def desk(house: Services) -> Desk:
    """An agent with a telephone."""
    return make_desk(house)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A real chromium."""
    from playwright.sync_api import sync_playwright

    try:
        playwright = sync_playwright().start()
        launched = playwright.chromium.launch(executable_path=parts.browser_path(), args=parts.CHROMIUM_ARGUMENTS)
    except Exception as error:
        missing("browser", error)
    yield launched
    launched.close()
    playwright.stop()


@pytest.fixture(scope="session")
def espeak() -> EspeakVoice:
    """The real synthesizer."""
    try:
        return EspeakVoice()
    except SettingsError as error:
        missing("espeak-ng", error)
        raise


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, so that no worker is left alone with one; those that share the running demo stay together."""
    items.sort(key=_shortness)


def _shortness(item: pytest.Item) -> tuple[bool, ...]:
    fixtures = getattr(item, "fixturenames", ())
    return "demo" not in fixtures, item.path.parent.name not in ("journeys", "sip"), "browser" not in fixtures


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: Any) -> None:
    skipped = [str(report.longrepr) for report in terminalreporter.stats.get("skipped", [])]
    for part in ("redis", "postgresql", "browser", "espeak-ng", "sipp"):
        count = sum(f"missing part: {part}" in why for why in skipped)
        if count:
            terminalreporter.write_line(f"MISSING PART {part}: {count} tests did not run", red=True, bold=True)
