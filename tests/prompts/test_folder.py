"""The folder: names that say all a sound depends on, files that never change, and nothing else is ever given out."""

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline import files
from hotline.prompts import folder as module
from hotline.prompts.folder import PromptFolder, digest_of

ASK = ("zh-CN", False, "请按键。")


@pytest.fixture
def folder(tmp_path: Path) -> PromptFolder:
    return PromptFolder(tmp_path / "prompts")


def test_the_name_of_a_file_depends_on_all_that_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {
        digest_of(voice, language, slow, text)
        for voice, language, slow, text in itertools.product(("a", "b"), ("zh-CN", "en"), (True, False), ("1", "2"))
    }
    monkeypatch.setattr(module, "RENDERER", module.RENDERER + 1)
    assert len(names | {digest_of("a", "zh-CN", False, "1")}) == 17


def test_a_sentence_is_played_from_the_file_that_was_rendered_last(folder: PromptFolder) -> None:
    assert folder.find(*ASK) is None
    for voice in ("espeak", "an actor"):
        digest = digest_of(voice, *ASK)
        folder.keep(digest, voice.encode())
        folder.play_from(digest, *ASK)
        assert folder.find(*ASK) == digest
    assert folder.find("zh-CN", True, ASK[2]) is None
    assert folder.find("en", False, ASK[2]) is None
    first = folder.file(digest_of("espeak", *ASK))
    assert first is not None
    assert first.read_bytes() == b"espeak"  # a carrier may still ask for it


def test_a_file_that_is_there_is_never_changed(folder: PromptFolder) -> None:
    digest = digest_of("espeak", *ASK)
    folder.keep(digest, b"first")
    folder.keep(digest, b"second")
    path = folder.file(digest)
    assert path is not None
    assert path.read_bytes() == b"first"
    assert path.stat().st_mode & 0o777 == 0o644  # the web process may be another user


def test_a_write_that_fails_leaves_nothing(
    folder: PromptFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        folder.keep(digest_of("espeak", *ASK), b"sound")
    assert [path for path in (tmp_path / "prompts").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("written", [b"", b"\xff", b"0" * 64, b"../" * 21 + b"x", digest_of("gone", *ASK).encode()])
def test_a_pointer_to_nothing_is_as_good_as_none(folder: PromptFolder, tmp_path: Path, written: bytes) -> None:
    folder.play_from(digest_of("espeak", *ASK), *ASK)
    (pointer,) = (path for path in (tmp_path / "prompts").rglob("*") if path.is_file())
    pointer.write_bytes(written)
    assert folder.find(*ASK) is None


@given(st.text(max_size=80) | st.from_regex(r"(\.\./)*(prompts/)?[0-9a-f]{60,66}", fullmatch=True))
def test_nothing_but_a_name_of_a_sound_file_is_given_out(asked: str) -> None:
    path = PromptFolder(Path("/")).file(asked)
    assert path is None


def test_files_beside_the_sounds_are_not_given_out(folder: PromptFolder, tmp_path: Path) -> None:
    folder.keep(digest_of("espeak", *ASK), b"sound")
    for name in ("secret", "A" * 64, digest_of("espeak", *ASK)[:63], f"{'0' * 63}\n"):
        (tmp_path / "prompts" / f"{name}.wav").write_bytes(b"secret")
        assert folder.file(name) is None
    (tmp_path / f"{'a' * 64}.wav").write_bytes(b"outside")
    assert folder.file("../" + "a" * 64) is None
