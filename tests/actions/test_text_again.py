"""What follows a text: one reminder of it, and another try when the carrier could not deliver it."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from hotline.actions.hindrances import Go, Never
from hotline.messages import Accepted, Ambiguous, Refusal, Refused, SendResult
from hotline.policies import load_policy
from hotline.services import Services
from hotline.tables import Call, Invitation, OptOut, OutboundText, OutboxRow
from hotline.tables.contacts import Purpose, TextState
from hotline.tables.service import InvitationState
from tests.actions.test_send import SID, begin, settle
from tests.cast import WANG, Feed, Twilio, all_of, city_time, on_sqlite, only
from tests.conftest import MovingClock

pytestmark = on_sqlite


def sent(house: Services, feed: Feed) -> None:
    feed.transaction()
    begin(house)
    settle(house, Accepted(SID))


def due_at(house: Services, text: OutboundText) -> str:
    return city_time(house, only(house, OutboxRow, key=f"text:{text.id}").due_at)


def test_what_is_out_is_reminded_of_once(house: Services, feed: Feed, twilio: Twilio, clock: MovingClock) -> None:
    object.__setattr__(house, "policy", load_policy("default"))
    clock.move(hours=12)  # half past nine in the evening
    sent(house, feed)
    clock.move(hours=1)
    for status in ("sent", "delivered", "delivered"):
        twilio.receipt(1, status, SID)
    reminder = only(house, OutboundText, purpose=Purpose.REMIND)
    assert due_at(house, reminder) == "2026-11-26 21:30"
    assert reminder.body != only(house, OutboundText, id=1).body
    clock.move(days=3)
    assert not isinstance(begin(house, reminder.id), Go)  # half past ten is too late in the evening
    clock.move(hours=10)
    assert isinstance(begin(house, reminder.id), Go)
    settle(house, Accepted("SM2"), reminder.id)
    twilio.receipt(reminder.id, "delivered", "SM2")
    assert len(all_of(house, OutboundText)) == 2
    assert only(house, Invitation).reminded_at == house.now()
    assert only(house, Invitation).expires_at == house.now() - timedelta(days=3, hours=11) + timedelta(days=7)


def test_a_policy_may_remind_nobody(house: Services, feed: Feed) -> None:
    policy = house.policy
    sms = policy.sms.model_copy(update={"remind_after_days": 0})
    object.__setattr__(house, "policy", policy.model_copy(update={"sms": sms}))
    sent(house, feed)
    assert len(all_of(house, OutboundText)) == 1


@pytest.mark.parametrize(
    ("result", "text", "invitation", "reminded"),
    [
        (Refused(Refusal.PERMANENT, "30007"), TextState.FAILED, InvitationState.DELIVERED, False),
        (Refused(Refusal.LANDLINE, "30006"), TextState.FAILED, InvitationState.DELIVERED, False),
        (Refused(Refusal.RETRY, "20429"), TextState.QUEUED, InvitationState.DELIVERED, False),
        (Refused(Refusal.OPTED_OUT, "21610"), TextState.FAILED, InvitationState.DECLINED, False),
        (Ambiguous("ReadTimeout"), TextState.UNKNOWN, InvitationState.DELIVERED, True),
        (Accepted("SM2"), TextState.SENT, InvitationState.DELIVERED, True),
    ],
)
def test_a_reminder_leaves_its_invitation_as_it_is(
    result: SendResult, text: TextState, invitation: InvitationState, reminded: bool,
    house: Services, feed: Feed, twilio: Twilio,
) -> None:  # fmt: skip
    sent(house, feed)
    twilio.receipt(1, "delivered", SID)
    expires_at = only(house, Invitation).expires_at
    begin(house, 2)
    assert only(house, Invitation).state is InvitationState.DELIVERED
    settle(house, result, 2)
    found = only(house, Invitation)
    assert (only(house, OutboundText, id=2).state, found.state, found.expires_at) == (text, invitation, expires_at)
    assert (found.reminded_at is not None) is reminded
    assert (all_of(house, Call), len(all_of(house, OutboundText))) == ([], 2)
    assert len(all_of(house, OptOut)) == (invitation is InvitationState.DECLINED)


@pytest.mark.parametrize("code", ["30001", "30002", "30003", "30008"])
def test_what_could_not_be_delivered_for_now_is_tried_again_later(
    code: str, house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    object.__setattr__(house, "policy", load_policy("default"))
    sent(house, feed)
    for try_no, (waits, next_due) in enumerate([(7, "2026-11-23 20:30"), (4, "2026-11-24 08:00")], start=1):
        clock.move(hours=waits)
        text = all_of(house, OutboundText, purpose=Purpose.INVITE)[-1]
        if try_no > 1:
            assert isinstance(begin(house, text.id), Go)
            settle(house, Accepted(f"SM{try_no}"), text.id)
        for _ in range(2):
            twilio.receipt(text.id, "undelivered", SID if try_no == 1 else f"SM{try_no}", code)
        again = all_of(house, OutboundText, purpose=Purpose.INVITE)[-1]
        assert (again.try_no, again.state, due_at(house, again)) == (try_no + 1, TextState.QUEUED, next_due)
        assert (again.invitation.state, again.invitation.expires_at) == (InvitationState.WAITING, None)
    clock.move(hours=12)
    assert isinstance(begin(house, again.id), Go)
    settle(house, Accepted("SM3"), again.id)
    twilio.receipt(again.id, "undelivered", "SM3", code)
    assert len(all_of(house, OutboundText, purpose=Purpose.INVITE)) == house.policy.sms.tries == 3
    assert (only(house, Invitation).state, only(house, Invitation).error_code) == (InvitationState.FAILED, code)
    assert len(all_of(house, OutboundText, purpose=Purpose.REMIND)) == 1


def test_another_try_is_not_made_once_it_is_answered_or_delivered_after_all(
    house: Services, feed: Feed, twilio: Twilio
) -> None:
    sent(house, feed)
    twilio.receipt(1, "undelivered", SID, "30003")
    twilio.receipt(1, "delivered", SID)
    again = only(house, OutboundText, try_no=2)
    assert again.invitation.state is InvitationState.DELIVERED
    assert isinstance(begin(house, again.id), Never)
    assert only(house, OutboundText, try_no=2).state is TextState.SKIPPED
    assert only(house, Invitation).state is InvitationState.DELIVERED


def test_a_text_that_nobody_could_deliver_yet_may_be_answered(house: Services, feed: Feed, twilio: Twilio) -> None:
    sent(house, feed)
    twilio.receipt(1, "undelivered", SID, "30003")
    assert "5星" in str(twilio.text(WANG, "5"))
    assert isinstance(begin(house, only(house, OutboundText, try_no=2).id), Never)


def test_the_first_text_s_late_delivery_stands_against_the_end_of_the_second(
    house: Services, feed: Feed, twilio: Twilio
) -> None:
    sent(house, feed)
    twilio.receipt(1, "undelivered", SID, "30003")
    again = only(house, OutboundText, try_no=2).id
    begin(house, again)
    twilio.receipt(1, "delivered", SID)
    settle(house, Accepted("SM2"), again)
    twilio.receipt(again, "undelivered", "SM2", "30003")
    assert only(house, Invitation).state is InvitationState.DELIVERED
    assert len(all_of(house, OutboundText, purpose=Purpose.INVITE)) == 2


def test_a_text_that_arrives_after_all_is_not_followed_by_a_call(
    house: Services, feed: Feed, twilio: Twilio, work: Callable[[], int]
) -> None:
    """The carrier said landline, and then delivered."""
    feed.transaction()
    begin(house)
    settle(house, Accepted(SID))
    twilio.receipt(1, "undelivered", SID, error="30006")
    twilio.receipt(1, "delivered", SID)
    work()
    assert only(house, Call).state == "ended"
    by_call = only(house, Invitation, channel="phone")
    assert (by_call.state, by_call.error_code) == ("failed", "texted")
