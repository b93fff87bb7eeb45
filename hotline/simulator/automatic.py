"""Phones that act by themselves, for demonstrations: answer calls, press keys at each Gather, reply to texts.
The setting `auto` of a phone: {"answer_after": seconds, "keys": ["5", …], "reply": "5" or ["2", "5", …]}."""

from collections.abc import Mapping
from typing import Any

from .messaging import Messaging
from .model import Call, CallStatus, Message
from .replies import Replies
from .switchboard import Switchboard, WrongState
from .world import World

KEY_SECONDS = 2.0
REPLY_SECONDS = 2.0


class BadAuto(ValueError):
    """An `auto` setting that makes no sense; the message says why."""


class AutomaticPhones:
    """Replies and keys are used up one by one, so that a reply to a reply does not go on for ever."""

    def __init__(self, world: World, messaging: Messaging, replies: Replies, switchboard: Switchboard) -> None:
        self.world = world
        self.replies = replies
        self.switchboard = switchboard
        self._replies_left: dict[str, list[str]] = {}
        self._keys_left: dict[str, list[str]] = {}
        for phone in world.phones.values():
            self.configure(phone.number, check_auto(phone.auto))
        messaging.on_delivered.append(self._text_came)
        switchboard.on_ringing.append(self._phone_rings)
        switchboard.on_listening.append(self._gather_began)

    def configure(self, number: str, auto: Mapping[str, Any] | None) -> None:
        self._replies_left.pop(number, None)
        if auto and "reply" in auto:
            self._replies_left[number] = as_list(auto["reply"])

    def _phone_rings(self, call: Call) -> None:
        auto = self._auto(call.phone_number)
        if "answer_after" not in auto:
            return
        self._keys_left[call.sid] = as_list(auto.get("keys", []))
        self.world.scheduler.after(auto["answer_after"], lambda: self._answer(call))

    def _answer(self, call: Call) -> None:
        if call.status is CallStatus.RINGING:
            self.switchboard.answer(call)

    def _gather_began(self, call: Call) -> None:
        left = self._keys_left.get(call.sid)
        if left is None:
            left = self._keys_left[call.sid] = as_list(self._auto(call.phone_number).get("keys", []))
        if left:
            keys = left.pop(0)
            self.world.scheduler.after(KEY_SECONDS, lambda: self._press(call, keys))
        if not left:
            self._forget_old_calls()

    def _press(self, call: Call, keys: str) -> None:
        try:
            self.switchboard.press(call, keys)
        except WrongState:
            return  # Someone hung up before the key was reached.

    def _text_came(self, message: Message) -> None:
        left = self._replies_left.get(message.to)
        if not left or not self.world.is_ours(message.from_):
            return
        body = left.pop(0)
        number = self.world.numbers[message.from_]
        self.world.scheduler.after(REPLY_SECONDS, lambda: self._reply(message.to, number.number, body))

    def _reply(self, phone: str, number: str, body: str) -> None:
        if number in self.world.numbers:
            self.replies.text(phone, self.world.numbers[number], body)

    def _auto(self, number: str) -> Mapping[str, Any]:
        return self.world.phone(number).auto or {}

    def _forget_old_calls(self) -> None:
        for sid in list(self._keys_left):
            call = self.world.calls.get(sid)
            if call is None or call.is_over:
                del self._keys_left[sid]


def check_auto(auto: object) -> Mapping[str, Any] | None:
    """The setting, if it makes sense. Raises BadAuto."""
    if auto is None:
        return None
    if not isinstance(auto, Mapping):
        raise BadAuto("auto: must be null or an object")
    for name, value in auto.items():
        if name == "answer_after":
            good = isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
        elif name in ("keys", "reply"):
            good = isinstance(value, str) or (isinstance(value, list) and all(isinstance(v, str) for v in value))
        else:
            raise BadAuto(f"auto.{name}: there is no such setting")
        if not good:
            raise BadAuto(f"auto.{name}: wrong kind of value")
    return auto


def as_list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
