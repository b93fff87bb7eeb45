"""The lines: ringing, answering, hanging up, keys and speech, for every leg of every call.
What a leg hears is decided by its script (see interpreter); here it only has a state and a phone."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from . import parameters
from .callbacks import StatusCallbacks
from .clock import Timer
from .model import (
    Call,
    Callback,
    CallEvent,
    CallStatus,
    Direction,
    Number,
    PressedKey,
    new_sid,
)
from .script import Script, SignalKind, Steps
from .webhooks import Webhook
from .world import World

SIP_CODES = {
    CallStatus.COMPLETED: 200,
    CallStatus.BUSY: 486,
    CallStatus.NO_ANSWER: 480,
    CallStatus.CANCELED: 487,
    CallStatus.FAILED: 404,
}
DECLINED = 603


class WrongState(Exception):
    """Something was asked of a call that its state does not allow; the message says why."""


@dataclass(slots=True)
class Plan:
    """What follows when an outgoing leg is answered or over, and the timer that stops it ringing."""

    on_answer: Callable[[], None]
    on_end: Callable[[], None] | None = None
    ring_timer: Timer | None = None


class Switchboard:
    def __init__(self, world: World, callbacks: StatusCallbacks) -> None:
        self.world = world
        self.callbacks = callbacks
        self.plans: dict[str, Plan] = {}
        self.on_ringing: list[Callable[[Call], None]] = []
        self.on_listening: list[Callable[[Call], None]] = []

    def new_call(
        self,
        direction: Direction,
        from_: str,
        to: str,
        callback: Callback | None = None,
        parent_sid: str = "",
    ) -> Call:
        now = self.world.now()
        status = CallStatus.RINGING if direction is Direction.INBOUND else CallStatus.QUEUED
        call = Call(new_sid("CA"), direction, from_, to, status, now, now, parent_sid, callback)
        self.world.add_call(call)
        self.note(call, status)
        return call

    def receive(self, from_: str, number: Number, sip_headers: Mapping[str, str]) -> Call:
        """A phone rings one of our numbers."""
        callback = Callback(number.status_callback) if number.status_callback else None
        self.world.phone(from_)
        call = self.new_call(Direction.INBOUND, from_, number.number, callback)
        call.fallback_url = number.voice_fallback_url
        call.sip_headers = dict(sip_headers)
        return call

    def ring(self, call: Call, plan: Plan, seconds: float) -> None:
        """Rings the phone of an outgoing leg for at most `seconds`."""
        if call.is_over:
            return
        self.plans[call.sid] = plan
        phone = self.world.phone(call.to)
        self._move(call, CallStatus.INITIATED, "initiated")
        if self.world.is_ours(call.to):
            self.end(call, CallStatus.FAILED)
        elif self.is_busy(phone.number, call):
            self.end(call, CallStatus.BUSY)
        else:
            self._move(call, CallStatus.RINGING, "ringing")
            plan.ring_timer = self.world.scheduler.after(seconds, lambda: self._rang_out(call))
            for listener in self.on_ringing:
                listener(call)

    def is_busy(self, number: str, new: Call | None = None) -> bool:
        busy = frozenset({CallStatus.RINGING, CallStatus.IN_PROGRESS})
        return any(
            call.phone_number == number and call.status in busy and call is not new
            for call in self.world.calls.values()
        )

    def answer(self, call: Call) -> None:
        """The phone we are ringing is picked up."""
        if call.direction is Direction.INBOUND or call.status is not CallStatus.RINGING:
            raise WrongState(f"the call is {call.status}: only a phone that is being rung can answer")
        self.pick_up(call)
        self.plans[call.sid].on_answer()

    def pick_up(self, call: Call) -> None:
        """The call is answered, by the phone or (an inbound one) by Twilio. Nothing if it already is."""
        if call.answered is not None or call.is_over:
            return
        call.answered = self.world.now()
        self._stop_ringing(call)
        call.line.pick_up()
        self._move(call, CallStatus.IN_PROGRESS, "answered")

    def hang_up(self, call: Call) -> None:
        """The phone's user hangs up, whichever state the call is in."""
        if call.is_over:
            raise WrongState(f"the call is already {call.status}")
        if call.answered is not None:
            self.end(call, CallStatus.COMPLETED)
        elif call.direction is Direction.INBOUND:
            self.end(call, CallStatus.NO_ANSWER)
        else:
            self.end(call, CallStatus.BUSY, DECLINED)

    def refuse(self, call: Call, sip_code: int) -> None:
        """The phone we are ringing declines (603) or is engaged (486); Twilio calls both busy."""
        if call.direction is Direction.INBOUND or call.status is not CallStatus.RINGING:
            raise WrongState(f"the call is {call.status}: only a phone that is being rung can refuse")
        self.end(call, CallStatus.BUSY, sip_code)

    def drop(self, call: Call) -> None:
        """Twilio ends the call: completed if it was answered, otherwise canceled."""
        self.end(call, CallStatus.COMPLETED if call.answered is not None else CallStatus.CANCELED)

    def end(self, call: Call, status: CallStatus, sip_code: int | None = None) -> None:
        if call.is_over:
            return
        call.ended = self.world.now()
        call.sip_code = sip_code or SIP_CODES[status]
        self._stop_ringing(call)
        # The script's last acts (a recording's action, say) must see that the call is over.
        call.status = status
        self.unbridge(call)
        if call.script is not None:
            call.script.stop()
            call.script = None
        call.doing = {}
        call.line.hang_up(call.sip_code)
        self._move(call, status, "completed")
        plan = self.plans.pop(call.sid, None)
        if plan is not None and plan.on_end is not None:
            plan.on_end()

    def press(self, call: Call, keys: Iterable[str]) -> None:
        """The phone's user presses keys, all at this moment. Those nobody listens for are lost."""
        if call.status is not CallStatus.IN_PROGRESS:
            raise WrongState(f"the call is {call.status}: keys can be pressed only while it is in progress")
        for key in keys:
            pressed = PressedKey(key, self.world.now(), heard=False)
            call.keys.append(pressed)
            pressed.heard = call.script is not None and call.script.tell(SignalKind.KEY, key)
        self.world.announce("call", call.sid)
        if self.world.nasty.modes.hang_up_after_key and not call.is_over:
            self.hang_up(call)

    def speak(self, call: Call, seconds: float) -> bool:
        """The phone's user speaks for a while; True if a recording heard it."""
        if call.status is not CallStatus.IN_PROGRESS:
            raise WrongState(f"the call is {call.status}: one can speak only while it is in progress")
        return call.script is not None and call.script.tell(SignalKind.SPEECH, seconds)

    def run(self, call: Call, steps: Steps[None], finished: Callable[[], None]) -> None:
        """Puts a script on the leg, in place of the one it had."""
        if call.script is not None:
            call.script.stop()
        call.script = Script(self.world.scheduler, steps, finished)
        call.script.start()

    def doing(self, call: Call, verb: str, **details: object) -> None:
        """Shows what the leg is doing now."""
        if not call.is_over:
            call.doing = {"verb": verb, **details}
            self.world.announce("call", call.sid)

    def listening(self, call: Call) -> None:
        """The leg has begun to wait for keys."""
        for listener in self.on_listening:
            listener(call)

    def bridge(self, one: Call, other: Call) -> None:
        one.bridged_with, other.bridged_with = other.sid, one.sid
        for call in (one, other):
            self.note(call, "bridged", call.bridged_with)
            self.world.announce("call", call.sid)

    def unbridge(self, call: Call) -> Call | None:
        """Separates a leg from the one it is bridged with, which is returned."""
        other = self.world.calls.get(call.bridged_with)
        call.bridged_with = ""
        if other is not None:
            other.bridged_with = ""
        return other

    def note(self, call: Call, name: str, detail: str = "") -> None:
        call.events.append(CallEvent(name, self.world.now(), detail))

    def _rang_out(self, call: Call) -> None:
        self.end(call, CallStatus.NO_ANSWER)

    def _stop_ringing(self, call: Call) -> None:
        plan = self.plans.get(call.sid)
        if plan is not None and plan.ring_timer is not None:
            plan.ring_timer.cancel()

    def _move(self, call: Call, status: CallStatus, event: str) -> None:
        """Takes the call to a status and reports it under the event's name to whoever asked for that event."""
        call.status, call.updated = status, self.world.now()
        self.note(call, event if event != "completed" else status)
        self.world.announce("call", call.sid)
        if call.callback is None or event not in call.callback.events:
            return
        params = parameters.call_status(call, self.world.config.account_sid, call.callbacks_sent, call.updated)
        call.callbacks_sent += 1
        webhook = Webhook("call-status", call.callback.url, params, call.callback.method, call.sid)
        self.callbacks.push(webhook, last=call.is_over)
