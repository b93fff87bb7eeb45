"""Reports on survey calls: in any order they only move forward; nobody there means again, and then not any more."""

from itertools import permutations

import pytest

from hotline.actions import send, send_calls
from hotline.messages import Accepted, Ambiguous, Refusal, Refused, SendResult
from hotline.policies import load_policy
from hotline.services import Services
from hotline.tables import Call, Invitation, OutboxRow, Rating
from hotline.tables.contacts import CallState
from hotline.tables.service import InvitationState
from tests.cast import LI, Feed, Twilio, all_of, at_once, city_time, on_sqlite, only
from tests.conftest import MovingClock

pytestmark = on_sqlite
ORDER = list(CallState)


@pytest.fixture
def placed(house: Services, feed: Feed) -> str:
    """The survey call to 李建国 is on its way; its sid."""
    feed.transaction(person=LI)
    place(house, 1)
    return "CA1"


def place(house: Services, call_id: int, result: SendResult | None = None) -> bool:
    with house.database.write() as session:
        assert isinstance(send_calls.begin_call(session, call_id, house.policy, house.now()), send.Go)
    with house.database.write() as session:
        result = result or Accepted(f"CA{call_id}")
        return send_calls.settle_call(session, call_id, "twilio", result, house.policy, house.now())


def newest(house: Services) -> Call:
    return all_of(house, Call)[-1]


def test_reports_in_any_order_only_move_forward(house: Services, feed: Feed, twilio: Twilio) -> None:
    for number, order in enumerate(permutations(["initiated", "ringing", "in-progress", "completed"]), start=1):
        feed.transaction(f"JL-{number:04}", LI)
        place(house, number)
        seen = [newest(house).state]
        for status in order:
            twilio.call_status(f"?call={number}", f"CA{number}", status)
            seen.append(newest(house).state)
        assert [ORDER.index(state) for state in seen] == sorted(ORDER.index(state) for state in seen), order
        assert (newest(house).id, newest(house).state, newest(house).result) == (number, CallState.ENDED, "completed")
        assert all_of(house, Invitation)[-1].state is InvitationState.SENT  # asked; they may still ring us


@pytest.mark.parametrize(
    ("end", "second"),
    [("no-answer", "13:30"), ("busy", "10:00"), ("failed", "13:30"), ("canceled", "13:30")],
)
def test_nobody_there_is_called_again_as_often_as_the_policy_says(
    end: str, second: str, house: Services, twilio: Twilio, placed: str, clock: MovingClock
) -> None:
    """Two tries on the first day, the last on the next, in the afternoon that was not tried yet (or the noon)."""
    object.__setattr__(house, "policy", load_policy("default"))
    tries = house.policy.phone.tries
    for number in range(1, tries + 1):
        if number > 1:
            clock.now = all_of(house, OutboxRow, kind="call")[-1].due_at
            place(house, number)
        for _ in range(2):  # a repeated report is one report
            twilio.call_status(f"?call={number}", f"CA{number}", end)
    calls = all_of(house, Call)
    assert [call.try_no for call in calls] == list(range(1, tries + 1))
    assert {call.state for call in calls} == {CallState.ENDED}
    invitation = only(house, Invitation)
    assert invitation.state is InvitationState.FAILED
    assert invitation.error_code == calls[-1].result
    due = [city_time(house, row.due_at) for row in all_of(house, OutboxRow, kind="call")]
    third = "2026-11-24 11:15" if end == "busy" else "2026-11-24 14:30"
    assert due == ["2026-11-23 09:30", f"2026-11-23 {second}", third]


def test_ten_copies_of_no_answer_at_once_are_one_more_try(house: Services, twilio: Twilio, placed: str) -> None:
    at_once(10, lambda _: twilio.call_status("?call=1", placed, "no-answer"))
    assert [call.try_no for call in all_of(house, Call)] == [1, 2]


def test_the_next_try_stays_inside_the_window(house: Services, twilio: Twilio, placed: str, clock: MovingClock) -> None:
    object.__setattr__(house, "policy", load_policy("default"))
    clock.move(hours=9)  # 18:30: four hours later is after nine
    twilio.call_status("?call=1", placed, "no-answer")
    assert city_time(house, all_of(house, OutboxRow, kind="call")[-1].due_at) == "2026-11-24 08:00"


