"""The voice menu, heard through TwiML: greet, ask, `*`, silence, wrong keys, thanks; the rating stands at the key."""

import itertools

import pytest

from hotline.services import Services
from hotline.tables import Call, CallTurn, Case, CaseEvent, Invitation, OptOut, OutboxRow, Rating
from hotline.tables.service import InvitationState, RatingState
from tests.cast import LI, WANG, ZHAO, Feed, Twilio, all_of, at_once, on_sqlite, only, row_counts, sid
from tests.twiml import Heard

ASK = "非常满意请按5，满意请按4，基本满意请按3，不满意请按2，非常不满意请按1，重听请按星号键。"
SILENCE, WRONG = "没有听到您的按键。", "您按的键不在选项中。"
HELP = "重听请按星号键，返回上一步请按井号键，说得慢一些请按9，找人工请按0。"
GOODBYE = "没有收到您的评价。感谢接听，再见。"


def picked_up(twilio: Twilio, house: Services, call_sid: str) -> Heard:
    """The citizen picks up the survey call that waits for them."""
    call = only(house, Call)
    return twilio.call(f"/webhooks/twilio/voice/survey/{call.id}", call_sid, LI, CallStatus="in-progress")


def answered(twilio: Twilio, house: Services, call_sid: str) -> Heard:
    """The citizen picks up, and presses the key that shows that somebody is there."""
    return twilio.press(picked_up(twilio, house, call_sid), call_sid, "1")


def rated(house: Services) -> dict[str, int]:
    """How many rows a rating has left."""
    return {table.__name__: len(all_of(house, table)) for table in (Rating, Case)} | {
        "turns at the question": len(all_of(house, CallTurn, step="ask"))
    }


@pytest.fixture
def on_the_line(house: Services, feed: Feed, twilio: Twilio) -> tuple[str, Heard]:
    """李建国, at a landline, has picked up our call and pressed 1: the call's sid and what he hears."""
    feed.transaction(person=LI)
    call_sid = sid("CA")
    return call_sid, answered(twilio, house, call_sid)


@on_sqlite
def test_our_call_says_who_calls_and_waits_for_somebody_to_press_a_key(
    house: Services, feed: Feed, twilio: Twilio
) -> None:
    """A machine that answers presses none: it is asked nothing, and rates nothing."""
    feed.transaction(person=LI)
    call_sid = sid("CA")
    heard = picked_up(twilio, house, call_sid)
    assert heard.said[0].startswith("您好，这里是吉林市政务服务，想请您评价一次服务。愿意评价请按1，")
    while heard.listens_at is not None:
        heard = twilio.press(heard, call_sid)
    assert heard.hangs_up
    assert (all_of(house, Rating), only(house, Invitation).state) == ([], "waiting")


@on_sqlite
def test_who_wants_no_more_calls_or_is_the_wrong_person_presses_a_key(
    house: Services, feed: Feed, twilio: Twilio
) -> None:
    feed.transaction(person=LI)
    call_sid = sid("CA")
    heard = twilio.press(picked_up(twilio, house, call_sid), call_sid, "3")
    assert (heard.said, heard.hangs_up) == (("您好，这里是吉林市政务服务。本号码已退订评价邀请。再见。",), True)
    assert only(house, OptOut).asked_by == "phone"
    assert (all_of(house, Rating), only(house, Invitation).state) == ([], "declined")


