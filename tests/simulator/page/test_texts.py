"""Texts on the page: what arrives, what is answered, what is refused, and what is being typed meanwhile."""

import re

from playwright.sync_api import expect

from tests.simulator.application import LANDLINE, MOBILE, OURS, Application, Play
from tests.simulator.page.hands import Opened, on, send


def test_a_text_shows_its_body_segments_encoding_and_delivery(phones: Play, opened: Opened) -> None:
    page = opened(phones)
    send(phones, MOBILE, "您办理的事项已办结，请评价。" * 6)
    message = on(page, MOBILE).locator(".message")
    expect(message.locator(".message-body")).to_have_text("您办理的事项已办结，请评价。" * 6)
    expect(message.locator(".segments")).to_have_text("2 条 · UCS-2")
    expect(message.locator(".status")).to_have_text("已送达 Delivered")


def test_a_text_that_failed_shows_the_error(phones: Play, opened: Opened) -> None:
    phones.nasty(refuse_send={"code": 30003, "times": 1})
    page = opened(phones)
    send(phones, MOBILE, "请评价")
    message = on(page, MOBILE).locator(".message")
    expect(message).to_have_class(re.compile("lost"))
    expect(message.locator(".message-error")).to_contain_text("30003")
    expect(message.locator(".status")).to_contain_text("未送达")


def test_a_reply_reaches_the_application_and_its_answer_the_phone(
    phones: Play, opened: Opened, application: Application
) -> None:
    application.answer("/sms", "<Message>感谢您的评价。</Message>")
    page = opened(phones)
    send(phones, MOBILE, "请回复5或1")
    field = on(page, MOBILE).get_by_label("短信内容 Text")
    field.fill("5 非常满意")
    field.press("Enter")
    expect(on(page, MOBILE).locator(".message.mine .message-body")).to_have_text("5 非常满意")
    phones.advance(5)
    expect(on(page, MOBILE).locator(".message-body").last).to_have_text("感谢您的评价。")
    expect(field).to_have_value("")
    expect(field).to_be_focused()
    assert application.last("/sms")["Body"] == "5 非常满意"
    assert application.last("/sms")["To"] == OURS


def test_enter_while_an_input_method_is_composing_does_not_send(phones: Play, opened: Opened) -> None:
    page = opened(phones)
    field = on(page, MOBILE).get_by_label("短信内容 Text")
    field.fill("man yi")
    field.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    send(phones, MOBILE, "另一条")
    expect(on(page, MOBILE).locator(".message")).to_have_count(1)
    expect(field).to_have_value("man yi")


def test_a_text_that_could_not_be_sent_comes_back_to_the_field(phones: Play, opened: Opened) -> None:
    page = opened(phones, expected="404")
    page.route("**/text", lambda route: route.fulfill(status=404, json={"error": "to: not one of ours"}))
    field = on(page, MOBILE).get_by_label("短信内容 Text")
    field.fill("您好")
    field.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="not one of ours")).to_be_visible()
    expect(field).to_have_value("您好")


def test_what_is_being_typed_keeps_text_focus_and_caret_while_texts_arrive(phones: Play, opened: Opened) -> None:
    page = opened(phones)
    field = on(page, MOBILE).get_by_label("短信内容 Text")
    field.fill("不满意，跑了三趟")
    field.evaluate("field => { field.setSelectionRange(2, 4); field.dataset.same = 'yes'; }")
    for body in ("第一条", "第二条", "第三条"):
        send(phones, MOBILE, body)
    expect(on(page, MOBILE).locator(".message")).to_have_count(3)
    expect(field).to_be_focused()
    expect(field).to_have_value("不满意，跑了三趟")
    assert field.evaluate("field => [field.selectionStart, field.selectionEnd, field.dataset.same]") == [2, 4, "yes"]


def test_a_landline_has_no_messages_and_says_what_it_refused(phones: Play, opened: Opened) -> None:
    page = opened(phones)
    expect(on(page, LANDLINE).get_by_label("短信内容 Text")).to_have_count(0)
    send(phones, LANDLINE, "请评价")
    expect(on(page, LANDLINE)).to_contain_text("座机不能收短信，已退回 1 条。")
    expect(on(page, LANDLINE)).to_contain_text("30006")
