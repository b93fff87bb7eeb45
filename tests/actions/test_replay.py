"""Reading kept texts again: what today's parser reads otherwise is found, counted, and changes nothing."""

import csv
import io
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline.actions import replay
from hotline.actions.replay import Reading, summed
from hotline.rules.phones import read_phone
from hotline.rules.scale import Scale
from hotline.services import Services
from hotline.settings import Settings
from hotline.tables import InboundText
from tests.cast import WANG, on_sqlite, row_counts, sid
from tests.conftest import MovingClock

Keep = Callable[..., int]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def keep(house: Services, clock: MovingClock) -> Keep:
    """A text as an earlier parser read it: its words, and what was kept of the reading."""

    def kept(body: str, action: str, stars: int | None = None, **more: Any) -> int:
        columns = {"scale": Scale.STAR_5_BEST, "rule": "old", "parser": "2026.1", "received_at": house.now()} | more
        text = InboundText(
            carrier="twilio",
            external_id=sid("SM"),
            phone=house.vault.seal_phone(read_phone(WANG.phone, "CN")),
            body=f"masked: {body}",
            body_box=house.vault.seal(body),
            action=action,
            stars=stars,
            **columns,
        )
        with house.database.write() as session:
            session.add(text)
        clock.move(seconds=1)
        return text.id

    return kept


def replayed(house: Services, **between: Any) -> replay.Report:
    with house.database.read() as session:
        wanted = {"since": None, "until": None} | between
        return summed(replay.replay(session, open_box=house.vault.open, **wanted))


def test_each_kind_of_difference_is_found_and_nothing_is_changed(house: Services, keep: Keep) -> None:
    keep("5", "rate", 5)  # the same, by another rule
    flipped = keep("1", "rate", 5)
    keep("4", "rate", 5)
    cleared = keep("2 排队太久", "clarify")
    keep("1", "rate", 1, scale=Scale.RANK_1_BEST)
    coded = keep("0012 2", "rate", 2, read_from=5)
    keep("TD", "optout", rule="carrier")  # not the parser's doing
    keep("English", "language", rule="language")
    keep("5", "rate", 5, scale=None)  # nobody knows under which scale
    before = row_counts(house)
    report = replayed(house)
    assert (report.total, report.same, report.flips) == (6, 2, 2)
    assert [one.text_id for one in report.changed if one.flips] == [flipped, flipped + 3]
    found = {one.text_id: one for one in report.changed}
    assert coded not in found
    assert found[flipped].body == "masked: 1"
    assert (found[flipped].before, found[flipped].after) == (Reading("rate", 5, "old"), Reading("rate", 1, "digit"))
    assert (found[cleared].before.said, found[cleared].after.said) == ("clarify", "2")
    assert report.matrix == {
        ("5", "5"): 1,
        ("5", "1"): 1,
        ("5", "4"): 1,
        ("clarify", "2"): 1,
        ("1", "5"): 1,
        ("2", "2"): 1,
    }
    assert row_counts(house) == before


def test_only_the_time_and_the_number_asked_for_are_read_and_chunks_lose_none(
    house: Services, keep: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = house.now()
    for _ in range(7):
        keep("5", "rate", 5, received_at=began)  # at the same moment: their ids tell them apart
    keep("1", "rate", 5)
    monkeypatch.setattr(replay, "_AT_ONCE", 3)
    assert replayed(house).total == 8
    assert replayed(house, limit=4).total == 4
    later = began + timedelta(seconds=1)
    assert replayed(house, since=later).total == 1
    assert replayed(house, until=later).total == 7
    with house.database.read() as session:
        assert replay.count_texts(session, None, later) == 7


@on_sqlite
def test_the_command_counts_and_writes_what_is_read_otherwise(
    house: Services, keep: Keep, settings: Settings, tmp_path: Path
) -> None:
    keep("1 =不行", "rate", 5, received_at=house.now() - timedelta(days=3))
    keep("5", "rate", 5)
    before = row_counts(house)
    environment = {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
        "HOTLINE_DATABASE_URL": settings.database_url,
        "HOTLINE_DATA_KEY": settings.data_key.get_secret_value(),
    }

    def run(*arguments: str) -> str:
        command = [sys.executable, "-m", "hotline", "replay", *arguments]
        ran = subprocess.run(
            command, capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path, env=environment
        )
        assert (ran.returncode, ran.stderr) == (0, "")
        return ran.stdout

    found = run("--out", "changed.csv")
    assert "2 texts read, 1 the same, 1 otherwise" in found
    assert "flips between good and bad: 1" in found
    header, row = csv.reader(io.StringIO((tmp_path / "changed.csv").read_text(encoding="utf-8-sig")))
    assert (len(header), row[1:]) == (8, ["2026-11-20 09:30:00", "5", "1", "yes", "old", "digit", "masked: 1 =不行"])
    assert "1 texts read, 1 the same, 0 otherwise" in run("--since", "2026-11-23")
    assert row_counts(house) == before
