"""The stage over HTTP: what it sends, what it shows, what it refuses; and its process."""

import json
import re
import signal
import subprocess
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pyotp
import pytest

from hotline.demo.stage import StageConfig, create_stage, read_config
from hotline.demo.stage_ratings import board
from hotline.demo.stage_records import PRESETS, Kind, Line, Order, Registry, Survey
from hotline.errors import SettingsError
from hotline.simulator import SimulatorServer
from tests import parts
from tests.journeys.stage.conftest import LANDLINE, MOBILE, NOW, PASSWORD, PHONES, Product, a_rating, send, token

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


def test_the_page_shows_what_the_telephone_of_the_supervisor_would(stage: httpx.Client, config: StageConfig) -> None:
    code = pyotp.TOTP(config.second_factors["supervisor"]).at(NOW)
    assert f"<code>{code}</code>" in stage.get("/").text
    assert config.second_factors["supervisor"] not in stage.get("/").text + repr(config)
