"""The audit log is a chain: whatever is done to it afterwards is found, and many who write at once make one chain."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hotline.actions.audit import audit
from hotline.actions.audit_checks import EVERY, begin_check, break_from, go_on, last_check
from hotline.chain import last_sealed
from hotline.cli import hotline as command
from hotline.database import Database
from hotline.jobs.audit import check_audit_log
from hotline.migrations import migrate
from hotline.rules.audit_chain import BEFORE_THE_FIRST, Break, Entry, Head, read_head, seal_of
from hotline.services import Services
from hotline.tables import AuditCheck, AuditEntry, ConsoleSession
from tests.cast import all_of, at_once, on_postgresql, on_sqlite
from tests.conftest import MONDAY_MORNING, MovingClock

FACTS = {"数": 3, "list": [1, None, {"b": True, "a": "é"}], "10": "ten", "9": ""}


def note(house: Services, count: int = 5) -> None:
    for number in range(count):
        with house.database.write() as session:
            audit(session, "周倩", "wrote", house.now() + timedelta(microseconds=number), f"case:{number}", FACTS)


def found(house: Services, piece: int = 2) -> tuple[Break | None, int]:
    """What a check says: the fault, and how far it came."""
    with house.database.write() as session:
        check = begin_check(session, house.now())
    while check.ended_at is None:
        with house.database.write() as session:
            check = go_on(session, check.id, piece, house.now())
    return check.fault and Break(check.fault), check.number


def test_entries_are_numbered_and_sealed_in_the_order_of_their_commits(house: Services) -> None:
    note(house, 2)
    with house.database.write() as session:
        audit(session, "a", "one", house.now())
        audit(session, "a", "two", house.now(), facts={"deep": {2: "int keys", 10: "come back as words"}})
    entries = all_of(house, AuditEntry)
    assert [entry.number for entry in entries] == [1, 2, 3, 4]
    assert entries[0].previous == BEFORE_THE_FIRST
    assert [entry.previous for entry in entries[1:]] == [entry.seal for entry in entries[:-1]]
    assert entries[0].facts == FACTS
    assert found(house) == (None, 4)


def test_what_is_rolled_back_leaves_no_entry_and_no_gap(house: Services) -> None:
    def fail() -> None:
        with house.database.write() as session:
            audit(session, "a", "undone", house.now())
            session.add(ConsoleSession())

    note(house, 1)
    with pytest.raises(IntegrityError):
        fail()
    note(house, 1)
    assert found(house) == (None, 2)


def _sql(statement: str) -> Callable[[Session], object]:
    return lambda session: session.execute(text(statement))


def _insert(session: Session, number: int, previous: str, seal: str | None = None) -> None:
    """As somebody would who knows how seals are made."""
    first = session.query(AuditEntry).order_by(AuditEntry.number).first()
    assert first is not None
    entry = Entry(number, first.at, "x", "y", None, {}, previous, "")
    session.add(
        AuditEntry(
            number=number, at=first.at, actor="x", action="y", facts={}, previous=previous, seal=seal or seal_of(entry)
        )
    )


def _insert_in_the_middle(session: Session) -> None:
    session.execute(text("UPDATE audit_entries SET number = number + 100 WHERE number > 2"))
    session.execute(text("UPDATE audit_entries SET number = number - 99 WHERE number > 100"))
    _insert(session, 3, session.query(AuditEntry.seal).filter(AuditEntry.number == 2).scalar() or "")


def _swap(session: Session) -> None:
    for old, new in ((2, 99), (3, 2), (99, 3)):
        session.execute(text(f"UPDATE audit_entries SET number = {new} WHERE number = {old}"))


TAMPERED: dict[str, tuple[Callable[[Session], object], Break, int]] = {
    "changed": (_sql("UPDATE audit_entries SET actor = '吴磊' WHERE number = 3"), Break.CHANGED, 2),
    "changed facts": (_sql("UPDATE audit_entries SET facts = '{}' WHERE number = 1"), Break.CHANGED, 0),
    "deleted": (_sql("DELETE FROM audit_entries WHERE number = 3"), Break.MISSING, 2),
    "deleted first": (_sql("DELETE FROM audit_entries WHERE number = 1"), Break.MISSING, 0),
    "inserted": (_insert_in_the_middle, Break.CHANGED, 3),
    "inserted before": (lambda session: _insert(session, 0, BEFORE_THE_FIRST), Break.MISSING, 0),
    "appended": (lambda session: _insert(session, 6, "f" * 64), Break.UNLINKED, 5),
    "moved": (_swap, Break.CHANGED, 1),
    "cut off": (_sql("DELETE FROM audit_entries WHERE number > 3"), Break.CUT_OFF, 3),
}


def test_whatever_is_done_to_the_log_is_found(house: Services) -> None:
    """One after the other, each on the log as it was before."""
    note(house)
    assert found(house) == (None, 5)
    for name, (tamper, fault, sound) in TAMPERED.items():
        with house.database.engine.connect() as connection:
            with Session(connection, join_transaction_mode="create_savepoint") as session:
                tamper(session)
                session.flush()
                check = go_on(session, begin_check(session, house.now()).id, 100, house.now())
                assert (check.fault, check.number) == (fault, sound), name
            connection.rollback()
    assert found(house) == (None, 5)


def test_a_head_that_was_kept_finds_what_the_chain_alone_does_not(house: Services) -> None:
    note(house)
    with house.database.read() as session:
        head = read_head(str(last_sealed(session)))
    with house.database.write() as session:
        assert break_from(session, head) is None
        session.execute(text("DELETE FROM audit_entries WHERE number > 3"))
    with house.database.read() as session:
        assert break_from(session, head) is Break.CUT_OFF
    note(house, 3)  # somebody goes on from there
    with house.database.read() as session:
        assert break_from(session, head) is Break.REPLACED
    for wrong in ("", "5", "x:" + "0" * 64, "5:" + "g" * 64, "5:" + "0" * 63):
        with pytest.raises(ValueError):
            read_head(wrong)


@on_postgresql
def test_many_who_write_at_once_make_one_chain(house: Services) -> None:
    """Each locks rows of its own first, in another order: none waits for another in a circle."""
    note(house, 6)
    with house.database.write() as session:
        checks = [begin_check(session, house.now()).id for _ in range(6)]

    def write(number: int) -> None:
        for turn in range(6):
            with house.database.write() as session:
                audit(session, f"writer {number}", "wrote", house.now())
                check = session.get_one(AuditCheck, checks[(number + turn) % 6], with_for_update=True)
                check.number = number * 100 + turn
                audit(session, f"writer {number}", "wrote again", house.now())

    at_once(6, write)
    entries = all_of(house, AuditEntry)
    assert len(entries) == 6 + 72
    with house.database.write() as session:
        check = go_on(session, begin_check(session, house.now()).id, 1000, house.now())
        assert (check.fault, check.number) == (None, 78)


@on_sqlite
def test_facts_that_databases_write_differently_are_refused(house: Services) -> None:
    for facts in ({"share": 0.5}, {"deep": [{"at": house.now()}]}):
        with pytest.raises(TypeError), house.database.write() as session:
            audit(session, "a", "b", house.now(), facts=facts)


@on_sqlite
def test_the_log_is_checked_daily_by_the_sweep(
    house: Services, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotline.jobs.audit._PIECE", 3)
    note(house, 4)
    check_audit_log(house)
    with house.database.read() as session:
        assert last_check(session, ended=True) is None
    for _ in range(3):  # the second comes to the end, the third has nothing to do
        check_audit_log(house)
    (check,) = all_of(house, AuditCheck)
    assert (check.number, check.fault, check.ended_at) == (4, None, clock.now)
    clock.now += EVERY
    with house.database.write() as session:
        session.execute(text("UPDATE audit_entries SET action = 'other' WHERE number = 2"))
    check_audit_log(house)
    assert [(each.number, each.fault) for each in all_of(house, AuditCheck)] == [(4, None), (1, Break.CHANGED)]


@on_sqlite
def test_the_commands_tell_the_head_and_the_first_entry_that_is_wrong(house: Services, database_url: str) -> None:
    note(house, 3)
    runner = CliRunner(env={"HOTLINE_DATABASE_URL": database_url})
    head = runner.invoke(command, ["audit", "head"]).stdout.strip()
    whole = runner.invoke(command, ["audit", "verify", "--head", head])
    assert (whole.exit_code, whole.stdout) == (0, f"3 entries, whole and unchanged; head {head}\n")
    with house.database.write() as session:
        session.execute(text("DELETE FROM audit_entries WHERE number = 3"))
    cut = runner.invoke(command, ["audit", "verify"])
    assert (cut.exit_code, "entry 3 is gone" in cut.stderr) == (1, True)
    assert "entry 3 is gone" in runner.invoke(command, ["audit", "verify", "--head", head]).stderr
    with house.database.write() as session:
        session.execute(text("UPDATE audit_entries SET actor = 'nobody' WHERE number = 2"))
    changed = runner.invoke(command, ["audit", "verify"])
    assert (changed.exit_code, "entry 2 is not what was sealed" in changed.stderr) == (1, True)


def test_a_log_of_before_the_chain_is_chained_by_the_migration(database_url: str) -> None:
    migrate(database_url, "0005")
    database = Database(database_url)
    row = (
        "INSERT INTO audit_entries (at, actor, action, facts) VALUES ('2026-11-23 01:30:00.123456+00:00', '周倩', 'a', "
    )
    with database.engine.begin() as connection:
        for facts in ('{"role": "agent", "b": [1]}', "{}"):
            connection.execute(text(f"{row}'{facts.replace(':', chr(92) + ':')}')"))
    migrate(database_url)
    with database.write() as session:
        audit(session, "a", "b", MONDAY_MORNING)
    with database.write() as session:
        check = go_on(session, begin_check(session, MONDAY_MORNING).id, 10, MONDAY_MORNING)
        assert (check.fault, check.number) == (None, 3)
        assert last_sealed(session) == Head(3, check.seal)
    database.engine.dispose()
