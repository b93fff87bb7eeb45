"""What is gone never takes the place of what waits; what was asked last goes first; a change is no mere comment."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from hotline.tables import Invitation
from hotline.tables.service import InvitationState
from tests.cast import on_sqlite
from tests.channels.test_whose import OTHER_NUMBER, Citizen, both, somebody
from tests.conftest import MovingClock

pytestmark = on_sqlite
__all__ = ["both", "somebody"]

NAMES_WHAT_IS_GONE = [
    *(["5 尾号0012"], ["1（尾号0012）"], ["不动产 1"], ["不动产非常不满意"], ["0012 1"], ["撤回0012"], ["打错了0012"]),
    *(["0345 1", "0012 太慢"], ["0345 5", "撤回0012"], ["0345 5", "0012改成1"], ["0345 5", "办不动产的很差"]),
    *(["不是我0012"], ["0345 1", "不动产5"]),
]


@pytest.mark.parametrize("end", [*"FDN", "grace", "rated"])
def test_what_cannot_be_answered_any_more_gives_its_score_to_no_other(
    both: Callable[[], Citizen], clock: MovingClock, end: str
) -> None:
    states = {"F": InvitationState.FAILED, "D": InvitationState.DECLINED, "N": InvitationState.NOT_THEM}
    for bodies in NAMES_WHAT_IS_GONE:
        citizen = both()
        if end == "rated":
            citizen.says("0012 4")
            clock.move(hours=80)
        with citizen.house.database.write() as session:
            gone, waits = (session.query(Invitation).filter_by(record_id=one).one() for one in citizen.ids)
            if end == "grace":
                gone.expires_at = citizen.house.now() - timedelta(days=9)
            elif end in states:
                gone.state = states[end]
            waits.expires_at = citizen.house.now() + timedelta(days=3)
        before = citizen.says(*bodies[:-1]) if len(bodies) > 1 else None
        stars = citizen.stars()
        answer = citizen.says(bodies[-1])
        assert citizen.stars() == stars, bodies
        assert "0345" not in str(answer), bodies
        asked = citizen.ratings()
        assert 1 not in asked or asked[1].comment is None, bodies
        if "撤回" not in bodies[-1] and "不是我" not in bodies[-1]:
            assert bodies[-1] in citizen.in_doubt(), (bodies, before)
        if bodies[-1] in ("5 尾号0012", "0345 1", "不动产5"):
            assert ("已过期" in str(answer)) == (end in ("grace", "rated")), bodies


def test_what_is_gone_takes_no_name_from_what_waits(somebody: Callable[[], Citizen]) -> None:
    for body in ("护照5", "普通护照换发 5", "5"):
        citizen = somebody().served("0777", "普通护照换发").passport()
        with citizen.house.database.write() as session:
            session.query(Invitation).filter_by(record_id=citizen.ids[0]).one().state = InvitationState.FAILED
        citizen.says(body)
        assert citizen.stars() == (None, 5), body


ASKED_LAST = [
    *((["5", "0345", "1"], (5, 1)), (["5", "English", "1"], (5, 1)), (["1", "English", "5"], (1, 5))),
    *((["5", "護照也是", "1"], (5, 1)), (["5", "护照也是", "1"], (5, 1)), (["5", "1"], (1, None))),
    (["5", "0345", "0012 2"], (2, None)),
]


def test_what_we_asked_about_last_goes_before_our_number(somebody: Callable[[], Citizen]) -> None:
    for bodies, stars in ASKED_LAST:
        citizen = somebody().land().passport(our_number=OTHER_NUMBER)
        citizen.says(*bodies)
        assert (citizen.stars(), citizen.ratings()[0].comment) == (stars, None), bodies


def test_a_slip_that_is_named_awaits_the_score_of_that_one(both: Callable[[], Citizen]) -> None:
    for slip in ("0012打错了", "打错了 0012", "不动产打错了"):
        for score in ("5", "1"):
            citizen = both()
            assert "尾号0012" in str(citizen.says(f"0012 {score}", slip))
            citizen.says("3")
            assert (citizen.stars(), citizen.ratings()[0].comment) == ((3, None), None), slip
    citizen = both()
    citizen.says("0012 5", "0345 5", "0012打错了", "1", "0345打错了", "2")
    assert citizen.stars() == (1, 2)


CHANGES = [
    *(("5", "太气人了，改成1", 1), ("5", "后来又出问题了，改为不满意", 2), ("1", "解决了，改成5", 5)),
    *(("1", "问题解决了，我改5分", 5), ("1", "已经解决了，改为满意", 4), ("1", "态度好，我改成5分", 5)),
    *(("2", "太气人了，改成1", 1), ("5", "他们态度恶劣，应该是1", 1), ("5", "后来又坏了，改成1", 1)),
]


def test_a_change_is_taken_or_read_by_a_person_and_never_a_comment(
    somebody: Callable[[], Citizen], both: Callable[[], Citizen]
) -> None:
    for first, change, stars in CHANGES:
        citizen = somebody().land()
        citizen.says(first, change)
        taken, doubt = citizen.ratings()[0], citizen.in_doubt()
        assert (taken.stars, doubt) in ((stars, []), (int(first), [change])), change
        assert change not in str(taken.comment), change
        citizen = both()
        citizen.says(f"0012 {first}", f"0012{change}")
        assert (citizen.stars(), citizen.in_doubt()) in (
            ((stars, None), []),
            ((int(first), None), [f"0012{change}"]),
        ), change
    citizen = both()
    assert citizen.says("0012 5", "0345 5", "第一个改成1") is None
    assert (citizen.stars(), citizen.in_doubt()) == ((5, 5), ["第一个改成1"])
    citizen = both()
    citizen.says("0012 1", "解决了，改为满意")
    assert citizen.stars() == (4, None)


NAMED_ALONE = [
    *(("不动产转移登记", ["不动产满意"], 4), ("不动产转移登记", ["不动产转移登记非常满意"], 5)),
    *(("不动产转移登记", ["不动产转移登记5"], 5), ("普通护照换发", ["护照5"], 5), ("普通护照换发", ["护照5分"], 5)),
    *(("社会保障卡申领", ["社会保障卡申领满意"], 4), ("普通护照换发", ["普通护照换发5"], 5)),
    *(("不动产转移登记", ["5", "不动产1"], 1), ("不动产转移登记", ["1", "不动产5"], 5)),
    *(("不动产转移登记", ["2", "不动产1"], 1), ("普通护照换发", ["5", "护照非常不满意"], 1)),
]


def test_the_item_of_the_only_service_may_be_named_too(somebody: Callable[[], Citizen]) -> None:
    for item, bodies, stars in NAMED_ALONE:
        citizen = somebody().served("0012", item)
        citizen.says(*bodies)
        rating = citizen.ratings()[0]
        assert (rating.stars, rating.comment, citizen.in_doubt()) == (stars, None, []), bodies
    citizen = somebody().land()
    citizen.says("1", "不动产窗口排队太久")
    assert citizen.ratings()[0].comment == "不动产窗口排队太久"


NOD_TO_LIST = [["5", "好的"], ["5", "你好"], ["5", "好的", "谢谢"], ["非常满意", "好的"], ["5", "收到", "您好！"]]


def test_a_nod_or_a_greeting_leaves_the_score_that_waits(both: Callable[[], Citizen]) -> None:
    for bodies in NOD_TO_LIST:
        citizen = both()
        citizen.says(*bodies, "11")
        assert (citizen.stars(), citizen.ratings()[0].comment, citizen.in_doubt()) == ((5, None), None, []), bodies


WITHOUT_SPACE = [
    *(("11上午", 1, "morning"), ("11下午", 1, "afternoon"), ("11 13上午", 2, "morning")),
    *(("12下午3点", 1, "afternoon"), ("11.12上午", 2, "morning"), ("11晚上打给我", 1, "evening")),
    *(("11不用回电", 1, "no_call"), ("11 上午", 1, "morning")),
]


def test_our_example_is_read_without_its_space(somebody: Callable[[], Citizen]) -> None:
    for body, reasons, wish in WITHOUT_SPACE:
        citizen = somebody().land()
        citizen.says("1", body)
        rating = citizen.ratings()[0]
        assert (len(rating.reasons), rating.comment, citizen.wishes()) == (reasons, None, [wish]), body
    for body in ("11点没人", "11月上午没人"):
        citizen = somebody().land()
        citizen.says("1", body)
        assert citizen.ratings()[0].reasons == [], body


SAME_AGAIN = [["1", "1"], ["1", "①"], ["0012 1", "0012 1"], ["1", "2", "1"], ["1", "3", "1"], ["1", "0", "1"]]


def test_the_same_score_again_leaves_the_question_for_reasons_open(somebody: Callable[[], Citizen]) -> None:
    for bodies in SAME_AGAIN:
        citizen = somebody().land()
        citizen.says(*bodies, "11")
        rating = citizen.ratings()[0]
        assert (rating.stars, rating.reasons, rating.comment) == (1, ["108"], None), bodies


LEVELS = [("2", "非常不满意", 1), ("1", "不满意", 2), ("1", "不满意。", 2), ("2", "太差了", 2), ("1", "很不满意", 1)]


def test_an_official_level_is_a_score_and_a_blame_is_not(somebody: Callable[[], Citizen]) -> None:
    for first, words, stars in LEVELS:
        citizen = somebody().land()
        citizen.says(first, words)
        rating = citizen.ratings()[0]
        assert (rating.stars, rating.comment) == (stars, words if stars == int(first) else None), words


def test_a_wrong_number_of_the_list_is_read_by_a_person(both: Callable[[], Citizen]) -> None:
    for score in ("1", "5"):
        for slip in ("打错了，是12", "选错了，应该是12", "不是11，是12", "错了，12"):
            citizen = both()
            assert citizen.says(score, "11", slip) is None, slip
            rating = citizen.ratings()[0]
            assert (citizen.stars(), rating.reasons, rating.comment) == ((int(score), None), [], None), slip
            assert citizen.in_doubt() == [slip]


def test_a_rating_after_not_me_is_answered(both: Callable[[], Citizen]) -> None:
    citizen = both()
    citizen.says("不是我")
    assert "未找到本号码待评价的事项" in str(citizen.says("0345 5"))
    assert (citizen.stars(), citizen.in_doubt()) == ((None, None), ["0345 5"])


def test_how_many_a_batch_is_of_is_no_word_of_its_rating(somebody: Callable[[], Citizen]) -> None:
    batch = {"item_code": "GT-0203", "dept_code": "GT"}
    for body, stars in (("两件都5分", 5), ("两件都很满意", 5), ("2件都不满意", 2), ("两个都1", 1), ("都很满意", 5)):
        citizen = somebody().land(**batch).served("0777", "不动产转移登记", is_sent=False, **batch)
        citizen.says(body)
        rating = citizen.ratings()[0]
        assert (rating.stars, rating.comment, citizen.in_doubt()) == (stars, None, []), body


def test_a_score_sent_twice_before_the_choice_is_settled_with_it(
    both: Callable[[], Citizen], clock: MovingClock
) -> None:
    for hours, choice in ((25, ["11"]), (0, ["12"])):
        citizen = both()
        citizen.says("5")
        clock.move(hours=hours)
        citizen.says("5", *choice)
        assert citizen.in_doubt() == []
        assert 5 in citizen.stars()


def test_a_verdict_against_the_stars_is_read_by_a_person(somebody: Callable[[], Citizen]) -> None:
    citizen = somebody().land()
    citizen.says("5", "差评")
    assert citizen.in_doubt() == ["差评"]


def test_nothing_to_say_is_no_reason(somebody: Callable[[], Citizen]) -> None:
    for words in ("没有", "没有原因", "是的", "对", "没有。", "no"):
        citizen = somebody().land()
        assert citizen.says("1", words) is None, words
        assert citizen.ratings()[0].comment is None
        citizen.says("11")
        assert citizen.ratings()[0].reasons == ["108"], words
