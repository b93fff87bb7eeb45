"""Whatever is written into an address or a form, on either database: refused with a 4xx, never a 500."""

import logging

import pytest
from flask import Flask
from sqlalchemy import text

from hotline.actions.people import add_user
from hotline.actions.second_factor import put_in_force
from hotline.services import Services
from hotline.tables import CaseEvent
from hotline.tables.people import Role
from tests.cast import WANG, Feed, Twilio, all_of, on_sqlite, open_bad_case, row_counts, sid, text_form, transaction
from tests.console.conftest import PASSWORD, SECRET, Visitor

HUGE = ("2147483648", "9223372036854775807", "99999999999999999999", "9" * 3000)
UNKNOWN = ("999999", *HUGE)
VOICE = "/webhooks/twilio/voice"
PLACE = "?step=ask&turn=1&tries=1&repeats=0"


@pytest.fixture
def visitor(app: Flask, house: Services) -> Visitor:
    """A supervisor who is logged in."""
    with house.database.write() as session:
        user = add_user(session, "supervisor", Role.SUPERVISOR, PASSWORD, house.now())
        put_in_force(session, user, SECRET, 0, house.vault, house.now())
    visitor = Visitor(app.test_client(), house)
    assert visitor.log_in("supervisor").status_code == 303
    return visitor


def test_a_number_of_nothing_is_not_found_however_long(visitor: Visitor) -> None:
    for number in UNKNOWN:
        for path in (
            f"cases/{number}",
            f"cases/{number}/live",
            f"replies/{number}",
            f"opt-outs/{number}",
            f"recordings/{number}.wav",
        ):
            assert visitor.get(f"/console/{path}").status_code == 404, path
        for path in (f"cases/{number}/claim", f"outbox/{number}/resend"):
            assert visitor.post(f"/console/{path}").status_code == 404, path
        form = {"record_id": number, "stars": "1", "note": "不是评价", "reason": "市民要求恢复"}
        for path in (
            f"replies/{number}/assign",
            f"replies/{number}/dismiss",
            f"opt-outs/{number}/end",
            f"recordings/{number}/heard",
        ):
            assert visitor.post(f"/console/{path}", **form).status_code == 404, path


def test_a_page_that_cannot_be_is_an_empty_one(visitor: Visitor) -> None:
    for number in (*HUGE, "-9223372036854775809", "x", "", "9" * 5000):
        for query in (
            "?page=",
            "queue?page=",
            "ratings?before=",
            "ratings/news?after=",
            "texts?last=",
            "texts.csv?last=",
        ):
            assert visitor.get(f"/console/{query}{number}").status_code in (200, 204), query
        for query in ("replies?page=", "replies/due?told=", "opt-outs?before=", "recordings?page="):
            assert visitor.get(f"/console/{query}{number}").status_code in (200, 204), query


def test_a_form_or_query_with_nul_is_refused(visitor: Visitor, app: Flask, house: Services, feed: Feed) -> None:
    before = row_counts(house)
    stranger = Visitor(app.test_client(), house)
    stranger.get("/console/login")
    assert stranger.post("/console/login", name="a\0b", password="x").status_code == 400
    assert visitor.post("/console/cases/1/contact", note="a\0b", result="explained", token="x").status_code == 400
    assert visitor.post("/console/me", phone="1\0").status_code == 400
    assert visitor.get("/console/?tab=a%00b").status_code == 400
    answer = feed.get("/api/v1/ratings?after=%00")
    assert (answer.status_code, answer.get_json()["error"]) == (400, "bad_request")
    assert row_counts(house) == before


def test_an_id_that_is_none_of_twilios_is_refused(twilio: Twilio, house: Services) -> None:
    before = row_counts(house)
    for wrong in ("x" * 65, "a\0b"):
        assert twilio.post("/webhooks/twilio/sms", text_form(WANG, "5", wrong)).status_code == 400
        receipt = {"MessageSid": wrong, "MessageStatus": "delivered"}
        assert twilio.post("/webhooks/twilio/sms/status?text=1", receipt).status_code == 400
        for path in (
            "",
            f"/key{PLACE}",
            f"/voice{PLACE}",
            f"/person{PLACE}",
            "/status",
            "/survey/1",
            "/callback/1",
            "/callback/1/key",
        ):
            call = {"CallSid": wrong, "CallStatus": "completed", "From": WANG.e164}
            assert twilio.post(f"{VOICE}{path}", call).status_code == 400, path
    assert row_counts(house) == before


