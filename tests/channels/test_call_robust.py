"""Calls as they really go: webhooks repeated and out of order, hang-ups at every step, persons who do not answer."""

from collections.abc import Callable, Sequence
from datetime import time
from typing import Any

import pytest

from hotline.flows import load_flow
from hotline.policies import load_policy
from hotline.services import Services
from hotline.tables import Call, Case, OutboxRow, Rating, Recording
from tests.cast import (
    LI,
    WANG,
    Feed,
    Person,
    Twilio,
    active_ratings,
    all_of,
    at_once,
    change_phone_rules,
    citizen,
    city_time,
    on_sqlite,
    only,
    row_counts,
    sid,
)
from tests.conftest import MovingClock
from tests.twiml import Heard

Step = Callable[[Twilio, Heard, str], Heard]
CLOSED = "现在没有工作人员接听，请在工作时间拨打12345。"


def keys(pressed: str) -> Step:
    return lambda twilio, heard, call_sid: twilio.press(heard, call_sid, pressed)


def voice(twilio: Twilio, heard: Heard, call_sid: str) -> Heard:
    return twilio.speaks(heard, call_sid, f"RE{call_sid[2:]}")


# From the question to the end: 1 star, pressed anew as 2, confirmed, two reasons, a voice, a call in the afternoon.
LONGEST: tuple[Step, ...] = (keys("1"), keys("2"), keys("2"), keys("1"), keys("18"), keys("1"), voice, keys("2"))


def walk(twilio: Twilio, heard: Heard, call_sid: str, steps: Sequence[Step]) -> list[Heard]:
    """All that is heard on the way."""
    way = [heard]
    for step in steps:
        way.append(step(twilio, way[-1], call_sid))
    return way


def somebody_there(house: Services, number: str = "", **person: Any) -> None:
    there = house.policy.phone.person.model_copy(update={"number": number, **person})
    change_phone_rules(house, person=there)


def test_every_webhook_of_a_call_once_more_in_any_order_hears_the_same_and_changes_nothing(
    house: Services, feed: Feed, twilio: Twilio
) -> None:
    feed.transaction()
    call_sid = sid("CA")
    asked: list[tuple[str, dict[str, str], str]] = []
    post = Twilio.post

    def noted(self: Twilio, url: str, form: Any, *args: Any) -> Any:
        answer = post(self, url, form, *args)
        asked.append((url, dict(form), answer.text))
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Twilio, "post", noted)
        way = walk(twilio, twilio.rings(WANG, call_sid), call_sid, LONGEST)
        twilio.call_status("", call_sid, "completed")
    assert way[-1].hangs_up
    before = row_counts(house)
    again = [*reversed(asked), *asked]

    def once_more(number: int) -> None:
        for url, form, said in again[number::2]:
            assert post(twilio, url, form).text == said, url

    at_once(2, once_more)
    assert row_counts(house) == before
    assert [(rating.stars, rating.reasons) for rating in active_ratings(house)] == [(2, ["207", "214"])]


@on_sqlite
def test_whoever_hangs_up_has_said_exactly_what_they_answered(house: Services, feed: Feed, twilio: Twilio) -> None:
    left = [None, 1, 1, 2, 2, 2, 2, 2, 2]
    reasons, voices, wish = [0] * 5 + [2] * 4, [0] * 7 + [1] * 2, [None] * 8 + ["afternoon"]
    for many in range(len(LONGEST) + 1):
        person = citizen(many)
        record_id, call_sid = feed.transaction(f"JL-{many:04}", person), sid("CA")
        walk(twilio, twilio.rings(person, call_sid), call_sid, LONGEST[:many])
        twilio.call_status("", call_sid, "completed")
        rating = [row for row in all_of(house, Rating, record_id=record_id) if row.state == "active"]
        case = all_of(house, Case, record_id=record_id)
        assert [row.stars for row in rating] == ([] if left[many] is None else [left[many]]), many
        assert [len(row.reasons) for row in rating] == ([] if left[many] is None else [reasons[many]]), many
        assert [row.call_wish for row in case] == ([] if left[many] is None else [wish[many]]), many
        assert len(all_of(house, Recording, record_id=record_id)) == voices[many], many


