"""Texts from end to end: records in over HTTP, the real SDK to a Twilio, its signed webhooks back, texts on telephones.

Both clocks are moved by hand. The carrier repeats, reorders, delays and loses what it likes.
"""

from collections.abc import Callable

import pytest

from hotline.actions.reviews import assign, open_reviews
from hotline.rules.reply_wishes import Wish
from hotline.tables import Case, InboundText, Invitation, OptOut, OutboundText, Rating, ReviewItem
from hotline.tables.contacts import Purpose, TextState
from hotline.tables.replies import Decision
from hotline.tables.service import InvitationState, RatingState
from tests.cast import WANG, ZHAO, active_ratings, all_of, at_once, on_sqlite, only
from tests.jobs.conftest import Town

Work = Callable[[], int]

TITLE_DEED = {"item_name": "不动产转移登记", "item_code": "GT-0203", "dept_code": "GT"}
PASSPORT = {"item_name": "普通护照换发", "item_code": "GA-0107", "dept_code": "GA"}


def last_text(town: Town, number: str = WANG.e164) -> str:
    return town.texts(number)[-1]


def ask(town: Town, do_work: Work, number: str = "JL20261123-0012", **record: object) -> int:
    """Send a record in, and let its text arrive."""
    record_id = town.feed.transaction(number, **record)
    do_work()
    town.advance(10)
    return record_id


def say(town: Town, *bodies: str, number: str = WANG.e164) -> None:
    """The citizen texts us, and lets what we answer arrive, each in its turn."""
    for body in bodies:
        town.text(number, body)
        town.advance(5)


def invited(town: Town) -> OutboundText:
    """The one text that asked."""
    return only(town.house, OutboundText, purpose=Purpose.INVITE)


def test_a_bad_rating_its_reasons_and_a_good_hour_to_call(town: Town, do_work: Work) -> None:
    ask(town, do_work, **TITLE_DEED)
    assert last_text(town).startswith("【吉林市政务服务】您于11月23日办理的“不动产转移登记”（办件尾号0012）已办结，")
    assert last_text(town).endswith("回复免费，退订回T。")
    say(town, "２，排队两个小时")
    assert "已记录您的评价：不满意（2星）" in last_text(town)
    assert "工作人员将在11月24日18:00前与您联系" in last_text(town)
    assert "11没给样本" in last_text(town).replace(" ", "")
    say(town, "16、18 下午方便")
    assert "工作人员将在11月24日18:00前与您联系，并尽量安排在下午" in last_text(town)
    (rating,) = active_ratings(town.house)
    assert (rating.stars, rating.reasons, rating.comment) == (2, ["212", "214"], "排队两个小时")
    assert only(town.house, Case).call_wish is Wish.AFTERNOON
    assert [one.state for one in all_of(town.house, Rating)] == [RatingState.SUPERSEDED, RatingState.ACTIVE]
    assert not town.faults()


def test_two_are_open_and_one_five_comes(town: Town, do_work: Work) -> None:
    ask(town, do_work, "JL20261123-0012", **TITLE_DEED)
    second = ask(town, do_work, "JL20261123-0345", **PASSPORT)
    say(town, "5")
    assert "11 不动产转移登记（尾号0012）；12 普通护照换发（尾号0345）" in last_text(town)
    assert active_ratings(town.house) == []
    say(town, "十二")
    (rating,) = active_ratings(town.house)
    assert (rating.record_id, rating.stars, rating.raw) == (second, 5, "5")
    waiting = [one for one in all_of(town.house, Invitation) if one.state is not InvitationState.ANSWERED]
    assert [one.record.number for one in waiting] == ["JL20261123-0012"]


