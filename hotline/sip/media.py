"""One call's sound, both ways: what its offer asks for and what we answer, the RTP session, keys, a recording."""

import asyncio
import contextlib
import io
import wave
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address
from operator import mul
from typing import Self

from aiortp import PayloadType, PortAllocator, RTPSession
from aiosipua import SdpMessage, SdpNegotiationError, negotiate_sdp

from hotline.prompts.sound import RATE
from hotline.sip.sounds import FRAME_SECONDS

CODECS = [int(PayloadType.PCMU), int(PayloadType.PCMA)]
_PROFILES = ("RTP/AVP", "RTP/AVPF")  # no SRTP
_AHEAD = 5  # frames given to the pacer at once: how much is still heard after a key, 100 ms
_VOICE_BLOCK = 10  # frames over which it is judged whether somebody speaks
_VOICE = 330.0  # root mean square, of 32768: -40 dBFS, well above the noise of a line


class NotAcceptable(Exception):
    """An offer that we cannot take; the message says why. 488 to the caller."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a caller's SDP asks for. `keys` is the payload type of telephone-event at the codec's clock, None = none."""

    sdp: SdpMessage
    remote: tuple[str, int]
    keys: int | None


def read_offer(sdp: SdpMessage | None) -> Offer:
    """Raises NotAcceptable."""
    audio = sdp.audio if sdp is not None else None
    if sdp is None or audio is None:
        raise NotAcceptable("no audio is offered in the INVITE")
    if audio.proto not in _PROFILES:
        raise NotAcceptable(f"{audio.proto} is not spoken here")
    remote = sdp.rtp_address
    if remote is None or not _is_somewhere(*remote):
        raise NotAcceptable("the audio has no address to go to")
    if not any(codec.payload_type in CODECS for codec in audio.codecs):
        raise NotAcceptable("neither PCMU nor PCMA is offered")
    events = [codec for codec in audio.codecs if codec.encoding_name.lower() == "telephone-event"]
    # RFC 4733, 2.1: events count time by the clock of the audio they stand in. Softphones with Opus offer 48000 too.
    return Offer(sdp, remote, next((event.payload_type for event in events if event.clock_rate == RATE), None))


def _is_somewhere(host: str, port: int) -> bool:
    try:
        address = IPv4Address(host)
    except ValueError:
        return False
    return 0 < port < 65_536 and not (address.is_multicast or address.is_unspecified)


class Media:
    """Everything here belongs to the event loop, except `record` and `recorded`."""

    def __init__(
        self, session: RTPSession, codec: int, answer: SdpMessage, hears_events: bool, ports: PortAllocator, port: int
    ) -> None:
        self.answer, self.hears_events = answer, hears_events
        self.on_key: Callable[[str], None] = lambda _key: None
        self.on_voice: Callable[[float], None] = lambda _seconds: None
        self._session, self._codec, self._ports, self._port = session, codec, ports, port
        self._session.on_audio = self._audio
        self._session.on_dtmf = lambda key, _duration: self.on_key(key)
        self._waiting: asyncio.Queue[Sequence[bytes]] = asyncio.Queue()
        self._hushed = 0
        self._recording: bytearray | None = None
        self._judged = 0
        self._pump = asyncio.get_running_loop().create_task(self._send_on())

    @classmethod
    async def open(cls, offer: Offer, bind: str, told: str, ports: PortAllocator) -> Self:
        """Take a pair of ports, bound to `bind` and named as `told`. RuntimeError or OSError: none is free."""
        port, _ = await ports.allocate()
        try:
            answer, codec = _answer(offer, told, port, CODECS)
            session = await RTPSession.create(
                local_addr=(bind, port),
                remote_addr=offer.remote,
                payload_type=codec,
                dtmf_payload_type=-1 if offer.keys is None else offer.keys,
                paced=True,
                symmetric_rtp=True,
                cname="hotline",
            )
        except BaseException:
            await ports.release(port)
            raise
        return cls(session, codec, answer, offer.keys is not None, ports, port)

    def renegotiate(self, offer: Offer, told: str) -> SdpMessage:
        """Another offer in the same call, such as after a transfer. Raises NotAcceptable for another codec."""
        self.answer, _ = _answer(offer, told, self._port, [self._codec])
        self._session.update_remote(offer.remote)
        return self.answer

    def play(self, frames: Sequence[bytes]) -> None:
        self._waiting.put_nowait(frames)

    def hush(self) -> None:
        self._hushed += 1
        while not self._waiting.empty():
            self._waiting.get_nowait()
            self._waiting.task_done()

    async def played_out(self, seconds: float) -> None:
        """Wait until all was sent, but not for ever."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._waiting.join(), seconds)

    async def _send_on(self) -> None:
        while True:
            frames = await self._waiting.get()
            turn = self._hushed
            for begin in range(0, len(frames), _AHEAD):
                if self._hushed != turn:
                    break
                for frame in frames[begin : begin + _AHEAD]:
                    self._session.send_audio_pcm_auto(frame)
                await self._session.drain()
            self._waiting.task_done()

    def _audio(self, samples: bytes, _timestamp: int) -> None:
        recording = self._recording
        if recording is None:
            return
        recording.extend(samples)
        block = round(_VOICE_BLOCK * FRAME_SECONDS * RATE) * 2
        while len(recording) - self._judged >= block:
            if _loudness(recording[self._judged : self._judged + block]) >= _VOICE:
                self.on_voice(_VOICE_BLOCK * FRAME_SECONDS)
            self._judged += block

    def record(self) -> None:
        self._judged, self._recording = 0, bytearray()

    def recorded(self) -> bytes:
        samples, self._recording = self._recording or b"", None
        file = io.BytesIO()
        with wave.open(file, "wb") as made:
            made.setnchannels(1)
            made.setsampwidth(2)
            made.setframerate(RATE)
            made.writeframes(bytes(samples))
        return file.getvalue()

    async def close(self) -> None:
        self._pump.cancel()
        await self._session.close()
        await self._ports.release(self._port)


def _answer(offer: Offer, told: str, port: int, codecs: list[int]) -> tuple[SdpMessage, int]:
    try:
        answer, codec = negotiate_sdp(offer.sdp, told, port, codecs, dtmf_payload_type=offer.keys or 0)
    except SdpNegotiationError as error:
        raise NotAcceptable(str(error)) from None
    for media in answer.media:
        if media.media == "audio" and media.port:
            media.attributes["ptime"] = [str(round(1000 * FRAME_SECONDS))]  # whatever was asked for: what we send
    return answer, codec


def _loudness(samples: bytes | bytearray) -> float:
    values = array("h", samples)
    return float((sum(map(mul, values, values)) / max(1, len(values))) ** 0.5)
