"""The walk-through for a new agent uses the page's own words: each label it quotes stands on a page."""

import re
from pathlib import Path

import pytest

from tests.guards.reading import ROOT

CONSOLE = ROOT / "hotline" / "console"
FOLDER = ROOT / "docs" / "tutorial"
PAGES = "\n".join(
    path.read_text(encoding="utf-8") for kind in ("*.html", "*.py") for path in sorted(CONSOLE.rglob(kind))
)
QUOTED = {
    FOLDER / "first-day.md": re.compile(r"\*\*(?P<zh>[\u4e00-\u9fff，（）]+)(?: (?P<en>[A-Z][\w ]*))?\*\*"),
    FOLDER / "first-day.zh-CN.md": re.compile("「(?P<zh>[^」]+)」(?P<en>)"),
}


@pytest.mark.parametrize("path", QUOTED, ids=lambda path: path.name)
def test_every_label_of_the_walk_through_stands_on_a_page(path: Path) -> None:
    quoted = [found for line in path.read_text(encoding="utf-8").split("\n") for found in QUOTED[path].finditer(line)]
    assert len(quoted) > 30
    labels = {label for found in quoted for label in (found["zh"], found["en"]) if label}
    assert {label for label in labels if label not in PAGES} == set()
