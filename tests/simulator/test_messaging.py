"""Texts on their way: status callbacks, landlines, opt-out, and what an answer's TwiML does."""

import pytest

from .application import ACCOUNT_SID, LANDLINE, MOBILE, OTHER_OF_OURS, OURS, Application, Play


def send(play: Play, to: str = MOBILE, **form: str) -> str:
    response = play.rest("POST", "/Messages.json", **{"To": to, "From": OURS, "Body": "请评价", **form})
    assert response.status_code == 201, response.text
    play.advance(0)
    return str(response.json()["sid"])


def test_statuses_are_reported_in_order(play: Play, application: Application) -> None:
    sid = send(play, StatusCallback=f"{application.url}/status?id=7")
    assert application.statuses("/status") == ["sending", "sent", "delivered"]
    assert all(asked.signed for asked in application.asked)
    last = application.last("/status")
    assert (last["MessageSid"], last["SmsSid"], last["SmsStatus"]) == (sid, sid, "delivered")
    assert (last["From"], last["To"], last["AccountSid"]) == (OURS, MOBILE, ACCOUNT_SID)
    assert "ErrorCode" not in last


def test_the_answer_to_a_send_comes_before_its_callbacks(play: Play, application: Application) -> None:
    """What the request causes must not overtake its own answer."""
    send(play, StatusCallback=f"{application.url}/status")
    kinds = [record["kind"] for record in play.requests()]
    assert kinds == ["POST Messages.json", "message-status", "message-status", "message-status"]


def test_a_landline_refuses_texts(play: Play, application: Application) -> None:
    send(play, LANDLINE, StatusCallback=f"{application.url}/status")
    assert application.statuses("/status") == ["sending", "sent", "undelivered"]
    assert application.last("/status")["ErrorCode"] == "30006"
    (message,) = play.state()["messages"]
    assert (message["status"], message["error"]["code"]) == ("undelivered", 30006)
    assert play.phone(LANDLINE)["received"] == 0


def test_a_phone_can_be_declared_a_landline(play: Play) -> None:
    play.ask("PUT", f"/phones/{MOBILE}", {"kind": "landline", "label": "办公室"})
    send(play)
    assert play.phone()["received"] == 0


def test_an_inbound_text_carries_twilios_parameters(play: Play, application: Application) -> None:
    sid = play.text("5 很好")["sid"]
    asked = application.last("/sms")
    assert {name: asked[name] for name in ("MessageSid", "SmsSid", "SmsMessageSid")} == dict.fromkeys(
        ("MessageSid", "SmsSid", "SmsMessageSid"), sid
    )
    assert (asked["From"], asked["To"], asked["Body"]) == (MOBILE, OURS, "5 很好")
    assert (asked["NumMedia"], asked["NumSegments"], asked["SmsStatus"]) == ("0", "1", "received")
    assert (asked["FromCountry"], asked["AccountSid"]) == ("CN", ACCOUNT_SID)
    assert "OptOutType" not in asked


@pytest.mark.parametrize(
    ("answer", "texts"),
    [
        ("<Message>谢谢</Message>", ["谢谢"]),
        ("<Message><Body>谢谢</Body></Message>", ["谢谢"]),
        ("<Message>一</Message><Message>二</Message>", ["一", "二"]),
        ("", []),
        (("谢谢", 200, {"Content-Type": "text/plain; charset=utf-8"}), ["谢谢"]),
        (("", 204), []),
        (("", 200, {"Content-Type": "text/plain"}), []),
    ],
)
def test_the_answer_is_texted_to_the_phone(
    play: Play, application: Application, answer: object, texts: list[str]
) -> None:
    application.answers["/sms"] = answer  # type: ignore[assignment]
    play.text("5")
    assert play.received() == texts
    assert play.faults() == []


def test_the_control_answer_shows_what_the_application_said(play: Play, application: Application) -> None:
    application.answer("/sms", ("嗯", 200, {"Content-Type": "text/plain; charset=utf-8"}))
    assert play.text("5")["webhook"] == {"status": 200, "body": "嗯"}


def test_a_reply_can_go_elsewhere_and_report_its_status(play: Play, application: Application) -> None:
    other = "+8613700137000"
    application.answer("/sms", f'<Message to="{other}" from="{OTHER_OF_OURS}" statusCallback="/s">你好</Message>')
    play.text("5")
    assert play.received(other) == ["你好"]
    assert application.statuses("/s") == ["sending", "sent", "delivered"]
    assert play.state()["messages"][-1]["direction"] == "outbound-reply"


def test_a_redirect_and_an_action_are_followed(play: Play, application: Application) -> None:
    application.answer("/sms", "<Redirect>/more</Redirect><Message>never</Message>")
    application.answer("/more", '<Message action="/after">一</Message><Message>never</Message>')
    application.answer("/after", "<Message>二</Message>")
    play.text("5")
    assert play.received() == ["一", "二"]
    assert application.last("/more")["Body"] == "5"
    assert application.last("/after")["MessageStatus"] == "queued"


