"""The list of a new year: loaded by an administrator, and the deadlines that had to guess at it counted anew, once."""

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hotline.actions.calendar import is_known, load_year, workdays
from hotline.actions.case_steps import take_step
from hotline.errors import BadInput
from hotline.jobs.casework import keep_deadlines
from hotline.rules.calendar_list import ListedDay
from hotline.rules.casework import DeadlineKind, Move, NoticeKind, Rung
from hotline.rules.deadlines import DayUnit
from hotline.rules.policy import Term
from hotline.services import Services
from hotline.tables import AuditEntry, Case, CaseDeadline, CaseEvent, CaseNotice, Invitation, OutboxRow
from tests.cast import WANG, Desk, Feed, Twilio, all_of, change_casework_rules, city_time, on_sqlite, only
from tests.conftest import MovingClock

CITY = ZoneInfo("Asia/Shanghai")
# As it may be: New Year's Day and the two after it off, the Sunday after them worked.
NEW_YEAR = [
    *(ListedDay(date(2027, 1, day), False, "元旦") for day in (1, 2, 3)),
    ListedDay(date(2027, 1, 10), True, "元旦调休"),
]


def load(house: Services, days: list[ListedDay]) -> None:
    with house.database.write() as session:
        load_year(session, days, "admin", house.now())


