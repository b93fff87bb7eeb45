"""The things of the simulated world: our numbers, other people's phones, messages, calls, errors, requests.
Plain data; who may change it is said by the modules that do (messaging, switchboard, webhooks)."""

import uuid
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from .faults import Fault
from .line import Line, SilentLine

if TYPE_CHECKING:
    from .recording import BridgeRecorder
    from .script import Script

THREAD_LENGTH = 500
HISTORY_LENGTH = 500


class PhoneKind(StrEnum):
    MOBILE = "mobile"
    LANDLINE = "landline"


class MessageStatus(StrEnum):
    ACCEPTED = "accepted"
    SCHEDULED = "scheduled"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    RECEIVED = "received"
    CANCELED = "canceled"


class CallStatus(StrEnum):
    QUEUED = "queued"
    INITIATED = "initiated"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    FAILED = "failed"
    CANCELED = "canceled"


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND_API = "outbound-api"
    OUTBOUND_REPLY = "outbound-reply"
    OUTBOUND_DIAL = "outbound-dial"


FINAL = frozenset(
    {
        MessageStatus.DELIVERED,
        MessageStatus.UNDELIVERED,
        MessageStatus.FAILED,
        MessageStatus.CANCELED,
        MessageStatus.RECEIVED,
    }
)
ENDED = frozenset({CallStatus.COMPLETED, CallStatus.BUSY, CallStatus.NO_ANSWER, CallStatus.FAILED, CallStatus.CANCELED})


def new_sid(prefix: str) -> str:
    return prefix + uuid.uuid4().hex


@dataclass(slots=True)
class Number:
    """One of the account's own numbers and where its webhooks go; every URL is asked by POST."""

    number: str
    label: str = ""
    sms_url: str = ""
    sms_fallback_url: str = ""
    voice_url: str = ""
    voice_fallback_url: str = ""
    status_callback: str = ""
    messaging_service_sid: str = ""
    opt_out: bool = True
    sid: str = field(default_factory=lambda: new_sid("PN"))


@dataclass(slots=True)
class Message:
    """`error` is the Fault that made it undelivered or failed; `history` is [(status, moment)]."""

    sid: str
    direction: Direction
    from_: str
    to: str
    body: str
    status: MessageStatus
    created: float
    updated: float
    segments: int = 1
    encoding: str = ""
    num_media: int = 0
    messaging_service_sid: str = ""
    status_callback: str = ""
    send_at: float | None = None
    sent: float | None = None
    error: Fault | None = None
    history: list[tuple[MessageStatus, float]] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        """Whether its status will not change any more."""
        return self.status in FINAL


@dataclass(slots=True)
class Phone:
    """A phone out in the world. `thread` holds what it sent and what was sent to it, oldest first.

    `placed` phones were put there on purpose; others exist because their number was used once.
    """

    number: str
    label: str = ""
    kind: PhoneKind = PhoneKind.MOBILE
    owner: str = ""
    auto: Mapping[str, Any] | None = None
    placed: bool = False
    thread: deque[Message] = field(default_factory=lambda: deque(maxlen=THREAD_LENGTH))
    received: int = 0


@dataclass(slots=True)
class Spoken:
    """One thing the far end heard. `interrupted` when a key or a hang-up cut it short."""

    text: str
    language: str
    voice: str
    at: float
    interrupted: bool = False


@dataclass(slots=True)
class PressedKey:
    """`heard` is False when nothing was listening for keys at that moment."""

    key: str
    at: float
    heard: bool


@dataclass(frozen=True, slots=True)
class CallEvent:
    """Something that happened on a call: a status, a document fetched, a verb begun."""

    name: str
    at: float
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Callback:
    """Where a call's progress is reported, and which of initiated, ringing, answered, completed."""

    url: str
    method: str = "POST"
    events: frozenset[str] = frozenset({"completed"})


@dataclass(slots=True)
class Call:
    """One leg: the line between Twilio and one phone. A dialled (child) leg has a `parent_sid`."""

    sid: str
    direction: Direction
    from_: str
    to: str
    status: CallStatus
    created: float
    updated: float
    parent_sid: str = ""
    callback: Callback | None = None
    fallback_url: str = ""
    fallback_method: str = "POST"
    sip_headers: Mapping[str, str] = field(default_factory=dict)
    line: Line = field(default_factory=SilentLine)
    answered: float | None = None
    ended: float | None = None
    sip_code: int | None = None
    callbacks_sent: int = 0
    script: "Script | None" = None
    doing: dict[str, Any] = field(default_factory=dict)
    documents: int = 0
    said: deque[Spoken] = field(default_factory=lambda: deque(maxlen=HISTORY_LENGTH))
    keys: deque[PressedKey] = field(default_factory=lambda: deque(maxlen=HISTORY_LENGTH))
    events: deque[CallEvent] = field(default_factory=lambda: deque(maxlen=HISTORY_LENGTH))
    bridged_with: str = ""
    recorder: "BridgeRecorder | None" = None  # of a Dial of this leg, while it records

    @property
    def phone_number(self) -> str:
        """The far end's number: the phone that rang us, or the phone we ring."""
        return self.from_ if self.direction is Direction.INBOUND else self.to

    @property
    def our_number(self) -> str:
        return self.to if self.direction is Direction.INBOUND else self.from_

    @property
    def is_over(self) -> bool:
        return self.status in ENDED

    @property
    def duration(self) -> int | None:
        """Whole seconds of talk, 0 if never answered; None while the call is open."""
        if self.ended is None:
            return None
        return round(self.ended - self.answered) if self.answered is not None else 0


@dataclass(slots=True)
class Recording:
    """`sound` is a WAV file; None where nothing could be heard: a hum stands for it."""

    sid: str
    call_sid: str
    seconds: int
    created: float
    sound: bytes | None = None
    channels: int = 1
    source: str = "RecordVerb"


@dataclass(frozen=True, slots=True)
class LoggedFault:
    """A fault in the debugger list: `resource` is the message or call it happened to, `url` what was asked."""

    id: int
    at: float
    fault: Fault
    resource: str = ""
    url: str = ""


@dataclass(slots=True)
class RequestRecord:
    """One line of the inspector. `direction` is "webhook" (we asked) or "rest" (we were asked)."""

    id: int
    at: float
    direction: str
    kind: str
    method: str
    url: str
    params: dict[str, str]
    headers: dict[str, str]
    signed: str = ""
    resource: str = ""
    attempt: int = 1
    copy: int = 0
    lost: bool = False
    status: int | None = None
    response_headers: dict[str, str] = field(default_factory=dict)
    response_body: str = ""
    duration_ms: float | None = None
    error: str = ""
    faults: list[Fault] = field(default_factory=list)
