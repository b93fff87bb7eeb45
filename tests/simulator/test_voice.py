"""Calls to our numbers: the simple verbs, the clock they take, and how calls end."""

import pytest

from hotline.simulator.audio import hum, speaking_seconds

from .application import ACCOUNT_SID, MOBILE, OURS, Application, Play


def test_an_incoming_call_carries_twilios_parameters(play: Play, application: Application) -> None:
    application.answer("/voice", "<Say>hello</Say>")
    sid = play.ring(sip_headers={"X-Ticket": "77"})
    asked = application.last("/voice")
    assert (asked["CallSid"], asked["AccountSid"], asked["Direction"]) == (sid, ACCOUNT_SID, "inbound")
    assert (asked["From"], asked["Caller"], asked["To"], asked["Called"]) == (MOBILE, MOBILE, OURS, OURS)
    assert (asked["CallStatus"], asked["SipHeader_X-Ticket"]) == ("ringing", "77")
    assert application.asked[0].signed


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("您好您好您好您好", 2.0), ("one two three four five", 2.0), ("请按12", 1.0), ("好", 0.5), ("、", 0.5)],
)
def test_speaking_takes_time(text: str, seconds: float) -> None:
    assert speaking_seconds(text) == seconds


def test_say_takes_its_time_and_the_call_ends_after_the_document(play: Play, application: Application) -> None:
    application.answer("/voice", '<Say language="zh-CN" voice="Polly.Zhiyu-Neural">您好您好您好您好</Say>')
    sid = play.ring()
    doing = play.call(sid)["doing"]
    assert doing == {
        "verb": "say",
        "text": "您好您好您好您好",
        "language": "zh-CN",
        "voice": "Polly.Zhiyu-Neural",
    }
    play.advance(1.9)
    assert play.call(sid)["status"] == "in-progress"
    play.advance(0.1)
    call = play.call(sid)
    assert (call["status"], call["duration"]) == ("completed", 2)
    assert application.last("/number-status")["CallDuration"] == "2"
    assert play.faults() == []


def test_a_long_sound_is_played_to_its_end(play: Play, application: Application) -> None:
    """The limit of 64 kB is for documents."""
    application.answer("/sound.wav", (hum(30), 200, {"Content-Type": "audio/x-wav"}))
    application.answer("/voice", "<Play>/sound.wav</Play>")
    sid = play.ring()
    play.advance(29.9)
    assert play.call(sid)["status"] == "in-progress"
    play.advance(0.1)
    assert play.call(sid)["status"] == "completed"
    assert play.faults() == []


def test_say_repeats(play: Play, application: Application) -> None:
    application.answer("/voice", '<Say loop="3">one two three four five</Say>')
    sid = play.ring()
    play.advance(5.9)
    assert len(play.said(sid)) == 3
    play.advance(0.1)
    assert play.call(sid)["status"] == "completed"


def test_ssml_inside_say_is_spoken_as_its_words(play: Play, application: Application) -> None:
    application.answer("/voice", '<Say>号码 <say-as interpret-as="digits">123</say-as><break time="1s"/>谢谢</Say>')
    sid = play.ring()
    assert play.said(sid) == ["号码 123谢谢"]
    assert play.faults() == []


def test_play_lasts_as_long_as_its_file(play: Play, application: Application) -> None:
    application.answer("/voice", "<Play>/sound.wav</Play>")
    application.answer("/sound.wav", (hum(4), 200, {"Content-Type": "audio/x-wav"}))
    sid = play.ring()
    assert play.call(sid)["doing"] == {"verb": "play", "what": f"{application.url}/sound.wav"}
    play.advance(3.9)
    assert play.call(sid)["status"] == "in-progress"
    play.advance(0.1)
    assert play.call(sid)["status"] == "completed"


def test_play_of_what_is_no_sound_is_passed_over(play: Play, application: Application) -> None:
    application.answer("/voice", "<Play>/sound.wav</Play><Say>after</Say>")
    application.answer("/sound.wav", ("oops", 200, {"Content-Type": "text/plain"}))
    sid = play.ring()
    assert play.said(sid) == ["after"]
    assert play.faults() == [13420]


