"""The gateway: each INVITE becomes a call of the interpreter that also runs the simulator, on a line with sound.

The interpreter posts the signed webhooks, executes the TwiML that answers, and reports how the call goes.
"""

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import structlog
from aiortp import PortAllocator
from aiosipua import DialogState, IncomingCall, SipRequest, SipUAC, SipUAS

from hotline.errors import SettingsError
from hotline.prompts.voices import Voice
from hotline.settings import SipSettings
from hotline.simulator import NumberConfig, SimulatorConfig, SimulatorServer, read_config, serve
from hotline.simulator.model import Callback, CallStatus
from hotline.sip.caller import caller_of, headers_of
from hotline.sip.door import Door
from hotline.sip.line import SipLine
from hotline.sip.media import Media, NotAcceptable, read_offer
from hotline.sip.recordings import serve_recordings
from hotline.sip.registration import keep_registered, resolve
from hotline.sip.sounds import Sounds
from hotline.sip.transport import UdpTransport

log = structlog.get_logger(__name__)

_KEPT = 60  # calls, recordings and requests that are over and still known
_TAIL_SECONDS = 0.5  # of sound that may be on its way when a call ends
_GOODBYE_SECONDS = 3.0  # for all calls together, when the gateway ends
_SWITCH_SECONDS = 0.0005
_BUSY, _NOT_ACCEPTABLE, _NO_PORT = 486, 488, 503


class Gateway:
    """`server` = the simulator whose calls these are; what else it serves is of no concern here."""

    def __init__(self, settings: SipSettings, voice: Voice, server: SimulatorServer) -> None:
        self._settings = settings
        host, port = settings.listen_at
        self._host, self._told = str(host), str(settings.sip_address or host)
        self._sounds = Sounds(voice)
        self._server, self._simulator = server, server.simulator
        self._ports = PortAllocator((settings.rtp_ports.start, settings.rtp_ports.stop - 1))
        self._lines: dict[str, SipLine] = {}
        self._coming: set[str] = set()  # Call-IDs that have no line yet
        self._tasks: set[asyncio.Task[None]] = set()
        self._registration: asyncio.Task[None] | None = None

        told = (self._told, port)
        self._transport = UdpTransport((self._host, port), peers=settings.sip_peers)
        self._uac = SipUAC(self._transport, advertised_addr=told)
        self._uas = SipUAS(self._transport, user_agent="hotline", uac=self._uac, advertised_addr=told)

    async def start(self) -> None:
        """Raises SettingsError if the address is taken, or the registrar's name leads nowhere."""
        registrar = await resolve(self._settings)
        if registrar is not None and self._transport.peers is not None:
            self._transport.peers = (*self._transport.peers, registrar.network)
        try:
            await self._uas.start()
        except OSError as error:
            raise SettingsError(f"HOTLINE_SIP_LISTEN: cannot listen at {self._settings.sip_listen}: {error}") from None
        self._door = Door(self._uas, self._pressed)
        self._uas.on_invite = self._invited
        self._uas.on_reinvite = self._invited_again
        self._uas.on_bye = lambda call, _request: self._gone(call.call_id)
        self._uas.on_cancel = lambda request, _address: self._gone(request.call_id or "")
        self._uas.on_ack_timeout = lambda call: self._gone(call.call_id)
        if registrar is not None:
            self._registration = self._spawn(keep_registered(self._uac, registrar, self._settings))

    def _invited(self, incoming: IncomingCall) -> None:
        if len(self._lines) + len(self._coming) >= self._settings.sip_most_calls:
            log.warning("a call is refused: all lines are taken")
            self._door.refuse(incoming, _BUSY)
        else:
            self._coming.add(incoming.call_id)
            self._spawn(self._take(incoming)).add_done_callback(lambda _: self._coming.discard(incoming.call_id))

    async def _take(self, incoming: IncomingCall) -> None:
        """Ring, and let the interpreter say when to answer."""
        try:
            offer = read_offer(incoming.sdp_offer)
            media = await Media.open(offer, self._host, self._told, self._ports)
        except (NotAcceptable, OSError, RuntimeError) as error:
            log.warning("a call is refused", reason=str(error))
            self._door.refuse(incoming, _NOT_ACCEPTABLE if isinstance(error, NotAcceptable) else _NO_PORT)
            return
        if offer.keys is None:
            log.warning("the caller has no telephone-event/8000: only keys sent by SIP INFO will be heard")
        line = SipLine(incoming, media, self._sounds, self._simulator, self._ended)
        self._lines[incoming.call_id] = line
        self._coming.discard(incoming.call_id)
        if incoming.dialog.state is DialogState.TERMINATED:  # cancelled meanwhile
            self._ended(line, 0)
            return
        incoming.ringing()
        self._begin(line, incoming.invite)

    def _begin(self, line: SipLine, invite: SipRequest) -> None:
        world, settings = self._simulator.world, self._settings
        with world.lock():
            number = world.numbers[settings.twilio_from]
            caller = caller_of(invite, settings.sip_caller)
            call = self._simulator.switchboard.receive(caller, number, headers_of(invite))
            call.callback = Callback(f"{_voice_url(settings)}/status", events=frozenset({"answered", "completed"}))
            line.begin(call)
            log.info("a call begins", call=call.sid)
            self._simulator.interpreter.start_incoming(call, number.voice_url)

    def _invited_again(self, incoming: IncomingCall) -> None:
        line = self._lines.get(incoming.call_id)
        if line is None:
            return
        try:
            offer = read_offer(incoming.sdp_offer)
            answer = line.media.renegotiate(offer, self._told)
        except NotAcceptable as error:
            log.warning("a change of a call is left out", reason=str(error))
            answer = line.media.answer
        incoming.accept(answer)

    def _pressed(self, incoming: IncomingCall, key: str) -> None:
        line = self._lines.get(incoming.call_id)
        if line is not None and not line.media.hears_events:
            line.press(key)

    def _gone(self, call_id: str) -> None:
        line = self._lines.get(call_id)
        if line is not None:
            line.gone()

    def _ended(self, line: SipLine, sip_code: int) -> None:
        if self._lines.pop(line.incoming.call_id, None) is not None:
            line.report()
            self._spawn(self._finish(line, sip_code))

    async def _finish(self, line: SipLine, sip_code: int) -> None:
        incoming = line.incoming
        if incoming.dialog.state is DialogState.CONFIRMED:
            await line.media.played_out(_TAIL_SECONDS)
            await line.media.close()
            await self._door.say_bye(incoming)
            self._door.forget(incoming)
            return
        if incoming.dialog.state is DialogState.EARLY:
            self._door.refuse(incoming, sip_code)
        await line.media.close()

    def _spawn(self, coming: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task = asyncio.get_running_loop().create_task(coming)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a call's task failed", exc_info=error)

    async def stop(self) -> None:
        """Say goodbye on every line, wait a moment to be heard, and let go of everything."""
        self._uas.on_invite = lambda call: self._door.refuse(call, _NO_PORT)
        with self._simulator.world.lock():
            for call in list(self._simulator.world.calls.values()):
                self._simulator.switchboard.drop(call)
        if self._registration is not None:
            self._registration.cancel()
        await asyncio.sleep(0)  # the lines hear of it
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_GOODBYE_SECONDS)
        await self._uas.stop()
        self._sounds.close()
        await asyncio.to_thread(self._server.close)


