"""Every way a call can reach the survey: handed over after a call to the hotline, placed by us, rung by the citizen."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from hotline.actions.survey.about import is_theirs
from hotline.actions.turns import wait_call, wait_turn
from hotline.rules.phones import read_phone
from hotline.services import Services
from hotline.tables import Call, Case, Invitation, PressedKey, Rating, ServiceRecord
from hotline.tables.contacts import Way
from hotline.tables.service import RecordKind
from tests.cast import (
    LI,
    OUR_NUMBER,
    WANG,
    ZHAO,
    Feed,
    Twilio,
    active_ratings,
    all_of,
    at_once,
    change_phone_rules,
    citizen,
    ended_call,
    meanwhile,
    on_postgresql,
    on_sqlite,
    only,
    row_counts,
    sid,
)
from tests.twiml import Heard

REFERENCE = "CALL-7731"
ENDED = "2026-11-23T09:25:00+08:00"


@pytest.fixture
def transfers(house: Services) -> None:
    """Callers are handed over to our number."""
    change_phone_rules(house, transfer_numbers=(OUR_NUMBER,))


def hands_over(twilio: Twilio, call_sid: str, person: Any = WANG, reference: str = REFERENCE, **more: str) -> Heard:
    """The hotline's switchboard hands its caller over to us."""
    return twilio.rings(person, call_sid, **({"SipHeader_X-Call-Id": reference} if reference else {}) | more)


def asks(heard: Heard) -> bool:
    return any(said.startswith("非常满意请按5") for said in heard.said)


@on_sqlite
@pytest.mark.parametrize(
    "headers",
    [
        {"SipHeader_X-Call-Id": REFERENCE},
        {"SipHeader_x-call-ID": f" {REFERENCE} "},
        {"SipHeader_User-to-User": f"{REFERENCE};purpose=call-center"},
        {"SipHeader_User-to-User": REFERENCE.encode().hex() + ";encoding=hex"},
        {"SipHeader_User-to-User": "04" + REFERENCE.encode().hex() + "; encoding = HEX;content=isdn-uui"},
        {"SipHeader_X-Call-Id": "no number", "SipHeader_User-to-User": f'"{REFERENCE}"'},
    ],
)
def test_a_caller_handed_over_with_a_reference_is_asked_at_once(
    headers: dict[str, str], house: Services, feed: Feed, twilio: Twilio
) -> None:
    record_id = feed.call(REFERENCE, survey="none")
    call_sid = sid("CA")
    greeting = twilio.rings(WANG, call_sid, **headers)
    assert greeting.said[0] == "您好，这里是吉林市政务服务。请您评价11月23日拨打12345热线的服务。"
    assert asks(greeting)
    assert "已记录您的评价：满意" in twilio.press(greeting, call_sid, "4").said[0]
    rating = only(house, Rating)
    assert (rating.record_id, rating.stars, rating.flags) == (record_id, 4, [])
    call = only(house, Call)
    assert (call.way, call.reference, call.record_id) == (Way.TRANSFERRED, REFERENCE, record_id)


@on_sqlite
@pytest.mark.parametrize("reference", ["x" * 65, "CALL\0-7731", "CALL-\r\nX-Other: 1", "<Dial/>", "电话"])
def test_what_cannot_be_a_reference_is_none_and_the_caller_is_served(
    reference: str, house: Services, feed: Feed, twilio: Twilio
) -> None:
    heard = hands_over(twilio, sid("CA"), reference=reference)
    assert heard.said[0].startswith("您好，这里是吉林市政务服务。本号码没有待评价的事项。")
    assert (only(house, Call).way, only(house, Call).reference) == (Way.CALLING, None)
    assert all_of(house, ServiceRecord) == []


