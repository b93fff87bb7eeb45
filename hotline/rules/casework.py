"""The case as a state machine: its states, the moves between them, who may make each and what it needs; how tries end.

Source: 吉林市 rules §§19–21, 洛宁县 §§2.3–3.3. Drawn in docs/reference/casework.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class CaseState(StrEnum):
    """Where a case stands; every move is kept with who, when and why."""

    OPENED = "opened"
    CONTACTED = "contacted"
    VERIFIED = "verified"
    RECTIFYING = "rectifying"
    EXPLAINED = "explained"
    APPEALED = "appealed"
    ANSWERED = "answered"
    ASKED_AGAIN = "asked_again"
    CENTRE_CALLBACK = "centre_callback"
    CLOSED = "closed"


OPEN = tuple(state for state in CaseState if state is not CaseState.CLOSED)
# The department's work is not done yet in these.
_IN_HAND = (
    *(CaseState.OPENED, CaseState.CONTACTED, CaseState.VERIFIED),
    *(CaseState.RECTIFYING, CaseState.EXPLAINED),
)


class Steps(StrEnum):
    """Which way the cases of a city go: contacted and closed, or all the steps of the rules."""

    CONTACT = "contact"
    FULL = "full"


class Part(StrEnum):
    """In which part somebody acts on a case."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    DEPARTMENT = "department"
    REVIEWER = "reviewer"
    SYSTEM = "system"
    CITIZEN = "citizen"


class Need(StrEnum):
    """What a move does not go without."""

    NOTE = "note"
    OUTCOME = "outcome"
    GROUND = "ground"
    EVIDENCE = "evidence"
    CITIZEN_SIDE = "citizen_side"


class Move(StrEnum):
    """What can be done to a case. `hear`, and those from `consult` on, leave its state as it is."""

    CONTACT = "contact"
    VERIFY = "verify"
    RECTIFY = "rectify"
    EXPLAIN = "explain"
    APPEAL = "appeal"
    HEAR = "hear"
    KEEP = "keep"
    WITHDRAW_APPEAL = "withdraw_appeal"
    EXCLUDE = "exclude"
    ANSWER = "answer"
    ASK_AGAIN = "ask_again"
    CALL_BACK = "call_back"
    RATE_BAD = "rate_bad"
    RATE_GOOD = "rate_good"
    CLOSE = "close"
    MERGE = "merge"
    REOPEN = "reopen"
    WITHDRAW_RATING = "withdraw_rating"
    CONSULT = "consult"
    HAND_OVER = "hand_over"
    RECALL = "recall"
    JOIN = "join"
    LEAVE = "leave"
    ASK_EXTENSION = "ask_extension"
    GRANT_EXTENSION = "grant_extension"
    REFUSE_EXTENSION = "refuse_extension"


@dataclass(frozen=True, slots=True)
class Way:
    """A legal move: from which states, to which (None = it stays, or `returns` to where an appeal took it from), by
    whom, and what it needs. `short`: also in a city whose cases are only contacted and closed."""

    before: frozenset[CaseState]
    after: CaseState | None
    by: frozenset[Part]
    needs: frozenset[Need] = frozenset()
    returns: bool = False
    short: bool = False


def _way(
    before: tuple[CaseState, ...],
    after: CaseState | None,
    by: tuple[Part, ...],
    *needs: Need,
    returns: bool = False,
    short: bool = False,
) -> Way:
    return Way(frozenset(before), after, frozenset(by), frozenset(needs), returns, short)


_S, _N = CaseState, Need
_DESK = (Part.AGENT, Part.SUPERVISOR)
_WORK = (*_DESK, Part.DEPARTMENT)
_UNIT = (Part.SUPERVISOR, Part.DEPARTMENT)  # a supervisor in the name of a unit that has nobody here
_CLOSABLE = tuple(state for state in OPEN if state is not _S.APPEALED)

