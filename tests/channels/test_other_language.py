"""A language that neither product nor carrier has: its words in the city's own flow file, its voice in sound files."""

import json
from pathlib import Path
from typing import Any

import pytest

from hotline.errors import SettingsError
from hotline.flows import load_flow
from hotline.prompts.folder import PromptFolder, digest_of
from hotline.prompts.wanted import Menu, prompts_of
from hotline.scripts import load_script
from hotline.services import Services, _check_scripts
from hotline.tables import Call, Rating
from tests.cast import WANG, Feed, Twilio, on_sqlite, only, sid
from tests.prompts.tones import tone, wav

SCRIPT = load_script("phone-stars")


def flow_file(path: Path, **changed: str) -> Path:
    """The shipped flow with 闽南语 (nan) in addition, its words those of zh-CN but for a mark in front."""
    prompts = {name: f"闽{text}" for name, text in load_flow("survey").prompts["zh-CN"].items()}
    words: dict[str, Any] = {
        name: f"闽{text}" if isinstance(text, str) and name not in ("ask", "ask_simple") else text
        for name, text in SCRIPT.words["zh-CN"].items()
    } | changed
    lines = ['extends = "survey"', "[prompts.nan]"]
    lines += [f"{name} = {json.dumps(text, ensure_ascii=False)}" for name, text in prompts.items()]
    lines += ["[words.nan]"]
    lines += [f"{name} = {json.dumps(text, ensure_ascii=False)}" for name, text in words.items() if name != "labels"]
    lines += ["[words.nan.labels]"] + [f'{stars} = "{label}"' for stars, label in words["labels"].items()]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def city(house: Services, tmp_path: Path) -> Services:
    """A city that lets its callers choose 闽南语, and has it recorded."""
    flow = flow_file(tmp_path / "city.toml")
    phone = house.policy.phone.model_copy(update={"flow": str(flow), "choose_language": ("zh-CN", "nan")})
    signature = {**house.policy.signature, "nan": "吉林市政务服务"}
    policy = house.policy.model_copy(update={"phone": phone, "signature": signature})
    folder = PromptFolder(tmp_path / "prompts")
    for prompt in prompts_of(Menu(SCRIPT, load_flow(str(flow)), policy), ("nan",), slow=False):
        digest = digest_of("an actor", prompt.language, prompt.slow, prompt.text)
        folder.keep(digest, wav(tone(), 0.1, 8000))
        folder.play_from(digest, prompt.language, prompt.slow, prompt.text)
    object.__setattr__(house, "policy", policy)
    object.__setattr__(house, "prompts", folder)
    return house


@on_sqlite
def test_it_is_offered_played_from_its_files_and_rated_in(city: Services, feed: Feed, twilio: Twilio) -> None:
    _check_scripts(city.policy)
    feed.transaction()
    asked = twilio.rings(WANG, call_sid := sid("CA"))
    assert asked.said == ("普通话请按1。", "闽普通话请按2。")
    question = twilio.press(asked, call_sid, "2")
    assert question.said[0].startswith(
        "闽您好，这里是吉林市政务服务。请您评价11月23日办理的"
    )  # its facts are this call's
    assert (question.body.count("<Play>"), question.languages) == (1, {"cmn-CN"})
    thanks = twilio.press(question, call_sid, "5")
    assert (thanks.body.count("<Play>"), thanks.said, thanks.hangs_up) == (1, (), True)
    assert (only(city, Rating).stars, only(city, Call).language) == (5, "nan")


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"ask": "非常满意请按1，满意请按5。"}, "words.nan: ask does not say the scale"),
        ({"thanks_good": ""}, "words.nan: thanks_good is empty"),
        ({"jest": "说笑"}, "words.nan: jest is no sentence of this channel"),
    ],
)
def test_what_is_wrong_with_its_words_is_named(changed: dict[str, str], named: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=named):
        load_flow(str(flow_file(tmp_path / "city.toml", **changed)))


@on_sqlite
def test_its_keys_must_be_those_of_the_script(city: Services, tmp_path: Path) -> None:
    """Sound in itself, and the other way round than what the city's script means by a key."""
    turned = {name: str(load_script("phone-rank").words["zh-CN"][name]) for name in ("ask", "ask_simple")}
    flow = flow_file(tmp_path / "turned.toml", **turned)
    phone = city.policy.phone.model_copy(update={"flow": str(flow)})
    with pytest.raises(SettingsError, match=r"words\.nan: ask does not say the scale star_5_best"):
        _check_scripts(city.policy.model_copy(update={"phone": phone}))
