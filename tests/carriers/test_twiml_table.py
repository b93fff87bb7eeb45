"""The table that our answers are held against: wrong documents are refused, and the simulator accepts the same."""

from collections.abc import Callable, Iterator

import pytest
from twilio.twiml import TwiML
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import VoiceResponse

from hotline.simulator.schema import Element, messaging_schema, voice_schema
from tests.twiml_table import Verb, check_twiml, table

Path = tuple[str, ...]
XML = "text/xml; charset=utf-8"
SAY = '<Say language="cmn-CN" voice="Polly.Zhiyu-Neural">'
GATHER = '<Gather input="dtmf" action="/k" numDigits="1" timeout="5" finishOnKey="">'
REDIRECT = '<Redirect method="POST">https://hotline.test/k?turn=1</Redirect>'


def voice(verbs: str) -> list[str]:
    return check_twiml(f"<Response>{verbs}</Response>".encode(), XML)


@pytest.mark.parametrize(
    "verbs",
    [
        f"{SAY}您好</Say><Hangup/>",
        f'{SAY}<prosody rate="85%">您好</prosody><break time="500ms"/></Say><Hangup/>',
        f"{GATHER}{SAY}按5</Say><Pause length='1'/><Play>https://hotline.test/a.wav</Play></Gather>{REDIRECT}",
        f'<Gather action="/k" input="dtmf speech" language="cmn-Hans-CN">{SAY}请说</Say></Gather><Hangup/>',
        f'<Record action="/r" maxLength="60" finishOnKey="#" playBeep="true"/>{REDIRECT}',
        '<Dial action="/d" callerId="+86432"><Number statusCallbackEvent="ringing answered">+86138</Number></Dial>',
        '<Reject reason="busy"/>',
    ],
)
def test_what_twilio_accepts_has_no_fault(verbs: str) -> None:
    assert voice(verbs) == []


# Each line: a document, and a word of the fault that it must have.
WRONG = [
    ("<Hangup/><Hangup/>", "never reached"),
    ("", "hangs up on the caller"),
    (f"{SAY}您好</Say>", "without being hung up"),
    (f"{SAY} </Say><Hangup/>", "<Say> is empty"),
    (f"{SAY}{'好' * 4097}</Say><Hangup/>", "4097 characters"),
    (f"{SAY}<b>好</b></Say><Hangup/>", "<Say> holds no <b>"),
    (f'{SAY}<prosody rate="slowly">好</prosody></Say><Hangup/>', "rate='slowly'"),
    (f'{SAY}<break time="1"/>好</Say><Hangup/>', "time='1'"),
    (f'{SAY}<lang xml:lang="cmn-Hans-CN">好</lang></Say><Hangup/>', "<lang> speaks no cmn-Hans-CN"),
    ("<Say>好</Say><Hangup/>", "speaks no None"),
    ('<Say language="cmn-Hans-CN">好</Say><Hangup/>', "13512: <Say> speaks no cmn-Hans-CN"),
    ('<Say language="yue-Hant-HK">好</Say><Hangup/>', "13512: <Say> speaks no yue-Hant-HK"),
    ('<Say language="en-US" voice="Polly.Zhiyu-Neural">x</Say><Hangup/>', "does not speak en-US"),
    ('<Say language="en-US" voice="Google.cmn-CN-Wavenet-A">x</Say><Hangup/>', "does not speak en-US"),
    ('<Say language="en-US" voice="Polly.Nobody">x</Say><Hangup/>', "13511"),
    ('<Say language="en-US" lang="en">x</Say><Hangup/>', "12200: <Say> takes no lang"),
    (f"{SAY}x</Say>words<Hangup/>", "12200: <Response> holds no text"),
    (f"{GATHER}</Gather>", "silence at <Gather> leads nowhere"),
    (f"{GATHER}</Gather>{SAY}好</Say><Hangup/>", "silence at <Gather> leads nowhere"),
    (f"{GATHER}<Hangup/></Gather>{REDIRECT}", "12200: <Gather> holds no <Hangup>"),
    (f'<Gather numDigits="1"/>{REDIRECT}', "asks for this document again"),
    (f'<Gather action="/k" num_digits="1"/>{REDIRECT}', "takes no num_digits"),
    (f'<Gather action="/k" numdigits="1"/>{REDIRECT}', "takes no numdigits"),
    (f'<Gather action="/k" numDigits="0"/>{REDIRECT}', "numDigits='0'"),
    (f'<Gather action="/k" timeout="0.5"/>{REDIRECT}', "timeout='0.5'"),
    (f'<Gather action="/k" finishOnKey="12"/>{REDIRECT}', "finishOnKey='12'"),
    (f'<Gather action="/k" method="post"/>{REDIRECT}', "method='post'"),
    (f'<Gather action="k here" />{REDIRECT}', "action='k here'"),
    (f'<Gather action="/k" input="dtmf speech" language="cmn-CN"/>{REDIRECT}', "13334: <Gather> hears no cmn-CN"),
    ('<Record action="/r"/>', "silence at <Record> leads nowhere"),
    ("<Record/><Hangup/>", "asks for this document again"),
    ('<Record action="/r" maxLength="3601"/><Hangup/>', "maxLength='3601'"),
    ('<Record action="/r" maxLength="1"/><Hangup/>', "maxLength='1'"),
    ("<Redirect>k</Redirect>", "<Redirect> has no address"),
    ("<Redirect/>", "<Redirect> is empty"),
    ("<Play>a.wav</Play><Hangup/>", "<Play> has no address"),
    ('<Dial action="/d"><Number>+86</Number><Say>x</Say></Dial>', "<Dial> holds no <Say>"),
    ('<Dial action="/d"><Number statusCallbackEvent="over">+86</Number></Dial>', "statusCallbackEvent='over'"),
    ("<Message>x</Message>", "<Response> holds no <Message>"),
    ("<hangup/>", "<Response> holds no <hangup>"),
]


