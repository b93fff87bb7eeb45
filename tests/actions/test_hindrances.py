"""What keeps a text from going out: hours, pauses, days off, the day's cap, the cool-down, and an invitation's end."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from hotline.actions import send
from hotline.actions.calendar import ListedDay, load_year
from hotline.actions.hindrances import Go, Never, NotBefore
from hotline.actions.invite import put_text
from hotline.messages import Accepted, Refusal, Refused
from hotline.outbox import Kind
from hotline.services import Services
from hotline.tables import Invitation, OptOut, OutboundText, OutboxRow
from hotline.tables.contacts import Purpose, TextState
from hotline.tables.service import InvitationState
from tests.actions.test_send import begin, settle
from tests.cast import ZHAO, Feed, Twilio, all_of, at_once, city_time, on_sqlite, only
from tests.conftest import MovingClock


@pytest.fixture
def rule(house: Services) -> Callable[..., None]:
    """Change figures of the policy: `rule(sms={…}, invitation={…})`."""

    def change(**sections: dict[str, Any]) -> None:
        policy = house.policy
        old = {name: getattr(policy, name) for name in sections}
        changed = {name: type(old[name])(**(old[name].model_dump() | new)) for name, new in sections.items()}
        object.__setattr__(house, "policy", policy.model_copy(update=changed))

    return change


def at(clock: MovingClock, house: Services, local: str) -> None:
    clock.now = datetime.fromisoformat(local).replace(tzinfo=house.policy.zone)


def due(house: Services, beginning: object) -> str:
    """When a text may go that may not go now."""
    assert isinstance(beginning, NotBefore)
    return city_time(house, beginning.due_at)


def invite(house: Services, feed: Feed, number: str, **more: Any) -> int:
    """A transaction's invitation; the id of its text."""
    feed.transaction(number, item_name=f"事项{number}", completed_at=house.now().isoformat(), **more)
    return all_of(house, OutboundText, purpose=Purpose.INVITE)[-1].id


def send_out(house: Services, text_id: int) -> None:
    assert isinstance(begin(house, text_id), Go)
    settle(house, Accepted(f"SM{text_id}"), text_id)


@on_sqlite
def test_a_day_off_of_the_administrators_own_list_is_one(
    house: Services, feed: Feed, clock: MovingClock, rule: Callable[..., None]
) -> None:
    """Nobody knows 2027 yet but by the list that was loaded: Monday the 4th is off, Sunday the 10th is worked."""
    rule(sms={"on_days_off": False})
    days = [ListedDay(date(2027, 1, 4), False, "元旦"), ListedDay(date(2027, 1, 10), True, "调休")]
    with house.database.write() as session:
        load_year(session, days, "admin", house.now())
    at(clock, house, "2027-01-04T09:30")
    feed.transaction(completed_at=clock.now.isoformat())
    assert city_time(house, only(house, OutboxRow, kind=Kind.TEXT).due_at) == "2027-01-05 00:00"
    assert due(house, begin(house)) == "2027-01-05 00:00"
    at(clock, house, "2027-01-10T09:30")
    assert isinstance(begin(house), Go)


@on_sqlite
@pytest.mark.parametrize(
    ("local", "goes_at"),
    [
        ("2026-11-23 12:30", "2026-11-23 14:00"),  # the midday rest
        ("2026-11-23 18:00", "2026-11-24 09:00"),
        ("2026-11-21 10:00", "2026-11-23 09:00"),  # a Saturday
        ("2026-10-01 10:00", "2026-10-08 09:00"),  # the National Day's week
    ],
)
def test_pauses_and_days_off_are_kept(
    local: str, goes_at: str, house: Services, feed: Feed, clock: MovingClock, rule: Callable[..., None]
) -> None:
    pauses = [{"begins": "12:00", "ends": "14:00"}]
    rule(sms={"opens": "09:00", "closes": "18:00", "pauses": pauses, "on_days_off": False})
    at(clock, house, local)
    assert due(house, begin(house, invite(house, feed, "JL-1"))) == goes_at


