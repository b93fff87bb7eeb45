"""Sound for the telephone: WAV files in, 8 kHz mono 16-bit at one loudness and without silence around it out. Pure.

Samples are numbers from -1 to 1. A sentence is some ten seconds, so plain Python is quick enough.
"""

import io
import math
import sys
import wave
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import mul

from hotline.errors import BadInput

RATE = 8000  # samples a second: what a telephone carries
LOUDNESS = -20.0  # dBFS, root mean square of what is speech
PEAK = -1.0  # dBFS, at most
LONGEST_SECONDS = 120

_BLOCK = 0.05  # seconds over which loudness is looked at
_SILENT = -60.0  # dBFS: a block below it is silence on any recording
_BELOW_MEAN = -10.0  # dB: a block so far below the others is a pause (the relative gate of ITU-R BS.1770)
_EDGE_BLOCK, _EDGE = 0.01, -30.0  # seconds; dB below the loudness: where speech begins and ends
_LEAD, _TAIL = 0.05, 0.15  # seconds kept before and after
_PASSED = 0.45  # of the lower rate: what the filter lets through (3.6 kHz)
_LOBES = 16  # of the filter's sinc, on each side
_CLOSE_ENOUGH, _ROUNDS = 0.1, 5  # dB; limiting takes a little of the loudness, so it is set more than once
_HOLD = 40  # samples, 5 ms: how long the limiter needs to go down and up


@dataclass(frozen=True, slots=True)
class Sound:
    samples: Sequence[float]
    rate: int

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate


