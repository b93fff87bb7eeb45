"""The schema's history: one head, there and back again on both databases, and the models find nothing to add."""

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, inspect, text
from sqlalchemy.exc import IntegrityError

from hotline.database import make_engine
from hotline.errors import SettingsError
from hotline.migrations import configuration, is_current, migrate
from hotline.tables import Base


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = make_engine(database_url)
    yield made
    made.dispose()


def tables_of(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


def test_there_is_exactly_one_head_and_one_line_to_it() -> None:
    scripts = ScriptDirectory.from_config(configuration())
    assert len(scripts.get_heads()) == 1
    assert len(scripts.get_bases()) == 1
    assert all(len(revision.nextrev) <= 1 for revision in scripts.walk_revisions())


def test_down_to_nothing_and_up_again_is_the_same_house(database_url: str, engine: Engine) -> None:
    with engine.connect() as connection:
        before = tables_of(connection)
        assert is_current(connection)
    migrate(database_url, "base")
    with engine.connect() as connection:
        assert tables_of(connection) <= {"alembic_version"}
        assert not is_current(connection)
    migrate(database_url)
    with engine.connect() as connection:
        assert tables_of(connection) == before == {*Base.metadata.tables, "alembic_version"}
        assert is_current(connection)
        assert connection.scalar(text("SELECT last FROM store_position WHERE id = 1")) == 0


_ROWS_OF_0001 = (
    (
        "service_records (id, kind, number, service_count, completed_at, received_at, named, language, phone_lookup,"
        " phone_box, phone_masked, phone_kind) VALUES (1, 'transaction', 'N', 1, '2026-11-23', '2026-11-23', {no},"
        " 'en', 'x', '', '', 'mobile')"
    ),
    (
        "invitations (id, record_id, round, channel, state, script, language, created_at, clarified) VALUES"
        " (1, 1, 1, 'sms', 'sent', 'sms-stars@1', 'en', '2026-11-23', {no})"
    ),
    (
        "outbound_texts (id, invitation_id, body, state, created_at, phone_lookup, phone_box, phone_masked, phone_kind)"
        " VALUES (1, 1, 'asked', 'sent', '2026-11-23', 'x', '', '', 'mobile')"
    ),
    (
        "inbound_texts (id, carrier, external_id, body, body_box, received_at, invitation_id, phone_lookup, phone_box,"
        " phone_masked, phone_kind) VALUES (1, 'twilio', 'SM1', '5', '', '2026-11-23', 1, 'x', '', '', 'mobile')"
    ),
)


def test_rows_of_the_release_before_live_through_every_migration(database_url: str, engine: Engine) -> None:
    """Up with data and down again: SQLite makes some tables anew, and no row may be lost for that."""
    migrate(database_url, "0001")
    no = "false" if engine.dialect.name == "postgresql" else "0"
    with engine.begin() as connection:
        for row in _ROWS_OF_0001:
            connection.execute(text(f"INSERT INTO {row.format(no=no)}"))
    tables = ("service_records", "invitations", "outbound_texts", "inbound_texts")
    for revision in ("head", "0001", "head"):
        migrate(database_url, revision)
        with engine.connect() as connection:
            counts = {name: connection.scalar(text(f"SELECT count(*) FROM {name}")) for name in tables}
            assert counts == dict.fromkeys(tables, 1)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT purpose, try_no FROM outbound_texts")).one() == ("invite", 1)


_CALL_OF_0003 = (
    "calls (id, carrier, inbound, script, language, state, result, try_no, created_at, begun_at, phone_lookup,"
    " phone_box, phone_masked, phone_kind) VALUES ({id}, 'twilio', {inbound}, 'phone-stars@1', 'en', 'ended', {result},"
    " 1, '2026-11-23 04:00:00', '2026-11-23 04:00:01', 'x', '', '', 'landline')"
)


def test_calls_of_the_release_before_were_answered_if_somebody_took_them(database_url: str, engine: Engine) -> None:
    """They are told of as calls of another flow, and not counted as calls of this one that nobody took."""
    migrate(database_url, "0003")
    no, yes = ("false", "true") if engine.dialect.name == "postgresql" else ("0", "1")
    calls = {1: (yes, "NULL"), 2: (no, "'completed'"), 3: (no, "'no_answer'"), 4: (no, "NULL"), 5: (no, "NULL")}
    with engine.begin() as connection:
        for call, (inbound, result) in calls.items():
            row = _CALL_OF_0003.format(id=call, inbound=inbound, result=result)
            connection.execute(text(f"INSERT INTO {row}"))
        pressed = "(id, call_id, turn, keys, heard_at, answer) VALUES (1, 5, 1, '5', '2026-11-23 04:00:09', '{}')"
        connection.execute(text(f"INSERT INTO call_turns {pressed}"))
    migrate(database_url)
    with engine.connect() as connection:
        answered = connection.scalars(text("SELECT id FROM calls WHERE answered_at IS NOT NULL ORDER BY id"))
        assert answered.all() == [1, 2, 5]


_RATING = (
    "INSERT INTO ratings (id, record_id, round, version, stars, is_default, channel, raw, scale, script, rule, reasons,"
    " rated_at, state, flags) VALUES (1, 1, 1, 1, 1, {no}, 'sms', '1', 'star_5_best', 's@1', 'digit', '[]',"
    " '2026-11-23', 'active', '[]')"
)
_CASE = (
    "id, record_id, round, rating_id, state, steps, opened_at, first_contact_due_at, deadline_provisional,"
    " contacted_at, outcome"
)


def test_a_case_on_its_way_goes_back_to_what_the_release_before_knows(database_url: str, engine: Engine) -> None:
    no = "false" if engine.dialect.name == "postgresql" else "0"
    cases = (
        (1, "rectifying", "'2026-11-24'", "NULL", "'contacted'"),
        (2, "appealed", "NULL", "NULL", "'opened'"),
        (3, "closed", "NULL", "'refused'", "'closed'"),
    )
    with engine.begin() as connection:
        connection.execute(text(f"INSERT INTO {_ROWS_OF_0001[0].format(no=no)}"))
        connection.execute(text(_RATING.format(no=no)))
        for number, state, contacted_at, outcome, _ in cases:
            values = f"{number}, 1, {number}, 1, '{state}', 'full', '2026-11-23', '2026-11-24', {no}, {contacted_at}"
            connection.execute(text(f"INSERT INTO cases ({_CASE}) VALUES ({values}, {outcome})"))
    migrate(database_url, "0004")
    with engine.connect() as connection:
        states = connection.scalars(text("SELECT state FROM cases ORDER BY id")).all()
    assert [f"'{state}'" for state in states] == [after for *_, after in cases]
    migrate(database_url, "0005")
    deadline = "(case_id, kind, started_at, due_at, provisional, met_at) VALUES (1, '{}', '2026-11-23', '{}', {}, {})"
    with engine.begin() as connection:
        assert connection.scalars(text("SELECT steps FROM cases")).all() == ["contact"] * len(cases)
        for kind, due, met in (
            ("first_contact", "2026-11-24", "'2026-11-24'"),
            ("re_rating", "2026-11-25", "NULL"),
            ("answer", "2026-12-07", "NULL"),
            ("rectify", "2026-12-14", "NULL"),
        ):
            connection.execute(text(f"INSERT INTO case_deadlines {deadline.format(kind, due, no, met)}"))
    migrate(database_url)
    with engine.connect() as connection:
        due = connection.scalars(text("SELECT due_at FROM cases ORDER BY id")).all()
    assert [str(moment)[:10] for moment in due] == ["2026-12-07", "2026-11-24", "None"]


def test_the_release_before_meets_nothing_that_it_would_stop_at_or_show_too_much_of(
    database_url: str, engine: Engine
) -> None:
    no = "false" if engine.dialect.name == "postgresql" else "0"
    rows = (
        "users (id, name, role, dept_code, staff_no, password_hash, password_set_at, must_change_password, totp_step,"
        " created_at) VALUES ({id}, 'u{id}', 'department', 'D', {staff_no}, 'x', '2026-11-23', {no}, 0, '2026-11-23')"
    )
    outbox = (
        "outbox (kind, key, payload, state, due_at, attempts, created_at) VALUES"
        " ('{kind}', '{kind}:7', '{{}}', 'pending', '2026-11-23', 0, '2026-11-23')"
    )
    call = (
        "recordings (id, carrier, external_id, url, state, created_at) VALUES"
        " (7, 'twilio', 'RE7', '', 'unwanted', '2026-11-23')"
    )
    with engine.begin() as connection:
        for user_id, staff_no in ((1, "NULL"), (2, "'0105'")):
            connection.execute(text(f"INSERT INTO {rows.format(id=user_id, staff_no=staff_no, no=no)}"))
        for kind in ("stop_recording", "recording", "forward"):
            connection.execute(text(f"INSERT INTO {outbox.format(kind=kind)}".replace(":", r"\:")))
        connection.execute(text(f"INSERT INTO {call}"))
    migrate(database_url, "0005")
    with engine.connect() as connection:
        assert connection.scalars(text("SELECT id FROM users WHERE disabled_at IS NULL")).all() == [1]
        assert connection.scalars(text("SELECT kind FROM outbox")).all() == ["forward"]
        assert connection.scalar(text("SELECT count(*) FROM recordings")) == 0


def test_wording_that_citizens_were_sent_is_not_forgotten(database_url: str, engine: Engine) -> None:
    """The release before would read replies to it by another scale."""
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO script_versions (name, version, document, note, made_at, made_by, activated_at)"
                " VALUES ('sms-stars', 101, '{}', 'turned', '2026-11-23', 'admin', '2026-11-23')"
            )
        )
    with pytest.raises(SettingsError, match="would be misread"):
        migrate(database_url, "0001")
    with engine.connect() as connection:
        assert is_current(connection)


