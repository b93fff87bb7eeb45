"""The Calls resource, through the twilio SDK: placing, watching, redirecting and ending calls."""

import re

import pytest
from twilio.base.exceptions import TwilioRestException

from .application import AGENT, LANDLINE, MOBILE, OURS, Application, Play

ALL = ["initiated", "ringing", "answered", "completed"]


def place(play: Play, application: Application, to: str = MOBILE, **more: object) -> str:
    arguments = {
        "to": to,
        "from_": OURS,
        "url": f"{application.url}/out",
        "status_callback": f"{application.url}/status",
        "status_callback_event": ALL,
        **more,
    }
    sid = str(play.client().calls.create(**arguments).sid)
    play.advance(0)
    return sid


def test_a_call_rings_is_answered_and_completes(play: Play, application: Application) -> None:
    application.answer("/out", '<Say language="zh-CN">您好您好</Say><Pause length="4"/>')
    sid = place(play, application)
    assert re.fullmatch(r"CA[0-9a-f]{32}", sid)
    assert play.client().calls(sid).fetch().status == "ringing"
    assert play.phone()["call"]["sid"] == sid
    assert application.at("/out") == []
    play.advance(3)
    play.act(sid, "answer")
    asked = application.last("/out")
    assert (asked["CallStatus"], asked["Direction"], asked["CallSid"]) == ("in-progress", "outbound-api", sid)
    assert (asked["From"], asked["To"], asked["Called"]) == (OURS, MOBILE, MOBILE)
    play.advance(10)
    call = play.client().calls(sid).fetch()
    assert (call.status, call.duration, call.direction) == ("completed", "5", "outbound-api")
    assert call.start_time is not None
    assert call.end_time is not None
    assert application.statuses("/status") == ["initiated", "ringing", "in-progress", "completed"]
    callbacks = application.at("/status")
    assert [each["SequenceNumber"] for each in callbacks] == ["0", "1", "2", "3"]
    assert [each.get("CallDuration") for each in callbacks] == [None, None, None, "5"]
    assert all(each["CallbackSource"] == "call-progress-events" for each in callbacks)
    assert re.fullmatch(r"\w{3}, \d\d \w{3} 2026 [\d:]{8} \+0000", callbacks[0]["Timestamp"])


@pytest.mark.parametrize(
    ("action", "status", "sip"), [("busy", "busy", "486"), ("reject", "busy", "603"), ("hangup", "busy", "603")]
)
def test_a_phone_can_refuse(play: Play, application: Application, action: str, status: str, sip: str) -> None:
    sid = place(play, application)
    play.act(sid, action)
    assert play.call(sid)["status"] == status
    last = application.last("/status")
    assert (last["CallStatus"], last["CallDuration"], last["SipResponseCode"]) == (status, "0", sip)


def test_nobody_answers(play: Play, application: Application) -> None:
    sid = place(play, application, timeout=20)
    play.advance(19)
    assert play.call(sid)["status"] == "ringing"
    play.advance(1)
    assert play.call(sid)["status"] == "no-answer"
    assert application.statuses("/status") == ["initiated", "ringing", "no-answer"]


def test_a_phone_in_a_call_is_busy(play: Play, application: Application) -> None:
    application.answer("/voice", '<Pause length="60"/>')
    play.ring()
    sid = place(play, application)
    assert play.call(sid)["status"] == "busy"
    assert application.statuses("/status") == ["initiated", "busy"]


def test_only_the_events_asked_for_are_reported(play: Play, application: Application) -> None:
    sid = place(play, application, status_callback_event=["answered"])
    play.act(sid, "answer")
    play.act(sid, "hangup")
    play.act(sid, "hangup", expect=409)
    assert application.statuses("/status") == ["in-progress"]


def test_completed_is_reported_when_no_event_is_named(play: Play, application: Application) -> None:
    play.rest(
        "POST", "/Calls.json", To=MOBILE, From=OURS, Twiml="<Response/>", StatusCallback=f"{application.url}/status"
    )
    play.advance(0)
    play.act(play.phone()["call"]["sid"], "answer")
    assert application.statuses("/status") == ["completed"]


