"""The product as real processes – web, workers, schedule, Redis, simulator – that a test can kill and bring back."""

import contextlib
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import httpx
import psutil

from hotline.settings import Settings
from tests.parts import RedisServer

_UP_SECONDS = 40.0
_LOOK_SECONDS = 0.1


@dataclass
class Product:
    """Its processes, each of which can be killed with all its children, as a machine dies."""

    settings: Settings
    port: int
    redis: RedisServer
    folder: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, name: str, *arguments: str) -> None:
        log = (self.folder / f"{name}.log").open("ab")
        self.running[name] = subprocess.Popen(
            [sys.executable, "-m", "hotline", *arguments],
            env=os.environ | environment(self.settings),
            cwd=self.folder,
            stdout=log,
            stderr=log,
        )
        log.close()

    def start_web(self) -> None:
        self.start("web", "web", "--port", str(self.port), "--processes", "2")

    def start_workers(self) -> None:
        self.start("workers", "worker", "--processes", "2")

    def kill(self, name: str) -> None:
        """SIGKILL to the process and all its children at once: nobody gets to say goodbye."""
        process = self.running.pop(name)
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
        for member in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                member.kill()
        process.wait()

    def await_ready(self) -> None:
        waiting = Event()
        for _ in range(int(_UP_SECONDS / _LOOK_SECONDS)):
            try:
                if httpx.get(f"{self.url}/readyz", timeout=5).status_code == httpx.codes.OK:
                    return
            except httpx.HTTPError:
                pass
            waiting.wait(_LOOK_SECONDS)
        logs = "\n".join(f"{log.name}: {log.read_text()[-1500:]}" for log in self.folder.glob("*.log"))
        raise AssertionError(f"the product did not come up\n{logs}")

    def stop(self) -> None:
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            process.wait(20)
        self.running.clear()


def environment(settings: Settings) -> dict[str, str]:
    """The settings as the environment variables that a process reads."""
    given = {}
    for name, field_info in type(settings).model_fields.items():
        value = getattr(settings, name)
        if value is not None:
            alias = field_info.validation_alias.choices[0]  # type: ignore[union-attr]
            given[str(alias)] = value.get_secret_value() if hasattr(value, "get_secret_value") else str(value)
    return given
