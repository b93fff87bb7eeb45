"""What callers hear, made once and kept: sentences spoken by a voice, sound files that were fetched."""

import io
import wave
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor

import structlog

from hotline.errors import HotlineError
from hotline.prompts.sound import RATE, for_telephone, read_wav
from hotline.prompts.voices import Voice
from hotline.simulator.line import Sound

log = structlog.get_logger(__name__)

FRAME_SECONDS = 0.02
FRAME_BYTES = round(2 * RATE * FRAME_SECONDS)  # 16 bits a sample

_KEPT = 400  # sounds; ten seconds are 160 kB
_BEEP_SECONDS, _BEEP_HERTZ, _BEEP_HEIGHT = 0.4, 1000, 6000

# <Say>'s languages by how they begin, and the voice's names for them. Written otherwise, Mandarin sounds the same.
_LANGUAGES = {"yue": "yue", "zh-HK": "yue", "cmn": "zh-CN", "zh": "zh-CN"}
_ELSE = "en"


class Sounds:
    """Speaking takes its time, on a thread of its own; all who wait for a sentence wait for the same one."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="sip-voice")
        self._made: OrderedDict[Hashable, Future[Sound | None]] = OrderedDict()

    def spoken(self, text: str, language: str, slow: bool) -> "Future[Sound | None]":
        """None if the voice cannot speak it."""
        name = next((name for begin, name in _LANGUAGES.items() if language.startswith(begin)), _ELSE)
        return self._once((text, name, slow), lambda: for_telephone(self._voice.speak(text, name, slow)))

    def played(self, url: str, file: bytes) -> "Future[Sound | None]":
        """None for a file that is no sound."""
        return self._once(url, lambda: _as_a_telephone_plays(file))

    def kept(self, url: str) -> Sound | None:
        """The sound of that address, if it was played before: our prompts never change."""
        made = self._made.get(url)
        return made.result() if made is not None and made.done() else None

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _once(self, key: Hashable, make: Callable[[], bytes]) -> "Future[Sound | None]":
        made = self._made.get(key)
        if made is None or (made.done() and made.result() is None):  # what failed is tried again
            self._made[key] = self._pool.submit(_sound_or_none, make)
            while len(self._made) > _KEPT:
                self._made.popitem(last=False)
        self._made.move_to_end(key)
        return self._made[key]


def _sound_or_none(make: Callable[[], bytes]) -> Sound | None:
    try:
        return sound_of(make())
    except HotlineError as error:
        log.warning("a sound cannot be made", reason=str(error))
        return None


def _as_a_telephone_plays(file: bytes) -> bytes:
    """Our own prompts are as they should be already."""
    try:
        with wave.open(io.BytesIO(file)) as found:
            fits = (found.getframerate(), found.getnchannels(), found.getsampwidth()) == (RATE, 1, 2)
    except (wave.Error, EOFError):
        fits = False
    return file if fits else for_telephone(read_wav(file))


def sound_of(file: bytes) -> Sound:
    """A WAV file of 8 kHz, 16 bits and one channel, in frames of 20 ms."""
    with wave.open(io.BytesIO(file)) as found:
        samples = found.readframes(found.getnframes())
    return _framed(samples)


def beep() -> Sound:
    half = RATE // (2 * _BEEP_HERTZ)
    up, down = (height.to_bytes(2, "little", signed=True) * half for height in (_BEEP_HEIGHT, -_BEEP_HEIGHT))
    return _framed((up + down) * round(_BEEP_SECONDS * _BEEP_HERTZ))


def _framed(samples: bytes) -> Sound:
    whole = samples + bytes(-len(samples) % FRAME_BYTES)
    frames = [whole[begin : begin + FRAME_BYTES] for begin in range(0, len(whole), FRAME_BYTES)]
    return Sound(len(frames) * FRAME_SECONDS, frames)
