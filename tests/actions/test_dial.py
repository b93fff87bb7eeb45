"""When an agent may have a citizen called: the city's hours, and the hour the citizen asked for."""

from datetime import UTC, datetime, time

import pytest

from hotline.actions import dial
from hotline.rules.policy import PausePolicy
from hotline.rules.reply_wishes import Wish
from hotline.tables import Attempt, CalendarDay, Case, OutboxRow, User
from tests.cast import Desk, Feed, Twilio, all_of, change_phone_rules, on_sqlite, open_bad_case
from tests.conftest import MovingClock

pytestmark = on_sqlite
# In Changchun's time; 2026-11-28 is a Saturday.
MONDAY_NOON, SATURDAY, NIGHT = "11-23 12:30", "11-28 10:00", "11-23 21:30"


def call_at(desk: Desk, clock: MovingClock, hour: str) -> None:
    at = datetime.strptime(f"2026-{hour} +0800", "%Y-%m-%d %H:%M %z").astimezone(UTC)
    clock.move(seconds=(at - clock.now).total_seconds())
    token = desk.claim(1)
    with desk.house.database.write() as session:
        dial.dial(session, 1, token, session.get_one(User, desk.user.id), desk.house.policy, at)


@pytest.mark.parametrize(
    ("hour", "wish", "opens"),
    [
        (MONDAY_NOON, None, "11-23 14:00"),
        (MONDAY_NOON, Wish.NO_CALL, "11-23 14:00"),
        (MONDAY_NOON, Wish.NOON, None),
        (SATURDAY, None, "11-30 08:00"),
        (SATURDAY, Wish.ANY, None),
        (NIGHT, Wish.EVENING, "11-24 08:00"),
    ],
)
def test_a_citizen_is_called_within_the_citys_hours_or_when_they_asked(
    hour: str, wish: Wish | None, opens: str | None, desk: Desk, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    open_bad_case(twilio, feed)
    pause = PausePolicy(begins=time(12), ends=time(14))
    change_phone_rules(desk.house, opens=time(8), closes=time(21), pauses=(pause,), on_days_off=False)
    with desk.house.database.write() as session:
        session.get_one(Case, 1).call_wish = wish
    if opens is None:
        call_at(desk, clock, hour)
        return
    with pytest.raises(dial.CallLater) as refused:
        call_at(desk, clock, hour)
    assert refused.value.code == "window_shut"
    assert f"{refused.value.again_at.astimezone(desk.house.policy.zone):%m-%d %H:%M}" == opens
    assert (all_of(desk.house, Attempt), all_of(desk.house, OutboxRow, kind="dial")) == ([], [])


def test_the_list_of_the_administrator_says_which_days_are_off(
    desk: Desk, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    open_bad_case(twilio, feed)
    change_phone_rules(desk.house, on_days_off=False)
    with desk.house.database.write() as session:
        day = datetime(2026, 11, 28, tzinfo=UTC).date()
        session.add(CalendarDay(day=day, year=2026, works=True, name="调休"))
    call_at(desk, clock, SATURDAY)
    assert len(all_of(desk.house, Attempt)) == 1