def test_migrating_what_is_up_to_date_changes_nothing(database_url: str, engine: Engine) -> None:
    migrate(database_url)
    with engine.connect() as connection:
        assert is_current(connection)


def test_the_models_ask_for_nothing_that_the_migrations_do_not_make(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_the_database_itself_holds_the_rules_that_matter(engine: Engine) -> None:
    """Not only the code: one active rating a record, stars from 1 to 5."""
    indexes = inspect(engine).get_indexes("ratings")
    (one_active,) = [index for index in indexes if index["name"] == "uq_ratings_one_active"]
    assert one_active["unique"]
    assert one_active["column_names"] == ["record_id", "round"]
    rating = (
        "INSERT INTO ratings (record_id, round, version, stars, is_default, channel, raw, scale, script, rule, reasons,"
        " rated_at, state, flags) VALUES (1, 1, 1, {stars}, {no}, 'sms', '5', 'star_5_best', 's@1', 'digit', '[]',"
        " '2026-11-23', 'active', '[]')"
    )
    record = (
        "INSERT INTO service_records (id, kind, number, service_count, completed_at, received_at, named, language,"
        " phone_lookup, phone_box, phone_masked, phone_kind) VALUES (1, 'transaction', 'N', 1, '2026-11-23',"
        " '2026-11-23', {no}, 'en', 'x', '', '', 'mobile')"
    )
    no = "false" if engine.dialect.name == "postgresql" else "0"
    with engine.begin() as connection:
        connection.execute(text(record.format(no=no)))
        connection.execute(text(rating.format(stars=5, no=no)))
    for stars in (4, 0, 6):
        with pytest.raises(IntegrityError), engine.begin() as connection:
            connection.execute(text(rating.format(stars=stars, no=no)))


def test_a_database_without_tables_is_not_current() -> None:
    bare = create_engine("sqlite://")
    with bare.connect() as connection:
        assert not is_current(connection)
    bare.dispose()
