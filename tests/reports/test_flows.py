"""The figures of survey calls made by hand, on both databases: who counts where, and out of how many."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hotline.flows import load_flow
from hotline.reports.flows import Chosen, Counts, FlowFigures, StepFigures, flow_figures
from hotline.rules.flow import Verb
from hotline.services import Services
from hotline.tables.contacts import CallState, Way
from tests.reports.made_calls import GO, RATED_5, make_call

CITY = ZoneInfo("Asia/Shanghai")
MONDAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
BAD = (("ask", "1"), ("confirm", "1"), ("reasons", "13"), ("comment", "1"), ("record", ""), ("wish", "3"))


@pytest.fixture
def day_of_calls(house: Services) -> Services:
    def call(*turns: tuple[str, str] | tuple[str, str, int], **more: object) -> None:
        make_call(house, NOON, *turns, **more)  # type: ignore[arg-type]

    call(GO, RATED_5, pause=5)  # rated 10 s after the answer
    call(GO, ("ask", ""), ("ask", "4", 2), is_elder=True, pause=10)  # after 30 s, asked twice
    call(("go_on", ""), ("go_on", "", 2), ("go_on", "", 3))  # nobody, or a machine
    call(GO, stands="ask")  # hung up at the question
    call(GO, ("ask", "0"), stands="person")  # wanted a person
    call(("go_on", "2"))  # not theirs
    call(("go_on", "3"))  # no more of this
    call(is_answered=False)
    call(is_answered=False, state=CallState.QUEUED)  # not placed yet: no call
    call(*BAD, way=Way.TRANSFERRED, has_voice=True, pause=4)  # after 4 s
    call(("ask", "2"), ("confirm", "2"), ("ask", "3"), way=Way.TRANSFERRED, pause=4)  # chose again
    call(("ask", "1"), ("confirm", ""), stands="reasons", way=Way.CALLING, language="yue", state=CallState.ANSWERED)
    call(("unknown", "1"), ("number", "0"), way=Way.CALLING, stands="number")  # 0 alone is a person, here too
    call(GO, RATED_5, flow="survey@99")  # another version: told of, not counted
    return house


def _figures(house: Services, **chosen: object) -> FlowFigures:
    days = {"first": MONDAY, "last": MONDAY, "zone": CITY} | chosen
    with house.database.read() as session:
        return flow_figures(session, load_flow("survey"), Chosen(**days))  # type: ignore[arg-type]


def test_a_day_made_by_hand(day_of_calls: Services) -> None:
    figures = _figures(day_of_calls)
    assert figures.whole == Counts(
        calls=12,
        answered=11,
        silent=1,
        asked=7,
        rated=5,
        bad=3,
        confirmed=1,
        again=1,
        reasons=1,
        voice=1,
        wished=1,
        person=2,
        elder=1,
        not_me=1,
        opted_out=1,
    )
    assert figures.others == 1
    assert figures.seconds == {4: 2, 6: 1, 10: 1, 30: 1}
    assert (figures.within(0.5), figures.within(0.9)) == (6, 30)
    assert {step.name: step for step in figures.steps if step.reached} == {
        each.name: each
        for each in (
            StepFigures("go_on", reached=7, retried=1),
            StepFigures("ask", reached=7, hung_up=1, retried=1),
            StepFigures("confirm", reached=3),
            StepFigures("reasons", reached=2),  # one of them is on the line still
            StepFigures("comment", reached=1),
            StepFigures("record", reached=1),
            StepFigures("wish", reached=1),
            StepFigures("person", reached=1, hung_up=1),
            StepFigures("unknown", reached=1),
            StepFigures("number", reached=1, hung_up=1),
        )
    }
    # In the order of the flow, and only where somebody is waited for.
    names = [step.name for step in figures.steps]
    assert names == [name for name in load_flow("survey").steps if name in names]
    assert not {"greet", "find", "thanks"} & {*names}


def test_days_ways_and_languages_are_chosen(day_of_calls: Services) -> None:
    made = day_of_calls
    make_call(made, NOON + timedelta(hours=12), GO, RATED_5)  # after midnight in the city
    by = _figures(made).by
    assert {way: sum(counts.calls for (own, _), counts in by.items() if own is way) for way in Way} == {
        Way.CALLED: 8,
        Way.CALLING: 2,
        Way.TRANSFERRED: 2,
    }
    handed = _figures(made, way=Way.TRANSFERRED)
    assert (handed.whole.calls, handed.whole.rated, handed.others) == (2, 2, 0)
    assert {step.name for step in handed.steps if step.reached} == {step for step, _ in BAD}
    assert _figures(made, language="yue").whole == Counts(calls=1, answered=1, asked=1, rated=1, bad=1)
    assert _figures(made, last=MONDAY + timedelta(days=1)).whole.calls == 13
    nothing = _figures(made, first=MONDAY - timedelta(days=2), last=MONDAY - timedelta(days=1))
    assert (nothing.whole, nothing.within(0.5)) == (Counts(), None)


def test_a_key_that_is_a_choice_of_its_step_asks_for_no_person(house: Services) -> None:
    flow = load_flow("survey").model_copy(update={"common": {"9": Verb.PERSON}})
    make_call(house, NOON, ("reasons", "9"), ("record", "9"))  # other reasons; and what came back of a voice is no key
    make_call(house, NOON, ("ask", "9"))
    chosen = Chosen(MONDAY, MONDAY, CITY)
    with house.database.read() as session:
        assert flow_figures(session, flow, chosen).whole.person == 1
        assert flow_figures(session, flow.model_copy(update={"common": {}}), chosen).whole.person == 0
