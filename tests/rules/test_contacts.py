"""What follows from a contact: only legal moves, calls again at hours that suit, and nobody given up too soon."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.rules.call_times import CallingDays
from hotline.rules.casework import OPEN, WAYS, AttemptResult, CaseState, Move, Need, Outcome, Part, Steps, refusal
from hotline.rules.contacts import (
    IN_VAIN,
    CallingRules,
    ContactResult,
    ContactWay,
    NextStep,
    next_step,
    rang,
    results_of,
    wished_time,
)
from hotline.rules.deadlines import Window
from hotline.rules.reply_wishes import Wish
from hotline.rules.skills import Skill, skill_for
from hotline.rules.turns import Turn, whose_turn

CITY = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=CITY)


def weekdays(day: date) -> bool:
    return day.weekday() < 5


def rules(
    opens: time = time(8), closes: time = time(21), tries: int = 3, days: int = 2, one_day: int = 2
) -> CallingRules:
    calling = CallingDays(Window(opens, closes, ((time(12), time(13)),), False), CITY, one_day, weekdays)
    gaps = {ContactResult.BUSY: timedelta(minutes=30), ContactResult.NO_ANSWER: timedelta(hours=2)}
    return CallingRules(calling, gaps, tries, days)


RULES = rules()


def after(
    result: ContactResult,
    state: CaseState = CaseState.OPENED,
    steps: Steps = Steps.FULL,
    tried: tuple[datetime, ...] = (MONDAY,),
    wish: Wish | None = None,
) -> NextStep:
    return next_step(result, state, steps, tried, RULES, tried[-1] if tried else MONDAY, wish=wish)


@given(
    result=st.sampled_from(ContactResult),
    state=st.sampled_from(OPEN),
    steps=st.sampled_from(Steps),
    hours=st.lists(st.integers(1, 60), max_size=8),
    tries=st.integers(1, 6),
    days=st.integers(1, 4),
    one_day=st.integers(1, 3),
    wish=st.none() | st.sampled_from(Wish),
    asked_for=st.none() | st.integers(1, 100).map(lambda hours: MONDAY + timedelta(days=40, hours=hours)),
)
def test_whatever_comes_of_a_contact(
    result: ContactResult,
    state: CaseState,
    steps: Steps,
    hours: list[int],
    tries: int,
    days: int,
    one_day: int,
    wish: Wish | None,
    asked_for: datetime | None,
) -> None:
    city, tried = rules(tries=tries, days=days, one_day=one_day), [MONDAY]
    for gap in hours:
        tried.append(tried[-1] + timedelta(hours=gap))
    now = tried[-1]
    asked_for = asked_for if result is ContactResult.ANOTHER_TIME else None
    step = next_step(result, state, steps, tried, city, now, wish=wish, asked_for=asked_for)
    for move in step.moves:  # each is legal where the one before has led
        assert refusal(move, state, Part.AGENT, steps, WAYS[move].needs) is None
        state = WAYS[move].after or state
    if step.outcome is not None:
        given_with = frozenset({Need.NOTE, Need.OUTCOME})
        assert refusal(Move.CLOSE, state, Part.AGENT, steps, given_with, step.outcome) is None
        assert step.call_at is None
    enough = len(tried) >= tries and len({one.date() for one in tried}) >= days
    assert (step.outcome is Outcome.UNREACHABLE) <= (enough and result in IN_VAIN)
    if result not in IN_VAIN:
        assert step.call_at == (None if step.outcome else asked_for)
        return
    assert step.moves == ()
    if step.outcome is None:
        assert step.call_at is not None
        local = step.call_at.astimezone(CITY)
        assert step.call_at >= now + city.gaps[result]
        assert city.days.opens(step.call_at) == step.call_at
        assert sum(one.date() == local.date() for one in tried) < one_day or tried[-1].date() != local.date()
        if step.promised:
            assert wish is Wish(_part(local))


def _part(local: datetime) -> str:
    return next(name for name, until in (("morning", 11), ("noon", 14), ("afternoon", 18), ("evening", 24))
                if local.hour < until)  # fmt: skip


@pytest.mark.parametrize(
    ("state", "steps", "result", "moves", "outcome"),
    [
        ("opened", "full", "explained", "contact verify explain answer", None),
        ("opened", "full", "rectified", "contact verify rectify answer", None),
        ("contacted", "full", "promised", "verify rectify", None),
        ("opened", "full", "verified", "contact verify", None),
        ("opened", "full", "another_time", "contact", None),
        ("opened", "full", "refused", "contact", "refused"),
        ("opened", "full", "wrong_number", "", "wrong_number"),
        ("explained", "full", "explained", "answer", None),
        ("rectifying", "full", "promised", "", None),
        ("centre_callback", "full", "explained", "", "explained"),
        ("centre_callback", "full", "reached", "", None),
        ("appealed", "full", "explained", "hear", None),
        ("appealed", "full", "wrong_number", "", None),
        ("asked_again", "full", "explained", "", None),
        ("opened", "contact", "promised", "contact", "promised"),
        ("contacted", "contact", "rectified", "", "rectified"),
        ("opened", "contact", "reached", "contact", None),
    ],
)
def test_a_result_brings_the_case_as_far_as_the_citizen_was_told(
    state: str, steps: str, result: str, moves: str, outcome: str | None
) -> None:
    step = after(ContactResult(result), CaseState(state), Steps(steps))
    assert (" ".join(step.moves), step.outcome) == (moves, outcome)


def test_who_did_not_answer_is_called_later_in_another_part_of_the_day_and_given_up_in_the_end() -> None:
    tried = [MONDAY]
    first = after(ContactResult.NO_ANSWER, tried=tuple(tried))
    assert first == NextStep(call_at=MONDAY.replace(hour=11, minute=30))
    tried.append(MONDAY.replace(hour=11, minute=30))
    second = after(ContactResult.BUSY, tried=tuple(tried))
    assert second.call_at is not None  # two on one day: tomorrow
    assert second.call_at.astimezone(CITY) == datetime(2026, 11, 24, 8, tzinfo=CITY) + timedelta(hours=6, minutes=30)
    tried.append(MONDAY.replace(hour=20))
    assert after(ContactResult.NO_ANSWER, tried=tuple(tried)).outcome is None  # three, but all on one day
    tried.append(MONDAY + timedelta(days=1))
    assert after(ContactResult.NO_ANSWER, tried=tuple(tried)).outcome is Outcome.UNREACHABLE
    assert after(ContactResult.NO_ANSWER, CaseState.APPEALED, tried=tuple(tried)).outcome is None


@pytest.mark.parametrize(
    ("wish", "earliest", "at"),
    [
        (Wish.MORNING, "11-23 09:30", "11-23 09:30"),
        (Wish.MORNING, "11-23 11:00", "11-24 08:00"),
        (Wish.NOON, "11-23 09:30", "11-23 11:00"),
        (Wish.NOON, "11-23 12:10", "11-23 13:00"),  # behind the pause
        (Wish.AFTERNOON, "11-23 09:30", "11-23 14:00"),
        (Wish.EVENING, "11-27 21:30", "11-30 18:00"),  # Friday night: on Monday
        (Wish.ANY, "11-23 09:30", None),
        (Wish.NO_CALL, "11-23 09:30", None),
        (None, "11-23 09:30", None),
    ],
)
def test_the_time_that_the_citizen_likes(wish: Wish | None, earliest: str, at: str | None) -> None:
    found = wished_time(wish, _local(earliest), RULES.days)
    assert found == (None if at is None else _local(at))


def _local(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=CITY).astimezone(UTC)


def test_a_part_of_the_day_in_which_nobody_is_called_cannot_be_wished() -> None:
    office = rules(time(9), time(17)).days
    assert wished_time(Wish.EVENING, MONDAY, office) is None
    step = next_step(
        ContactResult.BUSY, CaseState.OPENED, Steps.FULL, [MONDAY], rules(time(9), time(17)), MONDAY, wish=Wish.EVENING
    )
    assert (step.call_at, step.promised) == (MONDAY + timedelta(minutes=30), False)


def test_a_call_that_did_not_ring_in_vain_is_not_counted() -> None:
    bridged = {result: rang(ContactWay.BRIDGED, result, ContactResult.NO_ANSWER) for result in AttemptResult}
    assert {result for result, counts in bridged.items() if counts} == {AttemptResult.CONNECTED, AttemptResult.UNKNOWN}
    assert rang(ContactWay.OWN_PHONE, None, ContactResult.BUSY)
    assert not rang(ContactWay.OWN_PHONE, None, ContactResult.WRONG_NUMBER)


def test_only_a_telephone_rings_in_vain() -> None:
    for way in (ContactWay.SMS, ContactWay.WECHAT, ContactWay.VISIT):
        assert not {*IN_VAIN, ContactResult.WRONG_NUMBER} & {*results_of(way, Steps.FULL)}
    assert set(results_of(ContactWay.OWN_PHONE, Steps.FULL)) == set(ContactResult)
    assert ContactResult.VERIFIED not in results_of(ContactWay.BRIDGED, Steps.CONTACT)


def test_whose_turn_it_is() -> None:
    ours = {state for state in CaseState if whose_turn(state, handed_over=False) is Turn.DESK}
    handed = {state for state in CaseState if whose_turn(state, handed_over=True) is Turn.DESK}
    assert ours - handed == {CaseState.CONTACTED, CaseState.VERIFIED}
    assert handed == {CaseState.OPENED, CaseState.EXPLAINED, CaseState.CENTRE_CALLBACK}
    assert whose_turn(CaseState.APPEALED, handed_over=False) is Turn.REVIEWER
    assert whose_turn(CaseState.ASKED_AGAIN, handed_over=False) is Turn.CITIZEN


def test_the_first_skill_that_fits_all_it_names_is_needed() -> None:
    skills = (
        Skill("tax-english", languages=("en",), dept_codes=("220200-TAX",)),
        Skill("english", languages=("en",)),
        Skill("houses", item_codes=("11", "12"), dept_codes=("2202",)),
    )
    assert skill_for(skills, "en", None, "220200-TAX-01") == "tax-english"
    assert skill_for(skills, "en", None, None) == "english"
    assert skill_for(skills, "zh-CN", "1234", "220200-GA") == "houses"
    assert skill_for(skills, "zh-CN", "1234", None) is None
    assert skill_for(skills, "zh-CN", None, "220200") is None
