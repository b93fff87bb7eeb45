"""What a send leaves beside its state: the carrier's code, the days in which it can be answered, no late refusal."""

from datetime import timedelta

import pytest

from hotline.actions import send, send_calls
from hotline.messages import Accepted, Ambiguous, Refusal, Refused, SendResult
from hotline.services import Services
from hotline.tables import Invitation, OutboundText, Rating
from hotline.tables.contacts import TextState
from hotline.tables.service import InvitationState
from tests.actions.test_send import SID, begin, settle, states
from tests.cast import LI, WANG, Feed, Person, Twilio, all_of, on_sqlite, only
from tests.conftest import MovingClock


@pytest.mark.parametrize(
    "result",
    [Ambiguous("x" * 64), Refused(Refusal.RETRY, "x" * 64), Refused(Refusal.PERMANENT, "x" * 64)],
    ids=["ambiguous", "retry", "permanent"],
)
@pytest.mark.parametrize("person", [WANG, LI], ids=["text", "call"])
def test_the_longest_code_a_carrier_gives_is_kept(
    result: SendResult, person: Person, house: Services, feed: Feed
) -> None:
    feed.transaction(person=person)
    with house.database.write() as session:
        if person is WANG:
            send.begin_text(session, 1, house.policy, house.now())
            send.settle_text(session, 1, result, house.policy, house.now())
        else:
            send_calls.begin_call(session, 1, house.policy, house.now())
            send_calls.settle_call(session, 1, "twilio", result, house.policy, house.now())
    kept = only(house, OutboundText) if person is WANG else only(house, Invitation)
    assert kept.error_code == "x" * 64


@on_sqlite
@pytest.mark.parametrize("how", ["being sent", "abandoned", "ambiguous"])
@pytest.mark.parametrize("person", [WANG, LI], ids=["text", "call"])
def test_what_nobody_learns_the_fate_of_may_be_answered_for_seven_days_too(
    how: str, person: Person, house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    feed.transaction(person=person)
    days = timedelta(days=house.policy.invitation.expires_days)
    expected = house.now() + days
    for _ in range(2 if how == "abandoned" else 1):
        with house.database.write() as session:
            begin_one = send.begin_text if person is WANG else send_calls.begin_call
            begin_one(session, 1, house.policy, house.now())
        clock.move(minutes=1)
    if how == "ambiguous":
        with house.database.write() as session:
            if person is WANG:
                send.settle_text(session, 1, Ambiguous("ReadTimeout"), house.policy, house.now())
            else:
                send_calls.settle_call(session, 1, "twilio", Ambiguous("ReadTimeout"), house.policy, house.now())
    assert only(house, Invitation).expires_at == expected
    clock.move(days=days.days + house.policy.invitation.grace_days)
    assert twilio.text(person, "5") is not None
    assert all_of(house, Rating) == []


@on_sqlite
def test_the_seven_days_of_a_text_that_was_refused_for_now_begin_when_it_goes_out(
    house: Services, feed: Feed, clock: MovingClock
) -> None:
    """It may lie parked for longer than that."""
    feed.transaction()
    begin(house)
    settle(house, Refused(Refusal.RETRY, "20429"))
    assert only(house, Invitation).expires_at is None
    clock.move(days=6)
    begin(house)
    settle(house, Accepted(SID))
    assert only(house, Invitation).expires_at == house.now() + timedelta(days=house.policy.invitation.expires_days)


@on_sqlite
@pytest.mark.parametrize("refusal", Refusal)
def test_a_refusal_that_comes_after_the_delivery_is_not_believed(
    refusal: Refusal, house: Services, feed: Feed, twilio: Twilio
) -> None:
    feed.transaction()
    begin(house)
    twilio.receipt(1, "delivered", SID)
    assert settle(house, Refused(refusal, "12345")) is False
    assert states(house) == (TextState.DELIVERED, InvitationState.DELIVERED)
