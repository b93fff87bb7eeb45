"""After a bad rating: one question for the reasons and whether a call back suits, and what is made of the answer."""

import pytest

from hotline.rules.segments import count
from hotline.services import Services
from hotline.tables import Case, CaseEvent, InboundText, OutboxRow, Question, Rating
from hotline.tables.service import RatingState
from tests.cast import WANG, Feed, Twilio, active_ratings, all_of, at_once, on_sqlite, only
from tests.channels.letters import delivered, in_review, open_questions
from tests.conftest import MovingClock

WHEN = "工作人员将在11月24日18:00前与您联系"


def now_rated(house: Services) -> tuple[int, list[str], str | None]:
    (rating,) = active_ratings(house)
    return rating.stars, rating.reasons, rating.comment


def test_a_bad_rating_is_asked_for_its_reasons_which_are_kept_and_told(
    house: Services, feed: Feed, twilio: Twilio
) -> None:
    feed.transaction()
    question = str(twilio.text(WANG, "2"))
    assert question.startswith("【吉林市政务服务】已记录您的评价：不满意（2星），我们深表歉意，" + WHEN)
    assert "：11没给样本，12没给清单，" in question
    assert "18态度生硬。不必回电请回0" in question
    assert twilio.text(WANG, "13，18 下午") == (
        f"【吉林市政务服务】已记录原因：超时未办结、态度生硬。{WHEN}，并尽量安排在下午。"
    )
    first, second = all_of(house, Rating)
    assert (first.state, first.reasons) == (RatingState.SUPERSEDED, [])
    assert (second.stars, second.reasons, second.rule, second.raw) == (2, ["209", "214"], "reasons", "2")
    assert (second.scale, second.script, second.supersedes_id) == (first.scale, first.script, first.id)
    assert second.rated_at == first.rated_at
    case = only(house, Case)
    assert (case.rating_id, case.call_wish, case.call_wish_words) == (second.id, "afternoon", "下午")
    event = all_of(house, CaseEvent)[-1]
    assert (event.kind, event.facts) == ("reasons_given", {"codes": ["209", "214"], "table": "1", "wish": "afternoon"})
    assert open_questions(house) == []
    assert all_of(house, InboundText)[-1].question_id == 1
    told = all_of(house, OutboxRow, kind="forward")[-1].payload["document"]
    assert (told["reasons"], told["id"], told["state"]) == (["209", "214"], second.id, "active")


ANSWERS = [
    ("11", 2, ["207"], None, None, "已记录原因：没给样本。" + WHEN),
    ("第3个", 2, ["209"], None, None, "已记录原因：超时未办结。"),
    ("第三项", 2, ["209"], None, None, "已记录原因：超时未办结。"),
    ("态度生硬", 2, ["214"], None, None, "已记录原因：态度生硬。" + WHEN),
    ("2 态度生硬", 2, ["214"], None, None, "已记录原因：态度生硬。"),
    ("12、14，材料跑了三趟", 2, ["208", "210"], "材料跑了三趟", None, "没给清单、重复要材料、您的说明"),
    ("窗口说系统坏了，让我下周再来", 2, [], "窗口说系统坏了，让我下周再来", None, "已记录原因：您的说明。"),
    ("11-13", 2, ["207", "208", "209"], None, None, "已记录原因：没给样本、没给清单、超时未办结。"),
    ("12至14 下午", 2, ["208", "209", "210"], None, "afternoon", "重复要材料。工作人员将"),
    ("17到18，窗口没人", 2, ["213", "214"], "窗口没人", None, "态度生硬、您的说明。"),
    ("11-13点", 2, [], None, "noon", "已记录您方便接听的时间。"),
    ("下午 14-16", 2, [], None, "afternoon", "已记录您方便接听的时间。"),
    ("1 排队太久", 2, [], "1 排队太久", None, "已记录原因：您的说明。"),
    ("很差，排队两小时", 2, [], "很差，排队两小时", None, "已记录原因：您的说明。"),
    ("0", 2, [], None, "no_call", "已注明您不需要回电"),
    ("不用回电了", 2, [], None, "no_call", "已注明您不需要回电"),
    ("11 0", 2, ["207"], None, "no_call", "已记录原因：没给样本。已注明您不需要回电"),
    ("上午", 2, [], None, "morning", "已记录您方便接听的时间。"),
    ("态度太差，下午打给我", 2, [], "态度太差，下午打给我", "afternoon", "您的说明。工作人员将"),
]


@on_sqlite
@pytest.mark.parametrize(("body", "stars", "codes", "comment", "wish", "answer"), ANSWERS)
def test_reasons_words_and_wishes_are_told_apart(
    body: str,
    stars: int,
    codes: list[str],
    comment: str | None,
    wish: str | None,
    answer: str,
    house: Services,
    feed: Feed,
    twilio: Twilio,
) -> None:
    feed.transaction()
    twilio.text(WANG, "2")
    assert answer in str(twilio.text(WANG, body))
    assert now_rated(house) == (stars, codes, comment)
    assert only(house, Case).call_wish == wish
    assert open_questions(house) == ([] if codes or comment else ["reasons"])  # a wish alone leaves room for reasons
    assert in_review(house) == []


