"""What a citizen may say besides a digit: correct, withdraw, opt out and in, ask, be the wrong person, be unclear."""

from datetime import timedelta

import pytest

from hotline.actions import send
from hotline.messages import Accepted
from hotline.services import Services
from hotline.tables import Case, CaseEvent, InboundText, Invitation, OptOut, OutboundText, Rating
from hotline.tables.service import InvitationState, RatingState
from tests.cast import LI, WANG, ZHAO, Feed, Twilio, active_ratings, all_of, on_sqlite, only
from tests.channels.letters import delivered, in_review
from tests.conftest import MovingClock

pytestmark = on_sqlite


def send_all(house: Services) -> None:
    """The carrier takes every text that waits."""
    for text in all_of(house, OutboundText, state="queued"):
        with house.database.write() as session:
            assert isinstance(send.begin_text(session, text.id, house.policy, house.now()), send.Go)
            send.settle_text(session, text.id, Accepted(f"SM{text.id:032x}"), house.policy, house.now())


def test_a_correction_supersedes_within_the_hours_of_the_policy(
    house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    feed.transaction()
    twilio.text(WANG, "1")
    clock.move(hours=71, minutes=59)
    assert "满意（4星）" in str(twilio.text(WANG, "4"))
    first, second = all_of(house, Rating)
    assert (first.stars, first.state, first.version) == (1, RatingState.SUPERSEDED, 2)
    assert (second.stars, second.state, second.supersedes_id) == (4, RatingState.ACTIVE, first.id)
    history = [event.kind for event in all_of(house, CaseEvent)]
    assert history == ["opened", "rating_changed"]  # the case stays, its agent sees the change
    assert all_of(house, CaseEvent)[-1].note == "1 → 4"


def test_a_correction_after_those_hours_is_late_and_changes_nothing(
    house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    feed.transaction()
    twilio.text(WANG, "5")
    clock.move(hours=72, seconds=1)
    assert "已过期" in str(twilio.text(WANG, "1"))
    assert [rating.stars for rating in active_ratings(house)] == [5]
    assert all_of(house, InboundText)[-1].body == "1"  # kept all the same


def test_a_good_rating_corrected_to_a_bad_one_opens_the_case(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction()
    twilio.text(WANG, "5")
    assert all_of(house, Case) == []
    twilio.text(WANG, "1")
    case = only(house, Case)
    assert case.rating.stars == 1


def test_withdrawing_takes_the_rating_back_and_the_case_is_told(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction()
    twilio.text(WANG, "1")
    assert "已撤回" in str(twilio.text(WANG, "撤销"))
    rating = only(house, Rating)
    assert (rating.state, rating.version) == (RatingState.WITHDRAWN, 2)
    assert all_of(house, CaseEvent)[-1].note == "1 → –"
    assert "未找到可以撤回的评价" in str(twilio.text(WANG, "撤销"))


def test_after_withdrawing_a_new_digit_rates_again_as_we_promised(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction()
    twilio.text(WANG, "1")
    assert "请回复1至5的数字" in str(twilio.text(WANG, "撤销"))
    assert "非常满意（5星）" in str(twilio.text(WANG, "5"))
    assert [rating.stars for rating in active_ratings(house)] == [5]


def test_opting_out_declines_what_waits_and_what_comes(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction()
    assert "已为您退订" in str(twilio.text(WANG, "TD"))
    feed.transaction("JL-0013")
    assert {invitation.state for invitation in all_of(house, Invitation)} == {InvitationState.DECLINED}
    assert len(all_of(house, OutboundText)) == 1  # the second was never written
    opted_out = only(house, OptOut)
    assert (opted_out.asked_by, opted_out.asked_at, opted_out.ended_at) == ("sms", house.now(), None)
    assert twilio.text(WANG, "退订") is not None  # asking twice is answered, and is still one opt-out
    assert len(all_of(house, OptOut)) == 1


def test_coming_back_is_asked_again_and_the_opt_out_is_kept_on_record(
    house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    feed.transaction()
    twilio.text(WANG, "TD")
    clock.move(hours=1)
    assert "已为您恢复" in str(twilio.text(WANG, "恢复"))
    assert only(house, OptOut).ended_at == clock.now
    feed.transaction("JL-0013")
    assert [i.state for i in all_of(house, Invitation)] == [InvitationState.DECLINED, InvitationState.WAITING]


TWILIO_KEYWORDS = [
    ("STOP", word) for word in ("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT", "取消")
] + [("START", word) for word in ("START", "YES", "UNSTOP", "1")]


@pytest.mark.parametrize(("kind", "word"), TWILIO_KEYWORDS)
def test_what_the_carrier_took_as_an_opt_out_is_one_and_is_not_answered_twice(
    kind: str, word: str, house: Services, feed: Feed, twilio: Twilio
) -> None:
    """Twilio (`OptOutType`) has told the citizen already; keywords of its own settings may be no words of ours."""
    feed.transaction()
    if kind == "START":
        twilio.text(WANG, "TD")
    assert twilio.text(WANG, word, OptOutType=kind) is None
    (opted_out,) = all_of(house, OptOut)
    assert (opted_out.ended_at is None) == (kind == "STOP")
    assert all_of(house, Rating) == []


def test_help_from_the_carrier_is_not_answered_twice(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction()
    assert twilio.text(WANG, "INFO", OptOutType="HELP") is None
    assert only(house, InboundText).action == "help"
    assert only(house, Invitation).clarified is False  # no question was spent on it


def test_an_opt_out_by_another_number_is_not_ours(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction()
    twilio.text(ZHAO, "TD")
    assert only(house, Invitation).state is InvitationState.WAITING


def test_not_me_closes_the_invitation_without_a_rating(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction()
    assert "很抱歉打扰了" in str(twilio.text(WANG, "你发错人了"))
    assert only(house, Invitation).state is InvitationState.NOT_THEM
    assert all_of(house, Rating) == []
    assert "未找到本号码待评价的事项" in str(twilio.text(WANG, "5"))  # closed, and not too late
    assert all_of(house, Rating) == []


def test_who_is_somebody_else_after_a_rating_leaves_it_to_a_person(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction()
    twilio.text(WANG, "5")
    assert "很抱歉打扰了" in str(twilio.text(WANG, "不是我"))
    assert [rating.stars for rating in active_ratings(house)] == [5]
    assert in_review(house) == [("不是我", "unclear", None)]


def test_who_opted_out_is_not_invited_again_by_choosing_a_language(house: Services, feed: Feed, twilio: Twilio) -> None:
    delivered(house, feed.transaction())
    twilio.text(WANG, "退订")
    assert str(twilio.text(WANG, "en")).endswith("From now on we will write to you in English.")


def test_help_says_how_and_leaves_the_invitation_open(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction()
    assert "请回复数字评价：5非常满意" in str(twilio.text(WANG, "帮助"))
    assert only(house, Invitation).state is InvitationState.WAITING


def test_an_unclear_reply_is_asked_about_once_and_then_left_to_a_person(
    house: Services, feed: Feed, twilio: Twilio
) -> None:
    feed.transaction()
    assert "没有看懂您的回复" in str(twilio.text(WANG, "5个工作日了还没办好"))
    assert twilio.text(WANG, "4或5") is None
    assert twilio.text(WANG, "12345") is None
    assert [text.action for text in all_of(house, InboundText)] == ["clarify"] * 3
    assert all_of(house, Rating) == []
    assert "已记录您的评价" in str(twilio.text(WANG, "4"))  # a clear one still counts


@pytest.mark.parametrize("body", ["0012 5", "0012 5分", "0012：5", "尾号0012 5", " 0012，非常满意"])
def test_the_code_and_a_digit_answer_the_one_meant(body: str, house: Services, feed: Feed, twilio: Twilio) -> None:
    meant, other = feed.transaction("JL20261123-0012"), feed.transaction("JL20261123-0047")
    delivered(house, meant)
    delivered(house, other)
    assert "非常满意（5星）" in str(twilio.text(WANG, body))
    assert only(house, Rating).record_id == meant
    assert [i.state for i in all_of(house, Invitation)] == [InvitationState.ANSWERED, InvitationState.DELIVERED]
    twilio.text(WANG, "3")  # one is left: now the digit alone will do
    assert [rating.stars for rating in active_ratings(house)] == [5, 3]


def test_a_code_corrects_its_own_rating_while_another_is_open(house: Services, feed: Feed, twilio: Twilio) -> None:
    corrected = feed.transaction("JL20261123-0012")
    feed.transaction("JL20261123-0047")
    twilio.text(WANG, "0012 1")
    assert "满意（4星）" in str(twilio.text(WANG, "0012 4"))
    assert [(r.record_id, r.stars) for r in active_ratings(house)] == [(corrected, 4)]


def test_the_last_second_of_the_seventh_day_still_counts(
    house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    feed.transaction()
    send_all(house)
    assert only(house, Invitation).expires_at == clock.now + timedelta(days=7)
    clock.move(days=7, seconds=-1)
    assert "5星" in str(twilio.text(WANG, "5"))


def test_a_number_we_never_asked_is_answered_once_in_thirty_days(
    house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    assert "未找到本号码待评价的事项" in str(twilio.text(ZHAO, "5"))
    assert twilio.text(ZHAO, "5") is None
    assert twilio.text(ZHAO, "你好") is None
    clock.move(days=29)
    assert twilio.text(ZHAO, "5") is None
    clock.move(days=1, seconds=1)
    assert "未找到本号码待评价的事项" in str(twilio.text(ZHAO, "5"))
    assert (all_of(house, Rating), len(all_of(house, InboundText))) == ([], 5)


@pytest.mark.parametrize("sender", ["12345", "", "anonymous", "+266696687", "GOVSMS"])
def test_a_sender_that_is_no_telephone_number_is_kept_and_never_a_500(
    sender: str, house: Services, feed: Feed, twilio: Twilio
) -> None:
    feed.transaction()
    assert twilio.text(WANG, "5", From=sender) is None, "nobody there can be answered"
    assert all_of(house, Rating) == []
    assert house.vault.open(only(house, InboundText).phone_box) == sender


def test_each_citizen_answers_for_themselves(house: Services, feed: Feed, twilio: Twilio) -> None:
    theirs = feed.transaction("JL-0012", WANG)
    feed.transaction("JL-0013", LI)
    feed.transaction("JL-0014", ZHAO)
    twilio.text(WANG, "5")
    assert [rating.record_id for rating in all_of(house, Rating)] == [theirs]


def test_a_digit_sent_before_the_service_ended_is_flagged_and_kept(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction(completed_at="2026-11-23T09:35:00+08:00")  # five minutes from now: clocks differ
    twilio.text(WANG, "5")
    assert only(house, Rating).flags == ["before_completion"]