def test_a_leading_pause_keeps_ringing(play: Play, application: Application) -> None:
    application.answer("/voice", '<Pause length="3"/><Say>hello</Say>')
    sid = play.ring()
    play.advance(2.9)
    assert play.call(sid)["status"] == "ringing"
    play.advance(0.1)
    assert play.call(sid)["status"] == "in-progress"


def test_redirect_fetches_another_document(play: Play, application: Application) -> None:
    application.answer("/voice", '<Redirect method="GET">/next?a=1</Redirect><Say>never</Say>')
    application.answer("/next", "<Say>next</Say>")
    sid = play.ring()
    assert play.said(sid) == ["next"]
    asked = application.last("/next")
    assert (asked["a"], asked["CallSid"], asked["CallStatus"]) == ("1", sid, "ringing")


def test_hangup_ends_the_call_at_once(play: Play, application: Application) -> None:
    application.answer("/voice", "<Hangup/><Say>never</Say>")
    sid = play.ring()
    call = play.call(sid)
    assert (call["status"], call["duration"], call["said"]) == ("completed", 0, [])


@pytest.mark.parametrize(
    ("twiml", "status"),
    [("<Reject/>", "no-answer"), ('<Reject reason="rejected"/>', "no-answer"), ('<Reject reason="busy"/>', "busy")],
)
def test_reject_never_answers(play: Play, application: Application, twiml: str, status: str) -> None:
    application.answer("/voice", twiml)
    call = play.call(play.ring())
    assert (call["status"], call["answered"], call["duration"]) == (status, None, 0)


def test_reject_after_speaking_is_a_hangup(play: Play, application: Application) -> None:
    application.answer("/voice", "<Say>hello</Say><Reject/>")
    sid = play.ring()
    play.advance(1)
    assert play.call(sid)["status"] == "completed"


def test_the_caller_hangs_up_while_listening(play: Play, application: Application) -> None:
    application.answer("/voice", "<Say>one two three four five</Say><Redirect>/never</Redirect>")
    sid = play.ring()
    play.advance(1)
    assert play.act(sid, "hangup")["status"] == "completed"
    assert play.call(sid)["said"][0]["interrupted"] is True
    play.advance(60)
    assert application.at("/never") == []
    assert application.statuses("/number-status") == ["completed"]


def test_the_caller_hangs_up_before_an_answer(play: Play, application: Application) -> None:
    application.answer("/voice", '<Pause length="30"/>')
    sid = play.ring()
    assert play.act(sid, "hangup")["status"] == "no-answer"


def test_a_second_call_from_the_same_phone_is_refused(play: Play, application: Application) -> None:
    application.answer("/voice", '<Pause length="30"/>')
    play.ring()
    play.ask("POST", f"/phones/{MOBILE}/call", {"to": OURS}, expect=409)


def test_plain_text_is_spoken_and_audio_is_played(play: Play, application: Application) -> None:
    application.answer("/voice", ("请稍后", 200, {"Content-Type": "text/plain; charset=utf-8"}))
    assert play.said(play.ring()) == ["请稍后"]
    play.advance(5)
    application.answer("/voice", (hum(2), 200, {"Content-Type": "audio/x-wav"}))
    sid = play.ring()
    play.advance(1.9)
    assert play.call(sid)["doing"]["verb"] == "play"
    play.advance(0.1)
    assert play.call(sid)["status"] == "completed"


def test_an_endless_loop_of_documents_is_stopped(play: Play, application: Application) -> None:
    application.answer("/voice", "<Redirect>/voice</Redirect>")
    sid = play.ring()
    play.advance(10)
    assert play.call(sid)["status"] == "completed"
    assert play.faults() == [12400]


def test_the_events_of_a_call_tell_its_story(play: Play, application: Application) -> None:
    application.answer("/voice", "<Say>hello</Say><Hangup/>")
    sid = play.ring()
    play.advance(1)
    story = [(event["event"], event["detail"]) for event in play.call(sid)["events"]]
    assert story == [
        ("ringing", ""),
        ("document", f"{application.url}/voice"),
        ("verb", "Say"),
        ("answered", ""),
        ("verb", "Hangup"),
        ("completed", ""),
    ]
