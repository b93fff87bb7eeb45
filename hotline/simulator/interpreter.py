"""Executes TwiML documents on a call: fetches one, runs its verbs in order, and goes where they lead.
What cannot be executed ends the call with Twilio's spoken apology, and a fault in the debugger list."""

from collections.abc import Callable

from . import parameters
from .dialing import Dialing
from .faults import Fault
from .gathering import gather, record
from .leg import HANG_UP, Go, HangUp, Leg, Outcome
from .model import Call, CallStatus
from .script import SignalKind, Steps
from .switchboard import Plan, Switchboard, WrongState
from .twiml import Document, Node, TwimlError, read_inline, read_voice
from .verbs import foresee, hangup, pause, play, redirect, reject, say
from .webhooks import Sender, Webhook
from .world import World

MOST_DOCUMENTS = 500
APOLOGY = Node(
    "Say", {"voice": "woman", "language": "en-US"}, "We are sorry, an application error has occurred. Goodbye."
)

# What a call begins with, or is changed to: a document to fetch, or the TwiML itself.
First = Go | str

VERBS: dict[str, Callable[[Leg, Node], Steps[Outcome]]] = {
    "Say": say,
    "Play": play,
    "Pause": pause,
    "Gather": gather,
    "Record": record,
    "Redirect": redirect,
    "Hangup": hangup,
    "Reject": reject,
}


class Interpreter:
    def __init__(self, world: World, sender: Sender, switchboard: Switchboard) -> None:
        self.world = world
        self.sender = sender
        self.switchboard = switchboard

    def start_incoming(self, call: Call, url: str) -> None:
        """A phone has rung one of our numbers: its voice URL says what happens."""
        if url:
            self.execute(call, Go(url))
            return
        self.world.report(Fault(11100, f"{call.to} has no voice_url"), call.sid)
        self.switchboard.end(call, CallStatus.FAILED)

    def start_outgoing(self, call: Call, first: First, ring_seconds: float) -> None:
        """Rings a phone; once it answers, `first` is executed."""
        self.switchboard.ring(call, Plan(lambda: self.execute(call, first)), ring_seconds)

    def change(self, call: Call, first: First) -> None:
        """Puts a call in progress on another document, out of whatever it was doing. Raises WrongState."""
        if call.status is not CallStatus.IN_PROGRESS:
            raise WrongState(f"the call is {call.status}: only one in progress can be redirected")
        parent = self.world.calls.get(call.parent_sid)
        if call.bridged_with and parent is not None and parent.script is not None:
            self.switchboard.unbridge(call)
            parent.script.tell(SignalKind.CHILD, ("left", call))
        self.execute(call, first)

    def execute(self, call: Call, first: First) -> None:
        leg = Leg(self.world, self.sender, self.switchboard, call)
        self.switchboard.run(call, self._steps(leg, first), lambda: self.switchboard.drop(call))

    def screen(self, call: Call, whisper: Go, ready: Callable[[], None]) -> None:
        """Executes a whisper on a callee's leg: coming to its end connects, hanging up does not."""
        leg = Leg(self.world, self.sender, self.switchboard, call, screening=True)

        def steps() -> Steps[None]:
            outcome = yield from self._documents(leg, whisper)
            if isinstance(outcome, HangUp):
                self.switchboard.drop(call)

        self.switchboard.run(call, steps(), lambda: None if call.is_over else ready())

    def _steps(self, leg: Leg, first: First) -> Steps[None]:
        yield from self._documents(leg, first)

    def _documents(self, leg: Leg, first: First) -> Steps[Outcome]:
        """Runs document after document; returns HANG_UP, or None when one came to its end."""
        document = self._read_inline(leg, first) if isinstance(first, str) else (yield from self._fetch(leg, first))
        while document is not None:
            outcome = yield from self._run(leg, document)
            if not isinstance(outcome, Go):
                return outcome
            document = yield from self._fetch(leg, outcome)
        yield from self._apologise(leg)
        return HANG_UP

    def _read_inline(self, leg: Leg, twiml: str) -> Document | None:
        try:
            return read_inline(twiml)
        except TwimlError as error:
            self.world.report(error.fault, leg.call.sid)
            return None

    def _run(self, leg: Leg, document: Document) -> Steps[Outcome]:
        leg.document = document
        for warning in document.warnings:
            self.world.report(warning, leg.call.sid, document.url)
        foresee(leg, document.verbs)
        for node in document.verbs:
            self.switchboard.note(leg.call, "verb", node.tag)
            if node.tag == "Dial" and not leg.screening:
                outcome = yield from Dialing(leg, node, self.screen).run()
            elif node.tag in VERBS:
                outcome = yield from VERBS[node.tag](leg, node)
            else:
                outcome = yield from self._cannot(leg, node)
            if outcome is not None:
                return outcome
        return None

    def _cannot(self, leg: Leg, node: Node) -> Steps[Outcome]:
        if node.tag == "Dial":
            leg.fault(13201, "A whisper document cannot dial.")
        else:
            leg.fault(12400, f"verb not simulated: <{node.tag}>")
        yield from self._apologise(leg)
        return HANG_UP

    def _fetch(self, leg: Leg, go: Go) -> Steps[Document | None]:
        """The document at `go`, or at the fallback URL; None when there is nothing to execute."""
        leg.call.documents += 1
        if leg.call.documents > MOST_DOCUMENTS:
            leg.fault(12400, f"{MOST_DOCUMENTS} documents were fetched for one call: it would never end.")
            return None
        params = parameters.voice(leg.call, self.world.config.account_sid) | dict(go.params)
        self.switchboard.note(leg.call, "document", go.url)
        self.switchboard.doing(leg.call, "fetch", url=go.url)
        answer = yield from leg.ask(Webhook(go.kind, go.url, params, go.method, leg.call.sid))
        try:
            return read_voice(answer)
        except TwimlError as error:
            self.world.report(error.fault, leg.call.sid, go.url)
            fault = error.fault
        if not leg.call.fallback_url or leg.fallback_used:
            return None
        leg.fallback_used = True
        params = parameters.fallback(params, fault, go.url)
        fallback = Go(leg.call.fallback_url, leg.call.fallback_method, tuple(params.items()), "voice-fallback")
        return (yield from self._fetch(leg, fallback))

    def _apologise(self, leg: Leg) -> Steps[None]:
        yield from say(leg, APOLOGY)