def test_a_call_rated_before_its_record_comes_is_filled_in_and_told_again(
    house: Services, feed: Feed, twilio: Twilio, work: Any
) -> None:
    call_sid = sid("CA")
    twilio.press(hands_over(twilio, call_sid, From="anonymous"), call_sid, "4")
    provisional = only(house, ServiceRecord)
    assert (provisional.kind, provisional.number, provisional.completed_at) == (
        RecordKind.CALL,
        REFERENCE,
        house.now(),
    )
    assert (provisional.provisional, provisional.phone_masked) == (True, "****")
    work()
    assert feed.call(REFERENCE, dept_code="D1", item_name="咨询", agent_no="8") == provisional.id
    record = only(house, ServiceRecord)
    assert (record.id, record.provisional, record.phone_masked) == (provisional.id, False, WANG.masked)
    assert (record.dept_code, record.item_name, record.staff_no) == ("D1", "咨询", "8")
    assert record.completed_at == datetime.fromisoformat(ENDED)
    assert record.number_digits == "7731"
    assert all_of(house, Invitation) == []  # rated as it is, it is not asked about
    work()
    (told,) = feed.get("/api/v1/ratings?after=0").get_json()["ratings"]
    assert (told["stars"], told["version"], told["record"]["dept_code"], told["state"]) == (4, 2, "D1", "active")
    (again,) = feed.post("/api/v1/calls", ended_call(REFERENCE)).get_json()["results"]
    assert (again["status"], again["id"]) == ("duplicate", provisional.id)


@on_sqlite
def test_a_call_not_rated_when_handed_over_is_asked_about_when_its_record_comes(
    house: Services, feed: Feed, twilio: Twilio
) -> None:
    hands_over(twilio, sid("CA"))
    assert feed.call(REFERENCE) == only(house, ServiceRecord).id
    assert only(house, Invitation).channel == "sms"


@on_sqlite
def test_a_bad_rating_before_the_record_opens_a_case_that_knows_it_afterwards(
    house: Services, feed: Feed, twilio: Twilio
) -> None:
    call_sid = sid("CA")
    twilio.press(hands_over(twilio, call_sid, From="anonymous"), call_sid, "1")
    feed.call(REFERENCE, LI)
    with house.database.read() as session:
        assert session.get_one(Case, only(house, Case).id).record.phone_masked == LI.masked


@on_sqlite
@pytest.mark.parametrize(("pressed_at", "stars"), [("2026-11-23T09:24:00+08:00", 4), ("2026-11-23T09:31:00+08:00", 1)])
def test_a_key_of_the_pbx_waits_for_the_record_and_the_last_word_counts(
    pressed_at: str, stars: int, house: Services, feed: Feed, twilio: Twilio
) -> None:
    call_sid = sid("CA")
    twilio.press(hands_over(twilio, call_sid, From="+8643212345678"), call_sid, "4")  # a switchboard's number
    key = {"call_id": REFERENCE, "key": 1, "scale": "star_5_best", "pressed_at": pressed_at, "phone": WANG.phone}
    assert feed.post("/api/v1/call-ratings", key).get_json()["results"][0]["status"] == "accepted"
    assert only(house, PressedKey).rating_id is None
    feed.call(REFERENCE)
    assert [rating.stars for rating in active_ratings(house)] == [stars]
    assert all_of(house, Invitation) == []


def test_record_and_caller_at_once_are_one_record(house: Services, feed: Feed, twilio: Twilio) -> None:
    def one(number: int) -> object:
        if number % 2:
            return feed.post("/api/v1/calls", ended_call(REFERENCE)).status_code
        call_sid = sid("CA")
        greeting = hands_over(twilio, call_sid)  # which asks, unless another one has rated by now
        return not asks(greeting) or twilio.press(greeting, call_sid, "4").hangs_up

    assert at_once(10, one) == [True, 202] * 5
    assert not only(house, ServiceRecord).provisional
    assert len(active_ratings(house)) == 1


@on_postgresql
def test_two_lists_of_the_same_calls_of_other_telephones_never_wait_in_a_circle(house: Services, feed: Feed) -> None:
    def send(number: int) -> int:
        people = [citizen(place if number else 129 - place) for place in range(30)]
        calls = [ended_call(f"CALL-{place:02}", people[place]) for place in range(30)]
        return feed.post("/api/v1/calls", calls).status_code

    assert at_once(4, lambda number: send(number % 2)) == [202] * 4
    assert len(all_of(house, ServiceRecord)) == 30


