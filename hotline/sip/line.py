"""The line between one SIP caller and the interpreter of TwiML: what is to be heard goes out, keys and speech come in.

The interpreter calls from threads of its own, under its lock; the sound belongs to the event loop.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import partial

import structlog
from aiosipua import DialogState, IncomingCall

from hotline.simulator.gathering import KEYS
from hotline.simulator.line import Sound
from hotline.simulator.model import Call
from hotline.simulator.script import SignalKind, Steps, Wait
from hotline.simulator.simulator import Simulator
from hotline.simulator.switchboard import WrongState
from hotline.sip.media import Media
from hotline.sip.sounds import Sounds, beep

log = structlog.get_logger(__name__)

_NOTHING = Sound(0.0)


class SipLine:
    """Fulfils `hotline.simulator.line.Line`. `ended` is called in the event loop, once."""

    def __init__(
        self,
        incoming: IncomingCall,
        media: Media,
        sounds: Sounds,
        simulator: Simulator,
        ended: Callable[["SipLine", int], None],
    ) -> None:
        self.incoming, self.media = incoming, media
        self._sounds, self._simulator, self._ended = sounds, simulator, ended
        self._loop = asyncio.get_running_loop()
        self._call: Call | None = None
        self._early = ""
        media.on_key, media.on_voice = self.press, self._speak

    def begin(self, call: Call) -> None:
        """Which call of the interpreter this is; before it begins."""
        self._call = call
        call.line = self

    def spoken(self, text: str, language: str, slow: bool) -> Steps[Sound]:
        sound = yield from self._made(self._sounds.spoken(text, language, slow))
        return sound or _NOTHING

    def kept(self, url: str) -> Sound | None:
        return self._sounds.kept(url)

    def played(self, url: str, file: bytes) -> Steps[Sound | None]:
        return (yield from self._made(self._sounds.played(url, file)))

    def _made(self, coming: "Future[Sound | None]") -> Steps[Sound | None]:
        """Waits for what is made on another thread."""
        script = self._call.script if self._call is not None else None

        def tell(made: "Future[Sound | None]") -> None:
            with self._simulator.world.lock():
                if script is not None and not made.cancelled():
                    script.tell(SignalKind.ANSWER, made.result())

        coming.add_done_callback(tell)
        signal = yield Wait(None, frozenset({SignalKind.ANSWER}))
        sound: Sound | None = signal.value
        return sound

    def pick_up(self) -> None:
        self._soon(self._accept)

    def _accept(self) -> None:
        if self.incoming.dialog.state is DialogState.EARLY:  # not cancelled meanwhile
            self.incoming.accept(self.media.answer)

    def hear(self, sound: Sound) -> None:
        self._soon(lambda: self.media.play(sound.frames))
        early, self._early = self._early, ""
        for key in early:
            self._simulator.scheduler.soon(partial(self.press, key))

    def hush(self) -> None:
        self._soon(self.media.hush)

    def record(self, beep: bool) -> None:
        if beep:
            self.hear(_BEEP)
        self.media.record()

    def recorded(self) -> bytes:
        return self.media.recorded()

    def hang_up(self, sip_code: int) -> None:
        self._soon(lambda: self._ended(self, sip_code))

    def _soon(self, run: Callable[[], None]) -> None:
        self._loop.call_soon_threadsafe(run)

    def press(self, key: str) -> None:
        """The caller pressed a key; one that no menu knows (A to D, a flash) is nothing."""
        with self._simulator.world.lock(), suppress(WrongState):
            if self._call is not None and key in KEYS:
                self._simulator.switchboard.press(self._call, key)
                # While a sentence is being made nobody listens yet, although keys are asked for already.
                if not self._call.keys[-1].heard and self._call.doing.get("verb") == "gather":
                    self._early += key

    def _speak(self, seconds: float) -> None:
        with self._simulator.world.lock(), suppress(WrongState):
            if self._call is not None:
                self._simulator.switchboard.speak(self._call, seconds)

    def report(self) -> None:
        """How the call ended, and what was wrong with the answers to it, as Twilio's debugger would have it."""
        world, call = self._simulator.world, self._call
        if call is None:
            return
        with world.lock():
            faults = [logged.fault for logged in world.faults if logged.resource == call.sid]
            log.info("a call ended", call=call.sid, status=call.status, seconds=call.duration, keys=len(call.keys))
        for fault in faults:
            log.warning("a fault of the call", code=fault.code, fault=fault.message, detail=fault.detail)

    def gone(self) -> None:
        """The caller hung up, or is not there any more."""
        with self._simulator.world.lock(), suppress(WrongState):
            if self._call is not None:
                self._simulator.switchboard.hang_up(self._call)


_BEEP = beep()
