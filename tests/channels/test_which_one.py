"""Several services wait for an answer: the one that is meant is found, or asked for once, and never guessed."""

import pytest

from hotline.actions.reviews import open_reviews
from hotline.services import Services
from hotline.tables import InboundText, Invitation, Rating
from tests.cast import OUR_NUMBER, WANG, Feed, Twilio, active_ratings, all_of, at_once, on_sqlite, only
from tests.channels.letters import delivered, in_review, open_questions
from tests.conftest import MovingClock

SOCIAL, LICENCE = "JL20261123-0012", "JL20261123-0047"


@pytest.fixture
def two(house: Services, feed: Feed) -> tuple[int, int]:
    """王秀兰 was asked about two services, from one number."""
    ids = feed.transaction(SOCIAL), feed.transaction(LICENCE, item_name="食品经营许可证核发")
    for record_id in ids:
        delivered(house, record_id)
    return ids


def rated(house: Services) -> list[tuple[int, int]]:
    return [(rating.record_id, rating.stars) for rating in active_ratings(house)]


def test_a_score_that_could_be_about_two_is_asked_about_and_the_answer_is_understood(
    two: tuple[int, int], house: Services, twilio: Twilio
) -> None:
    assert twilio.text(WANG, "4") == (
        "【吉林市政务服务】您有2件事项待评价，您的“满意”评价的是哪一件？请回复序号："
        "11 社会保障卡申领（尾号0012）；12 食品经营许可证核发（尾号0047）。"
    )
    assert (rated(house), in_review(house)) == ([], [("4", "which_one", None)])
    assert "已记录您的评价（尾号0047）：满意（4星）" in str(twilio.text(WANG, "12"))
    assert rated(house) == [(two[1], 4)]
    assert only(house, Rating).raw == "4"
    first, second = all_of(house, InboundText)
    assert first.invitation_id == second.invitation_id is not None
    assert (second.question_id, in_review(house)) == (1, [("4", "which_one", "settled")])
    assert "3星" in str(twilio.text(WANG, "3"))  # one is left: now the digit alone will do
    assert rated(house) == [(two[1], 4), (two[0], 3)]


@on_sqlite
@pytest.mark.parametrize(
    ("answer", "meant", "stars", "comment"),
    [
        ("11", 0, 4, None),
        ("⑫", 1, 4, None),
        ("第二个", 1, 4, None),
        ("后面那个", 1, 4, None),
        ("0047", 1, 4, None),
        ("尾号0012", 0, 4, None),
        ("食品经营许可证核发", 1, 4, None),
        ("社会保障卡那个", 0, 4, None),
        ("许可证", 1, 4, None),
        ("12 2", 1, 2, None),
        ("12 不满意", 1, 2, None),
        ("0012 5分", 0, 5, None),
        ("许可证，1", 1, 1, None),
        ("11，态度很热情", 0, 4, "态度很热情"),
    ],
)
def test_however_the_citizen_names_the_one_it_is_that_one(
    answer: str,
    meant: int,
    stars: int,
    comment: str | None,
    two: tuple[int, int],
    house: Services,
    twilio: Twilio,
) -> None:
    """By number, place, code or name; a new score beside it goes before the one that waits."""
    twilio.text(WANG, "4")
    assert "已记录您的评价" in str(twilio.text(WANG, answer))
    assert rated(house) == [(two[meant], stars)]
    assert active_ratings(house)[0].comment == comment


@on_sqlite
@pytest.mark.parametrize("answer", ["5", "4", "两个都是", "13", "11和12", "办件", "99", "11 3或4"])
def test_an_answer_that_chooses_none_is_left_to_a_person_with_what_waits_and_met_with_silence(
    answer: str, two: tuple[int, int], house: Services, twilio: Twilio, clock: MovingClock
) -> None:
    twilio.text(WANG, "4")
    clock.move(minutes=1)
    assert twilio.text(WANG, answer) is None
    assert (rated(house), open_questions(house)) == ([], [])
    assert in_review(house) == [("4", "which_one", None), (answer, "which_one", None)]
    with house.database.read() as session:
        assert len(session.scalars(open_reviews(clock.now)).all()) == 2  # at once, not in 24 hours


@on_sqlite
def test_what_cannot_be_read_is_asked_for_with_its_score_and_once(
    two: tuple[int, int], house: Services, twilio: Twilio
) -> None:
    question = str(twilio.text(WANG, "收到了吗你们"))
    assert "请回复“序号 评分”，如“11 5”：11 社会保障卡申领（尾号0012）；12 " in question
    assert "没有看懂您的回复" in str(twilio.text(WANG, "12"))  # only the score is missing
    assert "2星" in str(twilio.text(WANG, "2"))
    assert rated(house) == [(two[1], 2)]
    assert {decision for *_, decision in in_review(house)} == {"settled"}


@on_sqlite
def test_requests_act_as_ever_while_we_wait_for_which_one(
    two: tuple[int, int], house: Services, twilio: Twilio
) -> None:
    twilio.text(WANG, "4")
    assert "请回复数字评价" in str(twilio.text(WANG, "帮助"))
    assert "已为您退订" in str(twilio.text(WANG, "T"))
    assert in_review(house) == [("4", "which_one", None)]  # what waits is not lost
    assert "已记录您的评价" in str(twilio.text(WANG, "11"))
    assert rated(house) == [(two[0], 4)]


