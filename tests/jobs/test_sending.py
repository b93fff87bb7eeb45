"""Texts and calls sent for real: the SDK, a Twilio on loopback, its signed callbacks, and its bad days."""

from collections.abc import Callable
from urllib.parse import quote

import pytest

from hotline.actions import dial
from hotline.carriers import twilio as twilio_carrier
from hotline.jobs import errands
from hotline.tables import Attempt, Call, Case, Invitation, OptOut, OutboundText, OutboxRow, Rating, User
from tests.cast import AGENT_PHONE, LI, OUR_NUMBER, WANG, Person, all_of, make_desk, on_sqlite, only
from tests.jobs.conftest import Town

pytestmark = on_sqlite


def test_a_text_goes_out_is_delivered_and_its_reply_is_thanked(town: Town, do_work: Callable[[], int]) -> None:
    town.feed.transaction()
    do_work()
    assert only(town.house, OutboundText, id=1).state == "sent"
    town.advance(10)
    assert only(town.house, OutboundText, id=1).state == "delivered"
    assert only(town.house, Invitation).state == "delivered"
    town.text(WANG.e164, "5 谢谢小王")
    town.advance(10)
    invitation, thanks = town.texts(WANG.e164)
    assert "请回复数字评价" in invitation
    assert "非常满意（5星）" in thanks
    assert (only(town.house, Rating).stars, only(town.house, Rating).comment) == (5, "谢谢小王")
    assert town.faults() == []


def test_webhooks_repeated_reordered_and_late_change_nothing(town: Town, do_work: Callable[[], int]) -> None:
    town.nasty(repeat=2, reorder=True, delay=1.5)
    town.feed.transaction()
    do_work()
    town.advance(30)
    town.text(WANG.e164, "1")
    town.advance(30)
    assert only(town.house, OutboundText, id=1).state == "delivered"
    assert (only(town.house, Rating).stars, len(all_of(town.house, Case))) == (1, 1)
    assert town.faults() == []


def test_a_survey_call_is_answered_keyed_and_hung_up(town: Town, do_work: Callable[[], int]) -> None:
    town.feed.transaction(person=LI)
    do_work()
    town.act(LI.e164, "answer")
    town.advance(2)
    town.act(LI.e164, "press", keys="1")  # somebody is there
    town.advance(2)
    town.act(LI.e164, "press", keys="2")
    town.act(LI.e164, "hangup")
    town.advance(10)
    assert only(town.house, Rating).stars == 2
    assert (only(town.house, Call).state, only(town.house, Call).result) == ("ended", "completed")
    assert town.faults() == []


def test_a_call_that_hears_nothing_asks_three_times_and_ends(town: Town, do_work: Callable[[], int]) -> None:
    town.feed.transaction(person=LI)
    do_work()
    sid = town.on_the_line(LI.e164)
    town.act(LI.e164, "answer")
    town.advance(2)
    town.act(LI.e164, "press", keys="1")
    town.advance(300)
    said = [spoken["text"] for spoken in town.ask("GET", f"/calls/{sid}")["said"]]
    assert sum("非常满意请按5" in sentence for sentence in said) == 3
    assert said[-1] == "没有收到您的评价。感谢接听，再见。"
    assert town.phone(LI.e164)["call"] is None
    assert all_of(town.house, Rating) == []
    assert town.faults() == []


def test_a_landline_that_is_not_answered_is_called_again_later(town: Town, do_work: Callable[[], int]) -> None:
    town.feed.transaction(person=LI)
    do_work()
    town.advance(60)
    first, second = all_of(town.house, Call)
    assert (first.state, first.result, second.state) == ("ended", "no_answer", "queued")
    assert do_work() == 0
    town.clock.move(minutes=town.house.policy.phone.retry_minutes.no_answer)
    do_work()
    town.act(LI.e164, "answer")
    assert all_of(town.house, Call)[1].state == "answered"


def test_a_caller_without_an_invitation_hears_so(town: Town) -> None:
    town.ask("POST", f"/phones/{quote(LI.e164)}/call", to=OUR_NUMBER)
    sid = town.on_the_line(LI.e164)
    town.advance(120)
    said = [spoken["text"] for spoken in town.ask("GET", f"/calls/{sid}")["said"]]
    assert "没有待评价的事项。按办件编号评价请按1" in said[0]
    assert said[-1].endswith("如有其他问题，请拨打12345。再见。")
    assert town.faults() == []


def test_the_agent_is_rung_whispered_to_and_bridged_to_the_citizen(town: Town, do_work: Callable[[], int]) -> None:
    town.feed.transaction()
    town.text(WANG.e164, "1")
    desk = make_desk(town.house)
    token = desk.claim(1)
    with town.house.database.write() as session:
        dial.dial(session, 1, token, session.get_one(User, desk.user.id), town.house.policy, town.house.now())
    do_work()
    town.act(AGENT_PHONE, "answer")
    town.advance(1)
    assert town.phone(WANG.e164)["call"] is None  # not before the key
    town.act(AGENT_PHONE, "press", keys="1")
    town.advance(5)
    ringing = town.phone(WANG.e164)["call"]
    assert ringing["from"] == OUR_NUMBER
    town.act(WANG.e164, "answer")
    town.advance(60)
    assert only(town.house, Attempt).state == "bridged"
    assert only(town.house, Case).state == "contacted"
    town.act(WANG.e164, "hangup")
    town.advance(10)
    assert (only(town.house, Attempt).state, only(town.house, Attempt).result) == ("ended", "connected")
    assert town.faults() == []


