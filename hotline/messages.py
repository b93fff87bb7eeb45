"""Neutral messages between the carriers and the inside: what came in, and how a send ended. No carrier's words here."""

from dataclasses import dataclass
from enum import StrEnum

from hotline.privacy import SealedPhone
from hotline.rules.replies import Action


@dataclass(frozen=True, slots=True)
class ReceivedText:
    """A text from a citizen. `body` is in memory only; `body_box` is the same, sealed for keeping.

    `taken_as`: what the carrier itself took the text for, and has answered: an opt-out, its end, a call for help.
    `our_number`: which of our numbers it came to, in E.164 or as the carrier writes it; None = the carrier did not say.
    `is_from_phone`: False for a short code, a name or nobody, who cannot be answered.
    """

    carrier: str
    external_id: str
    phone: SealedPhone
    body: str
    body_box: bytes
    taken_as: Action | None = None
    our_number: str | None = None
    is_from_phone: bool = True


@dataclass(frozen=True, slots=True)
class ReceivedCall:
    """A call that comes in, or is over on another side: by which id the carrier knows it, and who is on it.

    `reference`: the number of the call that was handed over to us, if whoever did so says it. `our_number`: which of
    our numbers was rung, in E.164; None = the carrier did not say. `is_child`: a leg that another call rang; its
    caller is on that one.
    """

    external_id: str
    phone: SealedPhone
    reference: str | None = None
    our_number: str | None = None
    is_child: bool = False


class Refusal(StrEnum):
    """Why a carrier would not send: what it means for us, not its number."""

    PERMANENT = "permanent"
    RETRY = "retry"
    LANDLINE = "landline"
    OPTED_OUT = "opted_out"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The carrier took it, under its own id; a text from `our_number`, if it says so."""

    external_id: str
    our_number: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """The carrier did not take it: nothing reached the citizen."""

    refusal: Refusal
    code: str


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Nobody knows whether the carrier took it (a time-out after sending): never blindly sent again."""

    code: str


SendResult = Accepted | Refused | Ambiguous


@dataclass(frozen=True, slots=True)
class ReceivedRecording:
    """What a caller said, as the carrier announces it: to be fetched from `url`, where it may not be ready yet.

    `seconds`: how long it is; None = the carrier did not say.
    """

    carrier: str
    external_id: str
    url: str
    seconds: int | None


@dataclass(frozen=True, slots=True)
class FetchedRecording:
    """A sound file (WAV)."""

    sound: bytes


@dataclass(frozen=True, slots=True)
class Erased:
    """The carrier does not have the recording any more."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """Nothing of the call is recorded any more."""


@dataclass(frozen=True, slots=True)
class NotDone:
    """A recording could not be fetched, erased or stopped; `retryable`: it may be, later."""

    code: str
    retryable: bool


class Delivery(StrEnum):
    """What a carrier reports of a text, in the order it can happen."""

    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"


class CallProgress(StrEnum):
    """What a carrier reports of a call. The last four end it."""

    RINGING = "ringing"
    ANSWERED = "answered"
    COMPLETED = "completed"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    FAILED = "failed"


CALL_ENDS = frozenset({CallProgress.COMPLETED, CallProgress.BUSY, CallProgress.NO_ANSWER, CallProgress.FAILED})
