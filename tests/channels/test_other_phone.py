"""The citizen rings us: one service, several, none; by the number of the case from any telephone, and no guessing."""

from collections.abc import Callable
from typing import Any

import pytest

from hotline.actions.turns import wait_guess
from hotline.services import Services
from hotline.tables import Call, OutboundText, Rating, Recording, ServiceRecord
from hotline.tables.service import InvitationState
from tests.cast import (
    LI,
    WANG,
    ZHAO,
    Feed,
    Person,
    Twilio,
    active_ratings,
    all_of,
    at_once,
    citizen,
    meanwhile,
    on_postgresql,
    on_sqlite,
    only,
    sid,
)
from tests.conftest import MovingClock
from tests.twiml import Heard

NUMBER, DIGITS = "JL20261123-0012", "202611230012"
READ_BACK = "您输入的是：2 0 2 6 1 1 2 3 0 0 1 2。正确请按1，重新输入请按2。"
NOT_FOUND = "没有找到可以评价的事项。重新输入编号请按1，留言请按2，其他事情请拨打12345。"
NOTHING = "您好，这里是吉林市政务服务。本号码没有待评价的事项。如有其他问题，请拨打12345。再见。"
HIDDEN = {"From": "anonymous"}


def asks(heard: Heard) -> bool:
    return any(said.startswith("非常满意请按5") for said in heard.said)


class OnTheLine:
    """Somebody in a call to us, and what they hear last."""

    def __init__(self, twilio: Twilio, person: Person, **more: str) -> None:
        self.twilio, self.call_sid = twilio, sid("CA")
        self.heard = twilio.rings(person, self.call_sid, **more)

    def press(self, *keys: str) -> Heard:
        for key in keys:
            self.heard = self.twilio.press(self.heard, self.call_sid, key)
        return self.heard


@on_sqlite
def test_of_several_services_the_latest_four_are_read_out_and_only_the_chosen_one_is_rated(
    house: Services, feed: Feed, twilio: Twilio
) -> None:
    items = ("营业执照", "身份证", "护照", "驾驶证", "公积金")
    records = [feed.transaction(f"JL-000{place}", item_name=item) for place, item in enumerate(items)]
    line = OnTheLine(twilio, WANG)
    spoken = "评价公积金请按1，评价驾驶证请按2，评价护照请按3，评价身份证请按4，"
    assert line.heard.said == (f"您有几件事可以评价。{spoken}请选择。",)
    assert line.press("5").said[0] == "您按的键不在选项中。"  # none that was read out
    greeting = line.press("3")
    assert greeting.said[0] == "您好，这里是吉林市政务服务。请您评价11月23日办理的护照。"
    line.press("4")
    assert [(rating.record_id, rating.stars) for rating in all_of(house, Rating)] == [(records[2], 4)]
    with house.database.read() as session:
        call = session.get_one(Call, 1)
        assert call.invitation is not None
        assert (call.record_id, call.invitation.state) == (records[2], InvitationState.ANSWERED)


def test_from_another_telephone_by_the_number_of_the_case(house: Services, feed: Feed, twilio: Twilio) -> None:
    record_id = feed.transaction(NUMBER)
    line = OnTheLine(twilio, ZHAO)
    assert (line.press("1").keys, line.heard.ends_with) == (32, "#")
    assert line.press("123", DIGITS).said == (READ_BACK,)  # three keys are no number
    assert line.press("2", DIGITS, "1").said[0] == "您好，这里是吉林市政务服务。请您评价11月23日办理的社会保障卡申领。"
    assert line.press("2").said == ("您的评价是：不满意。确认请按1，重新选择请按2。",)
    assert asks(line.press("2"))
    assert line.press("4").said == (
        "已记录您的评价：满意。谢谢您，再见。",
    )  # it is theirs to change while they are on the line
    assert [(r.record_id, r.stars, r.flags) for r in active_ratings(house)] == [(record_id, 4, ["other_phone"])]
    assert only(house, Call).misses == 0
    twilio.text(WANG, "1")  # whose service it was says the last word
    assert [(r.stars, r.flags) for r in active_ratings(house)] == [(1, [])]
    assert OnTheLine(twilio, ZHAO).press("1", DIGITS, "1").said == (NOT_FOUND,)


