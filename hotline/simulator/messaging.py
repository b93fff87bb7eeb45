"""Text messages: those the application sends, on their way to a phone, and those a phone sends to us.
Statuses move in Twilio's order (queued, sending, sent, then delivered or undelivered), each reported."""

from collections.abc import Callable
from dataclasses import dataclass

from . import parameters
from .callbacks import StatusCallbacks
from .faults import NEVER_LEFT, Fault
from .keywords import OptOutType, auto_reply, opt_out_type
from .model import Direction, Message, MessageStatus, Number, PhoneKind, new_sid
from .segments import count_segments
from .webhooks import Webhook
from .world import World


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to send, already validated. `send_at` schedules it; `num_media` counts attachments."""

    to: str
    from_: str
    body: str
    direction: Direction = Direction.OUTBOUND_API
    messaging_service_sid: str = ""
    status_callback: str = ""
    send_at: float | None = None
    num_media: int = 0


class Messaging:
    def __init__(self, world: World, callbacks: StatusCallbacks) -> None:
        self.world = world
        self.callbacks = callbacks
        self.on_delivered: list[Callable[[Message], None]] = []

    def accept(self, draft: Draft, fault: Fault | None = None) -> Message:
        """Takes a message in; `start` sends it on its way. With `fault` a carrier will refuse it."""
        message = self._make(draft)
        message.error = fault
        self.world.add_message(message)
        self.world.announce("message", message.sid)
        return message

    def start(self, message: Message) -> None:
        """Begins delivery, now or at the scheduled moment."""
        if message.status is MessageStatus.SCHEDULED and message.send_at is not None:
            self.world.scheduler.after(message.send_at - self.world.now(), lambda: self._release(message))
        elif message.status is MessageStatus.ACCEPTED:
            self._later(message, self._queue)
        else:
            self._later(message, self._sending)

    def cancel(self, message: Message) -> None:
        self._move(message, MessageStatus.CANCELED)

    def receive(self, from_: str, number: Number, body: str) -> tuple[Message, OptOutType | None]:
        """A text arrives at one of our numbers: kept, and Twilio's own keyword handling done."""
        now = self.world.now()
        counted = count_segments(body)
        message = Message(
            sid=new_sid("SM"),
            direction=Direction.INBOUND,
            from_=from_,
            to=number.number,
            body=body,
            status=MessageStatus.RECEIVED,
            created=now,
            updated=now,
            sent=now,
            segments=counted.count,
            encoding=counted.encoding,
            messaging_service_sid=number.messaging_service_sid,
            history=[(MessageStatus.RECEIVED, now)],
        )
        self.world.add_message(message)
        self.world.phone(from_).thread.append(message)
        self.world.announce("message", message.sid)
        return message, self._keyword(message, number)

    def _keyword(self, message: Message, number: Number) -> OptOutType | None:
        if not number.opt_out:
            return None
        key = self.world.opt_out_key(number, message.from_)
        found = opt_out_type(message.body, opted_out=key in self.world.opted_out)
        if found is OptOutType.STOP:
            self.world.opted_out.add(key)
        elif found is OptOutType.START:
            self.world.opted_out.discard(key)
        if found is not None:
            text = auto_reply(found)
            draft = Draft(message.from_, number.number, text, Direction.OUTBOUND_REPLY)
            self.start(self.accept(draft))
        return found

    def _make(self, draft: Draft) -> Message:
        now = self.world.now()
        counted = count_segments(draft.body)
        status = MessageStatus.QUEUED
        if draft.send_at is not None:
            status = MessageStatus.SCHEDULED
        elif draft.messaging_service_sid:
            status = MessageStatus.ACCEPTED
        return Message(
            sid=new_sid("SM"),
            direction=draft.direction,
            from_=draft.from_,
            to=draft.to,
            body=draft.body,
            status=status,
            created=now,
            updated=now,
            segments=counted.count,
            encoding=counted.encoding,
            num_media=draft.num_media,
            messaging_service_sid=draft.messaging_service_sid,
            status_callback=draft.status_callback,
            send_at=draft.send_at,
            history=[(status, now)],
        )

    def _release(self, message: Message) -> None:
        if message.status is MessageStatus.SCHEDULED and self.world.knows(message.sid):
            self._queue(message)

    def _queue(self, message: Message) -> None:
        self._move(message, MessageStatus.QUEUED)
        self._later(message, self._sending)

    def _sending(self, message: Message) -> None:
        phone = self.world.phone(message.to)
        phone.thread.append(message)
        if message.error is not None and message.error.code in NEVER_LEFT:
            self._move(message, MessageStatus.FAILED)
            return
        self._move(message, MessageStatus.SENDING)
        self._later(message, self._sent)

    def _sent(self, message: Message) -> None:
        message.sent = self.world.now()
        self._move(message, MessageStatus.SENT)
        self._later(message, self._arrive)

    def _arrive(self, message: Message) -> None:
        phone = self.world.phone(message.to)
        if message.error is None and phone.kind is PhoneKind.LANDLINE:
            message.error = Fault(30006, f"{message.to} is a landline")
        if message.error is not None:
            self._move(message, MessageStatus.UNDELIVERED)
            return
        phone.received += 1
        self._move(message, MessageStatus.DELIVERED)
        for listener in self.on_delivered:
            listener(message)

    def _later(self, message: Message, step: Callable[[Message], None]) -> None:
        def take() -> None:
            if not message.is_over and self.world.knows(message.sid):
                step(message)

        self.world.scheduler.after(self.world.config.message_seconds, take)

    def _move(self, message: Message, status: MessageStatus) -> None:
        now = self.world.now()
        message.status, message.updated = status, now
        message.history.append((status, now))
        self.world.announce("message", message.sid)
        if status in (MessageStatus.UNDELIVERED, MessageStatus.FAILED) and message.error is not None:
            self.world.report(message.error, message.sid)
        if message.status_callback:
            params = parameters.message_status(message, self.world.config.account_sid)
            webhook = Webhook("message-status", message.status_callback, params, resource=message.sid)
            self.callbacks.push(webhook, last=message.is_over)
