"""Contacts as agents write them down: what follows in the case, which calls count, and who is given up when."""

from datetime import datetime, time, timedelta

import pytest

from hotline.actions import casework, dial
from hotline.actions.case_contacts import Told, record_contact
from hotline.actions.case_steps import serve_notices, take_step
from hotline.errors import BadInput, Conflict
from hotline.messages import CallProgress
from hotline.rules.casework import AttemptResult, CaseState, DeadlineKind, Move, Outcome
from hotline.rules.contacts import ContactResult, ContactWay
from hotline.rules.reply_wishes import Wish
from hotline.services import Services
from hotline.tables import Attempt, Case, CaseContact, CaseDeadline, CaseEvent, User
from tests.cast import (
    WANG,
    Desk,
    Feed,
    Twilio,
    all_of,
    change_casework_rules,
    change_phone_rules,
    city_time,
    make_desk,
    on_sqlite,
    only,
)
from tests.conftest import MovingClock

_W, _R = ContactWay, ContactResult


@pytest.fixture
def case(house: Services, twilio: Twilio, feed: Feed) -> Case:
    """Opened by one star on Monday 2026-11-23 at 9:30, in 洛宁县; citizens are called from 8 to 21."""
    change_casework_rules(house, "luoning")
    change_phone_rules(house, opens=time(8), closes=time(21))
    feed.transaction()
    assert twilio.text(WANG, "1") is not None
    return only(house, Case)


def write_down(
    desk: Desk, result: ContactResult, way: ContactWay = _W.OWN_PHONE, note: str = "", **more: datetime
) -> Case:
    """By whoever holds the case, or claims it first."""
    house = desk.house
    case = only(house, Case)
    is_held = case.holder_id == desk.user.id and case.held_until is not None and case.held_until > house.now()
    token = case.hold_token if is_held and case.hold_token else desk.claim(case.id)
    with house.database.write() as session:
        return record_contact(
            session, case.id, token, desk.user, Told(way, result, note, more.get("call_at")), house.policy, house.now()
        )


def call(desk: Desk, *, ends: CallProgress | None, key: bool = True) -> None:
    """A call through our number: the citizen is rung if the agent presses the key."""
    house, case = desk.house, only(desk.house, Case)
    token = desk.claim(case.id)
    with house.database.write() as session:
        agent = session.get_one(User, desk.user.id)
        attempt_id = dial.dial(session, case.id, token, agent, house.policy, house.now()).id
        dial.begin_dial(session, attempt_id, house.now())
        dial.agent_answered(session, attempt_id, f"CA{attempt_id}", house.now())
        if key:
            dial.bridge(session, attempt_id, house.now())
        dial.bridge_ended(session, attempt_id, ends, house.now())


def kinds(house: Services) -> list[str]:
    return [event.kind for event in all_of(house, CaseEvent)][1:]


def test_a_call_that_settles_it_brings_the_case_to_its_second_asking(house: Services, case: Case, desk: Desk) -> None:
    call(desk, ends=CallProgress.COMPLETED)
    kept = write_down(desk, _R.RECTIFIED, _W.BRIDGED, "当场补办")
    assert (kept.state, kept.holder_id, kept.call_at) == (CaseState.ASKED_AGAIN, None, None)
    assert kinds(house) == [
        "claimed", "dialled", "contacted", "call_ended", "contact", "verified", "rectifying", "answered", "asked_again"
    ]  # fmt: skip
    contact = only(house, CaseContact)
    assert (contact.attempt_id, contact.by, contact.rang) == (1, desk.user.name, False)
    assert contact.note == "当场补办"
    met = {row.kind for row in all_of(house, CaseDeadline) if row.met_at}
    assert met == {DeadlineKind.FIRST_CONTACT, DeadlineKind.RECTIFY}
    assert kept.due_at is None  # only the citizen's own time is running