@on_sqlite
def test_star_repeats_every_step_and_pound_goes_back_through_all_of_them(
    house: Services, feed: Feed, twilio: Twilio
) -> None:
    feed.transaction()
    call_sid = sid("CA")
    heard, said = twilio.rings(WANG, call_sid), list[str]()
    for step in (keys("1"), keys("1"), keys("18"), keys("1"), voice, None):
        if heard.listens_at is not None:
            again = twilio.press(heard, call_sid, "*")
            assert again.said == heard.said[-1:]
            said, heard = [*said, again.said[0]], again
        heard = heard if step is None else step(twilio, heard, call_sid)
    assert len(set(said)) == 5  # the question, is that right, why, tell us more, call you back
    for before in [*reversed(said[:-1]), said[0]]:
        heard = twilio.press(heard, call_sid, "#")
        assert heard.said[-1] == before
    assert [rating.stars for rating in active_ratings(house)] == [1]


@on_sqlite
def test_a_person_is_there_in_their_hours_and_else_the_caller_is_told(
    house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    feed.transaction()
    call_sid = sid("CA")
    greeting = twilio.rings(WANG, call_sid)
    ask = greeting.said[-1]
    nobody = twilio.press(greeting, call_sid, "0")  # the policy has none
    assert (nobody.said, nobody.dials) == ((CLOSED, ask), None)
    somebody_there(house, "0432-62012345", closes=time(9, 31))
    ringing = twilio.press(nobody, call_sid, "0")
    assert (ringing.said, ringing.dials) == (("正在为您转接工作人员，请稍候。",), "+8643262012345")
    back = twilio.comes_back(ringing, call_sid, "busy")
    assert back.said == (CLOSED, ask)
    assert twilio.comes_back(ringing, call_sid, "busy").body == back.body
    again = twilio.press(back, call_sid, "0")
    spoken = twilio.comes_back(again, call_sid, "completed")
    assert spoken.said == (ask,)
    assert twilio.press(spoken, call_sid, "0").dials is None  # twice a call is enough
    clock.move(minutes=2)
    other = sid("CA")
    assert twilio.press(twilio.rings(WANG, other), other, "0").said == (CLOSED, ask)
    assert all_of(house, Rating) == []
    assert twilio.press(spoken, call_sid, "0").body != back.body


@on_sqlite
@pytest.mark.parametrize("leaves", [True, False])
def test_a_machine_is_told_why_we_called_only_if_the_policy_has_a_word_for_it(
    leaves: bool, house: Services, feed: Feed, twilio: Twilio
) -> None:
    object.__setattr__(house, "policy", load_policy("default"))
    change_phone_rules(house, leaves_message=leaves)
    feed.transaction(person=LI)
    call_sid = sid("CA")
    heard = twilio.call("/webhooks/twilio/voice/survey/1", call_sid, LI, CallStatus="in-progress")
    for _ in range(load_flow("survey").tries):
        assert not heard.hangs_up
        heard = twilio.press(heard, call_sid)
    assert heard.hangs_up
    assert [said[:40] for said in heard.said] == (
        ["您好，这里是政务服务。我们来电是请您评价一次服务。您可以回拨本号码，或拨打12345。"[:40]] if leaves else []
    )
    twilio.call_status("?call=1", call_sid, "completed")
    assert all_of(house, Rating) == []
    assert [city_time(house, row.due_at) for row in all_of(house, OutboxRow, kind="call")][1:] == ["2026-11-23 13:30"]


@on_sqlite
def test_a_call_to_a_citizen_keeps_its_invitation_whatever_is_rated_in_it(
    house: Services, feed: Feed, twilio: Twilio
) -> None:
    feed.transaction(person=LI)
    call_sid = sid("CA")
    greeting = twilio.call("/webhooks/twilio/voice/survey/1", call_sid, LI, CallStatus="in-progress")
    twilio.press(twilio.press(greeting, call_sid, "1"), call_sid, "5")
    twilio.call_status("?call=1", call_sid, "completed")
    assert (only(house, Call).invitation_id, only(house, Call).result) == (1, "completed")


def test_ten_callers_at_once_are_ten_ratings(house: Services, feed: Feed, twilio: Twilio) -> None:
    people: list[Person] = [citizen(number) for number in range(10)]
    for person in people:
        feed.transaction(f"JL-{person.phone}", person)

    def calls(number: int) -> None:
        call_sid = sid("CA")
        walk(twilio, twilio.rings(people[number], call_sid), call_sid, LONGEST)

    at_once(10, calls)
    assert [rating.stars for rating in active_ratings(house)] == [2] * 10
    assert len(all_of(house, Case)) == 10
