"""The stage's page in a real browser, wide and narrow."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from hotline.simulator import SimulatorServer
from tests.journeys.stage.conftest import MOBILE, OUR_NUMBER, PASSWORD, Product, a_rating


@dataclass
class Visit:
    """A browser on the stage, and what it complained of."""

    page: Any
    complaints: list[str]

    @property
    def phones(self) -> Any:
        return self.page.frame_locator("iframe.frame")


both_widths = pytest.mark.parametrize("visit", [1280, 390], indirect=True)


@pytest.fixture
def visit(request: pytest.FixtureRequest, browser: Any, stage: httpx.Client) -> Iterator[Visit]:
    page = browser.new_page(viewport={"width": getattr(request, "param", 1280), "height": 900})
    visit = Visit(page, [])
    page.on("console", lambda line: visit.complaints.append(line.text) if line.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    page.goto(str(stage.base_url))
    yield visit
    page.close()
    assert visit.complaints == []


@both_widths
def test_a_visitor_sends_replies_and_sees_the_rating(
    visit: Visit, product: Product, simulator: SimulatorServer
) -> None:
    page = visit.page
    page.get_by_role("button", name="办件 · 短信").click()
    page.get_by_text("已接收").wait_for()
    page.locator(".step.done", has_text="发送一条记录").wait_for()
    number = product.posted[0][1][0]["number"]

    twilio = f"{simulator.url}/2010-04-01/Accounts/AC{'0' * 32}/Messages.json"
    text = {"From": OUR_NUMBER, "To": MOBILE, "Body": "请回复数字评价"}
    assert httpx.post(twilio, data=text, auth=("AC" + "0" * 32, "token")).status_code == 201
    visit.phones.get_by_text("请回复数字评价").wait_for()
    httpx.post(f"{simulator.url}/simulator/api/phones/{MOBILE}/text", json={"to": OUR_NUMBER, "body": "2"})
    page.locator(".step.done", has_text="回复数字").wait_for()

    product.ratings = [a_rating(number, 2)]
    fresh = page.locator(".rating.fresh", has_text=number)
    fresh.wait_for()
    assert "2 星 不满意" in fresh.inner_text()
    page.locator(".step.done", has_text="查看评价").wait_for()


def test_what_is_typed_survives_the_news(visit: Visit, product: Product) -> None:
    field = visit.page.get_by_label("事项名称")
    field.fill("修桥")
    product.ratings = [a_rating("A1", 4)]
    visit.page.locator(".rating.fresh").wait_for()
    visit.page.keyboard.type("铺路")
    assert field.input_value() == "修桥铺路"


def test_a_known_rating_is_not_drawn_anew(visit: Visit, product: Product) -> None:
    page = visit.page
    product.ratings = [a_rating("A1", 4)]
    page.locator('[data-key="1.1"]').evaluate("(row) => { row.mark = 'same'; }")
    product.ratings = [a_rating("A1", 4), a_rating("A2", 5, id=2)]
    page.locator('[data-key="2.1"]').wait_for()
    assert page.locator(".rating").evaluate_all("(rows) => rows.map((row) => row.dataset.key)") == ["2.1", "1.1"]
    assert page.locator('[data-key="1.1"]').evaluate("(row) => row.mark") == "same"


@both_widths
def test_the_form_works_by_keyboard_and_shows_a_rejection(visit: Visit, product: Product) -> None:
    product.verdict = {"status": "rejected", "id": None, "error": {"field": "number", "message": "is odd"}}
    field = visit.page.get_by_label("编号", exact=False)
    field.fill("不合规")
    with visit.page.expect_response("**/send") as answered:
        field.press("Enter")
    assert "is odd" in answered.value.text()
    visit.page.get_by_text("未接收").wait_for()


@both_widths
def test_the_page_ends_where_its_content_does(visit: Visit, product: Product) -> None:
    product.ratings = [a_rating(f"A{number}", 3, id=number) for number in range(40)]
    visit.page.locator(".rating").nth(29).wait_for()
    root = "document.documentElement"
    assert visit.page.evaluate(f"{root}.scrollWidth - {root}.clientWidth") == 0
    assert visit.page.evaluate(f"{root}.scrollHeight - document.body.getBoundingClientRect().height") < 1


def test_the_password_is_copied_by_its_button(visit: Visit) -> None:
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    button = visit.page.get_by_role("button", name="复制密码")
    button.click()
    button.get_by_text("已复制").wait_for()
    assert visit.page.evaluate("navigator.clipboard.readText()") == PASSWORD


def test_nothing_is_asked_while_the_page_is_hidden(visit: Visit) -> None:
    page = visit.page
    page.clock.install()
    with page.expect_response("**/live*"):
        page.reload()
    asked: list[str] = []
    hide(page, True)
    page.on("request", lambda sent: asked.append(sent.url) if "/live" in sent.url else None)
    page.clock.run_for(60_000)
    assert asked == []
    with page.expect_request("**/live*"):
        hide(page, False)


def hide(page: Any, hidden: bool) -> None:
    """As if the visitor went to another tab, or came back."""
    page.evaluate(
        """(hidden) => {
          Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )
