"""Single calls, step by step: what is asked, heard, kept and answered, against an application that says what to do."""

import io
import socket
import wave
from collections.abc import Iterator

import httpx
import pytest
from aiortp import PayloadType
from aiosipua import SipMessage

from hotline.carriers.twilio_recordings import TwilioRecordings
from hotline.messages import Erased, FetchedRecording
from tests.prompts.tones import tone, wav
from tests.simulator.application import ACCOUNT_SID, AUTH_TOKEN, Application
from tests.sip.caller import play, ringing, until
from tests.sip.gateway import Gateway, gateway, loudness

VOICE, STATUS = "/webhooks/twilio/voice", "/webhooks/twilio/voice/status"
ASK = '<Gather numDigits="1" timeout="8" finishOnKey="" action="/key"><Say language="cmn-CN">请按五</Say></Gather>'
LISTEN = '<Gather numDigits="1" timeout="8" finishOnKey="" action="/key"/>'


@pytest.fixture(scope="module")
def _served() -> Iterator[Application]:
    with Application().served() as served:
        yield served


@pytest.fixture(scope="module")
def running(_served: Application, espeak: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    folder = tmp_path_factory.mktemp("gateway")
    with gateway(_served.url, folder, TWILIO_AUTH_TOKEN=AUTH_TOKEN) as made:
        yield made


@pytest.fixture
def application(_served: Application) -> Application:
    _served.answers.clear()
    _served.asked.clear()
    _served.answer("/key", "<Hangup/>")
    return _served


def reported(application: Application) -> list[str]:
    """What was told of the newest call."""
    sid = application.last(VOICE)["CallSid"]
    return [form["CallStatus"] for form in application.at(STATUS) if form["CallSid"] == sid]


def test_a_call_carries_twilios_parameters_is_heard_and_star_repeats(
    application: Application, running: Gateway
) -> None:
    application.answer(VOICE, ASK)
    application.answer("/key", lambda form: f"<Redirect>{VOICE}</Redirect>" if form["Digits"] == "*" else "<Hangup/>")

    async def scene() -> None:
        headers = {"X_Call_Id": "CALL-7731", "User_to_User": "3132;encoding=hex"}
        async with ringing(running, PayloadType.PCMA, **headers) as caller:
            await caller.hears_something()
            caller.press("*")
            await until(lambda: len(application.at(VOICE)) == 2)
            await caller.hears_something()
            caller.press("5")
            await caller.is_hung_up_on()
            await until(lambda: reported(application) == ["in-progress", "completed"])

    play(scene())
    asked = application.at(VOICE)[0]
    assert all(request.signed for request in application.asked)
    assert (asked["AccountSid"], asked["From"], asked["To"]) == (ACCOUNT_SID, "+8613844328000", "+8643212345678")
    assert (asked["Direction"], asked["CallStatus"]) == ("inbound", "ringing")
    assert (asked["SipHeader_X-Call-Id"], asked["SipHeader_User-to-User"]) == ("CALL-7731", "3132;encoding=hex")
    assert [form["Digits"] for form in application.at("/key")] == ["*", "5"]
    assert "13844328000" not in running.log


def test_a_prompt_is_fetched_once_and_a_key_ends_it(application: Application, running: Gateway) -> None:
    prompt = wav(tone(), 6.0, 8000), 200, {"Content-Type": "audio/x-wav"}
    application.answer("/prompts/long.wav", prompt)
    application.answer(VOICE, ASK.replace('<Say language="cmn-CN">请按五</Say>', "<Play>/prompts/long.wav</Play>"))
    application.answer("/key", "<Pause length='20'/>")

    async def scene() -> None:
        for _ in range(2):
            application.asked[:] = [asked for asked in application.asked if asked.path != "/key"]
            async with ringing(running) as caller:
                await caller.hears_something()
                caller.press("4")
                await until(lambda: bool(application.at("/key")))
                await caller.hears_no_more()
                assert not caller.over.is_set()

    play(scene())
    assert len(application.at("/prompts/long.wav")) == 1


def test_what_is_said_is_recorded_until_a_key_and_served_to_who_has_the_token(
    application: Application, running: Gateway
) -> None:
    application.answer(VOICE, '<Record action="/recorded" maxLength="20"/>')
    application.answer("/recorded", "<Hangup/>")

    async def scene() -> None:
        async with ringing(running) as caller:
            await caller.hears_something(0.2)  # the beep
            await caller.speak(0.8)
            caller.press("#")
            await caller.is_hung_up_on()

    play(scene())
    told = application.last("/recorded")
    assert (told["Digits"], told["RecordingSid"][:2]) == ("#", "RE")
    assert httpx.get(told["RecordingUrl"]).status_code == 401
    for ending in ("", ".wav"):
        got = httpx.get(told["RecordingUrl"] + ending, auth=(ACCOUNT_SID, AUTH_TOKEN))
        with wave.open(io.BytesIO(got.content)) as file:
            assert (file.getframerate(), file.getnchannels()) == (8000, 1)
            assert 0.6 < file.getnframes() / 8000 < 1.2
            assert loudness(file.readframes(8000)) > 3000
    as_the_product_does = TwilioRecordings(told["RecordingUrl"].partition("/2010")[0], ACCOUNT_SID, AUTH_TOKEN)
    assert as_the_product_does.fetch(told["RecordingUrl"]) == FetchedRecording(got.content)
    assert isinstance(as_the_product_does.erase(told["RecordingUrl"]), Erased)
    assert httpx.get(told["RecordingUrl"], auth=(ACCOUNT_SID, AUTH_TOKEN)).status_code == 404
    calls = told["RecordingUrl"].partition("/Recordings")[0] + "/Calls.json"
    assert httpx.get(calls, auth=(ACCOUNT_SID, AUTH_TOKEN)).status_code == 404  # nothing else of that API is served


def test_a_refused_call_hears_why(application: Application, running: Gateway) -> None:
    application.answer(VOICE, '<Reject reason="busy"/>')

    async def scene() -> None:
        async with ringing(running) as caller:
            with pytest.raises(RuntimeError, match="486"):
                await caller.call.wait_answered(5)
        async with ringing(running, offered=PayloadType.G722) as caller:
            with pytest.raises(RuntimeError, match="488"):
                await caller.call.wait_answered(5)

    play(scene())
    assert len(application.at(VOICE)) == 1


def test_the_fallback_is_asked_and_then_an_apology_is_spoken(application: Application, running: Gateway) -> None:
    application.answer(VOICE, ("broken", 500))
    application.answer(f"{VOICE}/fallback", ("broken as well", 500))

    async def scene() -> None:
        async with ringing(running) as caller:
            await caller.hears_something()
            await caller.is_hung_up_on()

    play(scene())
    assert application.last(f"{VOICE}/fallback")["ErrorCode"] == "11200"
    assert "11200" in running.log


def test_keys_by_info_count_where_events_have_another_clock(application: Application, running: Gateway) -> None:
    """RFC 4733 events that count by Opus' clock beside 8 kHz audio are not accepted: nobody shall think them heard."""
    application.answer(VOICE, LISTEN)

    async def scene() -> None:
        async with ringing(running, events="a=rtpmap:96 telephone-event/48000\r\n") as caller:
            await caller.call.wait_answered()
            assert caller.call.sdp_answer is not None
            assert caller.call.sdp_answer.media[0].formats == ["0"]
            caller.uac.send_info(
                caller.call.dialog, "Signal=3\r\nDuration=160\r\n", "application/dtmf-relay", running.address
            )
            await caller.is_hung_up_on()

    play(scene())
    assert application.last("/key")["Digits"] == "3"


def test_a_dial_has_nobody_to_ring_and_says_so_at_once(application: Application, running: Gateway) -> None:
    application.answer(VOICE, '<Dial action="/dialled"><Number>+8613900139000</Number></Dial>')
    application.answer("/dialled", "<Hangup/>")

    async def scene() -> None:
        async with ringing(running) as caller:
            await caller.is_hung_up_on()

    play(scene())
    assert application.last("/dialled")["DialCallStatus"] == "failed"


def test_the_sound_goes_where_the_caller_says_next(application: Application, running: Gateway) -> None:
    """After a transfer or a hold, a re-INVITE names another address."""
    application.answer(VOICE, "<Gather timeout='9'><Say>one two three four five six seven eight</Say></Gather>")

    async def scene() -> None:
        async with ringing(running) as caller:
            await caller.hears_something()
            await caller.moves()
            await caller.hears_something()

    play(scene())


def test_what_may_have_been_lost_is_said_again(application: Application, running: Gateway) -> None:
    """UDP loses messages: an INVITE that comes again is one call, a refusal is repeated, a BYE until it is answered."""
    application.answer(VOICE, "<Hangup/>")

    def invite(call_id: str, formats: str) -> bytes:
        lines = (
            "INVITE sip:12345@127.0.0.1 SIP/2.0",
            "Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK" + call_id,
            "From: <sip:13844328000@127.0.0.1>;tag=1",
            "To: <sip:12345@127.0.0.1>",
            f"Call-ID: {call_id}",
            "CSeq: 1 INVITE",
            "Contact: <sip:13844328000@127.0.0.1:{port}>",
            "Content-Type: application/sdp",
            "",
            f"v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 9 RTP/AVP {formats}\r\n",
        )
        return "\r\n".join(lines).replace("{port}", str(telephone.getsockname()[1])).encode()

    def hears(first_line: str) -> SipMessage:
        while not (data := telephone.recv(4096)).startswith(first_line.encode()):
            pass
        return SipMessage.parse(data)

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as telephone:
        telephone.bind(("127.0.0.1", 0))
        telephone.settimeout(5)
        for _ in range(3):
            telephone.sendto(invite("refused", "9"), running.address)
            hears("SIP/2.0 488")
        application.answer(VOICE, "<Pause length='1'/><Hangup/>")  # it rings for a second
        for _ in range(3):
            telephone.sendto(invite("again", "0"), running.address)
        hears("SIP/2.0 180")
        telephone.sendto(invite("again", "0").replace(b"z9hG4bK", b"z9hG4bK-another-way-"), running.address)
        hears("SIP/2.0 482")
        first, second = hears("BYE"), hears("BYE")
        assert first.get_header("cseq") == second.get_header("cseq")
        answer = SipMessage.parse("SIP/2.0 200 OK\r\n\r\n")
        for name in ("Via", "From", "To", "Call-ID", "CSeq"):
            answer.set_header(name, second.get_header(name) or "")
        telephone.sendto(bytes(answer), running.address)
        telephone.settimeout(1.3)  # a third would come after one second
        with pytest.raises(TimeoutError):
            hears("BYE")
    assert len(application.at(VOICE)) == 1


def test_a_caller_who_hangs_up_or_gives_up_ends_the_call(application: Application, running: Gateway) -> None:
    application.answer(VOICE, "<Pause length='20'/>" + LISTEN)  # as the first verb it keeps ringing

    async def scene() -> None:
        async with ringing(running) as caller:
            await until(lambda: bool(application.at(VOICE)))
            caller.call.cancel(caller.uac)
            await until(lambda: reported(application) == ["no-answer"])
        application.asked.clear()
        application.answer(VOICE, LISTEN)
        async with ringing(running) as caller:
            await caller.call.wait_answered()
            caller.hang_up()
            await until(lambda: reported(application) == ["in-progress", "completed"])

    play(scene())


def test_nothing_that_comes_in_ends_the_gateway(application: Application, running: Gateway) -> None:
    application.answer(VOICE, LISTEN)
    nonsense = (b"", b"\0", b"\xff" * 1400, b"INVITE", b"INVITE sip:x SIP/2.0\r\n\r\n", b"SIP/2.0 abc\r\n\r\n" * 9)
    offer = (
        b"INVITE sip:x@y SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKx\r\nFrom: <sip:a@b>;tag=1\r\n"
        b"To: <sip:x@y>\r\nCall-ID: %d\r\nCSeq: 1 INVITE\r\nContent-Type: application/sdp\r\n\r\nv=0\r\nm=audio %s"
    )
    sdps = (
        b"x RTP/AVP 0",
        b"1 RTP/AVP 0",
        b"9 RTP/AVP 0\r\nc=IN IP4 nowhere.invalid",
        b"70000 RTP/AVP 0\r\nc=IN IP4 127.0.0.1",
        b"0 RTP/SAVP 0",
    )

    async def scene() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            for data in (*nonsense, *(offer % (number, sdp) for number, sdp in enumerate(sdps))):
                stranger.sendto(data, running.address)
            async with ringing(running) as caller:
                await caller.call.wait_answered()
                assert caller.call.sdp_answer is not None
                for data in (*nonsense, b"\x80\x61" + bytes(10), b"\x80\x61" + bytes(11), b"\x80\x00" + bytes(10)):
                    stranger.sendto(data, caller.call.sdp_answer.rtp_address or running.address)
                caller.press("1")
                await caller.is_hung_up_on()

    play(scene())
    assert application.last("/key")["Digits"] == "1"


def test_a_key_pressed_while_a_sentence_is_still_being_made_counts(application: Application, running: Gateway) -> None:
    long = "请您为本次服务打分。" * 6
    application.answer(VOICE, ASK.replace("请按五", long))

    async def scene() -> None:
        async with ringing(running) as caller:
            await caller.call.wait_answered()
            caller.press("2")
            await caller.is_hung_up_on()
            assert len(caller.heard) < 16_000  # a second of what would be fifteen

    play(scene())
    assert application.last("/key")["Digits"] == "2"
