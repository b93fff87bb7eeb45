"""The gateway among others: its registrar, its lines, its peers, its settings, and how it ends."""

import asyncio
import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from aiosipua import SipMessage, SipRequest

from hotline.sip.transport import UdpTransport
from tests import parts
from tests.cast import ACCOUNT_SID, OUR_NUMBER
from tests.simulator.application import AUTH_TOKEN, Application
from tests.sip.caller import play, ringing, until
from tests.sip.gateway import gateway

VOICE = "/webhooks/twilio/voice"
USER, PASSWORD = "8000", "between the exchange and us"


class Registrar:
    """An exchange that asks for the password, and notes how long each registration is to last."""

    def __init__(self) -> None:
        self.transport = UdpTransport(("127.0.0.1", parts.free_port()))
        self.transport.on_message = self._asked
        self.granted: list[int] = []

    def _asked(self, request: SipMessage, address: tuple[str, int]) -> None:
        assert isinstance(request, SipRequest)
        answer = SipMessage.parse("SIP/2.0 401 Unauthorized\r\n\r\n")
        given = request.get_header("authorization")
        if given is None:
            answer.set_header("WWW-Authenticate", 'Digest realm="pbx", nonce="n1", algorithm=MD5')
        elif self._is_right(given, request):
            answer = SipMessage.parse("SIP/2.0 200 OK\r\n\r\n")
            answer.set_header("Expires", request.get_header("expires") or "")
            self.granted.append(int(request.get_header("expires") or -1))
        for name in ("Via", "From", "To", "Call-ID", "CSeq", "Contact"):
            answer.set_header(name, request.get_header(name) or "")
        self.transport.send(answer, address)

    def _is_right(self, given: str, request: SipRequest) -> bool:
        def md5(text: str) -> str:
            return hashlib.md5(text.encode()).hexdigest()

        wanted = md5(f"{md5(f'{USER}:pbx:{PASSWORD}')}:n1:{md5(f'REGISTER:{request.uri}')}")
        return re.search(r'response="?(\w+)', given)[1] == wanted  # type: ignore[index]


def test_it_registers_takes_so_many_calls_from_its_peers_and_says_goodbye(espeak: object, tmp_path: Path) -> None:
    registrar = Registrar()
    settings = {
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "HOTLINE_SIP_PEERS": "127.0.0.1",
        "HOTLINE_SIP_MOST_CALLS": 1,
        "HOTLINE_SIP_CALLER": "+8613800138000",
        "HOTLINE_SIP_REGISTRAR": f"127.0.0.1:{registrar.transport.local_addr[1]}",
        "HOTLINE_SIP_USER": USER,
        "HOTLINE_SIP_PASSWORD": PASSWORD,
    }

    async def scene() -> None:
        await registrar.transport.start()
        with Application().served() as application:
            application.answer(VOICE, '<Gather timeout="20"/>')
            with gateway(application.url, tmp_path, **settings) as running:
                await until(lambda: registrar.granted == [300])
                async with ringing(running, host="127.0.0.2") as stranger:
                    with pytest.raises(TimeoutError):
                        await stranger.call.wait_answered(0.5)
                async with ringing(running, caller="linphone") as first, ringing(running) as second:
                    await first.call.wait_answered()
                    with pytest.raises(RuntimeError, match="486"):
                        await second.call.wait_answered()
                    running.process.terminate()
                    await first.is_hung_up_on()
                await until(lambda: registrar.granted == [300, 0])
                assert await asyncio.to_thread(running.process.wait, 10) == 0
                assert [asked["From"] for asked in application.at(VOICE)] == ["+8613800138000"]
                assert PASSWORD not in running.log
        await registrar.transport.stop()

    play(scene())


def test_in_the_demo_a_real_telephone_is_one_among_the_simulated_ones(espeak: object, tmp_path: Path) -> None:
    """Its call can be watched, what it is connected with rings on the page, and ending it there hangs up here."""
    port = parts.free_port()
    page = f"http://127.0.0.1:{port}/simulator/api"

    async def scene() -> None:
        with Application().served() as application:
            application.answer(VOICE, '<Dial action="/dialled"><Number>+8643266666666</Number></Dial>')
            application.answer("/dialled", "<Hangup/>")
            number = {"number": OUR_NUMBER, "voice_url": application.url + VOICE}
            config = tmp_path / "simulator.json"
            config.write_text(json.dumps({"account_sid": ACCOUNT_SID, "auth_token": AUTH_TOKEN, "numbers": [number]}))
            options = ("--http-port", str(port), "--simulator", str(config))
            with gateway(application.url, tmp_path, *options, TWILIO_AUTH_TOKEN=AUTH_TOKEN) as running:
                async with ringing(running) as caller, httpx.AsyncClient(base_url=page) as simulator:
                    await caller.call.wait_answered()
                    desk = await simulator.get("/wait?phone=%2B8643266666666&ringing=1")
                    await simulator.post(f"/calls/{desk.json()['sid']}/busy")
                    await caller.is_hung_up_on()
                assert application.last("/dialled")["DialCallStatus"] == "busy"

    play(scene())


def test_without_the_extra_it_says_what_to_install(tmp_path: Path) -> None:
    program = "import sys; sys.modules['aiosipua'] = None; sys.argv[1:] = ['sip']; from hotline.cli import main; main()"
    ran = subprocess.run(
        [sys.executable, "-c", program],
        env={
            "PATH": "/usr/bin:/bin",
            "HOTLINE_PUBLIC_URL": "http://127.0.0.1:9",
            "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
            "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "TWILIO_FROM": "+8643212345678",
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (2, "hotline: aiosipua is not installed: pip install 'hotline[sip]'\n")
