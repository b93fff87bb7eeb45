"""One service was rated and another waits: what is written is about the one it is meant for, or a person decides."""

from datetime import timedelta

import pytest

from hotline.actions import reviews
from hotline.services import Services
from hotline.tables import Invitation, OutboundText, Rating
from hotline.tables.service import InvitationState
from tests.cast import WANG, Feed, Twilio, active_ratings, all_of, on_sqlite, only
from tests.channels.letters import delivered, in_review, open_questions
from tests.conftest import MovingClock

pytestmark = on_sqlite

LAND, PASSPORT = "JL20261123-0012", "JL20261123-0345"


@pytest.fixture
def both(house: Services, feed: Feed) -> tuple[int, int]:
    """王秀兰 was asked about 不动产转移登记, and then about 普通护照换发."""
    land, passport = (
        feed.transaction(LAND, item_name="不动产转移登记"),
        feed.transaction(PASSPORT, item_name="普通护照换发"),
    )
    delivered(house, land)
    delivered(house, passport)
    return land, passport


def rated(house: Services) -> tuple[int | None, int | None]:
    """The stars of the two, in the order they were asked."""
    stars = {rating.record_id: rating.stars for rating in active_ratings(house)}
    return stars.get(1), stars.get(2)


CORRECTIONS = ["打错了，是1", "改成1", "更正：1", "不是5是1", "5改1", "上次的5改成1", "sorry, I meant 1"]
NAMES = ["1 尾号0012", "1 0012", "0012 1", "JL0012 1", "不动产转移登记，非常不满意", "不动产那个非常不满意"]


@pytest.mark.parametrize("body", CORRECTIONS + NAMES)
def test_a_correction_or_a_name_reaches_the_one_that_was_rated(
    body: str, both: tuple[int, int], house: Services, twilio: Twilio
) -> None:
    twilio.text(WANG, "0012 5")
    assert "1星" in str(twilio.text(WANG, body))
    assert rated(house) == (1, None)


@pytest.mark.parametrize("body", ["1", "非常不满意", "0345 1", "1（办件尾号0345）", "普通护照换发，非常不满意"])
def test_a_score_of_its_own_is_of_the_one_that_waits(
    body: str, both: tuple[int, int], house: Services, twilio: Twilio
) -> None:
    twilio.text(WANG, "0012 5")
    twilio.text(WANG, body)
    assert rated(house) == (5, 1)


@pytest.mark.parametrize("body", ["0012和0345都是5", "4 - sorry, 3", "服务态度真好"])
def test_what_may_be_of_either_is_left_to_a_person(
    body: str, both: tuple[int, int], house: Services, twilio: Twilio
) -> None:
    twilio.text(WANG, "0012 5")
    assert twilio.text(WANG, body) is None
    assert (rated(house), in_review(house)) == ((5, None), [(body, "which_one", None)])


def test_a_correction_in_a_first_answer_is_that_answers(house: Services, feed: Feed, twilio: Twilio) -> None:
    delivered(house, feed.transaction(LAND))
    twilio.text(WANG, "3 - sorry, 5")
    assert rated(house) == (5, None)


def test_a_correction_of_one_of_two_that_were_rated_is_for_a_person(
    both: tuple[int, int], house: Services, feed: Feed, twilio: Twilio
) -> None:
    delivered(house, feed.transaction("JL20261123-0500"))
    for body in ("0012 5", "0345 5"):
        twilio.text(WANG, body)
    assert twilio.text(WANG, "改成1") is None
    assert (rated(house), in_review(house)) == ((5, 5), [("改成1", "which_one", None)])


