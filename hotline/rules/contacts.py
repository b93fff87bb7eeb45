"""What follows from a contact with the citizen: the moves of the case, when to call again, or how it is closed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType

from hotline.rules.call_times import CallingDays
from hotline.rules.casework import WAYS, AttemptResult, CaseState, Move, Need, Outcome, Part, Steps, refusal
from hotline.rules.reply_wishes import Wish


class ContactWay(StrEnum):
    """How the citizen was contacted (重庆: by telephone, text, WeChat or a visit)."""

    BRIDGED = "bridged"  # through our number, from this console
    OWN_PHONE = "own_phone"
    SMS = "sms"
    WECHAT = "wechat"
    VISIT = "visit"


class ContactResult(StrEnum):
    """What came of it, in the order of the keys that say so."""

    EXPLAINED = "explained"
    RECTIFIED = "rectified"
    PROMISED = "promised"
    REFUSED = "refused"
    WRONG_NUMBER = "wrong_number"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    ANOTHER_TIME = "another_time"
    REACHED = "reached"
    VERIFIED = "verified"


_W, _R = ContactWay, ContactResult
BY_PHONE = frozenset({_W.BRIDGED, _W.OWN_PHONE})
IN_VAIN = frozenset({_R.NO_ANSWER, _R.BUSY})
SPOKEN = frozenset(ContactResult) - IN_VAIN - {_R.WRONG_NUMBER}

_SPEAK = (Move.CONTACT, Move.HEAR)  # the second during an appeal
# How far a result brings the case, by those of the moves that are legal where it stands. Whoever was told has the
# answer.
_MOVES: Mapping[ContactResult, tuple[Move, ...]] = MappingProxyType(
    {
        _R.EXPLAINED: (*_SPEAK, Move.VERIFY, Move.EXPLAIN, Move.ANSWER),
        _R.RECTIFIED: (*_SPEAK, Move.VERIFY, Move.RECTIFY, Move.ANSWER),
        _R.PROMISED: (*_SPEAK, Move.VERIFY, Move.RECTIFY),
        _R.REFUSED: _SPEAK,
        _R.ANOTHER_TIME: _SPEAK,
        _R.REACHED: _SPEAK,
        _R.VERIFIED: (*_SPEAK, Move.VERIFY),
    }
)
_OUTCOMES: Mapping[ContactResult, Outcome] = MappingProxyType(
    {
        _R.EXPLAINED: Outcome.EXPLAINED,
        _R.RECTIFIED: Outcome.RECTIFIED,
        _R.PROMISED: Outcome.PROMISED,
        _R.REFUSED: Outcome.REFUSED,
        _R.WRONG_NUMBER: Outcome.WRONG_NUMBER,
    }
)


@dataclass(frozen=True, slots=True)
class CallingRules:
    """When citizens are called again: the days and their tries, the gaps after a call in vain, and how many tries on
    how many days it takes to give up."""

    days: CallingDays
    gaps: Mapping[ContactResult, timedelta]
    give_up_tries: int
    give_up_days: int

    def is_unreachable(self, tried: Sequence[datetime]) -> bool:
        """Has the telephone rung in vain often enough, on enough days of the city?"""
        days = {one.astimezone(self.days.zone).date() for one in tried}
        return len(tried) >= self.give_up_tries and len(days) >= self.give_up_days


@dataclass(frozen=True, slots=True)
class NextStep:
    """`moves` to make, then `outcome` to close with, or `call_at`: not before then, if any. `promised`: the citizen
    chose that time."""

    moves: tuple[Move, ...] = ()
    outcome: Outcome | None = None
    call_at: datetime | None = None
    promised: bool = False


def results_of(way: ContactWay, steps: Steps) -> tuple[ContactResult, ...]:
    """What can have come of a contact: only a telephone rings in vain, or at somebody else's."""
    impossible = frozenset[ContactResult]() if way in BY_PHONE else IN_VAIN | {_R.WRONG_NUMBER}
    if steps is Steps.CONTACT:
        impossible |= {_R.VERIFIED}
    return tuple(result for result in ContactResult if result not in impossible)


