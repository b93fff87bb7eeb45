"""Flow files: the shipped one is sound, and every way in which one can be wrong is named."""

import re
import tomllib
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from hotline.errors import SettingsError
from hotline.flows import flow_names, load_flow
from hotline.rules.flow import Flow
from hotline.rules.flow_faults import faults

SHIPPED = tomllib.loads((files("hotline.flows") / "survey.toml").read_text(encoding="utf-8"))


def changed(change: Callable[[dict[str, Any]], object]) -> list[str]:
    """What is wrong with the shipped flow after that change."""
    document = tomllib.loads((files("hotline.flows") / "survey.toml").read_text(encoding="utf-8"))
    change(document)
    return faults(Flow.model_validate(document | {"name": "survey"}))


@pytest.mark.parametrize("name", flow_names())
def test_what_comes_with_the_product_is_sound(name: str) -> None:
    assert load_flow(name).languages == ("zh-CN", "zh-Hant", "yue", "en")


@pytest.mark.parametrize(
    ("language", "star"), [("zh-CN", "星号键"), ("zh-Hant", "星號鍵"), ("yue", "星號鍵"), ("en", "star")]
)
def test_a_sign_is_told_in_the_letters_of_its_language(language: str, star: str) -> None:
    assert load_flow("survey").keys_told(language)["repeat"] == star


def _say(language: str, name: str, text: str) -> Callable[[dict[str, Any]], object]:
    return lambda document: document["prompts"][language].update({name: text})


def _step(name: str, **values: Any) -> Callable[[dict[str, Any]], object]:
    return lambda document: document["steps"].setdefault(name, {}).update(values)


def _without(*path: str) -> Callable[[dict[str, Any]], object]:
    def change(document: dict[str, Any]) -> None:
        for part in path[:-1]:
            document = document[part]
        del document[path[-1]]

    return change


def _key(step: str, place: int, **values: Any) -> Callable[[dict[str, Any]], object]:
    return lambda document: document["steps"][step]["choices"][place].update(values)