def test_no_try_is_made_after_the_invitation_has_ended(
    house: Services, twilio: Twilio, placed: str, clock: MovingClock
) -> None:
    clock.move(days=house.policy.invitation.expires_days, hours=-4)
    twilio.call_status("?call=1", placed, "no-answer")
    assert len(all_of(house, Call)) == 1
    assert (only(house, Invitation).state, only(house, Invitation).error_code) == (InvitationState.FAILED, "no_answer")


def test_an_answer_given_by_text_ends_the_tries(house: Services, twilio: Twilio, placed: str) -> None:
    call_sid = "CA" + "7" * 32
    twilio.press(twilio.rings(LI, call_sid), call_sid, "5")  # rings us meanwhile, and rates
    twilio.call_status("?call=1", placed, "no-answer")
    assert only(house, Invitation).state is InvitationState.ANSWERED
    assert len(all_of(house, Call, inbound=False)) == 1


@pytest.mark.parametrize(("keys", "result"), [("", "no_answer"), ("1", "completed"), ("8", "completed")])
def test_a_call_in_which_nobody_pressed_a_key_is_placed_again(
    keys: str, result: str, house: Services, twilio: Twilio, placed: str
) -> None:
    """A machine took it, or somebody who was gone at once; a key, be it a wrong one, is somebody there."""
    heard = twilio.call("/webhooks/twilio/voice/survey/1", placed, LI)
    while not heard.hangs_up:
        heard = twilio.press(heard, placed, keys)
        if keys:
            break
    for _ in range(2):
        twilio.call_status("?call=1", placed, "completed")
    first, *again = all_of(house, Call)
    assert (first.state, first.result) == (CallState.ENDED, result)
    assert [(call.state, call.try_no) for call in again] == ([] if keys else [(CallState.QUEUED, 2)])
    assert all_of(house, Rating) == []
    assert only(house, Invitation).state is InvitationState.SENT


def test_a_report_on_a_call_we_do_not_know_is_taken_quietly(house: Services, twilio: Twilio) -> None:
    for query in ("", "?call=99", "?attempt=99", "?call=x"):
        twilio.call_status(query, "CA404", "completed")
    assert all_of(house, Call) == []


def test_a_citizens_own_call_is_found_by_its_sid(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction()
    twilio.rings(LI, "CA5")
    twilio.call_status("", "CA5", "completed")
    assert (only(house, Call).state, only(house, Call).result) == (CallState.ENDED, "completed")


@pytest.mark.parametrize(
    ("result", "again", "call", "invitation"),
    [
        (Accepted("CA1"), False, CallState.RINGING, InvitationState.SENT),
        (Ambiguous("ReadTimeout"), False, CallState.UNKNOWN, InvitationState.UNKNOWN),
        (Refused(Refusal.RETRY, "20429"), True, CallState.QUEUED, InvitationState.WAITING),
        (Refused(Refusal.PERMANENT, "21211"), False, CallState.ENDED, InvitationState.FAILED),
    ],
)
def test_what_the_carrier_says_to_a_call(
    result: SendResult, again: bool, call: CallState, invitation: InvitationState, house: Services, feed: Feed
) -> None:
    feed.transaction(person=LI)
    assert place(house, 1, result) is again
    assert (only(house, Call).state, only(house, Invitation).state) == (call, invitation)


def test_a_call_abandoned_half_way_is_unknown_until_it_is_answered(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction(person=LI)
    for expected in (send.Go, send.Never, send.Never):
        with house.database.write() as session:
            assert isinstance(send_calls.begin_call(session, 1, house.policy, house.now()), expected)
    assert only(house, Call).state is CallState.UNKNOWN
    greeting = twilio.call("/webhooks/twilio/voice/survey/1", "CA1", LI)  # it did go out after all
    twilio.press(twilio.press(greeting, "CA1", "1"), "CA1", "4")
    assert only(house, Invitation).state is InvitationState.ANSWERED


def test_a_report_quicker_than_the_carriers_own_answer_stands(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction(person=LI)
    with house.database.write() as session:
        send_calls.begin_call(session, 1, house.policy, house.now())
    twilio.call_status("?call=1", "CA1", "busy")
    with house.database.write() as session:
        assert not send_calls.settle_call(session, 1, "twilio", Accepted("CA1"), house.policy, house.now())
    assert [call.state for call in all_of(house, Call)] == [CallState.ENDED, CallState.QUEUED]
