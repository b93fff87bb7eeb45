"""A flow as a picture: its steps as boxes, its keys as arrows between them. Pure: shapes and places, no drawing."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from hotline.reports.layout import Point, lay_out
from hotline.reports.layout_rows import Edge, Node
from hotline.rules.flow import RETURN, Condition, Flow, Step, StepKind, Verb
from hotline.rules.flow_faults import begins

_BOX_WIDTH, _STEP_HEIGHT, _END_HEIGHT = 142.0, 58.0, 46.0
_FOOT = 22.0  # for a line of figures
_WAY_WIDTH, _WAY_HEIGHT = 112.0, 46.0
_RETURN_WIDTH, _RETURN_HEIGHT = 84.0, 24.0
_ROOM = 10.0  # for a mark at the foot of an end
_PAGE_WIDTH = 1150.0
_CHIP_MARGIN, _SIZE = 12.0, 12.0  # of a mark's words: beside them, and of a Chinese character


class Arrow(StrEnum):
    """Why a caller goes this way."""

    KEYS = "keys"  # pressed one of them
    ON = "on"  # nothing is asked, or what was waited for is over
    SILENT = "silent"  # pressed nothing, or nothing that is a choice, too often
    ELSE = "else"  # the step is passed over


class Shape(StrEnum):
    WAY = "way"  # how a call comes in
    STEP = "step"
    END = "end"
    RETURN = "return"  # back to the step that the caller came from, or to the same once more


WAYS = {
    "called": ("我们拨打", "we called"),
    "known": ("来电，一件待评", "calls, one waits"),
    "handed": ("转接，待查", "handed over"),
    "several": ("来电，几件待评", "calls, several wait"),
    "unknown": ("来电，没有待评", "calls, none waits"),
    "rated": ("来电，已评价", "calls, has rated"),
    "resumed": ("来电，上次中断", "calls, was cut off"),
}
_PERSON, _EXHAUSTED = ("任何一步", "at any step"), ("按键次数用尽", "too many keys")

VERBS = {
    Verb.REPEAT: ("重听", "repeat"),
    Verb.BACK: ("返回", "back"),
    Verb.SLOWER: ("慢速", "slower"),
    Verb.PERSON: ("人工", "person"),
}
KINDS = {
    StepKind.SAY: ("播报", "says"),
    StepKind.MENU: ("按键选择", "menu"),
    StepKind.LANGUAGE: ("选语言", "language"),
    StepKind.RATE: ("评价键", "rate"),
    StepKind.REASONS: ("可多选", "reasons"),
    StepKind.WHICH: ("选事项", "which"),
    StepKind.NUMBER: ("输编号", "number"),
    StepKind.CODE: ("转接编号", "code"),
    StepKind.FIND: ("查找", "find"),
    StepKind.RECORD: ("录音", "record"),
    StepKind.PERSON: ("转接", "person"),
    StepKind.END: ("结束", "end"),
}
CONDITIONS = {
    Condition.BAD: ("限差评", "if bad"),
    Condition.CAN_RECORD: ("限可录音", "if it may record"),
    Condition.PERSON_OPEN: ("限工作时间", "in hours"),
    Condition.FOUND: ("限找到", "if found"),
    Condition.LEAVES_MESSAGE: ("限可留话", "if a word is left"),
}
_KEYS_OF = {
    StepKind.RATE: "1–5",
    StepKind.LANGUAGE: "1–n",
    StepKind.WHICH: "1–n",
    StepKind.REASONS: "1–n #",
    StepKind.NUMBER: "0–9 #",
    StepKind.CODE: "0–9 #",
}
_ON = {StepKind.CODE: "输完", StepKind.FIND: "找到", StepKind.RECORD: "录完", StepKind.PERSON: "通话后"}


@dataclass(frozen=True, slots=True)
class Box:
    """`name`: of a step, or of what else the box stands for; `below`: the smaller words under its title."""

    name: str
    shape: Shape
    title: str
    below: str
    at: Point
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Line:
    """`says` stands on the arrow where it begins (middle at `route[0]`), `chip` wide; empty = nothing stands there."""

    source: str
    target: str
    kind: Arrow
    says: str
    chip: float
    route: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Diagram:
    """`common`: the keys that work everywhere, and what they do, but the one that has an arrow of its own."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    common: tuple[tuple[str, Verb], ...]

    def leading_from(self, name: str) -> list[Line]:
        """The ways on from there, keys first."""
        lines = (line for line in self.lines if line.source == name)
        return sorted(lines, key=lambda line: ([*Arrow].index(line.kind), line.says))