@pytest.mark.parametrize("body", ["好", "好的", "谢谢"])
def test_a_nod_to_our_thanks_rates_nothing_for_twelve_hours_or_until_the_next_invitation(
    body: str, both: tuple[int, int], house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    twilio.text(WANG, "0012 5")
    clock.move(hours=11, minutes=59)
    assert twilio.text(WANG, body) is None
    assert (rated(house), in_review(house)) == ((5, None), [])
    delivered(house, 2)
    assert twilio.text(WANG, body) is not None


def test_words_long_after_the_answer_are_of_the_one_that_waits(
    both: tuple[int, int], house: Services, twilio: Twilio, clock: MovingClock
) -> None:
    twilio.text(WANG, "0012 5")
    clock.move(hours=2)
    assert "4星" in str(twilio.text(WANG, "服务态度真好"))
    assert rated(house) == (5, 4)


@pytest.mark.parametrize(
    ("body", "stars", "flags"),
    [
        ("5", (None, 5), []),
        ("0012 5", (5, None), ["late"]),
        ("5，尾号0012", (5, None), ["late"]),
        ("不动产非常满意", (5, None), ["late"]),
    ],
)
def test_what_has_ended_is_reached_by_its_name_though_another_is_open(
    body: str,
    stars: tuple[int | None, int | None],
    flags: list[str],
    house: Services,
    feed: Feed,
    twilio: Twilio,
    clock: MovingClock,
) -> None:
    delivered(house, feed.transaction(LAND, item_name="不动产转移登记"))
    clock.move(days=8)
    delivered(house, feed.transaction(PASSPORT, item_name="普通护照换发"))
    twilio.text(WANG, body)
    assert (rated(house), active_ratings(house)[0].flags) == (stars, flags)


def test_of_two_that_have_ended_both_can_be_answered_and_corrected(
    both: tuple[int, int], house: Services, twilio: Twilio, clock: MovingClock
) -> None:
    clock.move(days=8)
    twilio.text(WANG, "0012 5")
    twilio.text(WANG, "改成2")
    assert rated(house) == (2, None)
    twilio.text(WANG, "4")  # the reasons of the first are asked for, and the second has no score yet
    assert rated(house) == (2, 4)
    assert {flag for rating in all_of(house, Rating) for flag in rating.flags} == {"late"}
    assert all(rating.flags for rating in all_of(house, Rating))


def test_what_has_ended_before_another_was_rated_in_time_is_not_asked_any_more(
    house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    delivered(house, feed.transaction(LAND))
    clock.move(days=8)
    delivered(house, feed.transaction(PASSPORT))
    for body in ("5", "4"):
        twilio.text(WANG, body)
    assert rated(house) == (None, 4)


@pytest.mark.parametrize("name", ["0012", "尾号0012", "0012 你们窗口在哪"])
def test_who_names_one_without_a_score_is_asked_for_it_once_and_it_is_that_one(
    name: str, both: tuple[int, int], house: Services, twilio: Twilio
) -> None:
    assert "没有看懂您的回复" in str(twilio.text(WANG, name))
    assert twilio.text(WANG, name) is None
    assert "5星" in str(twilio.text(WANG, "5"))
    assert rated(house) == (5, None)


PRINTED = [
    *("办件尾号0345 5", "（办件尾号0345）5", "5 0345", "5 尾号0345", "非常满意，尾号0345", "０３４５ 5", "JL0345 5"),
    *("no. 0345: 5", "普通护照换发非常满意", "护照 5", "普通护照 5分"),
]


@pytest.mark.parametrize("body", PRINTED)
def test_a_service_is_named_as_the_invitation_printed_it(
    body: str, both: tuple[int, int], house: Services, twilio: Twilio
) -> None:
    assert "5星" in str(twilio.text(WANG, body))
    assert (rated(house), active_ratings(house)[0].comment) == ((None, 5), None)


@pytest.mark.parametrize("body", ["0012和0345都是5", "5 138 0345 6666", "5，10345"])
def test_two_names_or_a_longer_number_name_none(
    body: str, both: tuple[int, int], house: Services, twilio: Twilio
) -> None:
    twilio.text(WANG, body)
    assert rated(house) == (None, None)
    assert len(in_review(house)) == 1


def test_our_own_text_sent_back_with_an_answer_names_its_service(
    both: tuple[int, int], house: Services, twilio: Twilio
) -> None:
    twilio.text(WANG, "5\n> 【吉林市政务服务】您办理的“普通护照换发”（办件尾号0345）已办结，请回复数字评价")
    assert rated(house) == (None, 5)


def test_a_second_number_of_the_list_is_still_understood(
    both: tuple[int, int], house: Services, twilio: Twilio
) -> None:
    for body in ("4", "12", "11 2"):
        twilio.text(WANG, body)
    assert rated(house) == (2, 4)


@pytest.mark.parametrize(("answer", "stars"), [("11", 4), ("11 2", 2)])
def test_a_good_answer_rescues_one_that_failed_while_the_list_is_fresh(
    answer: str, stars: int, both: tuple[int, int], house: Services, twilio: Twilio, clock: MovingClock
) -> None:
    for body in ("4", "1"):
        twilio.text(WANG, body)
    clock.move(hours=23)
    assert f"{stars}星" in str(twilio.text(WANG, answer))
    assert rated(house) == (stars, None)
    assert {decision for *_, decision in in_review(house)} == {"settled"}
    clock.move(hours=1)
    twilio.text(WANG, "12 5")
    assert rated(house) == (stars, None), "the list is forgotten after a day"


def test_who_only_mistyped_is_told_how_to_rate_once_and_the_next_score_is_of_that(
    both: tuple[int, int], house: Services, twilio: Twilio
) -> None:
    twilio.text(WANG, "0012 5")
    assert "请只回复一个数字" in str(twilio.text(WANG, "打错了"))
    assert rated(house) == (5, None)
    assert twilio.text(WANG, "2") is not None
    assert (rated(house), open_questions(house)) == ((2, None), ["reasons"])
    assert twilio.text(WANG, "发错了") is None
    assert (rated(house), in_review(house)) == ((2, None), [])


def test_who_mistyped_a_bad_rating_gives_no_reason_by_saying_so(
    both: tuple[int, int], house: Services, twilio: Twilio
) -> None:
    twilio.text(WANG, "0012 2")
    assert "请只回复一个数字" in str(twilio.text(WANG, "打错了"))
    assert active_ratings(house)[0].comment is None
    twilio.text(WANG, "5")
    assert rated(house) == (5, None)


def test_what_comes_too_late_is_read_by_a_person_who_may_count_it_as_late(
    house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    record_id = feed.transaction(LAND)
    delivered(house, record_id)
    clock.move(days=11)
    assert "已过期" in str(twilio.text(WANG, "5"))
    assert in_review(house) == [("5", "unclear", None)]
    with house.database.write() as session:
        reviews.assign(session, 1, record_id, 5, "孙班长", house.policy, house.now() + timedelta(hours=1))
    assert active_ratings(house)[0].flags == ["late"]


def test_who_answers_has_got_the_text_whatever_the_carrier_said(house: Services, feed: Feed, twilio: Twilio) -> None:
    record_id = feed.transaction()
    delivered(house, record_id)
    with house.database.write() as session:
        invitation = session.query(Invitation).one()
        invitation.state, invitation.error_code, invitation.expires_at = InvitationState.FAILED, "30007", None
    assert "非常不满意（1星）" in str(twilio.text(WANG, "1"))
    assert [rating.record_id for rating in active_ratings(house)] == [record_id]
    assert only(house, Invitation).state is InvitationState.ANSWERED


def test_a_text_of_the_release_before_is_not_forgotten_when_services_are_told_apart(
    house: Services, feed: Feed, twilio: Twilio
) -> None:
    """It is kept without the number it came from: then that number does not tell which service is meant."""
    first, second = feed.transaction(), feed.transaction("JL20261123-0345", item_name="普通护照换发")
    delivered(house, first)
    delivered(house, second)
    with house.database.write() as session:
        text = session.query(OutboundText).filter(OutboundText.invitation.has(record_id=first)).one()
        text.begun_at = text.our_number = None
    assert "评价的是哪一件" in str(twilio.text(WANG, "1"))
    assert active_ratings(house) == []


def test_a_score_for_what_was_rated_before_does_not_bring_back_what_never_arrived(
    house: Services, feed: Feed, twilio: Twilio
) -> None:
    rated_id = feed.transaction(LAND)
    delivered(house, rated_id)
    twilio.text(WANG, "4")
    lost = delivered(house, feed.transaction(PASSPORT, item_name="普通护照换发"))
    with house.database.write() as session:
        session.get_one(Invitation, lost.id).state = InvitationState.FAILED
    twilio.text(WANG, "5")
    assert [(rating.record_id, rating.stars) for rating in active_ratings(house)] == [(rated_id, 5)]


def test_what_ended_before_another_was_rated_in_time_takes_no_score(
    house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    ended = feed.transaction(LAND)
    delivered(house, ended)
    clock.move(days=house.policy.invitation.expires_days, hours=1)
    rated_id = feed.transaction(PASSPORT, item_name="普通护照换发")
    delivered(house, rated_id)
    for body in ("4", "5"):
        twilio.text(WANG, body)
    assert [(rating.record_id, rating.stars) for rating in active_ratings(house)] == [(rated_id, 5)]
