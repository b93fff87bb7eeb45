"""The demo's stage: what it sends, what it shows, what it refuses; and the page itself in a real browser."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask import Flask, Response, jsonify, request

from hotline.demo.stage import StageConfig, create_stage, read_config
from hotline.demo.stage_ratings import board
from hotline.demo.stage_records import PRESETS, Kind, Line, Order, Registry, Survey
from hotline.demo.stage_tour import Glance, Step, Tour
from hotline.errors import SettingsError
from hotline.simulator import NumberConfig, PhoneConfig, SimulatorConfig, SimulatorServer
from hotline.simulator import serve as serve_simulator
from tests import parts

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
OUR_NUMBER = "+8643262012345"
MOBILE, LANDLINE, DESK = "+8613844328000", "+8643264812345", "+8643262011001"
PHONES = {Line.MOBILE: MOBILE, Line.LANDLINE: LANDLINE}
PASSWORD = "a-password-of-the-demo"


@dataclass
class Product:
    """The product's API as the stage meets it: remembers what was posted, answers as it is told."""

    posted: list[tuple[str, list[dict[str, Any]]]] = field(default_factory=list)
    verdict: dict[str, Any] = field(default_factory=lambda: {"status": "accepted", "id": 17, "error": None})
    status: int = 202
    ratings: list[dict[str, Any]] = field(default_factory=list)
    open_cases: int = 0
    keys: set[str] = field(default_factory=set)

    def app(self) -> Flask:
        app = Flask("product")

        @app.post("/api/v1/<door>")
        def take(door: str) -> tuple[Response, int]:
            records = request.get_json()
            self.posted.append((door, records))
            self.keys.add(request.headers["Authorization"])
            number = records[0].get("number") or records[0].get("call_id")
            return jsonify({"results": [{"number": number} | self.verdict]}), self.status

        @app.get("/api/v1/ratings")
        def ratings() -> Response:
            after = int(request.args["after"])
            return jsonify(
                {"ratings": self.ratings[after:], "next": len(self.ratings) if self.ratings[after:] else None}
            )

        @app.get("/metrics")
        def metrics() -> str:
            return f'# TYPE hotline_cases_open gauge\nhotline_cases_open{{state="opened"}} {self.open_cases}.0\n'

        return app


def a_rating(number: str = "2202022026112300420", stars: int = 2, **changes: Any) -> dict[str, Any]:
    """A document as the store has it."""
    record = {"kind": "transaction", "number": number, "service_count": 1, "item_name": "居民身份证换领"}
    rating: dict[str, Any] = {"id": 1, "version": 1, "record": record, "stars": stars, "channel": "sms"}
    rating |= {"raw": f"{stars} 排队<两>个小时", "state": "active", "rated_at": "2026-11-23T01:35:00+00:00"}
    return rating | changes


@pytest.fixture
def product() -> Product:
    return Product()


@pytest.fixture
def product_url(product: Product) -> Iterator[str]:
    served = parts.serve(product.app())
    yield served.url
    served.stop()


@pytest.fixture
def simulator() -> Iterator[SimulatorServer]:
    phones = (
        PhoneConfig(MOBILE, "手机 Mobile", "mobile", "王秀兰"),
        PhoneConfig(LANDLINE, "座机 Landline", "landline", "李国强"),
        PhoneConfig(DESK, "坐席话机 Agent's desk", "landline", "回访坐席"),
    )
    config = SimulatorConfig("AC" + "0" * 32, "token", numbers=(NumberConfig(OUR_NUMBER),), phones=phones)
    with serve_simulator(config) as server:
        yield server


@pytest.fixture
def config(product_url: str, simulator: SimulatorServer) -> StageConfig:
    return StageConfig(
        web=product_url,
        simulator=simulator.url,
        console=f"{product_url}/console/",
        key="a-key",
        agent="agent",
        supervisor="supervisor",
        password=PASSWORD,
        our_number=OUR_NUMBER,
        mobile=MOBILE,
        landline=LANDLINE,
        desk=DESK,
        secret="s" * 32,
    )


@pytest.fixture
def stage(config: StageConfig) -> Iterator[httpx.Client]:
    """A visitor's browser without scripts."""
    served = parts.serve(create_stage(config, lambda: NOW))
    with httpx.Client(base_url=served.url) as client:
        yield client
    served.stop()


def token(stage: httpx.Client) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', stage.get("/").text)
    assert found
    return found[1]


