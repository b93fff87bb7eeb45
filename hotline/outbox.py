"""The outbox: what must happen next, as rows put with their reason; claimed under a lease; finished, postponed, parked.

The row is the truth and owns retries; ringing RQ (`rung`) only makes it happen sooner. Every change of a claimed row
is a conditional UPDATE on its token, so a worker that lost its lease changes nothing.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, Update, and_, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from hotline.tables.plumbing import OutboxRow, OutboxState

_RINGS = "hotline_rings"
_BACKOFF_SECONDS = (2, 5, 15, 60, 300, 900)


class Kind(StrEnum):
    """What an outbox row can ask for. Each kind has one queue and one task (see `hotline.jobs.tasks`)."""

    TEXT = "text"
    CALL = "call"
    CALLBACK = "callback"
    DIAL = "dial"
    FORWARD = "forward"
    RECORDING = "recording"
    STOP_RECORDING = "stop_recording"


@dataclass(frozen=True, slots=True)
class Ring:
    """A row that RQ is told about after the commit."""

    kind: Kind
    row_id: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A row that this worker holds until its lease ends."""

    row_id: int
    token: str
    key: str
    lane: str
    payload: dict[str, Any]
    attempts: int
    batch: str | None


def put(
    session: Session,
    kind: Kind,
    key: str,
    payload: dict[str, Any],
    due_at: datetime,
    now: datetime,
    lane: str = "-",
) -> bool:
    """Write the row, unless one of that key exists; True if it was written. Rows of different lanes take turns."""
    insert = insert_sqlite if session.get_bind().dialect.name == "sqlite" else insert_postgresql
    statement = (
        insert(OutboxRow)
        .values(
            kind=kind,
            key=key,
            lane=lane,
            payload=payload,
            state=OutboxState.PENDING,
            due_at=due_at,
            attempts=0,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(OutboxRow.id)
    )
    row_id = session.execute(statement).scalar()
    if row_id is not None and due_at <= now:
        session.info.setdefault(_RINGS, []).append(Ring(kind, row_id))
    return row_id is not None


def rung(session: Session) -> list[Ring]:
    """The rows this session put that were due at once, in order; asked for after its commit."""
    rings: list[Ring] = session.info.pop(_RINGS, [])
    return rings


def due(session: Session, now: datetime, limit: int, kind: Kind | None = None) -> list[Ring]:
    """Rows (of one kind) that wait to be worked: due, or claimed by somebody whose lease ended. Oldest first."""
    waiting = select(OutboxRow.kind, OutboxRow.id).where(_is_due(now))
    if kind is not None:
        waiting = waiting.where(OutboxRow.kind == kind)
    rows = session.execute(waiting.order_by(OutboxRow.due_at, OutboxRow.id).limit(limit))
    return [Ring(Kind(of), row_id) for of, row_id in rows]


def claim(session: Session, row_id: int, now: datetime, lease: timedelta) -> Claim | None:
    """Take the row if it is due and nobody holds it."""
    return next(iter(_claim(session, [row_id], now, lease)), None)


def claim_next(session: Session, kind: Kind, after_lane: str, now: datetime, lease: timedelta) -> Claim | None:
    """Take the first due row of the next lane in turn: the lanes by name, from the one behind `after_lane` round to it.

    What somebody's lease ran out on goes first: its turn has been.
    """
    waiting = [_abandoned_first(kind, now)]
    waiting += [_first_of(kind, lane, now) for lane in _lanes_in_turn(session, kind, after_lane, now)]
    for first in waiting:
        row_id = session.scalar(first.limit(1).with_for_update(skip_locked=True))
        if row_id is not None and (claimed := claim(session, row_id, now, lease)) is not None:
            return claimed
    return None


def _abandoned_first(kind: Kind, now: datetime) -> Select[int]:
    abandoned = select(OutboxRow.id).where(
        OutboxRow.kind == kind, OutboxRow.state == OutboxState.CLAIMED, OutboxRow.claimed_until < now
    )
    return abandoned.order_by(OutboxRow.due_at, OutboxRow.id)


def _first_of(kind: Kind, lane: str, now: datetime) -> Select[int]:
    pending = select(OutboxRow.id).where(_pending(kind), OutboxRow.lane == lane, OutboxRow.due_at <= now)
    return pending.order_by(OutboxRow.due_at, OutboxRow.id)


def _lanes_in_turn(session: Session, kind: Kind, after_lane: str, now: datetime) -> list[str]:
    """The lanes in which something is due. From one lane to the next by the index, however many rows lie between."""
    first = select(func.min(OutboxRow.lane).label("lane")).where(_pending(kind))
    lanes = first.cte("lanes", recursive=True)
    further = select(func.min(OutboxRow.lane)).where(_pending(kind), OutboxRow.lane > lanes.c.lane)
    lanes = lanes.union_all(select(further.scalar_subquery()).where(lanes.c.lane.is_not(None)))
    is_due = exists().where(_pending(kind), OutboxRow.lane == lanes.c.lane, OutboxRow.due_at <= now)
    found = sorted(session.scalars(select(lanes.c.lane).where(lanes.c.lane.is_not(None), is_due)))
    return [lane for lane in found if lane > after_lane] + [lane for lane in found if lane <= after_lane]


def _pending(kind: Kind) -> ColumnElement[bool]:
    return and_(OutboxRow.kind == kind, OutboxRow.state == OutboxState.PENDING)


def claim_batch(session: Session, kind: Kind, now: datetime, lease: timedelta, limit: int) -> list[Claim]:
    """Take a batch of due rows of one kind.

    A batch that was tried before is taken again whole, under its old name, so that whoever receives it can tell.
    """
    due_now = select(OutboxRow.id).where(OutboxRow.kind == kind, _is_due(now))
    old = session.scalar(
        select(OutboxRow.batch)
        .where(OutboxRow.kind == kind, _is_due(now), OutboxRow.batch.is_not(None))
        .order_by(OutboxRow.due_at, OutboxRow.id)
        .limit(1)
    )
    if old is not None:
        return _claim(session, session.scalars(due_now.where(OutboxRow.batch == old)).all(), now, lease)
    fresh = due_now.where(OutboxRow.batch.is_(None)).order_by(OutboxRow.id).limit(limit)
    return _claim(session, session.scalars(fresh).all(), now, lease, batch=secrets.token_hex(16))


def finish(session: Session, claim: Claim, now: datetime) -> bool:
    """Done. False if the lease was lost."""
    return _settle(session, claim, state=OutboxState.DONE, done_at=now, last_error=None)


def renew(session: Session, claim: Claim, now: datetime, lease: timedelta) -> bool:
    """The lease begins anew; taken while the row is still ours. False if it is not."""
    return _changed(session, _ours(claim).values(claimed_until=now + lease))


def put_off(session: Session, claim: Claim, due_at: datetime) -> bool:
    """Nothing was tried, and this was no attempt: due again at `due_at`. False if the lease was lost."""
    return _settle(session, claim, state=OutboxState.PENDING, due_at=due_at, attempts=OutboxRow.attempts - 1)


def postpone(session: Session, claim: Claim, due_at: datetime, error: str | None = None) -> bool:
    """It was tried, and did not come off: due again at `due_at`. False if the lease was lost."""
    return _settle(session, claim, state=OutboxState.PENDING, due_at=due_at, last_error=error)


def park(session: Session, claim: Claim, error: str) -> bool:
    """Not without a person: kept in sight, with what went wrong. False if the lease was lost."""
    return _settle(session, claim, state=OutboxState.PARKED, last_error=error)


def split(session: Session, claim: Claim, now: datetime, error: str) -> bool:
    """Take the row out of its batch, to be tried alone at once. False if the lease was lost."""
    return _settle(session, claim, state=OutboxState.PENDING, due_at=now, last_error=error, batch=secrets.token_hex(16))


def unpark(session: Session, row_id: int, now: datetime) -> bool:
    """A person says try again. False if the row is not parked."""
    row = session.get(OutboxRow, row_id)
    freed = _changed(
        session,
        update(OutboxRow)
        .where(OutboxRow.id == row_id, OutboxRow.state == OutboxState.PARKED)
        .values(state=OutboxState.PENDING, due_at=now, attempts=0, batch=secrets.token_hex(16)),
    )
    if freed and row is not None:
        session.info.setdefault(_RINGS, []).append(Ring(Kind(row.kind), row_id))
    return freed


def unpark_all(session: Session, limit: int, now: datetime) -> int:
    """A person says try again to all of them, the oldest `limit` for now; how many were freed."""
    parked = select(OutboxRow.id).where(OutboxRow.state == OutboxState.PARKED).order_by(OutboxRow.id).limit(limit)
    return sum(unpark(session, row_id, now) for row_id in session.scalars(parked).all())


def backoff(attempts: int) -> timedelta:
    """How long to wait after the `attempts`th failure (1 = the first)."""
    return timedelta(seconds=_BACKOFF_SECONDS[min(attempts, len(_BACKOFF_SECONDS)) - 1])


def _is_due(now: datetime) -> ColumnElement[bool]:
    waiting = and_(OutboxRow.state == OutboxState.PENDING, OutboxRow.due_at <= now)
    abandoned = and_(OutboxRow.state == OutboxState.CLAIMED, OutboxRow.claimed_until < now)
    return or_(waiting, abandoned)


def _claim(
    session: Session, row_ids: Sequence[int], now: datetime, lease: timedelta, batch: str | None = None
) -> list[Claim]:
    token = secrets.token_hex(16)
    values: dict[str, Any] = {
        "state": OutboxState.CLAIMED,
        "claimed_until": now + lease,
        "claim_token": token,
        "attempts": OutboxRow.attempts + 1,
    }
    if batch is not None:
        values["batch"] = batch
    rows = session.execute(
        update(OutboxRow)
        .where(OutboxRow.id.in_(row_ids), _is_due(now))
        .values(values)
        .returning(OutboxRow.id, OutboxRow.key, OutboxRow.lane, OutboxRow.payload, OutboxRow.attempts, OutboxRow.batch)
        .execution_options(synchronize_session=False)
    ).all()
    rows = sorted(rows, key=lambda row: row.id)
    return [Claim(row.id, token, row.key, row.lane, row.payload, row.attempts, row.batch) for row in rows]


def _settle(session: Session, claim: Claim, **values: Any) -> bool:
    return _changed(session, _ours(claim).values(claimed_until=None, claim_token=None, **values))


def _ours(claim: Claim) -> Update:
    return (
        update(OutboxRow)
        .where(OutboxRow.id == claim.row_id, OutboxRow.claim_token == claim.token)
        .where(OutboxRow.state == OutboxState.CLAIMED)
    )


def _changed(session: Session, statement: Any) -> bool:
    result = session.execute(statement.execution_options(synchronize_session=False))
    assert isinstance(result, CursorResult)
    return result.rowcount == 1