@on_sqlite
def test_the_day_s_texts_to_one_number_are_capped(
    house: Services, feed: Feed, clock: MovingClock, rule: Callable[..., None]
) -> None:
    rule(sms={"daily_cap": 2, "opens": "08:00", "closes": "22:00"})
    at(clock, house, "2026-11-23 09:30")
    first, second, third, fourth = [invite(house, feed, f"JL-{number}") for number in range(4)]
    another = invite(house, feed, "JL-9", person=ZHAO)
    begin(house, first)
    settle(house, Refused(Refusal.PERMANENT, "30007"), first)  # nothing reached the citizen
    begin(house, second)
    settle(house, Refused(Refusal.RETRY, "20429"), second)
    send_out(house, second)
    send_out(house, third)
    assert due(house, begin(house, fourth)) == "2026-11-24 08:00"
    assert isinstance(begin(house, another), Go)
    at(clock, house, "2026-11-23 21:59")
    assert due(house, begin(house, fourth)) == "2026-11-24 08:00"
    at(clock, house, "2026-11-24 08:00")
    assert isinstance(begin(house, fourth), Go)


@on_sqlite
def test_a_day_is_the_city_s(house: Services, feed: Feed, clock: MovingClock, rule: Callable[..., None]) -> None:
    """Half past midnight is still yesterday in UTC."""
    rule(sms={"daily_cap": 1})
    at(clock, house, "2026-11-23 23:50")
    send_out(house, invite(house, feed, "JL-1"))
    later = invite(house, feed, "JL-2")
    assert due(house, begin(house, later)) == "2026-11-24 00:00"
    at(clock, house, "2026-11-24 00:30")
    send_out(house, later)
    at(clock, house, "2026-11-24 07:59")
    assert due(house, begin(house, invite(house, feed, "JL-3"))) == "2026-11-25 00:00"


def test_workers_at_once_keep_the_cap_together(house: Services, feed: Feed, rule: Callable[..., None]) -> None:
    rule(sms={"daily_cap": 2})
    ids = [invite(house, feed, f"JL-{number}") for number in range(6)]
    beginnings = at_once(6, lambda which: begin(house, ids[which]))
    assert sorted(type(one).__name__ for one in beginnings) == ["Go"] * 2 + ["NotBefore"] * 4
    assert len(all_of(house, OutboundText, state=TextState.SENDING)) == 2


@on_sqlite
def test_between_two_invitations_to_one_number_there_is_some_time(
    house: Services, feed: Feed, clock: MovingClock, rule: Callable[..., None]
) -> None:
    rule(sms={"cooldown_hours": 3, "opens": "08:00", "closes": "22:00"})
    at(clock, house, "2026-11-23 18:30")
    first, second = invite(house, feed, "JL-1"), invite(house, feed, "JL-2")
    send_out(house, first)
    assert isinstance(begin(house, invite(house, feed, "JL-3", person=ZHAO)), Go)
    assert due(house, begin(house, second)) == "2026-11-23 21:30"
    at(clock, house, "2026-11-23 21:30")
    send_out(house, second)
    third = invite(house, feed, "JL-4")
    assert due(house, begin(house, third)) == "2026-11-24 08:00"  # half past midnight is no time
    with house.database.write() as session:
        invitation = session.get_one(Invitation, 1)
        again = put_text(session, invitation, Purpose.REMIND, 1, house.now(), house.policy, house.now())
    assert isinstance(begin(house, again.id), Go)  # a reminder need not wait


