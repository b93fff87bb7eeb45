"""The page about casework is the machine itself: its drawing, its moves, and the figures of each city's preset."""

import re

import pytest

from hotline.console.contact_words import KEYS, RESULTS
from hotline.policies import load_policy, preset_names
from hotline.rules.casework import OPEN, WAYS, CaseState, Move, Need, Part, Steps
from hotline.rules.contacts import ContactResult
from hotline.rules.deadlines import DayUnit
from hotline.rules.policy import Term
from hotline.rules.turns import Turn, whose_turn
from tests.guards.reading import ROOT

PAGE = (ROOT / "docs/reference/casework.md").read_text(encoding="utf-8")
TURNS = PAGE.partition("| state | whose turn |")[2].partition("\n\n")[0].splitlines()[2:]
_UNITS = {DayUnit.WORKING: "wd", DayUnit.NATURAL: "d"}


def drawn() -> str:
    """The machine as mermaid draws it: every move that changes the state."""
    lines = ["stateDiagram-v2", f"    [*] --> {CaseState.OPENED}: bad rating"]
    for move, way in WAYS.items():
        if way.returns:
            lines += [
                f"    {CaseState.APPEALED} --> {before}: {move}" for before in _in_order(WAYS[Move.APPEAL].before)
            ]
        elif way.after is not None:
            lines += [f"    {before} --> {way.after}: {move}" for before in _in_order(way.before)]
    return "\n".join(lines)


def move_rows() -> list[str]:
    """A row of the table of moves for each."""
    rows = []
    for move, way in WAYS.items():
        after = "where it was" if way.returns else f"`{way.after}`" if way.after else "stays"
        before = (
            "any open" if len(way.before) == len(CaseState) - 1 else ", ".join(f"`{s}`" for s in _in_order(way.before))
        )
        by = ", ".join(str(part) for part in Part if part in way.by)
        needs = ", ".join(str(need) for need in Need if need in way.needs) or "–"
        rows.append(f"| `{move}` | {before} | {after} | {by} | {needs} |")
    return rows


def _in_order(states: frozenset[CaseState]) -> list[CaseState]:
    return [state for state in CaseState if state in states]


def figure(term: Term | None) -> str:
    return "–" if term is None else f"{term.count} {_UNITS[term.unit]}"


def preset_row(name: str) -> str:
    rules = load_policy(name).casework
    again = figure(rules.re_rating) if rules.asks_again else "not asked"
    ladder = " → ".join(figure(rung.after) for rung in rules.ladder)
    terms = (rules.first_contact, rules.answer, rules.rectify)
    extension = f"{rules.extension_months} months"
    cells = [*map(figure, terms), extension, again, figure(rules.appeal_review), ladder]
    return f"| `{name}` | {rules.steps} | {' | '.join(cells)} |"


def test_the_drawing_is_the_machine() -> None:
    assert re.findall(r"^```mermaid\n(.*?)\n```", PAGE, re.MULTILINE | re.DOTALL) == [drawn()]


def test_every_move_is_on_the_page_with_who_may_make_it() -> None:
    assert [row for row in move_rows() if row not in PAGE] == []


def test_every_result_of_a_contact_is_on_the_page_with_its_key() -> None:
    for number, result in enumerate(ContactResult, 1):
        assert f"| {number % 10} | `{result}` {RESULTS[result].zh} |" in PAGE
        assert KEYS[result] == str(number % 10)


def test_whose_turn_it_is_stands_on_the_page() -> None:
    whose = {Turn.DESK: "the desk's", Turn.UNIT: "the department's", Turn.REVIEWER: "the reviewer's"}
    for state in OPEN:
        ours, handed = whose_turn(state, handed_over=False), whose_turn(state, handed_over=True)
        if state is CaseState.ANSWERED:  # only in passing
            continue
        said = whose.get(ours, "the citizen's") + ("" if ours is handed else f"; once handed over, {whose[handed]}")
        (row,) = [line for line in TURNS if f"`{state}`" in line.split("|")[1]]
        assert row.split("|")[2].strip() == said, state


def test_the_figures_of_every_preset_are_on_the_page() -> None:
    assert [name for name in preset_names() if preset_row(name) not in PAGE] == []


# As the rules of the cities say it (see the table of sources on the page); "–" = they say nothing.
_RULES = {
    "jilin": {"first_contact": (0, "wd"), "answer": (10, "wd"), "rectify": (15, "wd"), "extension_months": 6},
    "luoning": {"first_contact": (1, "wd"), "rectify": (10, "d"), "re_rating": (5, "d"), "appeal_review": (3, "wd")},
    "jinan-district": {"answer": (10, "wd"), "rectify": None},
    "zhejiang": {"first_contact": (1, "d"), "rectify": (15, "d"), "answer": None},
    "shenzhen": {"first_contact": (3, "wd"), "rectify": (10, "wd"), "answer": None},
}


@pytest.mark.parametrize("name", _RULES)
def test_a_preset_says_what_its_city_has_decided(name: str) -> None:
    rules = load_policy(name).casework
    assert rules.steps is Steps.FULL
    for step, said in _RULES[name].items():
        term = getattr(rules, step)
        assert (term if isinstance(term, int) else term and (term.count, _UNITS[term.unit])) == said, step
        assert f"`{name}`" in PAGE


def test_what_the_rules_say_beyond_terms() -> None:
    jilin, luoning = load_policy("jilin").casework, load_policy("luoning").casework
    assert (jilin.asks_again, luoning.asks_again, luoning.consults_first) == (False, True, True)
    assert load_policy("zhejiang").casework.asks_again
    assert luoning.rectify is not None
    days = [luoning.rectify.count + rung.after.count for rung in luoning.ladder]
    assert list(zip((str(rung.rung) for rung in luoning.ladder), days, strict=True)) == [
        ("first_responsible", 10),
        ("deputy_leader", 10),
        ("chief_leader", 15),
    ]
