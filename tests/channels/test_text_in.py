"""A citizen's text becomes one rating: committed before the answer, thanked in the record's language, once."""

from typing import Any

import pytest
from flask import Flask

from hotline.services import Services
from hotline.tables import Case, InboundText, Invitation, OutboxRow, Rating
from hotline.tables.service import InvitationState, RatingState
from tests.cast import (
    AUTH_TOKEN,
    WANG,
    Feed,
    Twilio,
    active_ratings,
    all_of,
    at_once,
    on_sqlite,
    only,
    row_counts,
    text_form,
)
from tests.conftest import MovingClock


@on_sqlite
@pytest.mark.parametrize(
    ("body", "stars", "thanks"),
    [
        ("5", 5, "非常满意（5星）"),
        ("4", 4, "满意（4星）"),
        ("3", 3, "基本满意（3星）"),
        ("2", 2, "不满意（2星）"),
        ("1", 1, "非常不满意（1星）"),
    ],
)
def test_each_digit_is_one_rating_thanked_in_words(
    body: str, stars: int, thanks: str, house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    record_id = feed.transaction()
    clock.move(minutes=5)
    answer = twilio.text(WANG, body)
    assert answer is not None
    assert answer.startswith("【吉林市政务服务】已记录您的评价：")
    assert thanks in answer
    rating = only(house, Rating)
    assert (rating.record_id, rating.stars, rating.raw, rating.state) == (record_id, stars, body, RatingState.ACTIVE)
    assert (rating.channel, rating.scale, rating.script) == ("sms", "star_5_best", "sms-stars@1")
    assert (rating.is_default, rating.rated_at, rating.flags) == (False, clock.now, [])
    assert only(house, Invitation).state is InvitationState.ANSWERED


def test_the_words_beside_the_digit_are_kept_as_a_comment(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction()
    twilio.text(WANG, "2 排队两个小时")
    rating = only(house, Rating)
    assert (rating.stars, rating.raw, rating.comment) == (2, "2 排队两个小时", "排队两个小时")


def test_a_record_in_english_is_thanked_in_english(feed: Feed, twilio: Twilio) -> None:
    feed.transaction(language="en")
    assert twilio.text(WANG, "4") == (
        "[Jilin City Services] Recorded: good (4 of 5). Thank you! To change it, reply with a number within 72 hours."
    )


def test_a_bad_rating_is_told_by_when_somebody_will_be_in_touch(feed: Feed, twilio: Twilio) -> None:
    """Monday morning and one working day: Tuesday at closing time."""
    feed.transaction()
    feed.transaction("JL-EN-0013", language="en")
    assert "工作人员将在11月24日18:00前与您联系" in str(twilio.text(WANG, "0012 2"))
    assert "will contact you by 18:00 on 24 Nov" in str(twilio.text(WANG, "0013 1"))


def test_nothing_is_answered_before_the_commit(
    house: Services, feed: Feed, twilio: Twilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The doorbell rings after the commit and before the answer: what another connection sees then is committed."""
    seen: list[int] = []
    feed.transaction()
    monkeypatch.setattr(house.database, "_on_commit", lambda _rings: seen.append(len(all_of(house, Rating))))
    assert twilio.text(WANG, "5") is not None
    assert seen == [1]


def test_a_commit_that_fails_is_not_answered_with_thanks(
    app: Flask, house: Services, feed: Feed, twilio: Twilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No thanks for a rating that is not there; the carrier's retry finds a clean table."""
    feed.transaction()
    form = text_form(WANG, "5")

    def fails(*_: Any) -> None:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr("hotline.actions.rate._close_invitations", fails)
        assert twilio.post("/webhooks/twilio/sms", form).status_code == 500
    assert (all_of(house, Rating), all_of(house, InboundText)) == ([], [])
    assert twilio.post("/webhooks/twilio/sms", form).status_code == 200
    assert len(all_of(house, Rating)) == 1


def test_the_same_webhook_twice_is_one_rating_and_the_same_answer(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction()
    form = text_form(WANG, "2 排队太久")
    first, second = (twilio.post("/webhooks/twilio/sms", form) for _ in range(2))
    assert first.data == second.data
    assert "不满意" in first.text
    assert (len(all_of(house, Rating)), len(all_of(house, Case)), len(all_of(house, InboundText))) == (1, 1, 1)


def test_a_replay_after_a_correction_changes_nothing(house: Services, feed: Feed, twilio: Twilio) -> None:
    """The carrier repeats an old webhook late: the newer word of the citizen stands."""
    feed.transaction()
    old = text_form(WANG, "1")
    first = twilio.post("/webhooks/twilio/sms", old)
    twilio.text(WANG, "4")
    assert twilio.post("/webhooks/twilio/sms", old).data == first.data
    assert [rating.stars for rating in active_ratings(house)] == [4]


def test_ten_copies_at_once_are_one_rating_and_the_same_answer(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction()
    form = text_form(WANG, "2")
    answers = at_once(10, lambda _: twilio.post("/webhooks/twilio/sms", form))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.data for answer in answers}) == 1
    assert (len(all_of(house, Rating)), len(all_of(house, Case)), len(all_of(house, InboundText))) == (1, 1, 1)
    assert len(all_of(house, OutboxRow, kind="forward")) == 1


def test_unknown_parameters_are_accepted_and_signed_over(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction()
    assert twilio.text(WANG, "5", SomethingNew="来自明年", AddOns='{"status":"successful"}') is not None
    assert only(house, Rating).stars == 5


def test_an_unsigned_text_gets_403_and_leaves_no_row(app: Flask, house: Services, feed: Feed) -> None:
    feed.transaction()
    before = row_counts(house)
    for headers in (None, {"X-Twilio-Signature": ""}, {"X-Twilio-Signature": "bm90IGEgc2lnbmF0dXJl"}):
        answer = app.test_client().post("/webhooks/twilio/sms", data=text_form(WANG, "1"), headers=headers)
        assert answer.status_code == 403
    assert row_counts(house) == before


def test_a_signature_covers_every_parameter_and_the_address(app: Flask, house: Services, feed: Feed) -> None:
    """A good signature does not carry over to a changed body, an added parameter, another token or another path."""
    from twilio.request_validator import RequestValidator

    feed.transaction()
    before = row_counts(house)
    url, form = "http://hotline.test/webhooks/twilio/sms", text_form(WANG, "5")
    good = RequestValidator(AUTH_TOKEN).compute_signature(url, form)
    other_host = RequestValidator(AUTH_TOKEN).compute_signature("http://localhost/webhooks/twilio/sms", form)
    client = app.test_client()
    for path, data, signature in [
        ("/webhooks/twilio/sms", form | {"Body": "1"}, good),
        ("/webhooks/twilio/sms", form | {"Extra": "1"}, good),
        ("/webhooks/twilio/sms?a=1", form, good),
        ("/webhooks/twilio/voice", form, good),
        ("/webhooks/twilio/sms", form, RequestValidator("another token altogether").compute_signature(url, form)),
        ("/webhooks/twilio/sms", form, other_host),
    ]:
        assert client.post(path, data=data, headers={"X-Twilio-Signature": signature}).status_code == 403
    assert row_counts(house) == before
    assert client.post("/webhooks/twilio/sms", data=form, headers={"X-Twilio-Signature": good}).status_code == 200


def test_a_signed_post_without_its_id_is_a_400_and_leaves_no_row(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction()
    before = row_counts(house)
    assert twilio.post("/webhooks/twilio/sms", {"Body": "5", "From": WANG.e164}).status_code == 400
    assert row_counts(house) == before


def test_any_body_is_kept_whatever_is_in_it(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction()
    bodies = ["", " ", "\0", "5\0", "😀" * 800, "a" * 1600, "\x1b[31m\x0b", "<Response><Hangup/></Response>", "'; --"]
    for body in bodies:
        twilio.text(WANG, body)
    kept = all_of(house, InboundText)
    assert [house.vault.open(text.body_box) for text in kept] == [
        body.replace("\0", "\N{REPLACEMENT CHARACTER}") for body in bodies
    ]
    assert not any("\0" in text.body for text in kept)
