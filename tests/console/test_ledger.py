"""Search and ledger: one filter, what a department sees of it, the file, and telephone numbers that leave no trace."""

import html
import io
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest

from hotline.actions.case_appeals import appeal, exclude_rating
from hotline.actions.case_steps import take_step
from hotline.actions.casework import claim, close
from hotline.console import casefilter, ledger, ledger_columns
from hotline.rules.casework import Ground, Move, Outcome
from hotline.services import Services
from hotline.tables import AuditEntry, Case, User
from tests.cast import change_casework_rules, only
from tests.conftest import MovingClock
from tests.console.conftest import CITIZEN_PHONE, Visitor
from tests.console.supervised import closed_by

Visit = Callable[..., Visitor]
OpenCase = Callable[..., int]
OTHER = "220200-PSB"


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """SQLite, unless a test asks for the other one too."""
    return str(request.getfixturevalue(getattr(request, "param", "sqlite_url")))


@pytest.fixture
def register(
    staff: dict[str, int], open_case: OpenCase, visit: Visit, house: Services, clock: MovingClock
) -> dict[str, int]:
    """Cases of every kind: what each is → its id."""
    change_casework_rules(house, "luoning")
    cases = {
        "old": open_case(item_name="去年的事项", ago=timedelta(days=40)),
        "late": open_case(item_name="超时的事项", ago=timedelta(days=4)),
        "worked": open_case(stars=2, item_name="办到反馈的事项"),
        "other": open_case(item_name="别家的事项", dept_code=OTHER, area_code="220203"),
        "closed": open_case(item_name="=HYPERLINK(1)", comment="+cmd|' /C calc'!A0"),
        "appealed": open_case(item_name="申诉的事项"),
    }
    with house.database.write() as session:
        users = {user.name: user for user in session.query(User)}
        session.get_one(Case, cases["other"]).record.named = True
    agent = visit("agent")
    token = agent.claim(cases["worked"])
    with house.database.write() as session:
        for how in (Move.CONTACT, Move.VERIFY, Move.RECTIFY):
            args = (cases["worked"], how, users["agent"], token, f"{how} 记录", house.policy, house.now())
            take_step(session, *args)
        said = (Ground.MISTAKEN, "按错键", "录音", house.policy, house.now())
        take_step(
            session, cases["appealed"], Move.CONSULT, users["department"], None, "会商", house.policy, house.now()
        )
        appeal(session, cases["appealed"], users["department"], None, *said)
    closed_by(house, cases["closed"], users["agent"].id)
    return cases


def listed(page: str) -> set[int]:
    """The cases in the rows of a page."""
    return {int(number) for number in re.findall(r'/console/cases/(\d+)">', page.partition("<tbody")[2])}


# What is asked → which cases that is.
ASKED: dict[str, set[str]] = {
    "state=closed": {"closed"},
    "state=rectifying": {"worked"},
    f"dept={OTHER}": {"other"},
    "area=220203": {"other"},
    "named=yes": {"other"},
    "stars=2": {"worked"},
    "overdue=yes": {"old", "late"},
    "timely=late&state=open": {"old", "late"},
    "timely=in_time&stars=1": {"other", "closed", "appealed"},
    "result=refused": {"closed"},
    "step=appeal_review": {"appealed"},
    "step=first_contact&due_from=2026-11-24&due_to=2026-11-24": {"other", "appealed"},
    "opened_to=2026-11-18": {"old"},
    "opened_from=2026-11-19&opened_to=2026-11-19": {"late"},
    "number=2202002026112300012": {"old"},
    "number=22020020261123&kind=call": set(),
    "number=*": set(),
    "number=2202002026112300_12": set(),
    "case=3": {"worked"},
    "case=99999999999999999999": set(),
}


@pytest.mark.parametrize("database_url", ["sqlite_url", "postgres_url"], indirect=True)
def test_each_field_finds_what_it_says(visit: Visit, register: dict[str, int], house: Services) -> None:
    visitor = visit("supervisor")
    for query, wanted in ASKED.items():
        found = visitor.get(f"/console/search?{query}")
        assert found.status_code == 200
        assert listed(found.text) == {register[name] for name in wanted}, query


