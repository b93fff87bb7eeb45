"""Dial: ringing others, whispers, connecting, and every way it can end."""

import pytest
from twilio.base.exceptions import TwilioRestException

from .application import AGENT, MOBILE, OTHER_OF_OURS, OURS, Application, Play

SECOND = "+8613900139001"


def ring(play: Play, application: Application, inside: str = AGENT, attributes: str = "", after: str = "") -> str:
    application.answer("/voice", f'<Dial callerId="{OURS}" action="/dialled" {attributes}>{inside}</Dial>{after}')
    application.answer("/dialled", "<Say>bye</Say>")
    return play.ring()


def number(to: str = AGENT, attributes: str = "") -> str:
    return f"<Number {attributes}>{to}</Number>"


def test_an_answered_phone_is_connected(play: Play, application: Application) -> None:
    sid = ring(play, application)
    child = play.ringing(AGENT)
    assert (child["parent_call_sid"], child["direction"], child["from"]) == (sid, "outbound-dial", OURS)
    assert play.call(sid)["doing"] == {"verb": "dial", "phase": "ringing", "to": [AGENT]}
    play.advance(2)
    play.act(child["sid"], "answer")
    assert play.call(sid)["bridged_with"] == child["sid"]
    assert play.call(child["sid"])["bridged_with"] == sid
    play.advance(30)
    play.act(child["sid"], "hangup")
    asked = application.last("/dialled")
    assert (asked["DialCallStatus"], asked["DialCallDuration"], asked["DialBridged"]) == ("completed", "30", "true")
    assert (asked["DialCallSid"], asked["CallSid"], asked["CallStatus"]) == (child["sid"], sid, "in-progress")
    assert play.said(sid) == ["bye"]
    assert play.call(sid)["bridged_with"] is None


@pytest.mark.parametrize(
    ("action", "status"), [("busy", "busy"), ("reject", "busy"), ("wait", "no-answer"), ("cancel", "canceled")]
)
def test_an_unanswered_phone(play: Play, application: Application, action: str, status: str) -> None:
    ring(play, application, attributes='timeout="20"')
    child = play.ringing(AGENT)["sid"]
    if action == "wait":
        play.advance(20)
    elif action == "cancel":
        play.client().calls(child).update(status="canceled")
        play.advance(0)
    else:
        play.act(child, action)
    asked = application.last("/dialled")
    assert (asked["DialCallStatus"], asked["DialBridged"]) == (status, "false")
    assert "DialCallDuration" not in asked


def test_without_an_action_the_document_goes_on(play: Play, application: Application) -> None:
    application.answer("/voice", f'<Dial callerId="{OURS}">{AGENT}</Dial><Say>nobody came</Say>')
    sid = play.ring()
    play.act(play.ringing(AGENT)["sid"], "busy")
    assert play.said(sid) == ["nobody came"]


def test_the_caller_hanging_up_ends_both(play: Play, application: Application) -> None:
    sid = ring(play, application)
    child = play.ringing(AGENT)["sid"]
    play.act(child, "answer")
    play.advance(10)
    play.act(sid, "hangup")
    assert (play.call(sid)["status"], play.call(child)["status"]) == ("completed", "completed")
    asked = application.last("/dialled")
    assert (asked["DialCallStatus"], asked["CallStatus"]) == ("completed", "completed")
    assert play.said(sid) == []


def test_the_caller_hanging_up_stops_the_ringing(play: Play, application: Application) -> None:
    sid = ring(play, application)
    child = play.ringing(AGENT)["sid"]
    play.act(sid, "hangup")
    assert play.call(child)["status"] == "canceled"
    assert application.last("/dialled")["DialCallStatus"] == "canceled"


def test_a_whisper_is_heard_before_connecting(play: Play, application: Application) -> None:
    application.answer("/whisper", '<Gather numDigits="1" action="/accept"><Say>按1接听</Say></Gather><Hangup/>')
    application.answer("/accept", "")
    sid = ring(play, application, number(attributes='url="/whisper"'))
    child = play.ringing(AGENT)["sid"]
    play.act(child, "answer")
    asked = application.last("/whisper")
    assert (asked["CallSid"], asked["ParentCallSid"], asked["To"]) == (child, sid, AGENT)
    assert play.said(child) == ["按1接听"]
    assert play.call(sid)["doing"]["phase"] == "whisper"
    assert play.call(sid)["bridged_with"] is None
    play.press(child, "1")
    assert application.last("/accept")["Digits"] == "1"
    assert play.call(sid)["bridged_with"] == child
    assert play.call(sid)["doing"]["phase"] == "bridged"


