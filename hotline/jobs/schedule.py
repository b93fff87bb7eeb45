"""The schedule: RQ's cron rings the sweep every few seconds, in a process of its own."""

from redis import Redis
from rq.cron import CronScheduler

from hotline.jobs.queue import SWEEP_QUEUE
from hotline.jobs.tasks import sweep

SWEEP_SECONDS = 5


def run_schedule(redis: Redis) -> None:
    """Ring the sweep until stopped. Ends when Redis goes away: its supervisor starts it again."""
    cron = CronScheduler(redis)
    cron.register(
        sweep,
        SWEEP_QUEUE,
        interval=SWEEP_SECONDS,
        job_timeout=60,
        ttl=SWEEP_SECONDS,  # with no worker up, old sweeps do not pile up
        result_ttl=0,
        failure_ttl=600,
    )
    cron.start()
