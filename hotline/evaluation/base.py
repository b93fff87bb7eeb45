"""What an evaluation store is to us: it takes batches of rating documents, again if need be, and says how it went."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Delivered:
    """The store has them all, from now or from before."""


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The store did not say; to be tried again."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The store does not want them as they are: a person must look."""

    reason: str


Result = Delivered | Unavailable | Refused


class Store(Protocol):
    """An evaluation store."""

    def deliver(self, documents: list[dict[str, Any]], batch: str, now: datetime) -> Result:
        """Take `documents` (see docs/reference for their shape). The same batch always comes under the same name."""
