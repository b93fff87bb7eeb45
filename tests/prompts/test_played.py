"""What a citizen hears: the prompt where there is one, the carrier's own voice where not; and how it is fetched."""

from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from flask import Flask
from twilio.twiml.voice_response import VoiceResponse

from hotline import create_app
from hotline.carriers.base import Listen, Play, Say
from hotline.flows import load_flow
from hotline.prompts.folder import PromptFolder, digest_of
from hotline.prompts.wanted import Menu, prompts_of
from hotline.scripts import load_script
from hotline.services import Services
from hotline.settings import Settings
from tests.cast import WANG, Feed, Twilio, on_sqlite, sid
from tests.prompts.tones import tone, wav
from tests.twiml import check

pytestmark = on_sqlite


@pytest.fixture
def settings(make_settings: Callable[..., Settings], tmp_path: Path) -> Settings:
    return make_settings(prompts=tmp_path / "prompts")


@pytest.fixture
def sound(house: Services) -> bytes:
    """What every sentence of the menu that can be a prompt sounds like."""
    made = wav(tone(), 0.2, 8000)
    assert house.prompts is not None
    menu = Menu(load_script("phone-stars"), load_flow("survey"), house.policy)
    for prompt in prompts_of(menu, ("zh-CN",), slow=False):
        _keep(house.prompts, made, prompt.language, prompt.slow, prompt.text)
    return made


def _keep(folder: PromptFolder, made: bytes, language: str, slow: bool, text: str) -> str:
    digest = digest_of("a voice", language, slow, text)
    folder.keep(digest, made)
    folder.play_from(digest, language, slow, text)
    return digest


def plays(body: str) -> list[str]:
    return [play.text or "" for play in ElementTree.fromstring(body).iter("Play")]


def test_the_question_is_played_and_the_greeting_with_its_facts_is_said(
    app: Flask, twilio: Twilio, feed: Feed, sound: bytes
) -> None:
    feed.transaction()
    call_sid = sid("CA")
    asked = twilio.rings(WANG, call_sid)
    assert [said for said in asked.said if "请按" in said] == []
    assert "社会保障卡申领" in asked.said[0]
    (url,) = plays(asked.body)
    with app.test_client().get(url.removeprefix("http://hotline.test")) as fetched:
        assert (fetched.status_code, fetched.data) == (200, sound)
    thanked = twilio.press(asked, call_sid, "5")
    assert (len(plays(thanked.body)), thanked.said, thanked.hangs_up) == (1, (), True)


def test_from_an_empty_folder_nothing_is_played(twilio: Twilio, feed: Feed) -> None:
    feed.transaction()
    asked = twilio.rings(WANG, sid("CA"))
    assert (plays(asked.body), len(asked.said)) == ([], 2)


def test_a_sound_is_fetched_once_and_kept_for_ever(app: Flask, house: Services, sound: bytes) -> None:
    assert house.prompts is not None
    path = f"/prompts/{_keep(house.prompts, sound, 'en', True, 'Hello.')}.wav"
    client = app.test_client()
    with client.get(path) as answer:
        assert (answer.status_code, answer.mimetype, answer.data) == (200, "audio/wav", sound)
    kept = {part.strip() for part in answer.headers["Cache-Control"].split(",")}
    assert kept == {"public", "max-age=31536000", "immutable"}
    assert "Set-Cookie" not in answer.headers
    with client.get(path, headers={"If-None-Match": answer.headers["ETag"]}) as again:
        assert (again.status_code, again.data) == (304, b"")
    with client.head(path) as known:
        assert (known.status_code, known.content_length) == (200, len(sound))
    assert client.post(path).status_code == 405


def test_anything_else_is_not_found(app: Flask, house: Services, sound: bytes, tmp_path: Path) -> None:
    assert house.prompts is not None
    digest = _keep(house.prompts, sound, "en", True, "Hello.")
    (tmp_path / "secret.wav").write_bytes(b"secret")
    client = app.test_client()
    for name in (
        "0" * 64,
        digest.upper(),
        digest[1:],
        "../secret",
        "%2e%2e%2fsecret",
        "..%2Fsecret",
        "secret",
        "x" * 5000,
    ):
        assert client.get(f"/prompts/{name}.wav").status_code == 404, name
    for path in (f"/prompts/{digest}", f"/prompts/{digest}.mp3", "/prompts/", f"/prompts/sentences/{digest}.wav"):
        assert client.get(path).status_code == 404, path


def test_a_house_without_prompts_gives_none_out(make_settings: Callable[..., Settings]) -> None:
    app = create_app(make_settings())
    assert app.test_client().get(f"/prompts/{'0' * 64}.wav").status_code == 404
    app.extensions["hotline"].database.engine.dispose()


def test_twilio_may_play_inside_of_a_question_and_outside(house: Services) -> None:
    play = Play("http://hotline.test/prompts/1.wav")
    speech = (play, Listen((Say("您好。", "zh-CN"), play), 1, 5, "http://hotline.test/k"))
    root = ElementTree.fromstring(house.voice_carrier.render(speech).body)
    check(root, VoiceResponse)
    assert [verb.tag for verb in root.iter()] == ["Response", "Play", "Gather", "Say", "Play", "Redirect"]