@on_postgresql
def test_the_record_waits_for_a_key_that_is_just_pressed(house: Services, feed: Feed, twilio: Twilio) -> None:
    call_sid = sid("CA")
    greeting = hands_over(twilio, call_sid)
    with house.database.write() as session:
        session.get_one(ServiceRecord, 1, with_for_update={"key_share": True})
        coming = meanwhile(house, lambda: feed.call(REFERENCE))
        assert not coming.done()
    assert coming.result(20) == 1
    twilio.press(greeting, call_sid, "4")
    assert only(house, Rating).record_id == 1


@pytest.mark.usefixtures("transfers")
def test_a_code_of_the_switchboard_is_heard_first_and_names_the_call(
    house: Services, feed: Feed, twilio: Twilio
) -> None:
    call_sid = sid("CA")
    silence = hands_over(twilio, call_sid, reference="", From="")
    assert (silence.said, silence.keys) == ((), 32)
    assert 'timeout="2"' in silence.body
    assert 'finishOnKey="#"' in silence.body
    assert all_of(house, ServiceRecord) == []
    greeting = twilio.press(silence, call_sid, "20261123007731")
    assert asks(greeting)
    twilio.press(greeting, call_sid, "5")
    assert (only(house, ServiceRecord).number, only(house, Call).reference) == ("20261123007731",) * 2
    feed.call("20261123007731")
    assert [(rating.stars, rating.flags) for rating in active_ratings(house)] == [(5, [])]


@on_sqlite
@pytest.mark.usefixtures("transfers")
@pytest.mark.parametrize("keys", ["", "#", "5", "12*4"])
def test_without_a_code_the_call_that_this_telephone_just_ended_is_meant(
    keys: str, house: Services, feed: Feed, twilio: Twilio, clock: Any
) -> None:
    feed.call("CALL-1", ended_at="2026-11-23T09:19:00+08:00", survey="none")
    feed.call("CALL-2", LI, survey="none")
    just_ended = feed.call("CALL-3", ended_at="2026-11-23T09:21:00+08:00", survey="none")
    call_sid = sid("CA")
    greeting = twilio.press(hands_over(twilio, call_sid, reference=""), call_sid, keys)
    twilio.press(greeting, call_sid, "3")
    assert only(house, Rating).record_id == just_ended


@pytest.mark.usefixtures("transfers")
def test_a_call_of_which_nothing_is_known_is_found_by_telephone_and_time_when_it_is_told(
    house: Services, feed: Feed, twilio: Twilio
) -> None:
    call_sid = sid("CA")
    twilio.press(twilio.press(hands_over(twilio, call_sid, reference=""), call_sid, ""), call_sid, "2")
    call = only(house, Call)
    assert only(house, ServiceRecord).number == f"phone-{call.id}"
    feed.call("CALL-1", ended_at="2026-11-23T09:19:00+08:00", survey="none")  # too long before
    feed.call("CALL-2", ZHAO, survey="none")  # another telephone
    assert feed.call(REFERENCE) == call.record_id
    assert feed.call("CALL-3") != call.record_id  # taken already
    rating = only(house, Rating)
    assert (rating.record_id, rating.record.number, rating.record.provisional) == (call.record_id, REFERENCE, False)


@pytest.mark.usefixtures("transfers")
def test_telephone_and_record_at_once_are_one_record(house: Services, feed: Feed, twilio: Twilio) -> None:
    call_sid = sid("CA")
    silence = hands_over(twilio, call_sid, reference="")

    def one(number: int) -> object:
        if number:
            return feed.post("/api/v1/calls", ended_call(REFERENCE)).status_code
        return asks(twilio.press(silence, call_sid, ""))

    assert at_once(2, one) == [True, 202]
    assert (only(house, ServiceRecord).number, only(house, ServiceRecord).provisional) == (REFERENCE, False)


