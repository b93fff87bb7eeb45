"""A call whose end was never reported is ended by hand by whoever holds the case; what comes later is still heard."""

from collections.abc import Callable

import pytest

from hotline.actions import dial
from hotline.actions.send import Never
from hotline.messages import Accepted, Ambiguous, CallProgress, Refusal, Refused, SendResult
from hotline.rules.casework import AttemptResult, AttemptState, CaseState
from hotline.services import Services
from hotline.tables import Attempt, Case, CaseEvent
from tests.cast import all_of, only
from tests.conftest import MovingClock
from tests.console.conftest import Visitor

Visit = Callable[..., Visitor]
BUTTON = "通话已结束"


@pytest.fixture
def agent(visit: Visit, staff: dict[str, int]) -> Visitor:
    return visit("agent")


@pytest.fixture
def token(agent: Visitor, open_case: Callable[..., int]) -> str:
    """The lease of case 1, about which a call has been asked for."""
    token = agent.claim(open_case())
    assert BUTTON not in agent.get("/console/cases/1").text
    assert agent.post("/console/cases/1/call", token=token).status_code == 303
    return token


def go_on(house: Services, *steps: str) -> None:
    """What the carrier reports of attempt 1, in turn."""
    deeds: dict[str, Callable[..., object]] = {
        "begin": lambda session: dial.begin_dial(session, 1, house.now()),
        "placed": lambda session: dial.settle_dial(session, 1, Accepted("CA1"), house.now()),
        "agent": lambda session: dial.agent_answered(session, 1, "CA1", house.now()),
        "key": lambda session: dial.bridge(session, 1, house.now()),
        "citizen": lambda session: dial.citizen_answered(session, 1, house.now()),
        "end": lambda session: dial.bridge_ended(session, 1, CallProgress.COMPLETED, house.now()),
        "no answer": lambda session: dial.bridge_ended(session, 1, CallProgress.NO_ANSWER, house.now()),
        "agent gone": lambda session: dial.note_agent_progress(session, 1, "CA1", CallProgress.COMPLETED, house.now()),
    }
    for step in steps:
        with house.database.write() as session:
            deeds[step](session)


def end_call(visitor: Visitor, token: str) -> int:
    return visitor.post("/console/cases/1/call/end", token=token).status_code


STEPS = ("begin", "placed", "agent", "key", "citizen")


@pytest.mark.parametrize("reached", range(len(STEPS) + 1))
def test_wherever_the_reports_broke_off_the_agent_can_end_the_call_and_ring_again(
    agent: Visitor, token: str, house: Services, reached: int
) -> None:
    go_on(house, *STEPS[:reached])
    assert agent.post("/console/cases/1/call", token=token).status_code == 409
    for path in ("/console/cases/1", "/console/cases/1/live"):
        assert BUTTON in agent.get(path).text
        assert "The call is over" in agent.get(path).text
    assert end_call(agent, token) == 303
    attempt, event = only(house, Attempt), all_of(house, CaseEvent)[-1]
    spoke = "citizen" in STEPS[:reached]  # that much was reported
    assert attempt.state is AttemptState.ENDED
    assert attempt.result is (AttemptResult.CONNECTED if spoke else AttemptResult.UNKNOWN)
    assert attempt.ended_at == house.now()
    assert (event.kind, event.actor) == ("call_ended_by_hand", "agent")
    assert event.facts == {"attempt": 1, "result": str(attempt.result)}
    page = agent.get("/console/cases/1").text
    assert "坐席确认呼叫已结束" in page
    assert BUTTON not in page
    assert agent.post("/console/cases/1/call", token=token).status_code == 303


def test_pressing_twice_is_pressing_once(agent: Visitor, token: str, house: Services) -> None:
    assert [end_call(agent, token), end_call(agent, token)] == [303, 303]
    assert len(all_of(house, CaseEvent, kind="call_ended_by_hand")) == 1


def test_only_the_holder_of_the_case_ends_its_call(
    agent: Visitor, token: str, visit: Visit, house: Services, clock: MovingClock
) -> None:
    colleague = visit("王敏")
    assert BUTTON not in colleague.get("/console/cases/1").text
    assert end_call(colleague, "0" * 32) == 409
    assert only(house, Attempt).state is AttemptState.REQUESTED
    clock.move(minutes=house.policy.casework.lease_minutes)
    assert end_call(agent, token) == 409
    assert only(house, Attempt).state is AttemptState.REQUESTED
    assert end_call(colleague, colleague.claim(1)) == 303  # the next holder is not stuck with the call of the last
    assert all_of(house, CaseEvent)[-1].actor == "王敏"


@pytest.mark.parametrize("late", ["end", "no answer", "agent gone"])
def test_a_late_report_of_the_end_changes_nothing_that_is_known(
    agent: Visitor, token: str, house: Services, late: str
) -> None:
    go_on(house, *STEPS)
    end_call(agent, token)
    before = only(house, Attempt)
    go_on(house, late, late)
    after = only(house, Attempt)
    assert (after.state, after.result) == (AttemptState.ENDED, AttemptResult.CONNECTED)
    assert (after.bridged_at, after.ended_at) == (before.bridged_at, before.ended_at)
    assert agent.get("/console/cases/1").status_code == 200


@pytest.mark.parametrize("late", ["citizen", "end"])
@pytest.mark.parametrize("closed", [False, True])
def test_a_late_report_that_the_two_spoke_still_counts(
    agent: Visitor, token: str, house: Services, clock: MovingClock, late: str, closed: bool
) -> None:
    go_on(house, *STEPS[:4])
    end_call(agent, token)
    if closed:
        form = {"way": "bridged", "result": "wrong_number", "note": "接听者不是本人"}
        assert agent.post("/console/cases/1/contact", token=token, **form).status_code == 303
    clock.move(minutes=2)
    go_on(house, late, late)
    attempt, case = only(house, Attempt), only(house, Case)
    assert (attempt.state, attempt.result) == (AttemptState.ENDED, AttemptResult.CONNECTED)
    assert case.state is (CaseState.CLOSED if closed else CaseState.CONTACTED)
    page = agent.get("/console/cases/1").text
    assert "已通话" in page
    assert "通话 0:00" not in page  # how long is not known


def test_an_agent_who_goes_on_after_all_is_put_through_and_the_page_follows(
    agent: Visitor, token: str, house: Services
) -> None:
    go_on(house, "begin", "placed", "agent")
    end_call(agent, token)
    go_on(house, "key")
    assert only(house, Attempt).state is AttemptState.CITIZEN_RINGING
    assert BUTTON in agent.get("/console/cases/1").text


def test_a_call_that_was_ended_before_it_was_placed_is_never_placed(
    agent: Visitor, token: str, house: Services
) -> None:
    end_call(agent, token)
    with house.database.write() as session:
        assert isinstance(dial.begin_dial(session, 1, house.now()), Never)


@pytest.mark.parametrize(
    "answer", [Ambiguous("ReadTimeout"), Refused(Refusal.RETRY, "1"), Refused(Refusal.PERMANENT, "2")]
)
def test_the_carriers_answer_to_a_call_ended_meanwhile_does_not_begin_or_end_it_again(
    agent: Visitor, token: str, house: Services, answer: SendResult
) -> None:
    go_on(house, "begin")
    end_call(agent, token)
    events = len(all_of(house, CaseEvent))
    with house.database.write() as session:
        assert dial.settle_dial(session, 1, answer, house.now()) is False
    assert (only(house, Attempt).state, only(house, Attempt).result) == (AttemptState.ENDED, AttemptResult.UNKNOWN)
    assert len(all_of(house, CaseEvent)) == events
