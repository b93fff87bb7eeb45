"""The stage beside a product that answers as it is told and a real simulator, each served on loopback."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from flask import Flask, Response, jsonify, request

from hotline.demo.stage import StageConfig, create_stage
from hotline.demo.stage_records import Line
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
    """What the product was sent, and how it is to answer."""

    posted: list[tuple[str, list[dict[str, Any]]]] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    verdict: dict[str, Any] = field(default_factory=lambda: {"status": "accepted", "id": 17, "error": None})
    status: int = 202
    ratings: list[dict[str, Any]] = field(default_factory=list)
    open_cases: int = 0


class ProductServer:
    """The product's API as the stage meets it; `product` is what it is at this moment."""

    def __init__(self) -> None:
        self.product = Product()
        app = Flask("product")
        app.add_url_rule("/api/v1/<door>", view_func=self._take, methods=["POST"])
        app.add_url_rule("/api/v1/ratings", view_func=self._ratings)
        app.add_url_rule("/metrics", view_func=self._metrics)
        self.served = parts.serve(app)

    def _take(self, door: str) -> tuple[Response, int]:
        records = request.get_json()
        self.product.posted.append((door, records))
        self.product.keys.add(request.headers["Authorization"])
        number = records[0].get("number") or records[0].get("call_id")
        return jsonify({"results": [{"number": number} | self.product.verdict]}), self.product.status

    def _ratings(self) -> Response:
        later = self.product.ratings[int(request.args["after"]) :]
        return jsonify({"ratings": later, "next": len(self.product.ratings) if later else None})

    def _metrics(self) -> str:
        return f'# TYPE hotline_cases_open gauge\nhotline_cases_open{{state="opened"}} {self.product.open_cases}.0\n'


def a_rating(number: str = "2202022026112300420", stars: int = 2, **changes: Any) -> dict[str, Any]:
    """A document as the store has it."""
    record = {"kind": "transaction", "number": number, "service_count": 1, "item_name": "居民身份证换领"}
    rating: dict[str, Any] = {"id": 1, "version": 1, "record": record, "stars": stars, "channel": "sms"}
    rating |= {"raw": f"{stars} 排队<两>个小时", "state": "active", "rated_at": "2026-11-23T01:35:00+00:00"}
    return rating | changes


@pytest.fixture(scope="module")
def product_server() -> Iterator[ProductServer]:
    server = ProductServer()
    yield server
    server.served.stop()


@pytest.fixture
def product(product_server: ProductServer) -> Product:
    """A product that nobody has sent anything yet."""
    product_server.product = Product()
    return product_server.product


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
def config(product_server: ProductServer, product: Product, simulator: SimulatorServer) -> StageConfig:
    return StageConfig(
        web=product_server.served.url,
        simulator=simulator.url,
        console=f"{product_server.served.url}/console/",
        key="a-key",
        agent="agent",
        second_factors={"supervisor": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"},
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
