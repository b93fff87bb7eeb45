"""Calls on the page: ringing, captions, keys, dialling, recording and two phones talking."""

import re

import pytest
from playwright.sync_api import expect

from tests.simulator.application import AGENT, LANDLINE, MOBILE, OURS, Application, Play
from tests.simulator.page.hands import FAREWELL, QUESTION, Opened, button, on, ring, survey

# Stands in for the browser's voices, of which a test machine has none: notes what is asked of them.
VOICES = """
window.spoken = [];
const voices = { speak: (said) => spoken.push([said.lang, said.text]), cancel: () => spoken.push("cancel") };
Object.defineProperty(window, "speechSynthesis", { value: voices });
"""


@pytest.mark.parametrize("number", [MOBILE, LANDLINE], ids=["mobile", "landline"])
def test_a_call_is_answered_heard_and_keyed(
    phones: Play, opened: Opened, application: Application, number: str
) -> None:
    survey(application)
    page = opened(phones)
    sid = ring(phones, application, number)
    phone = on(page, number)
    expect(phone).to_contain_text("来电 Incoming call")
    expect(phone.locator(".call-party")).to_contain_text("政务服务热线")
    button(phone, "接听 Answer").click()
    caption = phone.get_by_role("log", name="通话字幕 Captions").locator(".caption.said")
    expect(caption).to_have_text([QUESTION])
    expect(caption).to_have_attribute("lang", "zh-CN")
    page.get_by_label("推进秒数 Seconds to advance").fill("2")
    button(page, "推进 Advance").click()
    expect(phone.locator(".call-timer")).to_have_text("0:02")
    button(phone, "5").click()
    expect(caption.last).to_have_text(FAREWELL)
    expect(caption.first).to_have_class(re.compile("interrupted"))
    expect(phone.locator(".caption.pressed")).to_have_text(["5"])
    assert application.last("/key")["Digits"] == "5"
    phones.advance(30)
    expect(phone).to_contain_text("通话结束 Call ended")
    assert phones.call(sid)["status"] == "completed"
    button(phone, "完成 Done").click()
    expect(button(phone, "拨打 Call")).to_be_visible()


def test_a_call_is_handled_with_the_keyboard_alone(phones: Play, opened: Opened, application: Application) -> None:
    survey(application)
    page = opened(phones)
    sid = ring(phones, application, LANDLINE)
    button(on(page, LANDLINE), "接听 Answer").focus()
    page.keyboard.press("Enter")
    expect(on(page, LANDLINE).locator("[data-key]").first).to_be_focused()
    page.keyboard.press("*")
    expect(on(page, LANDLINE).locator(".caption.pressed")).to_have_text(["*"])
    assert [key["key"] for key in phones.call(sid)["keys"]] == ["*"]


def test_a_click_between_two_keys_presses_none(phones: Play, opened: Opened, application: Application) -> None:
    survey(application)
    page = opened(phones)
    sid = ring(phones, application, LANDLINE)
    button(on(page, LANDLINE), "接听 Answer").click()
    expect(on(page, LANDLINE).locator(".caption.said")).to_have_count(1)
    keypad = on(page, LANDLINE).get_by_role("group", name="拨号键盘 Keypad")
    first = keypad.get_by_role("button", name="1", exact=True).bounding_box()
    whole = keypad.bounding_box()
    assert first is not None
    assert whole is not None
    keypad.click(position={"x": first["x"] - whole["x"] + first["width"] + 3, "y": first["height"] / 2})
    button(on(page, LANDLINE), "5").click()
    expect(on(page, LANDLINE).locator(".caption.pressed")).to_have_text(["5"])
    expect(page.get_by_role("alert")).to_be_empty()
    assert [key["key"] for key in phones.call(sid)["keys"]] == ["5"]


def test_keys_pressed_quickly_arrive_in_order(phones: Play, opened: Opened, application: Application) -> None:
    application.answer("/voice", '<Gather numDigits="8" action="/key"><Say>Enter your number.</Say></Gather>')
    page = opened(phones)
    ring(phones, application, LANDLINE)
    button(on(page, LANDLINE), "接听 Answer").click()
    expect(on(page, LANDLINE).locator(".caption.said")).to_have_count(1)
    page.keyboard.type("80417395")
    expect(on(page, LANDLINE).locator(".caption.pressed")).to_have_text(list("80417395"))
    assert application.last("/key")["Digits"] == "80417395"


