"""What agents may say, and why a case is in front of them: whole for every state and reason, and filled in."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hotline.errors import SettingsError
from hotline.guides import load_guide
from hotline.rules.casework import OPEN, CaseState, Rung
from hotline.rules.guide import FACTS, suggest
from hotline.rules.reasons import REASONS
from hotline.rules.why_now import Situation, Why, why_now

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
FACTS_OF_WANG = {
    "city": "吉林市",
    "hotline": "12345",
    "item": "社会保障卡申领",
    "date": "11月23日",
    "level": "非常不满意",
}


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_guide_has_words_for_every_state_and_reason_with_no_fact_left_open(language: str) -> None:
    guide = load_guide("default")
    assert set(FACTS_OF_WANG) == FACTS
    for state in OPEN:
        for reasons in REASONS.values():
            said = suggest(guide, language, state, [reason.code for reason in reasons], FACTS_OF_WANG)
            assert len(said.reasons) == len(reasons)
            spoken = (
                *said.opening,
                *said.reasons,
                *said.verify,
                *said.state,
                *said.closing,
                *dict(said.moments).values(),
            )
            assert all(sentence and "{" not in sentence for sentence in spoken)
    assert "社会保障卡申领" in said.opening[0]
    assert "12345" in said.closing[-1]
    assert suggest(guide, language, CaseState.OPENED, ["999"], FACTS_OF_WANG).reasons == ()


def city_guide(tmp_path: Path, text: str) -> str:
    path = tmp_path / "city.toml"
    path.write_text(f'extends = "default"\n{text}', encoding="utf-8")
    return str(path)


def test_a_city_changes_only_what_differs(tmp_path: Path) -> None:
    guide = load_guide(city_guide(tmp_path, '[words.zh-CN]\nopening = ["您好，{city}。"]'))
    said = suggest(guide, "zh-CN", CaseState.OPENED, [], FACTS_OF_WANG)
    assert said.opening == ("您好，吉林市。",)
    assert said.closing == suggest(load_guide("default"), "zh-CN", CaseState.OPENED, [], FACTS_OF_WANG).closing


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[words.zh-CN]\nopening = ["您好，{phone}。"]', "names phone"),
        ("[words.zh-CN]\nopening = []", "at least 1"),
        ('[words.zh-CN]\nclosing = ["  "]', "a sentence of"),
        ('[words.zh-CN.reasons]\n999 = "？"', "999"),
        ("[words.en]\nmoments = []", "moments"),
        ('[words.yue]\nopening = ["喂。"]', "words.yue"),
    ],
)
def test_a_guide_that_could_not_be_read_out_does_not_load(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(SettingsError, match=why):
        load_guide(city_guide(tmp_path, text))


@pytest.mark.parametrize(
    ("case", "whys"),
    [
        (Situation(CaseState.OPENED, tried=False), (Why.NEW,)),
        (Situation(CaseState.OPENED, tried=True), (Why.NOT_REACHED,)),
        (Situation(CaseState.OPENED, tried=False, due_at=NOW), (Why.OVERDUE, Why.NEW)),
        (Situation(CaseState.OPENED, tried=False, due_at=NOW + timedelta(hours=3)), (Why.DUE_SOON, Why.NEW)),
        (Situation(CaseState.OPENED, tried=False, due_at=NOW + timedelta(hours=5)), (Why.NEW,)),
        (
            Situation(CaseState.RECTIFYING, tried=True, due_at=NOW, rung=Rung.DEPUTY_LEADER),
            (Why.ESCALATED, Why.OVERDUE, Why.GOES_ON),
        ),
        (Situation(CaseState.CONTACTED, tried=True, call_at=NOW), (Why.TIME_COME, Why.GOES_ON)),
        (Situation(CaseState.CONTACTED, tried=True, call_at=NOW + timedelta(minutes=1)), (Why.GOES_ON,)),
        (Situation(CaseState.APPEALED, tried=True), (Why.HEAR,)),
        (Situation(CaseState.CENTRE_CALLBACK, tried=True, second_stars=1), (Why.BAD_AGAIN,)),
        (Situation(CaseState.CENTRE_CALLBACK, tried=True), (Why.NOT_RATED_AGAIN,)),
        (Situation(CaseState.CLOSED, tried=True), ()),
    ],
)
def test_why_a_case_is_in_front_of_somebody(case: Situation, whys: tuple[Why, ...]) -> None:
    assert why_now(case, NOW) == whys
    assert whys or case.state is CaseState.CLOSED
