"""Whose text is it? Short conversations about two services: what is rated in the end, and what a person has to read."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hotline.actions import reviews
from hotline.services import Services
from hotline.tables import Case, InboundText, Invitation, Rating, ReviewItem, ServiceRecord
from hotline.tables.service import InvitationState, RatingState
from tests.cast import OUR_NUMBER, Feed, Person, Twilio, on_sqlite
from tests.channels.letters import delivered, in_review
from tests.conftest import MovingClock

pytestmark = on_sqlite

OTHER_NUMBER = "+8643299999999"
_serial = itertools.count()


@dataclass(frozen=True, slots=True)
class Citizen:
    """Somebody who was asked about 不动产转移登记 (0012) and 普通护照换发 (0345), and what became of it."""

    house: Services
    feed: Feed
    twilio: Twilio
    person: Person
    ids: tuple[int, ...] = ()

    def served(
        self, code: str, item: str, *, is_sent: bool = True, our_number: str | None = OUR_NUMBER, **more: Any
    ) -> "Citizen":
        record_id = self.feed.transaction(f"{self.person.name}-{code}", self.person, item_name=item, **more)
        if is_sent:
            delivered(self.house, record_id, our_number)
        return replace(self, ids=(*self.ids, record_id))

    def land(self, **more: Any) -> "Citizen":
        return self.served("0012", "不动产转移登记", **more)

    def passport(self, **more: Any) -> "Citizen":
        return self.served("0345", "普通护照换发", **more)

    def says(self, *bodies: str, to: str = OUR_NUMBER) -> str | None:
        """Write these one after another; what the last is answered."""
        answers = [self.twilio.text(self.person, body, To=to) for body in bodies]
        return answers[-1]

    def ratings(self) -> dict[int, Rating]:
        with self.house.database.read() as session:
            active = select(Rating).where(Rating.record_id.in_(self.ids), Rating.state == RatingState.ACTIVE)
            return {self.ids.index(rating.record_id): rating for rating in session.scalars(active)}

    def stars(self) -> tuple[int | None, int | None]:
        ratings = self.ratings()
        first, second = (ratings[place].stars if place in ratings else None for place in range(2))
        return first, second

    def in_doubt(self) -> list[str]:
        """What a person has to read."""
        undecided = (
            select(InboundText.body)
            .join(ReviewItem, ReviewItem.text_id == InboundText.id)
            .where(ReviewItem.decision.is_(None), InboundText.phone_lookup == self.phone_lookup())
            .order_by(InboundText.id)
        )
        with self.house.database.read() as session:
            return list(session.scalars(undecided))

    def phone_lookup(self) -> str:
        with self.house.database.read() as session:
            return session.get_one(ServiceRecord, self.ids[0]).phone_lookup

    def wishes(self) -> list[str | None]:
        with self.house.database.read() as session:
            cases = select(Case.call_wish).where(Case.record_id.in_(self.ids)).order_by(Case.record_id)
            return list(session.scalars(cases))

    def decides(self, deed: Callable[..., object], *args: object) -> None:
        """A person decides on the oldest text that waits for one."""
        with self.house.database.write() as session:
            item = session.scalars(select(ReviewItem).order_by(ReviewItem.id.desc())).first()
            assert item is not None
            deed(session, item.id, *args)


@pytest.fixture
def somebody(house: Services, feed: Feed, twilio: Twilio) -> Callable[[], Citizen]:
    def another() -> Citizen:
        number = f"138443{next(_serial) % 100_000:05}"
        return Citizen(house, feed, twilio, Person(f"JL{number}", number, f"+86{number}", ""))

    return another


@pytest.fixture
def both(somebody: Callable[[], Citizen]) -> Callable[[], Citizen]:
    """Each time somebody else, who was asked about both."""
    return lambda: somebody().land().passport()


QUEUED = [
    (["5", "1"], 1),
    (["5", "服务很好"], 5),
    (["5", "不满意"], 2),
    (["1", "11", "5"], 5),
    (["5", "撤回", "3"], 3),
    (["1", "太差了"], 1),
    (["1", "3"], 3),
]


def test_what_was_never_sent_takes_nothing_from_what_was(somebody: Callable[[], Citizen], feed: Feed) -> None:
    for (bodies, stars), is_call in itertools.product(QUEUED, (False, True)):
        citizen = somebody().land() if is_call else somebody().land().passport(is_sent=False)
        if is_call:
            call = feed.call(f"CALL-{citizen.person.phone}", citizen.person)
            citizen = replace(citizen, ids=(*citizen.ids, call))
        assert citizen.says(*bodies) is not None, bodies
        assert (citizen.stars(), citizen.in_doubt()) == ((stars, None), []), bodies
        with citizen.house.database.read() as session:
            queued = session.query(Invitation).filter_by(record_id=citizen.ids[1]).one()
            assert queued.state is InvitationState.WAITING


def test_a_late_answer_or_one_to_a_lost_text_is_not_of_what_was_never_sent(
    somebody: Callable[[], Citizen], house: Services, clock: MovingClock
) -> None:
    for days, has_failed, stars in ((8, False, 1), (0, True, 1), (12, False, None)):
        citizen = somebody().land()
        if has_failed:
            with house.database.write() as session:
                session.query(Invitation).filter_by(record_id=citizen.ids[0]).one().state = InvitationState.FAILED
        clock.move(days=days)
        citizen = citizen.passport(is_sent=False)
        assert citizen.says("1") is not None
        assert citizen.stars() == (stars, None), days


NEW_SCORES = ["改成1", "不对，是1", "打错了 1", "上面发错了，我要打1分", "非常不满意", "sorry, I meant 1", "1分"]


def test_of_two_clear_scores_the_last_waits_to_be_told_what_it_is_about(both: Callable[[], Citizen]) -> None:
    for body in NEW_SCORES:
        citizen = both()
        assert "“非常不满意”评价的是哪一件" in str(citizen.says("5", body)), body
        citizen.says("11")
        assert (citizen.stars(), citizen.in_doubt()) == ((1, None), []), body
    citizen = both()
    citizen.says("1", "改成5", "12")
    assert citizen.stars() == (None, 5)


def test_what_a_person_has_decided_on_is_not_replaced_nor_given_to_another(both: Callable[[], Citizen]) -> None:
    citizen = both()
    house = citizen.house
    citizen.says("5")
    citizen.decides(reviews.dismiss, "不是评价", "孙班长", house.now())
    assert citizen.says("改成1") is None
    assert (citizen.stars(), citizen.in_doubt()) == ((None, None), ["改成1"])
    citizen = both()
    citizen.says("5")
    citizen.decides(reviews.assign, citizen.ids[1], 5, "孙班长", house.policy, house.now())
    assert citizen.says("11") is None
    assert (citizen.stars(), citizen.in_doubt()) == ((None, 5), ["11"])


DOUBTFUL = ["不要5，要1", "12，不动产非常不满意", "11 3或4", "两个都是", "护照的，不动产的给1分"]


def test_what_waits_is_not_taken_over_an_answer_that_may_hold_another_score(both: Callable[[], Citizen]) -> None:
    for body in DOUBTFUL:
        citizen = both()
        assert citizen.says("5", body, "11") is None
        assert (citizen.stars(), citizen.in_doubt()) == ((None, None), ["5", body, "11"]), body
        citizen.says("11 1")  # said with its score it is clear
        assert citizen.stars() == (1, None), body


def test_a_score_without_its_number_is_asked_about_and_not_lost(both: Callable[[], Citizen]) -> None:
    citizen = both()
    assert "“非常满意”评价的是哪一件" in str(citizen.says("你好", "5"))
    citizen.says("11")
    assert (citizen.stars(), citizen.in_doubt()) == ((5, None), [])


TWO_NAMED = [
    *(["5", "11，0345是1"], ["5", "11 护照那个是1"], ["5", "不动产的，护照那个是1"], ["5", "护照 不动产 1"]),
    *(["5", "11，护照1分"], ["5", "12 0012 1"], ["4", "1", "11，0345是1"], ["不动产5，护照1"]),
    *(["不动产很满意。护照1"], ["护照5，不动产1"], ["普通护照换发5，不动产转移登记1"], ["0012 5，护照1"]),
    *(["0012 5 护照"], ["办不动产的很好，办护照的很差"], ["护照5，不动产1", "5"], ["护照5，不动产1", "11"]),
]


def test_who_names_two_is_asked_about_each_or_read_by_a_person(both: Callable[[], Citizen]) -> None:
    for bodies in TWO_NAMED:
        citizen = both()
        answer = citizen.says(*bodies)
        assert citizen.stars() == (None, None), bodies
        assert set(bodies) - {"11"} <= set(citizen.in_doubt()), bodies
        assert answer is None or "11 不动产转移登记（尾号0012）" in answer or "请只回复一个数字（尾号0012）" in answer


def test_a_text_that_names_two_is_in_doubt_until_both_are_clear(both: Callable[[], Citizen]) -> None:
    citizen = both()
    assert "请回复“序号 评分”" in str(citizen.says("护照5，不动产1"))
    citizen.says("11 1")
    assert citizen.in_doubt() == ["护照5，不动产1"]
    citizen.says("12 5")
    assert (citizen.stars(), citizen.in_doubt()) == ((1, 5), [])
    citizen = both()
    assert citizen.says("0012 5", "0012 1，0345 5") is None  # one of them is rated: its new score is not lost
    citizen.says("5")
    assert (citizen.stars(), citizen.in_doubt()) == ((5, 5), ["0012 1，0345 5"])
    citizen.says("0012 1")
    assert (citizen.stars(), citizen.in_doubt()) == ((1, 5), [])
    citizen = both().served("0500", "社会保障卡申领")
    citizen.says("0012 5", "0345 5", "改成1", "0500 4")  # nor is a correction of one that was rated
    assert citizen.in_doubt() == ["改成1"]


def test_words_that_only_mention_a_service_leave_the_score_where_it_is(both: Callable[[], Citizen]) -> None:
    citizen = both()
    citizen.says("0012 1 让我带了三次护照")
    assert (citizen.stars(), citizen.ratings()[0].comment) == ((1, None), "让我带了三次护照")


BLAMES = ["太差了", "太差", "差", "很不满意", "不满意", "一点都不满意", "垃圾", "bad", "terrible"]


def test_a_blame_after_our_question_is_a_reason_and_the_question_stands(both: Callable[[], Citizen]) -> None:
    for blame in BLAMES:
        citizen = both()
        assert "已记录原因：您的说明" in str(citizen.says("0012 1", blame)), blame
        citizen.says("11")
        rating = citizen.ratings()[0]
        assert (citizen.stars(), rating.reasons, rating.comment) == ((1, None), ["108"], blame)


AFTER_A_BAD_ONE = [
    *(("护照1", 1, False), ("护照 5，小王很好", 5, False), ("护照非常满意", 5, False), ("护照的5分", 5, False)),
    *(("护照没问题", None, True), ("另一个5分", None, True), ("办护照排队太久", None, True)),
]


def test_words_on_another_service_are_no_reasons(both: Callable[[], Citizen]) -> None:
    for body, stars, is_read in AFTER_A_BAD_ONE:
        citizen = both()
        assert (citizen.says("0012 1", body) is None) == is_read
        assert (citizen.stars(), citizen.in_doubt()) == ((1, stars), [body] if is_read else []), body
        assert citizen.ratings()[0].comment is None


def test_two_characters_speak_of_a_service(both: Callable[[], Citizen]) -> None:
    for body, second in (("护照1", 1), ("护照办得很差", 1), ("护照也是", None)):
        citizen = both()
        assert "尾号0345" in str(citizen.says("0012 5", body))
        assert citizen.stars() == (5, second), body
    citizen = both()
    assert citizen.says("0345 5", "办护照的很差") is None  # of the one that is rated, or of the one that waits?
    assert (citizen.stars(), citizen.in_doubt()) == ((None, 5), ["办护照的很差"])


def test_our_number_tells_which_is_meant_though_both_are_rated_and_reasons_are_asked_for(
    somebody: Callable[[], Citizen],
) -> None:
    for body, first in (("改成2", 2), ("3", 3), ("撤回", None), ("服务很好", 5)):
        citizen = somebody().land().passport(our_number=OTHER_NUMBER)
        citizen.says("5")
        citizen.says("1", to=OTHER_NUMBER)
        assert citizen.says(body) is not None
        assert (citizen.stars(), citizen.ratings()[1].comment) == ((first, 1), None), body


def test_after_taking_a_rating_back_the_next_score_is_of_that_one(both: Callable[[], Citizen]) -> None:
    citizen = both()
    assert "请回复1至5的数字并注明尾号0012" in str(citizen.says("0012 1", "撤回"))
    assert citizen.says("好的") is None
    citizen.says("5")
    assert citizen.stars() == (5, None)
    assert "评价（尾号0345）已撤回" in str(citizen.says("0345 4", "撤回"))
    assert "评价（尾号0012）已撤回" in str(citizen.says("撤回"))
    citizen.says("3")
    assert citizen.stars() == (3, None)
    assert "未找到可以撤回的评价" in str(both().says("0012 5", "撤回0345"))


def test_a_score_that_waits_to_be_told_what_it_is_about_can_be_taken_back(
    both: Callable[[], Citizen], clock: MovingClock
) -> None:
    for bodies in (["5"], ["5", "1"]):
        citizen = both()
        assert "您的评价已撤回" in str(citizen.says(*bodies, "撤回"))
        assert (citizen.stars(), citizen.in_doubt()) == ((None, None), [])
        assert "未找到可以撤回的评价" in str(citizen.says("撤回", "11", "撤回"))
    citizen = both()
    citizen.says("5", "0012和0345")
    clock.move(minutes=1)
    assert "评价（尾号0012）已撤回" in str(citizen.says("0012 4", "撤回"))  # that was the last rating
    assert "5" in citizen.in_doubt()


def test_how_to_change_a_rating_is_said_with_its_code_while_there_are_others(
    both: Callable[[], Citizen], somebody: Callable[[], Citizen]
) -> None:
    citizen = both()
    assert "重新回复数字并注明尾号0012即可" in str(citizen.says("0012 5"))
    citizen.says("1，尾号0012")
    assert citizen.stars() == (1, None)
    assert "重新回复数字即可" in str(somebody().land().says("5"))


LATER_WISHES = [
    *((["0"], "no_call"), (["不要打电话给我"], "no_call"), (["不需要回电了"], "no_call")),
    *((["不要再打电话了"], "no_call"), (["下午"], "afternoon"), (["再补充一点，晚上打给我"], "evening")),
    *(
        (["0345 5", "下午打给我"], "afternoon"),
        (["4或5"], None),
        (["不要5，要1"], None),
        (["12-14"], None),
        (["12 13"], None),
    ),
]


def test_a_wish_for_the_call_is_noted_after_the_reasons_too(both: Callable[[], Citizen]) -> None:
    for bodies, wish in LATER_WISHES:
        citizen = both()
        assert citizen.says("0012 1", "11", *bodies) is not None
        assert (citizen.wishes(), citizen.ratings()[0].reasons) == ([wish], ["108"]), bodies
    citizen = both()
    citizen.says("0012 1", "11", "0345 1", "11", "不需要回电了")
    assert citizen.wishes() == [None, None], "of two calls nobody guesses which is not wanted"
    citizen.says("0012 不需要回电了")
    assert citizen.wishes() == ["no_call", None]


def test_the_codes_of_a_batch_name_the_one_that_leads_it(somebody: Callable[[], Citizen]) -> None:
    batch = {"item_code": "GT-0203", "dept_code": "GT"}
    citizen = somebody().land(**batch).served("0777", "不动产转移登记", is_sent=False, **batch).passport()
    assert "（尾号0012）：不满意" in str(citizen.says("0777 2"))
    citizen.says("0777 4")
    assert {place: rating.stars for place, rating in citizen.ratings().items()} == {0: 4}


def test_what_waits_is_read_as_it_was_when_the_question_was_asked(both: Callable[[], Citizen]) -> None:
    """A newer parser may read it otherwise than what the citizen was told: then a person decides."""
    citizen = both()
    citizen.says("4")
    with citizen.house.database.write() as session:
        session.query(InboundText).one().stars = 2
    assert citizen.says("11") is None
    assert (citizen.stars(), citizen.in_doubt()) == ((None, None), ["4", "11"])


def test_a_score_that_was_used_is_not_used_again(both: Callable[[], Citizen]) -> None:
    citizen = both()
    citizen.says("5", "11", "12 你们几点上班")
    assert (citizen.stars(), in_review(citizen.house)[1:]) == ((5, None), [("12 你们几点上班", "unclear", None)])


def test_a_number_of_the_list_reaches_nothing_that_is_closed(both: Callable[[], Citizen]) -> None:
    for closing in ("不是我", "1"):
        citizen = both()
        citizen.says("5", closing)
        if closing == "1":  # chose none; and then the time to rate is over
            with citizen.house.database.write() as session:
                for invitation in session.query(Invitation).where(Invitation.record_id.in_(citizen.ids)):
                    invitation.expires_at = citizen.house.now() - timedelta(days=9)
        citizen.says("11 5")
        assert citizen.stars() == (None, None)
        assert "11 5" in citizen.in_doubt()


def test_a_correction_of_the_only_rating_need_not_name_the_score_it_was(somebody: Callable[[], Citizen]) -> None:
    citizen = somebody().land(our_number=None)
    citizen.says("5", "不是3是1")
    assert citizen.stars() == (1, None)


def test_a_text_about_nothing_that_is_known_stays_while_it_may_be_about_another(both: Callable[[], Citizen]) -> None:
    citizen = both()
    citizen.says("收到了吗你们", "在哪里看呢", "0012 5")
    assert citizen.in_doubt() == ["收到了吗你们", "在哪里看呢"]
    citizen.says("5")
    assert (citizen.stars(), citizen.in_doubt()) == ((5, 5), [])
