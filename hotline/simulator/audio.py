"""The little the simulator knows of sound: how long words take, how long a WAV file is, and a hum.
Pure: no clock, no network."""

import io
import math
import re
import struct
import wave

CHARACTERS_PER_SECOND = 4.0
WORDS_PER_SECOND = 2.5
SHORTEST_SECONDS = 0.5
UNKNOWN_SECONDS = 3.0
SAMPLES_PER_SECOND = 8000
HUM_HERTZ, HUM_LOUDNESS = 220, 3000

# Chinese, Japanese and Korean characters, and digits (each is read out), are counted one by one.
CHARACTER = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff0-9]")
WORD = re.compile(r"[^\W\d_]+", re.UNICODE)


def speaking_seconds(text: str) -> float:
    """Seconds a voice needs: about four Chinese characters or two and a half English words a second."""
    characters = len(CHARACTER.findall(text))
    words = len(WORD.findall(CHARACTER.sub(" ", text)))
    return max(SHORTEST_SECONDS, characters / CHARACTERS_PER_SECOND + words / WORDS_PER_SECOND)


def playing_seconds(sound: bytes) -> float:
    """Seconds of a WAV file; other formats are taken to last three."""
    try:
        with wave.open(io.BytesIO(sound)) as found:
            return float(max(SHORTEST_SECONDS, found.getnframes() / found.getframerate()))
    except (wave.Error, EOFError, ZeroDivisionError):
        return UNKNOWN_SECONDS


def hum(seconds: int) -> bytes:
    """A mono 16-bit 8 kHz WAV file in which something can be heard."""
    tone = (
        HUM_LOUDNESS * math.sin(2 * math.pi * HUM_HERTZ * at / SAMPLES_PER_SECOND) for at in range(SAMPLES_PER_SECOND)
    )
    second = b"".join(struct.pack("<h", round(sample)) for sample in tone)
    file = io.BytesIO()
    with wave.open(file, "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(2)
        made.setframerate(SAMPLES_PER_SECOND)
        made.writeframes(second * seconds)
    return file.getvalue()
