"""What a call is heard on. On the simulator's own line nothing sounds, only the time passes that it would take.
A line that carries sound, such as one to a SIP telephone, takes its place in `Call.line` before the call begins."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from . import audio
from .script import Steps


@dataclass(frozen=True, slots=True)
class Sound:
    """Something to hear. `frames` are what a line that carries sound sends, in its own coding."""

    seconds: float
    frames: Sequence[bytes] = ()


class Line(Protocol):
    """Every method is called under the simulator's lock, and returns at once; the two that are steps may take time."""

    def spoken(self, text: str, language: str, slow: bool) -> Steps[Sound]:
        """The words as sound, in a language of <Say>."""

    def kept(self, url: str) -> Sound | None:
        """The sound at that address, if the line has it already: then it is not fetched."""

    def played(self, url: str, file: bytes) -> Steps[Sound | None]:
        """The sound file from that address; None if it cannot be read."""

    def pick_up(self) -> None:
        """The call is answered."""

    def hear(self, sound: Sound) -> None:
        """The sound begins, after whatever is still to be heard."""

    def hush(self) -> None:
        """What is to be heard ends here, in the middle."""

    def record(self, beep: bool) -> None:
        """What the other end says is kept from now on."""

    def recorded(self) -> bytes | None:
        """What was said since, as a WAV file; None = the line carries no sound."""

    def hang_up(self, sip_code: int) -> None:
        """The call is over, by whomever it was ended; 200 = it had been answered."""


class SilentLine:
    """To a telephone on a page."""

    def spoken(self, text: str, language: str, slow: bool) -> Steps[Sound]:
        yield from ()
        return Sound(audio.speaking_seconds(text))

    def kept(self, url: str) -> Sound | None:
        return None

    def played(self, url: str, file: bytes) -> Steps[Sound | None]:
        yield from ()
        return Sound(audio.playing_seconds(file))

    def pick_up(self) -> None: ...

    def hear(self, sound: Sound) -> None: ...

    def hush(self) -> None: ...

    def record(self, beep: bool) -> None: ...

    def recorded(self) -> bytes | None:
        return None

    def hang_up(self, sip_code: int) -> None: ...