def test_what_nobody_can_read_is_asked_about_once_and_then_read_by_a_person(town: Town, do_work: Work) -> None:
    record_id = ask(town, do_work)
    say(town, "5个工作日了还没办好")
    assert "没有看懂您的回复" in last_text(town)
    before = len(town.texts(WANG.e164))
    say(town, "4或5")
    assert len(town.texts(WANG.e164)) == before, "asked twice"
    with town.house.database.write() as session:
        items = session.scalars(open_reviews(town.house.now())).all()
        assert [item.text.body for item in items] == ["4或5"]
        assign(session, items[0].id, record_id, 4, "班长", town.house.policy, town.house.now())
    (rating,) = active_ratings(town.house)
    assert (rating.stars, rating.raw, rating.rule) == (4, "4或5", "person")
    assert [item.decision for item in all_of(town.house, ReviewItem)] == [Decision.SETTLED, Decision.ASSIGNED]


def test_nine_copies_of_every_webhook_change_nothing(town: Town, do_work: Work) -> None:
    town.nasty(repeat=9)
    ask(town, do_work)
    say(town, "1")
    say(town, "13")
    do_work()
    town.advance(10)
    assert len(all_of(town.house, InboundText)) == 2
    assert len(all_of(town.house, Rating)) == 2  # the rating, and the same with its reason
    assert len(all_of(town.house, Case)) == 1
    assert len(town.texts(WANG.e164)) == 3
    assert invited(town).state is TextState.DELIVERED


@pytest.mark.parametrize("mode", [{"reorder": True}, {"delay": 30}, {"lose": 9}])
def test_receipts_that_come_late_in_a_wrong_order_or_never(town: Town, do_work: Work, mode: dict[str, object]) -> None:
    town.nasty(**mode)
    ask(town, do_work)
    town.advance(120)
    text = invited(town)
    assert text.state is (TextState.SENT if "lose" in mode else TextState.DELIVERED)
    town.ask("DELETE", "/nasty")
    say(town, "4")
    assert [rating.stars for rating in active_ratings(town.house)] == [4]
    assert len(town.texts(WANG.e164)) == 2


def test_two_replies_race_and_one_rating_counts(town: Town, do_work: Work) -> None:
    ask(town, do_work)
    at_once(2, lambda number: town.text(WANG.e164, ("5", "1")[number]))
    kept = all_of(town.house, InboundText)
    assert {text.body for text in kept} == {"5", "1"}
    (active,) = active_ratings(town.house)
    assert active.id == max(rating.id for rating in all_of(town.house, Rating))
    assert len(all_of(town.house, Case)) <= 1


@on_sqlite
def test_stop_is_twilios_to_answer_and_start_opens_again(town: Town, do_work: Work) -> None:
    ask(town, do_work)
    before = len(town.texts(WANG.e164))
    say(town, "STOP")
    assert len(town.texts(WANG.e164)) - before <= 1, "answered by Twilio and by us"
    assert only(town.house, OptOut).ended_at is None
    town.feed.transaction("JL20261123-0013", **PASSPORT)
    do_work()
    assert invited(town).invitation.record.number == "JL20261123-0012"
    say(town, "START")
    assert only(town.house, OptOut).ended_by == "sms"
    ask(town, do_work, "JL20261123-0014", **PASSPORT)
    assert "尾号0014" in last_text(town)


@on_sqlite
def test_opting_out_in_any_language_is_heard_on_both_channels(town: Town, do_work: Work) -> None:
    ask(town, do_work)
    say(town, "退訂")
    assert "已为您退订" in last_text(town) or "已為您退訂" in last_text(town)
    town.feed.call("CALL-1", survey="phone")
    do_work()
    assert [one.state for one in all_of(town.house, Invitation)][-1] is InvitationState.DECLINED
    say(town, "恢复")
    assert only(town.house, OptOut).ended_at is not None


def test_a_reminder_and_then_silence(town: Town, do_work: Work) -> None:
    ask(town, do_work)
    for _ in range(9):
        town.clock.move(days=1)
        do_work()
        town.advance(10)
    assert [text.purpose for text in all_of(town.house, OutboundText)] == [Purpose.INVITE, Purpose.REMIND]
    assert last_text(town).startswith("【吉林市政务服务】温馨提示：")
    say(town, "3")  # the seventh day is over, the days of grace are not
    (rating,) = active_ratings(town.house)
    assert (rating.stars, rating.flags) == (3, ["late"])


