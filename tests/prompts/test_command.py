"""`hotline prompts`: from the list for the actor to the sound that the carrier plays, and what goes wrong between."""

import csv
import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotline.actions.wording import save_draft
from hotline.cli import hotline
from hotline.clock import utc_now
from hotline.database import Database
from hotline.errors import NotFound, SettingsError
from hotline.scripts import load_script
from tests.cast import on_sqlite
from tests.prompts.tones import tone, wav

pytestmark = on_sqlite


@pytest.fixture
def run(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOTLINE_DATABASE_URL", database_url)
    monkeypatch.setenv("HOTLINE_PROMPTS", "prompts")
    return lambda *words: CliRunner().invoke(hotline, ["prompts", *words])


@pytest.fixture
def actor(run: Callable[..., Result], tmp_path: Path) -> Path:
    """An actor who recorded every English sentence."""
    folder = tmp_path / "actor"
    folder.mkdir()
    (folder / "voice.toml").write_text(run("list", "--language", "en", "--manifest").output, encoding="utf-8")
    for row in csv.DictReader(io.StringIO(run("list", "--language", "en", "--csv").output.removeprefix("\ufeff"))):
        assert row["语言 language"] == "en"
        (folder / row["文件 file"]).write_bytes(wav(tone(), 0.2, 8000))
    return folder


def test_what_the_actor_recorded_from_the_list_is_rendered_whole_and_kept(
    run: Callable[..., Result], actor: Path
) -> None:
    count = len(list(actor.glob("*.wav")))
    assert count > 30
    first = run("render", "--voice", str(actor), "--language", "en")
    assert (first.exit_code, f"{count} rendered, 0 kept, 0 failed" in first.output) == (0, True), first.output
    again = run("render", "--voice", str(actor), "--language", "en")
    assert (again.exit_code, f"0 rendered, {count} kept, 0 failed" in again.output) == (0, True), again.output
    assert "✓" in run("list", "--language", "en").output
    assert "✓" not in run("list", "--language", "zh-CN").output


def test_what_could_not_be_rendered_is_named_with_its_reason_and_the_command_fails(
    run: Callable[..., Result], actor: Path
) -> None:
    count = len(list(actor.glob("*.wav")))
    (actor / "en-ask.wav").unlink()
    refused = run("render", "--voice", str(actor), "--language", "en", "--slow")
    assert refused.exit_code == 1
    assert f"{count - 1} rendered, 0 kept, {count + 2} failed" in refused.output  # all slow ones, the simple one too
    assert "en-ask.wav: cannot be read" in refused.output
    assert "actor has not recorded it" in refused.output


def test_wording_can_be_made_ready_before_it_is_activated(run: Callable[..., Result], database_url: str) -> None:
    """By the number of its version; one with faults is refused."""
    for text, expected in (("We did not hear you press a key.", 0), ("Press 1 for very satisfied.", 1)):
        made = load_script("phone-stars").model_dump(mode="json", include={"channel", "scale", "words"})
        made["words"]["en"]["silence"] = text
        database = Database(database_url)
        with database.write() as session:
            row = save_draft(session, "phone-stars", made, "clearer", "admin", utc_now())
        database.engine.dispose()
        listed = run("list", "--language", "en", "--csv", "--version", str(row.version))
        assert (listed.exit_code, text in listed.output) == (expected, not expected)
    assert str(listed.exception) == "--version: phone-stars@102 still has faults"
    assert "press a key" not in run("list", "--language", "en", "--csv").output
    assert isinstance(run("list", "--version", "199").exception, NotFound)


def test_a_bar_shows_how_far_it_is_to_who_sits_at_a_terminal(actor: Path, tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "hotline", "prompts", "render", "--voice", str(actor), "--language", "en"]
    ran = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=theirs, timeout=60, check=False, env=os.environ | {"TERM": "xterm"}
    )
    os.close(theirs)
    shown = os.read(ours, 100_000).decode("utf-8", "replace")
    os.close(ours)
    assert ran.returncode == 0
    assert (count := len(list(actor.glob("*.wav")))) > 30
    assert f"{count}/{count}" in shown


def test_wrong_use_is_said_by_name(run: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    strange = run("list", "--language", "fr")
    assert (strange.exit_code, "fr: the policy has zh-CN" in strange.output) == (2, True)
    with pytest.raises(SettingsError, match="--voice: cannot read"):
        raise run("render", "--voice", str(tmp_path)).exception or AssertionError
    monkeypatch.delenv("HOTLINE_PROMPTS")
    with pytest.raises(SettingsError, match="HOTLINE_PROMPTS"):
        raise run("render").exception or AssertionError
