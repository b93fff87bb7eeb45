"""The only place that knows RQ's queues: which kind of work rings which, and how a worker process is made."""

import time

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.worker import BaseWorker

from hotline.outbox import Kind, Ring

QUEUES: dict[Kind, str] = {
    Kind.TEXT: "texts",
    Kind.CALL: "calls",
    Kind.CALLBACK: "callbacks",
    Kind.DIAL: "callbacks",
    Kind.FORWARD: "forward",
    Kind.RECORDING: "recordings",
    Kind.STOP_RECORDING: "callbacks",
}
SWEEP_QUEUE = "sweep"
# A worker looks at them in this order: what a waiting person feels comes first.
ALL_QUEUES = ("callbacks", "calls", "texts", "sweep", "recordings", "forward")

_CONNECT_SECONDS = 0.5
_ANSWER_SECONDS = 2.0
_LEFT_ALONE_SECONDS = 5.0
_JOB_SECONDS = 120
_FORGET_SECONDS = 600
_FULL = 1000  # rings waiting in one queue; the sweep adds none to a full one

log = structlog.get_logger(__name__)


def connect(url: str) -> Redis:
    """A connection that soon gives up when Redis is away or hangs: no webhook waits for the doorbell.

    A worker, which waits for jobs on it, is given more time by RQ.
    """
    return Redis.from_url(url, socket_connect_timeout=_CONNECT_SECONDS, socket_timeout=_ANSWER_SECONDS)


class Doorbell:
    """Tells RQ that rows are due. Losing a ring loses nothing: the sweep rings again.

    After a ring that nobody heard it is left alone for a while, so that a Redis that hangs slows one webhook
    down and not each of them.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._alone_until = 0.0

    def ring(self, rings: list[Ring]) -> None:
        """Called after the commit; never raises."""
        if time.monotonic() < self._alone_until:
            return
        try:
            with self._redis.pipeline() as pipeline:
                for ring in rings:
                    self._queue(QUEUES[ring.kind]).enqueue(
                        "hotline.jobs.tasks.work",
                        ring.kind,
                        ring.row_id,
                        job_timeout=_JOB_SECONDS,
                        result_ttl=0,
                        failure_ttl=_FORGET_SECONDS,
                        pipeline=pipeline,
                    )
                pipeline.execute()
        except (RedisError, OSError) as error:
            self._alone_until = time.monotonic() + _LEFT_ALONE_SECONDS
            log.warning("doorbell_unheard", rings=len(rings), error=type(error).__name__)

    def ring_if_roomy(self, rings: list[Ring]) -> None:
        """The sweep's ring: only for queues that are not full already."""
        roomy = {name for name in set(QUEUES.values()) if self._queue(name).count < _FULL}
        self.ring([ring for ring in rings if QUEUES[ring.kind] in roomy])

    def _queue(self, name: str) -> Queue:
        return Queue(name, connection=self._redis)


def make_worker(redis: Redis, queues: tuple[str, ...]) -> BaseWorker:
    """A worker that runs jobs in its own process: tasks are short, and rows outlive a killed worker."""
    return SimpleWorker(list(queues), connection=redis)
