"""How often a number is called, and how many of our calls are on at once: counted from the rows, which forget nothing.

Whoever counts has waited for a turn (`hotline.actions.turns`), and marks what it begins before its commit.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from hotline.rules.call_times import Cap, free_at
from hotline.rules.casework import AttemptResult, AttemptState
from hotline.tables import Attempt, Call, Case, ServiceRecord
from hotline.tables.contacts import CallState

LONGEST_CALLBACK = timedelta(hours=4)  # no carrier lets a call last longer
_LONGEST_SURVEY = timedelta(minutes=15)
_LONGEST_WAIT = timedelta(minutes=10)  # of a callback for a free line, while surveys stand back
LINES_OF_CALLBACK = 2  # the agent's and the citizen's

_ON_THE_LINE = (CallState.SENDING, CallState.UNKNOWN, CallState.RINGING, CallState.ANSWERED)


def callable_at(session: Session, phone_lookup: str, caps: Iterable[Cap], now: datetime) -> datetime:
    """`now` if the number may be called, else when it may be. A callback that is under way counts as if it rang now."""
    caps = [cap for cap in caps if cap.most > 0]
    if not caps:
        return now
    since = now - max(cap.within for cap in caps)
    calls = select(Call.begun_at).where(Call.phone_lookup == phone_lookup, Call.begun_at > since)
    attempts = (
        select(func.coalesce(Attempt.citizen_rung_at, Attempt.ended_at))
        .join(Attempt.case)
        .join(Case.record)
        .where(ServiceRecord.phone_lookup == phone_lookup, _may_have_rung(since, now))
    )
    begun = [at for at in session.scalars(calls) if at is not None]
    begun += [at or now for at in session.scalars(attempts)]
    return free_at(begun, caps, now)


def _may_have_rung(since: datetime, now: datetime) -> ColumnElement[bool]:
    """An attempt that rang the citizen, may do so any moment, or was given up without knowing."""
    return or_(
        Attempt.citizen_rung_at > since,
        and_(Attempt.citizen_rung_at.is_(None), _is_under_way(now)),
        and_(
            Attempt.citizen_rung_at.is_(None),
            Attempt.result == AttemptResult.UNKNOWN,
            Attempt.ended_at > since,
        ),
    )


def lines_in_use(session: Session, now: datetime) -> int:
    """Of our own calls: one each for a survey, two for a callback. One without a report is over after a while."""
    surveys = select(func.count()).where(
        Call.inbound.is_(False), Call.state.in_(_ON_THE_LINE), Call.begun_at > now - _LONGEST_SURVEY
    )
    callbacks = select(func.count()).where(Attempt.state != AttemptState.REQUESTED, _is_under_way(now))
    return (session.scalar(surveys) or 0) + LINES_OF_CALLBACK * (session.scalar(callbacks) or 0)


def callback_waits(session: Session, now: datetime) -> bool:
    """Has an agent asked for a call that has not begun? It goes first."""
    waiting = select(Attempt.id).where(
        Attempt.state == AttemptState.REQUESTED, Attempt.requested_at > now - _LONGEST_WAIT
    )
    return session.scalar(waiting.limit(1)) is not None


def _is_under_way(now: datetime) -> ColumnElement[bool]:
    return and_(Attempt.state != AttemptState.ENDED, Attempt.requested_at > now - LONGEST_CALLBACK)
