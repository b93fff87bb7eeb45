"""Serves a simulator over HTTP on this machine, on a thread of this process or as a process of its own."""

import dataclasses
import ipaddress
import threading
from types import TracebackType
from typing import Any, Self

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from .application import create_simulator
from .config import ConfigError, SimulatorConfig
from .simulator import EXTENSION, Simulator

# How long `close` may take to be noticed.
CLOSE_SECONDS = 0.05


class QuietHandler(WSGIRequestHandler):
    """The inspector shows every request; the terminal need not."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


class SimulatorServer:
    """A simulator being served; `url` has no trailing slash. Use it as a context manager, or call `close`."""

    def __init__(self, app: Flask, server: BaseWSGIServer) -> None:
        self.app = app
        self.simulator: Simulator = app.extensions[EXTENSION]
        self.url = f"http://{server.host}:{server.port}"
        self._server = server
        self._thread = threading.Thread(
            target=server.serve_forever, args=(CLOSE_SECONDS,), name="simulator-http", daemon=True
        )
        config = self.simulator.world.config
        if not config.url:
            self.simulator.world.config = dataclasses.replace(config, url=self.url)

    def start(self) -> Self:
        self._thread.start()
        return self

    def join(self) -> None:
        self._thread.join()

    def close(self) -> None:
        self.simulator.close()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: Any, trace: TracebackType | None) -> None:
        self.close()


def serve(config: SimulatorConfig, host: str = "127.0.0.1", port: int = 0) -> SimulatorServer:
    """Starts serving on a thread and returns at once; port 0 takes a free one. Raises ConfigError."""
    if not config.allow_remote and not is_loopback(host):
        raise ConfigError(f"host: {host} is not this machine; the control API has no password (allow_remote)")
    app = create_simulator(config)
    server = make_server(host, port, app, threaded=True, request_handler=QuietHandler)
    return SimulatorServer(app, server).start()


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
