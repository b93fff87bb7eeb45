"""The rows of a directed graph: which arrows lead back, which row each box is in, and in which order a row stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_SWEEPS = 16


@dataclass(frozen=True, slots=True)
class Node:
    """`on_top`: in the first row, whatever it leads to."""

    name: str
    width: float
    height: float
    on_top: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """Between two boxes. `chip`: how wide the mark is that it carries where it begins (0 = none)."""

    source: str
    target: str
    chip: float = 0.0


def leading_back(nodes: Sequence[Node], edges: Sequence[Edge]) -> frozenset[int]:
    """The edges that lead back to a box on the way to their own: without them nothing goes in a circle."""
    exits: dict[str, list[int]] = {node.name: [] for node in nodes}
    for number, edge in enumerate(edges):
        exits[edge.source].append(number)
    targets = {edge.target for edge in edges}
    begins = [n.name for n in nodes if n.on_top] + [n.name for n in nodes if n.name not in targets]
    state, back = dict[str, str](), set[int]()
    for name in [*begins, *exits]:
        _visit(name, exits, edges, state, back)
    return frozenset(back)


def _visit(
    name: str, exits: Mapping[str, list[int]], edges: Sequence[Edge], state: dict[str, str], back: set[int]
) -> None:
    if name in state:
        return
    state[name] = "open"
    for number in exits[name]:
        if state.get(edges[number].target) == "open":
            back.add(number)
        else:
            _visit(edges[number].target, exits, edges, state, back)
    state[name] = "done"


def rows_of(nodes: Sequence[Node], downward: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Each as high as it can be; then those with more below than above as low as they can be."""
    row = {node.name: 0 for node in nodes}
    for _ in nodes:
        for above, below in downward:
            row[below] = max(row[below], row[above] + 1)
    for node in sorted(nodes, key=lambda node: -row[node.name]):
        leading = {above for above, below in downward if below == node.name}
        led_to = {below for above, below in downward if above == node.name}
        if not node.on_top and len(led_to) > len(leading):
            row[node.name] = min(row[name] for name in led_to) - 1
    return row


def filled(row_of: Mapping[str, int]) -> list[list[str]]:
    return [[name for name, row in row_of.items() if row == number] for number in range(max(row_of.values()) + 1)]


def ordered(rows: list[list[str]], links: Sequence[tuple[str, str]]) -> list[list[str]]:
    """The rows in an order in which few arrows cross: each follows the row before it, down and up again."""
    above, below = _neighbours(links)
    best, least = rows, _crossings(rows, below)
    for sweep in range(_SWEEPS):
        going_down = sweep % 2 == 0
        beside = above if going_down else below
        rows = _swept(rows if going_down else rows[::-1], beside)
        rows = rows if going_down else rows[::-1]
        rows = _exchanged(rows, above, below)
        if (crossed := _crossings(rows, below)) < least:
            best, least = rows, crossed
    return best


def _neighbours(links: Sequence[tuple[str, str]]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    above, below = dict[str, list[str]](), dict[str, list[str]]()
    for upper, lower in links:
        above.setdefault(lower, []).append(upper)
        below.setdefault(upper, []).append(lower)
    return above, below


def _swept(rows: list[list[str]], beside: Mapping[str, list[str]]) -> list[list[str]]:
    swept = rows[:1]
    for row in rows[1:]:
        at = {name: place for place, name in enumerate(swept[-1])}
        wanted = {name: _mean([at[other] for other in beside.get(name, ())], own) for own, name in enumerate(row)}
        swept.append(sorted(row, key=wanted.__getitem__))
    return swept


def _mean(places: list[int], own: int) -> float:
    return sum(places) / len(places) if places else float(own)


def _exchanged(
    rows: list[list[str]], above: Mapping[str, list[str]], below: Mapping[str, list[str]]
) -> list[list[str]]:
    """Neighbours change places wherever fewer arrows cross for it."""
    rows = [row[:] for row in rows]
    at = {name: place for row in rows for place, name in enumerate(row)}
    for row in rows:
        for place in range(len(row) - 1):
            one, other = row[place], row[place + 1]
            now = sum(_cross(at, beside.get(one, ()), beside.get(other, ())) for beside in (above, below))
            then = sum(_cross(at, beside.get(other, ()), beside.get(one, ())) for beside in (above, below))
            if then < now:
                row[place], row[place + 1] = other, one
                at[one], at[other] = place + 1, place
    return rows


def _cross(at: Mapping[str, int], left: Sequence[str], right: Sequence[str]) -> int:
    return sum(at[one] > at[other] for one in left for other in right)


def _crossings(rows: list[list[str]], below: Mapping[str, list[str]]) -> int:
    at = {name: place for row in rows for place, name in enumerate(row)}
    return sum(
        _cross(at, below.get(one, ()), below.get(other, ()))
        for row in rows
        for place, one in enumerate(row)
        for other in row[place + 1 :]
    )
