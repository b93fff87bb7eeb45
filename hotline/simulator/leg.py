"""What every TwiML verb works with: the call leg it runs on, its document, and the ways out of a verb.
Also reads a verb's attributes; a value that is not allowed is warned about and the default is used."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin

from .faults import Fault
from .model import Call
from .script import SignalKind, Steps, Wait
from .switchboard import Switchboard
from .twiml import Document, Node
from .webhooks import Answer, Sender, Webhook
from .world import World


@dataclass(frozen=True, slots=True)
class Go:
    """A way out of a verb: go on with the document at `url`, sent these parameters besides the usual ones."""

    url: str
    method: str = "POST"
    params: tuple[tuple[str, str], ...] = ()
    kind: str = "voice"


class HangUp:
    """The other way out of a verb: the call ends."""


HANG_UP: Final = HangUp()

# None: the next verb of the document.
Outcome = Go | HangUp | None


@dataclass(slots=True)
class Leg:
    """One call being executed. `screening` is a callee hearing a whisper, before it is connected."""

    world: World
    sender: Sender
    switchboard: Switchboard
    call: Call
    screening: bool = False
    document: Document | None = None
    fallback_used: bool = False

    def url(self, reference: str) -> str:
        """An absolute URL: references are relative to the document being executed."""
        return urljoin(self.document.url, reference.strip()) if self.document else reference.strip()

    def fault(self, code: int, detail: str, *, notice: bool = False) -> None:
        url = self.document.url if self.document else ""
        self.world.report(Fault(code, detail, notice), self.call.sid, url)

    def pick_up(self) -> None:
        self.switchboard.pick_up(self.call)

    def ask(self, webhook: Webhook) -> Steps[Answer]:
        """Sends a webhook and waits for its answer."""
        script = self.call.script

        def deliver(answer: Answer) -> None:
            if script is not None:
                script.tell(SignalKind.ANSWER, answer)

        self.sender.send(webhook, deliver)
        signal = yield Wait(None, frozenset({SignalKind.ANSWER}))
        answer: Answer = signal.value
        return answer

    def action(self, node: Node, method_code: int, params: dict[str, str]) -> Go:
        """Where a verb's `action` leads; without one, back to the document itself."""
        document = self.document
        method = self.method(node, method_code)
        own = node.attributes.get("action", "").strip()
        url = self.url(own) if own else (document.url if document else "")
        return Go(url, method, tuple(params.items()), node.tag.lower())

    def method(self, node: Node, code: int, name: str = "method") -> str:
        given = node.attributes.get(name, "POST").upper()
        if given in ("GET", "POST"):
            return given
        self.fault(code, f"{name}={given!r}")
        return "POST"

    def whole(self, node: Node, name: str, default: int, code: int, least: int = 0) -> int:
        given = node.attributes.get(name)
        if given is None:
            return default
        if given.strip().isdecimal() and int(given) >= least:
            return int(given)
        self.fault(code, f"{name}={given!r}: must be a whole number, {least} or more")
        return default

    def flag(self, node: Node, name: str, default: bool, code: int) -> bool:
        given = node.attributes.get(name, "").strip().lower()
        if given in ("true", "false"):
            return given == "true"
        if given:
            self.fault(code, f"{name}={given!r}: must be true or false")
        return default

    def not_simulated(self, node: Node, simulated: frozenset[str]) -> None:
        """Says which of a verb's allowed attributes change nothing here."""
        for name in node.attributes:
            if name not in simulated:
                self.fault(12400, f"The simulator ignores the attribute '{name}' of <{node.tag}>.", notice=True)
