"""Faults in TwiML and in fetching it: Twilio's numbers, and what the caller hears."""

import socket

import pytest

from .application import OURS, Application, Play

SORRY = "We are sorry, an application error has occurred. Goodbye."
XML = {"Content-Type": "text/xml"}


def document(inside: str) -> tuple[object, ...]:
    return (inside, 200, XML)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (document(' <?xml version="1.0" encoding="UTF-8"?><Response><Say>a</Say></Response>'), 12100),
        (document('\n<?xml version="1.0" encoding="UTF-8"?><Response/>'), 12100),
        (document("<Response><Say>Q&A</Say></Response>"), 12100),
        (document("<Response><Say>a</Response>"), 12100),
        (document("<Response><Say voice=man>a</Say></Response>"), 12100),
        (document(""), 12100),
        (document("<response><Say>a</Say></response>"), 12102),
        (document("<html/>"), 12102),
        (("<Response/>", 200, {"Content-Type": "application/json"}), 12300),
        (("<Response/>", 200, {"Content-Type": "image/png"}), 12300),
        (("gone", 404), 11200),
        (("broken", 500), 11200),
        (("<Response><!--" + "x" * 65536 + "--></Response>", 200, XML), 11750),
        (document("<Response><Enqueue>support</Enqueue></Response>"), 12400),
        (document("<Response><Connect/></Response>"), 12400),
    ],
)
def test_what_cannot_be_executed_ends_with_the_apology(
    play: Play, application: Application, answer: tuple[object, ...], code: int
) -> None:
    application.answer("/voice", answer)
    application.answer("/voice-fallback", ("", 500))
    play.ask("PUT", f"/numbers/{OURS}", {"voice_fallback_url": ""})
    sid = play.ring()
    play.advance(20)
    call = play.call(sid)
    assert [spoken["text"] for spoken in call["said"]] == [SORRY]
    assert call["status"] == "completed"
    (error,) = play.state()["errors"]
    assert (error["code"], error["level"], error["resource"]) == (code, "error", sid)
    assert error["message"]


def test_the_fallback_url_saves_the_call(play: Play, application: Application) -> None:
    application.answer("/voice", document("<Response>&</Response>"))
    application.answer("/voice-fallback", "<Say>please hold</Say>")
    sid = play.ring()
    assert play.said(sid) == ["please hold"]
    asked = application.last("/voice-fallback")
    assert (asked["ErrorCode"], asked["ErrorUrl"], asked["CallSid"]) == ("12100", f"{application.url}/voice", sid)


def test_the_fallback_is_asked_once_only(play: Play, application: Application) -> None:
    application.answer("/voice", ("", 500))
    application.answer("/voice-fallback", ("", 500))
    sid = play.ring()
    assert len(application.at("/voice-fallback")) == 1
    assert play.said(sid) == [SORRY]
    assert play.faults() == [11200, 11200]


@pytest.mark.parametrize(
    "inside",
    [
        '<Say Voice="man">ok</Say>',
        '<Say lang="zh-CN">ok</Say>',
        "<say>no</say><Say>ok</Say>",
        "<Sayy>no</Sayy><Say>ok</Say>",
        "<Say>ok</Say><Number>+1</Number>",
        "stray text<Say>ok</Say>",
        '<Gather timeout="0" numdigits="1"><Say>ok</Say></Gather>',
    ],
)
def test_what_breaks_the_schema_is_left_out_with_a_warning(play: Play, application: Application, inside: str) -> None:
    application.answer("/voice", inside)
    sid = play.ring()
    assert play.said(sid) == ["ok"]
    (error,) = play.state()["errors"]
    assert (error["code"], error["level"]) == (12200, "warning")
    assert error["detail"]


