"""Fixtures of the simulator's tests: an application, a simulator in front of it, and hands to play with."""

from collections.abc import Iterator

import pytest

from hotline.simulator import ClockMode, SimulatorServer, serve

from .application import Application, Play, config_for


@pytest.fixture
def application() -> Iterator[Application]:
    with Application().served() as served:
        yield served


@pytest.fixture
def simulator(application: Application) -> Iterator[SimulatorServer]:
    """A simulator with a manual clock."""
    with serve(config_for(application)) as server:
        yield server


@pytest.fixture
def play(simulator: SimulatorServer) -> Iterator[Play]:
    played = Play(simulator)
    yield played
    played.close()


@pytest.fixture
def real_time(application: Application) -> Iterator[Play]:
    """Hands on a simulator whose clock runs by itself, twenty times too fast."""
    with serve(config_for(application, clock=ClockMode.REAL, speed=20.0)) as server:
        played = Play(server)
        yield played
        played.close()
