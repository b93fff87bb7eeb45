"""The tools around the phones: inspector, error list, nasty modes, clock and clearing."""

from datetime import datetime

import pytest
from playwright.sync_api import expect

from tests.simulator.application import LANDLINE, MOBILE, Application, Play
from tests.simulator.page.hands import Opened, button, on, ring, send


def test_the_inspector_shows_a_webhook_with_signature_and_answer(
    phones: Play, opened: Opened, application: Application
) -> None:
    application.answer("/sms", "<Message>感谢您的评价。</Message>")
    page = opened(phones)
    phones.text("5")
    row = page.get_by_role("button", name="短信到达 Text arrived POST /sms")
    row.click()
    expect(row).to_have_attribute("aria-expanded", "true")
    detail = page.locator(".request-detail")
    request = next(each for each in phones.requests() if each["kind"] == "sms")
    expect(detail).to_contain_text(request["signature"])
    expect(detail).to_contain_text(request["signed"])
    expect(detail).to_contain_text(f"{application.url}/sms")
    expect(detail.locator(".markup")).to_have_text("<Response>\n  <Message>感谢您的评价。</Message>\n</Response>\n")


def test_an_opened_row_stays_as_it_is_when_more_requests_come(
    phones: Play, opened: Opened, application: Application
) -> None:
    page = opened(phones)
    phones.text("5")
    page.get_by_role("button", name="短信到达").click()
    page.locator(".request-detail summary").first.click()
    page.locator(".request-detail").evaluate("row => row.dataset.same = 'yes'")
    phones.text("4")
    expect(page.get_by_role("button", name="短信到达")).to_have_count(2)
    expect(page.locator(".request-detail[data-same=yes] details[open]")).to_be_visible()


def test_errors_are_listed_with_number_and_text_and_mark_their_request(
    phones: Play, opened: Opened, application: Application
) -> None:
    application.answer("/voice", '<Gather numdigits="1"/>')
    page = opened(phones)
    phones.ring(LANDLINE)
    page.get_by_role("button", name="错误 Errors").click()
    expect(page.locator(".error").filter(has_text="12200")).to_contain_text("Schema validation warning")
    page.get_by_role("button", name="有错 Faulty").click()
    page.get_by_role("button", name="POST /voice").first.click()
    expect(page.locator(".request-detail .faults").first).to_contain_text("12200")


def test_a_nasty_mode_is_switched_on_shown_and_switched_off(phones: Play, opened: Opened) -> None:
    page = opened(phones)
    banner = page.locator("#nasty-banner")
    expect(banner).to_be_hidden()
    page.get_by_text("重复投递 Repeat webhooks").click()
    expect(banner).to_contain_text("重复投递")
    page.get_by_label("多送次数 Extra copies").fill("3")
    with page.expect_response("**/nasty"):
        page.get_by_label("多送次数 Extra copies").press("Tab")
    page.get_by_text("拒绝发送 Refuse to send").click()
    expect(banner).to_contain_text("拒绝发送")
    modes = phones.ask("GET", "/nasty")
    assert modes["repeat"] == 3
    assert modes["refuse_send"] == {"code": 30003, "times": None}
    button(page, "全部关闭 Turn all off").click()
    expect(banner).to_be_hidden()
    modes = phones.ask("GET", "/nasty")
    assert (modes["repeat"], modes["refuse_send"]) == (0, None)


def test_a_share_of_webhooks_can_be_lost_and_chance_repeated(phones: Play, opened: Opened) -> None:
    page = opened(phones)
    page.get_by_text("丢失回调 Lose webhooks").click()
    page.get_by_label("方式 How").select_option("share")
    page.get_by_label("数量 How many").fill("30")
    page.get_by_label("随机种子 Random seed").fill("7")
    page.get_by_label("随机种子 Random seed").press("Tab")
    expect(page.locator("#nasty-banner")).to_contain_text("丢失回调")
    page.wait_for_function(
        "async () => { const m = await (await fetch('api/nasty')).json(); return m.seed === 7 && m.lose === 0.3; }"
    )
    assert phones.ask("GET", "/nasty")["lose"] == pytest.approx(0.3)


def test_a_mode_switched_on_elsewhere_is_shown(phones: Play, opened: Opened) -> None:
    page = opened(phones)
    phones.nasty(slow_api=2.5)
    expect(page.locator("#nasty-banner")).to_contain_text("接口变慢")
    expect(page.get_by_label("接口变慢 Slow REST API")).to_be_checked()
    expect(page.locator('[data-mode="slow_api"] input[type=number]')).to_have_value("2.5")


def test_a_manual_clock_is_shown_and_advanced(phones: Play, opened: Opened, application: Application) -> None:
    page = opened(phones)
    before = phones.ask("GET", "/clock")["now"]
    ring(phones, application, LANDLINE)
    expect(on(page, LANDLINE)).to_contain_text("来电")
    page.get_by_label("推进秒数 Seconds to advance").fill("90")
    button(page, "推进 Advance").click()
    expect(on(page, LANDLINE)).not_to_contain_text("来电")
    assert seconds_between(before, phones.ask("GET", "/clock")["now"]) == pytest.approx(91)


def seconds_between(one: str, other: str) -> float:
    return (datetime.fromisoformat(other) - datetime.fromisoformat(one)).total_seconds()


def test_a_clock_that_runs_by_itself_offers_no_advance(real_time: Play, opened: Opened) -> None:
    page = opened(real_time)
    expect(page.locator("#clock")).to_be_hidden()


def test_clearing_asks_first_and_empties_threads_and_inspector(phones: Play, opened: Opened) -> None:
    page = opened(phones)
    send(phones, MOBILE, "请评价")
    expect(page.locator(".request")).to_have_count(1)
    button(page, "清空记录 Clear everything").click()
    button(page, "清空 Clear").click()
    expect(on(page, MOBILE).locator(".message")).to_have_count(0)
    expect(on(page, MOBILE)).to_contain_text("还没有短信")
    expect(page.locator(".request")).to_have_count(0)
    expect(page.get_by_text("还没有请求 No requests yet")).to_be_visible()