@pytest.mark.parametrize(("verbs", "fault"), WRONG, ids=[fault for _, fault in WRONG])
def test_a_wrong_document_is_refused_by_name(verbs: str, fault: str) -> None:
    assert any(fault in said for said in voice(verbs)), voice(verbs)


@pytest.mark.parametrize(
    ("body", "content_type", "fault"),
    [
        (b"\n<Response><Hangup/></Response>", XML, "12100"),
        (b"<Response><Say>AT&T</Say></Response>", XML, "12100"),
        ("<Response><Reject/></Response>".encode("utf-16"), XML, "12100"),
        (b"<Voice><Hangup/></Voice>", XML, "12102"),
        (b"<Response><Hangup/></Response>", "text/html; charset=utf-8", "12300"),
        (b"<Response><Hangup/></Response>", "text/xml; charset=gb18030", "12300"),
        (b"<Response><Say>" + b"x" * 70_000 + b"</Say></Response>", XML, "11750"),
    ],
)
def test_an_answer_that_cannot_be_read_is_refused_by_number(body: bytes, content_type: str, fault: str) -> None:
    (said,) = check_twiml(body, content_type)
    assert said.startswith(fault)


def test_an_answer_to_a_text_holds_messages_or_nothing() -> None:
    def messaging(verbs: str) -> list[str]:
        return check_twiml(f"<Response>{verbs}</Response>".encode(), XML, MessagingResponse)

    assert messaging("") == []
    assert messaging("<Message>谢谢</Message>") == messaging("<Message><Body>谢谢</Body></Message>") == []
    assert messaging("<Say>x</Say>") == ["12200: <Response> holds no <Say>"]
    assert messaging(f"<Message>{'好' * 1601}</Message>") == ["<Message> has 1601 characters"]


@pytest.mark.parametrize(("kind", "schema"), [(VoiceResponse, voice_schema), (MessagingResponse, messaging_schema)])
def test_the_simulator_accepts_the_same_verbs_and_attributes(kind: type[TwiML], schema: Callable[[], Element]) -> None:
    """Two readings of one SDK, made apart: neither takes what the other refuses."""
    pairs = dict(_pairs(table(kind), schema(), ()))
    assert len(pairs) >= 4
    for path, (verb, element) in pairs.items():
        assert (verb.tag, verb.attributes) == (element.tag, element.attributes), path
        assert verb.children.keys() == element.children.keys(), path


def _pairs(
    verb: Verb, element: Element, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], tuple[Verb, Element]]]:
    yield path, (verb, element)
    for tag in verb.children.keys() & element.children.keys() - set(path):
        yield from _pairs(verb.children[tag], element.children[tag], (*path, tag))
