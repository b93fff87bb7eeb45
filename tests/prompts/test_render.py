"""Which sentences become sound, spoken by whom; what was rendered once is not rendered again."""

import re
import wave
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hotline.errors import BadInput, NotFound, SettingsError
from hotline.flows import load_flow
from hotline.policies import load_policy
from hotline.prompts.espeak import EspeakVoice
from hotline.prompts.folder import PromptFolder
from hotline.prompts.render import Outcome, render
from hotline.prompts.sound import Sound, read_wav
from hotline.prompts.voices import RecordedVoice, Voice
from hotline.prompts.wanted import Menu, Prompt, left_to_carrier, manifest, prompts_of
from hotline.rules.sentences import SENTENCES, Channel
from hotline.scripts import load_script, script_names
from tests.prompts.tones import decibel, telephone_samples, tone, wav

JILIN = load_policy("jilin")
FLOW = load_flow("survey")
ASK = Prompt("ask", "zh-CN", "请按键。")
THANKS = Prompt("thanks_good", "zh-CN", "谢谢您。", stars=5)


@dataclass
class Singer:
    """A voice that hums each sentence it knows."""

    knows: tuple[str, ...] = (ASK.text, THANKS.text)
    name: str = "singer"
    take: int = 1
    sung: list[str] = field(default_factory=list)

    def identity(self, text: str, language: str, slow: bool) -> str:
        if text not in self.knows:
            raise NotFound(f"{self.name} does not know it")
        return f"{self.name} {self.take}"

    def speak(self, text: str, language: str, slow: bool) -> Sound:
        self.sung.append(text)
        return read_wav(wav(tone(300 + 100 * self.take), 0.2, 8000))


@pytest.fixture
def folder(tmp_path: Path) -> PromptFolder:
    return PromptFolder(tmp_path / "prompts")


def outcomes(folder: PromptFolder, *voices: Voice) -> list[tuple[Outcome, str]]:
    return [(one.outcome, one.voice) for one in render([ASK, THANKS], voices, folder)]


def played(folder: PromptFolder, prompt: Prompt) -> str:
    digest = folder.find(prompt.language, prompt.slow, prompt.text)
    assert digest is not None
    return digest


def test_what_is_there_is_kept_and_nobody_speaks_it_again(folder: PromptFolder) -> None:
    singer = Singer()
    assert outcomes(folder, singer) == [(Outcome.RENDERED, "singer")] * 2
    assert outcomes(folder, singer) == [(Outcome.KEPT, "singer")] * 2
    assert singer.sung == [ASK.text, THANKS.text]


def test_each_is_rendered_when_it_is_asked_for_so_that_progress_can_be_shown(folder: PromptFolder) -> None:
    singer = Singer()
    renderings = render([ASK, THANKS], [singer], folder)
    assert next(renderings).prompt == ASK
    assert singer.sung == [ASK.text]


def test_another_take_is_another_file_and_going_back_needs_no_rendering(folder: PromptFolder) -> None:
    outcomes(folder, Singer(take=1))
    first = played(folder, ASK)
    outcomes(folder, Singer(take=2))
    second = played(folder, ASK)
    assert first != second
    assert folder.file(first) is not None
    assert outcomes(folder, Singer(take=1)) == [(Outcome.KEPT, "singer")] * 2
    assert played(folder, ASK) == first


def test_who_does_not_know_a_sentence_leaves_it_to_the_next_voice(folder: PromptFolder) -> None:
    actor, singer = Singer((ASK.text,), "actor"), Singer()
    assert outcomes(folder, actor, singer) == [(Outcome.RENDERED, "actor"), (Outcome.RENDERED, "singer")]
    assert singer.sung == [THANKS.text]


def test_what_nobody_speaks_is_told_with_the_reasons_and_the_others_are_rendered(folder: PromptFolder) -> None:
    both = Singer((ASK.text,), "actor"), Singer((), "other")
    kept, failed = render([ASK, THANKS], both, folder)
    assert (kept.outcome, failed.outcome) == (Outcome.RENDERED, Outcome.FAILED)
    assert failed.reason == "actor does not know it; other does not know it"
    assert folder.find(THANKS.language, THANKS.slow, THANKS.text) is None