@pytest.mark.parametrize(
    ("code", "text", "invitation"),
    [(21211, "failed", "failed"), (21608, "failed", "failed"), (21408, "failed", "failed")],
)
def test_a_permanent_refusal_is_the_end_of_it(
    code: int, text: str, invitation: str, town: Town, do_work: Callable[[], int]
) -> None:
    town.nasty(refuse_send={"code": code, "times": 1})
    town.feed.transaction()
    do_work()
    assert (only(town.house, OutboundText, id=1).state, only(town.house, Invitation).state) == (text, invitation)
    assert only(town.house, OutboundText, id=1).error_code == str(code)
    assert only(town.house, OutboxRow, id=1).state == "done"


def test_too_many_requests_are_tried_again_later(town: Town, do_work: Callable[[], int]) -> None:
    town.nasty(refuse_send={"code": 20429, "times": 2})
    town.feed.transaction()
    for pause in (2, 5):
        do_work()
        assert only(town.house, OutboundText, id=1).state == "queued"
        assert only(town.house, OutboxRow, id=1).last_error
        town.clock.move(seconds=pause)
    do_work()
    assert only(town.house, OutboundText, id=1).state == "sent"
    town.advance(10)
    assert len(town.texts(WANG.e164)) == 1


def test_a_service_unavailable_is_tried_again_and_an_outage_ends_parked_in_sight(
    town: Town, do_work: Callable[[], int]
) -> None:
    town.nasty(api_error={"status": 503, "times": None})
    town.feed.transaction()
    for _ in range(errands.MOST_ATTEMPTS):
        do_work()
        town.clock.move(minutes=15)
    row = only(town.house, OutboxRow, id=1)
    assert (row.state, row.attempts) == ("parked", errands.MOST_ATTEMPTS)
    assert only(town.house, OutboundText, id=1).state == "queued"
    assert town.texts(WANG.e164) == []


@pytest.mark.parametrize(("person", "sent"), [(WANG, OutboundText), (LI, Call)], ids=["text", "call"])
@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_server_error_that_proves_no_refusal_is_unknown_and_not_tried_again(
    status: int, person: Person, sent: type[OutboundText] | type[Call], town: Town, do_work: Callable[[], int]
) -> None:
    town.nasty(api_error={"status": status, "times": 1})
    town.feed.transaction(person=person)
    do_work()
    assert (only(town.house, sent).state, only(town.house, Invitation).state) == ("unknown", "unknown")
    assert only(town.house, OutboxRow, id=1).state == "done"
    town.clock.move(hours=3)
    assert do_work() == 0


def test_a_mobile_that_cannot_text_is_called_instead(town: Town, do_work: Callable[[], int]) -> None:
    town.nasty(refuse_send={"code": 30006, "times": 1})
    town.feed.transaction()
    do_work()
    town.advance(10)
    do_work()
    assert only(town.house, OutboundText, id=1).error_code == "30006"
    assert town.phone(WANG.e164)["call"]["status"] == "ringing"
    assert [i.channel for i in all_of(town.house, Invitation)] == ["sms", "phone"]


def test_stop_at_the_carrier_is_answered_once_and_known_here(town: Town, do_work: Callable[[], int]) -> None:
    town.feed.transaction()
    do_work()
    town.advance(10)
    town.text(WANG.e164, "STOP")
    town.advance(10)
    assert only(town.house, OptOut).ended_at is None
    assert len(town.texts(WANG.e164)) == 2  # our invitation, and Twilio's own word on STOP
    town.feed.transaction("JL-0013", item_name="营业执照")
    do_work()
    assert len(town.texts(WANG.e164)) == 2


def test_an_opt_out_that_only_the_carrier_knows_is_learned_from_its_refusal(
    town: Town, do_work: Callable[[], int]
) -> None:
    town.nasty(refuse_send={"code": 21610, "times": 1})
    town.feed.transaction()
    do_work()
    assert only(town.house, OptOut).asked_by == "sms:21610"
    assert only(town.house, Invitation).state == "declined"


def test_a_send_that_is_never_answered_is_unknown_until_its_receipt(
    town: Town, do_work: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twilio took the text and we never heard: it is not sent again, and the receipt – with our own id – settles it."""
    monkeypatch.setattr(twilio_carrier, "_API_SECONDS", 0.4)
    _fresh_client(town)
    town.nasty(swallow_send=1)
    town.feed.transaction()
    do_work()
    assert (only(town.house, OutboundText, id=1).state, only(town.house, OutboxRow, id=1).state) == ("unknown", "done")
    town.clock.move(hours=3)
    assert do_work() == 0
    town.advance(20)
    text = only(town.house, OutboundText, id=1)
    assert (text.state, text.invitation.state) == ("delivered", "delivered")
    assert text.external_id is not None
    assert len(town.texts(WANG.e164)) == 1


def _fresh_client(town: Town) -> None:
    carrier = twilio_carrier.TwilioCarrier(town.house.settings, town.house.vault, town.house.policy.region)
    object.__setattr__(town.house, "text_carrier", carrier)


def test_a_forging_twilio_is_refused_everywhere(town: Town, do_work: Callable[[], int]) -> None:
    town.feed.transaction()
    do_work()
    town.nasty(wrong_signature=True)
    town.text(WANG.e164, "1")
    town.advance(10)
    assert all_of(town.house, Rating) == []
    assert only(town.house, OutboundText, id=1).state == "sent"  # not even a receipt was believed