def test_the_form_is_read_with_care_and_its_pages_leave_none_out(
    visit: Visit, register: dict[str, int], staff: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    visit("王敏").claim(register["late"])
    visitor = visit("supervisor")
    assert listed(visitor.get(f"/console/search?agent={staff['王敏']}").text) == {register["late"]}
    assert listed(visitor.get(f"/console/search?agent={staff['agent']}").text) == {
        register["worked"],
        register["closed"],
    }
    visitor = visit("supervisor")
    for query, told in (
        ("opened_from=yesterday", "请填写日期"),
        ("due_to=0001-01-01", "请填写日期"),
        ("state=lost", "请从列表中选择"),
        ("case=three", "请填写数字"),
        ("stars=9999999999", "请填写数字"),
    ):
        for page in ("search", "ledger"):
            answer = visitor.get(f"/console/{page}?{query}")
            assert (answer.status_code, told in answer.text, listed(answer.text)) == (400, True, set()), query
    visitor = visit("supervisor")
    for page in ("search", "ledger"):
        answer = visitor.post("/console/search", page=page, state="closed", number=" 2202 ", area="")
        assert (answer.status_code, answer.location) == (303, f"/console/{page}?number=2202&state=closed")
    monkeypatch.setattr("hotline.reports.cases.MOST_RECORDS", 3)
    visitor = visit("supervisor")
    for page in ("search", "ledger"):
        answer = visitor.get(f"/console/{page}?number=2202")
        assert (answer.status_code, "请把编号写得更完整" in answer.text) == (400, True)
    assert visitor.get("/console/search?number=2202002026112300012").status_code == 200
    monkeypatch.setattr("hotline.console.search.PAGE_SIZE", 2)
    visitor, address, seen = visit("auditor"), "/console/search?state=open", []
    while address:
        page = visitor.get(address).text
        seen += [int(number) for number in re.findall(r'/console/cases/(\d+)">', page)]
        older = re.search(r'href="(/console/search\?before=[^"]+)"', page)
        address = older[1].replace("&amp;", "&") if older else ""
    assert seen == [register[name] for name in ("appealed", "other", "worked", "late", "old")]


def test_a_telephone_number_is_found_by_its_hash_audited_and_in_no_address(
    visit: Visit, register: dict[str, int], house: Services, caplog: pytest.LogCaptureFixture
) -> None:
    visitor = visit("supervisor")
    found = visitor.post("/console/search", page="ledger", number=CITIZEN_PHONE, state="closed")
    assert found.status_code == 200  # no redirect: an address would hold it
    assert listed(found.text) == {register["closed"]}
    assert "138****8000" in found.text
    for kept in (found.text, caplog.text):
        assert CITIZEN_PHONE not in kept
    assert only(house, AuditEntry, action="cases_found_by_phone").facts == {"phone": "138****8000", "found": 1}
    assert listed(visitor.post("/console/search", number="13844320000").text) == set()
    for field in ("dept", "area"):
        refused = visitor.post("/console/search", **{field: CITIZEN_PHONE})
        assert (refused.status_code, CITIZEN_PHONE in refused.text) == (400, False)
    for page in ("search", "ledger"):  # somebody has put it there: it is not looked up, and no link repeats it
        typed = visitor.get(f"/console/{page}?number={CITIZEN_PHONE}")
        assert (typed.status_code, CITIZEN_PHONE in typed.text, listed(typed.text)) == (400, False, set())
    for role in ("department", "reviewer"):  # who must not learn who rated
        refused = visit(role).post("/console/search", number=CITIZEN_PHONE)
        assert (refused.status_code, listed(refused.text)) == (403, set())


def test_the_ledger_is_of_this_month_counts_all_that_fit_and_a_department_sees_its_own(
    visit: Visit, register: dict[str, int]
) -> None:
    visitor = visit("department")
    page = visitor.get("/console/ledger?opened_from=2026-01-01").text
    assert listed(page) == set(register.values()) - {register["other"]}
    assert "138****8000" not in page
    assert listed(visitor.get(f"/console/search?dept={OTHER}").text) == set()
    rows = sheet(visitor.post("/console/ledger/export", opened_from="2026-01-01").data)
    assert len(rows) == 1 + len(register) - 1
    assert not any("138****8000" in row or OTHER in row for row in rows)
    page = visit("auditor").get("/console/ledger").text
    assert listed(page) == set(register.values()) - {register["old"]}
    assert 'value="2026-11-01"' in page
    figures = re.findall(r"<dd>([\d.%,]+)", page)
    # cases, closed, contacted in time (2 of the 3 that were or had to be), late, rated better, excluded
    assert figures == ["5", "1", "66.7%", "1", "0", "0"]


def test_what_ended_late_stays_late_and_an_excluded_rating_leaves_every_figure(
    visit: Visit, register: dict[str, int], house: Services, staff: dict[str, int]
) -> None:
    """Whoever closes a case long after its time does not get rid of its delay."""
    with house.database.write() as session:
        agent = session.get_one(User, staff["agent"])
        token = claim(session, register["late"], agent, house.policy, house.now())
        close(session, register["late"], token, agent, Outcome.WRONG_NUMBER, "号码有误。", house.now())
        reviewer = session.get_one(User, staff["reviewer"])
        exclude_rating(session, register["appealed"], reviewer, "确系误按。", "市民说按错了。", house.now())
    visitor = visit("auditor")
    assert re.search(
        r"立案 <[^>]+>opened</span> 3</li>.*办结 <[^>]+>closed</span> 2<", visitor.get("/console/board").text
    )
    assert listed(visitor.get("/console/search?timely=late").text) == {register["old"], register["late"]}
    page = visitor.get("/console/ledger").text
    assert listed(page) == set(register.values()) - {register["old"]}
    figures = ["4", "2", "66.7%", "1", "0", "1"]
    assert re.findall(r"<dd>([\d.%,]+)", page) == figures
    file = visitor.post("/console/ledger/export").data
    said = [" ".join(row) for row in sheet(file, 1)]
    assert {"导出时间 at 2026-11-23 09:30", "筛选 filter 立案从：2026-11-01"} <= set(said)
    assert set(ledger_columns._FIELDS) == set(casefilter.FIELDS)
    assert [line.split()[-1] for line in said[4:10]] == ["4", "50.0%", *figures[2:3], "25.0%", "0.0%", "1"]
    late = next(row for row in sheet(file) if "超时的事项" in row)
    assert "agent" in late


def test_the_file_holds_what_the_rules_ask_for_no_formula_and_is_not_too_long(
    visit: Visit, register: dict[str, int], house: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = visit("supervisor")
    answer = visitor.post("/console/ledger/export", opened_from="2026-11-01", timely="")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=ledger-20261123-")
    rows = sheet(answer.data)
    assert len(rows) == 6
    worked = next(row for row in rows if "办到反馈的事项" in row)
    for told in ("verify 记录", "rectify 记录", "整改中", "2202002026112300014", "138****8000", "市人社局"):
        assert told in worked
    with zipfile.ZipFile(io.BytesIO(answer.data)) as file:
        everything = "".join(file.read(name).decode() for name in file.namelist() if name.endswith(".xml"))
    assert "<f>" not in everything
    assert "=HYPERLINK(1)" in everything
    assert CITIZEN_PHONE not in everything
    facts = only(house, AuditEntry, action="ledger_exported").facts
    assert facts == {"filter": {"opened_from": "2026-11-01"}, "rows": 5}
    monkeypatch.setattr(ledger, "MOST_ROWS", 4)
    answer = visitor.post("/console/ledger/export")
    assert (answer.status_code, "符合条件的工单有 5 件，一份文件最多 4 行" in answer.text) == (400, True)
    only(house, AuditEntry, action="ledger_exported")  # no other was


def sheet(data: bytes, number: int = 2) -> list[list[str]]:
    """The words and numbers of that sheet, row by row."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        xml = file.read(f"xl/worksheets/sheet{number}.xml").decode()
    rows = re.findall(r"<row .*?</row>", xml, re.DOTALL)
    return [[html.unescape(cell) for cell in re.findall(r"<(?:t|v)[^>]*>([^<]*)</(?:t|v)>", row)] for row in rows]
