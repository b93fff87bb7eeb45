"""Fixtures of the page's tests: phones set out on the page, and a browser that is watched for complaints."""

from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize, expect

from tests.simulator.application import AGENT, LANDLINE, MOBILE, Play
from tests.simulator.page.hands import WIDE, Opened

PATIENCE_MS = 20_000  # how long a busy machine may take over what normally takes a moment


@pytest.fixture(scope="session")
def window(browser: Browser) -> Iterator[BrowserContext]:
    """A window with a page of this machine that stays open, so that chromium keeps a process for the pages to come:
    starting one takes longer than most tests here. Each simulator has a port, and so a storage, of its own."""
    context = browser.new_context(viewport=WIDE, locale="zh-CN", timezone_id="Asia/Shanghai")
    first = context.new_page()
    first.route("**", lambda route: route.fulfill(body=""))
    first.goto("http://127.0.0.1/")
    yield context
    context.close()


@pytest.fixture
def opened(window: BrowserContext) -> Iterator[Opened]:
    """Opens the page of a simulator; the test fails if the browser's console got a warning or an error.

    Ask for it after the simulator: then pages are closed first, and do not complain that it went away. What a test
    asks of the page's whole context (a clock, permissions) would reach the next one: that needs a context of its own.
    """
    expect.set_options(timeout=PATIENCE_MS)
    complaints: list[str] = []
    pages = []

    def open_page(
        play: Play,
        size: ViewportSize = WIDE,
        query: str = "",
        scheme: Literal["light", "dark"] = "light",
        script: str = "",
        expected: str = "nothing is expected",
    ) -> Page:
        def note(said: ConsoleMessage) -> None:
            if said.type in ("error", "warning") and expected not in said.text:
                complaints.append(said.text)

        page = window.new_page()
        pages.append(page)
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", note)
        if script:
            page.add_init_script(script)
        page.goto(f"{play.url}/simulator/{query}")
        expect(page.locator("#phone-list > *, #phones-empty:visible").first).to_be_visible()
        return page

    yield open_page
    for page in pages:
        page.close()
    assert complaints == []


@pytest.fixture
def phones(play: Play) -> Play:
    """Hands on a simulator with a citizen's mobile, a citizen's landline and an agent's desk phone set out."""
    play.ask("PUT", f"/phones/{MOBILE}", {"label": "市民手机", "kind": "mobile", "owner": "王秀英"})
    play.ask("PUT", f"/phones/{LANDLINE}", {"label": "市民座机", "kind": "landline", "owner": "李建国"})
    play.ask("PUT", f"/phones/{AGENT}", {"label": "坐席话机", "kind": "landline", "owner": "陈静"})
    return play