def send(stage: httpx.Client, **form: str) -> httpx.Response:
    headers = {"X-Requested-With": "fetch"}
    return stage.post("/send", data={"csrf_token": token(stage)} | form, headers=headers)


# What is sent


def test_a_preset_is_sent_with_the_key_as_a_departments_system_would(stage: httpx.Client, product: Product) -> None:
    answer = send(stage, preset="text")
    ((door, (record,)),) = product.posted
    assert answer.status_code == 200
    assert product.keys == {"Bearer a-key"}
    assert door == "transactions"
    assert re.fullmatch(r"22020220261123\d{4}", record["number"])
    assert record["phone"] == MOBILE
    assert record["item_name"] == "居民身份证换领"
    assert record["completed_at"] == "2026-11-23T09:24:00+08:00"
    assert "已接收" in answer.text
    assert record["number"] in answer.text
    assert "<dd>17</dd>" in answer.text


def test_a_call_is_sent_to_its_own_door_with_the_way_to_ask(stage: httpx.Client, product: Product) -> None:
    answer = send(stage, kind="call", line="mobile", survey="phone", item_name="咨询", number="")
    ((door, (record,)),) = product.posted
    assert door == "calls"
    assert re.fullmatch(r"HW20261123\d{5}", record["call_id"])
    assert record["survey"] == "phone"
    assert "电话马上会响" in answer.text


def test_the_visitors_own_number_and_item_are_sent_as_written(stage: httpx.Client, product: Product) -> None:
    send(stage, kind="transaction", line="landline", item_name="修桥铺路", number="不合规")
    record = product.posted[0][1][0]
    assert (record["number"], record["item_name"], record["phone"]) == ("不合规", "修桥铺路", LANDLINE)


def test_every_record_gets_a_number_of_its_own() -> None:
    registry = Registry(PHONES)
    orders = [preset.order for preset in PRESETS.values()] * 50
    records = [registry.record(order, NOW) for order in orders]
    assert len({record.get("number") or record["call_id"] for record in records}) == len(records)


def test_the_date_in_a_number_is_the_citys() -> None:
    late = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)  # 0:30 of the next day in 吉林市
    record = Registry(PHONES).record(Order(Kind.TRANSACTION, Line.MOBILE, "不动产转移登记"), late)
    assert record["number"].startswith("22020220261124")


def test_a_landline_rings_however_it_was_to_be_asked() -> None:
    assert Order(Kind.CALL, Line.LANDLINE, "", Survey.SMS).rings
    assert not Order(Kind.TRANSACTION, Line.MOBILE, "", Survey.PHONE).rings


# What is refused


def test_a_rejection_names_the_field_and_the_reason(stage: httpx.Client, product: Product) -> None:
    product.verdict = {"status": "rejected", "id": None, "error": {"field": "number", "message": "is <odd>"}}
    answer = send(stage, preset="text")
    assert answer.status_code == 200
    assert "未接收" in answer.text
    assert "<code>number</code>" in answer.text
    assert "is &lt;odd&gt;" in answer.text


def test_a_duplicate_is_said_to_be_one(stage: httpx.Client, product: Product) -> None:
    product.verdict = {"status": "duplicate", "id": 17, "error": None}
    assert "重复" in send(stage, preset="text").text


@pytest.mark.parametrize("status", [401, 500])
def test_a_product_that_refuses_the_request_is_shown_as_such(
    stage: httpx.Client, product: Product, status: int
) -> None:
    product.status = status
    answer = send(stage, preset="text")
    assert answer.status_code == 502
    assert f"HTTP {status}" in answer.text


def test_a_form_with_an_unknown_choice_is_rejected_and_nothing_is_sent(stage: httpx.Client, product: Product) -> None:
    answer = send(stage, kind="transaction", line="fax")
    assert answer.status_code == 200
    assert "<code>line</code>" in answer.text
    assert product.posted == []


@pytest.mark.parametrize("form", [{}, {"csrf_token": "forged"}])
def test_a_form_of_another_page_is_refused(stage: httpx.Client, product: Product, form: dict[str, str]) -> None:
    stage.get("/")
    answer = stage.post("/send", data={"preset": "text"} | form)
    assert answer.status_code == 400
    assert "页面已过期" in answer.text
    assert product.posted == []