@pytest.mark.parametrize(("before_answer", "status"), [(True, "canceled"), (False, "completed")])
def test_the_application_ends_a_call(play: Play, application: Application, before_answer: bool, status: str) -> None:
    application.answer("/out", '<Pause length="60"/>')
    sid = place(play, application)
    if not before_answer:
        play.act(sid, "answer")
    assert play.client().calls(sid).update(status="completed").status == status
    play.advance(0)
    assert application.last("/status")["CallStatus"] == status
    assert play.phone()["call"] is None


def test_an_answered_call_cannot_be_canceled(play: Play, application: Application) -> None:
    application.answer("/out", '<Pause length="60"/>')
    sid = place(play, application)
    play.act(sid, "answer")
    with pytest.raises(TwilioRestException) as raised:
        play.client().calls(sid).update(status="canceled")
    assert raised.value.code == 21220


def test_a_call_in_progress_can_be_redirected(play: Play, application: Application) -> None:
    application.answer("/out", '<Say language="zh-CN">一二三四五六七八</Say>')
    application.answer("/new", "<Say>here</Say>")
    sid = place(play, application)
    with pytest.raises(TwilioRestException) as raised:
        play.client().calls(sid).update(url=f"{application.url}/new", method="GET")
    assert raised.value.code == 21220
    play.act(sid, "answer")
    play.client().calls(sid).update(url=f"{application.url}/new", method="GET")
    play.advance(0)
    assert [(s["text"], s["interrupted"]) for s in play.call(sid)["said"]] == [
        ("一二三四五六七八", True),
        ("here", False),
    ]
    (asked,) = [each for each in application.asked if each.path == "/new"]
    assert (asked.method, asked.signed, asked.params["CallSid"]) == ("GET", True, sid)
    play.client().calls(sid).update(twiml="<Response><Say>inline</Say></Response>")
    assert play.said(sid)[-1] == "inline"


def test_inline_twiml_that_cannot_be_read_ends_with_the_apology(play: Play) -> None:
    sid = str(play.client().calls.create(to=MOBILE, from_=OURS, twiml="<Response><Say>&</Say></Response>").sid)
    play.advance(0)
    play.act(sid, "answer")
    assert play.faults() == [12100]
    assert play.said(sid) == ["We are sorry, an application error has occurred. Goodbye."]


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"From": OURS, "Url": "http://x.test/"}, 21201),
        ({"To": MOBILE, "Url": "http://x.test/"}, 21213),
        ({"To": "+8613", "From": OURS, "Url": "http://x.test/"}, 21217),
        ({"To": MOBILE, "From": "+8613", "Url": "http://x.test/"}, 21212),
        ({"To": MOBILE, "From": AGENT, "Url": "http://x.test/"}, 21210),
        ({"To": MOBILE, "From": OURS}, 21205),
        ({"To": MOBILE, "From": OURS, "Url": "nonsense"}, 21205),
        ({"To": MOBILE, "From": OURS, "Url": "http://x.test/", "Method": "PUT"}, 21209),
        ({"To": MOBILE, "From": OURS, "Url": "http://x.test/", "Timeout": "soon"}, 21208),
        ({"To": MOBILE, "From": OURS, "Url": "http://x.test/", "StatusCallback": "x"}, 21609),
    ],
)
def test_a_bad_call_is_refused_with_twilios_code(play: Play, form: dict[str, str], code: int) -> None:
    response = play.rest("POST", "/Calls.json", **form)
    assert (response.status_code, response.json()["code"]) == (400, code)
    assert play.state()["calls"] == []


def test_the_sdk_lists_calls(play: Play, application: Application) -> None:
    first = place(play, application)
    second = place(play, application, to=LANDLINE)
    play.act(first, "busy")
    client = play.client()
    assert [call.sid for call in client.calls.list()] == [second, first]
    assert [call.sid for call in client.calls.list(status="busy")] == [first]
    assert [call.sid for call in client.calls.list(to=LANDLINE)] == [second]
    assert client.calls(first).delete()
    assert [call.sid for call in client.calls.list()] == [second]


def test_the_fallback_url_of_a_call_is_used(play: Play, application: Application) -> None:
    application.answer("/out", ("", 500))
    application.answer("/fallback", "<Say>instead</Say>")
    sid = place(play, application, fallback_url=f"{application.url}/fallback")
    play.act(sid, "answer")
    assert play.said(sid) == ["instead"]
    asked = application.last("/fallback")
    assert (asked["ErrorCode"], asked["ErrorUrl"], asked["CallSid"]) == ("11200", f"{application.url}/out", sid)
