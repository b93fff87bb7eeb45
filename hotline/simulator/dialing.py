"""The TwiML verb Dial: rings other phones, lets the one that answers hear its whisper, and connects them.
Sources: https://www.twilio.com/docs/voice/twiml/dial and /number"""

from collections.abc import Callable
from dataclasses import dataclass, field

from .leg import Go, Leg, Outcome
from .model import Call, Callback, CallStatus, Direction, Recording
from .phone_numbers import is_dialable
from .recording import RECORDING_CALLBACK, recorder, tell, url_of
from .script import SignalKind, Steps, Wait
from .switchboard import Plan
from .twiml import Node

MOST_NUMBERS = 10
DIAL_ATTRIBUTES = (
    frozenset({"action", "method", "timeout", "hangupOnStar", "timeLimit", "callerId", "answerOnBridge", "record"})
    | RECORDING_CALLBACK
)
NUMBER_ATTRIBUTES = frozenset({"url", "method", "statusCallback", "statusCallbackEvent", "statusCallbackMethod"})
EVENTS = frozenset({"initiated", "ringing", "answered", "completed"})
LONGEST_CALL_SECONDS = 4 * 3600
HEARS_CHILDREN = frozenset({SignalKind.TIME, SignalKind.KEY, SignalKind.CHILD})

# Runs a whisper on the answered leg, and calls back when the two may be connected.
Screen = Callable[[Call, Go, Callable[[], None]], None]


@dataclass(slots=True)
class Dialled:
    """How a Dial stands: the legs still open, the one that answered first, and the one that is connected."""

    open: dict[str, Call] = field(default_factory=dict)
    last: Call | None = None
    answered: Call | None = None
    bridged: Call | None = None
    bridged_at: float = 0.0
    status: CallStatus | None = None
    recording: Recording | None = None


