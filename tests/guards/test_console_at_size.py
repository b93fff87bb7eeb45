"""The console stays quick with many cases: what its pages ask is found by index, never by reading all."""

from sqlalchemy import Select, func, select, text
from sqlalchemy.dialects import sqlite

from hotline.console.worklist import PAGE_SIZE
from hotline.reports.cases import CaseFilter, matching, newest_first
from hotline.rules.casework import CaseState, DeadlineKind
from hotline.services import Services
from hotline.tables import Case, CaseEvent, CaseExtension
from tests.cast import on_sqlite

pytestmark = on_sqlite


def plan(house: Services, wanted: Select[object]) -> list[str]:
    statement = str(wanted.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))
    with house.database.read() as session:
        return [row.detail for row in session.execute(text(f"EXPLAIN QUERY PLAN {statement}"))]


def reads_all(steps: list[str]) -> list[str]:
    """A table from end to end, or all that was found put in order."""
    return [step for step in steps if step in ("SCAN cases", "SCAN service_records") or "TEMP B-TREE" in step]


def test_what_search_and_ledger_list_is_found_by_index_and_in_its_order(house: Services) -> None:
    now, zone = house.now(), house.policy.zone
    day = now.date()
    for wanted in (
        CaseFilter(),
        CaseFilter(is_open=True),
        CaseFilter(is_open=False),
        CaseFilter(opened_from=day, opened_to=day),
        CaseFilter(overdue=True),
        CaseFilter(kind=DeadlineKind.RECTIFY),
        CaseFilter(stars=1, named=True, area_code="220203"),
    ):
        with house.database.read() as session:
            listed = newest_first(matching(session, wanted, None, now, zone)).limit(PAGE_SIZE)
        assert reads_all(plan(house, listed)) == [], wanted
    for wanted in (CaseFilter(state=CaseState.APPEALED), CaseFilter(agent_id=1), CaseFilter(due_from=day, due_to=day)):
        with house.database.read() as session:
            steps = plan(house, newest_first(matching(session, wanted, None, now, zone)).limit(PAGE_SIZE))
        assert not any(step == "SCAN cases" for step in steps), wanted


def test_what_the_board_counts_is_found_by_index(house: Services) -> None:
    now, is_open = house.now(), Case.closed_at.is_(None)
    counted = select(func.count()).select_from(Case)
    for wanted in (
        counted.where(is_open),
        counted.where(is_open, Case.due_at <= now),
        counted.where(Case.closed_at >= now),
        select(func.count()).select_from(CaseEvent).where(CaseEvent.at >= now),
        select(func.count()).select_from(CaseExtension).where(CaseExtension.decided_at.is_(None)),
    ):
        steps = plan(house, wanted)
        assert all("INDEX" in step for step in steps), steps
    closed = plan(house, counted.where(is_open))
    assert not any("ix_cases_closed_at" in step for step in closed)  # SQLite took it for a short way to open cases
