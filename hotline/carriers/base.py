"""What a carrier can do, and the neutral speech a voice carrier renders. Routes and jobs know only this."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from werkzeug.datastructures import MultiDict

from hotline.messages import (
    CallProgress,
    Delivery,
    Erased,
    FetchedRecording,
    NotDone,
    ReceivedCall,
    ReceivedRecording,
    ReceivedText,
    Refused,
    SendResult,
    Stopped,
)


@dataclass(frozen=True, slots=True)
class Say:
    text: str
    language: str
    slow: bool = False


@dataclass(frozen=True, slots=True)
class Play:
    """The sound file at `url`, in place of the carrier's own voice."""

    url: str


@dataclass(frozen=True, slots=True)
class Listen:
    """Say `prompts`, hear up to `keys` keys for `seconds`, then ask `url` what comes next (silence too).

    `ends_with`: a key that ends them; pressed alone it is the answer. None if empty.
    """

    prompts: tuple[Say | Play, ...]
    keys: int
    seconds: int
    url: str
    ends_with: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """Record what the caller says after a tone, until a key, a silence or `seconds`; then ask `url` (silence too)."""

    seconds: int
    url: str


@dataclass(frozen=True, slots=True)
class Bridge:
    """Ring `to` (E.164) showing our number; `progress_url` hears of that leg, `ended_url` says what comes after it.

    With a `notice_url` whoever answers hears first what it says, and is connected at its end; with a `recording_url`
    both sides are recorded, from the answer on, and it is told of the recording.
    """

    to: str
    ring_seconds: int
    ended_url: str
    progress_url: str | None = None
    notice_url: str | None = None
    recording_url: str | None = None


@dataclass(frozen=True, slots=True)
class GoOn:
    """Ask `url` what comes next."""

    url: str


@dataclass(frozen=True, slots=True)
class HangUp:
    pass


Speech = tuple[Say | Play | Listen | Record | Bridge | GoOn | HangUp, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """A carrier's report on a text we sent; `refused` says why it was not delivered, `our_number` whence it went."""

    external_id: str
    delivery: Delivery | None
    refused: Refused | None
    our_number: str | None = None


@dataclass(frozen=True, slots=True)
class CallReport:
    """A carrier's report on one leg of a call; `progress` None = nothing we act on."""

    external_id: str
    progress: CallProgress | None


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a webhook answers in the carrier's own language."""

    body: str
    content_type: str


class Carrier(Protocol):
    """What every carrier has: a name, and proof that a webhook is its own."""

    name: str

    def is_signed(self, url: str, form: MultiDict[str, str], headers: Mapping[str, str]) -> bool:
        """Is this form post, to our public `url`, the carrier's own?"""


class TextCarrier(Carrier, Protocol):
    """A carrier of texts.

    `our_numbers` are those that texts can go out from; none = the carrier chooses, and all of them are one sender.
    """

    our_numbers: tuple[str, ...]

    def read_text(self, form: Mapping[str, str]) -> ReceivedText: ...

    def read_receipt(self, form: Mapping[str, str]) -> Receipt: ...

    def render_answer(self, text: str | None) -> Rendered: ...

    def send_text(self, to: str, body: str, receipt_url: str, our_number: str | None) -> SendResult: ...


class VoiceCarrier(Carrier, Protocol):
    """A carrier of calls. `languages`: those that it has a voice for; others are played, or read in that of another."""

    languages: frozenset[str]

    def read_call(self, form: Mapping[str, str]) -> ReceivedCall:
        """A call that comes in, was answered, or comes back from another side."""

    def read_keys(self, form: Mapping[str, str]) -> tuple[str, str]:
        """The call's external id, and the keys (empty = silence)."""

    def read_call_report(self, form: Mapping[str, str]) -> CallReport: ...

    def read_bridge_report(self, form: Mapping[str, str]) -> CallReport:
        """How the bridged leg ended, as told to `Bridge.ended_url`."""

    def read_recording(self, form: Mapping[str, str]) -> ReceivedRecording | None:
        """What the caller said at the tone, or what was recorded of a bridge; None = nothing."""

    def fetch_recording(self, url: str) -> FetchedRecording | NotDone:
        """The sound. Whatever `url` says, nobody but the carrier is asked, and nobody else told our credentials."""

    def erase_recording(self, url: str) -> Erased | NotDone:
        """Have the carrier erase it; the same holds of `url`."""

    def stop_recording(self, call_external_id: str) -> Stopped | NotDone:
        """Have the carrier record no more of a call that is going on; where nothing is recorded, that is as good."""

    def render(self, speech: Speech) -> Rendered: ...

    def place_call(
        self, to: str, answer_url: str, progress_url: str, ring_seconds: int, fallback_url: str | None = None
    ) -> SendResult:
        """`fallback_url` is asked when `answer_url`, or what follows it, does not answer as it should."""