WRONG: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "no such step": (_step("ask", then="nowhere"), "ask: leads to nowhere, which is no step"),
    "no such way": (lambda d: d["ways"].update(known="nowhere"), "ways: nowhere is no step"),
    "no way on": (_without("steps", "ask", "then"), "ask: has no then"),
    "no end for the silent": (_without("steps", "wish", "given_up"), "wish: has no given_up"),
    "dead end": (
        lambda d: d["steps"].update(trap={"kind": "say", "then": "trap"}) or d["ways"].update(rated="trap"),
        "trap: no way leads from there to an end",
    ),
    "silent loop": (_step("ask", given_up="greet"), "ask: a caller who presses nothing never leaves"),
    "not reachable": (_step("island", kind="end"), "island: nothing leads there"),
    "menu without a choice": (_step("confirm", choices=[]), "confirm: a menu without a choice"),
    "key twice": (_key("confirm", 1, key="1"), "confirm: key 1 is there twice"),
    "key of the scale": (
        _step("ask", choices=[{"name": "skip", "key": "5", "then": "unrated"}]),
        "ask: key 5 means something else there",
    ),
    "one name, two keys": (_key("not_found", 0, key="3"), "not_found: number has another key at another step"),
    "key not spoken": (
        _say("en", "confirm", "Your rating is: {label}. To confirm press {yes}."),
        "confirm: en does not say the key of again",
    ),
    "key spoken and not there": (
        _say("zh-CN", "confirm", "您的评价是：{label}。确认请按{yes}，重新选择请按{again}，其他请按{other}。"),
        "confirm: zh-CN names other, which is not there",
    ),
    "common key not told": (
        _say("zh-CN", "help", "重听请按{repeat}，返回上一步请按{back}，找人工请按{person}。"),
        "help: zh-CN does not say the key of slower",
    ),
    "a key in the words": (
        _say("zh-CN", "comment", "愿意说说情况请按1，不说请按{skip}{speak}。您说的话会录音。"),
        "prompts.zh-CN.comment: holds what may be taken for a key or a level: 1",
    ),
    "another scale in the words": (
        _say("en", "farewell", "Press 1 for very satisfied. Goodbye."),
        "prompts.en.farewell: holds what may be taken for a key or a level",
    ),
    "no words": (_without("prompts", "en", "wish"), "prompts.en: wish is missing"),
    "words said nowhere": (_say("en", "joke", "A joke."), "prompts.en: joke is said nowhere"),
    "recording unsaid": (
        _say("zh-CN", "record", "请在提示音后讲话，最长{seconds}秒，讲完请按井号键。"),
        "record: zh-CN does not say that it records",
    ),
    "a carrier's word": (_say("en", "farewell", "Say STOP. Goodbye."), "prompts.en.farewell: STOP is a word that"),
    "a list unsaid": (_say("en", "which", "You can rate several services."), "which: en does not say the list"),
    "an entry without its key": (
        _say("en", "which_entry_transaction", "{item}."),
        "prompts.en.which_entry_transaction: must name date and item and key, and nothing else",
    ),
    "a common key of the scale": (lambda d: d["common"].update({"5": "person"}), "common: 5 cannot work everywhere"),
    "a verb twice": (lambda d: d["common"].update({"9": "repeat"}), "common: repeat has two keys"),
    "an end that is none": (lambda d: d.update(exhausted="person_closed"), "exhausted: person_closed must lead to an"),
    "an end that listens": (lambda d: d.update(exhausted="ask"), "exhausted: ask must lead to an end by itself"),
    "silence that leads back": (_step("ask", given_up="person_closed"), "ask: a caller who presses nothing never"),
    "a fact of what is not known": (
        _say("zh-CN", "unknown", "评价{item}，按编号请按{number}，留言请按{message}。"),
        "unknown: names item, and it may not be known there what is rated",
    ),
    "a question about nothing": (_key("unknown", 0, then="ask"), "ask: it may not be known there what is rated"),
    "a rating before there is one": (
        _say("en", "called", "{label} {go_on} {not_me} {opt_out}"),
        'go_on: names label, and must say when = "rated" or "bad"',
    ),
    "a fact in the help": (
        _say("en", "help", "{item} {repeat} {back} {slower} {person}"),
        "help: en names item, which is not there",
    ),
    "a common key told and not there": (
        lambda d: d["common"].pop("0"),
        "help: zh-CN names person, which is not there",
    ),
    "keys of the scale unsaid": (_step("ask", says=["resumed"]), "ask: does not say the keys: ask"),
    "keys of the scale said elsewhere": (_step("resumed", says=["resumed", "ask"]), "resumed: says the keys of"),
    "words for agents": (
        _step("resumed", says=["resumed", "agent_whisper"]),
        "resumed: agent_whisper is said to agents",
    ),
    "a brace alone": (_say("en", "farewell", "Goodbye}."), "prompts.en.farewell: is empty, or has a brace"),
    "what XML cannot hold": (_say("en", "farewell", "Good\bbye."), "prompts.en.farewell: holds a control code"),
    "more than can be said": (
        _say("en", "farewell", "Bye. " * 201),
        "prompts.en.farewell: holds a control code, or is",
    ),
    "a name that is taken": (_key("confirm", 0, name="label"), "confirm: no choice can be called label"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_named(case: str) -> None:
    change, expected = WRONG[case]
    found = changed(change)
    assert any(fault.startswith(expected) for fault in found), found


def test_a_file_of_ones_own_is_laid_over_the_shipped_one(tmp_path: Path) -> None:
    path = tmp_path / "city.toml"
    path.write_text('extends = "survey"\nversion = 7\ntries = 2\n', encoding="utf-8")
    flow = load_flow(str(path))
    assert (flow.id, flow.tries, len(flow.steps)) == ("city@7", 2, len(SHIPPED["steps"]))


@pytest.mark.parametrize("language", ["", ".zh-CN"])
def test_what_the_how_to_shows_can_be_used(language: str, tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "how-to" / f"voice-menu{language}.md").read_text(encoding="utf-8")
    shown = re.findall(r'^ *```toml\n( *extends = "survey".*?)```', page, re.DOTALL | re.MULTILINE)
    for number, text in enumerate(shown):
        path = tmp_path / f"{number}.toml"
        path.write_text(text, encoding="utf-8")
        assert load_flow(str(path)).languages == load_flow("survey").languages
    assert len(shown) == 2


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("tries = = 2", "city.toml"),
        ('extends = "survey"\n[steps."Ask me"]\nkind = "end"\n', r"steps\.Ask me"),
        ('extends = "survey"\ntries = 9\n', "tries: Input should be less than or equal to 5"),
        ('extends = "survey"\nflavour = "sweet"\n', "flavour: Extra inputs are not permitted"),
        ('extends = "survey"\n[steps.ask]\nthen = "nowhere"\n', "ask: leads to nowhere"),
    ],
)
def test_a_file_that_cannot_be_is_refused_by_name(text: str, named: str, tmp_path: Path) -> None:
    path = tmp_path / "city.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=named):
        load_flow(str(path))


def test_a_file_whose_name_no_call_could_keep_is_refused(tmp_path: Path) -> None:
    path = tmp_path / f"{'a' * 49}.toml"
    path.write_text('extends = "survey"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match="name: String should have at most 48"):
        load_flow(str(path))


def test_a_flow_that_is_not_there_is_named() -> None:
    with pytest.raises(SettingsError, match="no such flow"):
        load_flow("none")