@on_sqlite
@pytest.mark.parametrize(
    "prepare",
    [
        lambda feed, twilio, clock: feed.transaction("JL20261123-0013"),
        lambda feed, twilio, clock: [feed.transaction(number) for number in (NUMBER, "SH20261123-0012")],
        lambda feed, twilio, clock: [feed.transaction(NUMBER), twilio.text(WANG, "5")],
        lambda feed, twilio, clock: [feed.transaction(NUMBER), twilio.text(WANG, "5"), twilio.text(WANG, "撤销")],
        lambda feed, twilio, clock: [feed.transaction(NUMBER), clock.move(days=11)],
    ],
    ids=["no such number", "two of them", "rated by its citizen", "rated and taken back", "too long ago"],
)
def test_a_number_that_names_nothing_to_rate_is_not_found(
    prepare: Any, house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    prepare(feed, twilio, clock)
    before = [rating.state for rating in all_of(house, Rating)]
    line = OnTheLine(twilio, ZHAO)
    assert line.press("1", DIGITS, "1").said == (NOT_FOUND,)
    assert [rating.state for rating in all_of(house, Rating)] == before
    assert line.press("1", DIGITS, "1", "1", DIGITS, "1", "1").said == (NOTHING,)  # three numbers a call
    assert all_of(house, Call)[-1].misses == 3


@on_sqlite
def test_its_own_citizen_finds_what_they_have_rated_and_another_only_what_is_not(
    house: Services, feed: Feed, twilio: Twilio
) -> None:
    feed.transaction(NUMBER)
    twilio.text(WANG, "2")
    line = OnTheLine(twilio, WANG)
    assert "您已经评价过，评价是：不满意。" in line.heard.said[0]
    line.press("2", DIGITS, "1", "4")
    assert [(rating.stars, rating.flags) for rating in active_ratings(house)] == [(4, [])]
    again = feed.transaction(NUMBER, service_count=2)
    OnTheLine(twilio, ZHAO).press("1", DIGITS, "1", "5")
    assert [(rating.record_id, rating.stars) for rating in active_ratings(house)][1:] == [(again, 5)]


@on_sqlite
def test_of_two_with_one_number_the_one_that_is_not_rated_is_meant(
    house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    first, second = (feed.transaction(NUMBER, service_count=count) for count in (1, 2))
    for text in all_of(house, OutboundText):
        twilio.receipt(text.id, "delivered")
    clock.move(days=6)
    OnTheLine(twilio, WANG).press("2", "4")
    clock.move(days=2)  # nobody is asked any more, and the rating can still be changed
    OnTheLine(twilio, WANG).press("2", DIGITS, "1", "5")
    assert [(rating.record_id, rating.stars) for rating in active_ratings(house)] == [(first, 4), (second, 5)]


@on_sqlite
def test_a_number_that_was_wrong_is_forgotten(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction(NUMBER)
    assert OnTheLine(twilio, ZHAO).press("1", DIGITS, "2", "2026112300", "1").said == (NOT_FOUND,)


@on_sqlite
def test_a_follower_of_a_batch_is_rated_in_the_name_of_its_lead(house: Services, feed: Feed, twilio: Twilio) -> None:
    lead = feed.transaction("JL-0001-0001", item_code="I1")
    assert feed.transaction(NUMBER, item_code="I1") != lead
    OnTheLine(twilio, ZHAO).press("1", DIGITS, "1", "5")
    assert only(house, Rating).record_id == lead


def test_ten_misses_a_day_and_nothing_is_found_any_more(
    house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    feed.transaction(NUMBER)

    def guess(_: int) -> None:
        OnTheLine(twilio, ZHAO).press("1", "1234", "1", "1", "5678", "1")

    at_once(5, guess)
    assert sum(call.misses for call in all_of(house, Call)) == 10
    assert OnTheLine(twilio, ZHAO).press("1", DIGITS, "1").said == (NOT_FOUND,)
    assert asks(OnTheLine(twilio, LI).press("1", DIGITS, "1"))  # another telephone
    clock.move(hours=25)
    assert asks(OnTheLine(twilio, ZHAO).press("1", DIGITS, "1"))


@on_postgresql
def test_calls_of_one_telephone_at_once_guess_no_more_than_one(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction(NUMBER)
    line = OnTheLine(twilio, ZHAO)
    line.press("1", DIGITS)
    OnTheLine(twilio, ZHAO)
    with house.database.write() as session:
        other = session.get_one(Call, 2)
        wait_guess(session, other.phone_lookup)
        guessing = meanwhile(house, lambda: line.press("1"))
        assert not guessing.done()
        other.misses = 10
    assert guessing.result(20).said == (NOT_FOUND,)


@on_sqlite
def test_all_who_show_no_number_share_one_bound(feed: Feed, twilio: Twilio) -> None:
    feed.transaction(NUMBER)
    for shown in ("anonymous", "+266696687", "", "Restricted", "1001"):
        OnTheLine(twilio, ZHAO, From=shown).press("1", "1234", "1", "1", "5678", "1")
    assert OnTheLine(twilio, ZHAO, **HIDDEN).press("1", DIGITS, "1").said == (NOT_FOUND,)


def test_who_rates_at_home_while_another_is_on_the_line_has_the_last_word(
    house: Services, feed: Feed, twilio: Twilio
) -> None:
    feed.transaction(NUMBER)
    line = OnTheLine(twilio, ZHAO)
    line.press("1", DIGITS, "1")
    before = line.heard
    twilio.text(WANG, "1")
    assert (line.press("5").said, line.heard.hangs_up) == ((NOTHING,), True)
    assert twilio.press(before, line.call_sid, "5").body == line.heard.body
    assert [(r.stars, r.channel) for r in all_of(house, Rating)] == [(1, "sms")]


@on_sqlite
def test_what_the_citizen_said_meanwhile_is_never_told_to_another(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction(NUMBER)
    line = OnTheLine(twilio, ZHAO)
    line.press("1", DIGITS, "1", "2")
    twilio.text(WANG, "1")
    assert line.press("*").said == (NOTHING,)


def test_its_citizen_and_another_at_once(house: Services, feed: Feed, twilio: Twilio) -> None:
    """Whichever comes first, at the end the citizen's own rating counts."""
    feed.transaction(NUMBER)
    line = OnTheLine(twilio, ZHAO)
    line.press("1", DIGITS, "1")
    acts: list[Callable[[], object]] = [lambda: line.press("5"), lambda: twilio.text(WANG, "2")]
    at_once(2, lambda which: acts[which]())
    assert [(r.stars, r.flags) for r in active_ratings(house)] == [(2, [])]


@on_sqlite
def test_who_has_nothing_to_rate_can_leave_their_voice(house: Services, twilio: Twilio) -> None:
    line = OnTheLine(twilio, WANG, **HIDDEN)
    assert line.press("2").said == ("您说的话会录音，由工作人员收听。开始留言请按1，不留言可以挂机。",)
    kept = twilio.speaks(line.press("1"), line.call_sid)
    assert (kept.said, kept.hangs_up) == (("您的留言已收到，工作人员会尽快收听。谢谢您，再见。",), True)
    assert only(house, Recording).record_id is None


# Rung back


@on_sqlite
def test_who_hung_up_after_the_rating_goes_on_where_it_stopped(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction()
    OnTheLine(twilio, WANG).press("2", "1")
    line = OnTheLine(twilio, WANG)
    assert line.heard.said[0] == "您好，这里是吉林市政务服务。我们接着上次的地方继续。"
    assert line.heard.said[1].startswith("请告诉我们原因")
    line.press("18")
    assert only(house, Rating, state="active").reasons == ["207", "214"]
    assert not OnTheLine(twilio, LI).heard.said[0].endswith("继续。")


@on_sqlite
def test_who_hung_up_before_is_asked_again_and_knows_about_what(house: Services, feed: Feed, twilio: Twilio) -> None:
    """Of a call that was handed over nobody has invited them; ringing back is enough."""
    handed = OnTheLine(twilio, WANG, **{"SipHeader_X-Call-Id": "CALL-7731"})
    assert asks(handed.heard)
    line = OnTheLine(twilio, WANG)
    assert line.heard.said[0].startswith("您好，这里是吉林市政务服务。请您评价11月23日拨打12345热线的服务")
    line.press("5")
    assert only(house, Rating).record.number == "CALL-7731"
    assert only(house, Rating).flags == []


@on_sqlite
@pytest.mark.parametrize("why", ["too late", "hidden", "answered by text since", "the call had ended"])
def test_nobody_goes_on_where_they_should_not(
    why: str, house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    feed.transaction(NUMBER)
    shown = HIDDEN if why == "hidden" else {}
    first = OnTheLine(twilio, WANG, **shown)
    first.press(*(["1", DIGITS, "1"] if shown else []), "2", "1")
    if why == "too late":
        clock.move(hours=25)
    if why == "answered by text since":
        clock.move(minutes=1)
        twilio.text(WANG, "5")
    if why == "the call had ended":
        first.press("1", "2", "5")
    line = OnTheLine(twilio, WANG, **shown)
    assert not any("接着上次" in said for said in line.heard.said)
    assert only(house, Rating, state="active").flags == (["other_phone"] if shown else [])
    assert shown == {} or "不满意" not in line.heard.body


@on_sqlite
def test_another_telephone_does_not_go_on_with_what_its_citizen_has_rated_since(feed: Feed, twilio: Twilio) -> None:
    feed.transaction(NUMBER)
    OnTheLine(twilio, ZHAO).press("1", DIGITS, "1", "2", "1")
    OnTheLine(twilio, WANG).press("1", "1")
    assert OnTheLine(twilio, ZHAO).heard.said[0].startswith("您好，这里是吉林市政务服务。本号码没有待评价的事项。")


@on_sqlite
def test_the_old_are_spoken_to_slowly_by_their_records_age(house: Services, feed: Feed, twilio: Twilio) -> None:
    people = [(citizen(1), 59, False), (citizen(2), 60, True), (citizen(3), 150, True), (citizen(4), None, False)]
    for person, age, is_slow in people:
        feed.transaction(f"JL-{person.phone}", person, **({} if age is None else {"age": age}))
        heard = OnTheLine(twilio, person).heard
        assert ("<prosody" in heard.body, heard.seconds) == (is_slow, 10 if is_slow else 5)
    assert [record.is_elder for record in all_of(house, ServiceRecord)] == [is_slow for _, _, is_slow in people]
    for wrong in (0, 151, "old"):
        (result,) = feed.post("/api/v1/transactions", [{"number": "A-1", "completed_at": "2026-11-23T09:20:00+08:00",
            "phone": WANG.phone, "age": wrong}]).get_json()["results"]  # fmt: skip
        assert (result["status"], result["error"]["field"]) == ("rejected", "age")
