"""A person decides on a text once: it is a rating of that record, or none; and ends an opt-out with a reason."""

import pytest

from hotline.actions import reviews
from hotline.actions.opt_outs import all_holding, end_with_reason, is_opted_out
from hotline.errors import BadInput, Conflict, NotFound
from hotline.services import Services
from hotline.tables import Case, InboundText, Invitation, OptOut, Rating, ReviewItem
from hotline.tables.replies import Why
from hotline.tables.service import InvitationState
from tests.cast import WANG, ZHAO, Feed, Twilio, active_ratings, all_of, at_once, on_sqlite, only
from tests.conftest import MovingClock


def assign(house: Services, record_id: int, stars: int, item_id: int = 1) -> Rating:
    with house.database.write() as session:
        return reviews.assign(session, item_id, record_id, stars, "孙班长", house.policy, house.now())


def dismiss(house: Services, note: str, item_id: int = 1) -> None:
    with house.database.write() as session:
        reviews.dismiss(session, item_id, note, "孙班长", house.now())


def test_a_text_is_assigned_to_a_record_as_a_rating_like_any_other(
    house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    record_id = feed.transaction()
    twilio.text(WANG, "5个工作日了还没办好")
    clock.move(hours=25)
    given = assign(house, record_id, 1)
    rating = only(house, Rating)
    assert (rating.id, rating.stars, rating.rule, rating.raw) == (given.id, 1, "person", "5个工作日了还没办好")
    assert (rating.channel, rating.scale, rating.script) == ("sms", "star_5_best", "sms-stars@1")
    assert (only(house, Case).rating_id, only(house, Invitation).state) == (rating.id, InvitationState.ANSWERED)
    item = only(house, ReviewItem)
    assert (item.decision, item.decided_by, item.decided_at) == ("assigned", "孙班长", clock.now)
    assert item.rating_id == rating.id
    for decide in (lambda: assign(house, record_id, 5), lambda: dismiss(house, "不是评价")):
        with pytest.raises(Conflict) as refused:
            decide()
        assert refused.value.code == "review_decided"
    assert [rating.stars for rating in active_ratings(house)] == [1]


def test_what_cannot_be_assigned_says_which_field_and_changes_nothing(
    house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    mine, theirs = feed.transaction(), feed.transaction("JL-0099", ZHAO)
    twilio.text(WANG, "你们看着办吧")
    for record_id, stars, field in (
        (theirs, 5, "record_id"),
        (999, 5, "record_id"),
        (mine, 0, "stars"),
        (mine, 6, "stars"),
    ):
        with pytest.raises(BadInput) as refused:
            assign(house, record_id, stars)
        assert refused.value.field == field
    with pytest.raises(NotFound):
        assign(house, mine, 5, item_id=77)
    for note, field in (("", "note"), (" \0 ", "note"), ("字" * 2001, "note")):
        with pytest.raises(BadInput) as refused:
            dismiss(house, note)
        assert refused.value.field == field
    assert only(house, ReviewItem).decision is None
    dismiss(house, "闲聊，不是评价")
    item = only(house, ReviewItem)
    assert (item.decision, item.note, item.rating_id, all_of(house, Rating)) == (
        "dismissed",
        "闲聊，不是评价",
        None,
        [],
    )


def test_the_citizens_later_word_is_not_replaced_by_an_older_text(
    house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    first, second = feed.transaction("JL20261123-0012"), feed.transaction("JL20261123-0047")
    twilio.text(WANG, "4")
    twilio.text(WANG, "5")  # chooses none: both are on the list
    clock.move(minutes=1)
    twilio.text(WANG, "0012 3")  # they may still be about the other one
    with pytest.raises(Conflict) as refused:
        assign(house, first, 4)
    assert refused.value.code == "rated_later"
    assert [item.decision for item in all_of(house, ReviewItem)] == [None, None]
    assign(house, second, 4)
    assert [(rating.record_id, rating.stars) for rating in active_ratings(house)] == [(first, 3), (second, 4)]


def test_what_a_person_has_assigned_is_not_applied_again_when_the_citizen_answers(
    house: Services, feed: Feed, twilio: Twilio
) -> None:
    first, second = feed.transaction("JL20261123-0012"), feed.transaction("JL20261123-0047")
    twilio.text(WANG, "4")
    assign(house, first, 4)
    assert twilio.text(WANG, "12") is None
    assert [rating.record_id for rating in active_ratings(house)] == [first]
    assert [item.decision for item in all_of(house, ReviewItem)] == ["assigned", None]
    assign(house, second, 3, item_id=2)


def test_two_persons_and_the_citizen_at_once_make_one_rating_of_one_text(
    house: Services, feed: Feed, twilio: Twilio
) -> None:
    first, second = feed.transaction("JL20261123-0012"), feed.transaction("JL20261123-0047")
    twilio.text(WANG, "4")

    def act(number: int) -> object:
        try:
            return twilio.text(WANG, "11") if number == 0 else assign(house, (first, second)[number - 1], 4)
        except Conflict as conflict:
            return conflict.code

    at_once(3, act)
    assert [rating.raw for rating in all_of(house, Rating)] == ["4"]


def test_an_opt_out_ends_with_a_recorded_reason_once(
    house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    twilio.text(WANG, "T")
    twilio.text(ZHAO, "T")
    clock.move(days=400)
    opted_out = all_of(house, OptOut)[0]

    def end(reason: str, opt_out_id: int = opted_out.id) -> None:
        with house.database.write() as session:
            end_with_reason(session, opt_out_id, reason, "孙班长", house.now())

    for reason in ("", "同意了", "字" * 501):
        with pytest.raises(BadInput) as refused:
            end(reason)
        assert refused.value.field == "reason"
    with pytest.raises(NotFound):
        end("本人来电要求恢复", 99)
    end("本人来电要求恢复")
    ended = all_of(house, OptOut)[0]
    assert (ended.ended_at, ended.ended_by, ended.end_reason) == (clock.now, "孙班长", "本人来电要求恢复")
    with pytest.raises(Conflict):
        end("本人来电要求恢复")
    with house.database.read() as session:
        assert [one.phone_masked for one in all_holding(session)] == [ZHAO.masked]
        assert not is_opted_out(session, opted_out.phone_lookup)


@on_sqlite
def test_a_rating_that_was_read_never_becomes_what_a_person_likes(house: Services, feed: Feed, twilio: Twilio) -> None:
    """Not even by way of a replay: only what a newer parser reads in it may take its place."""
    record_id = feed.transaction()
    twilio.text(WANG, "1")
    with house.database.write() as session:
        text = session.query(InboundText).one()
        reviews.add_review(session, text, Why.REPLAY, house.now(), house.now())
    with pytest.raises(Conflict, match="says something else") as refused:
        assign(house, record_id, 5)
    assert refused.value.code == "read_otherwise"
    assert [rating.stars for rating in active_ratings(house)] == [1]


@on_sqlite
@pytest.mark.parametrize(("place", "stars", "turned"), [(0, 1, 5), (1, 5, 1)])
def test_a_text_is_read_by_the_scale_of_the_record_it_is_given_to(
    place: int, stars: int, turned: int, house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    """The city turned its scale round between two invitations: a 1 is one star of the first, and five of the second."""
    ids = feed.transaction("JL20261123-0012"), feed.transaction("JL20261123-0345")
    with house.database.write() as session:
        session.query(Invitation).filter_by(record_id=ids[1]).one().script = "sms-rank@1"
    twilio.text(WANG, "1")
    clock.move(hours=30)
    with pytest.raises(Conflict, match="says something else"):
        assign(house, ids[place], turned)
    assert assign(house, ids[place], stars).stars == stars
