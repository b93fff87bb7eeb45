"""When citizens are called: caps over any stretch of time, and tries again on other days in other parts of them."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.rules.call_times import PARTS, CallingDays, Cap, free_at
from hotline.rules.deadlines import Window, state_council_workday

CITY = ZoneInfo("Asia/Shanghai")
NEVER = datetime(2100, 1, 1, tzinfo=UTC)
CAPS = (Cap(5, timedelta(days=1)), Cap(3, timedelta(minutes=5)))


def at(text: str) -> datetime:
    """A moment on the city's clocks, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=CITY).astimezone(UTC)


def shown(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment.astimezone(CITY):%Y-%m-%d %H:%M}"


def days(one_day_tries: int = 2, closes: str = "21:00", **window: object) -> CallingDays:
    return CallingDays(
        Window(time(8), time.fromisoformat(closes), **window), CITY, one_day_tries, state_council_workday
    )  # type: ignore[arg-type]


# The window 8:00–21:00 has the parts 8:00, 11:15, 14:30 and 17:45.
@pytest.mark.parametrize(
    ("tried", "gap_minutes", "again"),
    [
        (["2026-11-23 09:30"], 240, "2026-11-23 13:30"),
        (["2026-11-23 09:30"], 30, "2026-11-23 10:00"),  # busy: soon, in the same part of the day
        (["2026-11-23 09:30", "2026-11-23 13:30"], 240, "2026-11-24 14:30"),  # enough for Monday; not tried yet
        (["2026-11-23 08:00", "2026-11-23 18:00", "2026-11-24 11:15"], 720, "2026-11-25 14:30"),
        (["2026-11-23 18:30"], 240, "2026-11-24 08:00"),
        (["2026-11-23 09:30"], 720, "2026-11-24 11:15"),  # after closing: next day, and not in the morning
        (["2026-11-23 18:30"], 1440, "2026-11-25 08:00"),  # only the evening of Tuesday is left, and it was evening
        (["2026-11-23 18:30"], 1200, "2026-11-24 14:30"),
        (["2026-11-23 09:00", "2026-11-24 11:15", "2026-11-25 14:30"], 1000, "2026-11-26 17:45"),  # the one left
        (["2026-11-27 09:30", "2026-11-27 13:30"], 240, "2026-11-28 14:30"),  # Friday → Saturday
    ],
)
def test_a_try_that_met_nobody_is_made_again_at_another_time(tried: list[str], gap_minutes: int, again: str) -> None:
    found = days().next_try([at(one) for one in tried], timedelta(minutes=gap_minutes), NEVER)
    assert (shown(found), found and found.tzinfo) == (again, UTC)
    assert days().next_try([at(one) for one in tried], timedelta(minutes=gap_minutes), at(again)) is None  # over then


@pytest.mark.parametrize(
    ("window", "tried", "again"),
    [
        ({"on_days_off": False}, "2026-11-27 09:30", "2026-11-30 11:15"),  # Friday → Monday
        ({"on_days_off": False}, "2026-09-30 18:00", "2026-10-08 08:00"),  # over the whole 国庆
        ({"pauses": ((time(11), time(15)),)}, "2026-11-23 09:30", "2026-11-24 15:00"),  # noon is a pause
        ({"pauses": ((time(11), time(20)),)}, "2026-11-23 09:30", "2026-11-24 20:00"),
        ({"closes": "12:00", "pauses": ((time(8, 45), time(11, 59)),)}, "2026-11-23 08:30", "2026-11-24 11:59"),
        ({"closes": "12:00", "pauses": ((time(8), time(11)),)}, "2026-11-23 11:30", "2026-11-24 11:00"),  # no other
        ({"closes": "00:00"}, "2026-11-23 09:00", "2026-11-24 12:00"),  # to the end of the day: parts of four hours
    ],
)
def test_days_off_and_pauses_are_kept(window: dict[str, object], tried: str, again: str) -> None:
    assert shown(days(1, **window).next_try([at(tried)], timedelta(minutes=30), NEVER)) == again  # type: ignore[arg-type]


