"""What a newcomer does, in a real browser on the whole running demo: from the record sent in to the case closed."""

import os
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, FrameLocator, Locator, Page, expect

from hotline.demo import cast
from hotline.demo.launch import Demo, launch
from hotline.demo.play import play
from hotline.demo.story import scenes
from hotline.policies import load_policy

PATIENCE_MS = 30_000
# `make screenshots` sets it: the pictures of the docs are taken on the way.
SCREENSHOTS = os.environ.get("HOTLINE_SCREENSHOTS")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    running = launch(tmp_path_factory.mktemp("demo"), lambda part: None)
    if SCREENSHOTS:  # the pictures show an ordinary day
        now = datetime.now(load_policy("always").zone)
        assert list(play(running, scenes(now), now, lambda scene: None)) == []
    yield running
    running.stop()


Visit = Callable[..., BrowserContext]


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """Opens a browser of a given width; the test fails if any page's console got a warning or an error."""
    opened: list[BrowserContext] = []
    complaints: list[str] = []
    expect.set_options(timeout=PATIENCE_MS)

    def note(said: ConsoleMessage) -> None:
        if said.type in ("error", "warning"):
            complaints.append(f"{said.location['url']}: {said.text}")

    def visit_with(width: int) -> BrowserContext:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE_MS)
        context.on("console", note)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        opened.append(context)
        return context

    yield visit_with
    for context in opened:
        context.close()
    assert complaints == []


def picture(shown: Page | Locator, name: str) -> None:
    if SCREENSHOTS:
        shown.screenshot(path=Path(SCREENSHOTS) / f"{name}.png")


def phone(where: Page | FrameLocator, number: str) -> Locator:
    return where.locator(f'[data-phone="{number}"]')


def press(where: Locator, name: str) -> None:
    where.get_by_role("button", name=name, exact=True).click()


def log_in(page: Page, demo: Demo, name: str) -> None:
    page.goto(demo.addresses.console)
    page.get_by_label("用户名").fill(name)
    page.get_by_label("密码").fill(demo.password)
    press(page.locator("main"), "登录 Log in")
    if name in demo.second_factors:
        page.get_by_label("验证码").fill(next_code(demo.second_factors[name]))
        press(page.locator("main"), "继续 Go on")
        page.wait_for_url(demo.addresses.console)


_used = [0]  # half minutes whose codes were given