@on_sqlite
def test_who_could_not_be_asked_in_time_is_not_asked_any_more(
    house: Services, feed: Feed, clock: MovingClock, rule: Callable[..., None]
) -> None:
    rule(invitation={"ask_within_days": 2})
    first, second = invite(house, feed, "JL-1"), invite(house, feed, "JL-2", person=ZHAO)
    clock.move(days=2, seconds=-1)
    assert isinstance(begin(house, first), Go)
    clock.move(seconds=1)
    assert isinstance(begin(house, second), Never)
    text = only(house, OutboundText, id=second)
    assert (text.state, text.invitation.state) == (TextState.SKIPPED, InvitationState.FAILED)
    assert text.invitation.error_code == "too_late"


@on_sqlite
@pytest.mark.parametrize(
    ("state", "expired", "goes"),
    [(state, False, state in ("sent", "delivered")) for state in InvitationState]
    + [(InvitationState.SENT, True, False)],
)
def test_only_what_is_out_and_waits_for_an_answer_is_reminded_of(
    state: InvitationState, expired: bool, goes: bool, house: Services, feed: Feed, clock: MovingClock
) -> None:
    send_out(house, invite(house, feed, "JL-1"))
    with house.database.write() as session:
        session.get_one(Invitation, 1).state = state
    clock.move(days=7 if expired else 6)  # ask_within_days is not about reminders
    reminder = only(house, OutboundText, purpose=Purpose.REMIND)
    assert isinstance(begin(house, reminder.id), Go if goes else Never)
    invitation = only(house, Invitation)
    assert (invitation.state, invitation.reminded_at) == (state, house.now() if goes else None)
    assert only(house, OutboundText, purpose=Purpose.REMIND).state == ("sending" if goes else "skipped")


@on_sqlite
def test_who_opted_out_since_is_not_reminded_and_has_declined(house: Services, feed: Feed, twilio: Twilio) -> None:
    send_out(house, invite(house, feed, "JL-1"))
    with house.database.write() as session:
        session.add(OptOut(phone=only(house, OutboundText, id=1).phone, asked_at=house.now(), asked_by="a person"))
    assert isinstance(begin(house, only(house, OutboundText, purpose=Purpose.REMIND).id), Never)
    assert only(house, Invitation).state is InvitationState.DECLINED


@on_sqlite
def test_a_look_marks_nothing_and_names_the_numbers_that_fit(
    house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    pool = ("+861", "+862", "+863")

    def fit(text_id: int, numbers: tuple[str, ...] = pool) -> tuple[str, ...]:
        with house.database.write() as session:
            ready = send.look_at_text(session, text_id, numbers, house.policy, house.now())
        assert isinstance(ready, send.Ready)
        return ready.our_numbers

    def begin_from(text_id: int, our_number: str) -> None:
        with house.database.write() as session:
            assert isinstance(send.begin_text(session, text_id, house.policy, house.now(), our_number), Go)

    first, second, third = [invite(house, feed, f"JL-{number}") for number in range(3)]
    other = invite(house, feed, "JL-9", person=ZHAO)
    assert fit(first) == pool
    begin_from(first, "+862")
    settle(house, Refused(Refusal.RETRY, "20429"), first)
    assert fit(first) == pool  # nothing came from it
    begin_from(first, "+862")
    settle(house, Accepted("SM1"), first)
    reminder = only(house, OutboundText, purpose=Purpose.REMIND)
    assert (fit(second), fit(other), fit(reminder.id)) == (("+861", "+863"), pool, ("+862",))
    assert fit(reminder.id, ("+864", "+865")) == ("+864", "+865")  # ours no longer
    assert (fit(second, ()), fit(second, ("+862",))) == ((), ("+862",))
    for text_id, number in ((second, "+861"), (other, "+863")):
        begin_from(text_id, number)
    assert fit(third) == ("+863",)
    assert only(house, OutboundText, id=third).state is TextState.QUEUED
    clock.move(days=6)
    assert fit(third) == ("+863",)
    with house.database.write() as session:
        session.get_one(Invitation, 1).state = InvitationState.ANSWERED
    assert fit(third) == ("+862", "+863")
