"""The case as a state machine, and the words for how a callback ended. Source: 吉林市 rules §§19–21, 洛宁县 §2.3."""

from enum import StrEnum


class CaseState(StrEnum):
    """opened → contacted → closed, and opened again by a new bad rating. Every move is kept with who, when and why."""

    OPENED = "opened"
    CONTACTED = "contacted"
    CLOSED = "closed"


_MOVES = {
    (CaseState.OPENED, CaseState.CONTACTED),
    (CaseState.OPENED, CaseState.CLOSED),
    (CaseState.CONTACTED, CaseState.CLOSED),
    (CaseState.CLOSED, CaseState.OPENED),
}


def may_move(before: CaseState, after: CaseState) -> bool:
    """Is this move of a case legal?"""
    return (before, after) in _MOVES


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


class AttemptState(StrEnum):
    """A try to reach the citizen, in the order it can go through."""

    REQUESTED = "requested"
    AGENT_RINGING = "agent_ringing"
    AGENT_ANSWERED = "agent_answered"
    CITIZEN_RINGING = "citizen_ringing"
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