@on_sqlite
def test_the_wrong_person_rates_nothing_and_is_asked_no_more(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction(person=LI)
    call_sid = sid("CA")
    heard = twilio.press(picked_up(twilio, house, call_sid), call_sid, "2")
    assert (heard.said, heard.hangs_up) == (("好的，我们不再就此事打扰您。谢谢，再见。",), True)
    assert (all_of(house, Rating), only(house, Invitation).state) == ([], "not_them")


@on_sqlite
def test_the_call_greets_and_asks_in_the_records_language(
    house: Services, twilio: Twilio, on_the_line: tuple[str, Heard]
) -> None:
    _, greeting = on_the_line
    assert greeting.said == ("您好，这里是吉林市政务服务。请您评价11月23日办理的社会保障卡申领。", ASK)
    assert (greeting.languages, greeting.keys, greeting.hangs_up) == ({"cmn-CN"}, 1, False)
    assert only(house, Call).state == "answered"


@on_sqlite
def test_a_call_in_english_is_spoken_in_english(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.call(person=LI, language="en")
    call_sid = sid("CA")
    greeting = answered(twilio, house, call_sid)
    assert greeting.said[0] == "Hello, this is Jilin City Services. Please rate your call to 12345 on 23 Nov."
    assert greeting.languages == {"en-US"}
    assert twilio.press(greeting, call_sid, "5").said == (
        "Your rating is recorded: very satisfied. Thank you, and goodbye.",
    )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("key", "label"), [("5", "非常满意"), ("4", "满意"), ("3", "基本满意")])
def test_a_good_key_rates_thanks_and_ends(
    key: str, label: str, house: Services, twilio: Twilio, on_the_line: tuple[str, Heard]
) -> None:
    call_sid, greeting = on_the_line
    thanks = twilio.press(greeting, call_sid, key)
    assert thanks.said == (f"已记录您的评价：{label}。谢谢您，再见。",)
    assert thanks.hangs_up
    assert thanks.listens_at is None
    rating = only(house, Rating)
    assert (rating.stars, rating.raw, rating.channel, rating.rule) == (int(key), key, "phone", "key")
    assert (rating.scale, rating.script) == ("star_5_best", "phone-stars@1")
    assert only(house, Invitation).state is InvitationState.ANSWERED


def test_a_bad_key_rates_and_opens_a_case_in_the_same_commit(
    house: Services, twilio: Twilio, on_the_line: tuple[str, Heard]
) -> None:
    call_sid, greeting = on_the_line
    confirm = twilio.press(greeting, call_sid, "1")
    assert confirm.said == ("您的评价是：非常不满意。确认请按1，重新选择请按2。",)
    assert only(house, Case).rating.stars == 1
    assert {row.kind for row in all_of(house, OutboxRow, state="pending")} >= {"callback", "forward"}


@on_sqlite
def test_after_a_bad_key_why_and_when_a_call_suits_are_asked_and_kept(
    house: Services, twilio: Twilio, on_the_line: tuple[str, Heard]
) -> None:
    call_sid, greeting = on_the_line
    reasons = twilio.press(twilio.press(greeting, call_sid, "2"), call_sid, "1")
    assert reasons.said[0].startswith("请告诉我们原因，可以选多项，按完请按井号键。没给样本请按1，没给清单请按2，")
    assert (reasons.keys, reasons.ends_with) == (32, "#")
    comment = twilio.press(reasons, call_sid, "38")
    assert only(house, Rating, state="active").reasons == ["209", "214"]
    wish = twilio.press(comment, call_sid, "2")
    thanks = twilio.press(wish, call_sid, "3")
    assert (thanks.said, thanks.hangs_up) == (
        ("已记录您的评价：不满意。给您带来不便，我们深表歉意，工作人员将与您联系。再见。",),
        True,
    )
    case = only(house, Case)
    assert (case.call_wish, case.rating.reasons) == ("evening", ["209", "214"])
    kinds = [event.kind for event in all_of(house, CaseEvent)]
    assert kinds == ["opened", "reasons_given", "reasons_given"]


@on_sqlite
def test_a_bad_rating_chosen_anew_is_one_rating_that_supersedes(
    house: Services, twilio: Twilio, on_the_line: tuple[str, Heard]
) -> None:
    call_sid, greeting = on_the_line
    again = twilio.press(twilio.press(greeting, call_sid, "1"), call_sid, "2")
    assert again.said == (ASK,)
    assert twilio.press(again, call_sid, "5").hangs_up
    assert [(one.stars, one.state) for one in all_of(house, Rating)] == [(1, "superseded"), (5, "active")]


@on_sqlite
def test_who_needs_no_call_is_promised_none(house: Services, twilio: Twilio, on_the_line: tuple[str, Heard]) -> None:
    call_sid, heard = on_the_line
    for key in ("1", "1", "9", "2", "5"):
        heard = twilio.press(heard, call_sid, key)
    assert heard.said[0].startswith("已记录您的评价：非常不满意。您不需要回电，我们已经记下。")
    assert (only(house, Case).call_wish, only(house, Rating).reasons) == ("no_call", [])


@on_sqlite
def test_elder_mode_speaks_slowly_loudly_simply_and_waits_longer(
    house: Services, twilio: Twilio, on_the_line: tuple[str, Heard]
) -> None:
    call_sid, greeting = on_the_line
    assert ("<prosody" in greeting.body, greeting.seconds) == (False, 5)
    slow = twilio.press(greeting, call_sid, "9")
    assert slow.said == (
        "请您打分。很满意，请按5。满意，请按4。基本满意，请按3。不满意，请按2。很不满意，请按1。再听一遍，请按星号键。",
    )
    assert 'rate="80%"' in slow.body
    assert 'volume="loud"' in slow.body
    assert slow.seconds == 10
    assert 'rate="80%"' in twilio.press(slow, call_sid, "5").body


@on_sqlite
def test_pound_alone_goes_back_and_two_keys_at_once_are_none(
    house: Services, twilio: Twilio, on_the_line: tuple[str, Heard]
) -> None:
    call_sid, greeting = on_the_line
    assert twilio.press(greeting, call_sid, "25").said == (WRONG, HELP, ASK)
    reasons = twilio.press(twilio.press(twilio.press(greeting, call_sid, "25"), call_sid, "2"), call_sid, "1")
    back = twilio.call(reasons.listens_at or "", call_sid, LI, FinishedOnKey="#", Digits="")
    assert back.said == ("您的评价是：不满意。确认请按1，重新选择请按2。",)
    assert len(all_of(house, Rating)) == 1


@on_sqlite
def test_hanging_up_right_after_the_key_changes_nothing(
    house: Services, twilio: Twilio, on_the_line: tuple[str, Heard]
) -> None:
    """The thanks are never spoken; the call ends; the rating stands and nobody is called again."""
    call_sid, greeting = on_the_line
    twilio.press(greeting, call_sid, "2")
    twilio.call_status(f"?call={only(house, Call).id}", call_sid, "completed")
    assert (only(house, Rating).state, only(house, Rating).stars) == (RatingState.ACTIVE, 2)
    assert only(house, Call).state == "ended"
    assert len(all_of(house, OutboxRow, kind="call")) == 1


@on_sqlite
def test_a_key_after_the_end_of_the_call_still_counts(
    house: Services, twilio: Twilio, on_the_line: tuple[str, Heard]
) -> None:
    """The order of Twilio's posts is not guaranteed: `completed` may overtake the key."""
    call_sid, greeting = on_the_line
    twilio.call_status(f"?call={only(house, Call).id}", call_sid, "completed")
    twilio.press(greeting, call_sid, "4")
    assert only(house, Rating).stars == 4
    assert only(house, Call).state == "ended"


@on_sqlite
def test_star_repeats_the_question_and_only_that(
    house: Services, twilio: Twilio, on_the_line: tuple[str, Heard]
) -> None:
    call_sid, greeting = on_the_line
    again = twilio.press(greeting, call_sid, "*")
    assert again.said == (ASK,)
    assert twilio.press(again, call_sid, "5").hangs_up
    assert only(house, Rating).stars == 5


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("keys", "complaints"),
    [
        (("", ""), (SILENCE, SILENCE)),
        (("7", "8"), (WRONG, WRONG)),
        (("", "25"), (SILENCE, WRONG)),
    ],
)
def test_silence_or_a_wrong_key_is_asked_again_at_most_twice(
    keys: tuple[str, str], complaints: tuple[str, str], house: Services, twilio: Twilio, on_the_line: tuple[str, Heard]
) -> None:
    call_sid, heard = on_the_line
    for key, complaint, more in zip(keys, complaints, ((HELP,), ()), strict=True):
        heard = twilio.press(heard, call_sid, key)
        assert heard.said == (complaint, *more, ASK)
    heard = twilio.press(heard, call_sid, keys[-1])
    assert heard.said == (GOODBYE,)
    assert heard.hangs_up
    assert all_of(house, Rating) == []
    assert only(house, Invitation).state is not InvitationState.ANSWERED  # they may still answer by ringing us


