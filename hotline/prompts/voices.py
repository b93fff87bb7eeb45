"""Who speaks a prompt: a voice, such as an actor's recordings; and several of them, the first that can."""

import hashlib
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hotline.errors import BadInput, NotFound, SettingsError
from hotline.prompts.sound import Sound, read_wav

MANIFEST = "voice.toml"


class Voice(Protocol):
    """`name`: what it is called in a list. Both verbs raise NotFound for a sentence that this voice does not speak,
    and BadInput for one that it should speak, and cannot."""

    name: str

    def identity(self, text: str, language: str, slow: bool) -> str:
        """What the sound depends on beside the sentence: whenever it would sound otherwise, this is another."""

    def speak(self, text: str, language: str, slow: bool) -> Sound: ...


class _Manifest(BaseModel):
    """`normal[language][sentence]` and `slow[language][sentence]` = the file in which it is spoken."""

    model_config = ConfigDict(extra="forbid")

    normal: dict[str, dict[str, str]] = Field(default_factory=dict)
    slow: dict[str, dict[str, str]] = Field(default_factory=dict)


class RecordedVoice:
    """A folder of an actor's WAV files; its `voice.toml` says which sentence, to the letter, is in which file."""

    def __init__(self, folder: Path) -> None:
        """Raises SettingsError for a folder without a manifest that can be read."""
        self._folder, self.name = folder, folder.name
        path = folder / MANIFEST
        try:
            self._manifest = _Manifest.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except OSError as error:
            raise SettingsError(f"--voice: cannot read {path}: {error.strerror}") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as error:
            raise SettingsError(f"--voice: {path}: {error}") from None

    def identity(self, text: str, language: str, slow: bool) -> str:
        return f"recorded {hashlib.sha256(self._recording(text, language, slow)[1]).hexdigest()}"

    def speak(self, text: str, language: str, slow: bool) -> Sound:
        name, recording = self._recording(text, language, slow)
        try:
            return read_wav(recording)
        except BadInput as error:
            raise BadInput(name, error.message) from None

    def _recording(self, text: str, language: str, slow: bool) -> tuple[str, bytes]:
        spoken = self._manifest.slow if slow else self._manifest.normal
        name = spoken.get(language, {}).get(text)
        if name is None:
            raise NotFound(f"{self.name} has not recorded it")
        try:
            return name, (self._folder / name).read_bytes()
        except OSError as error:
            raise BadInput(name, f"cannot be read: {error.strerror}") from None


def first_that_speaks(voices: Sequence[Voice], text: str, language: str, slow: bool) -> tuple[Voice, str]:
    """The first voice that speaks this sentence, with its identity. Raises NotFound, which says why each does not."""
    reasons = []
    for voice in voices:
        try:
            return voice, voice.identity(text, language, slow)
        except NotFound as error:
            reasons.append(str(error))
    raise NotFound("; ".join(reasons))
