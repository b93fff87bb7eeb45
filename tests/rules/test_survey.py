"""The voice menu as a machine: whatever is pressed it ends, and it never rates without a key from 1 to 5."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hotline.rules.scale import Scale
from hotline.rules.survey import MOST_REPEATS, MOST_TRIES, Next, Node, Place, answer

ANY_KEYS = st.one_of(st.sampled_from(["", "*", "#", "0", "6", "9", "55", "1#", "*5", "１", "五"]), st.text(max_size=4))
RATING_KEYS = st.sampled_from(["1", "2", "3", "4", "5"])
SCALES = st.sampled_from(list(Scale))


def play(keys: list[str], scale: Scale) -> list[Next]:
    """Every step of a call on which these keys are pressed; after them the line stays silent."""
    place, steps = Place(), []
    for key in [*keys, *[""] * MOST_TRIES]:
        step = answer(place, key, scale)
        steps.append(step)
        if step.node is not Node.ASK:
            return steps
        place = step.place
    raise AssertionError("the call goes on for ever")


@given(st.lists(ANY_KEYS | RATING_KEYS | st.just("*"), max_size=40), SCALES)
@example(["*"] * 40, Scale.STAR_5_BEST)
def test_every_call_ends_within_a_bound(keys: list[str], scale: Scale) -> None:
    assert len(play(keys, scale)) <= MOST_TRIES + MOST_REPEATS


@given(st.lists(ANY_KEYS | RATING_KEYS, max_size=40), SCALES)
def test_it_rates_exactly_what_a_rating_key_says_and_never_otherwise(keys: list[str], scale: Scale) -> None:
    steps = play(keys, scale)
    *before, last = steps
    assert all(step.stars is None for step in before)
    pressed = (keys + [""] * MOST_TRIES)[len(steps) - 1]
    if last.node is Node.RATED:
        assert pressed in set("12345")
        assert last.stars == scale.stars(int(pressed))
    else:
        assert last.node is Node.GIVEN_UP
        assert last.stars is None
        assert pressed not in set("12345")


@given(st.lists(ANY_KEYS, max_size=40), SCALES)
def test_each_asking_has_a_turn_of_its_own(keys: list[str], scale: Scale) -> None:
    """A replayed webhook is known by its turn, so no two askings of a call may share one."""
    turns = [1] + [step.place.turn for step in play(keys, scale) if step.node is Node.ASK]
    assert turns == list(range(1, len(turns) + 1))


@given(st.lists(ANY_KEYS, max_size=40), SCALES)
def test_it_complains_at_most_twice_and_says_something_every_time(keys: list[str], scale: Scale) -> None:
    steps = play(keys, scale)
    complaints = [step for step in steps if {"silence", "wrong_key"} & set(step.sentences)]
    assert len(complaints) <= MOST_TRIES - 1
    assert all(step.sentences or step.node is Node.RATED for step in steps)


@pytest.mark.parametrize("scale", Scale)
@pytest.mark.parametrize("key", [1, 2, 3, 4, 5])
def test_a_key_means_what_the_scale_says(scale: Scale, key: int) -> None:
    assert answer(Place(), str(key), scale).stars == (key if scale is Scale.STAR_5_BEST else 6 - key)
