"""Why a case is in front of an agent now, said in the order that matters to whoever dials."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hotline.rules.casework import CaseState, Rung
from hotline.rules.scale import is_bad

_NEAR = timedelta(hours=4)


class Why(StrEnum):
    """The first that holds is what the case is about; the others add to it."""

    BAD_AGAIN = "bad_again"  # rated badly once more: the centre calls back
    NOT_RATED_AGAIN = "not_rated_again"  # no second rating came in time, or it was taken back: the centre calls
    HEAR = "hear"  # under appeal: the citizen's side is to be heard
    TIME_COME = "time_come"  # the citizen asked for this time
    ESCALATED = "escalated"
    OVERDUE = "overdue"
    DUE_SOON = "due_soon"
    NEW = "new"  # nobody has tried to reach the citizen
    NOT_REACHED = "not_reached"  # tried, and not spoken
    GOES_ON = "goes_on"  # spoken to, and work is under way


@dataclass(frozen=True, slots=True)
class Situation:
    """`due_at`: the nearest deadline of staff; `rung`: the highest that has heard of an open one. `call_at`: the time
    the citizen asked for. `tried`: their telephone has rung for this case."""

    state: CaseState
    tried: bool
    second_stars: int | None = None
    due_at: datetime | None = None
    rung: Rung | None = None
    call_at: datetime | None = None


def why_now(case: Situation, now: datetime) -> tuple[Why, ...]:
    """At least one for a case that is open."""
    return tuple(_whys(case, now))


def _whys(case: Situation, now: datetime) -> Iterator[Why]:
    if case.state is CaseState.CLOSED:
        return
    if case.state is CaseState.CENTRE_CALLBACK:
        again = case.second_stars is not None and is_bad(case.second_stars)
        yield Why.BAD_AGAIN if again else Why.NOT_RATED_AGAIN
    if case.state is CaseState.APPEALED:
        yield Why.HEAR
    if case.call_at is not None and case.call_at <= now:
        yield Why.TIME_COME
    if case.rung is not None:
        yield Why.ESCALATED
    if case.due_at is not None and case.due_at <= now + _NEAR:
        yield Why.OVERDUE if case.due_at <= now else Why.DUE_SOON
    if case.state is CaseState.OPENED:
        yield Why.NOT_REACHED if case.tried else Why.NEW
    elif case.state not in (CaseState.CENTRE_CALLBACK, CaseState.APPEALED):
        yield Why.GOES_ON
