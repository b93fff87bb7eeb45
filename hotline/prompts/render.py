"""Sentences into sound files, one after the other; what is there already stays as it is."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hotline.errors import BadInput, NotFound
from hotline.prompts.folder import PromptFolder, digest_of
from hotline.prompts.sound import for_telephone
from hotline.prompts.voices import Voice, first_that_speaks
from hotline.prompts.wanted import Prompt


class Outcome(StrEnum):
    RENDERED = "rendered"
    KEPT = "kept"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Rendering:
    """What became of a prompt; `voice` is empty and `reason` says why when it failed."""

    prompt: Prompt
    outcome: Outcome
    voice: str = ""
    reason: str = ""


def render(prompts: Iterable[Prompt], voices: Sequence[Voice], folder: PromptFolder) -> Iterator[Rendering]:
    """Render each that is not there, spoken by the first voice that can. Raises OSError when the folder is at fault."""
    for prompt in prompts:
        try:
            yield _rendered(prompt, voices, folder)
        except (BadInput, NotFound) as error:
            yield Rendering(prompt, Outcome.FAILED, reason=str(error))


def _rendered(prompt: Prompt, voices: Sequence[Voice], folder: PromptFolder) -> Rendering:
    said = prompt.language, prompt.slow, prompt.text
    voice, identity = first_that_speaks(voices, prompt.text, prompt.language, prompt.slow)
    digest = digest_of(identity, *said)
    outcome = Outcome.KEPT
    if folder.file(digest) is None:
        folder.keep(digest, _sound(voice, prompt))
        outcome = Outcome.RENDERED
    if folder.find(*said) != digest:
        folder.play_from(digest, *said)
    return Rendering(prompt, outcome, voice.name)


def _sound(voice: Voice, prompt: Prompt) -> bytes:
    sound = voice.speak(prompt.text, prompt.language, prompt.slow)
    try:
        return for_telephone(sound)
    except BadInput as error:
        raise BadInput(f"{voice.name}, {prompt.file_name}", error.message) from None
