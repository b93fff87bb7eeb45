"""Whether four workers together keep the pace of calls and the number of lines, as a carrier on loopback sees it.

Run: python -m bench.calls [seconds] [calls a second]. Two runs with whole workers and the schedule as in production,
RQ, Redis, PostgreSQL and the Twilio SDK. First short calls on more lines than are needed: prints the ratio of the rate
to HOTLINE_CALLS_PER_SECOND. Then calls that are longer than the pace allows for: prints the ratio of the most calls at
once to HOTLINE_MOST_CALLS, and how much of the lines was used. On a busy machine the rate says how busy.
"""

import heapq
import logging
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs

from sqlalchemy import select
from werkzeug.serving import make_server

from bench.pace import KEY, WARM_UP, WORKERS, environment
from hotline import outbox
from hotline.actions.invite import NewRecord, receive_record
from hotline.actions.send_calls import note_call_progress
from hotline.clock import utc_now
from hotline.database import Database
from hotline.jobs.queue import Doorbell, connect
from hotline.messages import CallProgress
from hotline.migrations import migrate
from hotline.policies import load_policy
from hotline.privacy import Vault
from hotline.rules.phones import read_phone
from hotline.rules.script import Channel
from hotline.tables import Call
from hotline.tables.service import RecordKind
from tests import parts

FEW_LINES = 10


class Carrier:
    """Takes every call, notes when it came, and reports after `talk` seconds that it has ended; `lasted`: both ends."""

    def __init__(self, database: Database, talk: float) -> None:
        self.came, self.lasted = list[float](), list[tuple[float, float]]()
        self._database, self._talk, self._policy = database, talk, load_policy("always")
        self._open = list[tuple[float, float, int]]()
        self._changed, self._is_over = threading.Condition(), False
        self._reports = threading.Thread(target=self._report, daemon=True)
        self._reports.start()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        now = time.monotonic()
        form = parse_qs(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode())
        call_id = re.search(r"call=(\d+)", form["StatusCallback"][0])
        assert call_id is not None
        with self._changed:
            self.came.append(now)
            heapq.heappush(self._open, (now + self._talk, now, int(call_id[1])))
            self._changed.notify()
        start_response("201 Created", [("Content-Type", "application/json")])
        return [b'{"sid": "CA%032x"}' % int(call_id[1])]

    def _report(self) -> None:
        """As the status webhook does, without the web in between."""
        while not self._is_over:
            with self._changed:
                wait = self._open[0][0] - time.monotonic() if self._open else 0.1
                if wait > 0:
                    self._changed.wait(wait)
                    continue
                _, began, call_id = heapq.heappop(self._open)
                self.lasted.append((began, time.monotonic()))
            with self._database.write() as session:
                call = session.scalars(select(Call).where(Call.id == call_id).with_for_update(of=Call)).one()
                now = utc_now()
                note_call_progress(session, call, CallProgress.COMPLETED, f"CA{call_id:032x}", self._policy, now)

    def has_run(self, seconds: float) -> bool:
        """Since the first call."""
        return bool(self.came) and time.monotonic() > self.came[0] + seconds

    def stop(self) -> None:
        self._is_over = True
        self._reports.join()


def put_calls(database: Database, redis_url: str, count: int) -> None:
    """As many citizens to be asked by call, and a ring for each."""
    vault, policy, now = Vault(KEY), load_policy("always"), utc_now()
    with database.write() as session:
        for number in range(count):
            phone = vault.seal_phone(read_phone(f"138{number:08}", "CN"))
            receive_record(
                session,
                NewRecord(RecordKind.CALL, f"B-{number}", 1, now - timedelta(hours=1), phone, Channel.PHONE),
                *(policy, now),
            )
        rings = outbox.rung(session)
    Doorbell(connect(redis_url)).ring(rings)


@contextmanager
def workers(settings: dict[str, str]) -> Iterator[None]:
    command = [sys.executable, "-m", "hotline", "worker", "--queues", "calls,sweep", "--processes", str(WORKERS)]
    started = subprocess.Popen(command, env=settings, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        started.terminate()
        started.wait(30)


def run(seconds: float, per_second: float, lines: int, talk: float, count: int) -> Carrier:
    """One run of that length, after the warm-up."""
    redis = parts.RedisServer(parts.free_port())
    redis.start()
    try:
        with parts.postgres() as database_url:
            migrate(database_url)
            database = Database(database_url)
            carrier = Carrier(database, talk)
            server = make_server("127.0.0.1", 0, carrier, threaded=True)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            put_calls(database, redis.url, count)
            url = f"http://127.0.0.1:{server.server_port}"
            settings = environment(database_url, redis.url, url, 1) | {
                "HOTLINE_CALLS_PER_SECOND": str(per_second),
                "HOTLINE_MOST_CALLS": str(lines),
            }
            with workers(settings):
                give_up = time.monotonic() + 3 * seconds + 60
                while not carrier.has_run(WARM_UP + seconds) and time.monotonic() < give_up:
                    time.sleep(0.2)
            carrier.stop()
            server.shutdown()
            database.engine.dispose()
    finally:
        redis.stop()
    if len(carrier.came) < 2:
        sys.exit("no calls came")
    return carrier


def most_at_once(lasted: list[tuple[float, float]]) -> int:
    moments = sorted([(end, -1) for _, end in lasted] + [(begin, 1) for begin, _ in lasted])
    open_, most = 0, 0
    for _, change in moments:
        open_ += change
        most = max(most, open_)
    return most


def main(seconds: float = 30, per_second: float = 10) -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    count = round((seconds + WARM_UP) * per_second * 1.2)
    came = run(seconds, per_second, lines=1000, talk=0.5, count=count).came
    window = [moment for moment in came if moment >= came[0] + WARM_UP]
    rate = (len(window) - 1) / (window[-1] - window[0])
    gaps = sorted(later - earlier for earlier, later in pairwise(window))
    busiest = max(sum(one <= other < one + 1 for other in window) for one in window)
    print(
        f"{len(window)} calls in {window[-1] - window[0]:.1f} s by {WORKERS} workers, "
        f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n"
        f"rate/setting {rate / per_second:.4f}, busiest second/setting {busiest / per_second:.2f}; "
        f"gap/interval: least {gaps[0] * per_second:.2f}, median {gaps[len(gaps) // 2] * per_second:.2f}"
    )
    talk = 3 * FEW_LINES / per_second  # so long that the pace wants three times as many lines as there are
    lasted = run(seconds, per_second, FEW_LINES, talk, count).lasted
    used = sum(end - begin for begin, end in lasted) / FEW_LINES / (lasted[-1][1] - lasted[0][0])
    print(
        f"{len(lasted)} calls of {talk:.1f} s on {FEW_LINES} lines\n"
        f"most at once/setting {most_at_once(lasted) / FEW_LINES:.2f}; lines in use {used:.0%}"
    )


if __name__ == "__main__":
    main(*(float(argument) for argument in sys.argv[1:]))
