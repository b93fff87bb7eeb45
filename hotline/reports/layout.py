"""Where the boxes of a directed graph go, in rows from top to bottom, and which way each arrow takes between them.

The method of Sugiyama, Tagawa and Toda (1981): turn round what leads back, give each box a row, order each row so that
few arrows cross (`reports.layout_rows`), then place each as near as can be to what it is joined to.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from hotline.reports.layout_rows import Edge, Node, filled, leading_back, ordered, rows_of

_GAP = 18.0  # between two boxes of a row
_LANE = 14.0  # between two arrows that pass a row
_ROW_GAP = 70.0
_EDGE = 10.0  # around it all
_STEP = 20.0  # of the search for room
_SLOT = 14.0  # between two arrows at one side of a box
_SETTLINGS = 60


@dataclass(frozen=True, slots=True)
class Point:
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Area:
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Area") -> bool:
        beside = self.right <= other.left or other.right <= self.left
        return not (beside or self.bottom <= other.top or other.bottom <= self.top)


@dataclass(frozen=True, slots=True)
class Layout:
    """`corners`: the upper left one of each box. `routes`: of each edge in turn, the points from its source to its
    target; it runs upright at each of them."""

    width: float
    height: float
    corners: Mapping[str, Point]
    routes: tuple[tuple[Point, ...], ...]


@dataclass(frozen=True, slots=True)
class _Spot:
    """A place in a row: of a box, or of an arrow that passes (`lane`: which of the edges)."""

    width: float
    height: float
    lane: int | None = None


def lay_out(nodes: Sequence[Node], edges: Sequence[Edge], width: float) -> Layout:
    """Every box at its place; none lies over another. What nothing joins to the rest is put where there is room for it
    within `width`, which the rest may exceed."""
    parts = sorted(_parts(nodes, edges), key=len, reverse=True)
    corners, routes, taken = dict[str, Point](), dict[int, tuple[Point, ...]](), list[Area]()
    for names in parts:
        its = [number for number, edge in enumerate(edges) if edge.source in names]
        part = _lay_out_part([node for node in nodes if node.name in names], [edges[number] for number in its])
        by = _free_place(part, taken, max(width, *(area.right for area in taken), 0.0))
        moved = _moved(part, by)
        corners |= moved.corners
        routes |= dict(zip(its, moved.routes, strict=True))
        taken += _areas(nodes, moved)
    right, bottom = max(area.right for area in taken), max(area.bottom for area in taken)
    return Layout(right, bottom, corners, tuple(routes[number] for number in range(len(edges))))


def _parts(nodes: Sequence[Node], edges: Sequence[Edge]) -> list[set[str]]:
    """The boxes, by what hangs together."""
    parts = [{node.name} for node in nodes]
    for edge in edges:
        joined = [part for part in parts if edge.source in part or edge.target in part]
        parts = [part for part in parts if part not in joined] + [set[str]().union(*joined)]
    return parts


def _free_place(part: Layout, taken: Sequence[Area], width: float) -> Point:
    """The highest place at which it covers nothing, as far to the right as can be."""
    if not taken:
        return Point(0, 0)
    y = 0.0
    while True:
        x = max(width - part.width, 0.0)
        while x >= 0:
            if not any(area.meets(Area(x, y, x + part.width, y + part.height)) for area in taken):
                return Point(x, y)
            x -= _STEP
        y += _STEP


def _moved(part: Layout, by: Point) -> Layout:
    corners = {name: Point(at.x + by.x, at.y + by.y) for name, at in part.corners.items()}
    routes = tuple(tuple(Point(at.x + by.x, at.y + by.y) for at in route) for route in part.routes)
    return replace(part, corners=corners, routes=routes)


def _areas(nodes: Sequence[Node], part: Layout) -> Iterator[Area]:
    """What it covers, with a margin."""
    for node in nodes:
        if at := part.corners.get(node.name):
            yield Area(at.x - _EDGE, at.y - _EDGE, at.x + node.width + _EDGE, at.y + node.height + _EDGE)
    for one, other in (pair for route in part.routes for pair in pairwise(route)):
        (left, right), (top, bottom) = sorted((one.x, other.x)), sorted((one.y, other.y))
        yield Area(left - _EDGE, top, right + _EDGE, bottom)


def _lay_out_part(nodes: Sequence[Node], edges: Sequence[Edge]) -> Layout:
    back = leading_back(nodes, edges)
    downward = [(e.target, e.source) if i in back else (e.source, e.target) for i, e in enumerate(edges)]
    row_of = rows_of(nodes, downward)
    spots: dict[str, _Spot] = {node.name: _Spot(node.width, node.height) for node in nodes}
    chains = [_chain(number, ends, row_of, spots) for number, ends in enumerate(downward)]
    links = [link for chain in chains for link in pairwise(chain)]
    rows = ordered(filled(row_of), links)
    x = _placed(rows, links, spots)
    top = _tops(rows, spots)
    routes = _routes(edges, back, chains, x, {name: top[row_of[name]] for name in spots}, spots)
    return _trimmed(nodes, routes, x, {node.name: top[row_of[node.name]] for node in nodes})


def _chain(number: int, ends: tuple[str, str], row_of: dict[str, int], spots: dict[str, _Spot]) -> list[str]:
    """The edge from row to row; in each row that it passes it gets a spot."""
    above, below = ends
    passed = range(row_of[above] + 1, row_of[below])
    names = [f"{number}|{row}" for row in passed]
    row_of.update(zip(names, passed, strict=True))
    spots.update((name, _Spot(0.0, 0.0, number)) for name in names)
    return [above, *names, below]


def _placed(rows: list[list[str]], links: Sequence[tuple[str, str]], spots: Mapping[str, _Spot]) -> dict[str, float]:
    """The middle of each spot: as near to what it is joined to as its row lets it; arrows run straight first."""
    pulls: dict[str, list[tuple[str, float]]] = {name: [] for name in spots}
    for upper, lower in links:
        strength = (1.0, 3.0, 12.0)[(spots[upper].lane is not None) + (spots[lower].lane is not None)]
        pulls[upper].append((lower, strength))
        pulls[lower].append((upper, strength))
    x = dict.fromkeys(spots, 0.0)
    for row in rows:
        for left, name in pairwise(row):
            x[name] = x[left] + _apart(spots[left], spots[name])
    for sweep in range(_SETTLINGS):
        for row in rows if sweep % 2 == 0 else rows[::-1]:
            _settle(row, pulls, spots, x)
    return x


def _settle(
    row: list[str], pulls: Mapping[str, list[tuple[str, float]]], spots: Mapping[str, _Spot], x: dict[str, float]
) -> None:
    """The best places for one row in its order, all others standing still: least squares, by pooling neighbours."""
    offset, blocks = 0.0, list[tuple[float, float, list[tuple[str, float]]]]()
    for place, name in enumerate(row):
        offset += _apart(spots[row[place - 1]], spots[name]) if place else 0.0
        weight = sum(strength for _, strength in pulls[name]) or 0.01
        goal = sum(x[other] * strength for other, strength in pulls[name]) / weight if pulls[name] else x[name]
        block = (goal - offset, weight, [(name, offset)])
        while blocks and blocks[-1][0] > block[0]:
            before = blocks.pop()
            total = before[1] + block[1]
            block = ((before[0] * before[1] + block[0] * block[1]) / total, total, before[2] + block[2])
        blocks.append(block)
    for at, _, names in blocks:
        x.update((name, at + own) for name, own in names)


def _apart(left: _Spot, right: _Spot) -> float:
    gap = _GAP if left.lane is None and right.lane is None else _LANE
    return (left.width + right.width) / 2 + gap


def _tops(rows: list[list[str]], spots: Mapping[str, _Spot]) -> list[float]:
    tops = [_EDGE]
    for row in rows:
        tops.append(tops[-1] + max(spots[name].height for name in row) + _ROW_GAP)
    return tops


def _routes(
    edges: Sequence[Edge],
    back: frozenset[int],
    chains: Sequence[list[str]],
    x: Mapping[str, float],
    top: Mapping[str, float],
    spots: Mapping[str, _Spot],
) -> list[tuple[Point, ...]]:
    begins = _slots(edges, back, chains, x, at_bottom=True)
    ends = _slots(edges, back, chains, x, at_bottom=False)
    highest: dict[float, float] = {}
    for name, y in top.items():
        highest[y] = max(highest.get(y, 0.0), spots[name].height)
    routes = []
    for number, chain in enumerate(chains):
        upper, lower = chain[0], chain[-1]
        route = [Point(begins[number], top[upper] + spots[upper].height)]
        for name in chain[1:-1]:
            route += [Point(x[name], top[name]), Point(x[name], top[name] + highest[top[name]])]
        route.append(Point(ends[number], top[lower]))
        routes.append(tuple(reversed(route)) if number in back else tuple(route))
    return routes


def _slots(
    edges: Sequence[Edge],
    back: frozenset[int],
    chains: Sequence[list[str]],
    x: Mapping[str, float],
    *,
    at_bottom: bool,
) -> dict[int, float]:
    """Where each edge meets the lower (or the upper) side of its box, in the order of where it goes."""
    meeting: dict[str, list[tuple[float, int]]] = {}
    for number, chain in enumerate(chains):
        own, beside = (chain[0], chain[1]) if at_bottom else (chain[-1], chain[-2])
        meeting.setdefault(own, []).append((x[beside], number))
    found: dict[int, float] = {}
    for own, each in meeting.items():
        begin_here = {number for _, number in each if (number in back) != at_bottom}
        widths = [max(edges[n].chip + 4 if n in begin_here else 0.0, _SLOT) for _, n in sorted(each)]
        at = x[own] - sum(widths) / 2
        for (_, number), width in zip(sorted(each), widths, strict=True):
            found[number] = at + width / 2
            at += width
    return found


def _trimmed(
    nodes: Sequence[Node], routes: list[tuple[Point, ...]], x: Mapping[str, float], top: Mapping[str, float]
) -> Layout:
    """Moved so that it begins at the left edge."""
    across = [*_across(nodes, x), *(point.x for route in routes for point in route)]
    shift = _EDGE - min(across)
    corners = {node.name: Point(x[node.name] - node.width / 2 + shift, top[node.name]) for node in nodes}
    height = max(top[node.name] + node.height for node in nodes) + _EDGE
    moved = tuple(tuple(replace(point, x=point.x + shift) for point in route) for route in routes)
    return Layout(max(across) + shift + _EDGE, height, corners, moved)


def _across(nodes: Sequence[Node], x: Mapping[str, float]) -> Iterator[float]:
    for node in nodes:
        yield x[node.name] - node.width / 2
        yield x[node.name] + node.width / 2
