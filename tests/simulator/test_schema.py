"""The TwiML schema read from the SDK: spot checks against Twilio's documentation."""

import pytest
from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from hotline.simulator.schema import messaging_schema, voice_schema


@pytest.mark.parametrize(
    ("path", "attribute"),
    [
        ("Say", "language"),
        ("Gather", "actionOnEmptyResult"),
        ("Gather", "finishOnKey"),
        ("Record", "recordingStatusCallback"),
        ("Dial", "answerOnBridge"),
        ("Dial/Number", "statusCallbackEvent"),
        ("Say/say-as", "interpret-as"),
        ("Say/lang", "xml:lang"),
        ("Reject", "reason"),
    ],
)
def test_documented_attributes_are_known(path: str, attribute: str) -> None:
    element = voice_schema()
    for tag in path.split("/"):
        element = element.children[tag]
    assert attribute in element.attributes


def test_contents_are_not_attributes() -> None:
    voice = voice_schema().children
    assert "message" not in voice["Say"].attributes
    assert "number" not in voice["Dial"].attributes
    assert "url" not in voice["Redirect"].attributes
    assert "phoneNumber" not in voice["Dial"].children["Number"].attributes


def test_gather_holds_only_say_play_and_pause() -> None:
    assert set(voice_schema().children["Gather"].children) == {"Say", "Play", "Pause"}


def test_a_message_answer_holds_messages_and_redirects() -> None:
    assert set(messaging_schema().children) == {"Message", "Redirect"}
    assert "statusCallback" in messaging_schema().children["Message"].attributes


def test_everything_the_sdk_writes_is_in_the_schema() -> None:
    """What a product builds with the SDK can never be a schema fault here."""
    import xml.etree.ElementTree as ET

    response = VoiceResponse()
    gather = Gather(num_digits=1, action="/k", timeout=5, finish_on_key="#", action_on_empty_result=True)
    gather.say("请评价", language="zh-CN", voice="Polly.Zhiyu-Neural")
    gather.pause(length=1)
    response.append(gather)
    dial = Dial(caller_id="+1", answer_on_bridge=True, action="/d", hangup_on_star=True)
    dial.number("+2", url="/w", status_callback="/s", status_callback_event="initiated answered")
    response.append(dial)

    def check(found: ET.Element, element: object) -> None:
        assert set(found.attrib) <= element.attributes, found.tag  # type: ignore[attr-defined]
        for child in found:
            check(child, element.children[child.tag])  # type: ignore[attr-defined]

    check(ET.fromstring(str(response)), voice_schema())
