"""The folder that prompts are played from: sound files that never change, and which of them a sentence is played from.

A sound file is named by the SHA-256 of all that it depends on, so carriers may keep it for ever; a pointer, named by
the sentence, holds the name of the one that was rendered last. Both appear whole or not at all.
"""

import hashlib
import json
import re
from pathlib import Path

from hotline.files import write_whole

RENDERER = 1  # raise it whenever the same words of the same voice would come out as other bytes
_DIGEST = re.compile(r"[0-9a-f]{64}")


def digest_of(identity: str, language: str, slow: bool, text: str) -> str:
    """The name of the sound file of a sentence, spoken by the voice of that identity."""
    return _hashed(RENDERER, identity, language, slow, text)


def _hashed(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


class PromptFolder:
    def __init__(self, path: Path) -> None:
        self._path = path

    def find(self, language: str, slow: bool, text: str) -> str | None:
        """The sound file that this sentence is played from; None = there is none."""
        try:
            digest = self._pointer(language, slow, text).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            return None
        return None if self.file(digest) is None else digest

    def file(self, digest: str) -> Path | None:
        """Where a sound file is, if it is there: whatever is asked for, nothing but a sound file of this folder."""
        path = self._path / f"{digest}.wav"
        return path if _DIGEST.fullmatch(digest) and path.is_file() else None

    def keep(self, digest: str, wav: bytes) -> None:
        """Raises OSError."""
        if self.file(digest) is None:
            self._write(self._path / f"{digest}.wav", wav)

    def play_from(self, digest: str, language: str, slow: bool, text: str) -> None:
        """From now on this sentence is played from that file. Raises OSError."""
        self._write(self._pointer(language, slow, text), f"{digest}\n".encode())

    def _pointer(self, language: str, slow: bool, text: str) -> Path:
        return self._path / "sentences" / _hashed(language, slow, text)

    def _write(self, path: Path, data: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, data, 0o644)  # the web process may be another user; nothing in it is secret
