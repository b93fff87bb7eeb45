"""Service records in: stored once each, a bad one rejecting itself alone, and their citizens invited the right way."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from hotline.services import Services
from hotline.tables import Call, Invitation, OutboundText, OutboxRow, ServiceRecord
from hotline.tables.service import InvitationState
from tests.cast import (
    LI,
    WANG,
    ZHAO,
    Feed,
    Twilio,
    all_of,
    at_once,
    ended_call,
    on_postgresql,
    on_sqlite,
    only,
    row_counts,
    transaction,
)

TRANSACTIONS, CALLS = "/api/v1/transactions", "/api/v1/calls"


def results_of(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 202, answer.text
    results: list[dict[str, Any]] = answer.get_json()["results"]
    return results


def test_a_whole_transaction_is_stored_with_every_field(house: Services, feed: Feed) -> None:
    body = transaction(
        service_count=2,
        item_code="11220200MB1234567X4000114001000",
        area_code="220200",
        dept_code="D07",
        dept_name="市人力资源和社会保障局",
        window="A12",
        staff_no="1024",
        staff_name="孙工",
        citizen_name=WANG.name,
        citizen_type="person",
        named=True,
        language="en",
        extra={"queue": "B031", "minutes": 42},
    )
    (result,) = results_of(feed.post(TRANSACTIONS, body))
    assert (result["status"], result["number"], result["error"]) == ("accepted", body["number"], None)
    record = only(house, ServiceRecord)
    assert record.id == result["id"]
    for field in set(body) - {"completed_at", "phone", "citizen_name", "extra"}:
        assert getattr(record, field) == body[field], field
    assert record.completed_at == datetime(2026, 11, 23, 1, 20, tzinfo=UTC)
    assert record.citizen_name_box is not None
    assert house.vault.open(record.citizen_name_box) == WANG.name
    assert record.extra_box is not None
    assert json.loads(house.vault.open(record.extra_box)) == body["extra"]
    assert (house.vault.open(record.phone_box), record.phone_masked) == (WANG.e164, WANG.masked)


def test_a_time_without_an_offset_is_the_citys(house: Services, feed: Feed) -> None:
    feed.transaction(completed_at="2026-11-23 09:00:00")
    assert only(house, ServiceRecord).completed_at == datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@on_sqlite
def test_a_mobile_gets_a_text_and_a_landline_a_call(house: Services, feed: Feed) -> None:
    feed.transaction("JL-0001", WANG)
    feed.transaction("JL-0002", LI)
    assert [invitation.channel for invitation in all_of(house, Invitation)] == ["sms", "phone"]
    text, call = only(house, OutboundText), only(house, Call)
    assert text.body == (
        "【吉林市政务服务】您于11月23日办理的“社会保障卡申领”（办件尾号0001）已办结，请回复数字评价：5非常满意，4满意，"
        "3基本满意，2不满意，1非常不满意。回复免费，退订回T。"
    )
    assert (call.phone_masked, call.inbound) == (LI.masked, False)
    assert {row.kind: row.payload for row in all_of(house, OutboxRow)} == {
        "text": {"text_id": text.id},
        "call": {"call_id": call.id},
    }


@on_sqlite
@pytest.mark.parametrize(
    ("survey", "person", "channel"),
    [("sms", WANG, "sms"), ("phone", WANG, "phone"), ("sms", LI, "phone"), (None, WANG, "sms")],
)
def test_an_ended_call_is_asked_about_as_wanted(
    survey: str | None, person: Any, channel: str, house: Services, feed: Feed
) -> None:
    feed.call(person=person, agent_no="0417", request_number="QS-9", **({"survey": survey} if survey else {}))
    assert only(house, Invitation).channel == channel
    record = only(house, ServiceRecord)
    assert (record.kind, record.number, record.staff_no, record.request_number) == ("call", "CALL-7731", "0417", "QS-9")


@on_sqlite
def test_an_ended_call_that_wants_no_survey_is_stored_and_nobody_is_asked(house: Services, feed: Feed) -> None:
    feed.call(survey="none")
    assert len(all_of(house, ServiceRecord)) == 1
    assert (all_of(house, Invitation), all_of(house, OutboxRow)) == ([], [])


@on_sqlite
def test_a_number_that_opted_out_is_stored_and_not_asked(house: Services, feed: Feed, twilio: Twilio) -> None:
    twilio.text(WANG, "TD")
    feed.transaction()
    assert only(house, Invitation).state is InvitationState.DECLINED
    assert (all_of(house, OutboundText), all_of(house, OutboxRow)) == ([], [])


def test_the_same_record_again_is_a_duplicate_with_the_same_id(house: Services, feed: Feed) -> None:
    first = feed.transaction()
    (again,) = results_of(feed.post(TRANSACTIONS, transaction(phone=ZHAO.phone, item_name="别的事项")))
    assert (again["status"], again["id"]) == ("duplicate", first)
    assert only(house, ServiceRecord).item_name == "社会保障卡申领"  # the first word stands
    assert len(all_of(house, Invitation)) == 1


def test_kind_number_and_count_make_the_record(house: Services, feed: Feed) -> None:
    """Served a second time, or a call of the same number: another thing to rate."""
    ids = {
        feed.transaction("N-1"),
        feed.transaction("N-1", service_count=2),
        feed.transaction("N-2"),
        feed.call("N-1"),
    }
    assert len(ids) == 4


def test_ten_at_once_are_one_record_and_one_invitation(house: Services, feed: Feed) -> None:
    answers = at_once(10, lambda _: results_of(feed.post(TRANSACTIONS, transaction()))[0])
    assert sorted(answer["status"] for answer in answers) == ["accepted"] + ["duplicate"] * 9
    assert len({answer["id"] for answer in answers}) == 1
    assert (len(all_of(house, ServiceRecord)), len(all_of(house, OutboundText))) == (1, 1)


def test_two_feeds_sending_the_same_list_in_opposite_orders_do_not_block_each_other(
    house: Services, feed: Feed
) -> None:
    records = [transaction(f"JL-{number:04}") for number in range(120)]

    def send(number: int) -> list[str]:
        mine = records if number % 2 else records[::-1]
        results = results_of(feed.post(TRANSACTIONS, mine))
        assert [result["number"] for result in results] == [record["number"] for record in mine]
        return [result["status"] for result in results]

    statuses = [status for answer in at_once(4, send) for status in answer]
    assert (statuses.count("accepted"), statuses.count("duplicate")) == (120, 360)
    assert len(all_of(house, Invitation)) == 120


@on_sqlite
def test_a_list_of_a_thousand_is_taken_and_one_more_is_not(house: Services, feed: Feed) -> None:
    records = [transaction(f"JL-{number:05}") for number in range(1001)]
    before = row_counts(house)
    refused = feed.post(TRANSACTIONS, records)
    assert (refused.status_code, refused.get_json()["error"]) == (413, "too_many")
    assert row_counts(house) == before
    assert {result["status"] for result in results_of(feed.post(TRANSACTIONS, records[:1000]))} == {"accepted"}
    assert row_counts(house)["service_records"] == 1000


def test_a_bad_record_rejects_itself_alone(house: Services, feed: Feed) -> None:
    """Each kind of badness in one list, between good ones: none of them may cost the others their place."""
    nested: dict[str, Any] = {}
    for _ in range(400):
        nested = {"deeper": [nested]}
    bad: list[Any] = [
        transaction("B1", phone="12345"),
        "not an object",
        transaction("B2", completed_at="tomorrow"),
        transaction("B3", extra={"text": "a\0b"}),
        transaction("B4", item_name="half \ud83d of a pair"),
        transaction("B5", extra={"deep": {"er": float("nan")}}),
        transaction("B6", extra={"huge": float("inf")}),
        transaction("B7", completed_at="0001-01-01T00:00:00+14:00"),
        transaction("B8", item_name="a bell \a and a \x0b tab"),
        None,
        transaction("B9", surprise=1),
        transaction("B10", extra=nested),
    ]
    batch = [
        record for pair in zip(bad, (transaction(f"G{n}") for n in range(len(bad))), strict=True) for record in pair
    ]
    answer = feed.app.test_client().post(
        TRANSACTIONS, data=json.dumps(batch), content_type="application/json", headers=feed.headers
    )
    results = results_of(answer)
    assert [result["status"] for result in results] == ["rejected", "accepted"] * len(bad)
    assert [result["error"]["field"] for result in results[::2]] == [
        "phone",
        "",
        "completed_at",
        "extra",
        "item_name",
        "extra",
        "extra",
        "completed_at",
        "item_name",
        "",
        "surprise",
        "extra",
    ]
    assert {record.number for record in all_of(house, ServiceRecord)} == {f"G{n}" for n in range(len(bad))}


@on_sqlite
@pytest.mark.parametrize(
    ("path", "field", "value"),
    [
        (TRANSACTIONS, "number", None),
        (TRANSACTIONS, "number", ""),
        (TRANSACTIONS, "number", "办件0012"),
        (TRANSACTIONS, "number", "x" * 65),
        (TRANSACTIONS, "number", 12),
        (TRANSACTIONS, "service_count", 0),
        (TRANSACTIONS, "service_count", "two"),
        (TRANSACTIONS, "completed_at", None),
        (TRANSACTIONS, "completed_at", "2026-11-23T09:40:01+08:00"),  # ten minutes and a second ahead
        (TRANSACTIONS, "completed_at", "2026-13-01T00:00:00"),
        (TRANSACTIONS, "completed_at", 1795397400),  # seconds since 1970, or something else
        (TRANSACTIONS, "completed_at", "1795397400.0"),
        (TRANSACTIONS, "phone", None),
        (TRANSACTIONS, "phone", "400-820-8820"),
        (TRANSACTIONS, "phone", "13844328000转8"),
        (TRANSACTIONS, "phone", 13844328000),
        (TRANSACTIONS, "item_code", "x" * 65),
        (TRANSACTIONS, "item_name", "x" * 201),
        (TRANSACTIONS, "area_code", "22020"),
        (TRANSACTIONS, "area_code", "2202001"),
        (TRANSACTIONS, "area_code", "٢٢٠٢٠٠"),  # digits, but not those of an area code
        (TRANSACTIONS, "dept_code", "x" * 65),
        (TRANSACTIONS, "dept_name", "x" * 201),
        (TRANSACTIONS, "window", "x" * 65),
        (TRANSACTIONS, "staff_no", "x" * 65),
        (TRANSACTIONS, "staff_name", "x" * 65),
        (TRANSACTIONS, "citizen_name", "x" * 65),
        (TRANSACTIONS, "citizen_type", "x" * 25),
        (TRANSACTIONS, "named", "perhaps"),
        (TRANSACTIONS, "extra", ["not", "an", "object"]),
        (TRANSACTIONS, "completedAt", "2026-11-23T09:20:00+08:00"),
        (TRANSACTIONS, "call_id", "of the other shape"),
        (CALLS, "call_id", None),
        (CALLS, "ended_at", None),
        (CALLS, "ended_at", "2026-11-24T09:25:00+08:00"),
        (CALLS, "phone", "95588"),
        (CALLS, "survey", "fax"),
        (CALLS, "request_number", "x" * 65),
        (CALLS, "agent_no", "x" * 65),
    ],
)
def test_a_wrong_field_is_named(path: str, field: str, value: Any, house: Services, feed: Feed) -> None:
    before = row_counts(house)
    body = (transaction() if path == TRANSACTIONS else ended_call()) | {field: value}
    if value is None:
        del body[field]
    (result,) = results_of(feed.post(path, body))
    assert (result["status"], result["id"], result["error"]["field"]) == ("rejected", None, field)
    assert result["error"]["message"]
    assert row_counts(house) == before


@on_sqlite
def test_clocks_may_differ_by_ten_minutes(feed: Feed) -> None:
    feed.transaction(completed_at="2026-11-23T09:40:00+08:00")


@on_sqlite
def test_a_backslash_that_only_looks_like_nul_is_text(house: Services, feed: Feed) -> None:
    feed.transaction(item_name="路径 \\u0000 说明", extra={"pattern": "\\u0000"})
    assert only(house, ServiceRecord).item_name == "路径 \\u0000 说明"


@on_sqlite
@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (b"", "application/json"),
        (b"[]", "application/json"),
        (b"null", "application/json"),
        (b'"text"', "application/json"),
        (b"12", "application/json"),
        (b"{", "application/json"),
        (b'{"number": "\xff"}', "application/json"),
        (b"[" * 100_000, "application/json"),
        (b'{"extra":' * 50_000, "application/json"),
        (b"number=1", "application/x-www-form-urlencoded"),
        (b'{"number": "1"}', "text/plain"),
    ],
    ids=range(11),
)
def test_a_body_that_is_no_json_object_or_list_is_a_400(
    data: bytes, content_type: str, app: Flask, house: Services, feed: Feed
) -> None:
    before = row_counts(house)
    answer = app.test_client().post(TRANSACTIONS, data=data, content_type=content_type, headers=feed.headers)
    assert (answer.status_code, answer.get_json()["error"]) == (400, "bad_input")
    assert row_counts(house) == before


@on_sqlite
def test_a_body_larger_than_eight_megabytes_is_a_413(app: Flask, feed: Feed) -> None:
    body = b'{"number": "' + b"1" * (8 * 1024 * 1024) + b'"}'
    answer = app.test_client().post(TRANSACTIONS, data=body, content_type="application/json", headers=feed.headers)
    assert answer.status_code == 413
    assert answer.get_json()["error"] == "request_entity_too_large"


@on_sqlite
def test_the_answer_never_repeats_a_number(feed: Feed) -> None:
    for record in (
        transaction(),
        transaction("JL-2", phone="13844328000999"),
        transaction("JL-3", extra="13844328000"),
    ):
        assert "13844328000" not in feed.post(TRANSACTIONS, record).text


def test_a_number_among_the_words_of_a_record_is_masked(house: Services, feed: Feed) -> None:
    """Item, department, window and names are free text: whatever a feeder writes there, no number is kept whole."""
    words = {
        "item_name": "社保卡，联系13844328000",
        "dept_name": "人社局5-13844328000",
        "window": "A12（138、4432、8000）",
        "staff_name": "孙工 13844328000%",
        "citizen_type": "person +852 9123 4567 x",
    }
    feed.transaction(item_code="13844328000", staff_no="8613844328000", extra={"tel": WANG.phone}, **words)
    feed.call(agent_no="13844328000")
    record, call = all_of(house, ServiceRecord)
    assert {name: getattr(record, name) for name in words} == {
        "item_name": "社保卡，联系138****8000",
        "dept_name": "人社局5-138****8000",
        "window": "A12（138****8000）",
        "staff_name": "孙工 138****8000%",
        "citizen_type": "person +852 9****4567 x"[:24],
    }
    assert record.item_code == record.staff_no == call.staff_no == WANG.masked
    assert WANG.phone.encode() not in (record.extra_box or b"")


@on_sqlite
def test_codes_and_numbers_that_join_systems_stay_whole(house: Services, feed: Feed) -> None:
    codes = {"item_code": "11220200138443280001000", "dept_code": "138443280001", "staff_no": "0013844328000"}
    feed.transaction("220202202611230012", **codes)
    record = only(house, ServiceRecord)
    assert {name: getattr(record, name) for name in codes} == codes
    assert record.number == "220202202611230012"


@on_postgresql
def test_lists_of_the_same_records_in_any_order_and_spelling_never_wait_in_a_circle(
    house: Services, feed: Feed
) -> None:
    """Blanks around a number and the count of its service must not change the order in which rows are locked."""

    def send(turn: int) -> list[str]:
        batch = [
            transaction(f"{' ' * ((turn + n) % 3)}JL-{n % 6}", service_count=1 + n // 6, window=f"w{turn}")
            for n in range(12)
        ]
        batch = batch[turn % 12 :] + batch[: turn % 12]
        answer = feed.post(TRANSACTIONS, batch[::-1] if turn % 2 else batch)
        return [f"{answer.status_code}"] if answer.status_code != 202 else [r["status"] for r in results_of(answer)]

    statuses = [status for turn in at_once(12, send) for status in turn]
    assert sorted(set(statuses)) == ["accepted", "duplicate"]
    assert statuses.count("accepted") == len(all_of(house, ServiceRecord)) == 12
