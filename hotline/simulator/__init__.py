"""A Twilio on this machine: REST API, signed webhooks, TwiML executed, phones to play with.
Any Twilio application can be tested against it; it imports nothing of the product it lives beside."""

from .application import create_simulator
from .clock import ClockMode
from .config import ConfigError, NumberConfig, PhoneConfig, SimulatorConfig, read_config
from .server import SimulatorServer, serve

__all__ = [
    "ClockMode",
    "ConfigError",
    "NumberConfig",
    "PhoneConfig",
    "SimulatorConfig",
    "SimulatorServer",
    "create_simulator",
    "read_config",
    "serve",
]
