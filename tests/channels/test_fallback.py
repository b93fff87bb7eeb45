"""An answer of ours did not come: the fallback says what is true, and what was asked by call is asked by text, once."""

from collections.abc import Callable

import pytest
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import VoiceResponse

from hotline import create_app
from hotline.actions import send_calls
from hotline.jobs import tasks
from hotline.messages import Accepted
from hotline.services import Services
from hotline.settings import Settings
from hotline.tables import Call, Invitation, OutboundText, OutboxRow
from hotline.tables.contacts import CallState
from tests.cast import (
    AUTH_TOKEN,
    LI,
    OUR_NUMBER,
    WANG,
    ZHAO,
    Feed,
    Person,
    Twilio,
    all_of,
    at_once,
    on_sqlite,
    only,
    sid,
)
from tests.conftest import MovingClock
from tests.twiml import Heard, accepted, heard

FALLBACK = "/webhooks/twilio/voice/fallback"
BY_TEXT = (
    "您好，这里是吉林市政务服务。很抱歉，系统出现故障，没有记录到您的评价。请您回复我们发给您的短信进行评价。再见。"
)
AGAIN = (
    "您好，这里是吉林市政务服务。很抱歉，系统出现故障，没有记录到您的评价。请您稍后再拨打本号码，或者拨打12345。再见。"
)
KEPT = "您好，这里是吉林市政务服务。很抱歉，系统出现故障，本次通话不能继续。您的评价已经记录。再见。"


def place(house: Services) -> int:
    """The newest survey call is with the carrier; its id."""
    call = all_of(house, Call)[-1]
    with house.database.write() as session:
        send_calls.begin_call(session, call.id, house.policy, house.now())
    with house.database.write() as session:
        send_calls.settle_call(session, call.id, "twilio", Accepted(f"CA-{call.id}"), house.policy, house.now())
    return call.id


def fails(twilio: Twilio, call_id: int, person: Person) -> Heard:
    """A webhook of the call that we placed got no answer, and the carrier asks the fallback."""
    told = {"From": OUR_NUMBER, "To": person.e164, "ErrorCode": "11200", "ErrorUrl": "http://hotline.test/x"}
    return twilio.call(f"{FALLBACK}?call={call_id}", f"CA-{call_id}", person, **told)


def invitations(house: Services) -> list[tuple[str, str, str | None]]:
    return [(asked.channel, asked.state, asked.error_code) for asked in all_of(house, Invitation)]


def test_a_call_that_fails_is_asked_by_text_once_however_often_the_fallback_is_asked(
    house: Services, feed: Feed, twilio: Twilio
) -> None:
    feed.call(survey="phone", person=WANG)
    call_id = place(house)
    told = at_once(4, lambda _: fails(twilio, call_id, WANG))
    assert {(answer.said, answer.hangs_up) for answer in told} == {((BY_TEXT,), True)}
    assert fails(twilio, call_id, WANG).said == (BY_TEXT,)
    assert invitations(house) == [("phone", "failed", "not_taken"), ("sms", "waiting", None)]
    text = only(house, OutboundText)
    assert (text.state, text.purpose, text.phone_masked) == ("queued", "invite", WANG.masked)
    assert only(house, OutboxRow, kind="text").state == "pending"


