"""Finding one row reads few rows, whatever is loaded with it: a join that reads a whole table keeps callers waiting."""

from sqlalchemy import Select, select, text
from sqlalchemy.dialects import sqlite

from hotline.actions.invite import open_invitations
from hotline.console.beforehand import other_cases, other_ratings
from hotline.services import Services
from hotline.tables import Base, Call, CallTurn, Case, Rating, ServiceRecord, User
from tests.cast import on_sqlite

pytestmark = on_sqlite


def scans(house: Services, wanted: Select[tuple[object]]) -> list[str]:
    """The steps of SQLite's plan that read a table from end to end, or make one to look into."""
    statement = str(wanted.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))
    with house.database.read() as session:
        steps = [row.detail for row in session.execute(text(f"EXPLAIN QUERY PLAN {statement}"))]
    assert steps
    return [step for step in steps if step.startswith(("SCAN", "MATERIALIZE"))]


def test_a_row_and_all_that_is_loaded_with_it_is_found_by_index(house: Services) -> None:
    for mapper in Base.registry.mappers:
        assert scans(house, select(mapper.class_).where(mapper.primary_key[0] == 1)) == [], mapper


def test_a_call_is_found_by_the_carriers_id_by_index(house: Services) -> None:
    assert scans(house, select(Call).where(Call.carrier == "twilio", Call.external_id == "CA1")) == []


def test_whatever_is_said_about_one_member_of_staff_or_window_is_found_by_index(house: Services) -> None:
    """Signs are looked for while a person waits for the page."""
    around = ServiceRecord.completed_at.between(house.now(), house.now())
    for column in (ServiceRecord.staff_no, ServiceRecord.window):
        rated = select(Rating).join(ServiceRecord, ServiceRecord.id == Rating.record_id)
        assert scans(house, rated.where(column == "1", ServiceRecord.dept_code == "2", around)) == []
    of_call = select(CallTurn).join(Call, Call.id == CallTurn.call_id).where(Call.record_id == 1)
    assert scans(house, of_call) == []
    assert scans(house, select(User).where(User.phone_lookup == "x")) == []


def test_what_a_number_is_asked_about_is_found_by_index(house: Services) -> None:
    assert scans(house, open_invitations("x", house.now())) == []


def test_what_a_number_said_elsewhere_is_found_by_index(house: Services) -> None:
    record = ServiceRecord(phone_lookup="x", phone_masked="138****8000")
    case, me = Case(id=1, record_id=1, record=record), User(staff_no="12")
    assert scans(house, other_cases(case, me, house.now())) == []
    assert scans(house, other_ratings(case, me, house.now())) == []
