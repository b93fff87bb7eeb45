"""Signs of manipulation: from which figure on each is pointed out, and that its sentence says the figure."""

from dataclasses import replace

import pytest
from pydantic import ValidationError

from hotline.policies import load_policy
from hotline.rules.signals import SENTENCES, ExtensionRange, RatingFacts, Sign, SignalsPolicy, signals

RULES = load_policy("default").signals
QUIET = RatingFacts(of_phone=4, of_staff=9, of_window=9, phones_with_words=2, key_after=1.0, flags=frozenset({"late"}))


def test_below_every_figure_nothing_is_pointed_out() -> None:
    assert signals(QUIET, RULES) == ()


@pytest.mark.parametrize(
    ("change", "sign", "figure"),
    [
        ({"is_staff_phone": True}, Sign.STAFF_PHONE, ""),
        ({"is_extension": True}, Sign.EXTENSION, ""),
        ({"of_phone": 5}, Sign.MANY_OF_PHONE, "5 条"),
        ({"of_staff": 10}, Sign.BURST_STAFF, "10 条"),
        ({"of_window": 12}, Sign.BURST_WINDOW, "12 条"),
        ({"phones_with_words": 3}, Sign.SAME_WORDS, "3 个号码"),
        ({"key_after": 0.94}, Sign.QUICK_KEY, "0.9 秒"),
        ({"flags": frozenset({"before_completion"})}, Sign.EARLY, ""),
        ({"flags": frozenset({"other_phone"})}, Sign.OTHER_PHONE, ""),
        ({"flags": frozenset({"registered_rater"})}, Sign.REGISTERED, ""),
    ],
)
def test_each_sign_from_its_figure_on(change: dict[str, object], sign: Sign, figure: str) -> None:
    (signal,) = signals(replace(QUIET, **change), RULES)  # type: ignore[arg-type]
    assert signal.sign is sign
    assert figure in signal.zh
    assert "{" not in signal.zh + signal.en
    assert signal.en


def test_every_sign_has_its_sentence() -> None:
    assert set(SENTENCES) == set(Sign)


def test_a_range_of_extensions_holds_its_ends_and_nothing_longer() -> None:
    numbers = ExtensionRange(first="+8643264800000", last="+8643264809999")
    inside = [number for number in ("+8643264800000", "+8643264809999") if numbers.has(number)]
    outside = [number for number in ("+8643264810000", "+86432648000001", "+864326480000") if numbers.has(number)]
    assert (len(inside), outside) == (2, [])
    with pytest.raises(ValidationError, match="last"):
        SignalsPolicy(**RULES.model_dump() | {"extensions": [{"first": "+8643264810000", "last": "+8643264800000"}]})