@on_sqlite
def test_a_stuck_star_key_does_not_hold_the_line_for_ever(
    house: Services, twilio: Twilio, on_the_line: tuple[str, Heard]
) -> None:
    call_sid, heard = on_the_line
    for pressed in itertools.count(1):
        heard = twilio.press(heard, call_sid, "*")
        if heard.hangs_up:
            break
        assert pressed < 20
    assert all_of(house, Rating) == []


def test_a_replayed_key_hears_the_same_and_rates_once(
    house: Services, twilio: Twilio, on_the_line: tuple[str, Heard]
) -> None:
    call_sid, greeting = on_the_line
    first = twilio.press(greeting, call_sid, "2")
    assert twilio.press(greeting, call_sid, "2").body == first.body
    assert (
        len({heard.body for heard in at_once(10, lambda _: twilio.press(greeting, call_sid, "2"))} | {first.body}) == 1
    )
    assert rated(house) == {"Rating": 1, "Case": 1, "turns at the question": 1}


def test_ten_copies_of_the_first_key_at_once_are_one_rating(
    house: Services, twilio: Twilio, on_the_line: tuple[str, Heard]
) -> None:
    call_sid, greeting = on_the_line
    heard = at_once(10, lambda _: twilio.press(greeting, call_sid, "1"))
    assert len({answer.body for answer in heard}) == 1
    assert rated(house) == {"Rating": 1, "Case": 1, "turns at the question": 1}


