"""The page about the survey by telephone: its figures, its picture, what is said at each step, what can be chosen."""

import re
from collections.abc import Callable
from datetime import timedelta
from xml.etree import ElementTree

from hotline.flows import load_flow
from hotline.services import Services
from hotline.tables.contacts import Way
from tests.console.conftest import Visitor
from tests.reports.made_calls import GO, RATED_5, make_call

Visit = Callable[..., Visitor]


def _picture(page: str) -> ElementTree.Element:
    found = re.search("<svg xmlns.*?</svg>", page, re.DOTALL)
    assert found
    return ElementTree.fromstring(found.group())


def test_figures_picture_and_words_stand_on_one_page(visit: Visit, staff: dict[str, int], house: Services) -> None:
    now = house.now()
    for pause in (5, 6, 40):
        make_call(house, now, GO, RATED_5, pause=pause)
    make_call(house, now, GO, stands="ask")
    make_call(house, now, ("ask", "1"), way=Way.CALLING, stands="confirm", language="yue")
    make_call(house, now - timedelta(days=40), GO, RATED_5)
    visitor = visit("auditor")
    page = visitor.get("/console/flow").text
    assert "占接通 5 的 80.0%" in page
    assert re.search("10 秒 .*九成在 80 秒内", page)  # they took 6, 10, 12 and 80 seconds
    notes = [text.text for text in _picture(page).iter() if (text.text or "").startswith("到达 ")]
    assert sorted(notes) == ["到达 1，挂断 100.0%", "到达 4，挂断 0.0%", "到达 5，挂断 20.0%"]
    for name in load_flow("survey").steps:
        assert page.count(f'id="step-{name}"') == 1
        assert f'href="#step-{name}"' in page
    assert "您的评价是：〔满意度名称〕。确认请按1，重新选择请按2。" in page
    assert "请您打分。很满意，请按5。" in page  # as elder mode asks
    called = visitor.get(f"/console/flow?way=called&last={now:%Y-%m-%d}").text
    assert "占接通 4 的 75.0%" in called
    assert "占接通 1 的 100.0%" in visitor.get("/console/flow?language=yue").text
    assert "占接通 6 的 83.3%" in visitor.get("/console/flow?first=2026-10-01").text
    assert "To confirm press 1. To choose again press 2." in visitor.get("/console/flow?words=en").text


def test_without_calls_and_with_strange_wishes_the_page_is_there(visit: Visit, staff: dict[str, int]) -> None:
    visitor = visit("admin")
    for strange in (
        "",
        "?first=x&last=9999-12-31",
        "?way=%3Cb%3E&language=tlh&words=tlh&_external=1",
        "?first=2999-1-1",
    ):
        answer = visitor.get(f"/console/flow{strange}")
        assert answer.status_code == 200
        assert "这些日子没有评价电话" in answer.text
        assert {
            text.text
            for text in _picture(answer.text).iter()
            if text.attrib.get("class") == "flow-figure flow-figure-0"
        } == {"无人到达"}
        assert "<b>" not in answer.text.partition("<main")[2].partition("flow-choose")[2].partition("</form>")[0]
