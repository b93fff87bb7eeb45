"""Ratings out: the store's documents in the order they changed, page by page, described by OpenAPI."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from hotline.api.shapes import RatingsPage
from tests.cast import LI, WANG, ZHAO, Feed, Twilio, citizen, on_sqlite, sid

RATINGS = "/api/v1/ratings"


def test_a_rating_is_read_in_the_shape_of_the_contract(feed: Feed, twilio: Twilio, work: Callable[[], int]) -> None:
    record_id = feed.transaction(
        item_code="X4000114", area_code="220200", dept_code="D07", staff_no="1024", service_count=3
    )
    twilio.text(WANG, "2 排队两个小时，电话13844328000")
    work()
    answer = feed.get(RATINGS)
    assert record_id
    assert answer.get_json() == {
        "ratings": [
            {
                "id": 1,
                "version": 1,
                "record": {
                    "kind": "transaction",
                    "number": "JL20261123-0012",
                    "service_count": 3,
                    "item_code": "X4000114",
                    "item_name": "社会保障卡申领",
                    "area_code": "220200",
                    "dept_code": "D07",
                    "staff_no": "1024",
                    "completed_at": "2026-11-23T01:20:00+00:00",
                },
                "round": 1,
                "stars": 2,
                "is_default": False,
                "channel": "sms",
                "raw": "2 排队两个小时，电话138****8000",
                "scale": "star_5_best",
                "script": "sms-stars@1",
                "reasons": [],
                "comment": "排队两个小时，电话138****8000",
                "rated_at": "2026-11-23T01:30:00+00:00",
                "state": "active",
                "flags": [],
            }
        ],
        "next": 1,
    }
    RatingsPage.model_validate(answer.get_json())


def test_a_change_comes_again_at_the_end_with_a_higher_version(
    feed: Feed, twilio: Twilio, work: Callable[[], int]
) -> None:
    feed.transaction("JL-0001", WANG)
    feed.transaction("JL-0002", ZHAO)
    twilio.text(WANG, "5")
    twilio.text(ZHAO, "4")
    work()
    first = feed.get(RATINGS).get_json()
    twilio.text(WANG, "撤销")
    work()
    later = feed.get(f"{RATINGS}?after={first['next']}").get_json()
    assert [(r["id"], r["version"], r["state"]) for r in later["ratings"]] == [(1, 2, "withdrawn")]
    assert feed.get(f"{RATINGS}?after={later['next']}").get_json() == {"ratings": [], "next": None}


def test_pages_put_together_are_the_whole_in_order(feed: Feed, twilio: Twilio, work: Callable[[], int]) -> None:
    for number in range(5):
        feed.transaction(f"JL-{number:04}", citizen(number))
        twilio.text(citizen(number), "4")
    work()
    read, cursor = [], 0
    while (page := feed.get(f"{RATINGS}?after={cursor}&limit=2").get_json())["ratings"]:
        read += page["ratings"]
        cursor = page["next"]
    assert [rating["record"]["number"] for rating in read] == [f"JL-{number:04}" for number in range(5)]


@on_sqlite
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("after=x", "after"),
        ("after=-1", "after"),
        ("after=99999999999999999999", "after"),
        ("after=", "after"),
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=ten", "limit"),
        ("limit=1.5", "limit"),
    ],
)
def test_a_wrong_query_is_a_400_that_names_it(query: str, field: str, feed: Feed) -> None:
    answer = feed.get(f"{RATINGS}?{query}")
    assert (answer.status_code, answer.get_json()["field"]) == (400, field)


@on_sqlite
def test_the_largest_cursor_and_page_are_fine(feed: Feed) -> None:
    assert feed.get(f"{RATINGS}?after={2**63 - 1}&limit=1000").get_json() == {"ratings": [], "next": None}


@on_sqlite
def test_keys_and_texts_alike_are_read_with_their_channel(feed: Feed, twilio: Twilio, work: Callable[[], int]) -> None:
    feed.call("CALL-1", LI)
    call_sid = sid("CA")
    twilio.press(twilio.rings(LI, call_sid), call_sid, "1")
    feed.transaction("JL-1", WANG)
    twilio.text(WANG, "非常满意")
    work()
    read = feed.get(RATINGS).get_json()["ratings"]
    assert [(r["record"]["kind"], r["channel"], r["raw"], r["stars"]) for r in read] == [
        ("call", "phone", "1", 1),
        ("transaction", "sms", "非常满意", 5),
    ]


@on_sqlite
def test_the_api_refuses_in_json(app: Flask, feed: Feed) -> None:
    client = app.test_client()
    assert client.get("/api/v1/nothing").get_json()["error"] == "not_found"
    answer = client.get("/api/v1/transactions")
    assert (answer.status_code, answer.get_json()["error"]) == (405, "method_not_allowed")


@on_sqlite
def test_openapi_describes_every_route_of_the_api_and_nothing_else(app: Flask) -> None:
    described = app.test_client().get("/api/v1/openapi.json").get_json()
    assert described["openapi"].startswith("3.1")
    routes = {
        (rule.rule, method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and rule.rule != "/api/v1/openapi.json"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert {(path, verb) for path, verbs in described["paths"].items() for verb in verbs} == routes


@on_sqlite
def test_every_reference_in_openapi_leads_somewhere(app: Flask) -> None:
    described = app.test_client().get("/api/v1/openapi.json").get_json()
    text = app.test_client().get("/api/v1/openapi.json").get_data(as_text=True)
    names = set(described["components"]["schemas"])
    assert set(re.findall(r'"#/components/schemas/(\w+)"', text)) <= names
    assert names >= {"TransactionIn", "CallIn", "Results", "RatingsPage", "Problem"}


@on_sqlite
def test_the_page_of_the_api_is_served_without_scripts_from_elsewhere(app: Flask) -> None:
    answer = app.test_client().get("/api/docs")
    assert answer.status_code == 200
    assert "/api/v1/transactions" in answer.text
    assert "https://" not in answer.text.replace("http://www.w3.org", "")
