"""The case machine: which moves are legal, for whom, with what; and that no case is stuck."""

import itertools
from contextlib import nullcontext
from pathlib import Path

import pytest

from hotline.errors import SettingsError
from hotline.policies import load_policy
from hotline.rules.casework import OPEN, WAYS, CaseState, Move, Need, Outcome, Part, Steps, moves_for, refusal

S, FULL = CaseState, Steps.FULL
ALL = frozenset(Need)


def test_every_state_can_be_reached_and_leads_to_the_end() -> None:
    leads = {(before, way.after) for way in WAYS.values() if way.after for before in way.before}
    leads |= {(S.APPEALED, before) for before in WAYS[Move.APPEAL].before}

    def reached(start: CaseState, pairs: set[tuple[CaseState, CaseState]]) -> set[CaseState]:
        found = {start}
        while more := {after for before, after in pairs if before in found} - found:
            found |= more
        return found

    assert reached(S.OPENED, leads) == set(S)
    backwards = {(after, before) for before, after in leads}
    assert reached(S.CLOSED, backwards) == set(S)


def test_people_alone_bring_a_case_to_its_end_from_every_state() -> None:
    """Nobody waits for a citizen or a machine that does not come."""
    people = (Part.AGENT, Part.SUPERVISOR, Part.DEPARTMENT, Part.REVIEWER)
    for state in OPEN:
        ways = [WAYS[move] for part in people for move in moves_for(state, part, FULL)]
        assert any(way.after is not None or way.returns for way in ways), state
    assert all(Move.CLOSE in moves_for(state, Part.SUPERVISOR, FULL) for state in OPEN if state is not S.APPEALED)


@pytest.mark.parametrize("steps", Steps)
def test_whatever_is_not_in_the_table_is_refused(steps: Steps) -> None:
    legal = {
        (move, state, part)
        for move, state, part in itertools.product(Move, S, Part)
        if refusal(move, state, part, steps, ALL, Outcome.UNREACHABLE) is None
    }
    assert legal == {
        (move, state, part)
        for move, way in WAYS.items()
        if way.short or steps is FULL
        for state in way.before
        for part in way.by
    }


def test_the_short_way_is_contacted_and_closed() -> None:
    staff = [part for part in Part if part is not Part.CITIZEN]
    ways = {
        (move, state)
        for move, state, part in itertools.product(Move, S, staff)
        if refusal(move, state, part, Steps.CONTACT, ALL, Outcome.RECTIFIED) is None
    }
    assert {state for move, state in ways if move is Move.CONTACT} == {S.OPENED}
    assert {move for move, _ in ways} == {Move.CONTACT, Move.CLOSE}


def test_a_move_names_what_it_lacks() -> None:
    assert refusal(Move.VERIFY, S.CONTACTED, Part.AGENT, FULL) == Need.NOTE
    given = frozenset({Need.NOTE, Need.GROUND})
    assert refusal(Move.APPEAL, S.CONTACTED, Part.DEPARTMENT, FULL, given) == Need.EVIDENCE
    assert refusal(Move.EXCLUDE, S.APPEALED, Part.REVIEWER, FULL, frozenset({Need.NOTE})) == Need.CITIZEN_SIDE


@pytest.mark.parametrize("state", [state for state in OPEN if state not in (S.APPEALED, S.CENTRE_CALLBACK)])
def test_early_an_agent_closes_only_when_there_is_nobody_to_answer(state: CaseState) -> None:
    for outcome in Outcome:
        alone = outcome in (Outcome.REFUSED, Outcome.WRONG_NUMBER, Outcome.UNREACHABLE)
        by_agent = refusal(Move.CLOSE, state, Part.AGENT, FULL, ALL, outcome)
        assert by_agent == (None if alone else "early")
        assert refusal(Move.CLOSE, state, Part.SUPERVISOR, FULL, ALL, outcome) is None
        assert refusal(Move.CLOSE, S.CENTRE_CALLBACK, Part.AGENT, FULL, ALL, outcome) is None


def test_business_does_not_close_as_the_day_begins(tmp_path: Path) -> None:
    policy = tmp_path / "city.toml"
    for closes_at, is_taken in (("23:59", True), ("00:00", False)):
        policy.write_text(f'extends = "default"\n[casework]\ncloses_at = "{closes_at}"\n', encoding="utf-8")
        with nullcontext() if is_taken else pytest.raises(SettingsError, match="closes_at"):
            load_policy(str(policy))


def test_nobody_but_a_reviewer_decides_on_an_appeal() -> None:
    deciders = {part for part in Part for move in (Move.KEEP, Move.EXCLUDE) if part in WAYS[move].by}
    assert deciders == {Part.REVIEWER}
