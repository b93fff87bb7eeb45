"""Files that commands write: what is in them concerns citizens, so nobody but the owner reads them."""

import os
from pathlib import Path
from typing import TextIO

from hotline.errors import BadInput


def private_file(path: Path) -> TextIO:
    """The file, emptied, for its owner only, from before the first line is in it."""
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise BadInput("--out", f"cannot write {path}: {error.strerror}") from None
    os.fchmod(number, 0o600)  # of a file that was there before, too
    return os.fdopen(number, "w", encoding="utf-8", newline="")
