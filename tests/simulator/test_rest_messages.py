"""The Messages resource, through the twilio SDK and by hand: shapes, refusals, paging, scheduling."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from twilio.base.exceptions import TwilioRestException

from hotline.simulator import SimulatorServer

from .application import ACCOUNT_SID, LANDLINE, MOBILE, OTHER_OF_OURS, OURS, START, Application, Play

SERVICE = "MG" + "a" * 32


def test_a_message_created_by_the_sdk_reaches_the_phone(play: Play) -> None:
    message = play.client().messages.create(to=MOBILE, from_=OURS, body="您好，请评价")
    assert re.fullmatch(r"SM[0-9a-f]{32}", message.sid or "")
    assert (message.status, message.direction, message.num_segments) == ("queued", "outbound-api", "1")
    assert (message.price, message.error_code, message.date_sent) == (None, None, None)
    assert message.date_created == datetime.fromtimestamp(START, UTC)
    play.advance(0)
    assert play.received() == ["您好，请评价"]
    fetched = play.client().messages(message.sid).fetch()
    assert (fetched.status, fetched.body) == ("delivered", "您好，请评价")
    assert fetched.date_sent is not None


def test_segments_are_counted_as_the_network_does(play: Play) -> None:
    assert play.client().messages.create(to=MOBILE, from_=OURS, body="好" * 71).num_segments == "2"


def test_the_sdk_lists_filters_and_pages(play: Play) -> None:
    client = play.client()
    for number in range(7):
        client.messages.create(to=MOBILE, from_=OURS, body=str(number))
    client.messages.create(to=LANDLINE, from_=OTHER_OF_OURS, body="other")
    play.advance(0)
    listed = client.messages.list(to=MOBILE, page_size=3)
    assert [message.body for message in listed] == ["6", "5", "4", "3", "2", "1", "0"]
    assert [message.body for message in client.messages.list(from_=OTHER_OF_OURS)] == ["other"]
    tomorrow = datetime.fromtimestamp(START, UTC) + timedelta(days=1)
    assert client.messages.list(date_sent_after=tomorrow) == []
    assert len(client.messages.list(date_sent_before=tomorrow)) == 8


def test_a_page_has_twilios_shape(play: Play) -> None:
    for number in range(3):
        play.rest("POST", "/Messages.json", To=MOBILE, From=OURS, Body=str(number))
    page = play.rest("GET", "/Messages.json?PageSize=2").json()
    path = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"
    assert {name: page[name] for name in page if name != "messages"} == {
        "page": 0,
        "page_size": 2,
        "start": 0,
        "end": 1,
        "uri": f"{path}?PageSize=2&Page=0",
        "first_page_uri": f"{path}?PageSize=2&Page=0",
        "next_page_uri": f"{path}?PageSize=2&Page=1",
        "previous_page_uri": None,
    }


@pytest.mark.parametrize(
    ("form", "code", "status"),
    [
        ({"From": OURS, "Body": "x"}, 21604, 400),
        ({"To": "12345", "From": OURS, "Body": "x"}, 21211, 400),
        ({"To": "+86138", "From": OURS, "Body": "x"}, 21211, 400),
        ({"To": MOBILE, "Body": "x"}, 21603, 400),
        ({"To": MOBILE, "From": "+15005550006", "Body": "x"}, 21606, 400),
        ({"To": MOBILE, "From": OURS}, 21602, 400),
        ({"To": MOBILE, "From": OURS, "Body": "好" * 1601}, 21617, 400),
        ({"To": OURS, "From": OURS, "Body": "x"}, 21266, 400),
        ({"To": MOBILE, "From": OURS, "Body": "x", "StatusCallback": "nonsense"}, 21609, 400),
        ({"To": MOBILE, "MessagingServiceSid": "MGnone", "Body": "x"}, 21701, 404),
        ({"To": MOBILE, "From": OURS, "Body": "x", "ScheduleType": "fixed", "SendAt": "2026-12-01"}, 35118, 400),
        ({"To": MOBILE, "MessagingServiceSid": SERVICE, "Body": "x", "ScheduleType": "fixed"}, 35111, 400),
        (
            {
                "To": MOBILE,
                "MessagingServiceSid": SERVICE,
                "Body": "x",
                "ScheduleType": "fixed",
                "SendAt": "2020-01-01",
            },
            35114,
            400,
        ),
    ],
)
def test_a_bad_message_is_refused_with_twilios_code(play: Play, form: dict[str, str], code: int, status: int) -> None:
    response = play.rest("POST", "/Messages.json", **form)
    body = response.json()
    assert response.status_code == status
    assert (body["code"], body["status"]) == (code, status)
    assert body["more_info"] == f"https://www.twilio.com/docs/errors/{code}"
    assert body["message"]
    assert play.state()["messages"] == []


def test_the_sdk_raises_the_code(play: Play) -> None:
    with pytest.raises(TwilioRestException) as raised:
        play.client().messages.create(to="nonsense", from_=OURS, body="x")
    assert (raised.value.code, raised.value.status) == (21211, 400)


@pytest.mark.parametrize("auth", [(ACCOUNT_SID, "wrong"), ("AC" + "f" * 32, "x"), ("", "")])
def test_wrong_credentials_are_refused(play: Play, auth: tuple[str, str]) -> None:
    response = play.rest("POST", "/Messages.json", auth=auth, To=MOBILE, From=OURS, Body="x")
    assert response.status_code == 401
    assert response.json()["code"] == 20003
    assert play.state()["messages"] == []


def test_another_account_and_an_unknown_message_are_not_found(play: Play) -> None:
    other = f"/2010-04-01/Accounts/AC{'f' * 32}/Messages.json"
    credentials = (ACCOUNT_SID, "a token of thirty-two characters")
    assert play.http.get(f"{play.url}{other}", auth=credentials).status_code == 404
    for method, path in [("GET", "/Messages/SMnone.json"), ("GET", "/Nonsense.json")]:
        response = play.rest(method, path)
        assert (response.status_code, response.json()["code"]) == (404, 20404)


def test_a_scheduled_message_goes_out_at_its_time(play: Play, application: Application) -> None:
    client = play.client()
    message = client.messages.create(
        to=MOBILE,
        messaging_service_sid=SERVICE,
        body="later",
        schedule_type="fixed",
        send_at=datetime.fromtimestamp(START + 600, UTC),
        status_callback=f"{application.url}/status",
    )
    assert (message.status, message.from_, message.num_segments) == ("scheduled", None, "0")
    play.advance(599)
    assert play.state()["messages"][0]["status"] == "scheduled"
    play.advance(1)
    assert play.received() == ["later"]
    assert application.statuses("/status") == ["queued", "sending", "sent", "delivered"]


def test_a_scheduled_message_can_be_canceled_once(play: Play) -> None:
    client = play.client()
    send_at = datetime.fromtimestamp(START + 600, UTC)
    message = client.messages.create(
        to=MOBILE, messaging_service_sid=SERVICE, body="never", schedule_type="fixed", send_at=send_at
    )
    assert client.messages(message.sid).update(status="canceled").status == "canceled"
    play.advance(1000)
    assert [phone["received"] for phone in play.state()["phones"] if phone["number"] == MOBILE] in ([], [0])
    with pytest.raises(TwilioRestException) as raised:
        client.messages(message.sid).update(status="canceled")
    assert (raised.value.code, raised.value.status) == (30409, 409)


def test_a_message_can_be_redacted_and_deleted(play: Play) -> None:
    client = play.client()
    message = client.messages.create(to=MOBILE, from_=OURS, body="secret")
    play.advance(0)
    assert client.messages(message.sid).update(body="").body == ""
    assert client.messages(message.sid).delete()
    with pytest.raises(TwilioRestException) as raised:
        client.messages(message.sid).fetch()
    assert raised.value.code == 20404


def test_a_service_message_starts_as_accepted(play: Play, application: Application) -> None:
    message = play.client().messages.create(
        to=MOBILE, messaging_service_sid=SERVICE, body="x", status_callback=f"{application.url}/status"
    )
    assert (message.status, message.from_, message.num_segments) == ("accepted", None, "0")
    play.advance(0)
    fetched = play.client().messages(message.sid).fetch()
    assert (fetched.from_, fetched.num_segments, fetched.messaging_service_sid) == (OURS, "1", SERVICE)
    assert application.last("/status")["MessagingServiceSid"] == SERVICE


def test_the_account_and_its_numbers_can_be_fetched(play: Play) -> None:
    client = play.client()
    account = client.api.accounts(ACCOUNT_SID).fetch()
    assert account.status == "active"
    assert [number.phone_number for number in client.incoming_phone_numbers.list()] == [OURS, OTHER_OF_OURS]
    assert [n.sms_url for n in client.incoming_phone_numbers.list(phone_number=OTHER_OF_OURS)] == [""]


def test_the_token_is_in_no_inspector_line(play: Play, simulator: SimulatorServer) -> None:
    play.client().messages.create(to=MOBILE, from_=OURS, body="x")
    (record,) = play.requests()
    assert "Authorization" not in record["headers"]
    assert record["params"] == {"To": MOBILE, "From": OURS, "Body": "x"}
    assert record["status"] == 201
