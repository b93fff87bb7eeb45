"""The page as a whole: empty, embedded, crowded, reconnecting, wide and narrow, light and dark."""

import re

import httpx
import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from hotline.simulator import SimulatorServer, serve
from tests.simulator.application import AGENT, LANDLINE, MOBILE, Application, Play, config_for
from tests.simulator.page.hands import FAREWELL, NARROW, QUESTION, WIDE, Opened, button, on, ring, send, survey


def test_an_empty_simulator_tells_the_newcomer_what_to_do(play: Play, opened: Opened) -> None:
    page = opened(play)
    expect(page.get_by_text("还没有电话 No phones yet")).to_be_visible()
    button(page, "摆上示例电话 Set out example phones").click()
    expect(page.locator(".phone")).to_have_count(3)
    expect(page.locator(".phone.mobile")).to_have_count(1)
    expect(page.locator("#phones-empty")).to_be_hidden()


def test_a_phone_is_added_by_number_and_put_away(phones: Play, opened: Opened) -> None:
    page = opened(phones)
    button(page, "添加电话 Add a phone").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("号码（E.164） Number (E.164)").fill("+8618600001111")
    dialog.get_by_label("名称 Label").fill("第二部手机")
    button(dialog, "添加 Add").click()
    added = on(page, "+8618600001111")
    expect(added.get_by_role("heading")).to_have_text("第二部手机")
    assert phones.phone("+8618600001111")["kind"] == "mobile"
    button(added, "收起这部电话 Put this phone away").click()
    expect(added).to_have_count(0)
    page.get_by_label("其他电话 Other phones").select_option("+8618600001111")
    button(page, "显示 Show").click()
    expect(added).to_be_visible()


def test_a_number_is_registered_and_can_be_rung(phones: Play, opened: Opened, application: Application) -> None:
    survey(application)
    page = opened(phones)
    button(page, "登记号码 Register a number").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("号码（E.164） Number (E.164)").fill("+8643211112222")
    dialog.get_by_label("语音回调地址 Voice webhook").fill(f"{application.url}/voice")
    button(dialog, "登记 Register").click()
    on(page, LANDLINE).get_by_label("拨打业务号码").select_option("+8643211112222")
    button(on(page, LANDLINE), "拨打 Call").click()
    expect(on(page, LANDLINE).locator(".caption.said")).to_have_count(1)


def test_a_crowd_of_strangers_does_not_push_the_phones_set_out_aside(phones: Play, opened: Opened) -> None:
    page = opened(phones)
    for last in range(10):
        phones.text("您好", from_=f"+861860000{last:04}")
    expect(page.locator("#other-phone option")).to_have_count(7)
    expect(page.locator(".phone")).to_have_count(6)
    for number in (MOBILE, LANDLINE, AGENT):
        expect(on(page, number)).to_be_visible()


def test_a_long_thread_survives_a_busy_world(phones: Play, opened: Opened) -> None:
    send(phones, MOBILE, "最早的一条")
    for _ in range(201):
        phones.text("忙", from_=AGENT.replace("139", "137"))
    page = opened(phones)
    expect(on(page, MOBILE).locator(".message-body")).to_have_text(["最早的一条"])


def test_embedded_it_shows_only_the_phones(phones: Play, opened: Opened) -> None:
    page = opened(phones, query="?embed=1")
    expect(page.locator(".phone")).to_have_count(3)
    for gone in (".top", ".inspector", ".nasty", "#nasty-banner", "[data-opens]"):
        expect(page.locator(gone)).to_have_count(0)
    send(phones, MOBILE, "请评价")
    expect(on(page, MOBILE).locator(".message-body")).to_have_text("请评价")


