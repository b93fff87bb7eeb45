"""Sending, in halves around the network: what the carrier's answer and its receipts – in any order – leave behind."""

from collections.abc import Callable
from datetime import datetime
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest

from hotline.actions import send, send_calls
from hotline.messages import Accepted, Ambiguous, CallProgress, Delivery, Refusal, Refused, SendResult
from hotline.services import Services
from hotline.settings import Settings
from hotline.tables import Call, Invitation, OptOut, OutboundText, OutboxRow
from hotline.tables.contacts import CallState, TextState
from hotline.tables.service import InvitationState
from tests.cast import LI, WANG, Feed, Twilio, all_of, city_time, meanwhile, on_postgresql, on_sqlite, only
from tests.conftest import MovingClock

SID = "SM" + "1" * 32


def begin(house: Services, text_id: int = 1) -> send.Beginning:
    with house.database.write() as session:
        return send.begin_text(session, text_id, house.policy, house.now())


def settle(house: Services, result: SendResult, text_id: int = 1) -> bool:
    with house.database.write() as session:
        return send.settle_text(session, text_id, result, house.policy, house.now())


def states(house: Services) -> tuple[TextState, InvitationState]:
    return only(house, OutboundText, id=1).state, all_of(house, Invitation)[0].state


@on_sqlite
class TestTheWindowOfTheDefaultPolicy:
    @pytest.fixture
    def settings(self, make_settings: Callable[..., Settings]) -> Settings:
        return make_settings(policy="default")

    @pytest.mark.parametrize(
        ("local", "text_at", "call_at"),
        [
            ("2026-11-23 09:30", "2026-11-23 09:30", "2026-11-23 09:30"),
            ("2026-11-23 21:30", "2026-11-23 21:30", "2026-11-24 08:00"),  # calls end at nine, texts at ten
            ("2026-11-23 22:30", "2026-11-24 08:00", "2026-11-24 08:00"),
            ("2026-11-24 03:00", "2026-11-24 08:00", "2026-11-24 08:00"),
        ],
    )
    def test_nobody_is_asked_outside_it(
        self, local: str, text_at: str, call_at: str, clock: MovingClock, house: Services, feed: Feed
    ) -> None:
        clock.now = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo("Asia/Shanghai"))
        feed.transaction("JL-0001", WANG)
        feed.transaction("JL-0002", LI)
        due = {row.kind: city_time(house, row.due_at) for row in all_of(house, OutboxRow)}
        assert due == {"text": text_at, "call": call_at}

    def test_a_text_that_comes_up_too_late_waits_for_the_morning(
        self, clock: MovingClock, house: Services, feed: Feed
    ) -> None:
        """Put at 21:59, worked at 22:00: the window is looked at again at the door."""
        clock.now = datetime(2026, 11, 23, 21, 59, tzinfo=ZoneInfo("Asia/Shanghai"))
        feed.transaction()
        clock.move(minutes=1)
        beginning = begin(house)
        assert isinstance(beginning, send.NotBefore)
        assert city_time(house, beginning.due_at) == "2026-11-24 08:00"
        assert states(house) == (TextState.QUEUED, InvitationState.WAITING)


def test_a_text_that_was_taken_is_out_and_its_seven_days_begin(house: Services, feed: Feed) -> None:
    feed.transaction()
    beginning = begin(house)
    assert isinstance(beginning, send.Go)
    assert house.vault.open(beginning.phone_box) == WANG.e164
    assert states(house) == (TextState.SENDING, InvitationState.SENDING)
    assert settle(house, Accepted(SID)) is False
    assert states(house) == (TextState.SENT, InvitationState.SENT)
    assert only(house, OutboundText, id=1).external_id == SID
    assert isinstance(begin(house), send.Never)  # and is not sent twice


@on_sqlite
@pytest.mark.parametrize(
    ("refusal", "again", "text", "invitation"),
    [
        (Refusal.PERMANENT, False, TextState.FAILED, InvitationState.FAILED),
        (Refusal.RETRY, True, TextState.QUEUED, InvitationState.WAITING),
        (Refusal.OPTED_OUT, False, TextState.FAILED, InvitationState.DECLINED),
        (Refusal.LANDLINE, False, TextState.FAILED, InvitationState.FAILED),
    ],
)
def test_each_refusal_leads_where_it_should(
    refusal: Refusal, again: bool, text: TextState, invitation: InvitationState, house: Services, feed: Feed
) -> None:
    feed.transaction()
    begin(house)
    assert settle(house, Refused(refusal, "12345")) is again
    assert states(house) == (text, invitation)
    assert only(house, OutboundText).error_code == "12345"
    assert len(all_of(house, OptOut)) == (refusal is Refusal.OPTED_OUT)
    assert len(all_of(house, Call)) == (refusal is Refusal.LANDLINE)