@on_sqlite
@pytest.mark.usefixtures("transfers")
def test_callers_without_a_number_never_share_a_record(house: Services, feed: Feed, twilio: Twilio) -> None:
    for stars in ("4", "2"):
        call_sid = sid("CA")
        greeting = twilio.press(hands_over(twilio, call_sid, reference="", From="anonymous"), call_sid, "")
        twilio.press(greeting, call_sid, stars)
    assert [rating.stars for rating in active_ratings(house)] == [4, 2]
    (one, other), (theirs, _) = all_of(house, Call), all_of(house, ServiceRecord)
    assert (is_theirs(one, theirs), is_theirs(other, theirs)) == (True, False)
    feed.call(REFERENCE)
    assert [record.provisional for record in all_of(house, ServiceRecord)] == [True, True, False]


@on_sqlite
@pytest.mark.usefixtures("transfers")
def test_a_code_of_somebody_elses_rated_call_changes_nothing(house: Services, feed: Feed, twilio: Twilio) -> None:
    """Whoever learns of the number that callers are handed over to can ring it, and key in what they like."""
    feed.call("20261123007731", LI)
    twilio.text(LI, "1")
    for caller in (WANG.e164, "anonymous"):
        call_sid = sid("CA")
        greeting = twilio.press(hands_over(twilio, call_sid, reference="", From=caller), call_sid, "20261123007731")
        heard = twilio.press(greeting, call_sid, "5")
        assert heard.hangs_up
        assert "非常不满意" not in heard.body
    assert [(rating.stars, rating.channel) for rating in all_of(house, Rating)] == [(1, "sms")]


@on_sqlite
@pytest.mark.usefixtures("transfers")
def test_a_code_does_not_take_a_call_from_whom_a_system_handed_over(
    house: Services, feed: Feed, twilio: Twilio
) -> None:
    """Nor before the call's record has come."""
    theirs = sid("CA")
    twilio.press(hands_over(twilio, theirs, LI, reference="20261123007731"), theirs, "1")
    for caller in (WANG.e164, "anonymous"):
        call_sid = sid("CA")
        greeting = twilio.press(hands_over(twilio, call_sid, reference="", From=caller), call_sid, "20261123007731")
        assert twilio.press(greeting, call_sid, "5").hangs_up
    assert [rating.stars for rating in all_of(house, Rating)] == [1]


@on_sqlite
@pytest.mark.usefixtures("transfers")
def test_a_number_of_our_own_making_is_no_reference(house: Services, feed: Feed, twilio: Twilio) -> None:
    """It can be guessed, and its call is another caller's."""
    theirs, call_sid = sid("CA"), sid("CA")
    twilio.press(twilio.press(hands_over(twilio, theirs, LI, reference=""), theirs, ""), theirs, "1")
    greeting = hands_over(twilio, call_sid, reference=only(house, ServiceRecord).number)
    twilio.press(greeting, call_sid, "5")
    assert [(rating.stars, rating.record_id) for rating in active_ratings(house)] == [(1, 1), (5, 2)]


@on_sqlite
def test_a_reference_of_another_day_is_another_call(house: Services, feed: Feed, twilio: Twilio) -> None:
    """Short codes go round."""
    feed.call(REFERENCE, LI, ended_at="2026-11-21T09:25:00+08:00", survey="none")
    call_sid = sid("CA")
    twilio.press(hands_over(twilio, call_sid), call_sid, "1")
    assert only(house, Rating).record.number == f"phone-{only(house, Call).id}"


@on_postgresql
def test_who_is_handed_over_and_a_list_of_calls_never_wait_in_a_circle(
    house: Services, feed: Feed, twilio: Twilio
) -> None:
    feed.call(REFERENCE, LI, ended_at="2026-11-21T09:25:00+08:00", survey="none")  # so that the telephone is asked for
    with house.database.write() as session:
        wait_turn(session, house.vault.seal_phone(read_phone(WANG.phone, "CN")).lookup)
        coming = meanwhile(house, lambda: asks(hands_over(twilio, sid("CA"))))
        wait_call(session, REFERENCE)
    assert coming.result(20)