class TestARecordedVoice:
    @pytest.fixture
    def recordings(self, tmp_path: Path) -> Path:
        folder = tmp_path / "li-na"
        folder.mkdir()
        for prompt in (ASK, THANKS):
            (folder / prompt.file_name).write_bytes(wav(tone(), 0.3, 44100))
        (folder / "voice.toml").write_text("\n".join(manifest([ASK, THANKS])), encoding="utf-8")
        return folder

    def test_its_files_are_played_and_a_new_take_is_another_sound(self, recordings: Path, folder: PromptFolder) -> None:
        assert outcomes(folder, RecordedVoice(recordings)) == [(Outcome.RENDERED, "li-na")] * 2
        before = played(folder, ASK), played(folder, THANKS)
        (recordings / ASK.file_name).write_bytes(wav(tone(500), 0.3, 44100))
        renewed = [(Outcome.RENDERED, "li-na"), (Outcome.KEPT, "li-na")]
        assert outcomes(folder, RecordedVoice(recordings)) == renewed
        assert played(folder, ASK) != before[0]
        assert played(folder, THANKS) == before[1]

    def test_it_speaks_only_what_was_recorded_to_the_letter_and_at_that_pace(self, recordings: Path) -> None:
        voice = RecordedVoice(recordings)
        for text, language, slow in (
            (ASK.text[:-1], "zh-CN", False),
            (ASK.text, "en", False),
            (ASK.text, "zh-CN", True),
        ):
            with pytest.raises(NotFound, match="li-na has not recorded it"):
                voice.identity(text, language, slow)

    def test_a_file_that_is_missing_or_no_sound_is_named(self, recordings: Path, folder: PromptFolder) -> None:
        (recordings / ASK.file_name).unlink()
        (recordings / THANKS.file_name).write_bytes(b"not yet recorded")
        missing, broken = render([ASK, THANKS], [RecordedVoice(recordings), Singer()], folder)
        assert (missing.outcome, broken.outcome) == (Outcome.FAILED, Outcome.FAILED)  # not sung by another in silence
        assert missing.reason.startswith("zh-CN-ask.wav: cannot be read")
        assert broken.reason.startswith("zh-CN-thanks_good-5.wav: is not a WAV file")

    def test_a_silent_recording_is_named(self, recordings: Path, folder: PromptFolder) -> None:
        (recordings / ASK.file_name).write_bytes(wav(lambda _: 0.0))
        silent, _ = render([ASK, THANKS], [RecordedVoice(recordings)], folder)
        assert silent.reason == "li-na, zh-CN-ask.wav: is silent"

    @pytest.mark.parametrize(
        "written", [None, b"no such = = toml", b"\xff\xfe", b"[normal]\nzh-CN = 1", b"[quick.en]\n'a' = 'b'"]
    )
    def test_a_folder_without_a_manifest_that_can_be_read_is_refused(
        self, written: bytes | None, tmp_path: Path
    ) -> None:
        if written is not None:
            (tmp_path / "voice.toml").write_bytes(written)
        with pytest.raises(SettingsError, match=r"voice\.toml"):
            RecordedVoice(tmp_path)


@pytest.mark.parametrize("name", [name for name in script_names() if load_script(name).channel is Channel.PHONE])
def test_every_sentence_is_either_a_prompt_or_left_to_the_carrier(name: str) -> None:
    menu = Menu(load_script(name), FLOW, JILIN)
    prompts = prompts_of(menu, JILIN.languages, slow=True)
    assert [prompt.text for prompt in prompts if re.search(r"[{}]", prompt.text)] == []
    assert len({prompt.file_name for prompt in prompts}) == len(prompts)
    for language in JILIN.languages:
        rendered = {prompt.sentence for prompt in prompts if prompt.language == language}
        left = set(left_to_carrier(menu, language))
        assert not rendered & left
        spoken = {name for name, kind in SENTENCES[Channel.PHONE].items() if kind.to_agent or not kind.part}
        spoken |= {*FLOW.prompts[language]} - {
            "which_entry_transaction",
            "which_entry_call",
            "reason_entry",
            "language_entry",
        }
        to_agents = {name for name in SENTENCES[Channel.PHONE] if SENTENCES[Channel.PHONE][name].to_agent}
        assert rendered | left == (spoken if language == JILIN.languages[0] else spoken - to_agents)
        assert {"greet_transaction", "greet_call", "reasons", "which", "read_back"} <= left
        assert {"confirm", "wish", "help"} <= rendered