def rang(way: ContactWay, attempt: AttemptResult | None, result: ContactResult) -> bool:
    """Did that contact ring the citizen's telephone in vain? A call of ours is believed, not what is said about it,
    except where nobody answers although somebody, or a machine, picked up, and where its reports were lost."""
    if way is _W.OWN_PHONE:
        return result in IN_VAIN
    return result in IN_VAIN and attempt in (AttemptResult.CONNECTED, AttemptResult.UNKNOWN)


def next_step(
    result: ContactResult,
    state: CaseState,
    steps: Steps,
    tried: Sequence[datetime],
    rules: CallingRules,
    now: datetime,
    *,
    wish: Wish | None = None,
    asked_for: datetime | None = None,
) -> NextStep:
    """What to do after a contact. `tried`: the calls that rang in vain, oldest first, this one with them; `asked_for`:
    the time for which the citizen asked to be called another time; `wish`: when they like to be called at all."""
    if result in IN_VAIN:
        if rules.is_unreachable(tried) and _may_close(Outcome.UNREACHABLE, state, steps):
            return NextStep(outcome=Outcome.UNREACHABLE)
        return _call_again(result, tried, rules, now, wish)
    moves, after = _way_on(result, state, steps)
    outcome = _OUTCOMES.get(result)
    if outcome is not None and _may_close(outcome, after, steps):
        return NextStep(moves, outcome)
    return NextStep(moves, None, asked_for, asked_for is not None)


def _call_again(
    result: ContactResult, tried: Sequence[datetime], rules: CallingRules, now: datetime, wish: Wish | None
) -> NextStep:
    again = rules.days.next_try(tried, rules.gaps[result], now + _FOR_EVER) if tried else rules.days.opens(now)
    assert again is not None
    wished = wished_time(wish, again, rules.days)
    return NextStep(call_at=wished or again, promised=wished is not None)


_FOR_EVER = timedelta(days=3660)


def _way_on(result: ContactResult, state: CaseState, steps: Steps) -> tuple[tuple[Move, ...], CaseState]:
    """The moves of that result that are legal from here on, one after the other, and where they end."""
    moves = []
    for move in _MOVES.get(result, ()):
        if refusal(move, state, Part.AGENT, steps, WAYS[move].needs) is None:
            moves.append(move)
            state = WAYS[move].after or state
    return tuple(moves), state


def _may_close(outcome: Outcome, state: CaseState, steps: Steps) -> bool:
    """Is the case over with it? On the long way only at its end, or because there is nobody to answer."""
    return refusal(Move.CLOSE, state, Part.AGENT, steps, frozenset({Need.NOTE, Need.OUTCOME}), outcome) is None


# The parts of a day as citizens name them (`Wish`): from, until; none = as long as citizens are called.
_CLOCKS: Mapping[Wish, tuple[time, time | None]] = MappingProxyType(
    {
        Wish.MORNING: (time.min, time(11)),
        Wish.NOON: (time(11), time(14)),
        Wish.AFTERNOON: (time(14), time(18)),
        Wish.EVENING: (time(18), None),
    }
)


def wished_time(wish: Wish | None, earliest: datetime, days: CallingDays) -> datetime | None:
    """The first moment from `earliest` on in the part of the day that the citizen likes; None = they did not say, or
    nobody is called then."""
    if wish is None or wish not in _CLOCKS:
        return None
    begins, ends = _CLOCKS[wish]
    day = earliest.astimezone(days.zone).date()
    for number in range(_LONGEST_BREAK):
        opens = datetime.combine(day + timedelta(days=number), begins, days.zone).astimezone(earliest.tzinfo)
        moment = days.opens(max(opens, earliest))
        local = moment.astimezone(days.zone)
        if (
            local.date() == day + timedelta(days=number)
            and local.time() >= begins
            and (not ends or local.time() < ends)
        ):
            return moment
    return None


_LONGEST_BREAK = 15  # days: longer than any holidays


def is_callable(moment: datetime, days: CallingDays) -> bool:
    """May a citizen be called then who has asked to be?"""
    return days.callback_opens(moment, asked_for=True) == moment
