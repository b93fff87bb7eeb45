"""Gather: keys, prompts that keys interrupt, time-outs, and what happens without input."""

import pytest

from hotline.simulator.audio import hum

from .application import Application, Play

PROMPT = '<Say language="zh-CN">请评价请评价</Say>'  # 1.5 seconds


def gather(attributes: str = "", inside: str = PROMPT, after: str = "<Say>after</Say>") -> str:
    return f'<Gather action="/key" {attributes}>{inside}</Gather>{after}'


def ring(play: Play, application: Application, twiml: str) -> str:
    application.answer("/voice", twiml)
    application.answer("/key", "<Say>thanks</Say>")
    return play.ring()


def test_one_key_is_enough_for_one_digit(play: Play, application: Application) -> None:
    sid = ring(play, application, gather('numDigits="1"'))
    play.press(sid, "5")
    asked = application.last("/key")
    assert (asked["Digits"], asked["FinishedOnKey"], asked["CallStatus"]) == ("5", "", "in-progress")
    said = play.call(sid)["said"]
    assert [(each["text"], each["interrupted"]) for each in said] == [("请评价请评价", True), ("thanks", False)]


def test_the_timer_starts_after_the_prompt(play: Play, application: Application) -> None:
    sid = ring(play, application, gather())
    play.advance(6.4)
    assert play.call(sid)["doing"]["verb"] == "gather"
    play.advance(0.1)
    assert play.said(sid)[-1] == "after"
    assert application.at("/key") == []


def test_the_timer_starts_again_at_each_key(play: Play, application: Application) -> None:
    sid = ring(play, application, gather('timeout="3"'))
    for key in "123":
        play.press(sid, key)
        play.advance(2.9)
    assert application.at("/key") == []
    play.advance(0.1)
    assert application.last("/key")["Digits"] == "123"


@pytest.mark.parametrize(
    ("attributes", "keys", "digits", "finished"),
    [
        ("", "12#", "12", "#"),
        ('finishOnKey="*"', "12*", "12", "*"),
        ('finishOnKey="*#"', "12#", "12", "#"),
        ('numDigits="3"', "12#", "12", "#"),
        ('numDigits="2"', "12", "12", ""),
        ('finishOnKey="" numDigits="3"', "1*#", "1*#", ""),
        ('finishOnKey="0" numDigits="1"', "#", "#", ""),
    ],
)
def test_keys_that_end_the_input(
    play: Play, application: Application, attributes: str, keys: str, digits: str, finished: str
) -> None:
    sid = ring(play, application, gather(attributes))
    play.press(sid, keys)
    asked = application.last("/key")
    assert (asked["Digits"], asked["FinishedOnKey"]) == (digits, finished)


@pytest.mark.parametrize("keys", ["", "#"])
def test_no_digits_falls_through(play: Play, application: Application, keys: str) -> None:
    sid = ring(play, application, gather(inside=""))
    if keys:
        play.press(sid, keys)
    else:
        play.advance(5)
    assert play.said(sid) == ["after"]
    assert application.at("/key") == []


def test_no_digits_asks_the_action_when_wanted(play: Play, application: Application) -> None:
    sid = ring(play, application, gather('actionOnEmptyResult="true"', inside=""))
    play.advance(5)
    assert application.last("/key")["Digits"] == ""
    assert play.said(sid) == ["thanks"]


def test_without_an_action_the_document_itself_is_asked_again(play: Play, application: Application) -> None:
    def voice(params: dict[str, str]) -> str:
        return f"<Say>{params['Digits']}</Say>" if "Digits" in params else '<Gather numDigits="1"/>'

    application.answer("/voice", lambda params: (f"<Response>{voice(params)}</Response>", 200, XML))
    sid = play.ring()
    play.press(sid, "7")
    assert play.said(sid) == ["7"]


XML = {"Content-Type": "text/xml"}


def test_the_action_can_be_asked_by_get(play: Play, application: Application) -> None:
    sid = ring(play, application, gather('method="GET" numDigits="1"'))
    play.press(sid, "5")
    asked = application.asked[-1]
    assert (asked.method, asked.params["Digits"], asked.signed) == ("GET", "5", True)


def test_prompts_play_one_after_another_until_a_key(play: Play, application: Application) -> None:
    sid = ring(play, application, gather('numDigits="1"', f'{PROMPT}<Pause length="2"/>{PROMPT}'))
    play.advance(1.5)
    assert play.call(sid)["doing"]["prompt"] == "pause"
    play.advance(2)
    assert play.call(sid)["doing"]["prompt"] == "say"
    play.press(sid, "1")
    assert [spoken["interrupted"] for spoken in play.call(sid)["said"]] == [False, True, False]


def test_what_a_gather_is_doing_is_shown(play: Play, application: Application) -> None:
    sid = ring(play, application, gather('timeout="9"'))
    play.press(sid, "12")
    doing = play.call(sid)["doing"]
    assert (doing["verb"], doing["prompt"], doing["digits"]) == ("gather", None, "12")
    assert doing["attributes"] == {"action": "/key", "timeout": "9"}


def test_a_sound_file_can_be_a_prompt(play: Play, application: Application) -> None:
    application.answer("/sound.wav", (hum(4), 200, {"Content-Type": "audio/x-wav"}))
    sid = ring(play, application, gather('numDigits="1"', "<Play>/sound.wav</Play>"))
    play.advance(3.9)
    assert (play.call(sid)["doing"]["verb"], play.call(sid)["doing"]["prompt"]) == ("gather", "play")
    play.press(sid, "5")
    assert application.last("/key")["Digits"] == "5"


def test_keys_nobody_listens_for_are_lost(play: Play, application: Application) -> None:
    sid = ring(play, application, f"<Say>one two three four five</Say>{gather('numDigits=' + chr(34) + '1' + chr(34))}")
    play.press(sid, "1")
    play.advance(2)
    play.press(sid, "5")
    assert application.last("/key")["Digits"] == "5"
    keys = [(key["key"], key["heard"]) for key in play.call(sid)["keys"]]
    assert keys == [("1", False), ("5", True)]


def test_keys_after_the_last_digit_are_lost(play: Play, application: Application) -> None:
    sid = ring(play, application, gather('numDigits="1"'))
    play.press(sid, "59")
    assert application.last("/key")["Digits"] == "5"
    assert [key["heard"] for key in play.call(sid)["keys"]] == [True, False]


def test_hanging_up_asks_nothing(play: Play, application: Application) -> None:
    sid = ring(play, application, gather())
    play.press(sid, "5")
    play.act(sid, "hangup")
    play.advance(60)
    assert application.at("/key") == []


def test_speech_alone_is_not_simulated(play: Play, application: Application) -> None:
    sid = ring(play, application, gather('input="speech"'))
    assert play.said(sid) == ["after"]
    assert play.faults() == [12400]


@pytest.mark.parametrize("keys", ["", "a", "1 2", "+"])
def test_only_keys_can_be_pressed(play: Play, application: Application, keys: str) -> None:
    sid = ring(play, application, gather())
    play.act(sid, "press", expect=400, keys=keys)


def test_keys_need_a_call_in_progress(play: Play, application: Application) -> None:
    sid = ring(play, application, '<Pause length="5"/>')
    play.act(sid, "press", expect=409, keys="1")
    play.act(sid, "hangup")
    play.act(sid, "press", expect=409, keys="1")