@on_sqlite
def test_the_words_are_those_of_the_call(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.call(survey="phone", person=WANG, language="en")
    answer = fails(twilio, place(house), WANG)
    assert answer.languages == {"en-US"}
    assert "replying to our text message" in answer.said[0]


@on_sqlite
def test_who_cannot_or_will_not_be_texted_is_asked_to_ring_again(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction(person=LI)  # at a landline
    assert fails(twilio, place(house), LI).said == (AGAIN,)
    feed.call(survey="phone", person=ZHAO)
    call_id = place(house)
    twilio.text(ZHAO, "TD")
    assert fails(twilio, call_id, ZHAO).said == (AGAIN,)
    assert all_of(house, OutboundText) == []


@on_sqlite
def test_a_rating_that_was_kept_before_the_fault_is_said_to_be_kept(
    house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    feed.call(survey="phone", person=WANG)
    call_id = place(house)
    clock.move(seconds=20)
    greeting = twilio.call(f"/webhooks/twilio/voice/survey/{call_id}", f"CA-{call_id}", WANG)
    asked = twilio.press(greeting, f"CA-{call_id}", "1")
    twilio.press(asked, f"CA-{call_id}", "5")
    assert fails(twilio, call_id, WANG).said == (KEPT,)
    assert all_of(house, OutboundText) == []


@on_sqlite
def test_who_rings_us_is_known_by_the_call_or_by_the_number(house: Services, feed: Feed, twilio: Twilio) -> None:
    """A text that is out or under way is the text to answer: there is no second one."""
    feed.transaction(person=WANG)
    twilio.rings(WANG, call_sid := sid("CA"))
    assert twilio.call(FALLBACK, call_sid, WANG).said == (BY_TEXT,)
    assert twilio.call(FALLBACK, sid("CA"), WANG).said == (BY_TEXT,)  # the first webhook kept no row
    assert only(house, OutboundText).invitation.channel == "sms"
    feed.call(survey="phone", person=ZHAO)
    assert twilio.call(FALLBACK, sid("CA"), ZHAO).said == (BY_TEXT,)
    assert [asked.channel for asked in all_of(house, Invitation)] == ["sms", "phone", "sms"]


@on_sqlite
def test_who_is_unknown_hears_it_in_each_language_of_the_city_once(house: Services, twilio: Twilio) -> None:
    answer = twilio.call(FALLBACK, sid("CA"), ZHAO)
    assert (answer.said[0], answer.languages, answer.hangs_up) == (AGAIN, {"cmn-CN", "en-US"}, True)
    assert len(answer.said) == 2


@on_sqlite
def test_it_answers_without_database_and_redis(make_settings: Callable[..., Settings]) -> None:
    nobody = "127.0.0.1:9"
    app = create_app(make_settings(database_url=f"postgresql+psycopg://x@{nobody}/x", redis_url=f"redis://{nobody}"))
    answer = Twilio(app).call(f"{FALLBACK}?call=1", sid("CA"), WANG)
    assert (answer.said[0], answer.hangs_up) == (AGAIN, True)


@on_sqlite
def test_it_may_be_asked_by_get(house: Services, twilio: Twilio) -> None:
    path = f"{FALLBACK}?CallSid={sid('CA')}&From=%2B8613844328000"
    signature = RequestValidator(AUTH_TOKEN).compute_signature(f"http://hotline.test{path}", {})
    response = twilio.app.test_client().get(path, headers={"X-Twilio-Signature": signature})
    accepted(response, VoiceResponse)
    assert heard(response).said[0] == AGAIN


@pytest.fixture
def sweep(house: Services, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    monkeypatch.setattr(tasks, "house", lambda: house)
    return tasks.sweep


def test_calls_whose_end_nobody_reported_are_ended_and_asked_by_text(
    house: Services, feed: Feed, twilio: Twilio, clock: MovingClock, sweep: Callable[[], None]
) -> None:
    """As when all of us was down: neither the call nor its reports got an answer."""
    feed.call("CALL-1", survey="phone", person=WANG)
    place(house)
    feed.transaction(person=LI)
    place(house)
    feed.call("CALL-2", survey="phone", person=ZHAO)
    heard_of = place(house)
    greeting = twilio.call(f"/webhooks/twilio/voice/survey/{heard_of}", f"CA-{heard_of}", ZHAO)
    twilio.press(greeting, f"CA-{heard_of}", "")  # and then hung up
    clock.move(minutes=59)
    sweep()
    assert [call.state for call in all_of(house, Call)] == ["ringing", "ringing", "answered"]
    clock.move(minutes=2)
    for _ in range(2):
        sweep()
    assert [call.state for call in all_of(house, Call)] == [CallState.ENDED, CallState.ENDED, CallState.ANSWERED]
    assert only(house, OutboundText).phone_masked == WANG.masked
