"""The simple TwiML verbs: Say, Play, Pause, Redirect, Hangup and Reject.
Source: https://www.twilio.com/docs/voice/twiml"""

import re

from .leg import HANG_UP, Go, Leg, Outcome
from .line import Sound
from .model import CallStatus, Direction, Spoken
from .script import Signal, SignalKind, Steps, Wait
from .twiml import Node, TwimlError, content_type
from .webhooks import Webhook

MOST_LOOPS = 1000
LONGEST_TEXT = 4096
SECONDS_PER_TONE = 0.5
DEFAULT_LANGUAGE = "en-US"
VOICE = re.compile(r"man|woman|alice|(Polly|Google|Azure|ElevenLabs|Amazon|Rime)[.-].+", re.IGNORECASE)
# Such as en-US, cmn-CN, arb, en-GB-WLS: a region, but no script subtag as Gather's speech codes have.
LANGUAGE = re.compile(r"[a-z]{2,3}-[A-Z]{2}(-[A-Z]{3})?|arb|es-419")
SLOW_RATES = frozenset({"x-slow", "slow"})  # of <prosody>
REJECT_STATUS = {"rejected": CallStatus.NO_ANSWER, "busy": CallStatus.BUSY}


def say(leg: Leg, node: Node) -> Steps[Outcome]:
    yield from say_until_key(leg, node, listening=False)
    return None


def say_until_key(leg: Leg, node: Node, *, listening: bool) -> Steps[str | None]:
    """Speaks; when `listening`, a key interrupts and is returned."""
    leg.pick_up()
    text = " ".join(node.text.split())
    if not text or len(text) > LONGEST_TEXT:
        leg.fault(13520, f"{len(text)} characters; 1 to {LONGEST_TEXT} are allowed")
        return None
    voice, language = read_voice(leg, node)
    sound = yield from leg.call.line.spoken(text, language, is_slow(node))
    for _ in range(loops(leg, node, 13322 if listening else 13510)):
        spoken = Spoken(text, language, voice, leg.world.now())
        leg.call.said.append(spoken)
        if not listening:
            leg.switchboard.doing(leg.call, "say", text=text, language=language, voice=voice)
        try:
            key = yield from hear(leg, sound, listening)
        except GeneratorExit:
            spoken.interrupted = True
            raise
        if key is not None:
            spoken.interrupted = True
            return key
    return None


def read_voice(leg: Leg, node: Node) -> tuple[str, str]:
    voice = node.attributes.get("voice", "man").strip()
    language = node.attributes.get("language", DEFAULT_LANGUAGE).strip()
    if not VOICE.fullmatch(voice):
        leg.fault(13511, f"voice={voice!r}")
        voice = "man"
    if not LANGUAGE.fullmatch(language):
        leg.fault(13512, f"language={language!r}")
        language = DEFAULT_LANGUAGE
    return voice, language


def is_slow(node: Node) -> bool:
    return any(child.attributes.get("rate") in SLOW_RATES or is_slow(child) for child in node.children)


def play(leg: Leg, node: Node) -> Steps[Outcome]:
    yield from play_until_key(leg, node, listening=False)
    return None


def play_until_key(leg: Leg, node: Node, *, listening: bool) -> Steps[str | None]:
    """Plays a sound file, which is fetched, or dial tones; when `listening`, a key interrupts and is returned."""
    leg.pick_up()
    tones = node.attributes.get("digits", "")
    if tones:
        sound: Sound | None = Sound(len(tones) * SECONDS_PER_TONE)
        what = tones
    else:
        what = leg.url(node.text)
        sound = yield from fetch_sound(leg, what, 13325 if listening else 13420)
    if sound is None:
        return None
    for _ in range(loops(leg, node, 13410)):
        if not listening:
            leg.switchboard.doing(leg.call, "play", what=what)
        leg.switchboard.note(leg.call, "play", what)
        key = yield from hear(leg, sound, listening)
        if key is not None:
            return key
    return None


def fetch_sound(leg: Leg, url: str, type_code: int) -> Steps[Sound | None]:
    """The sound at `url`; None, and a fault, when it is no sound."""
    kept = leg.call.line.kept(url)
    if kept is not None:
        return kept
    answer = yield from leg.ask(Webhook("media", url, {}, "GET", leg.call.sid))
    try:
        kind = content_type(answer)
    except TwimlError as error:
        leg.fault(type_code if error.fault.code == 12300 else error.fault.code, error.fault.detail)
        return None
    if not kind.startswith("audio/"):
        leg.fault(type_code, f"{url}: Content-Type is {kind}")
        return None
    sound = yield from leg.call.line.played(url, answer.body)
    if sound is None:
        leg.fault(type_code, f"{url}: the sound cannot be read")
    return sound


def pause(leg: Leg, node: Node) -> Steps[Outcome]:
    """Waits. As the first verb of an incoming call it keeps ringing: nothing picks up."""
    yield from pause_until_key(leg, node, listening=False)
    return None


def pause_until_key(leg: Leg, node: Node, *, listening: bool) -> Steps[str | None]:
    seconds = leg.whole(node, "length", 1, 13910)
    if not listening:
        leg.switchboard.doing(leg.call, "pause", seconds=seconds)
    return (yield from pass_time(float(seconds), listening))


def hear(leg: Leg, sound: Sound, listening: bool) -> Steps[str | None]:
    """Lets a sound be heard; a key that ends it, or the end of the call, silences it."""
    leg.call.line.hear(sound)
    try:
        key = yield from pass_time(sound.seconds, listening)
    except GeneratorExit:
        leg.call.line.hush()
        raise
    if key is not None:
        leg.call.line.hush()
    return key


def pass_time(seconds: float, listening: bool) -> Steps[str | None]:
    """Lets time pass; when `listening`, a key ends it and is returned."""
    kinds = frozenset({SignalKind.TIME, SignalKind.KEY}) if listening else frozenset({SignalKind.TIME})
    signal: Signal = yield Wait(seconds, kinds)
    return signal.value if signal.kind is SignalKind.KEY else None


def loops(leg: Leg, node: Node, code: int) -> int:
    """How many times to repeat; 0 means "until the caller hangs up", which Twilio ends after a thousand."""
    return leg.whole(node, "loop", 1, code) or MOST_LOOPS


def redirect(leg: Leg, node: Node) -> Steps[Outcome]:
    yield from ()
    return Go(leg.url(node.text), leg.method(node, 13710))


def hangup(leg: Leg, _node: Node) -> Steps[Outcome]:
    yield from ()
    leg.pick_up()
    return HANG_UP


def reject(leg: Leg, node: Node) -> Steps[Outcome]:
    """Refuses a call that has not been answered; one that has is simply hung up."""
    yield from ()
    reason = node.attributes.get("reason", "rejected")
    if reason not in REJECT_STATUS:
        leg.fault(12200, f"reason={reason!r}: must be rejected or busy")
        reason = "rejected"
    if leg.call.direction is Direction.INBOUND and leg.call.answered is None:
        leg.switchboard.end(leg.call, REJECT_STATUS[reason])
    return HANG_UP