@on_sqlite
def test_what_is_only_spoken_about_stays_with_its_agent(house: Services, case: Case, desk: Desk) -> None:
    kept = write_down(desk, _R.REACHED, _W.WECHAT, "先了解情况")
    assert (kept.state, kept.holder_id) == (CaseState.CONTACTED, desk.user.id)
    assert write_down(desk, _R.PROMISED, note="三日内补办").state is CaseState.RECTIFYING
    assert only(house, Case).holder_id is None
    with house.database.write() as session:  # its department's turn
        assert casework.claim_next(session, make_desk(house, "吴磊").user, house.policy, house.now()) is None


def test_nobody_is_given_up_before_so_many_calls_rang_on_so_many_days(
    house: Services, case: Case, desk: Desk, clock: MovingClock
) -> None:
    call(desk, ends=None, key=False)  # the agent did not press the key: the citizen was not rung
    assert only(house, Attempt).result is AttemptResult.AGENT_ABSENT
    with pytest.raises(BadInput) as refused:
        write_down(desk, _R.NO_ANSWER, _W.BRIDGED)
    assert refused.value.field == "way"
    call(desk, ends=CallProgress.NO_ANSWER)
    first = write_down(desk, _R.NO_ANSWER, _W.BRIDGED)
    assert (first.state, first.our_time, first.holder_id) == (CaseState.OPENED, True, None)
    assert city_time(house, _moment(first)) == "2026-11-23 11:30"
    clock.now = _moment(first)
    call(desk, ends=CallProgress.BUSY)  # nobody writes this one down: it counts all the same
    clock.move(minutes=40)
    third = write_down(desk, _R.BUSY)  # by the agent's own telephone
    assert city_time(house, _moment(third)).startswith("2026-11-24")  # two on one day are enough
    assert third.state is CaseState.OPENED
    clock.now = _moment(third)
    closed = write_down(desk, _R.NO_ANSWER)
    assert (closed.state, closed.outcome) == (CaseState.CLOSED, Outcome.UNREACHABLE)
    assert [contact.rang for contact in all_of(house, CaseContact)] == [False, True, True]


def _moment(case: Case) -> datetime:
    assert case.call_at is not None
    return case.call_at


@on_sqlite
def test_a_machine_that_picks_up_is_a_call_in_vain(house: Services, case: Case, desk: Desk) -> None:
    call(desk, ends=CallProgress.COMPLETED)
    assert write_down(desk, _R.NO_ANSWER, _W.BRIDGED).call_at is not None
    assert only(house, CaseContact).rang


@on_sqlite
def test_calls_in_vain_are_counted_anew_once_somebody_was_spoken_to(
    house: Services, case: Case, desk: Desk, clock: MovingClock
) -> None:
    for _ in range(3):
        write_down(desk, _R.NO_ANSWER)
        clock.move(days=1)
    write_down(desk, _R.ANOTHER_TIME, note="在开会", call_at=clock.now + timedelta(days=1))
    clock.move(days=1)
    assert write_down(desk, _R.NO_ANSWER).state is CaseState.CONTACTED


@on_sqlite
def test_the_time_that_the_citizen_asks_for_is_kept_and_must_be_one_to_come_at_which_people_are_called(
    house: Services, case: Case, desk: Desk, clock: MovingClock
) -> None:
    for call_at in (clock.now, clock.now + timedelta(days=61), clock.now.replace(hour=22) + timedelta(days=1)):
        with pytest.raises(BadInput) as refused:
            write_down(desk, _R.ANOTHER_TIME, note="改天", call_at=call_at)
        assert refused.value.field == "call_at"
    later = write_down(desk, _R.ANOTHER_TIME, note="改天", call_at=clock.now + timedelta(days=1))
    assert (later.call_at, later.our_time, later.holder_id) == (clock.now + timedelta(days=1), False, None)
    with house.database.write() as session:
        assert casework.claim_next(session, desk.user, house.policy, house.now()) is None
    clock.move(days=1)
    with house.database.write() as session:
        assert casework.claim_next(session, desk.user, house.policy, house.now()) is not None