def test_a_whisper_that_hangs_up_does_not_connect(play: Play, application: Application) -> None:
    application.answer("/whisper", '<Gather numDigits="1" action="/accept" timeout="5"/><Hangup/>')
    sid = ring(play, application, number(attributes='url="/whisper"'))
    child = play.ringing(AGENT)["sid"]
    play.act(child, "answer")
    play.advance(5)
    assert play.call(child)["status"] == "completed"
    asked = application.last("/dialled")
    assert (asked["DialCallStatus"], asked["DialBridged"]) == ("no-answer", "false")
    assert play.said(sid) == ["bye"]


@pytest.mark.parametrize(
    ("whisper", "code"),
    [(f"<Dial>{MOBILE}</Dial>", 13201), ("<Enqueue>x</Enqueue>", 12400), (("", 500), 11200)],
)
def test_a_whisper_that_fails_does_not_connect(
    play: Play, application: Application, whisper: object, code: int
) -> None:
    application.answers["/whisper"] = whisper  # type: ignore[assignment]
    ring(play, application, number(attributes='url="/whisper"'))
    play.act(play.ringing(AGENT)["sid"], "answer")
    play.advance(5)
    assert application.last("/dialled")["DialBridged"] == "false"
    assert play.faults() == [code]


def test_the_first_to_answer_wins(play: Play, application: Application) -> None:
    sid = ring(play, application, number(AGENT) + number(SECOND))
    first, second = play.ringing(AGENT)["sid"], play.ringing(SECOND)["sid"]
    play.act(second, "answer")
    assert play.call(first)["status"] == "canceled"
    assert play.call(sid)["bridged_with"] == second
    play.act(second, "hangup")
    assert application.last("/dialled")["DialCallSid"] == second


def test_one_refusal_leaves_the_other_ringing(play: Play, application: Application) -> None:
    sid = ring(play, application, number(AGENT) + number(SECOND))
    play.act(play.ringing(AGENT)["sid"], "busy")
    second = play.ringing(SECOND)["sid"]
    play.act(second, "answer")
    assert play.call(sid)["bridged_with"] == second


def test_answer_on_bridge_keeps_the_caller_ringing(play: Play, application: Application) -> None:
    sid = ring(play, application, attributes='answerOnBridge="true"')
    assert play.call(sid)["status"] == "ringing"
    play.act(play.ringing(AGENT)["sid"], "answer")
    assert play.call(sid)["status"] == "in-progress"


@pytest.mark.parametrize(("attribute", "connected"), [("true", False), ("false", True)])
def test_a_star_hangs_up_on_the_callee_when_allowed(
    play: Play, application: Application, attribute: str, connected: bool
) -> None:
    sid = ring(play, application, attributes=f'hangupOnStar="{attribute}"')
    child = play.ringing(AGENT)["sid"]
    play.act(child, "answer")
    play.press(sid, "*")
    assert (play.call(child)["status"] == "in-progress") is connected
    assert play.call(sid)["status"] == "in-progress"


def test_the_time_limit_ends_the_connection(play: Play, application: Application) -> None:
    sid = ring(play, application, attributes='timeLimit="60"')
    child = play.ringing(AGENT)["sid"]
    play.act(child, "answer")
    play.advance(59)
    assert play.call(child)["status"] == "in-progress"
    play.advance(1)
    assert play.call(child)["status"] == "completed"
    assert application.last("/dialled")["DialCallDuration"] == "60"
    assert play.said(sid) == ["bye"]


def test_each_leg_reports_its_progress(play: Play, application: Application) -> None:
    events = 'statusCallback="/leg" statusCallbackEvent="initiated ringing answered completed"'
    sid = ring(play, application, number(attributes=events))
    child = play.ringing(AGENT)["sid"]
    play.act(child, "answer")
    play.advance(5)
    play.act(child, "hangup")
    assert application.statuses("/leg") == ["initiated", "ringing", "in-progress", "completed"]
    last = application.last("/leg")
    assert (last["CallSid"], last["ParentCallSid"], last["CallDuration"]) == (child, sid, "5")


def test_a_busy_phone_is_busy(play: Play, application: Application) -> None:
    application.answer("/other", '<Pause length="60"/>')
    play.ask("PUT", f"/numbers/{OTHER_OF_OURS}", {"voice_url": f"{application.url}/other"})
    play.ring(AGENT, OTHER_OF_OURS)
    ring(play, application)
    assert application.last("/dialled")["DialCallStatus"] == "busy"


@pytest.mark.parametrize(
    ("caller_id", "works"), [(OURS, True), (OTHER_OF_OURS, True), (MOBILE, True), ("+15005550006", False)]
)
def test_the_caller_id_must_be_allowed(play: Play, application: Application, caller_id: str, works: bool) -> None:
    application.answer("/voice", f'<Dial callerId="{caller_id}" action="/dialled">{AGENT}</Dial>')
    application.answer("/dialled", "")
    play.ring()
    if works:
        assert play.ringing(AGENT)["from"] == caller_id
    else:
        assert play.faults() == [13214]
        assert application.last("/dialled")["DialCallStatus"] == "failed"


