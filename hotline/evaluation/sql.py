"""The embedded evaluation store: the newest document of each rating, readable in the order they changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hotline.database import Database
from hotline.evaluation.base import Delivered, Result
from hotline.tables import StoredRating, StorePosition


@dataclass(frozen=True, slots=True)
class Page:
    """Documents in order, and the cursor that goes on after them (None = there were none)."""

    documents: list[dict[str, Any]]
    next: int | None


class EmbeddedStore:
    """Takes each version of a rating once; an older version never replaces a newer one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def deliver(self, documents: list[dict[str, Any]], batch: str, now: datetime) -> Result:
        with self._database.write() as session:
            position = _locked_position(session)
            for document in sorted(documents, key=lambda d: (d["id"], d["version"])):
                if _keep(session, document, position.last + 1, now):
                    position.last += 1
        return Delivered()


def read_page(session: Session, after: int, limit: int) -> Page:
    """Up to `limit` documents whose position is behind `after`."""
    rows = session.scalars(
        select(StoredRating).where(StoredRating.position > after).order_by(StoredRating.position).limit(limit)
    ).all()
    return Page([row.document for row in rows], rows[-1].position if rows else None)


def _locked_position(session: Session) -> StorePosition:
    """The counter's row, locked: whoever writes next waits, so positions commit in order and no reader skips one."""
    session.execute(update(StorePosition).where(StorePosition.id == 1).values(last=StorePosition.last))
    return session.get_one(StorePosition, 1)


def _keep(session: Session, document: dict[str, Any], position: int, now: datetime) -> bool:
    stored = session.get(StoredRating, document["id"])
    if stored is None:
        stored = StoredRating(rating_id=document["id"])
        session.add(stored)
    elif stored.version >= document["version"]:
        return False
    stored.version, stored.position = document["version"], position
    stored.document, stored.stored_at = document, now
    session.flush()
    return True
