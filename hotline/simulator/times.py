"""Moments in requests: reading them, and Twilio's date filters (DateSent=, DateSent>=, DateSent<=).
Pure. A moment is seconds since the epoch."""

from collections.abc import Mapping
from datetime import UTC, datetime

DAY_SECONDS = 24 * 3600


def read_moment(text: str) -> float | None:
    """ISO 8601; without a zone it is UTC. None when it cannot be read."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def matches_moment(name: str, moment: float | None, args: Mapping[str, str]) -> bool:
    """Whether a moment passes the list filters of this name. A filter without a time means the whole day.
    The SDK sends "DateSent<=x" as the parameter "DateSent<"."""
    for operator in ("", "<", ">"):
        wanted = read_moment(args.get(name + operator, ""))
        if wanted is None:
            continue
        if moment is None:
            return False
        if operator == "" and not wanted <= moment < wanted + DAY_SECONDS:
            return False
        if operator == "<" and moment > wanted:
            return False
        if operator == ">" and moment < wanted:
            return False
    return True
