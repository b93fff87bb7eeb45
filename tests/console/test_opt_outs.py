"""Opt-outs: listed masked, found by a number that is posted, ended with a reason, exported by an administrator."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotline.actions.opt_outs import is_opted_out, opt_in, opt_out
from hotline.cli import hotline
from hotline.reports.spreadsheet import BOM, csv_lines
from hotline.rules.phones import read_phone
from hotline.services import Services
from hotline.settings import Settings
from hotline.tables import AuditEntry, OptOut
from tests.cast import LI, WANG, ZHAO, Person, all_of, only
from tests.conftest import MovingClock
from tests.console.conftest import Visitor

Visit = Callable[..., Visitor]


@pytest.fixture
def leave(house: Services) -> Callable[..., int]:
    """Somebody opts out; the id of the row."""

    def left(person: Person = WANG, by: str = "sms") -> int:
        sealed = house.vault.seal_phone(read_phone(person.phone, "CN"))
        with house.database.write() as session:
            opt_out(session, sealed, by, house.now())
            session.flush()
            return session.query(OptOut).filter_by(phone_lookup=sealed.lookup).order_by(OptOut.id.desc()).first().id  # type: ignore[union-attr]

    return left


def test_the_list_is_masked_and_parted_into_what_holds_and_what_has_ended(
    visit: Visit, staff: dict[str, int], leave: Callable[..., int], house: Services
) -> None:
    leave(WANG)
    leave(LI, "sms:21610")
    leave(ZHAO)
    with house.database.write() as session:
        opt_in(session, house.vault.seal_phone(read_phone(ZHAO.phone, "CN")), "sms", house.now())
    visitor = visit("auditor")
    holding, ended = (visitor.get(f"/console/opt-outs?tab={tab}").text for tab in ("holding", "ended"))
    assert [person.masked in holding for person in (WANG, LI, ZHAO)] == [True, True, False]
    assert [person.masked in ended for person in (WANG, LI, ZHAO)] == [False, False, True]
    assert "运营商代码 21610" in holding
    assert '<span class="count">2</span>' in holding
    assert "导出" not in holding


def test_a_number_is_found_however_it_is_typed_and_never_stands_in_an_address(
    visit: Visit, staff: dict[str, int], leave: Callable[..., int], house: Services
) -> None:
    leave(LI)
    visitor = visit("supervisor")
    found = visitor.post("/console/opt-outs/find", phone="(0432) 6481-2345")
    assert found.status_code == 200
    assert LI.masked in found.text
    assert "64812345" not in found.text
    assert "没有退订过" in visitor.post("/console/opt-outs/find", phone=WANG.phone).text
    asked = [entry.facts["found"] for entry in all_of(house, AuditEntry, action="opt_outs_searched")]
    assert (len(asked), asked[-1]) == (2, 0)
    refused = visitor.post("/console/opt-outs/find", phone="12345")
    assert refused.status_code == 400
    assert "请填写完整的手机或固定电话号码" in refused.text
    assert visitor.get("/console/opt-outs/find").status_code == 404


def test_an_opt_out_is_ended_with_a_reason_once(
    visit: Visit, staff: dict[str, int], leave: Callable[..., int], house: Services
) -> None:
    row_id = leave()
    visitor = visit("supervisor")
    assert visitor.post(f"/console/opt-outs/{row_id}/end", reason=" 好 ").status_code == 400
    with house.database.read() as session:
        assert is_opted_out(session, only(house, OptOut).phone_lookup)
    reason = f"市民11月23日来电{WANG.phone}要求恢复"
    assert visitor.post(f"/console/opt-outs/{row_id}/end", reason=reason).status_code == 303
    row, entry = only(house, OptOut), only(house, AuditEntry, action="opt_out_ended")
    assert (row.ended_by, row.end_reason) == ("supervisor", "市民11月23日来电138****8000要求恢复")
    assert (entry.subject, entry.facts) == (f"opt_out:{row_id}", {"reason": row.end_reason})
    assert visitor.post(f"/console/opt-outs/{row_id}/end", reason="又一次要求恢复").status_code == 409
    page = visitor.get(f"/console/opt-outs/{row_id}").text
    assert "138****8000要求恢复" in page
    assert "/end" not in page
    assert visitor.get("/console/opt-outs/77").status_code == 404


def test_an_administrator_exports_whole_numbers_and_the_reason_is_kept(
    visit: Visit, staff: dict[str, int], leave: Callable[..., int], house: Services, clock: MovingClock
) -> None:
    leave(WANG)
    clock.move(minutes=5)
    leave(LI, "sms:21610")
    visitor = visit("admin")
    assert visitor.post("/console/opt-outs/export", reason="").status_code == 400
    assert all_of(house, AuditEntry, action="opt_outs_exported") == []
    answer = visitor.post("/console/opt-outs/export", reason="更新运营商名单")
    assert answer.mimetype == "text/csv"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[1:] == [[WANG.e164, "2026-11-23 09:30:00", "sms"], [LI.e164, "2026-11-23 09:35:00", "sms:21610"]]
    entry = only(house, AuditEntry, action="opt_outs_exported")
    assert (entry.actor, entry.facts) == ("admin", {"reason": "更新运营商名单"})
    assert visit("supervisor").post("/console/opt-outs/export", reason="更新运营商名单").status_code == 403


def test_the_command_writes_the_same_and_without_the_key_only_masked(
    leave: Callable[..., int],
    house: Services,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    leave()
    file = tmp_path / "list.csv"
    monkeypatch.chdir(tmp_path)

    def run(*more: str, **others: str) -> Result:
        environment = {"HOTLINE_DATABASE_URL": settings.database_url} | others
        return CliRunner(env=environment).invoke(hotline, ["opt-outs", "--out", str(file), *more])

    refused = run()
    assert "HOTLINE_DATA_KEY: is missing" in str(refused.exception)
    assert not file.exists()
    nowhere = run("--masked", "--out", str(tmp_path / "no" / "list.csv"))
    assert (nowhere.exit_code, "--out: cannot write" in str(nowhere.exception)) == (1, True)
    file.touch(mode=0o644)
    whole = run(HOTLINE_DATA_KEY=settings.data_key.get_secret_value())
    assert (whole.exit_code, whole.output) == (0, f"1 opt-outs written to {file}\n")
    assert WANG.e164 in file.read_text(encoding="utf-8-sig")
    assert file.stat().st_mode & 0o077 == 0
    assert run("--masked").exit_code == 0
    assert WANG.masked in file.read_text(encoding="utf-8-sig")
    assert WANG.e164 not in file.read_text(encoding="utf-8-sig")
    assert [entry.facts for entry in all_of(house, AuditEntry, action="opt_outs_exported")] == [
        {"masked": False},
        {"masked": True},
    ]


def test_no_cell_of_a_file_is_run_as_a_formula() -> None:
    cells = ["=1+1", "@SUM(A1)", "-2+3", "+8613844328000", "-5", "\t=1", "平常", None, 'a"b']
    (header, row) = csv_lines(["a"] * len(cells), [cells])
    assert header.startswith(BOM)
    (read,) = csv.reader(io.StringIO(row))
    assert read == ["'=1+1", "'@SUM(A1)", "'-2+3", "+8613844328000", "-5", "'\t=1", "平常", "", 'a"b']
