"""A SIP telephone that a test holds: it rings, hears, presses keys, speaks, and is hung up on."""

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiortp import PayloadType, RTPSession
from aiosipua import OutgoingCall, SipUAC, SipUAS, parse_sdp

from hotline.sip.transport import UdpTransport
from tests import parts
from tests.sip.gateway import Gateway, loudness

_SECONDS = 10.0
_RATE = 8000
_SESSION = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
_OFFER = _SESSION + "m=audio {port} RTP/AVP {formats}\r\n{lines}"
EVENTS_8000 = "a=rtpmap:96 telephone-event/48000\r\na=rtpmap:97 telephone-event/8000\r\n"
KEYS = 97


@dataclass
class Caller:
    uac: SipUAC
    call: OutgoingCall
    sound: RTPSession
    address: tuple[str, int]
    heard: bytearray = field(default_factory=bytearray)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def hears_something(self, seconds: float = 0.4) -> None:
        """Wait until that much of something that is no silence came since the last time."""
        self.heard.clear()
        wanted = round(seconds * _RATE) * 2
        await until(lambda: len(self.heard) >= wanted and loudness(bytes(self.heard)) > 300)

    async def hears_no_more(self) -> None:
        """Nothing comes any more, within a second."""
        async with asyncio.timeout(1.0):
            while self.heard:
                self.heard.clear()
                await asyncio.sleep(0.2)

    async def moves(self) -> None:
        """Take another port for the sound, and tell the other side."""
        await self.sound.close()
        self.sound, port = await take_port()
        self.listen()
        self.uac.send_reinvite(self.call.dialog, parse_sdp(_OFFER.format(port=port, formats=0, lines="")), self.address)

    def listen(self) -> None:
        self.sound.on_audio = lambda samples, _timestamp: self.heard.extend(samples)

    def press(self, key: str) -> None:
        self.sound.send_dtmf(key, timestamp=_moment())

    async def speak(self, seconds: float) -> None:
        """A tone that is as loud as speech, at the pace of speech."""
        for frame in range(round(seconds * 50)):
            tone = (round(8000 * math.sin((frame * 160 + place) * 0.3)) for place in range(160))
            self.sound.send_audio_pcm_auto(b"".join(sample.to_bytes(2, "little", signed=True) for sample in tone))
            await asyncio.sleep(0.02)

    async def is_hung_up_on(self) -> None:
        await asyncio.wait_for(self.over.wait(), _SECONDS)

    def hang_up(self) -> None:
        self.call.hangup(self.uac)


def play(scene: Coroutine[Any, Any, None]) -> None:
    """On a thread of its own: the browser of other tests keeps a loop running on this one."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, scene).result()


def _moment() -> int:
    """Each key begins at a moment of its own."""
    return round(asyncio.get_running_loop().time() * _RATE) & 0xFFFFFFFF


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(_SECONDS):
        while not holds():
            await asyncio.sleep(0.02)


async def take_port(codec: PayloadType = PayloadType.PCMU) -> tuple[RTPSession, int]:
    port, _rtcp = parts.free_port(), parts.free_port()
    session = await RTPSession.create(
        local_addr=("127.0.0.1", port), remote_addr=("127.0.0.1", 9), payload_type=codec, dtmf_payload_type=KEYS
    )
    return session, port


@asynccontextmanager
async def ringing(
    gateway: Gateway,
    codec: PayloadType = PayloadType.PCMU,
    offered: PayloadType | None = None,
    events: str = EVENTS_8000,
    caller: str = "13844328000",
    host: str = "127.0.0.1",
    **headers: str,
) -> AsyncIterator[Caller]:
    """A call that was begun; `wait_answered` of it says how that goes."""
    transport = UdpTransport((host, parts.free_port()))
    uac = SipUAC(transport)
    uas = SipUAS(transport, uac=uac)
    await uas.start()
    sound, port = await take_port(codec)
    formats = " ".join(
        [
            str(int(codec if offered is None else offered)),
            *(line.split(":")[1].split()[0] for line in events.split("\r\n") if line),
        ]
    )
    offer = parse_sdp(_OFFER.format(port=port, formats=formats, lines=events))
    call = uac.send_invite(
        f"sip:{caller}@127.0.0.1",
        "sip:12345@127.0.0.1",
        gateway.address,
        offer,
        extra_headers={name.replace("_", "-"): value for name, value in headers.items()},
    )
    made = Caller(uac, call, sound, gateway.address)
    made.listen()
    uas.on_bye = lambda _call, _request: made.over.set()

    def answered(call: OutgoingCall) -> None:
        assert call.sdp_answer is not None
        assert call.sdp_answer.rtp_address is not None
        made.sound.update_remote(call.sdp_answer.rtp_address)

    call.on_answer = answered
    try:
        yield made
    finally:
        made.hang_up()
        await made.sound.close()
        await uas.stop()
