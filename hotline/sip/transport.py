"""SIP over UDP for aiosipua, whose own transport stumbles over asyncio's in Python 3.11. Strangers are not read."""

import asyncio
from dataclasses import dataclass, field
from ipaddress import IPv4Network, ip_address
from typing import Any

import structlog
from aiosipua import SipRequest, SipResponse, SipTransport

log = structlog.get_logger(__name__)

_SHORTEST = 20  # bytes; less keeps a way through a firewall open, and says nothing


class _Protocol(asyncio.DatagramProtocol):
    def __init__(self, owner: "UdpTransport") -> None:
        self._owner = owner

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        self._owner.receive(data, (str(addr[0]), int(addr[1])))


@dataclass
class UdpTransport(SipTransport):
    """`peers`: whose messages are read; None = everybody's, as on loopback."""

    peers: tuple[IPv4Network, ...] | None = None
    _socket: asyncio.DatagramTransport | None = field(default=None, init=False, repr=False)

    async def start(self) -> None:
        self._socket, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Protocol(self), local_addr=self.local_addr
        )

    def receive(self, data: bytes, address: tuple[str, int]) -> None:
        if len(data) < _SHORTEST:
            return
        if self.peers is not None and not any(ip_address(address[0]) in network for network in self.peers):
            log.debug("a stranger's message is left unread")
            return
        self._dispatch(data, address)

    def send(self, message: SipRequest | SipResponse, addr: tuple[str, int]) -> None:
        if self._socket is not None:
            self._socket.sendto(bytes(message), addr)

    async def stop(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
