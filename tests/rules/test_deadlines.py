"""Deadlines in Chinese working days – holidays, make-up workdays, years without a list – and the hours for asking."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.rules.deadlines import DayUnit, Window, deadline, moment_after, moment_before, state_council_workday

CITY = ZoneInfo("Asia/Shanghai")
CLOSES = time(18)
DAYTIME = Window(time(8), time(22))


def at(text: str) -> datetime:
    """A moment on the city's clocks, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=CITY).astimezone(UTC)


def working_days(start: str, count: int) -> tuple[str, bool]:
    due = deadline(at(start), count, DayUnit.WORKING, CLOSES, CITY)
    assert due.due_at.tzinfo is UTC
    return f"{due.due_at.astimezone(CITY):%Y-%m-%d %H:%M}", due.provisional


@pytest.mark.parametrize(
    ("start", "count", "due"),
    [
        ("2026-11-23 09:30", 1, "2026-11-24 18:00"),  # Monday → Tuesday
        ("2026-11-27 17:59", 1, "2026-11-30 18:00"),  # Friday → Monday
        ("2026-11-27 23:59", 1, "2026-11-30 18:00"),  # after closing time is still that day
        ("2026-11-28 10:00", 1, "2026-11-30 18:00"),  # Saturday → Monday
        ("2026-11-23 09:30", 10, "2026-12-07 18:00"),  # ten working days are two weeks
        # 国庆 2026: 1–7 October off; Sunday 20 September and Saturday 10 October are worked (调休)
        ("2026-09-18 10:00", 1, "2026-09-20 18:00"),  # Friday → the Sunday that is worked
        ("2026-09-30 10:00", 1, "2026-10-08 18:00"),  # over the whole holiday
        ("2026-10-03 10:00", 1, "2026-10-08 18:00"),  # begun within it
        ("2026-10-09 10:00", 1, "2026-10-10 18:00"),  # Friday → the Saturday that is worked
        ("2026-10-09 10:00", 2, "2026-10-12 18:00"),
        # 中秋 2026: Friday 25 September off, to Sunday
        ("2026-09-24 10:00", 1, "2026-09-28 18:00"),
        # 春节 2026: 15–23 February off; Saturdays 14 and 28 February are worked
        ("2026-02-13 10:00", 1, "2026-02-14 18:00"),
        ("2026-02-14 10:00", 1, "2026-02-24 18:00"),
        ("2026-02-27 10:00", 1, "2026-02-28 18:00"),
    ],
)
def test_working_days_follow_the_state_councils_list(start: str, count: int, due: str) -> None:
    assert working_days(start, count) == (due, False)


def test_the_city_decides_which_day_it_is() -> None:
    """00:30 on Tuesday in 吉林市 is still Monday in UTC: the first working day after it is Wednesday."""
    assert working_days("2026-11-24 00:30", 1) == ("2026-11-25 18:00", False)


@pytest.mark.parametrize(
    ("start", "count", "due"),
    [
        ("2026-12-31 10:00", 1, "2027-01-01 18:00"),  # a holiday for certain, but no list says so yet
        ("2026-12-30 10:00", 2, "2027-01-01 18:00"),
        ("2027-03-05 10:00", 1, "2027-03-08 18:00"),  # Friday → Monday, by the week alone
    ],
)
def test_a_year_without_a_list_makes_the_deadline_provisional(start: str, count: int, due: str) -> None:
    assert working_days(start, count) == (due, True)


def test_the_list_of_next_year_really_is_missing() -> None:
    """When this fails the calendar has learned 2027: move the years of the test above on."""
    with pytest.raises(NotImplementedError):
        state_council_workday(date(2027, 1, 4))