@on_sqlite
def test_after_the_grace_a_reply_is_kept_and_answered_once(town: Town, do_work: Work) -> None:
    ask(town, do_work)
    town.clock.move(days=11)
    say(town, "5")
    assert "已过期" in last_text(town)
    before = len(town.texts(WANG.e164))
    say(town, "5")
    assert len(town.texts(WANG.e164)) == before
    assert active_ratings(town.house) == []
    assert len(all_of(town.house, InboundText)) == 2


@on_sqlite
def test_a_landline_refuses_texts_and_is_called(town: Town, do_work: Work) -> None:
    town.nasty(refuse_send={"code": 30006, "times": 1})
    ask(town, do_work)
    town.advance(10)
    do_work()
    town.advance(2)
    assert town.on_the_line(WANG.e164)


@on_sqlite
def test_undelivered_for_now_is_sent_once_more_and_a_blocked_number_is_let_alone(town: Town, do_work: Work) -> None:
    town.nasty(refuse_send={"code": 30003, "times": 1})
    ask(town, do_work)
    town.clock.move(hours=5)
    do_work()
    town.advance(10)
    tries = all_of(town.house, OutboundText, purpose=Purpose.INVITE)
    assert [(text.try_no, text.state) for text in tries] == [(1, TextState.UNDELIVERED), (2, TextState.DELIVERED)]
    say(town, "5")
    town.nasty(refuse_send={"code": 21610, "times": 1})
    ask(town, do_work, "JL20261123-0099", **PASSPORT)
    assert only(town.house, OptOut).asked_by == "sms:21610"


def test_the_same_business_for_three_shops_is_one_text_and_one_rating(town: Town, do_work: Work) -> None:
    shops = [{"number": f"SC{n}", "phone": WANG.phone, "completed_at": "2026-11-23T09:20:00+08:00"} for n in (1, 2, 3)]
    answer = town.feed.post("/api/v1/transactions", [shop | PASSPORT for shop in shops])
    assert [result["status"] for result in answer.get_json()["results"]] == ["accepted"] * 3
    do_work()
    town.advance(10)
    (text,) = town.texts(WANG.e164)
    assert "等3件同类业务" in text
    say(town, "2")
    assert len(active_ratings(town.house)) == len(all_of(town.house, Case)) == 1


@on_sqlite
def test_the_citizen_chooses_the_language(town: Town, do_work: Work) -> None:
    ask(town, do_work)
    say(town, "English please")
    assert "Reply (free): 5 very good" in last_text(town)
    say(town, "very satisfied")
    assert "Recorded: very good (5 of 5)" in last_text(town)
    ask(town, do_work, "JL20261124-0001", **PASSPORT)
    assert ") completed 2" in last_text(town)
    say(town, "繁體")
    assert "請回覆數字評價" in last_text(town)


@on_sqlite
def test_a_citizen_corrects_adds_a_word_and_takes_it_all_back(town: Town, do_work: Work) -> None:
    ask(town, do_work)
    say(town, "4", "打错了，是5", "窗口的小王特别耐心", "撤销")
    ratings = all_of(town.house, Rating)
    assert [(one.stars, one.state) for one in ratings] == [
        (4, RatingState.SUPERSEDED),
        (5, RatingState.SUPERSEDED),
        (5, RatingState.WITHDRAWN),
    ]
    assert ratings[-1].comment == "窗口的小王特别耐心"


@on_sqlite
def test_a_stranger_is_answered_once_and_kept(town: Town) -> None:
    say(town, "5", number=ZHAO.e164)
    answered = len(town.texts(ZHAO.e164))
    say(town, "5", "5", number=ZHAO.e164)
    assert (answered, len(town.texts(ZHAO.e164))) == (1, 1)
    assert len(all_of(town.house, InboundText)) == 3
    assert active_ratings(town.house) == []
