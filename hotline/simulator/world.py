"""Everything the simulator knows, in one place, bounded in size: numbers, phones, messages, calls, errors.
Read and written only while holding `lock`; every change is announced to whoever waits for one."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

import phonenumbers

from .clock import Scheduler
from .config import NumberConfig, PhoneConfig, SimulatorConfig
from .faults import Fault
from .model import (
    Call,
    LoggedFault,
    Message,
    Number,
    Phone,
    PhoneKind,
    Recording,
    RequestRecord,
)
from .nasty import NastyModes

LANDLINES = frozenset({phonenumbers.PhoneNumberType.FIXED_LINE})

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Change:
    """One state change, as told to the page: what kind of thing, and which."""

    id: int
    kind: str
    subject: str


class World:
    def __init__(self, config: SimulatorConfig, scheduler: Scheduler) -> None:
        self.config = config
        self.scheduler = scheduler
        self.changed = scheduler.changed
        self.nasty = NastyModes()
        self.numbers: dict[str, Number] = {}
        self.phones: dict[str, Phone] = {}
        self.messages: dict[str, Message] = {}
        self.calls: dict[str, Call] = {}
        self.recordings: dict[str, Recording] = {}
        self.opted_out: set[tuple[str, str]] = set()
        self.faults: deque[LoggedFault] = deque(maxlen=config.keep)
        self.requests: deque[RequestRecord] = deque(maxlen=config.keep)
        self.changes: deque[Change] = deque(maxlen=config.keep)
        self.change_count = 0
        self._fault_count = 0
        self._request_count = 0
        for number in config.numbers:
            self.numbers[number.number] = number_from(number)
        for phone in config.phones:
            self.phones[phone.number] = phone_from(phone)

    @contextmanager
    def lock(self) -> Iterator[None]:
        with self.changed:
            yield

    def now(self) -> float:
        return self.scheduler.now()

    def announce(self, kind: str, subject: str) -> None:
        self.change_count += 1
        self.changes.append(Change(self.change_count, kind, subject))
        self.changed.notify_all()

    def wait_for(self, find: Callable[[], Found | None], timeout: float) -> Found | None:
        """Waits up to `timeout` real seconds until `find` (called under the lock) finds something."""
        with self.lock():
            if not self.changed.wait_for(lambda: self.scheduler.closed or find(), timeout):
                return None
            return find()

    def phone(self, number: str) -> Phone:
        """The phone with this number, made on first use."""
        if number not in self.phones:
            self.phones[number] = Phone(number, kind=kind_of(number))
            drop_oldest(self.phones, self.config.keep, spare=lambda phone: phone.placed)
            self.announce("phone", number)
        return self.phones[number]

    def open_calls(self) -> dict[str, Call]:
        """The newest call that each phone is in, ringing or talking, by the phone's number."""
        return {call.phone_number: call for call in self.calls.values() if not call.is_over}

    def add_message(self, message: Message) -> None:
        self.messages[message.sid] = message
        drop_oldest(self.messages, self.config.keep, spare=lambda kept: not kept.is_over)

    def add_call(self, call: Call) -> None:
        self.calls[call.sid] = call
        drop_oldest(self.calls, self.config.keep, spare=lambda kept: not kept.is_over)

    def add_recording(self, recording: Recording) -> None:
        self.recordings[recording.sid] = recording
        drop_oldest(self.recordings, self.config.keep)

    def add_request(self, make: Callable[[int], RequestRecord]) -> RequestRecord:
        self._request_count += 1
        record = make(self._request_count)
        self.requests.append(record)
        self.announce("request", str(record.id))
        return record

    def report(self, fault: Fault, resource: str = "", url: str = "") -> None:
        """Puts a fault into the debugger list."""
        self._fault_count += 1
        self.faults.append(LoggedFault(self._fault_count, self.now(), fault, resource, url))
        self.announce("error", str(self._fault_count))

    def knows(self, sid: str) -> bool:
        """Whether this message, call or recording still exists: nothing is done for what was forgotten."""
        return sid in self.messages or sid in self.calls or sid in self.recordings

    def is_ours(self, number: str) -> bool:
        return number in self.numbers

    def opt_out_key(self, number: Number, phone: str) -> tuple[str, str]:
        """A STOP counts for the whole Messaging Service when the number belongs to one."""
        return (number.messaging_service_sid or number.number, phone)

    def is_opted_out(self, number: Number, phone: str) -> bool:
        return number.opt_out and self.opt_out_key(number, phone) in self.opted_out

    def forget(self) -> None:
        """Drops what happened (threads, calls, requests, errors, opt-outs); keeps numbers and phones."""
        for history in (self.messages, self.calls, self.recordings):
            history.clear()
        self.opted_out.clear()
        self.faults.clear()
        self.requests.clear()
        for phone in self.phones.values():
            phone.thread.clear()
            phone.received = 0
        self.announce("reset", "")


def number_from(config: NumberConfig) -> Number:
    return Number(**{name: getattr(config, name) for name in config.__slots__})


def phone_from(config: PhoneConfig) -> Phone:
    kind = PhoneKind(config.kind) if config.kind else kind_of(config.number)
    return Phone(config.number, config.label, kind, config.owner, config.auto, placed=True)


def kind_of(number: str) -> PhoneKind:
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return PhoneKind.MOBILE
    return PhoneKind.LANDLINE if phonenumbers.number_type(parsed) in LANDLINES else PhoneKind.MOBILE


def drop_oldest(kept: dict[str, Found], most: int, spare: Callable[[Found], bool] = lambda _: False) -> None:
    """Forgets the oldest entries beyond `most`, except those to spare."""
    for key in list(islice(kept, max(0, len(kept) - most))):
        if not spare(kept[key]):
            del kept[key]
