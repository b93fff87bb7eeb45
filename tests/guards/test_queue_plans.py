"""The queue is read in its order from an index, however many cases are open: nothing is sorted."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event, text

from hotline.actions import case_queue
from hotline.console import worklist
from hotline.console.access import Person
from hotline.services import Services
from hotline.tables import User
from hotline.tables.people import CallMode, Role
from tests.cast import Desk

AGENT = Person(
    id=1,
    name="周倩",
    role=Role.AGENT,
    dept_code=None,
    phone_masked=None,
    staff_no=None,
    skills=("english",),
    call_mode=CallMode.MANUAL,
    session_id=1,
    seen_at=datetime(2026, 11, 23, tzinfo=UTC),
    token="",
)


def plan(house: Services, read: Callable[[Any], object]) -> str:
    """How the database would run the last statement of `read`, if it may neither sort nor read a table whole."""
    said: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        said.append((statement, values))

    engine = house.database.engine
    event.listen(engine, "before_cursor_execute", note)
    with house.database.write() as session:
        read(session)
    event.remove(engine, "before_cursor_execute", note)
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        if not sqlite:
            for way in ("seqscan", "sort", "incremental_sort", "bitmapscan"):
                connection.execute(text(f"SET LOCAL enable_{way} = off"))
        explain = "EXPLAIN QUERY PLAN" if sqlite else "EXPLAIN"
        return "\n".join(str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {said[-1][0]}", said[-1][1]))


@pytest.mark.parametrize("index", ["ix_cases_desk", "ix_cases_open"])
def test_the_next_case_and_the_first_page_come_from_an_index_in_their_order(
    house: Services, desk: Desk, index: str
) -> None:
    now = house.now()
    read: dict[str, Callable[[Any], object]] = {
        "ix_cases_desk": lambda s: case_queue.next_free(s, s.get_one(User, 1), case_queue.ANY, now),
        "ix_cases_open": lambda s: worklist.list_page(s, AGENT, worklist.Tab.OPEN, 1, now),
    }
    found = plan(house, read[index])
    assert index in found
    for slow in ("TEMP B-TREE", "Sort", "SCAN service_records", "SCAN ratings"):
        assert slow not in found, found
