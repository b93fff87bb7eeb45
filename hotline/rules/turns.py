"""Whose turn it is in a case: the desk's, who call and answer the citizen, or somebody's for whom the desk waits."""

from enum import StrEnum

from hotline.rules.casework import CaseState


class Turn(StrEnum):
    DESK = "desk"
    UNIT = "unit"
    REVIEWER = "reviewer"
    CITIZEN = "citizen"
    NOBODY = "nobody"


_TURNS = {
    CaseState.RECTIFYING: Turn.UNIT,
    CaseState.APPEALED: Turn.REVIEWER,
    CaseState.ANSWERED: Turn.CITIZEN,
    CaseState.ASKED_AGAIN: Turn.CITIZEN,
    CaseState.CLOSED: Turn.NOBODY,
}
# A department that a case was handed over to does these itself; else the desk sees to them.
_HANDED = frozenset({CaseState.CONTACTED, CaseState.VERIFIED})


def whose_turn(state: CaseState, handed_over: bool) -> Turn:
    """Who has to do the next thing. The desk speaks to citizens first and last; units put things right."""
    if handed_over and state in _HANDED:
        return Turn.UNIT
    return _TURNS.get(state, Turn.DESK)
