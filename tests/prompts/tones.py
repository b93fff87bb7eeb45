"""Recordings for tests: pure tones in WAV files of any kind, and what is in a file that came out."""

import io
import math
import wave
from array import array
from collections.abc import Callable


def wav(
    sample: Callable[[float], float], seconds: float = 0.6, rate: int = 16000, width: int = 2, channels: int = 1
) -> bytes:
    """`sample` is asked for each moment, in seconds, and answers from -1 to 1; the second channel is silent."""
    full = 2 ** (8 * width - 1) - 1
    frames = bytearray()
    for number in range(round(seconds * rate)):
        frames += round(sample(number / rate) * full).to_bytes(width, "little", signed=True)
        frames += bytes(width * (channels - 1))
    file = io.BytesIO()
    with wave.open(file, "wb") as made:
        made.setnchannels(channels)
        made.setsampwidth(width)
        made.setframerate(rate)
        made.writeframes(bytes(frames))
    return file.getvalue()


def tone(frequency: float = 440, amplitude: float = 0.1) -> Callable[[float], float]:
    return lambda moment: amplitude * math.sin(2 * math.pi * frequency * moment)


def telephone_samples(made: bytes) -> list[float]:
    """The samples, from -1 to 1, of a file that must be just what a telephone plays."""
    with wave.open(io.BytesIO(made)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        return [value / 32768 for value in array("h", file.readframes(file.getnframes()))]


def decibel(samples: list[float]) -> float:
    """Root mean square, dBFS."""
    return 10 * math.log10(math.fsum(sample * sample for sample in samples) / len(samples))


def peak(samples: list[float]) -> float:
    return 20 * math.log10(max(map(abs, samples)))


def strength(samples: list[float], frequency: float) -> float:
    """dBFS of one frequency."""
    turn = 2 * math.pi * frequency / 8000
    cosine = math.fsum(sample * math.cos(turn * number) for number, sample in enumerate(samples))
    sine = math.fsum(sample * math.sin(turn * number) for number, sample in enumerate(samples))
    return 20 * math.log10(max(1e-9, math.hypot(cosine, sine) * math.sqrt(2) / len(samples)))
