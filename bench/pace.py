"""How well four workers keep one sender's pace: texts counted as a carrier on loopback receives them, for a minute.

Run: python -m bench.pace [seconds] [texts a second]. Prints ratios measured in one run: of the rate to the setting, and
of the gaps between texts to the interval. Whole workers as in production, with RQ, Redis, PostgreSQL and the Twilio
SDK: they need a core for every twenty texts a second; on a busy machine the gaps say how busy.
"""

import logging
import os
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise
from typing import Any

from werkzeug.serving import make_server

from hotline import outbox
from hotline.actions.invite import NewRecord, receive_record
from hotline.clock import utc_now
from hotline.database import Database
from hotline.jobs.queue import Doorbell, connect
from hotline.migrations import migrate
from hotline.policies import load_policy
from hotline.privacy import Vault
from hotline.rules.phones import read_phone
from hotline.rules.script import Channel
from hotline.tables.service import RecordKind
from tests import parts

WORKERS = 4
WARM_UP = 5.0  # seconds in which the workers start and meet
KEY = b"k" * 32


class Carrier:
    """Takes every text, and notes when it came."""

    def __init__(self) -> None:
        self.came = list[float]()
        self.enough, self.wanted = threading.Event(), 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        self.came.append(time.monotonic())
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        start_response("201 Created", [("Content-Type", "application/json")])
        if len(self.came) >= self.wanted:
            self.enough.set()
        return [b'{"sid": "SM%032x"}' % len(self.came)]


def environment(database_url: str, redis_url: str, carrier_url: str, per_second: float) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("HOTLINE_", "TWILIO_"))}
    return own | {
        "HOTLINE_DATABASE_URL": database_url,
        "HOTLINE_REDIS_URL": redis_url,
        "HOTLINE_PUBLIC_URL": "http://127.0.0.1:9",
        "HOTLINE_SECRET_KEY": "s" * 32,
        "HOTLINE_DATA_KEY": b64encode(KEY).decode(),
        "HOTLINE_POLICY": "always",
        "HOTLINE_SMS_PER_SECOND": str(per_second),
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "t" * 32,
        "TWILIO_FROM": "+8643212345678",
        "TWILIO_API_URL": carrier_url,
    }


def put_texts(database: Database, redis_url: str, count: int) -> None:
    """As many invitations to as many citizens, of three departments, and a ring for each."""
    vault, policy, now = Vault(KEY), load_policy("always"), utc_now()
    with database.write() as session:
        for number in range(count):
            phone = vault.seal_phone(read_phone(f"138{number:08}", "CN"))
            details = {"dept_code": f"D{number % 3}", "item_code": f"I{number}"}
            new = NewRecord(
                RecordKind.TRANSACTION, f"B-{number}", 1, now - timedelta(hours=1), phone, Channel.SMS, details=details
            )
            receive_record(session, new, policy, now)
        rings = outbox.rung(session)
    Doorbell(connect(redis_url)).ring(rings)


@contextmanager
def workers(settings: dict[str, str]) -> Iterator[None]:
    command = [sys.executable, "-m", "hotline", "worker", "--alone", "--queues", "texts"]
    started = [subprocess.Popen(command, env=settings, stderr=subprocess.DEVNULL) for _ in range(WORKERS)]
    try:
        yield
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(30)


def measure(came: list[float], seconds: float, per_second: float) -> str:
    start = came[0] + WARM_UP
    window = [moment for moment in came if start <= moment <= start + seconds]
    gaps = sorted(later - earlier for earlier, later in pairwise(window))
    rate = (len(window) - 1) / (window[-1] - window[0])
    of = [gaps[round(share * (len(gaps) - 1))] * per_second for share in (0, 0.01, 0.5, 0.99, 1)]
    busiest = max(sum(one <= other < one + 1 for other in window) for one in window)
    took, load = window[-1] - window[0], os.getloadavg()[0]
    return (
        f"{len(window)} texts in {took:.1f} s by {WORKERS} workers, load {load:.1f} on {os.cpu_count()} cores\n"
        f"rate/setting {rate / per_second:.4f}\n"
        f"gap/interval: least {of[0]:.2f}, 1% {of[1]:.2f}, median {of[2]:.2f}, 99% {of[3]:.2f}, most {of[4]:.2f}\n"
        f"busiest second/setting {busiest / per_second:.2f}"
    )


def main(seconds: float = 60, per_second: float = 20) -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    carrier = Carrier()
    server = make_server("127.0.0.1", 0, carrier, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    redis = parts.RedisServer(parts.free_port())
    redis.start()
    try:
        with parts.postgres() as database_url:
            migrate(database_url)
            carrier.wanted = round((seconds + WARM_UP) * per_second) + WORKERS
            put_texts(Database(database_url), redis.url, carrier.wanted)
            url = f"http://127.0.0.1:{server.server_port}"
            with workers(environment(database_url, redis.url, url, per_second)):
                if not carrier.enough.wait(3 * seconds + 60):
                    sys.exit(f"only {len(carrier.came)} of {carrier.wanted} texts came")
            print(measure(carrier.came, seconds, per_second))
    finally:
        redis.stop()
        server.shutdown()


if __name__ == "__main__":
    main(*(float(argument) for argument in sys.argv[1:]))