def diagram_of(flow: Flow, *, has_figures: bool = False) -> Diagram:
    """The whole flow: ways in on top, each step in a row below all that lead to it; with room for figures, or not."""
    boxes = [*_way_boxes(flow), *_step_boxes(flow, has_figures)]
    lines = [*_way_lines(flow), *_step_lines(flow)]
    layout = lay_out(
        [Node(box.name, box.width, box.height, box.shape is Shape.WAY) for box in boxes],
        [Edge(line.source, line.target, line.chip) for line in lines],
        _PAGE_WIDTH,
    )
    placed = (Box(b.name, b.shape, b.title, b.below, layout.corners[b.name], b.width, b.height) for b in boxes)
    routed = (
        Line(line.source, line.target, line.kind, line.says, line.chip, route)
        for line, route in zip(lines, layout.routes, strict=True)
    )
    common = tuple((key, verb) for key, verb in flow.common.items() if verb is not Verb.PERSON)
    return Diagram(layout.width, layout.height, tuple(placed), tuple(routed), common)


def _way_boxes(flow: Flow) -> Iterator[Box]:
    for name in _ways(flow):
        yield _box(f"@{name}", Shape.WAY, *_way_words(name))


def _ways(flow: Flow) -> list[str]:
    return [*flow.ways.model_dump(), "person", "exhausted"]


def _way_words(name: str) -> tuple[str, str]:
    return WAYS.get(name) or {"person": _PERSON, "exhausted": _EXHAUSTED}[name]


def _step_boxes(flow: Flow, has_figures: bool) -> Iterator[Box]:
    for name, step in flow.steps.items():
        when = "" if step.when is None else f"，{CONDITIONS[step.when][0]}"
        shape = Shape.END if step.kind is StepKind.END else Shape.STEP
        foot = _FOOT if has_figures and step.waits else _ROOM if shape is Shape.END and step.exits else 0.0
        yield _box(name, shape, step.title or name, f"{KINDS[step.kind][0]}{when}", foot)
        for to in step.exits:
            if to in (RETURN, name):
                yield _box(_target(name, to), Shape.RETURN, "回到原处" if to == RETURN else "再来一次", "")


def _target(name: str, to: str) -> str:
    """The box that stands for `to` among the exits of a step, be it where the caller came from, or the step itself."""
    return {RETURN: f"{RETURN} {name}", name: f"@again {name}"}.get(to, to)


_MEASURES = {
    Shape.WAY: (_WAY_WIDTH, _WAY_HEIGHT),
    Shape.STEP: (_BOX_WIDTH, _STEP_HEIGHT),
    Shape.END: (_BOX_WIDTH, _END_HEIGHT),
    Shape.RETURN: (_RETURN_WIDTH, _RETURN_HEIGHT),
}


def _box(name: str, shape: Shape, title: str, below: str, foot: float = 0.0) -> Box:
    width, height = _MEASURES[shape]
    return Box(name, shape, title, below, Point(0, 0), width, height + foot)


def _way_lines(flow: Flow) -> Iterator[Line]:
    key = next((key for key, verb in flow.common.items() if verb is Verb.PERSON), "")
    for name, to in zip(_ways(flow), begins(flow), strict=True):
        says = key if name == "person" else ""
        yield _line(f"@{name}", to, Arrow.KEYS if says else Arrow.ON, says)


def _step_lines(flow: Flow) -> Iterator[Line]:
    for name, step in flow.steps.items():
        for to in step.exits:
            target = _target(name, to)
            if keys := _keys(step, to):
                yield _line(name, target, Arrow.KEYS, keys)
            if step.then == to and step.kind not in _KEYS_OF:
                yield _line(name, target, Arrow.ON, _ON.get(step.kind, ""))
            if why := "/".join(_reasons(step, to)):
                yield _line(name, target, Arrow.SILENT if to == step.given_up else Arrow.ELSE, why)


def _keys(step: Step, to: str) -> str:
    own = [_KEYS_OF[step.kind]] if step.then == to and step.kind in _KEYS_OF else []
    return " ".join([*own, *(choice.key for choice in step.choices if choice.then == to)])


def _reasons(step: Step, to: str) -> Iterator[str]:
    """Why a caller goes there who pressed no key for it."""
    if to == step.given_up:
        yield from ["未按"] if step.hears else []
        yield from [f"满{step.most}次"] if step.most else []
    if to == step.otherwise:
        yield "否则"


def _line(source: str, target: str, kind: Arrow, says: str) -> Line:
    return Line(source, target, kind, says, words_width(says) + _CHIP_MARGIN if says else 0.0, ())


def words_width(words: str, size: float = _SIZE) -> float:
    """How wide they are about, at that size of letters."""
    return sum(size if unicodedata.east_asian_width(one) in "WF" else 0.62 * size for one in words)