def read_wav(data: bytes) -> Sound:
    """A WAV file of any usual kind, its channels mixed. Raises BadInput for what cannot be a prompt."""
    try:
        with wave.open(io.BytesIO(data)) as file:
            rate, channels, width = file.getframerate(), file.getnchannels(), file.getsampwidth()
            # A synthesizer that writes to a pipe does not know the length yet, and claims a huge one.
            frames = file.readframes(min(file.getnframes(), len(data)))
    except (wave.Error, EOFError) as error:
        raise BadInput("", f"is not a WAV file that can be read: {error}") from None
    if rate < RATE:
        raise BadInput("", f"has {rate} samples a second: at least {RATE} are needed")
    if width not in (2, 3, 4):
        raise BadInput("", f"has {8 * width} bits: 16, 24 or 32 are needed")
    if len(frames) > LONGEST_SECONDS * rate * channels * width:
        raise BadInput("", f"is longer than {LONGEST_SECONDS} seconds")
    values = _whole_numbers(frames[: len(frames) // (channels * width) * channels * width], width)
    scale = channels * 2.0 ** (8 * width - 1)
    mixed = values if channels == 1 else [sum(values[i : i + channels]) for i in range(0, len(values), channels)]
    return Sound(array("d", (value / scale for value in mixed)), rate)


def _whole_numbers(frames: bytes, width: int) -> Sequence[int]:
    if width == 3:
        return [int.from_bytes(frames[i : i + 3], "little", signed=True) for i in range(0, len(frames), 3)]
    values = array("h" if width == 2 else "i", frames)
    if sys.byteorder == "big":
        values.byteswap()
    return values


def for_telephone(sound: Sound) -> bytes:
    """The WAV file that is played. Raises BadInput for a sound that is silent."""
    return _wav(_levelled(_trimmed(_resampled(_centred(sound)))))


def _centred(sound: Sound) -> Sound:
    """Without the constant part that cheap recorders add."""
    middle = math.fsum(sound.samples) / max(1, len(sound.samples))
    return Sound(array("d", (sample - middle for sample in sound.samples)), sound.rate)


def _resampled(sound: Sound) -> Sound:
    """At 8 kHz, by a windowed sinc; what a telephone cannot carry is filtered out, so that it does not fold back."""
    if sound.rate == RATE:
        return sound
    divisor = math.gcd(sound.rate, RATE)
    up, down = RATE // divisor, sound.rate // divisor
    cutoff = _PASSED * RATE / sound.rate
    half = math.ceil(_LOBES / (2 * cutoff))
    filters: dict[int, list[float]] = {}
    padded = array("d", [0.0] * half) + array("d", sound.samples) + array("d", [0.0] * (half + 1))
    samples = array("d")
    for number in range(len(sound.samples) * up // down):
        base, phase = divmod(number * down, up)
        if phase not in filters:
            filters[phase] = _filter(cutoff, half, phase / up)
        samples.append(sum(map(mul, filters[phase], padded[base + 1 : base + 2 * half + 1])))
    return Sound(samples, RATE)


def _filter(cutoff: float, half: int, offset: float) -> list[float]:
    """The weights of the samples around a moment that is `offset` of a sample behind one of them."""
    weights = []
    for place in range(1 - half, half + 1):
        away = place - offset
        turn = 2 * math.pi * cutoff * away
        window = math.cos(math.pi * away / (2 * half)) ** 2
        weights.append(window * (math.sin(turn) / turn if turn else 1.0))
    total = math.fsum(weights)
    return [weight / total for weight in weights]


def _trimmed(sound: Sound) -> Sound:
    """From shortly before the first loud moment to shortly after the last."""
    gate = _power(_spoken_loudness(sound) + _EDGE)
    block = round(_EDGE_BLOCK * sound.rate)
    loud = [number for number, power in enumerate(_powers(sound.samples, block)) if power >= gate]
    begin = max(0, loud[0] * block - round(_LEAD * sound.rate))
    end = (loud[-1] + 1) * block + round(_TAIL * sound.rate)
    return Sound(sound.samples[begin:end], sound.rate)


def _levelled(sound: Sound) -> Sound:
    gain = LOUDNESS - _spoken_loudness(sound)
    for _ in range(_ROUNDS):
        factor = 10 ** (gain / 20)
        made = Sound(_limited([sample * factor for sample in sound.samples]), sound.rate)
        missing = LOUDNESS - _spoken_loudness(made)
        if abs(missing) < _CLOSE_ENOUGH:
            break
        gain += missing
    return made


def _limited(samples: Sequence[float]) -> Sequence[float]:
    """No sample above the peak: around each that would be, the gain goes down and up again within milliseconds."""
    ceiling = 10 ** (PEAK / 20)
    held = [1.0] * len(samples)
    for place, sample in enumerate(samples):
        if abs(sample) > ceiling:
            around = range(max(0, place - _HOLD), min(len(samples), place + _HOLD + 1))
            for near in around:
                held[near] = min(held[near], ceiling / abs(sample))
    # The mean over as many places as each least gain was held for is never above that gain at its own place.
    width = 2 * _HOLD + 1
    sums = list(accumulate([1.0] * _HOLD + held + [1.0] * _HOLD, initial=0.0))
    return [sample * (sums[i + width] - sums[i]) / width for i, sample in enumerate(samples)]


def loudness(sound: Sound) -> float | None:
    """dBFS of the speech in it, its pauses left out; None = silence."""
    powers = [power for power in _powers(sound.samples, round(_BLOCK * sound.rate)) if power >= _power(_SILENT)]
    if not powers:
        return None
    gate = _mean(powers) * _power(_BELOW_MEAN)
    return 10 * math.log10(_mean([power for power in powers if power >= gate]))


def _spoken_loudness(sound: Sound) -> float:
    found = loudness(sound)
    if found is None:
        raise BadInput("", "is silent")
    return found


def _powers(samples: Sequence[float], block: int) -> Iterator[float]:
    """The mean square of each block; the last may be short."""
    for begin in range(0, len(samples), block):
        part = samples[begin : begin + block]
        yield sum(map(mul, part, part)) / len(part)


def _power(decibel: float) -> float:
    return float(10 ** (decibel / 10))


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _wav(sound: Sound) -> bytes:
    values = array("h", (round(sample * 32767) for sample in sound.samples))
    if sys.byteorder == "big":
        values.byteswap()
    file = io.BytesIO()
    with wave.open(file, "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(2)
        made.setframerate(sound.rate)
        made.writeframes(values.tobytes())
    return file.getvalue()