def test_it_loads_nothing_from_elsewhere_and_may_be_framed_by_this_machine_only(simulator: SimulatorServer) -> None:
    answer = httpx.get(f"{simulator.url}/simulator/", trust_env=False)
    assert answer.headers["Content-Security-Policy"] == (
        "default-src 'self'; frame-ancestors http://127.0.0.1:* http://localhost:*"
    )
    assert not re.findall(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", answer.text)
    assert not re.findall(r"""(?:src|href)=["'](?:https?:)?//""", answer.text)


def test_it_comes_back_by_itself_when_the_simulator_does(
    browser: Browser, application: Application, opened: Opened
) -> None:
    config = config_for(application)
    first = serve(config)
    page = opened_without_watch(browser, first)
    field = on(page, MOBILE).get_by_label("短信内容 Text")
    field.fill("没写完")
    port = int(first.url.rpartition(":")[2])
    first.close()
    expect(page.locator("#offline")).to_be_visible()
    with serve(config, port=port) as second:
        play = Play(second)
        play.ask("PUT", f"/phones/{MOBILE}", {"label": "市民手机"})
        expect(page.locator("#offline")).to_be_hidden()
        send(play, MOBILE, "重启之后")
        expect(on(page, MOBILE).locator(".message-body")).to_have_text(["重启之后"])
        expect(field).to_have_value("没写完")
        play.close()
        page.context.close()


def opened_without_watch(browser: Browser, server: SimulatorServer) -> Page:
    """A page whose console may complain: a lost connection is an error to the browser."""
    play = Play(server)
    play.ask("PUT", f"/phones/{MOBILE}", {"label": "市民手机"})
    play.close()
    page = browser.new_context().new_page()
    page.goto(f"{server.url}/simulator/")
    expect(on(page, MOBILE)).to_be_visible()
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["1280", "390"])
def test_it_fits_the_screen_and_the_finger(
    phones: Play, opened: Opened, application: Application, size: ViewportSize, scheme: str
) -> None:
    survey(application)
    page = opened(phones, size=size, scheme=scheme)
    phones.nasty(repeat=1, refuse_send={"code": 30003, "times": None}, lose=3)
    ring(phones, application, LANDLINE)
    expect(page.locator("#nasty-banner")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    controls = page.locator("button:visible, select:visible, textarea:visible, input[type=number]:visible")
    small = [
        (control.text_content() or control.get_attribute("data-part"), box["height"])
        for control in controls.all()
        if (box := control.bounding_box()) and box["height"] < 43.9
    ]
    assert small == []


def test_on_a_narrow_screen_phones_are_switched_and_ringing_is_seen(
    phones: Play, opened: Opened, application: Application
) -> None:
    survey(application)
    page = opened(phones, size=NARROW)
    expect(on(page, MOBILE)).to_be_visible()
    expect(on(page, LANDLINE)).to_be_hidden()
    ring(phones, application, LANDLINE)
    switch = page.get_by_role("navigation", name="选择电话").get_by_role("button", name="市民座机")
    expect(switch).to_contain_text("来电 Ringing")
    switch.click()
    expect(on(page, MOBILE)).to_be_hidden()
    button(on(page, LANDLINE), "接听 Answer").click()
    expect(on(page, LANDLINE).locator(".caption.said")).to_have_text([QUESTION])
    button(on(page, LANDLINE), "5").click()
    expect(on(page, LANDLINE).locator(".caption.said").last).to_have_text(FAREWELL)
    send(phones, MOBILE, "请评价")
    expect(page.get_by_role("navigation").get_by_role("button", name="市民手机")).to_contain_text("新短信")
    page.get_by_role("navigation").get_by_role("button", name="市民手机").click()
    button(on(page, MOBILE), "短信 Messages").click()
    expect(page.get_by_role("navigation").get_by_role("button", name="市民手机")).not_to_contain_text("新短信")


def test_every_control_has_a_name(phones: Play, opened: Opened, application: Application) -> None:
    page = opened(phones)
    phones.nasty(repeat=1, refuse_send={"code": 30003, "times": None}, lose=3)
    ring(phones, application, LANDLINE)
    expect(button(on(page, LANDLINE), "接听 Answer")).to_be_visible()
    tree = page.locator("body").aria_snapshot()
    assert '- button "接听 Answer"' in tree
    nameless = re.findall(
        r"^.*- (?:button|combobox|textbox|spinbutton|switch|checkbox|log)(?! \").*$", tree, re.MULTILINE
    )
    assert nameless == []


def test_with_a_running_clock_the_timer_runs_and_captions_come_by_themselves(
    real_time: Play, opened: Opened, application: Application
) -> None:
    application.answer("/voice", "<Say>One.</Say><Say>Two.</Say><Pause length='60'/>")
    real_time.ask("PUT", f"/phones/{LANDLINE}", {"label": "市民座机", "kind": "landline"})
    page = opened(real_time)
    real_time.ring(LANDLINE)
    phone = on(page, LANDLINE)
    expect(phone.locator(".caption.said")).to_have_text(["One.", "Two."])
    expect(phone.locator(".call-timer")).to_have_text(re.compile(r"0:(0[5-9]|[1-5]\d)"))