@on_sqlite
def test_an_answer_that_comes_too_late_for_the_question_is_a_text_like_any_other(
    two: tuple[int, int], house: Services, twilio: Twilio, clock: MovingClock
) -> None:
    twilio.text(WANG, "4")
    clock.move(hours=24)
    assert twilio.text(WANG, "11") is None  # asked before: a person reads it
    assert rated(house) == []
    assert "满意（4星）" in str(twilio.text(WANG, "0012 4"))


@on_sqlite
def test_our_number_tells_which_is_meant(house: Services, feed: Feed, twilio: Twilio) -> None:
    """A pool: each open service of a citizen was asked about from a number of its own."""
    first, second = feed.transaction(SOCIAL), feed.transaction(LICENCE)
    delivered(house, first, "+8643200000001")
    delivered(house, second, "+8643200000002")
    assert "5星" in str(twilio.text(WANG, "5", To="+8643200000002"))
    assert "4星" in str(twilio.text(WANG, "4", To="+8643200000002"))  # a correction, though another one is open
    assert rated(house) == [(second, 4)]
    assert "3星" in str(twilio.text(WANG, "0012 3", To="+8643200000002"))  # words go before numbers
    assert rated(house) == [(second, 4), (first, 3)]


@on_sqlite
def test_a_number_that_is_not_known_of_each_text_tells_nothing(house: Services, feed: Feed, twilio: Twilio) -> None:
    delivered(house, feed.transaction(SOCIAL), OUR_NUMBER)
    delivered(house, feed.transaction(LICENCE), None)  # a messaging service that has not said
    assert "哪一件" in str(twilio.text(WANG, "5"))


@on_sqlite
def test_an_answer_just_after_the_only_reminder_is_about_that_one(
    two: tuple[int, int], house: Services, twilio: Twilio, clock: MovingClock
) -> None:
    with house.database.write() as session:
        session.query(Invitation).filter_by(record_id=two[1]).one().reminded_at = clock.now
    clock.move(hours=1, minutes=59)
    assert "5星" in str(twilio.text(WANG, "5"))
    assert rated(house) == [(two[1], 5)]


@on_sqlite
def test_a_reminder_of_long_ago_or_two_of_them_tell_nothing(
    two: tuple[int, int], house: Services, twilio: Twilio, clock: MovingClock
) -> None:
    with house.database.write() as session:
        for invitation in session.query(Invitation):
            invitation.reminded_at = clock.now
    assert "哪一件" in str(twilio.text(WANG, "5"))
    clock.move(hours=2)
    with house.database.write() as session:
        session.query(Invitation).filter_by(record_id=two[0]).one().reminded_at = None
    assert twilio.text(WANG, "5") is None
    assert rated(house) == []


@on_sqlite
def test_what_has_not_gone_out_is_not_what_is_answered(house: Services, feed: Feed, twilio: Twilio) -> None:
    meant = feed.transaction(SOCIAL)
    delivered(house, meant)
    feed.transaction(LICENCE)
    assert "5星" in str(twilio.text(WANG, "5"))
    assert rated(house) == [(meant, 5)]


@on_sqlite
def test_services_of_one_number_are_told_apart_by_their_count(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction("JL20261123-0042", item_name="甲")
    second = feed.transaction("JL20261123-0042", item_name="乙", service_count=2)
    assert "11 甲（尾号0042-1）；12 乙（尾号0042-2）" in str(twilio.text(WANG, "5"))
    assert "已记录您的评价" in str(twilio.text(WANG, "0042-2 4"))
    assert only(house, Rating).record_id == second


@on_sqlite
def test_a_long_list_is_five_short_entries(feed: Feed, twilio: Twilio) -> None:
    for number in range(40):
        feed.transaction(f"JL20261123-{number:04}", item_name="事" * 200)
    question = str(twilio.text(WANG, "5"))
    assert "您有40件事项" in question
    assert "；15 " + "事" * 12 + "…（尾号0039）……。" in question
    assert "16 " not in question


@on_sqlite
def test_a_score_is_applied_by_the_scale_of_the_one_that_is_chosen(house: Services, feed: Feed, twilio: Twilio) -> None:
    """The city turned its scale round between two invitations: the key is quoted, and means what its text said."""
    first, second = feed.transaction(SOCIAL), feed.transaction(LICENCE)
    delivered(house, first)
    delivered(house, second)
    with house.database.write() as session:
        session.query(Invitation).filter_by(record_id=first).one().script = "sms-rank@1"
    assert "您的“1”评价的是哪一件" in str(twilio.text(WANG, "1"))
    assert "非常满意（5星）" in str(twilio.text(WANG, "11"))
    assert rated(house) == [(first, 5)]
    assert "非常不满意（1星）" in str(twilio.text(WANG, "1"))
    assert rated(house) == [(first, 5), (second, 1)]


def test_two_answers_at_once_to_one_question_rate_one_record_each_at_most(
    two: tuple[int, int], house: Services, twilio: Twilio
) -> None:
    twilio.text(WANG, "4")
    at_once(2, lambda number: twilio.text(WANG, ("11", "12")[number]))
    assert [stars for _, stars in rated(house)] == [4]  # what waited is about one of them
    assert len(in_review(house)) == 2 or len(rated(house)) == 1
