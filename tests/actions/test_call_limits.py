"""How often a number is called, by surveys and callbacks together, however many workers and agents are at it."""

from collections.abc import Callable
from datetime import time

import pytest
from sqlalchemy.orm import Session

from hotline.actions import dial, send_calls
from hotline.actions.casework import claim
from hotline.actions.hindrances import Beginning, Go, Never, NotBefore
from hotline.messages import Accepted, Ambiguous, CallProgress, Refusal, Refused, SendResult
from hotline.rules.casework import AttemptState
from hotline.services import Services
from hotline.tables import Attempt, Call, Invitation, User
from hotline.tables.contacts import CallState
from hotline.tables.service import InvitationState
from tests.cast import (
    LI,
    WANG,
    ZHAO,
    Desk,
    Feed,
    Person,
    Twilio,
    all_of,
    at_once,
    change_phone_rules,
    city_time,
    meanwhile,
    on_sqlite,
    only,
    open_bad_case,
)
from tests.conftest import MovingClock


def ask_by_call(feed: Feed, *numbers: int, person: Person = WANG) -> None:
    for number in numbers:
        feed.call(f"CALL-{number}", person, survey="phone")


def begin(house: Services, call_id: int) -> Beginning:
    with house.database.write() as session:
        return send_calls.begin_call(session, call_id, house.policy, house.now())


def settle(house: Services, call_id: int, result: SendResult) -> None:
    with house.database.write() as session:
        send_calls.settle_call(session, call_id, "twilio", result, house.policy, house.now())


def call_up(house: Services, call_id: int) -> None:
    assert isinstance(begin(house, call_id), Go)
    settle(house, call_id, Accepted(f"CA{call_id}"))


def due(house: Services, beginning: object) -> str:
    assert isinstance(beginning, NotBefore), beginning
    return city_time(house, beginning.due_at)


def call_back(desk: Desk, case_id: int) -> int | dial.CallLater:
    """The agent claims the case and asks for the call; the attempt's id, or the refusal."""
    house = desk.house
    try:
        with house.database.write() as session:
            agent = session.get_one(User, desk.user.id)
            token = claim(session, case_id, agent, house.policy, house.now())
            return dial.dial(session, case_id, token, agent, house.policy, house.now()).id
    except dial.CallLater as later:
        return later


def go_on(house: Services, attempt_id: int, *steps: str) -> None:
    deeds: dict[str, Callable[[Session], object]] = {
        "begin": lambda session: dial.begin_dial(session, attempt_id, house.now()),
        "answer": lambda session: dial.agent_answered(session, attempt_id, f"CB{attempt_id}", house.now()),
        "key": lambda session: dial.bridge(session, attempt_id, house.now()),
        "no answer": lambda session: dial.bridge_ended(session, attempt_id, CallProgress.NO_ANSWER, house.now()),
        "agent gone": lambda session: dial.note_agent_progress(
            session, attempt_id, f"CB{attempt_id}", CallProgress.NO_ANSWER, house.now()
        ),
    }
    for step in steps:
        with house.database.write() as session:
            deeds[step](session)


@on_sqlite
def test_calls_to_one_number_are_capped_over_any_day_and_any_few_minutes(
    house: Services, feed: Feed, clock: MovingClock
) -> None:
    change_phone_rules(house, daily_cap=5, burst_cap=3, burst_minutes=5, opens=time(8), closes=time(21))
    ask_by_call(feed, *range(1, 8))
    ask_by_call(feed, 9, person=ZHAO)
    for call_id in (1, 2, 3):  # 9:30, 9:31, 9:32
        call_up(house, call_id)
        clock.move(minutes=1)
    assert due(house, begin(house, 4)) == "2026-11-23 09:35"
    assert isinstance(begin(house, 8), Go)  # another number
    clock.move(minutes=2)
    call_up(house, 4)
    clock.move(hours=10)
    call_up(house, 5)
    assert due(house, begin(house, 6)) == "2026-11-24 09:30"
    assert only(house, Call, id=6).state is CallState.QUEUED
    clock.move(hours=13, minutes=55)  # 9:30 on Tuesday
    assert isinstance(begin(house, 6), Go)
    assert due(house, begin(house, 7)) == "2026-11-24 09:31"


@on_sqlite
@pytest.mark.parametrize(
    ("result", "counts"),
    [
        (Accepted("CA1"), True),
        (Ambiguous("ReadTimeout"), True),
        (None, True),  # the worker died
        (Refused(Refusal.RETRY, "20429"), False),
        (Refused(Refusal.PERMANENT, "21211"), False),
    ],
)
def test_what_may_have_rung_counts_and_what_was_refused_does_not(
    result: SendResult | None, counts: bool, house: Services, feed: Feed
) -> None:
    change_phone_rules(house, daily_cap=1)
    ask_by_call(feed, 1, 2)
    assert isinstance(begin(house, 1), Go)
    if result is not None:
        settle(house, 1, result)
    assert isinstance(begin(house, 2), NotBefore if counts else Go)


