"""A supervisor of child processes: started in order, started again when they die, stopped in reverse order.

Children die with their parent, even when it is killed, so nothing is left running.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import structlog

_STOP_SECONDS = 10.0
_LONGEST_PAUSE = 10.0
_STEADY_SECONDS = 30.0
_PR_SET_PDEATHSIG = 1

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Child:
    """One supervised process."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path | None = None
    log: Path | None = None
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_at: float = 0.0
    pause: float = field(default=0.5)


class Supervisor:
    """Starts children and keeps them running until told to stop."""

    def __init__(self) -> None:
        self._children: list[Child] = []
        self._stopping = threading.Event()

    def start(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        log: Path | None = None,
    ) -> None:
        """Start `command`; its environment, folder and output are ours unless others are given."""
        child = Child(name, command, os.environ if environment is None else environment, folder, log)
        self._children.append(child)
        self._spawn(child)

    def run(self) -> None:
        """Watch the children until SIGINT, SIGTERM or `stop`; then stop them all."""
        signal.signal(signal.SIGINT, self._on_signal)
        signal.signal(signal.SIGTERM, self._on_signal)
        try:
            while not self._stopping.wait(0.2):
                self._revive()
        finally:
            self.stop()

    def stop(self) -> None:
        """Ask each child to end, last started first; kill those that do not."""
        self._stopping.set()
        for child in reversed(self._children):
            _end(child)
        self._children.clear()

    def _on_signal(self, _number: int, _frame: object) -> None:
        self._stopping.set()

    def _spawn(self, child: Child) -> None:
        child.started_at = time.monotonic()
        with ExitStack() as opened:
            log_file = None if child.log is None else opened.enter_context(child.log.open("ab"))
            child.process = subprocess.Popen(  # noqa: S603 – our own commands only
                child.command,
                env=dict(child.environment),
                cwd=child.folder,
                stdout=log_file,
                stderr=log_file,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 – spawned from the main thread only
                start_new_session=True,
            )
        log.info("started", process=child.name, pid=child.process.pid)

    def _revive(self) -> None:
        now = time.monotonic()
        for child in self._children:
            if child.process is not None and child.process.poll() is not None:
                log.warning("died", process=child.name, code=child.process.returncode, again_in=child.pause)
                steady = now - child.started_at > _STEADY_SECONDS
                child.pause = 0.5 if steady else min(child.pause * 2, _LONGEST_PAUSE)
                child.process, child.start_at = None, now + child.pause
            if child.process is None and now >= child.start_at:
                self._spawn(child)


def _end(child: Child) -> None:
    if child.process is None or child.process.poll() is not None:
        return
    child.process.terminate()
    try:
        child.process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        child.process.kill()
        child.process.wait()
    log.info("stopped", process=child.name)


def _die_with_parent() -> None:
    """Linux only; elsewhere the supervisor's own stop has to do."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