def test_another_hosts_name_is_refused(stage: httpx.Client) -> None:
    answer = stage.get("/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert PASSWORD not in answer.text


def test_another_machine_is_refused(config: StageConfig) -> None:
    client = create_stage(config).test_client()
    assert client.get("/", environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 403


def test_the_page_may_load_only_its_own_files_and_frame_only_the_simulator(
    stage: httpx.Client, config: StageConfig
) -> None:
    answer = stage.get("/")
    policy = answer.headers["Content-Security-Policy"]
    assert f"default-src 'self'; frame-src {config.simulator};" in policy
    assert "<style" not in answer.text
    assert " style=" not in answer.text
    assert re.findall(r"<script(?! type=\"module\" src=\"/static/)", answer.text) == []


def test_its_cookie_does_not_replace_the_consoles(stage: httpx.Client) -> None:
    stage.get("/")
    assert list(stage.cookies) == ["hotline_stage"]


def test_without_a_script_the_answer_stands_in_the_page(stage: httpx.Client) -> None:
    answer = stage.post("/send", data={"csrf_token": token(stage), "preset": "text"})
    assert "已接收" in answer.text
    assert "评价热线演示台" in answer.text


# What is shown


def test_ratings_are_shown_newest_first_with_their_words(stage: httpx.Client, product: Product) -> None:
    product.ratings = [a_rating("A1", 2), a_rating("A2", 5, id=2, channel="phone", raw="5")]
    page = stage.get("/").text
    assert page.index('data-key="2.1"') < page.index('data-key="1.1"')
    assert "5 星 非常满意" in page
    assert "2 排队&lt;两&gt;个小时" in page
    assert "09:35:00" in page


def test_an_empty_store_says_what_to_do(stage: httpx.Client) -> None:
    assert "还没有评价" in stage.get("/").text


def test_only_active_ratings_are_counted() -> None:
    shown = board([a_rating(stars=1, state="superseded"), a_rating(stars=4, id=2), a_rating(stars=2, id=3)])
    assert (shown.stored, shown.counted, shown.good) == (3, 2, 1)
    assert [(bar.stars, bar.count) for bar in shown.bars] == [(5, 0), (4, 1), (3, 0), (2, 1), (1, 0)]


def test_nothing_is_told_again_until_something_changes(stage: httpx.Client, product: Product) -> None:
    seen = stage.get("/live").json()["seen"]
    assert stage.get("/live", params={"seen": seen}).status_code == 204
    product.ratings = [a_rating()]
    assert "不满意" in stage.get("/live", params={"seen": seen}).json()["parts"]["ratings"]


def test_a_silent_simulator_is_said_and_the_rest_is_left_as_it_was(
    stage: httpx.Client, simulator: SimulatorServer
) -> None:
    simulator.close()
    parts_told = stage.get("/live").json()["parts"]
    assert list(parts_told) == ["trouble"]
    assert "模拟电话暂时没有回答" in parts_told["trouble"]
    assert stage.get("/").status_code == 200


def test_a_silent_product_is_said_and_sending_says_so_too(config: StageConfig) -> None:
    gone = f"http://127.0.0.1:{parts.free_port()}"
    client = create_stage(StageConfig(**(asdict(config) | {"web": gone}))).test_client()
    page = client.get("/").text
    assert "评价热线暂时没有回答" in page
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    answer = client.post(
        "/send", data={"csrf_token": found[1], "preset": "text"}, headers={"X-Requested-With": "fetch"}
    )
    assert answer.status_code == 502
    assert "热线没有接收" in answer.text


# The tour


def a_glance(**changes: Any) -> Glance:
    return Glance(**({"ratings": [], "open_cases": 0, "messages": [], "calls": []} | changes))


def a_text(sender: str, receiver: str) -> dict[str, Any]:
    return {"from": sender, "to": receiver}


def a_call(phone: str, direction: str = "outbound-api", created: datetime = NOW, **changes: Any) -> dict[str, Any]:
    call = {"phone": phone, "direction": direction, "created": created.isoformat(), "answered": None, "keys": []}
    return call | changes


@pytest.fixture
def tour() -> Tour:
    """Of a visitor who has sent the record A1."""
    tour = Tour(PHONES)
    tour.sent("A1", NOW)
    return tour


def test_nothing_is_ticked_before_the_visitor_sends_something() -> None:
    tour = Tour(PHONES)
    tour.follow(a_glance(ratings=[a_rating("A1")], calls=[a_call(MOBILE, keys=[{"heard": True}])]))
    assert tour.done == set()


def test_a_reply_counts_once_the_mobile_was_written_to(tour: Tour) -> None:
    tour.follow(a_glance(messages=[a_text(MOBILE, OUR_NUMBER), a_text(OUR_NUMBER, MOBILE)]))
    assert tour.done == {Step.SEND}
    tour.follow(a_glance(messages=[a_text(OUR_NUMBER, MOBILE), a_text(MOBILE, OUR_NUMBER)]))
    assert tour.done == {Step.SEND, Step.REPLY}


def test_only_a_key_that_was_heard_on_the_visitors_phones_counts(tour: Tour) -> None:
    tour.follow(a_glance(calls=[a_call(DESK, keys=[{"heard": True}]), a_call(LANDLINE, keys=[{"heard": False}])]))
    assert Step.PRESS not in tour.done
    tour.follow(a_glance(calls=[a_call(LANDLINE, keys=[{"heard": True}])]))
    assert Step.PRESS in tour.done


def test_only_the_rating_of_the_visitors_record_counts(tour: Tour) -> None:
    tour.follow(a_glance(ratings=[a_rating("B1")]))
    assert Step.RATED not in tour.done
    tour.follow(a_glance(ratings=[a_rating("A1")]))
    assert Step.RATED in tour.done


def test_a_callback_counts_when_the_citizen_was_reached_and_a_case_closed(tour: Tour) -> None:
    reached = a_call(MOBILE, "outbound-dial", answered=NOW.isoformat())
    tour.follow(a_glance(open_cases=2, calls=[reached]))
    assert Step.CALLED_BACK not in tour.done
    tour.follow(a_glance(open_cases=1, calls=[a_call(MOBILE, "outbound-dial")]))
    assert Step.CALLED_BACK not in tour.done
    tour.follow(a_glance(open_cases=1, calls=[reached]))
    assert Step.CALLED_BACK in tour.done


def test_a_callback_from_before_the_visitor_came_does_not_count(tour: Tour) -> None:
    earlier = a_call(MOBILE, "outbound-dial", NOW - timedelta(minutes=1), answered=NOW.isoformat())
    tour.follow(a_glance(open_cases=2))
    tour.follow(a_glance(open_cases=1, calls=[earlier]))
    assert Step.CALLED_BACK not in tour.done


def test_a_step_stays_made_when_the_simulator_forgets(tour: Tour) -> None:
    tour.follow(a_glance(calls=[a_call(LANDLINE, keys=[{"heard": True}])]))
    tour.follow(a_glance())
    assert Step.PRESS in tour.done


# The process


def write_config(config: StageConfig, folder: Path, **changes: Any) -> Path:
    path = folder / "stage.json"
    path.write_text(json.dumps(asdict(config) | changes), encoding="utf-8")
    return path


def test_a_wrong_configuration_is_refused_by_name(config: StageConfig, tmp_path: Path) -> None:
    assert read_config(write_config(config, tmp_path)) == config
    with pytest.raises(SettingsError, match="console"):
        read_config(write_config(config, tmp_path, extra=1))


def test_the_process_serves_until_it_is_told_to_stop(config: StageConfig, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hotline.demo.stage", "--config", str(write_config(config, tmp_path))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stderr
        try:
            address = process.stdout.readline().strip()
            assert "评价热线演示台" in httpx.get(address).text
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert process.stderr.read() == ""


# The page in a browser


@dataclass
class Visit:
    """A browser on the stage, and what it complained of."""

    page: Any
    complaints: list[str]

    @property
    def phones(self) -> Any:
        return self.page.frame_locator("iframe.frame")


@pytest.fixture(params=[1280, 390])
def visit(request: pytest.FixtureRequest, browser: Any, stage: httpx.Client) -> Iterator[Visit]:
    page = browser.new_page(viewport={"width": request.param, "height": 900})
    visit = Visit(page, [])
    page.on("console", lambda line: visit.complaints.append(line.text) if line.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    page.goto(str(stage.base_url))
    yield visit
    page.close()
    assert visit.complaints == []


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


def test_the_form_works_by_keyboard_and_shows_a_rejection(visit: Visit, product: Product) -> None:
    product.verdict = {"status": "rejected", "id": None, "error": {"field": "number", "message": "is odd"}}
    field = visit.page.get_by_label("编号", exact=False)
    field.fill("不合规")
    with visit.page.expect_response("**/send") as answered:
        field.press("Enter")
    assert "is odd" in answered.value.text()
    visit.page.get_by_text("未接收").wait_for()


def test_the_page_never_scrolls_sideways(visit: Visit) -> None:
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert visit.page.evaluate(overflow) == 0


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
    page.on("request", lambda sent: asked.append(sent.url) if "/live" in sent.url else None)
    hide(page, True)
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
