"""The folder of voice comments: one sealed file for each, under a random name, for nobody but our own user."""

import re
import secrets
from pathlib import Path

from hotline.errors import HotlineError
from hotline.files import write_whole
from hotline.privacy import Vault

_NAME = re.compile(r"[0-9a-f]{32}")


def new_name() -> str:
    """For a file that is to be kept; nothing of the citizen or the call can be read from it."""
    return secrets.token_hex(16)


class RecordingFolder:
    def __init__(self, path: Path, vault: Vault) -> None:
        self.path, self._vault = path, vault

    def keep(self, name: str, sound: bytes) -> None:
        """Keep the sound, sealed; of the same name the last one stands. Raises OSError: nothing has changed."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(self._file(name), self._vault.seal_bytes(sound), 0o600)

    def open(self, name: str) -> bytes | None:
        """The sound; None = there is no such file. Raises HotlineError(code="data_key") when another key sealed it."""
        try:
            box = self._file(name).read_bytes()
        except FileNotFoundError:
            return None
        return self._vault.open_bytes(box)

    def erase(self, name: str) -> None:
        """Raises OSError; that the file is gone already is as good."""
        self._file(name).unlink(missing_ok=True)

    def check(self) -> None:
        """Write something, and read it back. Raises OSError, or HotlineError if that is something else."""
        name, sound = new_name(), secrets.token_bytes(1024)
        self.keep(name, sound)
        kept = self.open(name)
        self.erase(name)
        if kept != sound:
            raise HotlineError("what is written is not what is read", code="recordings")

    def _file(self, name: str) -> Path:
        """Whatever is asked for, nothing outside of the folder."""
        if not _NAME.fullmatch(name):
            raise HotlineError("not a name of a recording", code="recordings")
        return self.path / f"{name}.sealed"
