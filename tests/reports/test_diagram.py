"""The picture of a flow: nothing missing, nothing over another, arrows that begin and end at boxes, words escaped."""

from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest

from hotline.flows import load_flow, read_flow
from hotline.reports.diagram import Arrow, Box, Diagram, Line, Shape, diagram_of
from hotline.reports.diagram_svg import draw
from hotline.reports.layout import lay_out
from hotline.reports.layout_rows import Edge, Node
from hotline.rules.flow import RETURN, Flow

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "</title></a><script>alert(1)</script>&\"'\x00\x1b"


@pytest.fixture(scope="module", params=[False, True], ids=["bare", "with figures"])
def diagram(request: pytest.FixtureRequest) -> Diagram:
    return diagram_of(load_flow("survey"), has_figures=request.param)


def test_every_step_way_and_key_is_there_once(diagram: Diagram) -> None:
    flow = load_flow("survey")
    steps = [box.name for box in diagram.boxes if box.shape in (Shape.STEP, Shape.END)]
    assert sorted(steps) == sorted(flow.steps)
    assert {box.name for box in diagram.boxes if box.shape is Shape.WAY} == {
        *(f"@{way}" for way in flow.ways.model_dump()),
        "@person",
        "@exhausted",
    }
    for name, step in flow.steps.items():
        lines = [line for line in diagram.lines if line.source == name]
        drawn = [(key, line.target) for line in lines if line.kind is Arrow.KEYS for key in line.says.split()]
        for choice in step.choices:
            assert drawn.count((choice.key, choice.then)) == 1, name
        targets = {to if to != RETURN else f"{RETURN} {name}" for to in step.exits}
        assert {line.target for line in lines} == targets, name
        given_up = [line for line in lines if line.kind is Arrow.SILENT]
        assert [line.target for line in given_up] == ([step.given_up] if step.given_up else []), name
    verbs = dict(flow.common)
    (zero,) = [line for line in diagram.lines if line.source == "@person"]
    assert (zero.says, zero.target) == ("0", flow.person)
    assert dict(diagram.common) == {key: verb for key, verb in verbs.items() if key != "0"}


def _area(box: Box) -> tuple[float, float, float, float]:
    return box.at.x, box.at.y, box.at.x + box.width, box.at.y + box.height


def _chip(line: Line) -> tuple[float, float, float, float]:
    at = line.route[0]
    return at.x - line.chip / 2, at.y - 10, at.x + line.chip / 2, at.y + 10


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def test_nothing_lies_over_another_and_all_is_inside(diagram: Diagram) -> None:
    for one, other in combinations(diagram.boxes, 2):
        assert not _overlap(_area(one), _area(other)), (one.name, other.name)
    chips = [line for line in diagram.lines if line.says]
    for line, again in combinations(chips, 2):
        assert not _overlap(_chip(line), _chip(again)), (line, again)
    for line in chips:
        covered = [box.name for box in diagram.boxes if _overlap(_chip(line), _area(box))]
        assert covered == [line.source]
    for area in (*map(_area, diagram.boxes), *map(_chip, chips)):
        assert area[0] >= 0
        assert area[1] >= 0
        assert area[2] <= diagram.width
        assert area[3] <= diagram.height
    assert diagram.width <= 1168  # what a page of 1280 has for it


def test_each_arrow_runs_from_the_edge_of_its_box_to_that_of_the_other_and_through_none(diagram: Diagram) -> None:
    boxes = {box.name: _area(box) for box in diagram.boxes}
    for line in diagram.lines:
        for name, at in ((line.source, line.route[0]), (line.target, line.route[-1])):
            left, top, right, bottom = boxes[name]
            assert left - 12 <= at.x <= right + 12, line
            assert at.y in (pytest.approx(top), pytest.approx(bottom)), line
        for point in line.route[1:-1]:
            assert not any(_overlap((point.x, point.y, point.x, point.y), area) for area in boxes.values()), line


def test_a_circle_and_what_stands_alone_find_their_places() -> None:
    nodes = [Node(name, 100, 40) for name in "abcd"]
    laid = lay_out(nodes, [Edge("a", "b", 20), Edge("b", "a", 20), Edge("c", "d")], 300)
    assert laid.corners["a"].y < laid.corners["b"].y
    assert laid.corners["c"].y < laid.corners["d"].y
    assert laid.routes[1][0].y > laid.routes[1][-1].y  # back up again


def _hostile() -> Flow:
    flow = load_flow("survey").model_dump(mode="json")
    flow["title"] = flow["steps"]["ask"]["title"] = HOSTILE[:18]
    return Flow.model_validate(flow)


def test_the_svg_is_xml_and_what_is_written_stays_text() -> None:
    flow = _hostile()
    notes = {name: ("到达 7，挂断 14.3%", 2) for name, step in flow.steps.items() if step.waits}
    said = dict.fromkeys(flow.steps, HOSTILE)
    drawn = draw(
        diagram_of(flow, has_figures=True), title=HOSTILE, said=said, notes=notes, href=lambda step: f"#step-{step}"
    )
    tree = ElementTree.fromstring(drawn)
    assert "<script" not in drawn
    assert " style=" not in drawn  # the console's policy lets none through
    assert {element.tag for element in tree.iter()} == {
        f"{SVG}{tag}" for tag in ("svg", "g", "a", "rect", "path", "polygon", "text", "title")
    }
    links = {a.attrib["href"] for a in tree.iter(f"{SVG}a")}
    assert links == {f"#step-{name}" for name in flow.steps}
    told = next(title.text for title in tree.iter(f"{SVG}title"))
    assert told == HOSTILE.replace("\x00", "�").replace("\x1b", "�")
    shown = [text.text for text in tree.iter(f"{SVG}text")]
    assert shown.count("到达 7，挂断 14.3%") == len(notes)
    assert any((text or "").startswith("</title></a>") for text in shown)


def test_a_step_that_comes_again_and_one_that_nothing_leads_to_are_drawn(tmp_path: Path) -> None:
    path = tmp_path / "odd.toml"
    path.write_text(
        'extends = "survey"\n[steps.rated]\ngiven_up = "rated"\n[steps.lonely]\nkind = "end"\n', encoding="utf-8"
    )
    diagram = diagram_of(read_flow(str(path)))
    (again,) = [line for line in diagram.leading_from("rated") if line.kind is Arrow.SILENT]
    assert again.target == "@again rated"
    assert [box.title for box in diagram.boxes if box.name in ("lonely", "@again rated")] == ["再来一次", "lonely"]
