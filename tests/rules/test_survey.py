"""The survey call as a machine: whatever is pressed it ends, and it never rates without a key of the scale."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hotline.flows import load_flow
from hotline.rules.flow import Condition, Does, StepKind
from hotline.rules.reasons import REASONS
from hotline.rules.reply_wishes import Wish
from hotline.rules.scale import Scale
from hotline.rules.survey import (
    AddReasons,
    Ask,
    Known,
    Next,
    Place,
    Rate,
    SlowDown,
    Speak,
    Want,
    begin,
    come_back,
    hear,
)

FLOW = load_flow("survey")
WAYS = [way for way in FLOW.ways.model_dump().values() if way != FLOW.ways.resumed]
ANY_KEYS = st.one_of(
    st.sampled_from(["", *"*#0123456789", "55", "1#", "*5", "１", "五", "137", "20261123"]), st.text(max_size=4)
)
SCALES = st.sampled_from(list(Scale))
KNOWN = st.builds(
    Known,
    holds=st.frozensets(st.sampled_from(Condition)),
    languages=st.sampled_from([(), ("zh-CN",), ("zh-CN", "yue", "en")]),
    services=st.integers(0, 4),
    stars=st.none() | st.integers(1, 5),
    more_tries=st.integers(0, 2),
)


def know(known: Known, follows: Next) -> Known:
    """What is known at the next key."""
    rated = next((effect.stars for effect in follows.does if isinstance(effect, Rate)), known.stars)
    return replace(known, stars=rated, back=follows.back, visits=follows.visits)


def go(follows: Next, keys: str, known: Known, scale: Scale = Scale.STAR_5_BEST) -> tuple[Next, Known]:
    """The caller does something where they are waited for."""
    known = know(known, follows)
    assert follows.place is not None
    step = FLOW.steps[follows.place.step]
    if step.hears:
        return hear(FLOW, follows.place, keys, known, scale), known
    return come_back(FLOW, follows.place, known), known


def play(way: str, keys: list[str], known: Known, scale: Scale = Scale.STAR_5_BEST) -> list[Next]:
    """Every step of a call on which these keys are pressed; after them the line stays silent."""
    steps = [begin(FLOW, way, known)]
    waiting = [*keys]
    while steps[-1].place is not None:
        assert len(steps) <= FLOW.most_turns + 10, "the call goes on for ever"
        follows, known = go(steps[-1], waiting.pop(0) if waiting else "", known, scale)
        steps.append(follows)
    return steps


def at(*keys: str, way: str = "known", known: Known | None = None) -> Next:
    """Where a call stands after these keys, one that may be recorded."""
    known = known or Known(holds=frozenset({Condition.CAN_RECORD}))
    follows = begin(FLOW, getattr(FLOW.ways, way), known)
    for key in keys:
        follows, known = go(follows, key, known)
    return follows


@given(st.sampled_from(WAYS), st.lists(ANY_KEYS, max_size=120), KNOWN, SCALES)
@example(FLOW.ways.known, ["*"] * 80, Known(), Scale.STAR_5_BEST)
@example(FLOW.ways.known, ["1", "2"] * 60, Known(), Scale.STAR_5_BEST)
@example(FLOW.ways.known, ["0"] * 80, Known(holds=frozenset({Condition.PERSON_OPEN})), Scale.STAR_5_BEST)
def test_every_call_ends_and_rates_exactly_what_a_rating_key_says(
    way: str, keys: list[str], known: Known, scale: Scale
) -> None:
    steps = play(way, keys, known, scale)
    for number, (before, after) in enumerate(itertools.pairwise(steps)):
        pressed = keys[number] if number < len(keys) else ""
        rated = [effect.stars for effect in after.does if isinstance(effect, Rate)]
        assert before.place is not None
        may_rate = FLOW.steps[before.place.step].kind is StepKind.RATE and before.place.turn < FLOW.most_turns
        if may_rate and pressed in {*"12345"}:
            assert rated == [scale.stars(int(pressed))]
        else:
            assert rated == []


@given(st.sampled_from(WAYS), st.lists(ANY_KEYS, max_size=40), KNOWN)
def test_each_waiting_has_a_turn_of_its_own(way: str, keys: list[str], known: Known) -> None:
    """A replayed webhook is known by its turn, so no two of a call may share one."""
    turns = [step.place.turn for step in play(way, keys, known) if step.place is not None]
    assert turns == list(range(1, len(turns) + 1))


@pytest.mark.parametrize("way", WAYS)
def test_who_says_nothing_is_asked_a_few_times_and_rates_nothing(way: str) -> None:
    steps = play(way, [], Known(services=2, languages=("zh-CN", "yue")))
    assert len(steps) <= 4 * FLOW.tries
    assert [effect for step in steps for effect in step.does] == []


@pytest.mark.parametrize("scale", Scale)
@pytest.mark.parametrize("key", [1, 2, 3, 4, 5])
def test_a_key_means_what_the_scale_says(scale: Scale, key: int) -> None:
    place = Place("ask")
    assert hear(FLOW, place, str(key), Known(), scale).does == (Rate(key if scale is Scale.STAR_5_BEST else 6 - key),)


def test_a_good_rating_is_thanked_for_and_no_more_is_asked() -> None:
    rated = at("5")
    assert (rated.says, rated.place) == (("thanks_{grade}",), None)


def test_a_bad_one_is_confirmed_and_can_be_chosen_anew() -> None:
    asked = at("2")
    assert (asked.does, asked.says) == ((Rate(2),), ("confirm",))
    anew = at("2", "2")
    assert (anew.place, anew.says) == (Place("ask", turn=3), ("ask",))
    assert at("2", "2", "5").does == (Rate(5),)


def test_reasons_are_chosen_several_at_once_then_words_then_whether_a_call_suits() -> None:
    reasons = at("1", "1", "31")
    codes = [reason.code for reason in REASONS[1]]
    assert reasons.does == (AddReasons((codes[2], codes[0])),)
    assert reasons.says == ("comment",)
    assert (at("1", "1", "9").does, at("1", "1", "9").place) == ((), reasons.place)
    assert at("1", "1", "19").place == reasons.place  # one and another reason
    assert at("1", "1", "70").says[0] == "wrong_key"  # 0 is no reason, and nothing of it is guessed
    recorded = at("1", "1", "1", "1")
    assert (recorded.says, FLOW.steps["record"].kind) == (("record",), StepKind.RECORD)
    assert at("1", "1", "1", "1", "").says == ("wish",)
    assert at("1", "1", "1", "2", "3").does == (Want(Wish.EVENING),)
    assert at("1", "1", "1", "2", "5").place is None


def test_without_leave_to_record_nobody_is_asked_to_speak() -> None:
    assert at("1", "1", "1", known=Known()).says == ("wish",)


def test_star_repeats_and_pound_goes_back() -> None:
    assert at("*").says == ("ask",)
    assert at("2", "*").says == ("confirm",)
    assert at("2", "1", "#").says == ("confirm",)
    assert at("2", "1", "#", "#").says == ("ask",)
    assert at("#").says == ("ask",)  # there is nothing to go back to


def test_nine_speaks_slowly_from_then_on_and_waits_once_more() -> None:
    slower = at("9")
    assert (slower.does, slower.says) == ((SlowDown(),), ("ask",))
    patient = Known(more_tries=1)
    assert len(play(FLOW.ways.known, [], patient)) == len(play(FLOW.ways.known, [], Known())) + 1


def test_zero_reaches_a_person_and_comes_back_to_the_same_question() -> None:
    open_now = Known(holds=frozenset({Condition.PERSON_OPEN}))
    talking = at("0", known=open_now)
    assert (talking.says, FLOW.steps["person"].kind) == (("to_person",), StepKind.PERSON)
    assert at("0", "", known=open_now).says == ("ask",)
    closed = at("0")
    assert closed.says == ("person_closed", "ask")
    assert at("2", "0").says == ("person_closed", "confirm")


def test_two_keys_at_once_are_no_choice() -> None:
    assert at("25").says[0] == "wrong_key"
    assert at("55").does == ()


def test_help_tells_of_the_keys_that_work_everywhere_after_the_first_try() -> None:
    assert at("").says == ("silence", "help", "ask")
    assert at("", "7").says == ("wrong_key", "ask")


def test_help_is_not_said_where_one_of_its_keys_means_something_else() -> None:
    reasons = at("1", "1")
    assert reasons.says == ("reasons",)
    assert hear(FLOW, Place("reasons", 3), "", Known(stars=1), Scale.STAR_5_BEST).says == ("silence", "reasons")


def test_a_language_is_asked_for_only_where_there_are_several() -> None:
    several = Known(languages=("zh-CN", "yue"))
    assert at(known=several).place == Place("language")
    assert at("2", known=several).does == (Speak("yue"),)
    assert at("3", known=several).says[0] == "wrong_key"
    assert at(known=Known(languages=("zh-CN",))).place == Place("ask")


def test_our_own_call_waits_for_a_key_before_it_asks() -> None:
    called = at(way="called")
    assert (called.place, called.says) == (Place("go_on"), ("called",))
    nobody = play(FLOW.ways.called, [], Known())
    assert (nobody[-1].says, nobody[-1].place) == ((), None)
    message = play(FLOW.ways.called, [], Known(holds=frozenset({Condition.LEAVES_MESSAGE})))
    assert message[-1].says == ("message",)
    assert at("1", way="called").says == ("greet_{kind}", "ask")
    assert at("2", way="called").does == (Ask(Does.NOT_ME),)
    assert at("3", way="called").does == (Ask(Does.OPT_OUT),)


def test_an_unknown_caller_keys_in_a_number_three_times_at_most() -> None:
    found = Known(holds=frozenset({Condition.FOUND}))
    assert at("1", "20261123", way="unknown").says == ("read_back",)
    assert at("1", "123", way="unknown").says[0] == "wrong_key"
    assert at("1", "20261123", "1", way="unknown", known=found).says == ("greet_{kind}", "ask")
    missed = at("1", "20261123", "1", way="unknown")
    assert missed.says == ("not_found",)
    again = ["1", "20261123", "1"] * 3
    assert at(*again, "1", way="unknown").says == ("nothing_to_rate",)


def test_the_last_key_that_a_call_can_have_still_rates() -> None:
    place = Place("ask", FLOW.most_turns)
    last = hear(FLOW, place, "2", Known(), Scale.STAR_5_BEST)
    assert (last.does, last.says, last.place) == ((Rate(2),), ("farewell",), None)
    assert hear(FLOW, place, "*", Known(), Scale.STAR_5_BEST).does == ()


def test_who_was_cut_off_goes_on_where_it_stopped() -> None:
    stopped = Known(stars=1, back=("ask", "confirm", "reasons"))
    assert begin(FLOW, FLOW.ways.resumed, stopped).says == ("resumed", "reasons")