WAYS: Mapping[Move, Way] = MappingProxyType(
    {
        Move.CONTACT: _way((_S.OPENED,), _S.CONTACTED, _DESK, short=True),
        Move.VERIFY: _way((_S.CONTACTED,), _S.VERIFIED, _WORK, _N.NOTE),
        Move.RECTIFY: _way((_S.VERIFIED, _S.EXPLAINED), _S.RECTIFYING, _WORK, _N.NOTE),
        Move.EXPLAIN: _way((_S.VERIFIED, _S.RECTIFYING), _S.EXPLAINED, _WORK, _N.NOTE),
        Move.APPEAL: _way(_IN_HAND, _S.APPEALED, _UNIT, _N.NOTE, _N.GROUND, _N.EVIDENCE),
        Move.HEAR: _way((_S.APPEALED,), None, _DESK),
        Move.KEEP: _way((_S.APPEALED,), None, (Part.REVIEWER,), _N.NOTE, returns=True),
        Move.WITHDRAW_APPEAL: _way((_S.APPEALED,), None, _UNIT, _N.NOTE, returns=True),
        Move.EXCLUDE: _way((_S.APPEALED,), _S.CLOSED, (Part.REVIEWER,), _N.NOTE, _N.CITIZEN_SIDE),
        Move.ANSWER: _way((_S.RECTIFYING, _S.EXPLAINED), _S.ANSWERED, _WORK, _N.NOTE),
        Move.ASK_AGAIN: _way((_S.ANSWERED,), _S.ASKED_AGAIN, (Part.SYSTEM,)),
        Move.CALL_BACK: _way((_S.ANSWERED, _S.ASKED_AGAIN), _S.CENTRE_CALLBACK, (Part.SYSTEM,)),
        Move.RATE_BAD: _way((_S.ASKED_AGAIN,), _S.CENTRE_CALLBACK, (Part.CITIZEN,)),
        Move.RATE_GOOD: _way((_S.ASKED_AGAIN, _S.CENTRE_CALLBACK), _S.CLOSED, (Part.CITIZEN,)),
        Move.CLOSE: _way(_CLOSABLE, _S.CLOSED, _DESK, _N.OUTCOME, _N.NOTE, short=True),
        Move.MERGE: _way(_IN_HAND, _S.CLOSED, _DESK, _N.NOTE),
        Move.REOPEN: _way((_S.CLOSED,), _S.OPENED, (Part.CITIZEN,), short=True),
        Move.WITHDRAW_RATING: _way((_S.CLOSED,), _S.CENTRE_CALLBACK, (Part.CITIZEN,)),
        Move.CONSULT: _way(OPEN, None, (*_WORK, Part.REVIEWER), _N.NOTE),
        Move.HAND_OVER: _way(_IN_HAND, None, _WORK, _N.NOTE),
        Move.RECALL: _way(_IN_HAND, None, _DESK, _N.NOTE),
        Move.JOIN: _way(_IN_HAND, None, _WORK, _N.NOTE),
        Move.LEAVE: _way(_IN_HAND, None, _WORK, _N.NOTE),
        Move.ASK_EXTENSION: _way(_IN_HAND, None, (Part.AGENT, Part.DEPARTMENT), _N.NOTE),
        Move.GRANT_EXTENSION: _way(OPEN, None, (Part.SUPERVISOR,), _N.NOTE),
        Move.REFUSE_EXTENSION: _way(OPEN, None, (Part.SUPERVISOR,), _N.NOTE),
    }
)


class Outcome(StrEnum):
    """How the work on a case ended, as its agent writes it down."""

    EXPLAINED = "explained"
    RECTIFIED = "rectified"
    PROMISED = "promised"
    REFUSED = "refused"
    WRONG_NUMBER = "wrong_number"
    UNREACHABLE = "unreachable"


# These say that the citizen was spoken to, so they need a contact first.
OUTCOMES_OF_CONTACT = frozenset({Outcome.EXPLAINED, Outcome.RECTIFIED, Outcome.PROMISED, Outcome.REFUSED})
# After these there is nobody to answer: an agent may end the case on the way. Else only a supervisor may.
_NO_WAY_ON = frozenset({Outcome.REFUSED, Outcome.WRONG_NUMBER, Outcome.UNREACHABLE})


class Ending(StrEnum):
    """Why a case was closed, when it was not its agent who wrote an outcome."""

    RATED_BETTER = "rated_better"
    EXCLUDED = "excluded"
    MERGED = "merged"


def refusal(
    move: Move,
    state: CaseState,
    part: Part,
    steps: Steps,
    given: frozenset[Need] = frozenset(),
    outcome: Outcome | None = None,
) -> str | None:
    """Why the move is illegal here: `state`, `part`, `early`, or the name of what it needs; None = it is legal."""
    way = WAYS[move]
    if state not in way.before or not (way.short or steps is Steps.FULL):
        return "state"
    if part not in way.by:
        return "part"
    missing = sorted(way.needs - given)
    if missing:
        return str(missing[0])
    if move is Move.CLOSE and not _may_close(state, part, steps, outcome):
        return "early"
    return None


