"""Calls placed: at their pace, on so many lines at most, callbacks before surveys, and nothing lost by waiting."""

from datetime import timedelta
from typing import Any

import pytest
from redis.exceptions import RedisError
from rq import Queue

from hotline.actions import dial
from hotline.errors import HotlineError
from hotline.jobs import errands, heartbeat, tasks
from hotline.jobs.pace import Pace
from hotline.messages import Accepted, CallProgress, SendResult
from hotline.services import Services
from hotline.tables import Attempt, Call, OutboxRow, User
from hotline.tables.contacts import CallState
from tests.cast import Desk, Feed, Twilio, all_of, at_once, citizen, on_sqlite, only, open_bad_case
from tests.conftest import MovingClock


class Carrier:
    """Takes every call, and notes whom it rings."""

    def __init__(self, real: Any) -> None:
        self._real = real
        self.rung: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def place_call(self, to: str, answer_url: str, *_more: object) -> SendResult:
        self.rung.append(to)
        return Accepted(answer_url.rpartition("voice/")[2])


@pytest.fixture
def carrier(house: Services, monkeypatch: pytest.MonkeyPatch) -> Carrier:
    carrier = Carrier(house.voice_carrier)
    object.__setattr__(house, "voice_carrier", carrier)
    monkeypatch.setattr(tasks, "house", lambda: house)
    return carrier


def set_to(house: Services, **settings: float) -> None:
    object.__setattr__(house, "settings", house.settings.model_copy(update=settings))


def ask_by_call(feed: Feed, count: int) -> None:
    for number in range(count):
        feed.call(f"CALL-{number}", citizen(number), survey="phone")


def ring(house: Services, key: str) -> None:
    row = only(house, OutboxRow, key=key)
    tasks.work(row.kind, row.id)


def survey(house: Services, call_id: int) -> CallState:
    """Ring for it; how it stands then."""
    ring(house, f"call:{only(house, Call, id=call_id).invitation_id}:1")
    return only(house, Call, id=call_id).state


def ask_for_callback(desk: Desk, case_id: int) -> None:
    house, token = desk.house, desk.claim(case_id)
    with house.database.write() as session:
        agent = session.get_one(User, desk.user.id)
        dial.dial(session, case_id, token, agent, house.policy, house.now())


def callback(house: Services, attempt_id: int) -> str:
    ring(house, f"dial:{attempt_id}")
    return only(house, Attempt, id=attempt_id).state


def is_over(house: Services, attempt_id: int) -> None:
    with house.database.write() as session:
        dial.note_agent_progress(session, attempt_id, "CB1", CallProgress.NO_ANSWER, house.now())


def later(clock: MovingClock) -> None:
    """What was put off for a line is due again."""
    clock.move(seconds=2)


def test_workers_at_once_use_no_more_lines_than_there_are(
    house: Services, feed: Feed, twilio: Twilio, carrier: Carrier, clock: MovingClock
) -> None:
    set_to(house, most_calls=3)
    ask_by_call(feed, 8)
    at_once(8, lambda which: survey(house, which + 1))
    assert len(carrier.rung) == 3
    waiting = all_of(house, Call, state=CallState.QUEUED)
    assert len(waiting) == 5
    assert {row.attempts for row in all_of(house, OutboxRow, kind="call", state="pending")} == {0}
    later(clock)
    assert survey(house, waiting[0].id) is CallState.QUEUED
    done = all_of(house, Call, state=CallState.RINGING)[0]
    twilio.call_status(f"?call={done.id}", str(done.external_id), "completed")
    later(clock)
    at_once(5, lambda which: survey(house, waiting[which].id))
    assert len(carrier.rung) == 4


def test_a_callback_goes_first_and_takes_two_lines(
    house: Services, feed: Feed, twilio: Twilio, desk: Desk, carrier: Carrier, clock: MovingClock
) -> None:
    set_to(house, most_calls=3)
    case_id = open_bad_case(twilio, feed).id
    ask_by_call(feed, 4)
    assert [survey(house, call_id) for call_id in (1, 2)] == [CallState.RINGING] * 2
    ask_for_callback(desk, case_id)
    assert callback(house, 1) == "requested"  # one line is left
    assert survey(house, 3) is CallState.QUEUED  # and no survey takes it
    twilio.call_status("?call=1", "survey/1", "busy")
    later(clock)
    assert survey(house, 3) is CallState.QUEUED
    assert callback(house, 1) == "agent_ringing"
    later(clock)
    assert survey(house, 3) is CallState.QUEUED  # all three are in use
    is_over(house, 1)
    later(clock)
    assert [survey(house, call_id) for call_id in (3, 4)] == [CallState.RINGING] * 2


@on_sqlite
def test_lines_whose_reports_were_lost_are_free_again_after_a_while(
    house: Services, feed: Feed, twilio: Twilio, desk: Desk, carrier: Carrier, clock: MovingClock
) -> None:
    set_to(house, most_calls=3)
    case_id = open_bad_case(twilio, feed).id
    ask_by_call(feed, 4)
    assert survey(house, 1) is CallState.RINGING
    ask_for_callback(desk, case_id)
    assert callback(house, 1) == "agent_ringing"
    clock.move(minutes=14)
    assert survey(house, 2) is CallState.QUEUED
    clock.move(minutes=1)
    assert survey(house, 2) is CallState.RINGING
    assert survey(house, 3) is CallState.QUEUED
    clock.move(hours=4)
    assert [survey(house, call_id) for call_id in (3, 4)] == [CallState.RINGING] * 2


