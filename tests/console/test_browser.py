"""The console in a real browser: a case worked by keyboard, a lost lease, live pages, and what axe finds."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
from flask import Flask
from playwright.sync_api import expect

from hotline.actions import dial, wording
from hotline.actions.people import add_user
from hotline.jobs.audit import check_audit_log
from hotline.jobs.casework import keep_deadlines
from hotline.messages import Accepted
from hotline.rules.casework import CaseState, Outcome
from hotline.rules.script import Channel
from hotline.services import Services
from hotline.tables import Attempt, Case, Rating, Recording
from hotline.tables.people import MANAGERS, Role
from tests import parts
from tests.cast import change_casework_rules
from tests.conftest import MovingClock
from tests.console.conftest import DEPARTMENT, PASSWORD, code_now
from tests.console.fortnight import live_a_fortnight
from tests.console.supervised import supervise
from tests.voices import SECONDS, left

# A browser that closes while it fetches a picture leaves the test server's file to the garbage collector.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <_io.FileIO:pytest.PytestUnraisableExceptionWarning"
)

AXE = (Path(__file__).parent.parent / "assets" / "axe.min.js").read_text(encoding="utf-8")
SHOTS = os.environ.get("HOTLINE_TEST_SHOTS")  # a folder for pictures of every page, for a person to look at
PATIENCE_MS = 20_000  # how long a busy machine may take over what normally takes a moment
PICTURES = os.environ.get("HOTLINE_SCREENSHOTS")  # `make screenshots` sets it: the pictures of the docs
QUEUE_MS, CALL_MS = 5_000, 2_000  # how often the queue, and a case during a call, ask for news by the page's clock
SIZES = {"wide": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    served = parts.serve(app)
    yield served.url
    served.stop()


@pytest.fixture
def open_page(browser: Any, site: str, house: Services) -> Iterator[Callable[..., Any]]:
    """A page of a fresh browser, logged in; when the test ends, nothing may have been complained of.

    What the browser says about an answer that refuses (4xx) is no complaint.
    """
    contexts, complaints = [], []
    expect.set_options(timeout=PATIENCE_MS)

    def note(said: Any) -> None:
        if said.type in ("error", "warning") and "the server responded with a status of 4" not in said.text:
            complaints.append(said.text)

    def opened(name: str | None = "agent", size: str = "wide", scheme: str = "light") -> Any:
        context = browser.new_context(
            base_url=site, viewport=SIZES[size], color_scheme=scheme, reduced_motion="reduce", locale="zh-CN"
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if name is not None:
            page.goto("/console/login")
            page.get_by_label("用户名").fill(name)
            page.get_by_label("密码").fill(PASSWORD)
            page.keyboard.press("Enter")
            if name in MANAGERS:
                page.get_by_label("验证码").fill(code_now(house, name))
                page.keyboard.press("Enter")
            page.wait_for_url(re.compile(f"^{re.escape(site)}/console/(explain)?$"))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def _case(house: Services, case_id: int) -> Case:
    with house.database.read() as session:
        return session.get_one(Case, case_id)


def test_callback_after_callback_is_worked_by_keyboard_alone(
    open_page: Callable[..., Any], staff: dict[str, int], open_case: Callable[..., int], house: Services
) -> None:
    """From the choice of how to work to a queue that is empty, never touching the mouse."""
    cases = [open_case(ago=timedelta(minutes=minutes)) for minutes in (30, 20, 10)]
    page = open_page()
    page.goto("/console/me")
    page.get_by_label("用自用电话呼叫").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.get_by_text("工作方式已保存").wait_for()
    page.goto("/console/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="快捷键")).to_be_visible()
    _look_from_all_sides(page, "keys")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.wait_for_url(f"**/console/cases/{cases[0]}")
    page.keyboard.press("2")
    assert page.get_by_role("radio", name="已整改解决").is_checked()
    expect(page.get_by_label("处理情况")).to_be_focused()
    page.keyboard.type("2026年11月23日已致歉，卡已补换。")
    assert page.get_by_role("radio", name="已整改解决").is_checked()  # digits of the note pick nothing
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**/console/cases/{cases[1]}")
    assert "已致歉" not in page.evaluate("JSON.stringify(sessionStorage)")
    assert page.get_by_text(f"工单 {cases[0]} 已办结").is_visible()
    page.keyboard.press("6")
    page.keyboard.press("Control+Enter")  # nobody answered: nothing to write
    page.wait_for_url(f"**/console/cases/{cases[2]}")
    assert page.get_by_text("再次呼叫").first.is_visible()
    page.keyboard.press("8")
    expect(page.get_by_label("市民希望的回电时间")).to_be_focused()
    page.keyboard.type("11242026")
    page.keyboard.press("Tab")
    page.keyboard.type("1030AM")
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    page.keyboard.type("市民在开会")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/console/")
    assert page.get_by_text("没有您现在可以受理的工单").is_visible()
    done, unanswered, later = (_case(house, case_id) for case_id in cases)
    assert (done.state, done.outcome) == (CaseState.CLOSED, Outcome.RECTIFIED)
    assert (unanswered.state, unanswered.our_time, unanswered.holder_id) == (CaseState.OPENED, True, None)
    assert later.state is CaseState.CONTACTED
    assert later.call_at == datetime(2026, 11, 24, 10, 30, tzinfo=house.policy.zone)


def test_the_skip_link_and_the_tab_key_reach_the_first_case(
    open_page: Callable[..., Any], staff: dict[str, int], open_case: Callable[..., int]
) -> None:
    case_id = open_case()
    page = open_page()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id"))
    assert "next" in reached
    assert f"claim-{case_id}" in reached


def test_a_new_case_appears_by_itself_and_the_focus_stays(
    open_page: Callable[..., Any], staff: dict[str, int], open_case: Callable[..., int]
) -> None:
    first = open_case()
    page = open_page()
    page.clock.install()
    page.reload()
    polls: list[Any] = []
    page.on("request", lambda request: polls.append(request) if "/console/queue" in request.url else None)
    page.locator(f"#claim-{first}").focus()
    page.keyboard.press("Shift")
    second = open_case(item_name="护照换发")
    page.clock.fast_forward(QUEUE_MS)
    page.locator(f"#claim-{second}").wait_for()
    assert page.evaluate("document.activeElement.id") == f"claim-{first}"
    expect(page.locator("#queue-news")).to_contain_text("待处理 2 件")
    expect(page).to_have_title(re.compile("^（2）队列"))
    with page.expect_request("**/console/queue?*"):
        page.clock.fast_forward(QUEUE_MS)
    # Only the first came while somebody was at the keyboard: the others do not keep the session alive.
    assert [poll.headers.get("x-background") for poll in polls[:2]] == [None, "1"]


def _claim(page: Any, case_id: int) -> None:
    """Nobody types sooner than the scripts of the page are there."""
    page.locator(f"#claim-{case_id}").click()
    page.wait_for_load_state()


def test_a_call_is_followed_live(
    open_page: Callable[..., Any], staff: dict[str, int], open_case: Callable[..., int], house: Services
) -> None:
    case_id = open_case()
    page = open_page()
    page.clock.install()
    _claim(page, case_id)
    page.get_by_label("处理情况").fill("正在写")
    page.get_by_role("button", name="呼叫市民").click()
    page.get_by_text("正在准备呼叫").first.wait_for()
    expect(page.get_by_label("处理情况")).to_have_value("正在写")
    with house.database.write() as session:
        attempt_id = session.query(Attempt).one().id
        dial.begin_dial(session, attempt_id, house.now())
        dial.settle_dial(session, attempt_id, Accepted("CA1"), house.now())
        dial.agent_answered(session, attempt_id, "CA1", house.now())
    page.clock.fast_forward(CALL_MS)
    page.get_by_text("坐席已接听，请按 1").first.wait_for()
    expect(page.locator("#contact")).to_contain_text("尚未通过本系统接通市民")
    with house.database.write() as session:
        dial.bridge(session, attempt_id, house.now())
        dial.citizen_answered(session, attempt_id, house.now())
    page.clock.fast_forward(CALL_MS)
    page.locator(".call-state", has_text="通话中").wait_for()
    expect(page.locator("#contact")).not_to_contain_text("尚未通过本系统接通市民")
    assert page.get_by_label("处理情况").input_value() == "正在写"
    page.get_by_role("button", name="通话已结束").click()
    page.get_by_role("button", name="呼叫市民").wait_for()
    expect(page.get_by_label("处理情况")).to_have_value("正在写")


def test_a_lease_runs_down_in_sight_and_who_lost_it_to_another_browser_keeps_only_the_note(
    open_page: Callable[..., Any],
    staff: dict[str, int],
    open_case: Callable[..., int],
    clock: MovingClock,
    house: Services,
) -> None:
    case_id = open_case()
    page, other = open_page(), open_page("王敏")
    page.clock.install()
    _claim(page, case_id)
    page.get_by_label("处理情况").fill("写了一半")
    page.clock.fast_forward(30_000)
    expect(page.locator("[data-left]")).to_have_text(re.compile("^9:(30|[12].)$"))
    clock.move(minutes=9)
    with page.expect_response("**/renew"):
        page.clock.fast_forward(30_000)  # by itself, while the page is open
    expect(page.locator("[data-left]")).to_have_text(re.compile("^(10:00|9:5.)$"))
    other.reload()
    expect(other.locator(f"#see-{case_id}")).to_be_visible()  # and nobody else can take it
    clock.move(minutes=11)  # the browser was asleep
    other.reload()
    other.keyboard.press("n")
    other.wait_for_url(f"**/console/cases/{case_id}")
    page.clock.fast_forward(60_000)
    page.get_by_text("您已不再持有这件工单").wait_for()
    _look(page, "wide-lost-lease")
    assert page.get_by_role("button", name="保存").is_disabled()
    assert page.get_by_label("处理情况").input_value() == "写了一半"
    assert _case(house, case_id).holder_id == staff["王敏"]


def test_refusals_are_as_readable_as_pages(
    open_page: Callable[..., Any], staff: dict[str, int], open_case: Callable[..., int]
) -> None:
    case_id = open_case(ago=timedelta(days=4))
    page = open_page()
    page.goto("/console/nowhere")
    _look_from_all_sides(page, "refused-nowhere")
    page.goto("/console/outbox")
    _look_from_all_sides(page, "refused-role")
    page.goto(f"/console/cases/{case_id}")
    page.locator("#claim").click()
    page.get_by_label("处理情况").fill("   ")
    page.get_by_role("button", name="保存").click()
    page.get_by_text("请选择联系结果").first.wait_for()
    expect(page.locator("#faults")).to_be_focused()
    _look_from_all_sides(page, "refused-faulty")
    page.locator("#contact [name=token]").evaluate("token => { token.value = 'stale'; }")
    page.get_by_label("处理情况").fill("已向市民解释，市民表示理解。")
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="保存").click()
    page.get_by_text("本次操作未执行").wait_for()
    assert page.get_by_label("您已填写的处理情况").input_value() == "已向市民解释，市民表示理解。"
    _look_from_all_sides(page, "refused-stale")
    stranger = open_page(name=None)
    stranger.goto("/console/login")
    stranger.get_by_label("用户名").fill("agent")
    stranger.get_by_label("密码").fill("not it at all")
    stranger.keyboard.press("Enter")
    stranger.get_by_text("用户名或密码不正确").wait_for()
    _look_from_all_sides(stranger, "refused-login")


def test_a_log_out_forgets_what_was_being_written(
    open_page: Callable[..., Any], staff: dict[str, int], open_case: Callable[..., int]
) -> None:
    case_id = open_case()
    page = open_page()
    _claim(page, case_id)
    page.get_by_label("处理情况").fill("涉及个人情况")
    page.reload()
    expect(page.get_by_label("处理情况")).to_have_value("涉及个人情况")
    page.get_by_role("button", name="退出").click()
    page.wait_for_url("**/console/login")
    assert "涉及个人情况" not in page.evaluate("JSON.stringify(sessionStorage)")


PAGES = (
    "/console/",
    "/console/?tab=closed",
    "/console/cases/{held}",
    "/console/cases/{calling}",
    "/console/cases/{free}",
    "/console/cases/{closed}",
    "/console/ratings",
    "/console/recordings",
    "/console/replies",
    "/console/replies/{reply}",
    "/console/texts",
    "/console/flow",
    "/console/opt-outs",
    "/console/opt-outs/1",
    "/console/outbox",
    "/console/me",
    "/console/notices",
    "/console/cases/{long}",
    "/console/wording",
    "/console/wording/sms-stars/1",
    "/console/board",
    "/console/ledger",
    "/console/search?state=open",
    "/console/extensions",
    "/console/quality",
    "/console/quality/samples/1",
    "/console/policy",
    "/console/calendar",
)


@pytest.mark.timeout(300)  # every page, four times
def test_axe_finds_nothing_and_no_page_scrolls_sideways(
    open_page: Callable[..., Any], full_house: dict[str, int], open_case: Callable[..., int], house: Services
) -> None:
    change_casework_rules(house, "luoning", records_calls=True)
    full_house["long"] = open_case(ago=timedelta(days=4))
    keep_deadlines(house)
    supervise(house, full_house["long"])
    stranger = open_page(name=None)
    stranger.goto("/console/login")
    _look_from_all_sides(stranger, "login")
    page = open_page("supervisor")
    for case in ("held", "calling", "long"):
        page.goto(f"/console/cases/{full_house[case]}")
        page.locator("#claim").click()
        page.locator("#contact").wait_for()
    page.goto(f"/console/cases/{full_house['calling']}")
    page.locator("#dial").click()
    page.locator(".call-state").wait_for()
    for path in PAGES:
        page.goto(path.format(**full_house))
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        name = path.format(**{case: case for case in full_house}).removeprefix("/console/")
        _look_from_all_sides(page, name.replace("/", "-").replace("?", "-") or "queue")
    page.goto(f"/console/cases/{full_house['long']}")
    page.get_by_text("查看完整号码").click()
    page.locator("#reason").select_option("own_phone")
    page.get_by_role("button", name="查看号码").click()
    page.locator("#revealed a").wait_for()
    _look_from_all_sides(page, "revealed")


CONTRAST = "color-contrast"
SHOWN = ("button-name", "link-name", "label", "target-size", "scrollable-region-focusable", "link-in-text-block")
ALL_RULES: dict[str, Any] = {}
# What axe looks for from each side: a scheme changes nothing but colours, and a size only what is shown, and where.
RULES: dict[tuple[str, str], dict[str, Any]] = {
    ("phone", "dark"): {"runOnly": [CONTRAST, *SHOWN]},
    ("wide", "light"): ALL_RULES,
}

# What a screen of 1280 px has left at that zoom.
ZOOMED = {"200%": 640, "400%": 320}


def _look_from_all_sides(page: Any, name: str) -> None:
    """In both sizes and both schemes, and zoomed, without loading the page anew; then as it was opened."""
    for zoom, width in ZOOMED.items():
        page.set_viewport_size({"width": width, "height": 720})
        _scrolls_down_only(page, f"{zoom}-{name}")
    for (size, scheme), rules in RULES.items():
        page.set_viewport_size(SIZES[size])
        page.emulate_media(color_scheme=scheme)
        _look(page, f"{size}-{scheme}-{name}", rules)


def _scrolls_down_only(page: Any, name: str) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways"


def _look(page: Any, name: str, rules: dict[str, Any] = ALL_RULES) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)
    page.wait_for_load_state()  # with its sheets
    _scrolls_down_only(page, name)
    _ask_axe(page, name, rules)
    small = page.evaluate(
        "[...document.querySelectorAll('.button, .choice, nav a')]"
        ".filter(e => e.getClientRects().length && e.getBoundingClientRect().height < 44).map(e => e.outerHTML)"
    )
    assert small == [], name


def _ask_axe(page: Any, name: str, rules: dict[str, Any]) -> None:
    if page.evaluate("!window.axe"):
        page.evaluate(AXE)
    found = page.evaluate("rules => axe.run(document, {resultTypes: ['violations'], ...rules})", rules)
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"]] == [], name


@pytest.mark.parametrize(("size", "scheme"), [("wide", "light"), ("phone", "dark")])
def test_texts_are_read_again_and_one_is_decided_on_by_keyboard_alone(
    open_page: Callable[..., Any], staff: dict[str, int], house: Services, size: str, scheme: str
) -> None:
    live_a_fortnight(house)
    page = open_page("admin", size, scheme)
    page.goto("/console/replay")
    page.get_by_role("button", name="重读").click()
    page.locator("#report").wait_for()
    _look(page, f"{size}-{scheme}-replay")
    page.goto("/console/replies")
    expect(page.locator("#replies-due")).to_contain_text("4")
    page.keyboard.press("n")
    page.wait_for_url("**/console/replies/*")
    page.locator("[name=record_id]").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("2")
    assert page.get_by_role("radio", name="不满意 dissatisfied", exact=True).is_checked()
    page.keyboard.press("Enter")
    page.get_by_text("已记为 2 星").wait_for()
    expect(page.locator("#replies-due")).to_contain_text("3")
    with house.database.read() as session:
        assert session.query(Rating).filter_by(rule="person").one().stars == 2


def test_evidence_an_explanation_and_the_register_in_a_real_browser(
    open_page: Callable[..., Any],
    staff: dict[str, int],
    receive: Callable[..., Rating],
    open_case: Callable[..., int],
    house: Services,
    clock: MovingClock,
) -> None:
    change_casework_rules(house, "luoning", consults_first=False)
    with house.database.write() as session:
        add_user(session, "窗口", Role.DEPARTMENT, PASSWORD, house.now(), DEPARTMENT, "JL-0117")
    for hours in range(5):
        receive(ago=timedelta(hours=hours + 1), item_name="社保卡挂失")
    served = {"staff_no": "JL-0117", "window": "3号窗口"}
    case_id = open_case(raw="1 态度恶劣", comment="态度恶劣", **served)
    open_case(item_name="养老保险关系转移接续", **served)
    clock.move(days=1)  # of today nothing is listed
    page = open_page("窗口")
    _look_from_all_sides(page, "explain")
    page.get_by_label("情况说明 What happened 2").fill("当时系统停机，已向群众解释并登记，次日优先办理。")
    page.get_by_role("button", name="提交 Submit 2").click()
    page.get_by_text("说明已提交").wait_for()
    _picture(page, "explain")
    page = open_page("department")
    page.goto(f"/console/cases/{case_id}")
    page.get_by_text("申诉 Appeal", exact=True).click()
    page.get_by_label("申诉理由").select_option("malicious")
    page.locator("#appeal-note").fill("经查当日该市民未到窗口。")
    page.locator("#appeal-evidence").fill("窗口监控、叫号记录")
    page.reload()  # as after a session that ran out: what was written is there, and its step is open
    expect(page.locator("#appeal-note")).to_have_value("经查当日该市民未到窗口。")
    expect(page.locator("#appeal-evidence")).to_be_visible()
    page.get_by_label("申诉理由").select_option("malicious")
    scan = {"name": "叫号记录 13844328000.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 scan"}
    page.locator("#appeal-files").set_input_files([scan])
    page.get_by_role("button", name="：申诉").click()
    page.get_by_role("link", name="叫号记录 138____8000.pdf").wait_for()
    page.wait_for_function("!JSON.stringify(sessionStorage).includes('经查当日')")
    page = open_page("reviewer")
    page.goto(f"/console/cases/{case_id}")
    with page.expect_download() as download:
        page.get_by_role("link", name="叫号记录 138____8000.pdf").click()
    assert Path(download.value.path()).read_bytes() == scan["buffer"]
    _look_from_all_sides(page, "appeal")
    _picture(page, "appeal", "#appeals")
    page.get_by_text("评价不计入 Exclude").click()
    page.locator("#exclude-note").fill("监控显示当日无此人。")
    page.locator("#exclude-citizen_side").fill("三次致电，均未接听。")
    page.get_by_role("button", name="：评价不计入").click()
    page.get_by_text("经复核，这条评价不计入").wait_for()
    chief = open_page("supervisor")
    chief.goto(f"/console/cases/{case_id}")
    chief.get_by_text("建议登记为恶意评价人").click()
    chief.locator("#register-note").fill("捏造经历，影响窗口正常工作。")
    chief.get_by_role("button", name="提出建议").click()
    chief.wait_for_url("**/console/register/1")
    page.goto("/console/register/1")
    page.locator("#decide_registering-note").fill("证据充分，登记六个月。")
    page.get_by_role("button", name="予以登记").click()
    page.get_by_text("已登记。").wait_for()
    receive(stars=2, raw="2", comment=None)
    chief.goto("/console/register/1")
    _look_from_all_sides(chief, "register-1")
    _picture(chief, "register-entry")
    chief.goto("/console/register?tab=standing")
    _look_from_all_sides(chief, "register")
    _picture(chief, "register")


def _picture(page: Any, name: str, top: str | None = None) -> None:
    """For the docs, in both sizes; `top`: what the picture begins with."""
    for size in SIZES.values() if PICTURES else ():
        page.set_viewport_size(size)
        page.evaluate("top => (top ? document.querySelector(top) : document.body).scrollIntoView()", top)
        page.screenshot(path=f"{PICTURES}/{name}-{size['width']}.png")


@pytest.mark.parametrize("size", SIZES)
def test_a_voice_comment_is_played_from_the_middle_and_settled(
    open_page: Callable[..., Any], staff: dict[str, int], receive: Callable[..., Rating], house: Services, size: str
) -> None:
    left(house, receive(stars=4, channel=Channel.PHONE).record_id, ago=timedelta(minutes=50))
    left(house, ago=timedelta(hours=2))
    page = open_page("agent", size)
    page.get_by_role("link", name="留言").click()
    page.wait_for_url("**/console/recordings")
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/voices-{SIZES[size]['width']}.png")
    assert page.evaluate(PLAY) == {"seconds": SECONDS, "from": 4, "playing": True}
    page.get_by_label("内容与处理").fill("询问社保卡进度，已请窗口回电。")
    page.get_by_role("button", name="已收听").first.click()
    page.get_by_text("已登记为听过").wait_for()
    expect(page.locator("audio")).to_have_count(1)
    with house.database.read() as session:
        assert session.query(Recording).filter(Recording.heard_by == "agent").one().record_id is None


# Begins in the middle, as somebody does who has heard the beginning; and waits until it is heard from there.
PLAY = """async () => {
  const audio = document.querySelector("audio");
  audio.muted = true;
  audio.preload = "auto";
  await new Promise((known) => { audio.addEventListener("loadedmetadata", known); audio.load(); });
  audio.currentTime = 4;
  await audio.play();
  await new Promise((heard) => audio.addEventListener("timeupdate", heard));
  const at = Math.floor(audio.currentTime);
  const playing = !audio.paused;
  audio.pause();
  return { seconds: audio.duration, from: at, playing };
}"""


@dataclass
class _NthTo:
    """The so-manieth response to an address that ends like this."""

    end: str
    missing: int

    def __call__(self, response: Any) -> bool:
        self.missing -= response.url.endswith(self.end)
        return self.missing == 0


# The page's next question to the server is not sent before `release()`.
HOLD = """() => {
  const send = XMLHttpRequest.prototype.send;
  window.held = new Promise((asked) => {
    XMLHttpRequest.prototype.send = function (...words) {
      XMLHttpRequest.prototype.send = send;
      window.release = () => send.apply(this, words);
      asked();
    };
  });
}"""


def test_a_text_is_written_judged_while_it_is_typed_and_survives_a_reload(
    open_page: Callable[..., Any], staff: dict[str, int], house: Services
) -> None:
    page = open_page("admin")
    page.goto("/console/wording/sms-stars")
    thanks, late = page.locator("#zh-CN-thanks_good"), page.locator("#zh-CN-late")
    late.fill("【{signature}】评价期限已过，请拨打。")
    late.evaluate("field => field.setSelectionRange(field.value.length - 1, field.value.length - 1)")
    page.locator("[data-into='zh-CN-late'][data-insert='{hotline}']").click()
    expect(late).to_have_value("【{signature}】评价期限已过，请拨打{hotline}。")
    expect(page.locator("#live-zh-CN-late")).to_contain_text("请拨打12345。")
    thanks.fill("已记录{label}")
    expect(page.locator("#live-zh-CN-thanks_good .fault")).to_contain_text("必须写明{signature}")
    _look_from_all_sides(page, "wording-editor")
    page.reload()
    expect(page.locator("#restored")).to_be_visible()
    expect(thanks).to_have_value("已记录{label}")
    expect(page.locator("#live-zh-CN-thanks_good .fault")).to_contain_text("必须写明{signature}")
    page.evaluate(HOLD)
    thanks.fill("【{signature}】已记录{label}，感谢！")
    page.evaluate("held")
    page.get_by_role("radio", name="英文").check()
    expect(thanks).to_be_hidden()
    page.get_by_role("radio", name="1 为非常满意").check()
    with page.expect_response(_NthTo("/wording/sms-stars/check", 2)):
        page.evaluate("release()")  # a question about what was written before the keys were turned
    expect(page.locator("#live-en-clarify .fault")).to_contain_text("没有按所选的按键方向")
    page.get_by_role("radio", name="5 为非常满意").check()
    expect(page.locator("#live-en-clarify .fault")).to_have_count(0)
    page.get_by_label("修改原因").fill("更简短")
    page.get_by_role("button", name="保存为草稿").click()
    page.wait_for_url("**/console/wording/sms-stars/101?language=en")
    assert "感谢！" not in page.evaluate("JSON.stringify(sessionStorage)")
    _look_from_all_sides(page, "wording-draft")
    page.get_by_role("button", name="确认启用").click()
    page.wait_for_url("**/console/wording")
    with house.database.read() as session:
        assert wording.script_in_use(session, "sms-stars").id == "sms-stars@101"


def test_a_person_is_added_comes_in_by_every_step_and_is_looked_after(
    open_page: Callable[..., Any], staff: dict[str, int], house: Services
) -> None:
    admin, new = open_page("admin"), open_page(name=None)
    check_audit_log(house)
    admin.goto("/console/users")
    admin.get_by_label("用户名 User name").fill("赵敏")
    admin.get_by_label("角色").last.select_option("supervisor")
    admin.get_by_role("button", name="添加").click()
    temporary = admin.locator("#temporary").inner_text()
    _look_from_all_sides(admin, "people-temporary-password")
    new.goto("/console/login")
    new.get_by_label("用户名").fill("赵敏")
    new.get_by_label("密码").fill(temporary)
    new.keyboard.press("Enter")
    new.get_by_label("新密码").fill("a password of my own")
    new.get_by_label("再输入一次").fill("a password of my own")
    new.keyboard.press("Enter")
    secret = new.locator("figcaption code").inner_text().replace(" ", "")
    _look_from_all_sides(new, "people-enrol")
    new.get_by_label("验证码").fill(pyotp.TOTP(secret).at(house.now()))
    new.keyboard.press("Enter")
    expect(new.locator(".codes code")).to_have_count(8)
    _look_from_all_sides(new, "people-recovery-codes")
    new.get_by_role("link", name="已保存").click()
    new.get_by_role("heading", name="队列").wait_for()
    for path in ("me/sign-ins", "me/password"):
        new.goto(f"/console/{path}")
        _look_from_all_sides(new, f"people-{path.replace('/', '-')}")
    user = f"users/{max(staff.values()) + 1}"
    for path in ("users", user, "audit"):
        admin.goto(f"/console/{path}")
        _look_from_all_sides(admin, f"people-{path.replace('/', '-')}")
    admin.goto(f"/console/{user}")
    admin.get_by_role("button", name="结束全部登录").click()
    admin.get_by_text("该用户的登录已全部结束").wait_for()
    new.goto("/console/")
    new.get_by_label("用户名").fill("赵敏")
    new.get_by_label("密码").fill("a password of my own")
    new.keyboard.press("Enter")
    new.get_by_label("验证码").wait_for()
    _look_from_all_sides(new, "people-code")
