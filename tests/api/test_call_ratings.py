"""Keys collected by a PBX: each rates its call once, whichever of key and record comes first; a later word stands."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from flask import Flask

from hotline.actions.invite import NewRecord, receive_record
from hotline.actions.pressed_keys import NewKey, receive_key
from hotline.rules.phones import read_phone
from hotline.rules.scale import Scale
from hotline.rules.script import Channel
from hotline.services import Services
from hotline.tables import Case, Invitation, OutboundText, PressedKey, Rating, ServiceRecord
from hotline.tables.contacts import TextState
from hotline.tables.people import Scope
from hotline.tables.service import InvitationState, RatingState, RecordKind
from tests.cast import (
    LI,
    WANG,
    ZHAO,
    Feed,
    Twilio,
    active_ratings,
    all_of,
    at_once,
    citizen,
    ended_call,
    make_feed,
    meanwhile,
    on_postgresql,
    on_sqlite,
    only,
    row_counts,
)
from tests.conftest import MovingClock

CALLS, KEYS = "/api/v1/calls", "/api/v1/call-ratings"
PRESSED_AT = datetime(2026, 11, 23, 1, 25, 30, tzinfo=UTC)


def pressed(call_id: str = "CALL-7731", key: Any = 5, **changes: Any) -> dict[str, Any]:
    """A key as a PBX sends it, half a minute after the call of `ended_call` ended."""
    return {"call_id": call_id, "key": key, "scale": "star_5_best", "pressed_at": "2026-11-23T09:25:30+08:00"} | changes


def results_of(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 202, answer.text
    results: list[dict[str, Any]] = answer.get_json()["results"]
    return results


def press(feed: Feed, *args: Any, **changes: Any) -> dict[str, Any]:
    (result,) = results_of(feed.post(KEYS, pressed(*args, **changes)))
    return result


def test_a_key_rates_its_call_and_nobody_is_asked_any_more(
    house: Services, feed: Feed, work: Callable[[], int]
) -> None:
    record_id = feed.call()
    result = press(feed, key="5", scale="rank_1_best", phone="138 4432 8000")
    assert result == {"call_id": "CALL-7731", "status": "accepted", "id": only(house, PressedKey).id, "error": None}
    rating, case = only(house, Rating), only(house, Case)
    assert (rating.record_id, rating.stars, rating.raw, rating.rated_at) == (record_id, 1, "5", PRESSED_AT)
    assert only(house, PressedKey).rating_id == rating.id
    assert (case.record_id, case.rating_id, case.opened_at) == (record_id, rating.id, house.now())
    assert only(house, Invitation).state is InvitationState.ANSWERED
    work()
    assert only(house, OutboundText).state is TextState.SKIPPED
    (document,) = feed.get("/api/v1/ratings").get_json()["ratings"]
    assert {name: document[name] for name in ("channel", "scale", "script", "stars", "rated_at", "flags")} == {
        "channel": "phone",
        "scale": "rank_1_best",
        "script": "pbx",
        "stars": 1,
        "rated_at": "2026-11-23T01:25:30+00:00",
        "flags": [],
    }


@pytest.mark.parametrize("survey", ["sms", "phone", "none"])
def test_a_key_that_is_quicker_than_the_record_waits_for_it(
    survey: str, house: Services, feed: Feed, work: Callable[[], int]
) -> None:
    assert press(feed, key=2)["status"] == "accepted"
    assert all_of(house, ServiceRecord) + all_of(house, Rating) == []
    record_id = feed.call(survey=survey)
    rating = only(house, Rating)
    assert (rating.record_id, rating.stars, rating.rated_at) == (record_id, 2, PRESSED_AT)
    assert only(house, Case).rating_id == only(house, PressedKey).rating_id == rating.id
    assert all_of(house, Invitation) == []
    work()
    (document,) = feed.get("/api/v1/ratings").get_json()["ratings"]
    moments = (document["rated_at"], document["record"]["completed_at"])
    assert moments == ("2026-11-23T01:25:30+00:00", "2026-11-23T01:25:00+00:00")


def test_any_order_of_record_key_and_repetitions_gives_the_same_one_rating(house: Services, feed: Feed) -> None:
    orders = sorted(set(permutations(["record", "key", "key", "other key", "record"])))
    for number, order in enumerate(orders):
        if order.index("other key") < order.index("key"):
            continue  # then the other one is the key of this call
        call_id, statuses = f"C-{number}", []
        for event in order:
            path, body = (CALLS, ended_call(call_id)) if event == "record" else (KEYS, pressed(call_id))
            body |= {"key": 1} if event == "other key" else {}
            statuses.append((event, results_of(feed.post(path, body))[0]["status"]))
        assert sorted(statuses) == [
            ("key", "accepted"),
            ("key", "duplicate"),
            ("other key", "rejected"),
            ("record", "accepted"),
            ("record", "duplicate"),
        ]
    ratings = all_of(house, Rating)
    assert {(rating.stars, rating.raw, rating.rated_at, rating.state) for rating in ratings} == {
        (5, "5", PRESSED_AT, RatingState.ACTIVE)
    }
    records = {record.id for record in all_of(house, ServiceRecord)}
    assert sorted(rating.record_id for rating in ratings) == sorted(records)
    assert {one.state for one in all_of(house, Invitation)} == {InvitationState.ANSWERED}


@on_sqlite
@pytest.mark.parametrize("is_known", [True, False])
def test_the_key_of_a_call_never_changes(is_known: bool, house: Services, feed: Feed) -> None:
    if is_known:
        feed.call()
    first = press(feed)
    before = row_counts(house)
    later = {"pressed_at": "2026-11-23T09:26:00+08:00", "phone": WANG.phone}
    assert press(feed) == press(feed, **later) == first | {"status": "duplicate"}
    for field, value in (("key", 4), ("key", "1"), ("scale", "rank_1_best")):
        refused = press(feed, **{field: value})
        assert (refused["status"], refused["id"], refused["error"]["field"]) == ("rejected", None, field)
        assert "stands" in refused["error"]["message"]
    assert row_counts(house) == before
    assert (only(house, PressedKey).key, only(house, PressedKey).pressed_at) == (5, PRESSED_AT)


@pytest.mark.parametrize("is_known", [True, False])
def test_ten_at_once_are_one_rating(is_known: bool, house: Services, feed: Feed) -> None:
    if is_known:
        feed.call()
    results = at_once(10, lambda _: press(feed, key=1))
    assert sorted(result["status"] for result in results) == ["accepted"] + ["duplicate"] * 9
    assert len({result["id"] for result in results}) == 1
    if not is_known:
        feed.call()
    assert (only(house, Rating).stars, len(all_of(house, Case)), len(all_of(house, PressedKey))) == (1, 1, 1)


def test_record_and_key_at_the_same_moment_do_not_miss_each_other(house: Services, feed: Feed) -> None:
    """Whichever is at work, the other waits until it is committed."""
    key = NewKey("CALL-7731", 1, Scale.STAR_5_BEST, PRESSED_AT, None)
    with house.database.write() as session:
        receive_key(session, key, house.policy, house.now())
        record = meanwhile(house, feed.call)
        assert not record.done()
    assert record.result(20) == only(house, Rating).record_id
    other = house.vault.seal_phone(read_phone(WANG.phone, house.policy.region))
    call = NewRecord(RecordKind.CALL, "CALL-2", 1, PRESSED_AT, other, Channel.SMS)
    with house.database.write() as session:
        received = receive_record(session, call, house.policy, house.now())
        result = meanwhile(house, lambda: press(feed, "CALL-2"))
        assert not result.done()
    assert result.result(20)["status"] == "accepted"
    assert only(house, Rating, record_id=received.record_id).stars == 5


def test_lists_of_records_and_keys_in_any_order_never_wait_in_a_circle(house: Services, feed: Feed) -> None:
    """Not even lists that do not agree on the number that a call came from."""
    ids = [f"C-{number:02}" for number in range(30)]
    calls, others = (
        [ended_call(call_id, citizen(start + step * number)) for number, call_id in enumerate(ids)]
        for start, step in ((100, 1), (200, -1))
    )
    keys = [pressed(call_id, key=1) for call_id in ids]
    bodies = [(CALLS, calls), (KEYS, keys), (CALLS, others), (KEYS, keys[::-1])]
    answers = at_once(4, lambda turn: results_of(feed.post(*bodies[turn])))
    statuses = [result["status"] for answer in answers for result in answer]
    assert (statuses.count("accepted"), statuses.count("duplicate")) == (60, 60)
    assert sorted(rating.record.number for rating in active_ratings(house)) == ids
    assert len(all_of(house, Case)) == len(all_of(house, Rating)) == 30
    assert {one.state for one in all_of(house, Invitation)} <= {InvitationState.ANSWERED}


@on_postgresql
def test_keys_and_texts_of_one_number_at_once_do_not_wait_in_a_circle(
    house: Services, feed: Feed, twilio: Twilio
) -> None:
    ids = [f"C-{number:04}" for number in range(10)]
    for call_id in ids:
        feed.call(call_id, survey="sms")
    keys = [pressed(call_id) for call_id in reversed(ids)]

    def act(turn: int) -> Any:
        return results_of(feed.post(KEYS, keys)) if turn % 2 else twilio.text(WANG, f"{ids[turn][-4:]} 5")

    at_once(6, act)
    assert sorted(rating.record.number for rating in active_ratings(house)) == ids


@on_sqlite
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("call_id", None),
        ("call_id", "话务1"),
        ("call_id", "x" * 65),
        ("key", None),
        ("key", 0),
        ("key", 6),
        ("key", -1),
        ("key", "7"),
        ("key", "55"),
        ("key", "*"),
        ("key", "５"),
        ("key", ""),
        ("key", True),
        ("key", 5.0),
        ("key", [5]),
        ("scale", None),
        ("scale", "best"),
        ("pressed_at", None),
        ("pressed_at", "now"),
        ("pressed_at", "1999-12-31T00:00:00+08:00"),
        ("pressed_at", "2026-11-23T09:35:01+08:00"),  # five minutes and a second ahead
        ("pressed_at", "2026-11-22T09:24:59+08:00"),  # a day and a second before the end of the call
        ("phone", "12345"),
        ("phone", ""),
        ("phone", ZHAO.phone),
        ("surprise", 1),
        ("call_id", "a\0b"),
    ],
)
def test_a_wrong_field_is_named(field: str, value: Any, house: Services, feed: Feed) -> None:
    feed.call()
    before = row_counts(house)
    body = pressed() | {field: value}
    if value is None:
        del body[field]
    (result,) = results_of(feed.post(KEYS, body))
    assert (result["status"], result["id"], result["error"]["field"]) == ("rejected", None, field)
    assert result["error"]["message"]
    assert row_counts(house) == before
    assert press(feed)["status"] == "accepted"  # what was refused stands in nobody's way


@on_sqlite
@pytest.mark.parametrize(
    "changes",
    [
        {"pressed_at": "2026-11-23T09:35:00+08:00"},
        {"pressed_at": "2026-11-22T09:25:00+08:00"},
        {"pressed_at": "2026-11-23 09:25:30"},  # the city's local time
        {"phone": None},
        {"phone": "+86 138-4432-8000"},
    ],
)
def test_what_lies_just_inside_is_taken(changes: dict[str, Any], house: Services, feed: Feed) -> None:
    feed.call()
    assert press(feed, **changes)["status"] == "accepted"
    rating = only(house, Rating)
    assert rating.rated_at == only(house, PressedKey).pressed_at
    assert rating.flags == (["before_completion"] if rating.rated_at < rating.record.completed_at else [])


@pytest.mark.parametrize(
    ("field", "wrong"), [("phone", ZHAO.phone), ("pressed_at", "2026-11-20T09:25:30+08:00")], ids=["phone", "time"]
)
def test_a_waiting_key_that_does_not_fit_the_record_is_refused_when_that_comes(
    field: str, wrong: str, house: Services, feed: Feed
) -> None:
    first = press(feed, **{field: wrong})
    feed.call()
    assert (all_of(house, Rating), only(house, PressedKey).refused) == ([], field)
    assert only(house, Invitation).state is InvitationState.WAITING  # so the citizen is asked after all
    again = press(feed, **{field: wrong})
    assert (again["status"], again["error"]["field"]) == ("rejected", field)
    assert ZHAO.phone not in again["error"]["message"]
    assert press(feed, key=4) == first  # corrected
    assert (only(house, Rating).stars, only(house, PressedKey).refused) == (4, None)
    assert only(house, Invitation).state is InvitationState.ANSWERED
    assert press(feed, key=4)["status"] == "duplicate"


def test_a_later_answer_of_the_citizen_stands_and_an_earlier_one_does_not(
    house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    feed.call("CALL-0001", WANG)
    feed.call("CALL-0002", ZHAO)
    twilio.text(WANG, "5")
    twilio.text(ZHAO, "1")
    clock.move(hours=1)
    twilio.text(ZHAO, "撤销")
    assert press(feed, "CALL-0001", key=1)["status"] == "accepted"
    assert press(feed, "CALL-0002", key=1)["status"] == "accepted"
    ratings = {(one.record.number, one.stars, one.channel, one.state) for one in all_of(house, Rating)}
    assert ratings == {
        ("CALL-0001", 5, Channel.SMS, RatingState.ACTIVE),
        ("CALL-0002", 1, Channel.SMS, RatingState.WITHDRAWN),
    }
    assert [one.rating_id for one in all_of(house, PressedKey)] == [None, None]
    feed.call("CALL-0003", WANG)
    twilio.text(WANG, "0003 1")
    clock.move(minutes=2)
    press(feed, "CALL-0003", key=4, pressed_at=(clock.now - timedelta(minutes=1)).isoformat())
    assert [(one.stars, one.state) for one in all_of(house, Rating) if one.record.number == "CALL-0003"] == [
        (1, RatingState.SUPERSEDED),
        (4, RatingState.ACTIVE),
    ]


def test_a_text_after_the_key_changes_the_rating(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.call()
    press(feed, key=1)
    twilio.text(WANG, "7731 改为5")
    assert [(one.stars, one.channel) for one in active_ratings(house)] == [(5, Channel.SMS)]
    assert press(feed, key=1)["status"] == "duplicate"
    assert [one.stars for one in active_ratings(house)] == [5]


@on_sqlite
def test_a_number_that_opted_out_may_rate_by_key(house: Services, feed: Feed, twilio: Twilio) -> None:
    twilio.text(WANG, "TD")
    feed.call("CALL-1")
    press(feed, "CALL-1", key=3)
    press(feed, "CALL-2", key=2)
    feed.call("CALL-2")
    assert [one.stars for one in active_ratings(house)] == [3, 2]
    assert all_of(house, OutboundText) == []


@on_sqlite
def test_the_key_of_a_transaction_of_that_number_is_none_of_it(house: Services, feed: Feed) -> None:
    feed.transaction("N-1")
    press(feed, "N-1")
    assert all_of(house, Rating) == []
    feed.call("N-1")
    assert only(house, Rating).record.kind == "call"


def test_a_bad_key_rejects_itself_alone(house: Services, feed: Feed) -> None:
    feed.call("GOOD-1", LI)
    bad = [pressed("BAD-1", key=9), "no object", None, pressed("GOOD-1", key=2), {}]
    good = [pressed("GOOD-1"), pressed("GOOD-2"), pressed("GOOD-3", key=1)]
    results = results_of(feed.post(KEYS, [*good, *bad, *good]))
    assert [result["status"] for result in results] == ["accepted"] * 3 + ["rejected"] * 5 + ["duplicate"] * 3
    assert [result["call_id"] for result in results[3:8]] == ["BAD-1", None, None, "GOOD-1", None]
    assert [result["error"]["field"] for result in results[3:8]] == ["key", "", "", "key", "call_id"]
    assert {one.call_id for one in all_of(house, PressedKey)} == {"GOOD-1", "GOOD-2", "GOOD-3"}
    assert only(house, Rating).record.number == "GOOD-1"


@on_sqlite
def test_what_is_no_list_of_keys_is_refused_whole(house: Services, feed: Feed, app: Flask) -> None:
    stranger = make_feed(app, Scope.RATINGS)
    before = row_counts(house)
    for body, status, code in ((None, 400, "bad_input"), ([], 400, "bad_input"), ([pressed()] * 1001, 413, "too_many")):
        answer = feed.post(KEYS, body)
        assert (answer.status_code, answer.get_json()["error"]) == (status, code)
    assert stranger.post(KEYS, pressed()).status_code == 403
    assert row_counts(house) == before


@on_sqlite
def test_openapi_says_what_a_key_is(feed: Feed) -> None:
    schemas = feed.get("/api/v1/openapi.json").get_json()["components"]["schemas"]
    key, scale = (schemas["CallRatingIn"]["properties"][name] for name in ("key", "scale"))
    assert (key["type"], key["minimum"], key["maximum"]) == ("integer", 1, 5)
    assert scale["enum"] == ["star_5_best", "rank_1_best"]
    assert schemas["CallRatingIn"]["required"] == ["call_id", "key", "scale", "pressed_at"]
    assert "/api/v1/call-ratings" in feed.get("/api/docs").text
