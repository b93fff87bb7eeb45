"""What the page's tests do and say over and over: find a phone, press a button, send a text, ring, survey."""

from collections.abc import Callable

from playwright.sync_api import Locator, Page, ViewportSize

from tests.simulator.application import OURS, Application, Play

WIDE: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 844}
QUESTION = "请为本次服务评价，非常满意请按5。"
MENU = f'<Gather numDigits="1" action="/key" timeout="10"><Say language="cmn-CN">{QUESTION}</Say></Gather>'
FAREWELL = "感谢您的评价，再见。"
THANKS = f'<Say language="cmn-CN">{FAREWELL}</Say><Hangup/>'

Opened = Callable[..., Page]


def on(page: Page, number: str) -> Locator:
    return page.locator(f'[data-phone="{number}"]')


def button(where: Page | Locator, name: str) -> Locator:
    return where.get_by_role("button", name=name, exact=True)


def send(play: Play, to: str, body: str) -> None:
    assert play.rest("POST", "/Messages.json", To=to, From=OURS, Body=body).status_code == 201
    play.advance(5)


def ring(play: Play, application: Application, to: str) -> str:
    answer = play.rest("POST", "/Calls.json", To=to, From=OURS, Url=f"{application.url}/voice")
    play.advance(1)
    return str(answer.json()["sid"])


def survey(application: Application) -> None:
    application.answer("/voice", MENU + "<Hangup/>")
    application.answer("/key", THANKS)