@on_sqlite
def test_silence_and_a_key_of_the_same_turn_do_not_both_count(
    house: Services, twilio: Twilio, on_the_line: tuple[str, Heard]
) -> None:
    """The Gather's time-out and a late key race for one turn: the first one heard decides what both are told."""
    call_sid, greeting = on_the_line
    silence = twilio.press(greeting, call_sid, "")
    assert twilio.press(greeting, call_sid, "1").body == silence.body
    assert all_of(house, Rating) == []
    assert twilio.press(silence, call_sid, "5").hangs_up
    assert only(house, Rating).stars == 5


@on_sqlite
def test_a_repeated_greeting_is_the_same(house: Services, twilio: Twilio, on_the_line: tuple[str, Heard]) -> None:
    call_sid, greeting = on_the_line
    assert picked_up(twilio, house, call_sid).body == picked_up(twilio, house, call_sid).body
    assert answered(twilio, house, call_sid).body == greeting.body


@on_sqlite
def test_a_caller_with_an_open_invitation_is_asked_about_it(house: Services, feed: Feed, twilio: Twilio) -> None:
    record_id = feed.transaction()
    call_sid = sid("CA")
    greeting = twilio.rings(WANG, call_sid)
    assert greeting.said[-1] == ASK
    twilio.press(greeting, call_sid, "3")
    rating = only(house, Rating)
    assert (rating.record_id, rating.stars, rating.channel) == (record_id, 3, "phone")
    (invitation,) = all_of(house, Invitation)
    assert invitation.state is InvitationState.ANSWERED  # asked by text, answered by telephone: asked no more


