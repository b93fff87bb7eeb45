"""The gateway as a real process, and what its callers hear of it."""

import os
import subprocess
import sys
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import parts
from tests.cast import ACCOUNT_SID, AUTH_TOKEN, OUR_NUMBER

_PORTS_EACH = 80  # for sound, to one gateway: 40 calls
_UP_SECONDS = 30.0


@dataclass(frozen=True)
class Gateway:
    """`log` is what it told of itself so far."""

    address: tuple[str, int]
    process: subprocess.Popen[str]
    file: Path

    @property
    def log(self) -> str:
        return self.file.read_text(encoding="utf-8")


@contextmanager
def gateway(public_url: str, folder: Path, *options: str, **settings: Any) -> Iterator[Gateway]:
    """Run `hotline sip` towards a product, until the test is over; then end it as an operator does."""
    port, log = parts.free_port(), folder / "sip.log"
    first = 20_000 + port % 144 * _PORTS_EACH  # below those of whoever connects; one that is taken is passed over
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HOTLINE_", "TWILIO_"))}
    given = {
        "HOTLINE_PUBLIC_URL": public_url,
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "TWILIO_FROM": OUR_NUMBER,
        "HOTLINE_SIP_HTTP_PORT": str(parts.free_port()),
        "HOTLINE_SIP_RTP_PORTS": f"{first}-{first + _PORTS_EACH - 1}",
    } | {name: str(value) for name, value in settings.items()}
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "hotline", "sip", "--listen", f"127.0.0.1:{port}", *options],
            env=environment | given,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    assert process.stdout is not None
    told = process.stdout.readline()
    assert told == f"sip:127.0.0.1:{port}\n", log.read_text(encoding="utf-8")
    try:
        yield Gateway(("127.0.0.1", port), process, log)
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


def loudness(samples: bytes) -> float:
    """Root mean square of 16-bit samples, of 32768."""
    values = array("h", samples)
    return float((sum(value * value for value in values) / max(1, len(values))) ** 0.5)