@on_sqlite
def test_a_callback_that_never_began_holds_surveys_up_for_minutes_only(
    house: Services, feed: Feed, twilio: Twilio, desk: Desk, carrier: Carrier, clock: MovingClock
) -> None:
    case_id = open_bad_case(twilio, feed).id
    ask_by_call(feed, 1)
    ask_for_callback(desk, case_id)
    assert survey(house, 1) is CallState.QUEUED
    clock.move(minutes=10)
    assert survey(house, 1) is CallState.RINGING


@on_sqlite
def test_calls_keep_one_pace_and_what_comes_too_early_is_put_off(
    house: Services, feed: Feed, twilio: Twilio, desk: Desk, carrier: Carrier
) -> None:
    """Five seconds apart: a survey does not wait so long in a worker, a callback does."""
    set_to(house, calls_per_second=0.2)
    case_id = open_bad_case(twilio, feed).id
    ask_by_call(feed, 2)
    assert survey(house, 1) is CallState.RINGING
    assert survey(house, 2) is CallState.QUEUED
    row = only(house, OutboxRow, key="call:3:1")
    assert (row.state, row.attempts) == ("pending", 0)
    assert timedelta(seconds=3) < row.due_at - house.now() <= timedelta(seconds=5)
    ask_for_callback(desk, case_id)
    assert callback(house, 1) == "agent_ringing"
    assert len(carrier.rung) == 2


@on_sqlite
def test_what_is_hindered_takes_no_moment(house: Services, feed: Feed, twilio: Twilio, carrier: Carrier) -> None:
    set_to(house, calls_per_second=0.01)
    ask_by_call(feed, 2)
    twilio.text(citizen(0), "退订")
    assert survey(house, 1) is CallState.ENDED
    assert survey(house, 2) is CallState.RINGING
    assert carrier.rung == [citizen(1).e164]


class Interrupted(BaseException):
    """The worker is killed."""


@on_sqlite
def test_a_worker_that_dies_while_it_waits_leaves_the_call_queued(
    house: Services, feed: Feed, carrier: Carrier, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(_pace: Pace, _moment: float) -> None:
        raise Interrupted

    ask_by_call(feed, 1)
    with monkeypatch.context() as patch:
        patch.setattr(Pace, "wait_until", die)
        with pytest.raises(Interrupted):
            survey(house, 1)
    assert survey(house, 1) is CallState.QUEUED  # it is held still
    clock.move(seconds=errands.LEASE.total_seconds() + 1)
    assert survey(house, 1) is CallState.RINGING
    assert len(carrier.rung) == 1


@on_sqlite
def test_without_a_moment_to_be_had_nobody_is_rung_and_nothing_is_in_doubt(
    house: Services, feed: Feed, carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(_pace: Pace, _sender: str, _moment: float) -> bool:
        raise RedisError

    monkeypatch.setattr(Pace, "meet", lost)
    ask_by_call(feed, 1)
    assert survey(house, 1) is CallState.QUEUED
    call = only(house, Call)
    assert (carrier.rung, call.begun_at) == ([], None)
    assert only(house, OutboxRow, kind="call").last_error == "carrier: try again"


@on_sqlite
@pytest.mark.parametrize("other_places", [True, False], ids=["and places", "and waits"])
def test_a_worker_that_waits_longer_than_its_lease_leaves_the_call_to_the_next(
    other_places: bool,
    house: Services,
    feed: Feed,
    carrier: Carrier,
    clock: MovingClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def oversleep(_pace: Pace, _moment: float) -> None:
        monkeypatch.setattr(Pace, "wait_until", lambda _pace, _moment: None)
        clock.move(seconds=errands.LEASE.total_seconds() + 1)
        if other_places:
            survey(house, 1)
        else:
            assert errands.claimed(house, only(house, OutboxRow, kind="call").id) is not None

    monkeypatch.setattr(Pace, "wait_until", oversleep)
    ask_by_call(feed, 1)
    assert survey(house, 1) is (CallState.RINGING if other_places else CallState.QUEUED)
    assert len(carrier.rung) == other_places


@on_sqlite
def test_the_sweep_rings_for_no_more_surveys_than_can_begin(house: Services, feed: Feed, carrier: Carrier) -> None:
    """However many wait, workers are not kept busy by finding that there is no line."""
    set_to(house, most_calls=2)
    ask_by_call(feed, 5)
    house.redis.flushdb()
    tasks.sweep()
    assert Queue("calls", connection=house.redis).count == 2


@on_sqlite
def test_a_call_that_cannot_be_ended_keeps_no_ring_and_no_other_call_waiting(
    house: Services, feed: Feed, carrier: Carrier, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody reported the end of two calls; with the row of the first something is wrong."""
    ask_by_call(feed, 2)
    for call_id in (1, 2):
        survey(house, call_id)
    clock.move(hours=2)
    feed.call("CALL-9", citizen(9), survey="phone")
    house.redis.flushdb()
    end = tasks.end_lost_call

    def fail_once(session: Any, call_id: int, *more: Any) -> None:
        if call_id == 1:
            raise HotlineError("a row that cannot be", code="broken")
        end(session, call_id, *more)

    monkeypatch.setattr(tasks, "end_lost_call", fail_once)
    tasks.sweep()
    assert [call.state for call in all_of(house, Call)[:2]] == [CallState.RINGING, CallState.ENDED]
    assert Queue("calls", connection=house.redis).count == 1
    assert heartbeat.age(house.redis, house.now()) is not None
