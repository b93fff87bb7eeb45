"""The schedule's pulse: each sweep leaves its time in Redis, and whoever asks whether the schedule runs reads it."""

from datetime import datetime, timedelta

from redis import Redis

_KEY = "hotline:sweep:last"


def beat(redis: Redis, now: datetime) -> None:
    redis.set(_KEY, now.isoformat())


def age(redis: Redis, now: datetime) -> timedelta | None:
    """How long ago the last sweep ran; None = never, or Redis forgot. Raises RedisError."""
    last = redis.get(_KEY)
    return None if last is None else now - datetime.fromisoformat(last.decode() if isinstance(last, bytes) else last)