def test_a_declined_call_is_busy(phones: Play, opened: Opened, application: Application) -> None:
    page = opened(phones)
    sid = ring(phones, application, MOBILE)
    button(on(page, MOBILE), "拒接 Decline").click()
    expect(on(page, MOBILE)).to_contain_text("占线 Busy")
    assert phones.call(sid)["status"] == "busy"


def test_a_phone_rings_one_of_our_numbers_and_hangs_up(phones: Play, opened: Opened, application: Application) -> None:
    survey(application)
    page = opened(phones)
    phone = on(page, AGENT)
    phone.get_by_label("拨打业务号码 Ring one of our numbers").select_option(OURS)
    button(phone, "拨打 Call").click()
    expect(phone.locator(".caption.said")).to_have_text([QUESTION])
    assert application.last("/voice")["From"] == AGENT
    button(phone, "挂断 Hang up").click()
    expect(phone).to_contain_text("通话结束 Call ended")


def test_a_recording_hears_the_phone(phones: Play, opened: Opened, application: Application) -> None:
    application.answer("/voice", '<Record action="/recorded" maxLength="20" playBeep="false"/>')
    application.answer("/recorded", "<Hangup/>")
    page = opened(phones)
    ring(phones, application, MOBILE)
    button(on(page, MOBILE), "接听 Answer").click()
    with page.expect_response("**/record"):
        button(on(page, MOBILE), "说三秒 Talk").click()
    phones.advance(10)
    expect(on(page, MOBILE)).to_contain_text("通话结束 Call ended")
    assert int(application.last("/recorded")["RecordingDuration"]) >= 3


def test_a_ringing_phone_does_not_take_the_screen_from_someone_writing(
    phones: Play, opened: Opened, application: Application
) -> None:
    page = opened(phones)
    field = on(page, MOBILE).get_by_label("短信内容 Text")
    field.fill("写到一半")
    ring(phones, application, MOBILE)
    banner = on(page, MOBILE).get_by_role("button", name="来电")
    expect(banner).to_be_visible()
    expect(field).to_be_focused()
    banner.click()
    expect(button(on(page, MOBILE), "接听 Answer")).to_be_visible()
    button(on(page, MOBILE), "短信 Messages").click()
    expect(field).to_have_value("写到一半")


def test_bridged_phones_say_whom_they_talk_to(phones: Play, opened: Opened, application: Application) -> None:
    application.answer("/voice", f"<Dial>{AGENT}</Dial>")
    page = opened(phones)
    ring(phones, application, LANDLINE)
    button(on(page, LANDLINE), "接听 Answer").click()
    button(on(page, AGENT), "接听 Answer").click()
    expect(on(page, AGENT)).to_contain_text("已接通 市民座机")
    expect(on(page, LANDLINE)).to_contain_text("已接通 坐席话机")


def test_speaking_aloud_is_off_at_first_then_reads_and_stops_at_a_key(
    phones: Play, opened: Opened, application: Application
) -> None:
    survey(application)
    page = opened(phones, script=VOICES)
    ring(phones, application, LANDLINE)
    button(on(page, LANDLINE), "接听 Answer").click()
    expect(on(page, LANDLINE).locator(".caption.said")).to_have_count(1)
    assert page.evaluate("spoken") == []
    page.get_by_text("朗读 Speak aloud").click()
    ring(phones, application, AGENT)
    button(on(page, AGENT), "接听 Answer").click()
    expect(on(page, AGENT).locator(".caption.said")).to_have_count(1)
    page.wait_for_function("() => spoken.length === 1")
    assert page.evaluate("spoken") == [["zh-CN", QUESTION]]
    button(on(page, AGENT), "5").click()
    page.wait_for_function("() => spoken.length === 3")
    assert page.evaluate("spoken.slice(1)") == ["cancel", ["zh-CN", FAREWELL]]
