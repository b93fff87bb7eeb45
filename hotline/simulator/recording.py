"""Recordings: what the application is told of each, and the one of two legs that a Dial connects.
Sources: https://www.twilio.com/docs/voice/twiml/dial#record and /docs/voice/api/recording"""

import math

from . import parameters
from .leg import Go, Leg
from .model import Recording, new_sid
from .twiml import Node
from .webhooks import Webhook

RECORDING_CALLBACK = frozenset(
    {"recordingStatusCallback", "recordingStatusCallbackMethod", "recordingStatusCallbackEvent"}
)
# Of <Dial>: whether it records, from when on, and whether in two channels. `true` is the old name of from-answer.
RECORDS = {
    "do-not-record": (False, False),
    "false": (False, False),
    "true": (True, False),
    "record-from-answer": (True, False),
    "record-from-ringing": (True, False),
    "record-from-answer-dual": (True, True),
    "record-from-ringing-dual": (True, True),
}


class BridgeRecorder:
    """Records both legs of a Dial, whispers too, under the caller's own sid: until they part, or it is stopped."""

    def __init__(self, leg: Leg, node: Node) -> None:
        self.leg, self.node = leg, node
        self.started = leg.world.now()
        _, self.is_dual = RECORDS[node.attributes["record"]]
        leg.call.recorder = self
        leg.switchboard.note(leg.call, "recording")

    def finish(self) -> Recording:
        """The application is told, once; nothing more is recorded on this call."""
        world, call = self.leg.world, self.leg.call
        call.recorder = None
        seconds = max(1, math.ceil(world.now() - self.started))
        channels = 2 if self.is_dual else 1
        recording = Recording(new_sid("RE"), call.sid, seconds, world.now(), None, channels, "DialVerb")
        world.add_recording(recording)
        self.leg.switchboard.note(call, "recorded", recording.sid)
        report(self.leg, self.node, recording, self.started)
        return recording


def recorder(leg: Leg, node: Node) -> BridgeRecorder | None:
    """For a Dial that is to record; one that is told something else is warned of, and does not."""
    wanted = node.attributes.get("record", "do-not-record")
    if wanted not in RECORDS:
        leg.fault(12200, f"record={wanted!r}: must be one of {', '.join(RECORDS)}")
        return None
    return BridgeRecorder(leg, node) if RECORDS[wanted][0] else None


def url_of(leg: Leg, recording: Recording) -> str:
    config = leg.world.config
    return f"{config.url}/2010-04-01/Accounts/{config.account_sid}/Recordings/{recording.sid}"


def report(leg: Leg, node: Node, recording: Recording, started: float) -> None:
    """Tells the verb's recordingStatusCallback, if it has one and wants this event."""
    url = node.attributes.get("recordingStatusCallback", "")
    events = node.attributes.get("recordingStatusCallbackEvent", "completed").split()
    if not url or "completed" not in events:
        return
    params = {
        "AccountSid": leg.world.config.account_sid,
        "CallSid": leg.call.sid,
        "RecordingSid": recording.sid,
        "RecordingUrl": url_of(leg, recording),
        "RecordingStatus": "completed",
        "RecordingDuration": str(recording.seconds),
        "RecordingChannels": str(recording.channels),
        "RecordingSource": recording.source,
        "RecordingStartTime": parameters.rfc2822(started),
        "ErrorCode": "0",
    }
    method = leg.method(node, 13610, "recordingStatusCallbackMethod")
    tell_webhook(leg, Webhook("recording-status", leg.url(url), params, method, recording.sid))


def tell(leg: Leg, go: Go) -> None:
    """Asks a document of a call that is over: the request is made, the answer is not executed."""
    params = {**parameters.voice(leg.call, leg.world.config.account_sid), **dict(go.params)}
    tell_webhook(leg, Webhook(go.kind, go.url, params, go.method, leg.call.sid))


def tell_webhook(leg: Leg, webhook: Webhook) -> None:
    """Sends a webhook whose answer does not matter; that it failed is reported."""
    world = leg.world
    leg.sender.send(
        webhook, lambda answer: world.report(answer.fault, webhook.resource, webhook.url) if answer.fault else None
    )
