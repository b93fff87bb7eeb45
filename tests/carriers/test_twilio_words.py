"""Twilio's posts read into neutral messages, and neutral speech rendered as TwiML that Twilio accepts."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import VoiceResponse

from hotline.carriers.base import Bridge, HangUp, Listen, Record, Say
from hotline.messages import CallProgress, Delivery, Refusal, Refused
from hotline.rules.phones import PhoneKind
from hotline.rules.replies import Action
from hotline.scripts import load_script
from tests.carriers.test_twilio_api import carrier_at
from tests.cast import OUR_NUMBER, WANG, text_form
from tests.twiml import check

CARRIER = carrier_at("http://127.0.0.1:9")
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1)


def test_a_text_is_read_with_its_number_sealed() -> None:
    received = CARRIER.read_text(text_form(WANG, "5 谢谢", "SM1"))
    assert (received.carrier, received.external_id, received.body) == ("twilio", "SM1", "5 谢谢")
    assert (received.phone.masked, received.phone.kind) == (WANG.masked, PhoneKind.MOBILE)
    assert WANG.e164[3:] not in repr(received)


@pytest.mark.parametrize(
    ("to", "our_number"),
    [
        ("+8643212345678", OUR_NUMBER),
        ("0432-12345678", OUR_NUMBER),
        ("10693\0", "10693"),
        ("x" * 99, "x" * 32),
        ("", None),
    ],
)
def test_which_of_our_numbers_a_text_came_to_and_a_receipt_is_about(to: str, our_number: str | None) -> None:
    assert CARRIER.read_text(text_form(WANG, "5", To=to)).our_number == our_number
    assert CARRIER.read_receipt({"MessageSid": "SM1", "From": to}).our_number == our_number


@pytest.mark.parametrize(
    ("said", "taken_as"),
    [("STOP", Action.OPTOUT), ("START", Action.OPTIN), ("HELP", Action.HELP), ("", None), ("SOMETHING", None)],
)
def test_what_twilio_took_an_opt_out_word_for_is_kept(said: str, taken_as: Action | None) -> None:
    assert CARRIER.read_text(text_form(WANG, "X", OptOutType=said)).taken_as is taken_as


@pytest.mark.parametrize(
    ("status", "error", "delivery", "refused"),
    [
        ("accepted", "", None, None),
        ("scheduled", "", None, None),
        ("queued", "", None, None),
        ("sending", "", None, None),
        ("canceled", "", None, None),
        ("sent", "", Delivery.SENT, None),
        ("delivered", "", Delivery.DELIVERED, None),
        ("read", "", Delivery.DELIVERED, None),
        ("undelivered", "30006", Delivery.UNDELIVERED, Refused(Refusal.LANDLINE, "30006")),
        ("undelivered", "30005", Delivery.UNDELIVERED, Refused(Refusal.PERMANENT, "30005")),
        ("undelivered", "", Delivery.UNDELIVERED, Refused(Refusal.PERMANENT, "")),
        ("failed", "21610", Delivery.UNDELIVERED, Refused(Refusal.OPTED_OUT, "21610")),
        ("failed", "30008", Delivery.UNDELIVERED, Refused(Refusal.RETRY, "30008")),
        ("failed", "x" * 99, Delivery.UNDELIVERED, Refused(Refusal.PERMANENT, "x" * 64)),
        ("something new", "", None, None),
    ],
)
def test_every_message_status_is_read(
    status: str, error: str, delivery: Delivery | None, refused: Refused | None
) -> None:
    receipt = CARRIER.read_receipt({"MessageSid": "SM1", "MessageStatus": status, "ErrorCode": error})
    assert (receipt.external_id, receipt.delivery, receipt.refused) == ("SM1", delivery, refused)


@pytest.mark.parametrize(
    ("status", "progress"),
    [
        ("queued", None),
        ("initiated", None),
        ("ringing", CallProgress.RINGING),
        ("in-progress", CallProgress.ANSWERED),
        ("completed", CallProgress.COMPLETED),
        ("busy", CallProgress.BUSY),
        ("no-answer", CallProgress.NO_ANSWER),
        ("canceled", CallProgress.NO_ANSWER),
        ("failed", CallProgress.FAILED),
        ("something new", None),
    ],
)
def test_every_call_status_is_read(status: str, progress: CallProgress | None) -> None:
    assert CARRIER.read_call_report({"CallSid": "CA1", "CallStatus": status}).progress is progress
    assert CARRIER.read_bridge_report({"CallSid": "CA1", "DialCallStatus": status}).progress is progress


@given(TEXTS)
def test_any_words_survive_the_way_into_twiml(words: str) -> None:
    answer = ElementTree.fromstring(CARRIER.render_answer(words).body)
    spoken = ElementTree.fromstring(CARRIER.render((Say(words, "zh-CN"), HangUp())).body)
    assert answer.findtext("Message") == words.replace("\r\n", "\n").replace("\r", "\n")
    assert spoken.findtext("Say") == answer.findtext("Message")


def test_silence_is_an_empty_response() -> None:
    rendered = CARRIER.render_answer(None)
    assert rendered.content_type == "text/xml; charset=utf-8"
    root = ElementTree.fromstring(rendered.body)
    check(root, MessagingResponse)
    assert list(root) == []


@pytest.mark.parametrize("script", ["phone-stars", "phone-rank"])
def test_every_sentence_of_every_script_renders_as_twiml(script: str) -> None:
    loaded = load_script(script)
    facts = dict.fromkeys(
        ("signature", "hotline", "date", "item", "code", "label", "stars", "hours", "deadline", "case"), 'a "&" <b>'
    )
    for language, sentences in loaded.words.items():
        for name, template in sentences.items():
            if isinstance(template, str):
                said = Say(loaded.say(name, language, **facts), language)
                root = ElementTree.fromstring(CARRIER.render((Listen((said,), 1, 5, "http://hotline.test/k"),)).body)
                check(root, VoiceResponse)


def test_listening_hears_one_key_and_silence_comes_back_as_an_answer() -> None:
    prompts = (Say("一", "zh-CN"), Say("two", "en"))
    root = ElementTree.fromstring(CARRIER.render((Listen(prompts, 1, 5, "http://hotline.test/k?turn=1&tries=1"),)).body)
    check(root, VoiceResponse)
    gather, redirect = list(root)
    assert gather.attrib == {
        "action": "http://hotline.test/k?turn=1&tries=1",
        "finishOnKey": "",  # so that # and * are keys like others
        "input": "dtmf",
        "method": "POST",
        "numDigits": "1",
        "timeout": "5",
    }
    assert [(say.text, say.attrib["language"]) for say in gather] == [("一", "cmn-CN"), ("two", "en-US")]
    assert (redirect.text, redirect.attrib) == ("http://hotline.test/k?turn=1&tries=1", {"method": "POST"})


def test_several_keys_end_with_one_of_their_own_which_counts_when_it_is_alone() -> None:
    listen = Listen((Say("一", "zh-CN"),), 32, 10, "http://hotline.test/k", ends_with="#")
    gather = ElementTree.fromstring(CARRIER.render((listen,)).body)[0]
    assert (gather.attrib["finishOnKey"], gather.attrib["actionOnEmptyResult"]) == ("#", "true")
    assert CARRIER.read_keys({"CallSid": "CA1", "Digits": "13", "FinishedOnKey": "#"}) == ("CA1", "13")
    assert CARRIER.read_keys({"CallSid": "CA1", "Digits": "", "FinishedOnKey": "#"}) == ("CA1", "#")
    assert CARRIER.read_keys({"CallSid": "CA1"}) == ("CA1", "")


def test_slow_speech_is_loud_and_stays_words_and_cantonese_has_a_voice_of_its_own() -> None:
    root = ElementTree.fromstring(CARRIER.render((Say("一 & <二>", "yue", slow=True), HangUp())).body)
    check(root, VoiceResponse)
    (say,) = root.findall("Say")
    assert (say.attrib["language"], say.attrib["voice"]) == ("yue-CN", "Polly.Hiujin-Neural")
    assert [(part.tag, part.attrib, part.text) for part in say] == [
        ("prosody", {"rate": "80%", "volume": "loud"}, "一 & <二>")
    ]


def test_a_voice_is_recorded_after_a_tone_and_nothing_said_comes_back_too() -> None:
    root = ElementTree.fromstring(CARRIER.render((Record(60, "http://hotline.test/v"),)).body)
    check(root, VoiceResponse)
    record, redirect = list(root)
    assert (record.attrib["maxLength"], record.attrib["action"]) == ("60", "http://hotline.test/v")
    assert (record.attrib["playBeep"], redirect.text) == ("true", "http://hotline.test/v")


def test_a_bridge_shows_our_number_and_reports_the_citizens_leg() -> None:
    bridge = Bridge(WANG.e164, 30, "http://hotline.test/ended", "http://hotline.test/progress")
    root = ElementTree.fromstring(CARRIER.render((Say("接通", "zh-CN"), bridge)).body)
    check(root, VoiceResponse)
    dial = root.find("Dial")
    assert dial is not None
    assert dial.attrib == {
        "action": "http://hotline.test/ended",
        "callerId": OUR_NUMBER,
        "method": "POST",
        "timeout": "30",
    }
    number = dial.find("Number")
    assert number is not None
    assert (number.text, number.attrib["statusCallback"]) == (WANG.e164, "http://hotline.test/progress")
    assert number.attrib["statusCallbackEvent"].split() == ["ringing", "answered", "completed"]


def test_every_language_of_the_scripts_can_be_spoken() -> None:
    """A language without a voice would be a 500 in the middle of a call."""
    for script in ("phone-stars", "phone-rank"):
        for language in load_script(script).languages:
            assert "<Say" in CARRIER.render((Say("x", language),)).body
