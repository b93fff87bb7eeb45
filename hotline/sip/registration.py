"""Kept known at a PBX, as one of its telephones: it then puts through to us whoever rings that extension."""

import asyncio
import contextlib
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

import structlog
from aiosipua import Registration, RegistrationState, SipDigestAuth, SipUAC

from hotline.errors import SettingsError
from hotline.settings import SipSettings

log = structlog.get_logger(__name__)

_EXPIRES = 300  # seconds
_LOOK_SECONDS = 20.0  # a REGISTER that was lost, or refused, is said again after it
_SIP_PORT = 5060


@dataclass(frozen=True, slots=True)
class Registrar:
    """`name` is its domain, as its users are named in it."""

    name: str
    address: tuple[str, int]

    @property
    def network(self) -> IPv4Network:
        return IPv4Network(IPv4Address(self.address[0]))


async def resolve(settings: SipSettings) -> Registrar | None:
    """Where HOTLINE_SIP_REGISTRAR is. Raises SettingsError; None = there is to be none."""
    if settings.sip_registrar is None:
        return None
    name, _, port = settings.sip_registrar.partition(":")
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            name, int(port or _SIP_PORT), family=socket.AF_INET, type=socket.SOCK_DGRAM
        )
    except (OSError, ValueError, OverflowError):
        raise SettingsError(f"HOTLINE_SIP_REGISTRAR: {settings.sip_registrar} leads nowhere") from None
    host, number = found[0][4][:2]
    return Registrar(name, (str(host), int(number)))


async def keep_registered(uac: SipUAC, registrar: Registrar, settings: SipSettings) -> None:
    """Until it is cancelled; then the registrar is told that we are gone."""
    assert settings.sip_user is not None
    assert settings.sip_password is not None
    registration = Registration(
        uac,
        f"sip:{settings.sip_user}@{registrar.name}",
        registrar.address,
        expires=_EXPIRES,
        auth=SipDigestAuth(settings.sip_user, settings.sip_password.get_secret_value()),
        user_agent="hotline",
    )
    registration.on_registered = lambda _registration: log.info("registered", registrar=registrar.name)
    registration.on_failed = lambda _registration, status, reason: log.warning(
        "not registered", registrar=registrar.name, status=status, reason=reason
    )
    with contextlib.suppress(asyncio.CancelledError):
        while True:
            if registration.state is not RegistrationState.REGISTERED:
                registration.register()
            await asyncio.sleep(_LOOK_SECONDS)
    registration.unregister()