def test_long_and_strange_parts_of_a_webhook_are_cut(twilio: Twilio, house: Services, feed: Feed) -> None:
    feed.transaction()
    receipt = {"MessageSid": "SM1", "MessageStatus": "undelivered", "ErrorCode": "3\0" + "0" * 300}
    assert twilio.post("/webhooks/twilio/sms/status?text=1", receipt).status_code == 204
    call_sid = sid("CA")
    twilio.rings(WANG, call_sid)
    keys = {"CallSid": call_sid, "Digits": "\0" + "7" * 300}
    assert twilio.post(f"{VOICE}/key{PLACE}", keys).status_code == 200


def test_a_stale_webhook_is_not_found_or_ignored(twilio: Twilio, house: Services) -> None:
    before = row_counts(house)
    form = {"CallSid": sid("CA"), "From": WANG.e164, "Digits": "1", "CallStatus": "in-progress"}
    assert twilio.post(f"{VOICE}/key{PLACE}", form).status_code == 404
    for number in UNKNOWN:
        for path in (f"/survey/{number}", f"/callback/{number}", f"/callback/{number}/key"):
            assert twilio.post(f"{VOICE}{path}", form).status_code == 404, path
        for path in (f"/callback/{number}/citizen", f"/status?call={number}", f"/status?attempt={number}"):
            assert twilio.post(f"{VOICE}{path}", form).status_code == 204, path
        ended = form | {"DialCallStatus": "busy"}
        assert twilio.post(f"{VOICE}/callback/{number}/ended", ended).status_code == 200
        receipt = {"MessageSid": sid("SM"), "MessageStatus": "delivered"}
        assert twilio.post(f"/webhooks/twilio/sms/status?text={number}", receipt).status_code == 204
    assert row_counts(house) == before


@pytest.mark.parametrize(
    "place", ["turn=x&tries=1&repeats=0", "turn=9999999999&tries=1&repeats=0", "turn=-1", "turn=1"]
)
def test_a_place_that_is_none_in_the_menu_is_refused(place: str, twilio: Twilio, feed: Feed) -> None:
    feed.transaction()
    call_sid = sid("CA")
    twilio.rings(WANG, call_sid)
    assert twilio.post(f"{VOICE}/key?{place}", {"CallSid": call_sid, "Digits": "1"}).status_code == 400


def test_a_number_in_the_note_that_closes_a_case_is_masked(
    visitor: Visitor, twilio: Twilio, feed: Feed, house: Services
) -> None:
    case = open_bad_case(twilio, feed)
    lease = visitor.claim(case.id)
    note = "已致电5-13844328000，另一号码138、4432、8000"
    closed = visitor.post(
        f"/console/cases/{case.id}/contact", way="own_phone", note=note, result="wrong_number", token=lease
    )
    assert closed.status_code == 303, closed.text
    kept = [event.note for event in all_of(house, CaseEvent, case_id=case.id) if event.note]
    assert kept == ["已致电5-138****8000，另一号码138****8000"] * 2  # as a contact, and at the end


@on_sqlite
def test_a_database_that_is_gone_is_a_503_and_one_line_of_log(
    visitor: Visitor, twilio: Twilio, feed: Feed, house: Services, caplog: pytest.LogCaptureFixture
) -> None:
    with house.database.write() as session:
        session.execute(text("ALTER TABLE service_records RENAME TO elsewhere"))
    with caplog.at_level(logging.ERROR):
        answers = [
            feed.post("/api/v1/transactions", transaction()),
            twilio.post("/webhooks/twilio/sms", text_form(WANG, "5")),
            visitor.get("/console/cases/1"),
        ]
    assert [answer.status_code for answer in answers] == [503, 503, 503]
    assert answers[0].get_json()["error"] == "unavailable"
    assert [answer.mimetype for answer in answers[1:]] == ["text/plain"] * 2
    assert not any(record.exc_info for record in caplog.records)