@on_sqlite
@pytest.mark.parametrize(
    ("body", "stars", "rule"),
    [
        ("4", 4, "digit"),
        ("４。", 4, "digit"),
        ("打错了，是5", 5, "correction"),
        ("满意", 4, "words"),
        ("3分", 3, "digit"),
    ],
)
def test_another_score_corrects_the_rating(
    body: str, stars: int, rule: str, house: Services, feed: Feed, twilio: Twilio
) -> None:
    feed.transaction()
    twilio.text(WANG, "2")
    assert f"（{stars}星）。感谢" in str(twilio.text(WANG, body))
    assert now_rated(house) == (stars, [], None)
    assert active_ratings(house)[0].rule == rule
    assert open_questions(house) == []


@on_sqlite
@pytest.mark.parametrize("body", ["好", "好的，谢谢", "收到", "OK thanks", "Good!", "【自动回复】您好，我现在有事不在"])
def test_a_nod_is_no_answer_no_correction_and_nothing_to_read(
    body: str, house: Services, feed: Feed, twilio: Twilio
) -> None:
    """好 beside an invitation means satisfied; after our apology it means: I have read it."""
    feed.transaction()
    twilio.text(WANG, "2")
    assert twilio.text(WANG, body) is None
    assert (now_rated(house), open_questions(house), in_review(house)) == ((2, [], None), ["reasons"], [])


@on_sqlite
@pytest.mark.parametrize(
    "body", ["12345", "11 5", "4或5", "<script>", "验证码 382910", "选3", "③", "三", "(3)", "（4）", "3号"]
)
def test_what_is_neither_reasons_nor_words_is_left_to_a_person(
    body: str, house: Services, feed: Feed, twilio: Twilio
) -> None:
    feed.transaction()
    twilio.text(WANG, "2")
    assert twilio.text(WANG, body) is None
    assert now_rated(house) == (2, [], None)
    assert in_review(house) == [(body, "unclear", None)]
    assert "已记录原因" in str(twilio.text(WANG, "11"))  # and the question still stands