def test_a_redirect_in_a_circle_is_stopped(play: Play, application: Application) -> None:
    application.answer("/sms", "<Redirect>/sms</Redirect>")
    play.text("5")
    assert play.faults() == [14106]
    assert len(application.asked) == 20


@pytest.mark.parametrize(
    ("answer", "codes"),
    [
        ("<Say>hello</Say>", [14110]),
        ("<Message colour='red'>x</Message>", [12200]),
        ("<message>x</message>", [12200]),
        ("<Message from='+15005550006'>x</Message>", [14102]),
        ("<Message to='nobody'>x</Message>", [14101]),
        ("<Message></Message>", [14103]),
    ],
)
def test_a_faulty_answer_is_reported(play: Play, application: Application, answer: str, codes: list[int]) -> None:
    application.answer("/sms", answer)
    play.text("5")
    assert play.faults() == codes


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (("broken", 500), 11200),
        (("no", 404), 11200),
        (("{}", 200, {"Content-Type": "application/json"}), 12300),
        (("<Response>&</Response>", 200, {"Content-Type": "text/xml"}), 12100),
        (("<Answer/>", 200, {"Content-Type": "text/xml"}), 12102),
        (("<Response>" + " " * 70_000 + "</Response>", 200, {"Content-Type": "text/xml"}), 11750),
    ],
)
def test_an_unusable_answer_goes_to_the_fallback(
    play: Play, application: Application, answer: tuple[object, ...], code: int
) -> None:
    application.answer("/sms", answer)
    application.answer("/sms-fallback", "<Message>请稍后再试</Message>")
    play.text("5")
    assert play.received() == ["请稍后再试"]
    asked = application.last("/sms-fallback")
    assert (asked["ErrorCode"], asked["ErrorUrl"]) == (str(code), f"{application.url}/sms")
    assert (asked["Body"], asked["From"]) == ("5", MOBILE)
    assert play.faults() == [code]


def test_a_failing_fallback_leaves_the_text_unanswered(play: Play, application: Application) -> None:
    application.answer("/sms", ("", 500))
    application.answer("/sms-fallback", ("", 500))
    play.text("5")
    assert play.received() == []
    assert play.faults() == [11200, 11200]


@pytest.mark.parametrize(
    "word", ["STOP", "stop", " Unsubscribe ", "END", "quit", "STOPALL", "REVOKE", "OptOut", "CANCEL"]
)
def test_stop_unsubscribes_and_start_undoes_it(play: Play, application: Application, word: str) -> None:
    application.answer("/sms", "<Message>never seen</Message>")
    play.text(word)
    assert application.last("/sms")["OptOutType"] == "STOP"
    assert [text[:33] for text in play.received()] == ["You have successfully been unsubs"]
    assert play.faults() == [21610]
    refused = play.rest("POST", "/Messages.json", To=MOBILE, From=OURS, Body="x")
    assert (refused.status_code, refused.json()["code"]) == (400, 21610)
    assert play.rest("POST", "/Messages.json", To=MOBILE, From=OTHER_OF_OURS, Body="x").status_code == 201
    application.answer("/sms", "")
    play.text("START")
    assert application.last("/sms")["OptOutType"] == "START"
    assert play.rest("POST", "/Messages.json", To=MOBILE, From=OURS, Body="x").status_code == 201


def test_yes_is_a_keyword_only_to_who_opted_out(play: Play, application: Application) -> None:
    play.text("yes")
    assert "OptOutType" not in application.last("/sms")
    play.text("stop")
    play.text("yes")
    assert application.last("/sms")["OptOutType"] == "START"


def test_a_sentence_with_a_keyword_is_an_ordinary_text(play: Play, application: Application) -> None:
    play.text("please stop")
    assert "OptOutType" not in application.last("/sms")
    assert play.received() == []


def test_a_stop_counts_for_the_whole_messaging_service(play: Play) -> None:
    service = "MG" + "b" * 32
    for number in (OURS, OTHER_OF_OURS):
        play.ask("PUT", f"/numbers/{number}", {"messaging_service_sid": service})
    play.text("STOP")
    for sender in ({"From": OTHER_OF_OURS}, {"MessagingServiceSid": service}):
        assert play.rest("POST", "/Messages.json", To=MOBILE, Body="x", **sender).json()["code"] == 21610


def test_keyword_handling_can_be_switched_off(play: Play, application: Application) -> None:
    play.ask("PUT", f"/numbers/{OURS}", {"opt_out": False})
    play.text("STOP")
    assert "OptOutType" not in application.last("/sms")
    assert play.received() == []
    assert play.rest("POST", "/Messages.json", To=MOBILE, From=OURS, Body="x").status_code == 201


def test_a_refused_callback_is_reported_and_changes_nothing(play: Play, application: Application) -> None:
    application.answer("/status", ("", 500))
    send(play, StatusCallback=f"{application.url}/status")
    assert play.received() == ["请评价"]
    assert play.faults() == [11200, 11200, 11200]


def test_a_number_without_a_url_just_keeps_the_text(play: Play) -> None:
    assert play.text("5", to=OTHER_OF_OURS)["webhook"] is None
    assert play.phone()["thread"][0]["body"] == "5"