@on_postgresql
@pytest.mark.usefixtures("transfers")
def test_a_code_and_the_fallback_of_its_call_never_wait_in_a_circle(house: Services, twilio: Twilio) -> None:
    call_sid = sid("CA")
    silence = hands_over(twilio, call_sid, reference="")
    with house.database.write() as session:
        wait_turn(session, house.vault.seal_phone(read_phone(WANG.phone, "CN")).lookup)
        coming = meanwhile(house, lambda: asks(twilio.press(silence, call_sid, "")))
        session.scalars(select(Call).with_for_update(of=Call)).all()
    assert coming.result(20)


@on_sqlite
def test_who_is_handed_over_twice_is_not_asked_twice(house: Services, feed: Feed, twilio: Twilio) -> None:
    first, second = sid("CA"), sid("CA")
    twilio.press(hands_over(twilio, first), first, "4")
    again = hands_over(twilio, second, From="anonymous")
    assert again.said[0].startswith("您好，这里是吉林市政务服务。您已经评价过，评价是：满意。")
    assert len(all_of(house, ServiceRecord)) == 1


def after(twilio: Twilio, call_sid: str, status: str = "completed", query: str = "", **more: str) -> Heard:
    return twilio.call(f"/webhooks/twilio/voice/after{query}", call_sid, WANG, DialCallStatus=status, **more)


@on_sqlite
@pytest.mark.parametrize("query", [f"?reference={REFERENCE}", ""])
def test_a_bridge_that_is_over_leads_into_the_survey(query: str, house: Services, feed: Feed, twilio: Twilio) -> None:
    call_sid = sid("CA")
    greeting = after(twilio, call_sid, "completed", query, DialCallSid=sid("CA"), DialCallDuration="61")
    assert asks(greeting)
    assert after(twilio, call_sid, "completed", query).body == greeting.body
    twilio.press(greeting, call_sid, "5")
    assert feed.call(REFERENCE if query else call_sid) == only(house, Rating).record_id
    assert only(house, ServiceRecord).phone_masked == WANG.masked


@on_sqlite
@pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "canceled"])
def test_a_bridge_on_which_nobody_spoke_is_not_rated(status: str, house: Services, twilio: Twilio) -> None:
    heard = after(twilio, sid("CA"), status, f"?reference={REFERENCE}")
    assert (heard.said, heard.hangs_up) == (("感谢您，再见。",), True)
    assert all_of(house, ServiceRecord) == []


@on_sqlite
def test_a_citizen_whom_somebody_rang_is_the_one_who_rates(house: Services, feed: Feed, twilio: Twilio) -> None:
    after(twilio, sid("CA"), From=OUR_NUMBER, To=LI.e164, Direction="outbound-api")
    assert only(house, Call).phone_masked == LI.masked


@on_sqlite
def test_another_leg_of_a_call_makes_no_survey(house: Services, feed: Feed, twilio: Twilio) -> None:
    parent, child = sid("CA"), sid("CA")
    greeting = after(twilio, parent, query=f"?reference={REFERENCE}", DialCallSid=child)
    before = row_counts(house)
    form = {"CallSid": child, "ParentCallSid": parent, "From": WANG.e164, "To": OUR_NUMBER, "CallStatus": "in-progress"}
    for path in ("/voice", "/voice/after"):
        answer = twilio.post(f"/webhooks/twilio{path}", form | {"SipHeader_X-Call-Id": REFERENCE}, has_caller=False)
        assert (answer.status_code, answer.text.count("<Response />")) == (200, 1)
    twilio.call_status("", child, "completed")
    assert row_counts(house) == before
    assert only(house, Call).state == "answered"
    assert twilio.press(greeting, parent, "5").hangs_up


@on_sqlite
def test_a_sip_address_shows_the_number_in_it(house: Services, feed: Feed, twilio: Twilio) -> None:
    record_id = feed.transaction(person=LI)
    heard = twilio.rings(LI, sid("CA"), From=f"sip:%2B{LI.e164[1:]}@pbx.example", To=f"sip:{OUR_NUMBER}@trunk")
    assert asks(heard)
    assert only(house, Call, inbound=True).record_id == record_id
