"""Records of one business for one number are one batch: asked about once, rated once, one case."""

from typing import Any

import pytest

from hotline.services import Services
from hotline.tables import Case, Invitation, OutboundText, Rating, ServiceRecord
from tests.cast import WANG, ZHAO, Feed, Twilio, all_of, at_once, on_sqlite, only, transaction
from tests.channels.letters import delivered
from tests.conftest import MovingClock

PATH = "/api/v1/transactions"
SAME: dict[str, Any] = {"item_code": "000114003000", "dept_code": "RSJ", "item_name": "社会保障卡申领"}


def number(place: int) -> str:
    return f"JL20261123-{place:04}"


def leads(house: Services) -> list[int | None]:
    return [record.lead_id for record in all_of(house, ServiceRecord)]


def test_a_list_of_a_hundred_is_asked_about_once_and_all_are_accepted(
    house: Services, feed: Feed, twilio: Twilio
) -> None:
    answer = feed.post(PATH, [transaction(number(place), **SAME) for place in range(99, -1, -1)])
    results = answer.get_json()["results"]
    assert {result["status"] for result in results} == {"accepted"}
    assert [result["number"] for result in results] == [number(place) for place in range(99, -1, -1)]
    (lead,) = [record for record in all_of(house, ServiceRecord) if record.lead_id is None]
    assert leads(house).count(lead.id) == 99
    text = only(house, OutboundText)
    assert "“社会保障卡申领”等100件同类业务（办件尾号0000）已办结，请回复数字作一次评价" in text.body
    assert text.segments == 2
    twilio.text(WANG, "1")
    assert only(house, Rating).record_id == only(house, Case).record_id == lead.id


def test_feeds_at_the_same_moment_make_one_batch(house: Services, feed: Feed) -> None:
    def send(place: int) -> int:
        return feed.post(
            PATH, [transaction(number(place), **SAME), transaction(number(50 + place), ZHAO, **SAME)]
        ).status_code

    assert set(at_once(6, send)) == {202}
    assert len(all_of(house, Invitation)) == len(all_of(house, OutboundText)) == 2
    assert sorted("等6件" in text.body for text in all_of(house, OutboundText)) == [True, True]
    assert leads(house).count(None) == 2


def test_the_same_record_again_is_a_duplicate_and_joins_nothing(house: Services, feed: Feed) -> None:
    feed.transaction(number(1), **SAME)
    feed.transaction(number(2), **SAME)
    answers = at_once(4, lambda _: feed.post(PATH, transaction(number(2), **SAME)).get_json()["results"][0])
    assert {answer["status"] for answer in answers} == {"duplicate"}
    assert leads(house) == [None, 1]


@on_sqlite
@pytest.mark.parametrize(
    "other",
    [
        {"item_code": "000114003001"},
        {"item_code": None},
        {"dept_code": "GAJ"},
        {"person": ZHAO},
        {"completed_at": "2026-11-22T09:19:59+08:00"},
    ],
)
def test_another_item_department_number_or_day_is_another_matter(
    other: dict[str, Any], house: Services, feed: Feed
) -> None:
    feed.transaction(number(1), **SAME)
    feed.transaction(number(2), **(SAME | other))
    assert leads(house) == [None, None]
    assert len(all_of(house, Invitation)) == 2


@on_sqlite
def test_calls_are_rated_one_by_one(house: Services, feed: Feed) -> None:
    feed.call("CALL-1", **SAME)
    feed.call("CALL-2", **SAME)
    assert leads(house) == [None, None]


@on_sqlite
def test_a_batch_ends_with_the_answer_and_its_text_is_not_changed_once_it_is_out(
    house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    first = feed.transaction(number(1), **SAME)
    delivered(house, first)
    feed.transaction(number(2), **SAME)
    assert "件同类业务" not in only(house, OutboundText).body
    twilio.text(WANG, "5")
    third = feed.transaction(number(3), **SAME)
    assert leads(house) == [None, first, None]
    assert all_of(house, Invitation)[-1].record_id == third


@on_sqlite
def test_a_policy_may_batch_nothing(house: Services, feed: Feed) -> None:
    policy = house.policy
    invitation = policy.invitation.model_copy(update={"batch_hours": 0})
    object.__setattr__(house, "policy", policy.model_copy(update={"invitation": invitation}))
    feed.transaction(number(1), **SAME)
    feed.transaction(number(2), **SAME)
    assert leads(house) == [None, None]