@on_sqlite
def test_a_number_that_cannot_text_is_called_instead_once(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction()
    begin(house)
    settle(house, Accepted(SID))
    for _ in range(2):
        twilio.receipt(1, "undelivered", SID, "30006")
    first, second = all_of(house, Invitation)
    assert (first.channel, first.state, first.error_code) == ("sms", InvitationState.FAILED, "30006")
    assert (second.channel, second.state) == ("phone", InvitationState.WAITING)
    assert only(house, Call).state is CallState.QUEUED
    assert len(all_of(house, OutboxRow, kind="call")) == 1


@on_sqlite
def test_a_number_that_opted_out_at_the_carrier_is_opted_out_here(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction()
    feed.transaction("JL-0002", item_name="营业执照")
    begin(house)
    settle(house, Refused(Refusal.OPTED_OUT, "21610"))
    assert only(house, OptOut).asked_by == "sms:21610"
    assert [i.state for i in all_of(house, Invitation)] == [InvitationState.DECLINED] * 2


def test_an_ambiguous_end_is_unknown_and_never_sent_again(house: Services, feed: Feed) -> None:
    feed.transaction()
    begin(house)
    assert settle(house, Ambiguous("ReadTimeout")) is False
    assert states(house) == (TextState.UNKNOWN, InvitationState.UNKNOWN)
    assert isinstance(begin(house), send.Never)
    assert states(house) == (TextState.UNKNOWN, InvitationState.UNKNOWN)


def test_a_text_abandoned_half_way_is_unknown_and_never_sent_again(house: Services, feed: Feed) -> None:
    """The worker died between marking it and hearing the carrier: nobody knows."""
    feed.transaction()
    begin(house)
    assert isinstance(begin(house), send.Never)
    assert states(house) == (TextState.UNKNOWN, InvitationState.UNKNOWN)


@on_sqlite
@pytest.mark.parametrize(
    ("status", "error", "text", "invitation"),
    [
        ("sent", None, TextState.SENT, InvitationState.SENT),
        ("delivered", None, TextState.DELIVERED, InvitationState.DELIVERED),
        ("undelivered", "30005", TextState.UNDELIVERED, InvitationState.FAILED),
    ],
)
def test_a_receipt_settles_the_unknown_and_gives_it_its_id(
    status: str,
    error: str | None,
    text: TextState,
    invitation: InvitationState,
    house: Services,
    feed: Feed,
    twilio: Twilio,
) -> None:
    feed.transaction()
    begin(house)
    settle(house, Ambiguous("ReadTimeout"))
    twilio.receipt(1, status, SID, error)
    assert states(house) == (text, invitation)
    assert only(house, OutboundText, id=1).external_id == SID
    if status == "delivered":
        assert only(house, Invitation).expires_at is not None


@on_sqlite
def test_an_unknown_text_may_still_be_answered(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction()
    begin(house)
    settle(house, Ambiguous("ReadTimeout"))
    assert "5星" in str(twilio.text(WANG, "5"))


@on_sqlite
def test_receipts_in_any_order_end_delivered(house: Services, feed: Feed, twilio: Twilio) -> None:
    for number, order in enumerate(permutations(["queued", "sent", "delivered", "delivered"]), start=1):
        feed.transaction(f"JL-{number:04}", item_name=f"事项{number}")
        text_id = all_of(house, OutboundText, purpose="invite")[-1].id
        begin(house, text_id)
        settle(house, Accepted(f"SM{text_id}"), text_id)
        for status in order:
            twilio.receipt(text_id, status, f"SM{text_id}")
        text = only(house, OutboundText, id=text_id)
        assert (text.state, text.invitation.state) == (TextState.DELIVERED, InvitationState.DELIVERED), order


@on_sqlite
@pytest.mark.parametrize(
    ("late", "text", "invitation"),
    [
        ("queued", TextState.UNDELIVERED, InvitationState.FAILED),
        ("sent", TextState.UNDELIVERED, InvitationState.FAILED),
        ("delivered", TextState.DELIVERED, InvitationState.DELIVERED),
    ],
)
def test_an_end_that_is_no_delivery_stands_against_all_but_the_delivery(
    late: str, text: TextState, invitation: InvitationState, house: Services, feed: Feed, twilio: Twilio
) -> None:
    feed.transaction()
    begin(house)
    settle(house, Accepted(SID))
    twilio.receipt(1, "undelivered", SID, "30005")
    twilio.receipt(1, late, SID)
    assert states(house) == (text, invitation)
    assert (only(house, Invitation).error_code is None) == (late == "delivered")


@on_sqlite
def test_a_failure_told_after_the_delivery_changes_nothing(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction()
    begin(house)
    settle(house, Accepted(SID))
    for status, error in (("delivered", None), ("undelivered", "30003"), ("failed", "30006")):
        twilio.receipt(1, status, SID, error)
    assert states(house) == (TextState.DELIVERED, InvitationState.DELIVERED)
    assert all_of(house, Call) == []


@on_sqlite
def test_a_receipt_never_takes_an_answer_back(house: Services, feed: Feed, twilio: Twilio) -> None:
    """The citizen was quicker than the network's paperwork."""
    feed.transaction()
    begin(house)
    settle(house, Accepted(SID))
    twilio.text(WANG, "5")
    for status, error in (("delivered", None), ("undelivered", "30006")):
        twilio.receipt(1, status, SID, error)
    assert only(house, Invitation).state is InvitationState.ANSWERED
    assert all_of(house, Call) == []


@on_sqlite
def test_a_receipt_for_another_message_or_for_none_of_ours_changes_nothing(
    house: Services, feed: Feed, twilio: Twilio
) -> None:
    feed.transaction()
    begin(house)
    settle(house, Accepted(SID))
    twilio.receipt(1, "delivered", "SM" + "9" * 32)
    twilio.receipt(99, "delivered", SID)
    assert states(house) == (TextState.SENT, InvitationState.SENT)
    no_id = twilio.post("/webhooks/twilio/sms/status", {"MessageSid": SID, "MessageStatus": "delivered"})
    assert no_id.status_code == 204
    assert states(house) == (TextState.SENT, InvitationState.SENT)


@on_sqlite
@pytest.mark.parametrize("settled", [Accepted(SID), Ambiguous("ReadTimeout")])
def test_a_receipt_quicker_than_the_carriers_own_answer_stands(
    settled: SendResult, house: Services, feed: Feed, twilio: Twilio
) -> None:
    feed.transaction()
    begin(house)
    twilio.receipt(1, "delivered", SID)
    settle(house, settled)
    assert states(house) == (TextState.DELIVERED, InvitationState.DELIVERED)


@on_postgresql
def test_a_receipt_at_the_moment_of_settling_is_not_overwritten(house: Services, feed: Feed, twilio: Twilio) -> None:
    """The receipt's transaction is open when the worker settles: the worker waits and then sees it."""
    feed.transaction()
    begin(house)
    with house.database.write() as session:
        send.note_delivery(session, 1, SID, Delivery.DELIVERED, None, house.policy, house.now())
        session.flush()
        settling = meanwhile(house, lambda: settle(house, Accepted(SID)))
        assert not settling.done()
    settling.result(20)
    assert states(house) == (TextState.DELIVERED, InvitationState.DELIVERED)


@on_postgresql
def test_the_end_of_a_call_at_the_moment_of_its_answer_is_not_overwritten(
    house: Services, feed: Feed, twilio: Twilio
) -> None:
    feed.transaction(person=LI)
    with house.database.write() as session:
        send_calls.begin_call(session, 1, house.policy, house.now())
    with house.database.write() as session:
        call = send_calls.locked_call(session, 1)
        send_calls.note_call_progress(session, call, CallProgress.COMPLETED, "CA1", house.policy, house.now())
        session.flush()
        answering = meanwhile(house, lambda: twilio.call("/webhooks/twilio/voice/survey/1", "CA1", LI))
        assert not answering.done()
    answering.result(20)
    assert (only(house, Call).state, only(house, Call).result) == (CallState.ENDED, "completed")


@on_sqlite
def test_what_was_answered_or_declined_meanwhile_is_not_sent(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction()
    twilio.text(WANG, "5")
    assert isinstance(begin(house), send.Never)
    assert only(house, OutboundText).state is TextState.SKIPPED


@on_sqlite
def test_who_opted_out_on_another_way_meanwhile_is_not_sent_to(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction()
    with house.database.write() as session:
        sealed = only(house, OutboundText).phone
        session.add(OptOut(phone=sealed, asked_at=house.now(), asked_by="a person at the counter"))
    assert isinstance(begin(house), send.Never)
    assert states(house) == (TextState.SKIPPED, InvitationState.DECLINED)