@pytest.mark.parametrize(
    ("inside", "code"),
    [
        ('<Say loop="often">ok</Say>', 13510),
        ('<Say voice="robot">ok</Say>', 13511),
        ('<Say language="cmn-Hans-CN">ok</Say>', 13512),
        ('<Say language="en">ok</Say>', 13512),
        ("<Say></Say><Say>ok</Say>", 13520),
        ('<Pause length="soon"/><Say>ok</Say>', 13910),
        ('<Gather finishOnKey="x" timeout="0"><Say>ok</Say></Gather>', 13310),
        ('<Gather numDigits="0" timeout="0"><Say>ok</Say></Gather>', 13314),
        ('<Gather timeout="auto"><Say>ok</Say></Gather>', 13313),
        ('<Gather timeout="0"><Say loop="x">ok</Say></Gather>', 13322),
        ('<Gather timeout="0"><Say>ok</Say><Dial>+8613800138000</Dial></Gather>', 13320),
        ('<Say>ok</Say><Record timeout="0"/>', 13611),
        ('<Say>ok</Say><Record maxLength="-1"/>', 13612),
        ('<Say>ok</Say><Record finishOnKey="a"/>', 13613),
        ('<Say>ok</Say><Record playBeep="maybe"/>', 13616),
        (f'<Say>ok</Say><Dial callerId="{OURS}" timeout="x">+8613900139000</Dial>', 13212),
        (f'<Say>ok</Say><Dial callerId="{OURS}" hangupOnStar="x">+8613900139000</Dial>', 13213),
        (f'<Say>ok</Say><Dial callerId="{OURS}" timeLimit="0">+8613900139000</Dial>', 13216),
        ('<Say>ok</Say><Redirect method="PUT">/next</Redirect>', 13710),
        ('<Say>ok</Say><Record transcribe="true"/>', 12400),
    ],
)
def test_a_bad_value_is_warned_about_and_the_default_is_used(
    play: Play, application: Application, inside: str, code: int
) -> None:
    application.answer("/voice", inside)
    application.answer("/next", "")
    sid = play.ring()
    play.advance(1)
    assert play.said(sid) == ["ok"]
    (error,) = play.state()["errors"]
    assert (error["code"], error["level"]) == (code, "warning")


def test_a_refused_connection_is_tried_twice(play: Play) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        play.ask("PUT", f"/numbers/{OURS}", {"sms_url": f"http://127.0.0.1:{port}/sms", "sms_fallback_url": ""})
        assert play.text("5")["webhook"] is None
    records = play.requests()
    assert [record["attempt"] for record in records] == [1, 2]
    assert len({record["headers"]["I-Twilio-Idempotency-Token"] for record in records}) == 1
    assert [record["faults"][0]["code"] for record in records] == [11205, 11205]
    assert play.faults() == [11205]


def test_an_error_answer_is_not_tried_again(play: Play, application: Application) -> None:
    application.answer("/sms", ("", 503))
    play.ask("PUT", f"/numbers/{OURS}", {"sms_fallback_url": ""})
    play.text("5")
    assert len(application.at("/sms")) == 1


def test_connection_overrides_change_the_retries(play: Play, application: Application) -> None:
    application.answer("/sms", ("", 503))
    play.ask("PUT", f"/numbers/{OURS}", {"sms_url": f"{application.url}/sms#rc=3&rp=5xx", "sms_fallback_url": ""})
    play.text("5")
    assert len(application.at("/sms")) == 4
    assert all(asked.signed for asked in application.asked)


def test_an_answer_that_takes_too_long_is_a_fault(play: Play, application: Application) -> None:
    import threading

    late = threading.Event()

    def answer_late(params: dict[str, str]) -> str:
        late.wait(10)
        return "<Message>late</Message>"

    application.answer("/sms", answer_late)
    play.ask("PUT", f"/numbers/{OURS}", {"sms_url": f"{application.url}/sms#rt=200", "sms_fallback_url": ""})
    play.text("5")
    late.set()
    assert play.faults() == [11200]
    assert play.received() == []


def test_http_redirects_are_followed_and_signed(play: Play, application: Application) -> None:
    application.answer("/sms", ("", 302, {"Location": "/elsewhere"}))
    application.answer("/elsewhere", "<Message>here</Message>")
    play.text("5")
    assert play.received() == ["here"]
    assert [(asked.path, asked.method, asked.signed) for asked in application.asked] == [
        ("/sms", "POST", True),
        ("/elsewhere", "GET", True),
    ]


def test_http_redirects_in_a_circle_are_a_fault(play: Play, application: Application) -> None:
    application.answer("/sms", ("", 302, {"Location": "/sms"}))
    play.ask("PUT", f"/numbers/{OURS}", {"sms_fallback_url": ""})
    play.text("5")
    assert play.faults() == [11215]


@pytest.mark.parametrize(
    ("url", "status"), [("", "failed"), ("nonsense", "in-progress"), ("ftp://example.com/x", "in-progress")]
)
def test_a_number_without_a_usable_voice_url(play: Play, url: str, status: str) -> None:
    play.ask("PUT", f"/numbers/{OURS}", {"voice_url": url, "voice_fallback_url": ""})
    call = play.call(play.ring())
    assert play.faults() == [11100]
    assert call["status"] == status
