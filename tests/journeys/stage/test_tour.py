"""The tour: which step is ticked by what, and by what it is not."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from hotline.demo.stage_tour import Glance, Step, Tour
from tests.journeys.stage.conftest import DESK, LANDLINE, MOBILE, NOW, OUR_NUMBER, PHONES, a_rating


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
