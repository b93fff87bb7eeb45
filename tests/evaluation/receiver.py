"""An evaluation store somewhere else: a real HTTP server that believes nothing it is sent."""

import hmac
import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from tests import parts

SECRET = "what the store and we know"

Answer = int | Callable[[list[dict[str, Any]]], int]


@dataclass
class Receiver:
    """Checks HMAC, timestamp and idempotency key; then answers what the test planned (200 when the plan is over)."""

    plan: list[Answer] = field(default_factory=list)
    always: Answer = 200
    batches: list[tuple[str, list[dict[str, Any]]]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    bodies: dict[str, bytes] = field(default_factory=dict)
    kept: dict[int, dict[str, Any]] = field(default_factory=dict)
    words: bytes = b"no thanks"
    gate: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    @contextmanager
    def served(self) -> Iterator["Receiver"]:
        server = parts.serve(self.answer)
        self.url = f"{server.url}/ratings"
        yield self
        self.gate.set()
        server.stop()

    def answer(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        self._check(environ, body)
        documents = json.loads(body)["ratings"]
        self.batches.append((environ["HTTP_IDEMPOTENCY_KEY"], documents))
        planned = self.plan.pop(0) if self.plan else self.always
        status = planned(documents) if callable(planned) else planned
        if status == 200:
            for document in documents:
                if self.kept.get(document["id"], document)["version"] <= document["version"]:
                    self.kept[document["id"]] = document
        if status == 0:  # accepts, and never answers
            self.gate.wait(20)
        start_response(f"{status or 503} Planned", [("Content-Type", "text/plain")])
        return [self.words]

    def _check(self, environ: dict[str, Any], body: bytes) -> None:
        timestamp, key = environ.get("HTTP_X_HOTLINE_TIMESTAMP", ""), environ.get("HTTP_IDEMPOTENCY_KEY", "")
        signed = hmac.new(SECRET.encode(), f"{timestamp}.".encode() + body, sha256).hexdigest()
        expected = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/ratings",
            "CONTENT_TYPE": "application/json",
            "HTTP_X_HOTLINE_SIGNATURE": f"sha256={signed}",
        }
        self.faults += [name for name, value in expected.items() if environ.get(name) != value]
        if not timestamp.isdigit():
            self.faults.append("timestamp")
        if len(key) < 16 or self.bodies.setdefault(key, body) != body:
            self.faults.append(f"idempotency key {key}: used for another batch")