def test_a_year_without_a_list_of_days_off_does_not_stop_it() -> None:
    assert (
        shown(days(1, on_days_off=False).next_try([at("2099-01-02 09:00")], timedelta(), NEVER)) == "2099-01-05 11:15"
    )


MINUTES = st.integers(0, 24 * 60 - 1)
HOURS = st.tuples(MINUTES, MINUTES, MINUTES, MINUTES).map(sorted).filter(lambda four: four[0] + 8 < four[3])


def moment_of(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)


@given(
    hours=HOURS,
    on_days_off=st.booleans(),
    one_day_tries=st.integers(1, 3),
    gaps=st.lists(st.integers(0, 3000), min_size=1, max_size=9),
    first=st.integers(0, 500_000),
)
@settings(max_examples=100)
def test_each_try_is_in_the_window_behind_its_gap_and_another_day_is_another_part_of_it(
    hours: list[int], on_days_off: bool, one_day_tries: int, gaps: list[int], first: int
) -> None:
    opens, begins, ends, closes = hours
    pauses = ((moment_of(begins), moment_of(ends)),) if ends < closes else ()
    window = Window(moment_of(opens), moment_of(closes), pauses, on_days_off)
    calling = CallingDays(window, CITY, one_day_tries, state_council_workday)
    begun = window.next_open(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=first), CITY, state_council_workday)
    ends_at = begun + timedelta(days=7)
    tried = [begun]
    for gap in gaps:
        again = calling.next_try(tried, timedelta(minutes=gap), ends_at)
        if again is None:
            break
        assert window.next_open(again, CITY, state_council_workday) == again
        assert tried[-1] + timedelta(minutes=gap) <= again < ends_at
        before, after = tried[-1].astimezone(CITY).date(), again.astimezone(CITY).date()
        if before != after and _parts(hours, bool(pauses)) != {calling.part(tried[-1])}:
            assert calling.part(again) != calling.part(tried[-1])
        tried.append(again)
        assert 0 <= calling.part(again) < PARTS
        assert sum(one.astimezone(CITY).date() == after for one in tried) <= one_day_tries


def _parts(hours: list[int], has_pause: bool) -> set[int]:
    """Those of which the pause leaves something."""
    opens, begins, ends, closes = hours
    marks = [opens + (closes - opens) * number / PARTS for number in range(PARTS + 1)]
    inside = has_pause and begins < ends
    return {part for part in range(PARTS) if not (inside and begins <= marks[part] and marks[part + 1] <= ends)}


@pytest.mark.parametrize(
    ("begun", "free"),
    [
        ([], 0),
        ([0, 1], 2),
        ([0, 1, 2], 5),  # three in five minutes: when the first is five minutes ago
        ([0, 1, 2, 5], 6),
        ([0, 10, 20, 30, 40], 1440),  # five in a day
        ([0, 10, 20, 1436, 1437], 1440),
        ([0, 10, 1436, 1437, 1438], 1441),  # both at once: the later one
        ([0, 10, 20, 30, 40, 50], 1450),  # more than there should be
    ],
)
def test_a_number_is_free_again_when_no_cap_is_reached(begun: list[int], free: int) -> None:
    start = at("2026-11-23 09:00")
    calls = [start + timedelta(minutes=one) for one in begun]
    now = max(calls, default=start) + timedelta(minutes=1 if begun else 0)
    assert (free_at(calls, CAPS, now) - start) / timedelta(minutes=1) == max(free, (now - start).total_seconds() / 60)
    assert free_at(calls, (Cap(0, timedelta(days=1)),), now) == now


@given(st.lists(st.integers(0, 400), min_size=1, max_size=40).map(sorted))
@settings(max_examples=100)
def test_who_waits_until_free_never_breaks_a_cap_and_never_waits_in_vain(asked: list[int]) -> None:
    start, begun = at("2026-11-23 09:00"), list[datetime]()
    for minutes in asked:
        wanted = start + timedelta(minutes=minutes)
        free = free_at(begun, CAPS, max([wanted, *begun]))
        begun.append(free)
        assert free_at(begun[:-1], CAPS, free) == free
    for cap in CAPS:
        for one in begun:
            assert sum(one <= other < one + cap.within for other in begun) <= cap.most