def next_code(secret: str) -> str:
    """What their telephone shows; or what it will show next, if that was used a moment ago."""
    _used.append(max(int(time.time()) // 30, _used[-1] + 1))
    return pyotp.TOTP(secret).generate_otp(_used[-1])


def test_a_newcomer_sees_the_whole_way_through(demo: Demo, visit: Visit) -> None:
    context = visit(1280)
    phones = context.new_page()
    phones.goto(f"{demo.addresses.simulator}/simulator/")
    mobile, landline, desk = (
        phone(phones, number) for number in (cast.VISITOR_MOBILE, cast.VISITOR_LANDLINE, cast.DESK_PHONE)
    )
    stage = context.new_page()
    stage.goto(demo.addresses.stage)

    # A transaction is sent in; the text arrives; the citizen answers it, badly.
    stage.locator("button.preset").first.click()
    expect(mobile).to_contain_text("请回复数字评价")
    mobile.get_by_role("textbox").fill("2 等了三个小时")
    press(mobile, "发送 Send")
    expect(mobile).to_contain_text("工作人员将在")

    # The landline is rung; the citizen presses a key.
    stage.locator("button.preset").nth(1).click()
    press(landline, "接听 Answer")
    expect(landline).to_contain_text("愿意评价请按1")
    press(landline, "1")
    expect(landline).to_contain_text("非常满意请按5")
    press(landline, "4")
    expect(landline).to_contain_text("已记录您的评价：满意")

    # Both ratings are in the store.
    expect(stage.locator("#ratings")).to_contain_text("2 等了三个小时")
    expect(stage.locator("#ratings")).to_contain_text("4 星")

    # An agent logs in, claims the bad one and calls the citizen: the desk rings first, then the mobile.
    console = context.new_page()
    log_in(console, demo, cast.AGENT)
    expect(console.locator("#queue")).to_contain_text("等了三个小时")
    picture(console, "queue-1280")
    console.locator("tr", has_text="等了三个小时").get_by_role("button").click()
    expect(console.get_by_role("heading", name="登记联系结果")).to_be_visible()
    picture(console, "case-1280")

    # The whole number is shown for a reason, and then the page goes back to the case.
    console.get_by_text("查看完整号码").click()
    console.locator("#reason").select_option("own_phone")
    press(console.locator("main"), "查看号码 Show the number")
    expect(console.locator("#revealed")).to_contain_text("+86 1")
    picture(console, "revealed-1280")
    console.get_by_role("link", name="返回工单").click()
    console.locator("#dial").click()
    press(desk, "接听 Answer")
    expect(desk).to_contain_text("按1接通市民")
    press(desk, "1")
    press(mobile, "接听 Answer")
    expect(console.locator("#call")).to_contain_text("通话中")
    picture(console, "call-1280")
    picture(phones, "phones-1280")
    press(mobile, "挂断 Hang up")
    expect(console.locator("#call")).not_to_contain_text("通话中")

    # What came of it is written down, and the case is closed.
    console.locator('input[name="result"][value="explained"]').check()
    console.locator("#note").fill("已致歉并说明等候原因，市民表示理解。")
    press(console.locator("#contact"), "保存 Save")
    expect(console.locator("main")).to_contain_text("已办结")
    console.goto(f"{demo.addresses.console}ratings")
    expect(console.locator("main")).to_contain_text("等了三个小时")


@pytest.mark.parametrize("width", [1280, 390])
def test_every_screen_fits_its_window(demo: Demo, visit: Visit, width: int) -> None:
    page = visit(width).new_page()
    screens = {
        "stage": demo.addresses.stage,
        "simulator": f"{demo.addresses.simulator}/simulator/",
        "api": f"{demo.addresses.web}/api/docs",
        "login": f"{demo.addresses.web}/console/login",
        "queue": demo.addresses.console,
        "closed": f"{demo.addresses.console}?tab=closed",
        "ratings": f"{demo.addresses.console}ratings",
        "desk": f"{demo.addresses.console}me",
        "deliveries": f"{demo.addresses.console}outbox",
        "replies": f"{demo.addresses.console}replies",
        "texts": f"{demo.addresses.console}texts",
        "flow": f"{demo.addresses.console}flow",
        "opt-outs": f"{demo.addresses.console}opt-outs",
        "replay": f"{demo.addresses.console}replay",
        "wording": f"{demo.addresses.console}wording",
        "users": f"{demo.addresses.console}users",
        "audit": f"{demo.addresses.console}audit",
        "sign-ins": f"{demo.addresses.console}me/sign-ins",
        "second-factor": f"{demo.addresses.console}me/second-factor",
        "board": f"{demo.addresses.console}board",
        "ledger": f"{demo.addresses.console}ledger",
        "search": f"{demo.addresses.console}search?state=open",
        "extensions": f"{demo.addresses.console}extensions",
        "quality": f"{demo.addresses.console}quality",
        "policy": f"{demo.addresses.console}policy",
        "calendar": f"{demo.addresses.console}calendar",
        "wording-editor": f"{demo.addresses.console}wording/sms-stars",
    }
    for name, address in screens.items():
        if name == "queue":
            log_in(page, demo, cast.ADMIN)
        answer = page.goto(address)
        assert answer is not None
        assert answer.ok, f"{name}: {answer.status}"
        expect(page.locator("main")).to_be_visible()
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"{name} is {overflow} px wider than its window"
        picture(page, f"{name}-{width}")
        if name == "flow" and width > 1000:
            picture(page.locator(".flow-picture"), f"flow-picture-{width}")