def _may_close(state: CaseState, part: Part, steps: Steps, outcome: Outcome | None) -> bool:
    """At the end of its way, or early: by a supervisor, or because nobody can be spoken to."""
    at_its_end = steps is Steps.CONTACT or state is CaseState.CENTRE_CALLBACK
    return at_its_end or part is Part.SUPERVISOR or outcome in _NO_WAY_ON


def moves_for(state: CaseState, part: Part, steps: Steps) -> tuple[Move, ...]:
    """The moves that `part` may make in this state, whatever they need."""
    return tuple(move for move, way in WAYS.items() if refusal(move, state, part, steps, way.needs) in (None, "early"))


class Ground(StrEnum):
    """Why a unit appeals against a rating."""

    MISTAKEN = "mistaken"
    MALICIOUS = "malicious"


class Verdict(StrEnum):
    """What became of an appeal."""

    KEPT = "kept"
    EXCLUDED = "excluded"
    WITHDRAWN = "withdrawn"


class DeadlineKind(StrEnum):
    """What has to be done in time; `re_rating` is the citizen's time, after which the centre calls back."""

    FIRST_CONTACT = "first_contact"
    VERIFY = "verify"
    RECTIFY = "rectify"
    ANSWER = "answer"
    RE_RATING = "re_rating"
    CALLBACK = "callback"
    APPEAL_REVIEW = "appeal_review"


_D = DeadlineKind
# Which deadlines a move keeps. What is still open when a case is closed or opened again is dropped.
MEETS: Mapping[Move, tuple[DeadlineKind, ...]] = MappingProxyType(
    {
        Move.CONTACT: (_D.FIRST_CONTACT,),
        Move.HEAR: (_D.FIRST_CONTACT,),
        Move.VERIFY: (_D.VERIFY,),
        Move.EXPLAIN: (_D.RECTIFY,),
        Move.ANSWER: (_D.RECTIFY, _D.ANSWER),
        Move.KEEP: (_D.APPEAL_REVIEW,),
        Move.EXCLUDE: (_D.APPEAL_REVIEW,),
        Move.RATE_BAD: (_D.RE_RATING,),
        Move.RATE_GOOD: (_D.RE_RATING, _D.CALLBACK),
        Move.CLOSE: (_D.CALLBACK,),
    }
)


class NoticeKind(StrEnum):
    """What a notice does when it comes due: remind, escalate, or end the wait for a second rating. `decision` tells the
    unit what became of its appeal, the last two tell who asked for more time what was said to it."""

    REMINDER = "reminder"
    ESCALATION = "escalation"
    LAPSE = "lapse"
    DECISION = "decision"
    EXTENSION_GRANTED = "extension_granted"
    EXTENSION_REFUSED = "extension_refused"


class Rung(StrEnum):
    """The ladder on which an overdue step climbs: 首问责任人 → 分管领导 → 主要领导."""

    FIRST_RESPONSIBLE = "first_responsible"
    DEPUTY_LEADER = "deputy_leader"
    CHIEF_LEADER = "chief_leader"


class AttemptState(StrEnum):
    """A try to reach the citizen, in the order it can go through."""

    REQUESTED = "requested"
    AGENT_RINGING = "agent_ringing"
    AGENT_ANSWERED = "agent_answered"
    CITIZEN_RINGING = "citizen_ringing"
    NOTICE = "notice"  # the citizen hears that the call is recorded
    BRIDGED = "bridged"
    ENDED = "ended"


_ORDER = list(AttemptState)


def is_forward(before: AttemptState, after: AttemptState) -> bool:
    """Carriers report in any order: an attempt only moves forward."""
    return _ORDER.index(after) > _ORDER.index(before)


class AttemptResult(StrEnum):
    """How a try ended. One that did not ring the citizen is not a try."""

    CONNECTED = "connected"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    FAILED = "failed"
    AGENT_ABSENT = "agent_absent"
    UNKNOWN = "unknown"


RANG = frozenset({AttemptResult.CONNECTED, AttemptResult.BUSY, AttemptResult.NO_ANSWER})
