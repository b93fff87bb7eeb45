"""What is unclear, late, in another language or from a machine: nothing is guessed or lost, and nobody annoyed."""

import pytest

from hotline.actions.reviews import open_reviews
from hotline.rules.replies import PARSER
from hotline.services import Services
from hotline.tables import Case, InboundText, Invitation, LanguageChoice, OptOut, OutboundText, Rating, ReviewItem
from hotline.tables.service import InvitationState
from tests.cast import WANG, ZHAO, Feed, Twilio, active_ratings, all_of, on_sqlite, only
from tests.channels.letters import delivered, in_review
from tests.conftest import MovingClock

pytestmark = on_sqlite


def to_read(house: Services) -> list[str]:
    """What a person is shown now."""
    with house.database.read() as session:
        return [item.text.body for item in session.scalars(open_reviews(house.now()))]


def test_an_unclear_text_is_read_by_a_person_if_nothing_clearer_comes(
    house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    feed.transaction()
    assert "没有看懂您的回复" in str(twilio.text(WANG, "你们的窗口在哪"))
    assert (in_review(house), to_read(house)) == ([("你们的窗口在哪", "unclear", None)], [])
    clock.move(hours=24)
    assert to_read(house) == ["你们的窗口在哪"]


def test_the_second_unclear_text_is_read_at_once_and_a_clear_one_settles_both(
    house: Services, feed: Feed, twilio: Twilio
) -> None:
    feed.transaction()
    twilio.text(WANG, "你们的窗口在哪")
    assert twilio.text(WANG, "问你呢") is None
    assert to_read(house) == ["问你呢"]
    twilio.text(WANG, "4")
    assert to_read(house) == []
    assert {item.decision for item in all_of(house, ReviewItem)} == {"settled"}
    assert {item.decided_at for item in all_of(house, ReviewItem)} == {house.now()}


@pytest.mark.parametrize("request_", ["T", "发错人了"])
def test_a_request_settles_what_was_unclear(request_: str, house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction()
    twilio.text(WANG, "你们的窗口在哪")
    twilio.text(WANG, request_)
    assert in_review(house) == [("你们的窗口在哪", "unclear", "settled")]


def test_words_after_a_good_rating_are_its_comment_and_thanks_are_not(
    house: Services, feed: Feed, twilio: Twilio
) -> None:
    feed.transaction()
    twilio.text(WANG, "5")
    assert twilio.text(WANG, "谢谢") is None
    assert twilio.text(WANG, "好的") is None
    assert "您的留言已记录在您的评价中" in str(twilio.text(WANG, "三号窗口的小刘特别耐心"))
    assert twilio.text(WANG, "停车场也方便") is None
    (rating,) = active_ratings(house)
    assert (rating.stars, rating.comment, rating.rule) == (5, "三号窗口的小刘特别耐心\n停车场也方便", "comment")
    assert (len(all_of(house, Rating)), in_review(house)) == (3, [])


@pytest.mark.parametrize(
    ("body", "comments"), [("1234567", 0), ("<script>alert(1)</script>", 0), ("?!。", 0), ("改成4分还是5分呢你们看", 0)]
)
def test_codes_and_doubtful_scores_after_a_rating_go_to_a_person(
    body: str, comments: int, house: Services, feed: Feed, twilio: Twilio
) -> None:
    feed.transaction()
    twilio.text(WANG, "5")
    twilio.text(WANG, body)
    assert [text for text, *_ in in_review(house)] in ([body], [])
    assert [bool(rating.comment) for rating in active_ratings(house)] == [bool(comments)]
    if comments == 0 and only(house, InboundText, body=body).action == "clarify":
        assert to_read(house) == [body]


@pytest.mark.parametrize("body", ["5 退订", "非常满意，请不要再发短信了"])
def test_an_opt_out_that_seems_to_rate_too_is_an_opt_out_and_is_read_by_a_person(
    body: str, house: Services, feed: Feed, twilio: Twilio
) -> None:
    feed.transaction()
    assert "已为您退订" in str(twilio.text(WANG, body))
    assert only(house, OptOut).ended_at is None
    assert (all_of(house, Rating), in_review(house)) == ([], [(body, "also_rates", None)])
    assert to_read(house) == [body]


def test_a_late_rating_counts_within_the_grace_and_says_so(
    house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    record_id = feed.transaction()
    delivered(house, record_id)
    clock.move(days=10)
    assert "非常不满意（1星）" in str(twilio.text(WANG, "1"))
    assert only(house, Rating).flags == ["late"]
    assert only(house, Invitation).state is InvitationState.ANSWERED
    assert only(house, Case).rating_id == 1
    twilio.text(WANG, "11")
    assert active_ratings(house)[0].flags == ["late"]


def test_after_the_grace_a_rating_is_kept_and_not_counted_and_that_is_said_once_a_day(
    house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    delivered(house, feed.transaction())
    clock.move(days=10, seconds=1)
    assert "该次评价已过期，您的回复已留存" in str(twilio.text(WANG, "5"))
    assert twilio.text(WANG, "5") is None
    clock.move(days=1)
    assert "该次评价已过期" in str(twilio.text(WANG, "5"))
    assert (all_of(house, Rating), [text.stars for text in all_of(house, InboundText)]) == ([], [5, 5, 5])


def test_of_two_that_have_ended_the_one_meant_is_asked_for(
    house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    delivered(house, feed.transaction("JL20261123-0012"))
    delivered(house, feed.transaction("JL20261123-0047"))
    clock.move(days=8)
    assert "哪一件" in str(twilio.text(WANG, "5"))
    twilio.text(WANG, "0047")
    assert [(rating.record_id, rating.flags) for rating in active_ratings(house)] == [(2, ["late"])]


def test_a_language_is_kept_for_the_number_and_the_question_is_asked_in_it_again(
    house: Services, feed: Feed, twilio: Twilio
) -> None:
    delivered(house, feed.transaction())
    again = str(twilio.text(WANG, "English please"))
    assert again.startswith("[Jilin City Services] 社会保障卡申领 (")
    assert "We are sorry" in str(twilio.text(WANG, "1"))
    feed.transaction("JL20261123-0047", language="zh-CN")
    assert all_of(house, OutboundText)[-1].body.startswith("[Jilin City Services]")
    assert "繁體中文" in str(twilio.text(WANG, "繁體"))  # two were asked: no telling which to ask again
    assert [choice.language for choice in all_of(house, LanguageChoice)] == ["en", "zh-Hant"]
    assert [invitation.language for invitation in all_of(house, Invitation)] == ["en", "zh-Hant"]
    waiting = all_of(house, OutboundText)[-1]
    assert "請" in waiting.body  # what waits to be sent is in it as well
    assert waiting.segments == 2


def test_a_language_that_the_city_does_not_speak_is_not_promised(house: Services, feed: Feed, twilio: Twilio) -> None:
    object.__setattr__(house, "policy", house.policy.model_copy(update={"languages": ("zh-CN",)}))
    feed.transaction()
    assert "没有看懂您的回复" in str(twilio.text(WANG, "English"))
    assert all_of(house, LanguageChoice) == []


def test_a_machine_that_answers_every_text_gets_twenty_answers_a_day(
    house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    feed.transaction()
    answers = [twilio.text(WANG, "帮助") for _ in range(25)]
    assert [answer is not None for answer in answers] == [True] * 20 + [False] * 5
    assert twilio.text(WANG, "2") is None
    assert [rating.stars for rating in active_ratings(house)] == [2]  # acted on all the same
    assert twilio.text(WANG, "态度太差了真是的") is None
    assert active_ratings(house)[0].comment == "态度太差了真是的"  # nothing was asked, so this answers nothing
    clock.move(days=1)
    assert twilio.text(WANG, "帮助") is not None
    assert twilio.text(ZHAO, "帮助") is not None


def test_what_the_parser_read_is_kept_with_the_text_and_where_it_began(
    house: Services, feed: Feed, twilio: Twilio
) -> None:
    feed.transaction("JL20261123-0012")
    feed.transaction("JL20261123-0047")
    twilio.text(WANG, "0012：2 排队太久", To="+8643200000009")
    text = only(house, InboundText)
    assert (text.action, text.stars, text.rule, text.scale, text.parser) == ("rate", 2, "digit", "star_5_best", PARSER)
    assert house.vault.open(text.body_box)[text.read_from :] == "2 排队太久"
    assert (text.our_number, text.invitation_id) == ("+8643200000009", 1)


def test_comments_end_at_five_and_two_thousand_characters_and_a_person_reads_the_rest(
    house: Services, feed: Feed, twilio: Twilio
) -> None:
    feed.transaction()
    twilio.text(WANG, "5")
    for number in "甲乙丙丁戊":
        twilio.text(WANG, f"窗口{number}的人很耐心")
    assert len(all_of(house, Rating)) == 6
    for number in "己庚辛壬癸子丑":
        assert twilio.text(WANG, f"窗口{number}的人很耐心") is None
    assert len(all_of(house, Rating)) == 6
    assert len(to_read(house)) == 5, "of one number, five a day"


def test_a_comment_too_long_for_its_rating_is_for_a_person(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction()
    twilio.text(WANG, "5")
    twilio.text(WANG, "排队时间太久" * 200)
    assert twilio.text(WANG, "窗口的人很耐心" * 200) is None
    assert (active_ratings(house)[0].comment, len(to_read(house))) == ("排队时间太久" * 200, 1)


@pytest.mark.parametrize("body", ["【自动回复】您好，我现在有事不在，稍后联系您", "请问三号窗口几点开门呢"])
def test_what_a_machine_repeats_is_no_comment_and_is_not_thanked(
    body: str, house: Services, feed: Feed, twilio: Twilio
) -> None:
    feed.transaction()
    twilio.text(WANG, "5")
    twilio.text(WANG, body)
    before = len(all_of(house, Rating))
    assert twilio.text(WANG, body) is None
    assert len(all_of(house, Rating)) == before == (1 if "自动" in body else 2)


def test_what_strangers_write_is_read_by_a_person_five_times_a_day(
    house: Services, twilio: Twilio, clock: MovingClock
) -> None:
    for number in range(7):
        twilio.text(ZHAO, f"你们窗口{number}号在哪里呀")
    assert len(to_read(house)) == 5
    clock.move(days=1)
    twilio.text(ZHAO, "5")
    assert len(to_read(house)) == 6


def test_what_was_said_once_is_not_said_again_in_another_language(
    house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    delivered(house, feed.transaction())
    clock.move(days=11)
    assert "已过期" in str(twilio.text(WANG, "5"))
    twilio.text(WANG, "English")
    assert twilio.text(WANG, "5") is None