def test_a_year_whose_list_is_known_is_not_provisional_to_its_last_day() -> None:
    assert working_days("2026-12-30 10:00", 1) == ("2026-12-31 18:00", False)


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-11-23 09:30", "2026-11-23 18:00"),  # a Monday morning
        ("2026-11-23 18:00", "2026-11-24 18:00"),  # business has closed
        ("2026-11-21 10:00", "2026-11-23 18:00"),  # a Saturday
        ("2026-09-30 19:00", "2026-10-08 18:00"),  # before the National Day holidays
    ],
)
def test_at_once_is_before_closing_time_of_the_day(start: str, due: str) -> None:
    given = datetime.fromisoformat(start).replace(tzinfo=CITY)
    assert deadline(given, 0, DayUnit.WORKING, CLOSES, CITY).due_at == datetime.fromisoformat(due).replace(tzinfo=CITY)


def test_natural_days_count_holidays_too() -> None:
    due = deadline(at("2026-09-30 10:00"), 5, DayUnit.NATURAL, CLOSES, CITY)
    assert (due.due_at, due.provisional) == (at("2026-10-05 18:00"), False)


@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2026, 10, 31), timezones=st.just(UTC)),
    st.integers(1, 30),
)
def test_a_deadline_is_a_working_day_with_as_many_working_days_before_it(start: datetime, count: int) -> None:
    due = deadline(start, count, DayUnit.WORKING, CLOSES, CITY)
    first, last = start.astimezone(CITY).date(), due.due_at.astimezone(CITY).date()
    days = [first + timedelta(days=n) for n in range(1, (last - first).days + 1)]
    assert state_council_workday(last)
    assert sum(map(state_council_workday, days)) == count
    assert due.due_at.astimezone(CITY).time() == CLOSES


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-11-23 08:00", "2026-11-23 08:00"),
        ("2026-11-23 21:59", "2026-11-23 21:59"),
        ("2026-11-23 22:00", "2026-11-24 08:00"),  # the end is not inside
        ("2026-11-23 22:30", "2026-11-24 08:00"),
        ("2026-11-24 00:10", "2026-11-24 08:00"),
        ("2026-11-23 07:59", "2026-11-23 08:00"),
        ("2026-12-31 23:00", "2027-01-01 08:00"),
    ],
)
def test_outside_the_window_the_next_morning_is_the_time(now: str, opens: str) -> None:
    assert DAYTIME.next_open(at(now), CITY, state_council_workday) == at(opens)


@pytest.mark.parametrize("hour", range(24))
def test_a_window_from_midnight_to_midnight_is_always_open(hour: int) -> None:
    now = at(f"2026-11-23 {hour:02}:59")
    assert Window(time(0), time(0)).next_open(now, CITY, state_council_workday) == now


@given(st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)))
def test_the_window_is_open_at_the_moment_it_names(now: datetime) -> None:
    opens = DAYTIME.next_open(now, CITY, state_council_workday)
    assert now <= opens < now + timedelta(days=1)
    assert DAYTIME.next_open(opens, CITY, state_council_workday) == opens


def test_a_moment_before_a_deadline_keeps_its_hour_and_goes_over_days_off() -> None:
    due = at("2026-10-09 18:00")  # Friday after the holiday
    assert moment_before(due, 2, DayUnit.WORKING, CITY) == at("2026-09-30 18:00")
    assert moment_before(due, 2, DayUnit.NATURAL, CITY) == at("2026-10-07 18:00")
    assert moment_before(at("2026-10-12 09:30"), 1, DayUnit.WORKING, CITY) == at("2026-10-10 09:30")  # 调休


def test_a_moment_after_a_deadline_is_at_closing_time_and_none_is_the_deadline_itself() -> None:
    due = at("2026-09-30 10:15")
    assert moment_after(due, 0, DayUnit.WORKING, CLOSES, CITY) == due
    assert moment_after(due, 2, DayUnit.WORKING, CLOSES, CITY) == at("2026-10-09 18:00")
    assert moment_after(due, 2, DayUnit.NATURAL, CLOSES, CITY) == at("2026-10-02 18:00")