def test_a_prompt_says_just_what_the_menu_says() -> None:
    menu = Menu(load_script("phone-stars"), FLOW, JILIN)
    texts = {p.file_name: p.text for p in prompts_of(menu, ("zh-CN", "en"), slow=False)}
    assert texts["zh-CN-thanks_bad-1.wav"].startswith("已记录您的评价：非常不满意。")
    assert "zh-CN-thanks_bad-3.wav" not in texts
    assert "zh-CN-thanks_good-2.wav" not in texts
    assert {f"zh-CN-thanks_good-{stars}.wav" for stars in (3, 4, 5)} <= set(texts)
    assert texts["zh-CN-confirm-2.wav"] == "您的评价是：不满意。确认请按1，重新选择请按2。"
    assert "zh-CN-confirm-3.wav" not in texts
    assert "zh-CN-ask_simple.wav" not in texts  # said slowly, or not at all
    assert texts["en-nothing_to_rate.wav"].startswith("Hello, this is Jilin City Services.")
    assert "zh-CN-connecting.wav" in texts
    assert "en-connecting.wav" not in texts  # agents are spoken to in the first language


class TestEspeak:
    def test_it_speaks_every_language_of_the_scripts_and_slowly_takes_longer(self, espeak: EspeakVoice) -> None:
        for language in load_script("phone-stars").languages:
            text = load_script("phone-stars").say("ask", language)
            quick, slow = (espeak.speak(text, language, pace) for pace in (False, True))
            assert 5 < quick.seconds < 15  # the question, in under fifteen seconds
            assert slow.seconds > 1.15 * quick.seconds
            assert espeak.identity(text, language, False) != espeak.identity(text, language, True)

    def test_what_is_rendered_with_it_is_fit_for_a_telephone(self, espeak: EspeakVoice, folder: PromptFolder) -> None:
        (made,) = render([Prompt("silence", "zh-CN", "没有听到您的按键。")], [espeak], folder)
        assert made.outcome is Outcome.RENDERED
        path = folder.file(played(folder, made.prompt))
        assert path is not None
        samples = telephone_samples(path.read_bytes())
        assert -23 < decibel(samples) < -19.5  # with its few pauses
        assert max(map(abs, samples)) <= 10 ** (-1 / 20)
        with wave.open(str(path)) as file:
            assert 1 < file.getnframes() / file.getframerate() < 4

    def test_a_number_is_read_digit_by_digit_and_words_it_misreads_are_spelt(self, espeak: EspeakVoice) -> None:
        def same(one: str, other: str, language: str) -> bool:
            return espeak.speak(one, language, False).samples == espeak.speak(other, language, False).samples

        assert same("请拨打12345。", "请拨打1 2 3 4 5。", "zh-CN")
        assert same("重听", "chong2 ting1", "zh-CN")
        assert not same("重听", "zhong4 ting1", "zh-CN")

    def test_a_language_without_a_voice_is_left_to_others(self, espeak: EspeakVoice) -> None:
        with pytest.raises(NotFound, match="mn"):
            espeak.identity("x", "mn", False)

    def test_without_the_program_the_package_is_named(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(SettingsError, match="apt-get install espeak-ng"):
            EspeakVoice()

    def test_a_program_that_fails_is_told_with_its_last_words(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        program = tmp_path / "espeak-ng"
        program.write_text("#!/bin/sh\necho 'no data' >&2\nexit 3\n", encoding="utf-8")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
        with pytest.raises(BadInput, match="ended with 3: no data"):
            EspeakVoice().speak("x", "en", False)