class Dialing:
    """One execution of <Dial>. Children report by the signal CHILD: ("answered" | "ready" | "left" | "ended", leg)."""

    def __init__(self, leg: Leg, node: Node, screen: Screen) -> None:
        self.leg = leg
        self.node = node
        self.screen = screen
        self.state = Dialled()
        self.seconds = leg.whole(node, "timeout", 30, 13212, least=1)
        self.limit = leg.whole(node, "timeLimit", LONGEST_CALL_SECONDS, 13216, least=1)
        self.star = leg.flag(node, "hangupOnStar", False, 13213)
        self.wait_for_bridge = leg.flag(node, "answerOnBridge", False, 12200)
        leg.not_simulated(node, DIAL_ATTRIBUTES)

    def run(self) -> Steps[Outcome]:
        if not self.wait_for_bridge:
            self.leg.pick_up()
        self._place()
        try:
            yield from self._attend()
        except GeneratorExit:
            self._hang_up_children()
            self._end_recording()
            if self.leg.call.is_over and self.node.attributes.get("action"):
                tell(self.leg, self._action())
            raise
        self._end_recording()
        return self._action() if self.node.attributes.get("action") else None

    def _place(self) -> None:
        """Rings every number; one that cannot be dialled leaves the status failed."""
        self.state.status = CallStatus.FAILED
        caller = self._caller_id()
        if caller is None:
            return
        for target in self._targets()[:MOST_NUMBERS]:
            to = target.text.strip()
            if not is_dialable(to):
                self.leg.fault(13224 if to.startswith("+") else 13223, to)
                continue
            self._ring(target, caller, to)

    def _caller_id(self) -> str | None:
        """Who the callee sees: must be the caller, the called, or one of the account's numbers."""
        call, world = self.leg.call, self.leg.world
        given = self.node.attributes.get("callerId", "").strip() or call.from_
        if given in (call.from_, call.to) or world.is_ours(given):
            return given
        self.leg.fault(13214, f"callerId={given!r} is not a number of this account")
        return None

    def _targets(self) -> list[Node]:
        for child in self.node.children:
            if child.tag != "Number":
                self.leg.fault(12400, f"The simulator dials numbers only, not <{child.tag}>.", notice=True)
        numbers = [child for child in self.node.children if child.tag == "Number"]
        if not self.node.children and self.node.text.strip():
            numbers.append(Node("Number", {}, self.node.text))
        for number in numbers:
            self.leg.not_simulated(number, NUMBER_ATTRIBUTES)
        return numbers

    def _ring(self, target: Node, caller: str, to: str) -> None:
        board, parent = self.leg.switchboard, self.leg.call
        child = board.new_call(Direction.OUTBOUND_DIAL, caller, to, self._callback(target), parent.sid)
        self.state.open[child.sid] = child
        script = parent.script

        def report(event: str) -> None:
            if script is not None:
                script.tell(SignalKind.CHILD, (event, child))

        def answered() -> None:
            report("answered")
            whisper = target.attributes.get("url", "")
            if whisper and not child.is_over:
                go = Go(self.leg.url(whisper), self.leg.method(target, 13221), kind="whisper")
                self.screen(child, go, lambda: report("ready"))
            else:
                report("ready")

        board.ring(child, Plan(answered, lambda: report("ended")), self.seconds)

    def _callback(self, target: Node) -> Callback | None:
        url = target.attributes.get("statusCallback", "")
        if not url:
            return None
        events = frozenset(target.attributes.get("statusCallbackEvent", "completed").split()) & EVENTS
        method = self.leg.method(target, 13221, "statusCallbackMethod")
        return Callback(self.leg.url(url), method, events)

    def _attend(self) -> Steps[None]:
        """Waits until no leg is open any more."""
        state = self.state
        while state.open:
            self._show()
            left = self.limit - (self.leg.world.now() - state.bridged_at) if state.bridged else None
            signal = yield Wait(left, HEARS_CHILDREN)
            if signal.kind is SignalKind.CHILD:
                self._hear(*signal.value)
            elif signal.kind is SignalKind.TIME or (signal.value == "*" and self.star):
                self._hang_up_children()

    def _hear(self, event: str, child: Call) -> None:
        state, board = self.state, self.leg.switchboard
        if child.sid not in state.open:
            return
        if event == "answered" and state.answered is None:
            state.answered = child
            recorder(self.leg, self.node)
            for other in list(state.open.values()):
                if other is not child:
                    board.end(other, CallStatus.CANCELED)
        elif event == "ready" and not child.is_over:
            self.leg.pick_up()
            state.bridged, state.bridged_at = child, self.leg.world.now()
            board.bridge(self.leg.call, child)
            board.doing(child, "bridged")
        elif event in ("ended", "left"):
            del state.open[child.sid]
            if state.answered in (None, child):
                state.last = child

    def _show(self) -> None:
        phase = "bridged" if self.state.bridged else "ringing" if self.state.answered is None else "whisper"
        to = [child.to for child in self.state.open.values()]
        self.leg.switchboard.doing(self.leg.call, "dial", phase=phase, to=to)

    def _hang_up_children(self) -> None:
        for child in list(self.state.open.values()):
            self.leg.switchboard.drop(child)
            del self.state.open[child.sid]
            if self.state.answered in (None, child):
                self.state.last = child

    def _end_recording(self) -> None:
        """Unless it was stopped before."""
        if self.leg.call.recorder is not None:
            self.state.recording = self.leg.call.recorder.finish()

    def _action(self) -> Go:
        state = self.state
        params = {"DialCallStatus": self._status(), "DialBridged": "true" if state.bridged else "false"}
        if state.last is not None:
            params["DialCallSid"] = state.last.sid
        if state.bridged is not None:
            end = state.bridged.ended or self.leg.world.now()
            params["DialCallDuration"] = str(round(end - (state.bridged.answered or end)))
        if state.recording is not None:
            params["RecordingUrl"] = url_of(self.leg, state.recording)
        return self.leg.action(self.node, 13210, params)

    def _status(self) -> str:
        """A callee who answered but was never connected (the whisper hung up) counts as no answer."""
        state = self.state
        if state.bridged is not None:
            return CallStatus.COMPLETED
        if state.last is None:
            return CallStatus.FAILED
        return CallStatus.NO_ANSWER if state.last.answered is not None else state.last.status
