"""A deadline for a whole exchange over HTTP: its connection is cut then, however busily the other side drips."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, Timer
from typing import Any


class Cutoff:
    """The connection of one exchange, which another thread can cut."""

    def __init__(self) -> None:
        self.is_cut = False
        self._socket: socket.socket | None = None
        self._lock = Lock()

    def watch(self, event: str, info: dict[str, Any]) -> None:
        """httpx's trace: keeps the socket as soon as there is one; before any TLS, whose handshake may drip, too."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            with self._lock:
                self._socket = info["return_value"].get_extra_info("socket")
            if self.is_cut:
                self.cut()

    def cut(self) -> None:
        with self._lock:
            self.is_cut = True
            if self._socket is not None:
                try:
                    self._socket.shutdown(socket.SHUT_RDWR)
                except OSError:  # it is over already
                    return


@contextmanager
def cut_after(seconds: float) -> Iterator[Cutoff]:
    """Whoever asks gives `watch` to httpx as the request's trace; the client must keep no connection for later."""
    cutoff = Cutoff()
    timer = Timer(seconds, cutoff.cut)
    timer.daemon = True
    timer.start()
    try:
        yield cutoff
    finally:
        timer.cancel()