def own_exchange(settings: SipSettings) -> SimulatorServer:
    """Carries nothing but the gateway's calls. Raises SettingsError if its port is taken."""
    try:
        server = serve_recordings(_config(settings), settings.sip_http_port)
    except OSError as error:
        raise SettingsError(f"HOTLINE_SIP_HTTP_PORT: cannot serve at {settings.sip_http_port}: {error}") from None
    switchboard = server.simulator.switchboard
    # <Dial> has nobody to ring: its action is asked at once, with DialCallStatus=failed.
    switchboard.on_ringing.append(lambda dialled: switchboard.end(dialled, CallStatus.FAILED))
    return server


def whole_simulator(settings: SipSettings, config: Path) -> SimulatorServer:
    """The demo's own, telephones on a page and all: real ones are among them."""
    return serve(read_config(config), port=settings.sip_http_port)


def _config(settings: SipSettings) -> SimulatorConfig:
    url = _voice_url(settings)
    fallback = settings.sip_fallback_url or f"{url}/fallback"
    number = NumberConfig(settings.twilio_from, voice_url=url, voice_fallback_url=fallback)
    token = settings.twilio_auth_token.get_secret_value()
    return SimulatorConfig(settings.twilio_account_sid, token, keep=_KEPT, numbers=(number,))


def _voice_url(settings: SipSettings) -> str:
    return f"{settings.public_url}/webhooks/twilio/voice"


async def run(settings: SipSettings, voice: Voice, server: SimulatorServer, tell: Callable[[str], None]) -> None:
    """Take calls until SIGTERM or Ctrl-C; `tell` hears the address once it is open."""
    # A sentence is made in plain Python beside the loop: no piece of that shall be as long as a packet.
    sys.setswitchinterval(_SWITCH_SECONDS)
    end = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, end.set)
    gateway = Gateway(settings, voice, server)
    try:
        await gateway.start()
        tell(f"sip:{settings.sip_listen}")
        await end.wait()
    finally:
        await gateway.stop()