@on_sqlite
def test_reasons_are_asked_again_once_when_the_stars_have_others(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction()
    assert "11没给样本" in str(twilio.text(WANG, "2"))
    assert "11多加条件" in str(twilio.text(WANG, "1"))
    assert "深表歉意。工作人员" in str(twilio.text(WANG, "2")), "asked about both: not a third time"
    assert "已记录您的评价：不满意（2星）" in str(twilio.text(WANG, "2"))
    assert [question.facts["rating"] for question in all_of(house, Question)] == [1, 2, 3], "and heard"
    assert len(all_of(house, Case)) == 1


@on_sqlite
def test_the_same_stars_again_keep_the_reasons(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction()
    for body in ("1", "11，态度恶劣", "1"):
        twilio.text(WANG, body)
    assert now_rated(house) == (1, ["108"], "态度恶劣")
    twilio.text(WANG, "3")
    assert now_rated(house) == (3, [], None)


@on_sqlite
def test_requests_act_as_ever_while_we_wait_for_reasons(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction()
    twilio.text(WANG, "2")
    assert "请回复数字评价" in str(twilio.text(WANG, "帮助"))
    assert "已为您退订" in str(twilio.text(WANG, "不要再打电话了"))
    assert only(house, Case).call_wish == "no_call"  # they may well mean both
    assert "已为您退订" in str(twilio.text(WANG, "退订，12"))
    assert now_rated(house) == (2, ["208"], None)
    assert "已撤回" in str(twilio.text(WANG, "撤销"))
    assert active_ratings(house) == []


@on_sqlite
def test_reasons_too_long_for_their_rating_are_read_by_a_person(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction()
    twilio.text(WANG, "2，" + "排队时间太久" * 200)
    assert "已记录原因" in str(twilio.text(WANG, "窗口的人很凶" * 200))
    assert len(active_ratings(house)[0].comment or "") == 2000
    assert [body for body, *_ in in_review(house)] == ["窗口的人很凶" * 200]


@on_sqlite
def test_a_text_that_names_another_service_is_no_answer_to_the_question(
    house: Services, feed: Feed, twilio: Twilio
) -> None:
    delivered(house, feed.transaction("JL20261123-0012"))
    other = feed.transaction("JL20261123-0047")
    delivered(house, other)
    twilio.text(WANG, "0012 2")
    assert "5星" in str(twilio.text(WANG, "0047 5"))
    assert "已记录原因" in str(twilio.text(WANG, "0012 13"))
    assert [(r.record_id, r.stars, r.reasons) for r in active_ratings(house)] == [(other, 5, []), (1, 2, ["209"])]


@on_sqlite
def test_after_its_hours_the_question_is_closed_and_words_are_a_comment(
    house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    feed.transaction()
    twilio.text(WANG, "2")
    clock.move(hours=24)
    assert "您的留言已记录" in str(twilio.text(WANG, "窗口没人，13800138000找我"))
    assert twilio.text(WANG, "还有，停车也不方便") is None  # said once; kept all the same
    assert now_rated(house) == (2, [], "窗口没人，138****8000找我\n还有，停车也不方便")
    assert only(house, Case).rating_id == active_ratings(house)[0].id
    assert [event.kind for event in all_of(house, CaseEvent)][-2:] == ["comment_added", "comment_added"]
    assert in_review(house) == []


@on_sqlite
def test_no_time_is_promised_that_has_passed_nor_a_call_to_who_has_had_it(
    house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    feed.transaction()
    twilio.text(WANG, "1")
    with house.database.write() as session:
        session.get_one(Case, 1).contacted_at = house.now()
    assert "工作人员将尽快与您联系" in str(twilio.text(WANG, "2"))
    assert "您的留言已记录" in str(twilio.text(WANG, "11，下午"))
    assert now_rated(house) == (2, ["207"], None)
    with house.database.write() as session:
        session.get_one(Case, 1).contacted_at = None
    clock.move(days=2)
    assert "工作人员将尽快与您联系" in str(twilio.text(WANG, "1"))


@on_sqlite
def test_a_policy_may_not_ask(house: Services, feed: Feed, twilio: Twilio) -> None:
    policy = house.policy
    invitation = policy.invitation.model_copy(update={"reasons_hours": 0})
    object.__setattr__(house, "policy", policy.model_copy(update={"invitation": invitation}))
    feed.transaction()
    assert f"我们深表歉意。{WHEN}" in str(twilio.text(WANG, "2"))
    assert open_questions(house) == []


@on_sqlite
def test_the_question_is_asked_and_answered_in_the_citizens_language(feed: Feed, twilio: Twilio) -> None:
    feed.transaction(language="en")
    assert ": 11 no sample form, 12 no document list, " in str(twilio.text(WANG, "2"))
    assert str(twilio.text(WANG, "13, 18, call me in the evening")).startswith(
        "[Jilin City Services] Reasons recorded: took too long, curt staff. A member of staff will contact you by 18:00"
    )


def test_two_answers_at_once_are_both_kept_and_one_answers_the_question(
    house: Services, feed: Feed, twilio: Twilio
) -> None:
    feed.transaction()
    twilio.text(WANG, "2")
    answers = at_once(2, lambda number: twilio.text(WANG, ("11", "人很凶态度恶劣")[number]))
    stars, reasons, comment = now_rated(house)
    assert stars == 2
    if reasons:  # the code came first, or the words did and left a code that nobody asked for any more
        assert (reasons, comment) == (["207"], "人很凶态度恶劣")
        assert None not in answers
    else:
        assert (comment, in_review(house)) == ("人很凶态度恶劣", [("11", "unclear", None)])
    assert len(all_of(house, Case)) == 1


def test_a_five_racing_a_one_are_both_kept_and_the_last_counts(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction()
    at_once(2, lambda number: twilio.text(WANG, "51"[number]))
    first, second = all_of(house, Rating)
    assert (first.state, second.state, second.supersedes_id) == (RatingState.SUPERSEDED, RatingState.ACTIVE, first.id)
    assert {first.stars, second.stars} == {1, 5}
    assert len(all_of(house, Case)) == 1


@pytest.mark.parametrize(
    ("body", "first", "second"),
    [
        ("5", 1, 5),
        ("满意", 1, 4),
        ("2 等太久", 1, 2),
        ("改成4", 4, None),
        ("态度太差", 1, None),
        ("0012 3", 3, None),
        ("比较满意，谢谢", 1, 4),
    ],
)
def test_a_score_while_another_service_waits_for_one_is_not_taken_for_a_change_of_mind(
    body: str, first: int, second: int | None, house: Services, feed: Feed, twilio: Twilio
) -> None:
    """A bad rating must not turn good because the next service was good."""
    rated = feed.transaction()
    twilio.text(WANG, "1")
    waits = feed.transaction("JL20261123-0345", item_name="普通护照换发")
    delivered(house, waits)
    twilio.text(WANG, body)
    stars = {rating.record_id: rating.stars for rating in active_ratings(house)}
    assert (stars.get(rated), stars.get(waits)) == (first, second)


@on_sqlite
@pytest.mark.parametrize(
    ("language", "about"), [("zh-CN", "（尾号0012）"), ("zh-Hant", "（尾號0012）"), ("en", " (0012)")]
)
def test_who_has_several_services_is_told_which_one_was_rated_in_four_segments_at_most(
    language: str, about: str, feed: Feed, twilio: Twilio
) -> None:
    feed.transaction(language=language)
    assert about not in str(twilio.text(WANG, "5"))
    feed.transaction("JL20261123-0345", language=language)
    for body in ("0012 5", "0012 2", "0012 1"):
        told = str(twilio.text(WANG, body))
        assert about in told
        assert count(told).segments <= 4, told
