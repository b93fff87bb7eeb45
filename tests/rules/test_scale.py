"""The direction of the keys, and the reading of a script's own words for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.rules.scale import STAR_LABELS, Scale, is_bad
from hotline.rules.statement import stated_scale
from hotline.scripts import load_script

STARS, RANK = Scale.STAR_5_BEST, Scale.RANK_1_BEST


@pytest.mark.parametrize(("key", "stars"), [(1, 5), (2, 4), (3, 3), (4, 2), (5, 1)])
def test_rank_1_best_turns_the_key_round(key: int, stars: int) -> None:
    assert RANK.stars(key) == stars
    assert RANK.key(stars) == key


@pytest.mark.parametrize("key", [1, 2, 3, 4, 5])
def test_star_5_best_takes_the_key_as_it_is(key: int) -> None:
    assert STARS.stars(key) == key == STARS.key(key)


@pytest.mark.parametrize("scale", Scale)
@pytest.mark.parametrize("number", [-1, 0, 6, 9, 55])
def test_no_other_number_is_a_key_or_stars(scale: Scale, number: int) -> None:
    with pytest.raises(ValueError, match=f"key {number}"):
        scale.stars(number)
    with pytest.raises(ValueError, match=f"stars {number}"):
        scale.key(number)


def test_bad_is_one_and_two_stars() -> None:
    assert [stars for stars in STAR_LABELS if is_bad(stars)] == [2, 1]


def test_labels_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        STAR_LABELS[5] = "满意"  # type: ignore[index]


@pytest.mark.parametrize(
    ("sentence", "scale"),
    [
        ("非常满意请按1，满意请按2，一般请按3，不满意请按4，非常不满意请按5，重听请按0", RANK),
        ("非常滿意請按１，滿意請按２，基本滿意請按３，不滿意請按４，非常不滿意請按５。", RANK),
        ("如果您非常满意，请按五；满意，请按四；基本满意，请按三；不满意，请按二；非常不满意，请按一。", STARS),
        ("回复5非常满意 4满意 3基本满意 2不满意 1非常不满意", STARS),
        ("請回覆：5－非常滿意，4－滿意，3－基本滿意，2－不滿意，1－非常不滿意", STARS),
        ("直接回复1为非常满意，2为满意，3为一般，4为不满意，5为非常不满意", RANK),
        ("按1键表示非常满意，按2键表示满意，按3键表示基本满意，按4键表示不满意，按5键表示非常不满意", RANK),
        ("5分：非常满意；4分：满意；3分：基本满意；2分：不满意；1分：非常不满意", STARS),
        ("非常好请按1，好请按2，一般请按3，差请按4，非常差请按5", RANK),
        ("非常满意（5）、满意（4）、基本满意（3）、不满意（2）、非常不满意（1）", STARS),
        ("您于5月3日办理的业务（尾号12345）：5非常满意，4满意，3基本满意，2不满意，1非常不满意。5日内有效", STARS),
        ("您对服务的满意度如何？5️⃣非常满意，4️⃣满意，3️⃣基本满意，2️⃣不满意，1️⃣非常不满意。", STARS),
        ("请回复1至5的数字：1非常不满意，2不满意，3基本满意，4满意，5非常满意。", STARS),
        ("Reply 5 very satisfied, 4 satisfied, 3 fairly satisfied, 2 dissatisfied, 1 very dissatisfied", STARS),
        (
            "Very satisfied press 1, satisfied press 2, fair press 3, dissatisfied press 4, very dissatisfied press 5",
            RANK,
        ),
        (
            "Press 1 for very satisfied, 2 for satisfied, 3 for neutral, 4 for dissatisfied, 5 for very dissatisfied",
            RANK,
        ),
        ("5 = very good, 4 = good, 3 = average, 2 = poor, 1 = very poor", STARS),
    ],
)
def test_a_sentence_states_its_scale(sentence: str, scale: Scale) -> None:
    assert stated_scale(sentence) is scale


@pytest.mark.parametrize(
    "sentence",
    [
        "",
        "请回复1至5评价",
        "5非常满意，4满意，3基本满意，2不满意",
        "非常满意请按1，不满意请按5",
        "非常满意请按1，不满意请按2，基本满意请按3，满意请按4，非常不满意请按5",
        "5非常满意，4满意，3基本满意，1不满意，2非常不满意",
        "5非常满意，4满意，3基本满意，2不满意，1非常不满意。1非常满意",
        "5非常满意，4满意，3基本满意，2不满意，1非常不满意，6满意",
        "非常满意请按1，满意请按2，基本满意请按3，不满意请按4，非常不满意请按6",
        "非常满意，满意，基本满意，不满意，非常不满意：请按1、2、3、4、5",
        "5{x}非常满意，4满意，3基本满意，2不满意，1非常不满意",
        "您是否满意？5非常满意，4满意，3基本满意，2不满意，1非常不满意。如不满意请说明。",
        "5非常满意，4满意，3基本满意，2不满意，1非常不满意，5非常满意",
        "15非常满意，14满意，13基本满意，12不满意，11非常不满意",
        "very satisfied press 1, satisfied press 2, dissatisfied press 4, very dissatisfied press 5",
    ],
)
def test_a_sentence_with_a_pair_missing_or_disagreeing_states_none(sentence: str) -> None:
    assert stated_scale(sentence) is None


@given(st.permutations([1, 2, 3, 4, 5]))
def test_only_the_two_whole_directions_are_scales(keys: list[int]) -> None:
    pairs = zip(STAR_LABELS.values(), keys, strict=True)
    sentence = "，".join(f"{label}请按{key}" for label, key in pairs)
    directions: dict[tuple[int, ...], Scale] = {(5, 4, 3, 2, 1): STARS, (1, 2, 3, 4, 5): RANK}
    assert stated_scale(sentence) is directions.get(tuple(keys))


@given(st.text(max_size=300))
def test_reading_a_sentence_never_raises(sentence: str) -> None:
    assert stated_scale(sentence) in {None, *Scale}


@pytest.mark.parametrize("name", ["sms-stars", "phone-stars", "phone-rank"])
def test_the_scripts_that_come_with_it_say_the_scale_they_use(name: str) -> None:
    script = load_script(name)
    asked = "clarify" if script.channel == "sms" else "ask"
    for language in script.languages:
        assert stated_scale(str(script.words[language][asked])) is script.scale
