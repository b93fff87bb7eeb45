"""The signature, against the SDK's own; and what a webhook looks like on the wire."""

import pytest
from twilio.request_validator import RequestValidator

from hotline.simulator import SimulatorServer
from hotline.simulator.signing import sign, string_to_sign

from .application import AUTH_TOKEN, Application, Play


@pytest.mark.parametrize(
    ("url", "params"),
    [
        ("https://example.com/sms", {"Body": "5", "From": "+8613800138000"}),
        ("https://example.com/sms?a=1&b=2", {"Body": "很好 & 谢谢", "Empty": ""}),
        ("http://127.0.0.1:5000/voice", {}),
        ("https://example.com/v?x=%E5%A5%BD", {"b": "2", "a": "1", "A": "0"}),
    ],
)
def test_the_signature_is_the_one_the_sdk_computes(url: str, params: dict[str, str]) -> None:
    assert RequestValidator(AUTH_TOKEN).validate(url, params, sign(string_to_sign(url, params), AUTH_TOKEN))


def test_the_fragment_is_not_signed() -> None:
    assert string_to_sign("https://example.com/a?b=1#rc=2", {}) == "https://example.com/a?b=1"


def test_every_webhook_is_signed_and_carries_twilios_headers(play: Play, application: Application) -> None:
    application.answer("/sms", "<Message>谢谢</Message>")
    play.text("非常满意 & 谢谢")
    (asked,) = application.asked
    assert asked.signed
    assert asked.headers["User-Agent"] == "TwilioProxy/1.1"
    assert asked.headers["I-Twilio-Idempotency-Token"]
    assert asked.headers["Content-Type"].startswith("application/x-www-form-urlencoded")


def test_a_url_with_a_query_and_overrides_is_signed_as_the_application_sees_it(
    play: Play, application: Application
) -> None:
    play.ask("PUT", "/numbers/+8643212345678", {"sms_url": f"{application.url}/sms?tenant=1&x=%E5%A5%BD#rc=2&rp=5xx"})
    play.text("5")
    assert [asked.signed for asked in application.asked] == [True]


def test_the_inspector_shows_what_was_signed(play: Play, application: Application) -> None:
    play.text("5")
    (record,) = play.requests()
    assert record["signed"].startswith(f"{application.url}/smsAccountSid")
    assert record["signature"] == sign(record["signed"], AUTH_TOKEN)


def test_the_wrong_signature_mode_fails_the_check(
    play: Play, application: Application, simulator: SimulatorServer
) -> None:
    play.nasty(wrong_signature=True)
    play.text("5")
    assert [asked.signed for asked in application.asked] == [False]