@pytest.mark.parametrize(("to", "code"), [("13900139000", 13223), ("+861", 13224)])
def test_a_number_that_cannot_be_dialled_fails(play: Play, application: Application, to: str, code: int) -> None:
    ring(play, application, to)
    assert play.faults() == [code]
    assert application.last("/dialled")["DialCallStatus"] == "failed"


def test_nouns_other_than_numbers_are_not_simulated(play: Play, application: Application) -> None:
    ring(play, application, "<Sip>sip:a@example.com</Sip>")
    assert play.faults() == [12400]
    assert application.last("/dialled")["DialCallStatus"] == "failed"


def test_redirecting_the_caller_lets_the_callee_go(play: Play, application: Application) -> None:
    application.answer("/new", "<Say>somewhere else</Say>")
    sid = ring(play, application)
    child = play.ringing(AGENT)["sid"]
    play.act(child, "answer")
    play.client().calls(sid).update(url=f"{application.url}/new")
    play.advance(0)
    assert play.call(child)["status"] == "completed"
    assert play.said(sid) == ["somewhere else"]
    assert application.at("/dialled") == []


def test_redirecting_the_callee_ends_the_dial(play: Play, application: Application) -> None:
    application.answer("/new", "<Say>one two three four five</Say>")
    sid = ring(play, application)
    child = play.ringing(AGENT)["sid"]
    play.act(child, "answer")
    play.client().calls(child).update(url=f"{application.url}/new")
    play.advance(0)
    assert play.said(child) == ["one two three four five"]
    assert play.said(sid) == ["bye"]
    assert application.last("/dialled")["DialCallStatus"] == "completed"


def test_two_dials_in_one_document_do_not_mix(play: Play, application: Application) -> None:
    first = f'<Dial callerId="{OURS}">{number(AGENT)}{number(SECOND)}</Dial>'
    application.answer("/voice", f'{first}<Dial callerId="{OURS}" action="/dialled">{AGENT}</Dial>')
    play.ring()
    play.act(play.ringing(SECOND)["sid"], "answer")
    play.act(play.phone(SECOND)["call"]["sid"], "hangup")
    again = play.ringing(AGENT)["sid"]
    play.act(again, "answer")
    play.act(again, "hangup")
    assert (application.last("/dialled")["DialCallSid"], application.last("/dialled")["DialBridged"]) == (again, "true")


RECORDED = 'record="record-from-answer-dual" recordingStatusCallback="/kept"'


def test_a_recorded_bridge_is_told_of_with_its_whisper_and_can_be_fetched(play: Play, application: Application) -> None:
    application.answer("/notice", "<Redirect>/noticed</Redirect>")
    application.answer("/noticed", "<Pause length='3'/>")
    sid = ring(play, application, number(attributes='url="/notice"'), RECORDED)
    child = play.ringing(AGENT)["sid"]
    play.advance(9)  # what only rings is not recorded
    play.act(child, "answer")
    play.advance(20)
    play.act(child, "hangup")
    told, ended = application.last("/kept"), application.last("/dialled")
    assert (told["CallSid"], told["RecordingStatus"], told["RecordingSource"]) == (sid, "completed", "DialVerb")
    assert (told["RecordingDuration"], told["RecordingChannels"]) == ("20", "2")
    assert (ended["RecordingUrl"], ended["DialCallDuration"]) == (told["RecordingUrl"], "20")
    assert play.client().recordings(told["RecordingSid"]).fetch().channels == 2


def test_a_recording_is_stopped_once_while_the_talk_goes_on(play: Play, application: Application) -> None:
    sid = ring(play, application, attributes=RECORDED)
    child = play.ringing(AGENT)["sid"]
    recordings = play.client().calls(sid).recordings
    with pytest.raises(TwilioRestException):  # nothing is recorded yet
        recordings("Twilio.CURRENT").update(status="stopped")
    play.act(child, "answer")
    play.advance(4)
    recordings("Twilio.CURRENT").update(status="stopped")
    play.advance(6)
    assert play.call(sid)["bridged_with"] == child
    play.act(sid, "hangup")
    assert [told["RecordingDuration"] for told in application.at("/kept")] == ["4"]
    assert "RecordingUrl" not in application.last("/dialled")


def test_a_way_of_recording_that_does_not_exist_is_warned_of(play: Play, application: Application) -> None:
    ring(play, application, attributes='record="always" recordingStatusCallback="/kept"')
    child = play.ringing(AGENT)["sid"]
    play.act(child, "answer")
    play.act(child, "hangup")
    assert (play.faults(), application.at("/kept")) == ([12200], [])