def test_ten_copies_of_a_ring_are_one_call(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction()
    call_sid = sid("CA")
    heard = at_once(10, lambda _: twilio.rings(WANG, call_sid))
    assert len({answer.body for answer in heard}) == 1
    assert only(house, Call).inbound


@on_sqlite
def test_a_caller_with_nothing_to_rate_is_told_so_and_not_kept_waiting(
    house: Services, feed: Feed, twilio: Twilio
) -> None:
    feed.transaction(person=WANG)
    call_sid = sid("CA")
    for _ in range(2):
        heard = twilio.rings(ZHAO, call_sid)
        assert heard.said[0].startswith(
            "您好，这里是吉林市政务服务。本号码没有待评价的事项。按办件编号评价请按1，留言请按2，"
        )
    for _ in range(3):
        heard = twilio.press(heard, call_sid)
    assert heard.said == ("您好，这里是吉林市政务服务。本号码没有待评价的事项。如有其他问题，请拨打12345。再见。",)
    assert heard.hangs_up
    assert only(house, Call).invitation_id is None
    assert only(house, Invitation).state is InvitationState.WAITING


@on_sqlite
def test_a_hidden_number_is_served_and_not_mixed_up(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction()
    for sender in ("anonymous", "+266696687", ""):
        heard = twilio.call("/webhooks/twilio/voice", sid("CA"), WANG, From=sender)
        assert "本号码没有待评价的事项" in heard.said[0]


@on_sqlite
def test_our_call_does_not_ask_what_was_answered_meanwhile(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.call(survey="phone")
    twilio.text(WANG, "5")
    heard = picked_up(twilio, house, sid("CA"))
    assert heard.hangs_up
    assert heard.listens_at is None


@on_sqlite
def test_our_call_does_not_ask_who_opted_out_meanwhile(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.call(survey="phone")
    twilio.text(WANG, "TD")
    heard = picked_up(twilio, house, sid("CA"))
    assert heard.said == ("您好，这里是吉林市政务服务。本号码已退订评价邀请。再见。",)
    assert heard.hangs_up


@on_sqlite
def test_a_text_after_the_key_is_a_correction(house: Services, twilio: Twilio, feed: Feed) -> None:
    feed.call(survey="phone")
    call_sid = sid("CA")
    twilio.press(answered(twilio, house, call_sid), call_sid, "1")
    twilio.text(WANG, "5")
    assert [(r.stars, r.channel, r.state) for r in all_of(house, Rating)] == [
        (1, "phone", RatingState.SUPERSEDED),
        (5, "sms", RatingState.ACTIVE),
    ]


@on_sqlite
def test_a_rank_script_turns_the_keys_round(
    house: Services, feed: Feed, twilio: Twilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """非常满意请按1: the key that is 1 in the raw is 5 stars inside."""
    phone = house.policy.phone.model_copy(update={"script": "phone-rank"})
    object.__setattr__(house, "policy", house.policy.model_copy(update={"phone": phone}))
    feed.transaction(person=LI)
    call_sid = sid("CA")
    greeting = answered(twilio, house, call_sid)
    assert greeting.said[-1].startswith("非常满意请按1")
    assert "非常满意" in twilio.press(greeting, call_sid, "1").said[0]
    rating = only(house, Rating)
    assert (rating.stars, rating.raw, rating.scale, rating.script) == (5, "1", "rank_1_best", "phone-rank@1")


@on_sqlite
def test_a_name_full_of_markup_stays_words(house: Services, feed: Feed, twilio: Twilio) -> None:
    name = '<Dial>1001</Dial> & "AT&T" \u2028]]>'
    feed.transaction(person=LI, item_name=name)
    greeting = answered(twilio, house, sid("CA"))
    assert name.replace("\u2028", "") in greeting.said[0]  # which nobody can see, and no text may hold
    assert greeting.dials is None


def test_the_id_of_another_call_is_not_taken_for_ours(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction(person=LI)
    call_sid = sid("CA")
    twilio.rings(LI, call_sid)
    ours = only(house, Call, inbound=False)
    response = twilio.post(f"/webhooks/twilio/voice/survey/{ours.id}", {"CallSid": call_sid, "To": LI.e164})
    assert response.status_code == 404
    assert only(house, Call, inbound=False).external_id is None


@on_sqlite
@pytest.mark.usefixtures("on_the_line")
def test_a_forged_key_rates_nothing(house: Services, twilio: Twilio) -> None:
    before = row_counts(house)
    path = "/webhooks/twilio/voice/key?step=ask&turn=1&tries=1&repeats=0"
    answer = twilio.post(path, {"CallSid": "CA" + "0" * 32, "Digits": "1"}, token="not the token of this account")
    assert answer.status_code == 403
    assert row_counts(house) == before
