"""Whatever an actor or a synthesizer delivers, a telephone hears it at one loudness, whole, and without silence."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.errors import BadInput
from hotline.prompts.sound import for_telephone, read_wav
from tests.prompts.tones import decibel, peak, strength, telephone_samples, tone, wav


def heard(data: bytes) -> list[float]:
    return telephone_samples(for_telephone(read_wav(data)))


@settings(max_examples=25)
@given(
    st.sampled_from([8000, 11025, 16000, 22050, 44100, 48000]),
    st.sampled_from([2, 3, 4]),
    st.sampled_from([1, 2]),
    st.floats(0.01, 1.0),
    st.sampled_from([200, 440, 1000, 3000]),
)
def test_any_usual_recording_comes_out_as_loud_as_any_other(
    rate: int, width: int, channels: int, amplitude: float, frequency: int
) -> None:
    samples = heard(wav(tone(frequency, amplitude), 0.3, rate, width, channels))
    assert abs(len(samples) / 8000 - 0.3) < 0.02
    middle = samples[400:-400]
    assert abs(decibel(middle) - -20) < 0.5
    assert abs(strength(middle, frequency) - -20) < 0.5  # it is still that tone, at its own pitch
    assert peak(samples) <= -1


def test_pauses_do_not_count_as_speech_and_are_kept() -> None:
    one_word = heard(wav(tone(), 0.5))
    two_words = heard(wav(lambda t: tone()(t) if t < 0.5 or t > 1.5 else tone(440, 0.004)(t), 2.0))  # a room's noise
    assert abs(decibel(one_word[400:3600]) - decibel(two_words[400:3600])) < 0.5
    assert abs(len(two_words) / 8000 - 2.0) < 0.02


def test_silence_before_and_after_is_cut_off_but_for_a_breath() -> None:
    samples = heard(wav(lambda t: tone()(t) if 1.0 <= t < 1.5 else 0.0002, 3.0))
    assert 0.6 < len(samples) / 8000 < 0.8
    assert max(map(abs, samples[:300])) < 0.01  # the breath before
    assert decibel(samples[450:4000]) > -21


def test_loud_moments_are_held_down_and_the_rest_stays_as_loud() -> None:
    """A click of the lips that would clip: 24 dB above the speech."""
    samples = heard(wav(lambda t: 0.95 if 0.3 <= t < 0.3005 else tone(440, 0.06)(t), 1.0))
    assert peak(samples) <= -1
    assert abs(decibel(samples) - -20) < 1
    assert abs(decibel(samples[4000:7000]) - decibel(samples[400:1600])) < 0.2


def test_what_a_telephone_cannot_carry_does_not_come_back_as_another_tone() -> None:
    """5 kHz, sampled at 8 kHz without a filter, would be heard as 3 kHz."""
    samples = heard(wav(lambda t: tone(1000)(t) + tone(5000)(t), 0.5, 48000))[400:-400]
    assert abs(strength(samples, 1000) - -20) < 0.5
    assert strength(samples, 3000) < -60


def test_a_constant_part_is_taken_out() -> None:
    samples = heard(wav(lambda t: 0.3 + tone(400)(t), 0.5))
    assert abs(sum(samples) / len(samples)) < 0.005
    assert abs(decibel(samples) - -20) < 0.5


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "not a WAV file"),
        (b"ID3\x04 an mp3 file", "not a WAV file"),
        (wav(tone())[:30], "not a WAV file"),
        (wav(tone(), rate=4000), "4000 samples a second"),
        (wav(lambda _: 0.0), "silent"),
        (wav(lambda _: 0.0, 0.0), "silent"),
        (wav(lambda t: tone(440, 0.0001)(t)), "silent"),
        (wav(tone(), width=1), "8 bits"),
        (wav(lambda _: 0.0, 130.0, 8000), "longer than 120 seconds"),
    ],
)
def test_what_cannot_be_a_prompt_is_refused_with_its_reason(data: bytes, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        for_telephone(read_wav(data))


def test_a_file_from_a_pipe_whose_length_is_a_guess_is_read_to_its_end() -> None:
    data = bytearray(wav(tone(), 0.3))
    data[4:8], data[40:44] = b"\x24\xf0\xff\x7f", b"\x00\xf0\xff\x7f"
    assert read_wav(bytes(data)).seconds == pytest.approx(0.3)