def test_ten_workers_and_agents_at_once_never_make_a_sixth_call(
    house: Services, feed: Feed, twilio: Twilio, desk: Desk
) -> None:
    change_phone_rules(house, daily_cap=5)
    cases = [open_bad_case(twilio, feed, f"JL-000{number}").id for number in range(4)]
    ask_by_call(feed, *range(1, 7))

    def act(which: int) -> bool:
        if which < 6:
            return isinstance(begin(house, which + 1), Go)
        return isinstance(call_back(desk, cases[which - 6]), int)

    assert at_once(10, act).count(True) == 5
    assert len(all_of(house, Call, state=CallState.SENDING)) + len(all_of(house, Attempt)) == 5


@pytest.mark.parametrize("first", ["survey", "callback"])
@pytest.mark.parametrize("second", ["survey", "callback"])
def test_who_comes_while_the_last_call_of_a_day_is_begun_waits_and_finds_it(
    first: str, second: str, house: Services, feed: Feed, twilio: Twilio, desk: Desk
) -> None:
    change_phone_rules(house, daily_cap=1)
    cases = [open_bad_case(twilio, feed, f"JL-000{number}").id for number in range(2)]
    ask_by_call(feed, 1, 2)
    token = desk.claim(cases[0])
    with house.database.write() as session:
        if first == "survey":
            send_calls.begin_call(session, 1, house.policy, house.now())
        else:
            dial.dial(session, cases[0], token, session.get_one(User, desk.user.id), house.policy, house.now())
        other = meanwhile(house, lambda: begin(house, 2) if second == "survey" else call_back(desk, cases[1]))
    assert isinstance(other.result(20), NotBefore if second == "survey" else dial.CallLater)


@on_sqlite
def test_a_callback_counts_from_the_click_until_it_ends_without_having_rung(
    house: Services, feed: Feed, twilio: Twilio, desk: Desk, clock: MovingClock
) -> None:
    change_phone_rules(house, daily_cap=2)
    case_id = open_bad_case(twilio, feed).id
    ask_by_call(feed, 1, 2, 3)
    call_up(house, 1)
    attempt_id = call_back(desk, case_id)
    assert attempt_id == 1
    for step in ("begin", "answer"):
        go_on(house, 1, step)
        assert isinstance(begin(house, 2), NotBefore)
    go_on(house, 1, "agent gone")
    call_up(house, 2)  # the citizen was not rung
    refused = call_back(desk, case_id)
    assert isinstance(refused, dial.CallLater)
    assert city_time(house, refused.again_at) == "2026-11-24 09:30"
    clock.move(days=1)
    assert call_back(desk, case_id) == 2
    go_on(house, 2, "begin", "answer", "key")
    rung_at = house.now()
    clock.move(minutes=1)
    go_on(house, 2, "key", "no answer")  # a replayed key rings nobody
    assert only(house, Attempt, id=2).citizen_rung_at == rung_at
    clock.move(minutes=1)
    call_up(house, 3)
    ask_by_call(feed, 4)
    assert due(house, begin(house, 4)) == "2026-11-25 09:30"


@on_sqlite
def test_a_callback_that_was_given_up_without_knowing_counts_until_its_agent_is_heard_of(
    house: Services, feed: Feed, twilio: Twilio, desk: Desk
) -> None:
    change_phone_rules(house, daily_cap=1)
    case_id = open_bad_case(twilio, feed).id
    ask_by_call(feed, 1)
    assert call_back(desk, case_id) == 1
    go_on(house, 1, "begin", "begin")  # begun by a worker that did not come back
    assert only(house, Attempt).state is AttemptState.ENDED
    assert isinstance(begin(house, 1), NotBefore)
    go_on(house, 1, "answer", "agent gone")
    assert isinstance(begin(house, 1), Go)


@on_sqlite
def test_who_could_not_be_called_in_time_is_not_called_any_more(
    house: Services, feed: Feed, clock: MovingClock
) -> None:
    change_phone_rules(house, daily_cap=1)
    feed.transaction(person=LI)
    clock.move(days=house.policy.invitation.ask_within_days)
    assert isinstance(begin(house, 1), Never)
    assert (only(house, Call).state, only(house, Invitation).state) == (CallState.ENDED, InvitationState.FAILED)
    assert only(house, Invitation).error_code == "too_late"


@on_sqlite
@pytest.mark.parametrize(
    ("kinds", "channels"),
    [
        ((), ["sms", "sms", "phone"]),
        (("call",), ["sms", "phone", "phone"]),
        (("transaction",), ["phone", "sms", "phone"]),
    ],
)
def test_records_of_the_policy_s_kinds_are_asked_about_by_call(
    kinds: tuple[str, ...], channels: list[str], house: Services, feed: Feed
) -> None:
    change_phone_rules(house, kinds=kinds)
    feed.transaction()
    feed.call("CALL-1", survey="sms")
    feed.call("CALL-2", survey="none")
    feed.call("CALL-3", survey="phone")
    assert [invitation.channel for invitation in all_of(house, Invitation)] == channels
