"""The picture of a flow as SVG: classes for colours, words as text, a link at each step. What is written is escaped."""

import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from xml.etree.ElementTree import Element, SubElement, tostring

from hotline.reports.diagram import VERBS, Arrow, Box, Diagram, Line, Shape, words_width
from hotline.reports.layout import Point

_CHIP_HEIGHT = 20.0
_HEAD = 7.0  # of an arrow
_STRIP = 40.0  # of the keys that work everywhere
_FIRST_LINE = {Shape.WAY: 17, Shape.STEP: 24, Shape.END: 22, Shape.RETURN: 16}
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def draw(
    diagram: Diagram,
    *,
    title: str,
    said: Mapping[str, str],
    notes: Mapping[str, tuple[str, int]] | None = None,
    href: Callable[[str], str] | None = None,
    style: str = "",
) -> str:
    """`said`: of each step, what is told of it when it is pointed at. `notes`: a line at the foot of a step, and how
    dark it is, 0 to 3. `href`: where a step leads to. `style`: for a file that stands alone."""
    height = diagram.height + _STRIP
    svg = Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "class": "flow-chart", "role": "group"})
    svg.attrib |= {"viewBox": f"0 0 {diagram.width:.0f} {height:.0f}", "aria-label": _clean(title)}
    svg.attrib |= {"width": f"{diagram.width:.0f}", "height": f"{height:.0f}"}
    if style:
        SubElement(svg, "style").text = style
        SubElement(svg, "rect", {"class": "flow-ground", "width": "100%", "height": "100%"})
    _draw_common(svg, diagram)
    picture = SubElement(svg, "g", {"transform": f"translate(0 {_STRIP:.0f})"})
    for line in diagram.lines:
        _draw_line(picture, line)
    for box in diagram.boxes:
        _draw_box(picture, box, said.get(box.name, ""), (notes or {}).get(box.name), href)
    for line in diagram.lines:
        _draw_chip(picture, line)
    return tostring(svg, encoding="unicode")


def _draw_common(svg: Element, diagram: Diagram) -> None:
    at = 12.0
    words = "每一步都可以按"
    _write(svg, "flow-below", at, 27, words, "start")
    at += words_width(words) + 12
    for key, verb in diagram.common:
        _draw_key(svg, at + 12, 22, 24, key, "keys")
        _write(svg, "flow-below", at + 30, 27, VERBS[verb][0], "start")
        at += 30 + words_width(VERBS[verb][0]) + 18


def _draw_line(into: Element, line: Line) -> None:
    """Upright at every point, and so a curve between two rows."""
    route = line.route
    goes_up = route[-1].y < route[0].y
    end = Point(route[-1].x, route[-1].y + (_HEAD if goes_up else -_HEAD))
    path = f"M{route[0].x:.1f} {route[0].y:.1f}"
    for one, other in pairwise((*route[:-1], end)):
        bend = (other.y - one.y) / 2
        path += f"C{one.x:.1f} {one.y + bend:.1f} {other.x:.1f} {other.y - bend:.1f} {other.x:.1f} {other.y:.1f}"
    SubElement(into, "path", {"class": f"flow-line flow-line-{line.kind}", "d": path})
    tip, side = route[-1], _HEAD / 2 + 1
    head = f"{tip.x:.1f},{tip.y:.1f} {tip.x - side:.1f},{end.y:.1f} {tip.x + side:.1f},{end.y:.1f}"
    SubElement(into, "polygon", {"class": "flow-head", "points": head})


def _draw_box(
    into: Element, box: Box, said: str, note: tuple[str, int] | None, href: Callable[[str], str] | None
) -> None:
    is_step = box.shape in (Shape.STEP, Shape.END)
    group = SubElement(into, "a", {"href": href(box.name)}) if is_step and href else SubElement(into, "g")
    group.attrib |= {"class": f"flow-box flow-box-{box.shape}"}
    if is_step:
        group.attrib["data-step"] = _clean(box.name)
    if said:
        SubElement(group, "title").text = _clean(said)
    round_by = box.height / 2 if box.shape in (Shape.END, Shape.RETURN) else 8
    frame = {"x": box.at.x, "y": box.at.y, "width": box.width, "height": box.height, "rx": round_by}
    SubElement(group, "rect", {name: f"{value:.1f}" for name, value in frame.items()})
    middle, first = box.at.x + box.width / 2, box.at.y + _FIRST_LINE[box.shape]
    _write(group, "flow-title", middle, first, _fitting(box.title, box.width - 12))
    if box.below:
        _write(group, "flow-below", middle, first + 16, box.below)
    if note is not None:
        words, dark = note
        foot = {"x": box.at.x + 4, "y": box.at.y + box.height - 32, "width": box.width - 8, "height": 19, "rx": 4}
        marked = {name: f"{value:.1f}" for name, value in foot.items()}
        SubElement(group, "rect", marked | {"class": f"flow-note flow-note-{dark}"})
        _write(group, f"flow-figure flow-figure-{dark}", middle, box.at.y + box.height - 18, words)


def _draw_chip(into: Element, line: Line) -> None:
    if line.says:
        _draw_key(into, line.route[0].x, line.route[0].y, line.chip, line.says, line.kind)


def _draw_key(into: Element, x: float, y: float, width: float, says: str, kind: Arrow | str) -> None:
    frame = {"x": x - width / 2, "y": y - _CHIP_HEIGHT / 2, "width": width, "height": _CHIP_HEIGHT, "rx": 6}
    group = SubElement(into, "g", {"class": f"flow-chip flow-chip-{kind}"})
    SubElement(group, "rect", {name: f"{value:.1f}" for name, value in frame.items()})
    _write(group, "flow-key", x, y + 4, says)


def _write(into: Element, name: str, x: float, y: float, words: str, anchor: str = "middle") -> None:
    at = {"class": name, "x": f"{x:.1f}", "y": f"{y:.1f}", "text-anchor": anchor}
    SubElement(into, "text", at).text = _clean(words)


def _fitting(words: str, width: float) -> str:
    """As many of the words as fit."""
    if words_width(words, 14) <= width:
        return words
    while words and words_width(words + "…", 14) > width:
        words = words[:-1]
    return words + "…"


def _clean(words: str) -> str:
    """Without what no XML may hold."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", words)