@on_sqlite
def test_a_part_of_the_day_that_the_citizen_likes_holds_for_every_call(
    house: Services, case: Case, desk: Desk, twilio: Twilio, clock: MovingClock
) -> None:
    twilio.text(WANG, "下午打给我")
    wished = only(house, Case)
    assert (wished.call_wish, wished.our_time) == (Wish.AFTERNOON, False)
    assert city_time(house, _moment(wished)) == "2026-11-23 14:00"
    clock.now = _moment(wished) + timedelta(hours=3)
    again = write_down(desk, _R.BUSY)
    assert (city_time(house, _moment(again)), again.our_time) == ("2026-11-23 17:30", False)
    clock.move(hours=1)
    assert city_time(house, _moment(write_down(desk, _R.BUSY))) == "2026-11-24 14:00"
    for move in (Move.CONTACT, Move.VERIFY, Move.RECTIFY, Move.ANSWER):
        with house.database.write() as session:
            take_step(session, case.id, move, desk.user, desk.claim(case.id), "经过", house.policy, house.now())
    clock.now = clock.now.replace(hour=2) + timedelta(days=20)  # and for the centre's own, long after
    with house.database.write() as session:
        serve_notices(session, case.id, house.policy, house.now())
    assert only(house, Case).state is CaseState.CENTRE_CALLBACK
    assert city_time(house, _moment(only(house, Case))).endswith("14:00")


@on_sqlite
def test_a_wrong_number_and_a_refusal_end_the_case_also_of_who_gave_their_name(
    house: Services, desk: Desk, feed: Feed, twilio: Twilio
) -> None:
    change_casework_rules(house, "jilin")
    feed.transaction(named=True)
    twilio.text(WANG, "1")
    closed = write_down(desk, _R.WRONG_NUMBER, note="接听者不是本人")
    assert (closed.state, closed.outcome, closed.contacted_at) == (CaseState.CLOSED, Outcome.WRONG_NUMBER, None)


@on_sqlite
def test_what_cannot_be_is_refused_and_keeps_nothing(house: Services, case: Case, desk: Desk) -> None:
    before = len(all_of(house, CaseEvent))
    token = desk.claim(case.id)
    for field, way, result, note in (
        ("result", _W.VISIT, _R.NO_ANSWER, ""),
        ("way", _W.BRIDGED, _R.EXPLAINED, "没有呼叫过"),
        ("note", _W.OWN_PHONE, _R.EXPLAINED, "  "),
        ("call_at", _W.OWN_PHONE, _R.ANOTHER_TIME, "没说何时"),
    ):
        with pytest.raises(BadInput) as refused:
            write_down(desk, result, way, note)
        assert refused.value.field == field
    call(desk, ends=CallProgress.NO_ANSWER)
    with pytest.raises(BadInput):  # nobody answered that call
        write_down(desk, _R.EXPLAINED, _W.BRIDGED, "已说明")
    write_down(desk, _R.NO_ANSWER, _W.BRIDGED)
    with pytest.raises(BadInput):  # one call is one contact
        write_down(desk, _R.NO_ANSWER, _W.BRIDGED)
    told = Told(_W.OWN_PHONE, _R.EXPLAINED, "旧页面")
    with house.database.write() as session, pytest.raises(Conflict):
        record_contact(session, case.id, token, desk.user, told, house.policy, house.now())
    assert len(all_of(house, CaseContact)) == 1
    assert kinds(house)[before - 1 :].count("contact") == 1


@on_sqlite
def test_unreachable_cannot_be_said_by_hand(house: Services, case: Case, desk: Desk) -> None:
    with house.database.write() as session, pytest.raises(Conflict) as refused:
        casework.close(session, case.id, desk.claim(case.id), desk.user, Outcome.UNREACHABLE, "算了", house.now())
    assert refused.value.code == "not_tried_enough"
