"""Connection overrides: how a webhook URL's fragment (#rc=2&rp=5xx,ct) changes time-outs and retries.
Source: https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides"""

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

MOST_RETRIES = 5
RETRY_KINDS = frozenset({"4xx", "5xx", "ct", "rt", "all"})


@dataclass(frozen=True, slots=True)
class ConnectionPolicy:
    """Seconds and counts. `retry_on`: ct connection failed, rt no answer in time, 4xx, 5xx, or all."""

    connect_seconds: float = 5.0
    read_seconds: float = 15.0
    retries: int = 1
    retry_on: frozenset[str] = frozenset({"ct"})

    def retries_after(self, failure: str) -> bool:
        return failure in self.retry_on or "all" in self.retry_on


def policy_of(url: str) -> ConnectionPolicy:
    """The policy a URL asks for; settings that are missing or out of range keep Twilio's default."""
    asked = {name: values[-1] for name, values in parse_qs(urlsplit(url).fragment).items()}
    kinds = frozenset(asked.get("rp", "ct").split(",")) & RETRY_KINDS
    return ConnectionPolicy(
        connect_seconds=within(asked.get("ct"), 100, 10_000, 5_000) / 1000,
        read_seconds=within(asked.get("rt"), 100, 15_000, 15_000) / 1000,
        retries=within(asked.get("rc"), 0, MOST_RETRIES, 1),
        retry_on=kinds or frozenset({"ct"}),
    )


def within(given: str | None, least: int, most: int, default: int) -> int:
    if given is None or not given.isdecimal():
        return default
    return int(given) if least <= int(given) <= most else default
