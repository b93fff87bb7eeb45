"""The TwiML verbs that take something from the caller: Gather (keys) and Record (speech).
Sources: https://www.twilio.com/docs/voice/twiml/gather and /record"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from .leg import Go, Leg, Outcome
from .model import Recording, new_sid
from .recording import RECORDING_CALLBACK, report, tell, url_of
from .script import SignalKind, Steps, Wait
from .twiml import Node
from .verbs import pause_until_key, play_until_key, say_until_key

KEYS = "0123456789#*"
GATHER_ATTRIBUTES = frozenset(
    {"input", "action", "method", "timeout", "finishOnKey", "numDigits", "actionOnEmptyResult"}
)
RECORD_ATTRIBUTES = frozenset(
    {"action", "method", "timeout", "finishOnKey", "maxLength", "playBeep"} | RECORDING_CALLBACK
)
LONGEST_RECORDING_SECONDS = 3600
HEARS_KEYS = frozenset({SignalKind.TIME, SignalKind.KEY})
HEARS_SPEECH = frozenset({SignalKind.TIME, SignalKind.KEY, SignalKind.SPEECH})

PROMPTS: dict[str, Callable[..., Steps[str | None]]] = {
    "Say": say_until_key,
    "Play": play_until_key,
    "Pause": pause_until_key,
}


@dataclass(slots=True)
class Gathered:
    digits: str = ""
    finished_on: str = ""


def gather(leg: Leg, node: Node) -> Steps[Outcome]:
    """Collects keys. With none (and no actionOnEmptyResult) the document goes on with its next verb."""
    leg.pick_up()
    leg.not_simulated(node, GATHER_ATTRIBUTES)
    if "dtmf" not in node.attributes.get("input", "dtmf").split():
        leg.fault(12400, "The simulator gathers keys only: input must contain dtmf.", notice=True)
        return None
    timeout = leg.whole(node, "timeout", 5, 13313)
    most = leg.whole(node, "numDigits", 0, 13314, least=1)
    finish_on = read_finish_key(leg, node, "#", 13310)
    gathered = yield from collect(leg, node, timeout, most, finish_on)
    if not gathered.digits and not leg.flag(node, "actionOnEmptyResult", False, 12200):
        return None
    params = {"Digits": gathered.digits, "FinishedOnKey": gathered.finished_on}
    return leg.action(node, 13312, params)


def collect(leg: Leg, node: Node, timeout: int, most: int, finish_on: str) -> Steps[Gathered]:
    """Plays the prompts until a key is pressed, then waits `timeout` seconds for each further key."""
    gathered = Gathered()
    show_gather(leg, node, gathered, None)
    leg.switchboard.listening(leg.call)
    key = yield from prompt(leg, node, gathered)
    while True:
        if key is None:
            show_gather(leg, node, gathered, None)
            signal = yield Wait(timeout, HEARS_KEYS)
            if signal.kind is SignalKind.TIME:
                return gathered
            key = signal.value
        if key in finish_on:
            gathered.finished_on = key
            return gathered
        gathered.digits += key
        if most and len(gathered.digits) >= most:
            return gathered
        key = None


def prompt(leg: Leg, node: Node, gathered: Gathered) -> Steps[str | None]:
    """The nested verbs, one after another; a key ends them all and is returned."""
    for child in node.children:
        show_gather(leg, node, gathered, child)
        key = yield from PROMPTS[child.tag](leg, child, listening=True)
        if key is not None:
            return key
    return None


def show_gather(leg: Leg, node: Node, gathered: Gathered, child: Node | None) -> None:
    leg.switchboard.doing(
        leg.call,
        "gather",
        prompt=child.tag.lower() if child else None,
        text=" ".join(child.text.split()) if child else "",
        language=child.attributes.get("language", "") if child else "",
        digits=gathered.digits,
        attributes=dict(node.attributes),
    )


def read_finish_key(leg: Leg, node: Node, default: str, code: int) -> str:
    """The keys that end the input; the empty string means that none does."""
    given = node.attributes.get("finishOnKey")
    if given is None:
        return default
    if all(key in KEYS for key in given):
        return given
    leg.fault(code, f"finishOnKey={given!r}: only {KEYS} are allowed")
    return default


def record(leg: Leg, node: Node) -> Steps[Outcome]:
    """Records until a key, silence, the longest length or a hang-up, then asks `action`.

    A recording in which nobody spoke and that silence ended is empty: the document goes on.
    """
    leg.pick_up()
    leg.not_simulated(node, RECORD_ATTRIBUTES)
    leg.call.line.record(beep=leg.flag(node, "playBeep", True, 13616))
    recorder = Recorder(leg, node)
    try:
        ended_by = yield from recorder.listen()
    except GeneratorExit:
        if leg.call.is_over:
            recorder.finish_after_hangup()
        raise
    if not ended_by and not recorder.spoken:
        leg.call.line.recorded()
        return None
    return recorder.finish(ended_by)


class Recorder:
    def __init__(self, leg: Leg, node: Node) -> None:
        self.leg = leg
        self.node = node
        self.silence = leg.whole(node, "timeout", 5, 13611, least=1)
        self.longest = leg.whole(node, "maxLength", LONGEST_RECORDING_SECONDS, 13612, least=1)
        self.finish_on = read_finish_key(leg, node, KEYS, 13613)
        self.started = leg.world.now()
        self.spoken = False

    def listen(self) -> Steps[str]:
        """Returns the key that ended the recording, or "" when silence or its longest length did."""
        silent_from = self.started
        while True:
            self.leg.switchboard.doing(self.leg.call, "record", spoken=self.spoken)
            now = self.leg.world.now()
            deadline = min(silent_from + self.silence, self.started + self.longest)
            signal = yield Wait(deadline - now, HEARS_SPEECH)
            if signal.kind is SignalKind.TIME:
                return ""
            if signal.kind is SignalKind.SPEECH:
                self.spoken = True
                silent_from = max(silent_from, self.leg.world.now() + signal.value)
            elif signal.value in self.finish_on:
                return str(signal.value)

    def finish(self, ended_by: str) -> Go:
        recording = self._save()
        return self.leg.action(self.node, 13610, self._params(recording, ended_by))

    def finish_after_hangup(self) -> None:
        """The caller hung up: the action is told, but what it answers has nobody to hear it."""
        recording = self._save()
        go = self.leg.action(self.node, 13610, self._params(recording, "hangup"))
        tell(self.leg, go)

    def _save(self) -> Recording:
        now = self.leg.world.now()
        seconds = max(1, math.ceil(now - self.started))
        recording = Recording(new_sid("RE"), self.leg.call.sid, seconds, now, self.leg.call.line.recorded())
        self.leg.world.add_recording(recording)
        self.leg.switchboard.note(self.leg.call, "recorded", recording.sid)
        report(self.leg, self.node, recording, self.started)
        return recording

    def _params(self, recording: Recording, ended_by: str) -> dict[str, str]:
        return {
            "RecordingSid": recording.sid,
            "RecordingUrl": url_of(self.leg, recording),
            "RecordingDuration": str(recording.seconds),
            "Digits": ended_by,
        }
