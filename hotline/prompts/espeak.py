"""The free voice: eSpeak NG, run as a program. It can be understood, and nobody takes it for a person."""

import re
import shutil
import subprocess
from functools import cached_property

from hotline.errors import BadInput, NotFound, SettingsError
from hotline.prompts.sound import Sound, read_wav

PROGRAM = "espeak-ng"
_TIMEOUT = 60.0  # seconds

# Its own names of the languages. The voice `cmn` reads Chinese characters as English in release 1.51.
_MANDARIN, _CANTONESE, _ENGLISH = "cmn-latn-pinyin", "yue", "en-us"
_VOICES = {"zh-CN": _MANDARIN, "zh-Hant": _MANDARIN, "yue": _CANTONESE, "en": _ENGLISH}
_WORDS_PER_MINUTE, _SLOW_WORDS_PER_MINUTE = 160, 115

# Words with a character that it reads in the wrong one of its ways, as it must be told.
_PINYIN = {
    **dict.fromkeys(("重听", "重聽"), "chong2 ting1"),
    **dict.fromkeys(("重选", "重選"), "chong2 xuan3"),
    "重新": "chong2 xin1",
    "沒有": "mei2 you3",
}


class EspeakVoice:
    name = "espeak"

    def __init__(self) -> None:
        """Raises SettingsError where the program is not installed."""
        program = shutil.which(PROGRAM)
        if program is None:
            raise SettingsError(f"{PROGRAM} is not installed; on Debian: apt-get install {PROGRAM}")
        self._program = program

    def identity(self, text: str, language: str, slow: bool) -> str:
        return f"{PROGRAM} {self._release} {_voice(language)} {_pace(slow)} {_as_read(text, language)}"

    def speak(self, text: str, language: str, slow: bool) -> Sound:
        return read_wav(
            self._run(
                *("-v", _voice(language), "-s", str(_pace(slow)), "-b", "1", "--stdin", "--stdout"),
                words=_as_read(text, language),
            )
        )

    @cached_property
    def _release(self) -> str:
        told = self._run("--version").decode("utf-8", "replace")
        found = re.search(r"\d[\w.+-]*", told)
        return found.group() if found else told.strip()

    def _run(self, *arguments: str, words: str = "") -> bytes:
        try:
            ran = subprocess.run(  # noqa: S603 - the program that was found, and words on its standard input
                [self._program, *arguments],
                input=words.encode(),
                capture_output=True,
                timeout=_TIMEOUT,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise BadInput(PROGRAM, f"did not answer: {type(error).__name__}") from None
        if ran.returncode != 0:
            said = ran.stderr.decode("utf-8", "replace").strip().splitlines()
            raise BadInput(PROGRAM, f"ended with {ran.returncode}: {said[-1] if said else ''}")
        return ran.stdout


def _voice(language: str) -> str:
    if language not in _VOICES:
        raise NotFound(f"{PROGRAM} is not set up to speak {language}")
    return _VOICES[language]


def _pace(slow: bool) -> int:
    return _SLOW_WORDS_PER_MINUTE if slow else _WORDS_PER_MINUTE


def _as_read(text: str, language: str) -> str:
    """Digit by digit, since 12345 is no amount; and words that it would read wrongly written out."""
    text = re.sub(r"\d{2,}", lambda digits: " ".join(digits.group()), text)
    if _VOICES.get(language) == _MANDARIN:
        for word, pinyin in _PINYIN.items():
            text = text.replace(word, f" {pinyin} ")
    return text