def test_a_deadline_that_had_to_guess_is_counted_anew_once_with_its_notices_and_told(
    house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    change_casework_rules(house, "shenzhen")
    clock.now = datetime(2026, 12, 30, 9, 30, tzinfo=CITY)
    feed.transaction(completed_at=clock.now.isoformat())
    twilio.text(WANG, "1")
    keep_deadlines(house)
    case = only(house, Case)
    assert (city_time(house, case.first_contact_due_at), case.deadline_provisional) == ("2027-01-04 18:00", True)
    assert all_of(house, CaseEvent, kind="deadline_counted_anew") == []
    load(house, NEW_YEAR)
    for _ in range(3):
        keep_deadlines(house)
    case = only(house, Case)
    assert (city_time(house, case.first_contact_due_at), case.deadline_provisional) == ("2027-01-05 18:00", False)
    first, rectify = all_of(house, CaseDeadline)
    assert (city_time(house, rectify.due_at), rectify.provisional) == ("2027-01-13 18:00", False)  # the Sunday counts
    reminder = only(house, CaseNotice, deadline_id=first.id, kind=NoticeKind.REMINDER)
    assert city_time(house, reminder.due_at) == "2027-01-04 18:00"
    events = all_of(house, CaseEvent, kind="deadline_counted_anew")
    assert [event.facts["deadline"] for event in events] == ["first_contact", "rectify"]
    assert {row.due_at for row in all_of(house, OutboxRow, kind="callback")} >= {case.first_contact_due_at}


@on_sqlite
def test_a_rung_that_had_to_guess_is_planned_anew_though_its_deadline_did_not(
    house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    change_casework_rules(house, "zhejiang", rectify=None)
    clock.now = datetime(2026, 12, 30, 9, 30, tzinfo=CITY)
    feed.transaction(completed_at=clock.now.isoformat())
    twilio.text(WANG, "1")
    assert not only(house, CaseDeadline).provisional
    for loaded, deputy_leader in ((False, "2027-01-04 18:00"), (True, "2027-01-05 18:00")):
        if loaded:
            load(house, NEW_YEAR)
        for _ in range(2):
            keep_deadlines(house)
        rung = only(house, CaseNotice, kind=NoticeKind.ESCALATION, rung=Rung.DEPUTY_LEADER)
        assert city_time(house, rung.due_at) == deputy_leader
    assert all_of(house, CaseEvent, kind="deadline_counted_anew") == []


@on_sqlite
def test_a_second_asking_is_open_until_the_deadline_that_was_counted_anew(
    house: Services, feed: Feed, twilio: Twilio, desk: Desk, clock: MovingClock
) -> None:
    change_casework_rules(house, "luoning", re_rating=Term(count=3, unit=DayUnit.WORKING))
    clock.now = datetime(2026, 12, 30, 9, 30, tzinfo=CITY)
    feed.transaction(completed_at=clock.now.isoformat())
    twilio.text(WANG, "1")
    token = desk.claim(1)
    for move in (Move.CONTACT, Move.VERIFY, Move.RECTIFY, Move.ANSWER):
        with house.database.write() as session:
            take_step(session, 1, move, desk.user, token, "按规定", house.policy, clock.now)
    for loaded, until in ((False, "2027-01-04 18:00"), (True, "2027-01-05 18:00")):
        if loaded:
            load(house, NEW_YEAR)
            keep_deadlines(house)
        wait, asked = only(house, CaseDeadline, kind=DeadlineKind.RE_RATING), only(house, Invitation, round=2)
        assert asked.expires_at is not None
        assert (city_time(house, wait.due_at), city_time(house, asked.expires_at)) == (until, until)


@on_sqlite
def test_without_the_list_it_stays_provisional_and_is_not_touched(
    house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    clock.now = datetime(2026, 12, 31, 9, 30, tzinfo=CITY)
    feed.transaction(completed_at=clock.now.isoformat())
    twilio.text(WANG, "1")
    clock.move(days=30)
    keep_deadlines(house)
    assert only(house, CaseDeadline).provisional
    load(house, NEW_YEAR)
    keep_deadlines(house)
    assert city_time(house, only(house, CaseDeadline).due_at) == "2027-01-04 18:00"


@on_sqlite
def test_the_list_of_a_later_year_touches_no_deadline_that_waits_for_an_earlier_one(
    house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    change_casework_rules(house, "shenzhen")
    clock.now = datetime(2026, 12, 30, 9, 30, tzinfo=CITY)
    feed.transaction(completed_at=clock.now.isoformat())
    twilio.text(WANG, "1")
    load(house, [ListedDay(date(2028, 1, 3), False, "元旦")])
    clock.now = datetime(2028, 1, 5, 9, 30, tzinfo=CITY)
    for counted in (0, 2):
        for _ in range(2):
            keep_deadlines(house)
        assert len(all_of(house, CaseEvent, kind="deadline_counted_anew")) == counted
        load(house, NEW_YEAR)


@on_sqlite
def test_a_loaded_list_goes_before_the_one_that_comes_with_the_product_and_takes_the_place_of_an_earlier(
    house: Services,
) -> None:
    monday = date(2026, 11, 23)
    for works in (False, True):
        load(house, [ListedDay(monday, works, "测试")])
        with house.database.read() as session:
            assert workdays(session)(monday) is works
            assert workdays(session)(monday + timedelta(days=1))
            assert (is_known(session, 2027), is_known(session, 2026)) == (False, True)
    assert [entry.subject for entry in all_of(house, AuditEntry, action="calendar_loaded")] == ["year:2026"] * 2


@on_sqlite
@pytest.mark.parametrize("days", [[], [*NEW_YEAR, NEW_YEAR[0]], [*NEW_YEAR, ListedDay(date(2028, 1, 1), False, "")]])
def test_a_list_is_of_one_year_with_each_day_once(days: list[ListedDay], house: Services) -> None:
    with house.database.write() as session, pytest.raises(BadInput):
        load_year(session, days, "admin", house.now())


@on_sqlite
def test_the_command_loads_a_file_shows_it_and_names_what_is_wrong(
    house: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from click.testing import CliRunner

    from hotline.cli import hotline

    monkeypatch.setenv("HOTLINE_DATABASE_URL", house.settings.database_url)
    path = tmp_path / "2027.csv"
    path.write_text("\ufeffday,kind,name\n2027-01-01,off,元旦\n2027-01-10,work,调休\n", encoding="utf-8")

    def run(*args: str) -> str:
        result = CliRunner().invoke(hotline, ["calendar", *args])
        return result.output if result.exception is None else str(result.exception)

    assert "provisional" in run("show", "2027")
    assert run("import", str(path)).startswith("2027: 2 days")
    assert run("show", "2027") == "2027-01-01,off,元旦\n2027-01-10,work,调休\n"
    assert "State Council" in run("show", "2026")
    for wrong, named in (("2027-13-01,off,", "line 2, day"), ("2027-01-01,holiday,", "line 2, kind")):
        path.write_text(f"day,kind,name\n{wrong}\n", encoding="utf-8")
        assert named in run("import", str(path))
    path.write_text("2027-01-01,off\n", encoding="utf-8")
    assert "day, kind, name" in run("import", str(path))
