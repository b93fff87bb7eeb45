"""The supervisors' pages: the board, reassigning, more time, quality samples, the policy, the calendar."""

import io
import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from pydantic import BaseModel
from werkzeug.datastructures import FileStorage

from hotline.actions import dial
from hotline.console import policy_words
from hotline.console.search import PAGE_SIZE
from hotline.policies import load_policy, policy_text, preset_names
from hotline.policies.sources import sources_of
from hotline.rules.casework import DeadlineKind
from hotline.rules.policy import Term
from hotline.rules.quality import draw
from hotline.services import Services
from hotline.tables import (
    AuditEntry,
    CalendarDay,
    Case,
    CaseDeadline,
    CaseEvent,
    CaseExtension,
    QualityDraw,
    QualitySample,
    QualityScore,
    User,
)
from tests.cast import all_of, change_casework_rules, only
from tests.conftest import MovingClock
from tests.console.conftest import Visitor
from tests.console.supervised import closed_by, supervise

MOST_BYTES = 150_000  # of a page, without what the browser keeps

Visit = Callable[..., Visitor]
OpenCase = Callable[..., int]


def test_the_board_counts_what_waits_is_late_and_comes_due_and_who_does_what(
    visit: Visit, staff: dict[str, int], open_case: OpenCase, house: Services, clock: MovingClock
) -> None:
    change_casework_rules(house, "luoning")
    oldest, hour_old, held = open_case(ago=timedelta(days=4)), open_case(ago=timedelta(hours=1)), open_case()
    soon = open_case(item_name="今天到期", ago=timedelta(days=3))
    agent = visit("agent")
    closed_by(house, held, staff["agent"])
    agent.claim(soon)
    with house.database.write() as session:
        case, deadlines = session.get_one(Case, soon), session.query(CaseDeadline).filter_by(case_id=soon)
        case.due_at = house.now() + timedelta(minutes=90)
        deadlines.filter_by(kind=DeadlineKind.FIRST_CONTACT).one().due_at = case.due_at
        for late, within in ((oldest, timedelta(hours=2)), (hour_old, timedelta(hours=2, seconds=1))):  # at the edge
            step = session.query(CaseDeadline).filter_by(case_id=late, kind=DeadlineKind.RECTIFY).one()
            step.due_at = house.now() + within
        token, user = case.hold_token or "", session.get_one(User, staff["agent"])
        dial.dial(session, soon, token, user, house.policy, house.now())
    visitor = visit("auditor")
    page = visitor.get("/console/board").text
    figures = re.findall(r"<dd>(?:<a [^>]+>)?([^< ]+)", page)
    assert figures[:5] == ["2", "4天", "1", "2", "0"]  # waiting, oldest, overdue, soon, extensions
    assert len(re.findall(r'id="soon-\d+"', page)) == 2  # as many as are counted, of late cases too
    assert f'id="oldest" href="/console/cases/{oldest}"' in page
    assert "今天到期" in page
    line = re.search(r'<th role="rowheader" scope="row">agent(.*?)</tr>', page, re.DOTALL)
    assert line is not None
    assert "通话" in line[1]
    assert re.findall(r'class="number">(\d+)', line[1]) == ["1", "1", "0"]  # holds, closed; the try has not rung
    assert "8 时立案 1、办结 0；9 时立案 1、办结 1；" in page
    assert "138****8000" not in page
    assert "checkbox" not in page  # an auditor reassigns nothing
    seen = re.search(r"seen=([0-9a-f]{16})", page)
    assert seen is not None
    assert visitor.get(f"/console/board/live?seen={seen[1]}").status_code == 204
    clock.move(hours=2)
    assert "已超时 2 件" in visit("auditor").get(f"/console/board/live?seen={seen[1]}").text


def test_a_case_given_to_another_is_theirs_and_the_old_page_is_refused(
    visit: Visit, staff: dict[str, int], open_case: OpenCase, house: Services
) -> None:
    case_id, agent, other, supervisor = open_case(), visit("agent"), visit("王敏"), visit("supervisor")
    stale = agent.claim(case_id)
    supervisor.get(f"/console/cases/{case_id}")
    form = {"case": str(case_id), "to": str(staff["王敏"]), "note": "坐席请假，市民 13844328000"}
    answer = supervisor.post("/console/cases/reassign", **form)
    assert (answer.status_code, "已改派给 王敏" in answer.text) == (200, True)
    assert agent.post(f"/console/cases/{case_id}/release", token=stale).status_code == 409
    assert "继续" in other.get("/console/?tab=mine").text
    token = other.claim(case_id)
    event = only(house, CaseEvent, kind="reassigned")
    assert event.facts == {"from": "agent", "to": "王敏"}
    assert "138****8000" in (event.note or "")
    again = supervisor.post("/console/cases/reassign", **form)
    assert (again.status_code, "已持有这件工单" in again.text) == (409, True)
    back = supervisor.post("/console/cases/reassign", case=str(case_id), to="", note="退回")
    assert "收回至队列" in back.text
    assert other.post(f"/console/cases/{case_id}/release", token=token).status_code == 409
    assert only(house, Case).holder_id is None


def test_of_several_cases_each_refused_one_is_named_and_the_others_are_given(
    visit: Visit, staff: dict[str, int], open_case: OpenCase, house: Services
) -> None:
    good, calling, closed, own = open_case(), open_case(), open_case(), open_case(staff_no="0731")
    with house.database.write() as session:
        session.get_one(User, staff["王敏"]).staff_no = "0731"
    agent, supervisor = visit("agent"), visit("supervisor")
    closed_by(house, closed, staff["agent"])
    agent.claim(calling)
    agent.post(f"/console/cases/{calling}/call", token=agent.lease(calling))
    supervisor.get("/console/board")
    ticked = {"csrf_token": supervisor.token, "case": [str(n) for n in (good, calling, closed, own, 99)]}
    form = ticked | {"to": str(staff["王敏"]), "note": "分流", "back": "board"}
    answer = supervisor.client.post("/console/cases/reassign", data=form)
    assert answer.status_code == 409
    for told in (
        "1 件工单已改派给 王敏",
        "一通呼叫正在进行",
        "已办结",
        "评价的就是该坐席本人",
        "没有这件工单",
        'href="/console/board"',
    ):
        assert told in answer.text
    assert [event.case_id for event in all_of(house, CaseEvent, kind="reassigned")] == [good]
    for wrong in ({"note": " "}, {"to": str(staff["auditor"])}, {"to": "77"}, {"case": []}):
        assert supervisor.client.post("/console/cases/reassign", data=form | wrong).status_code == 400
    assert len(all_of(house, CaseEvent, kind="reassigned")) == 1


@pytest.fixture
def asked(staff: dict[str, int], open_case: OpenCase, house: Services) -> int:
    """A case for which more time is asked for, and another that an agent has closed."""
    change_casework_rules(house, "luoning")
    closed_by(house, open_case(), staff["agent"])
    case_id = open_case(ago=timedelta(days=2))
    supervise(house, case_id)
    return case_id


def test_more_time_is_granted_from_the_list_whoever_holds_the_case(visit: Visit, asked: int, house: Services) -> None:
    visit("agent").claim(asked)
    supervisor, auditor = visit("supervisor"), visit("auditor")
    page = supervisor.get("/console/extensions").text
    for told in ("涉及历史档案", "2027-01-22", "2天", 'value="grant"'):
        assert told in page
    assert 'value="grant"' not in auditor.get("/console/extensions").text
    assert supervisor.post(f"/console/extensions/{asked}", verdict="grant", note=" ").status_code == 400
    assert supervisor.post(f"/console/extensions/{asked}", verdict="grant", note="同意").status_code == 303
    assert (only(house, CaseExtension).granted, only(house, CaseExtension).decided_by) == (True, "supervisor")
    assert "没有待审批的延期申请" in supervisor.get("/console/extensions").text
    assert supervisor.post(f"/console/extensions/{asked}", verdict="refuse", note="不同意").status_code == 409
    assert supervisor.post("/console/extensions/99", verdict="refuse", note="不同意").status_code == 404


def test_samples_are_drawn_by_lot_marked_and_seen_by_their_agent_alone(
    visit: Visit, asked: int, house: Services
) -> None:
    drawn, sample = only(house, QualityDraw), only(house, QualitySample)
    assert (drawn.population, sample.case_id, sample.agent.name) == (1, 1, "agent")
    agent, other, supervisor = visit("agent"), visit("王敏"), visit("supervisor")
    for page in ("/console/quality", f"/console/quality/samples/{sample.id}"):
        assert "开场清楚，耐心。" in agent.get(page).text
    assert "开场清楚" not in other.get("/console/quality").text
    assert other.get(f"/console/quality/samples/{sample.id}").status_code == 404
    page = supervisor.get("/console/quality").text
    assert drawn.seed in page
    assert "1 / 1" in page
    marks = {f"mark-{criterion.name}": "5" for criterion in house.policy.casework.quality}
    address = f"/console/quality/samples/{sample.id}"
    assert supervisor.post(address, **(marks | {"mark-facts": "6"})).status_code == 400
    assert supervisor.post(address, **marks, note="再听一遍，很好。").status_code == 303
    scores = all_of(house, QualityScore)
    assert [set(score.marks.values()) for score in scores] == [{4}, {5}]  # the first one stays as it was
    assert "5.00" in supervisor.get("/console/quality").text
    for wrong in ({"first": "2026-11-24"}, {"wanted": "0"}, {"first": ""}, {"first": "2026-01-01"}, {"agent": "99"}):
        form = {"first": "2026-11-20", "last": "2026-11-23", "wanted": "5"} | wrong
        assert supervisor.post("/console/quality/draw", **form).status_code == 400
    assert len(all_of(house, QualityDraw)) == 1


def test_nobody_marks_their_own_work(
    visit: Visit, asked: int, staff: dict[str, int], house: Services, open_case: OpenCase
) -> None:
    own, supervisor = closed_by(house, open_case(), staff["supervisor"]), visit("supervisor")
    form = {"first": "2026-11-23", "last": "2026-11-23", "wanted": "9"}
    assert supervisor.post("/console/quality/draw", **form).status_code == 303
    sample = only(house, QualitySample, case_id=own)
    assert {one.case_id for one in all_of(house, QualitySample, draw_id=2)} == {1, own}
    marks = {f"mark-{criterion.name}": "5" for criterion in house.policy.casework.quality}
    refused = supervisor.post(f"/console/quality/samples/{sample.id}", **marks)
    assert (refused.status_code, "不能给自己的工作评分" in refused.text) == (409, True)


def test_a_lot_is_the_same_for_everybody_who_draws_with_its_seed() -> None:
    cases = range(1, 1001)
    drawn = draw(cases, 50, "a seed")
    assert drawn == draw(reversed(cases), 50, "a seed")
    assert len(set(drawn)) == 50
    assert set(drawn) < set(cases)
    assert drawn != draw(cases, 50, "another")
    often = [sum(one in draw(cases, 100, f"seed {number}") for number in range(200)) for one in (1, 500, 1000)]
    assert all(8 <= count <= 36 for count in often)  # 20 each, as by chance


def test_every_entry_of_a_preset_is_found_with_the_file_that_decides_it() -> None:
    for name in preset_names():
        sources = sources_of(name, policy_text)
        for section, values in load_policy(name):
            inside = values if isinstance(values, dict) else getattr(values, "model_fields_set", None)
            for key in [("", section)] if inside is None else [(section, entry) for entry in inside]:
                assert key in sources or section == "name", key


def test_every_figure_of_a_policy_and_every_part_of_one_has_words() -> None:
    """A signature and a list of things with words of their own have none here."""
    for name in preset_names():
        policy = load_policy(name)
        entries = {key: value for key, value in policy if key not in policy_words.SECTIONS and key != "name"}
        for section in policy_words.SECTIONS:
            if isinstance(of_section := getattr(policy, section, None), BaseModel):
                entries |= {f"{section}.{key}": value for key, value in of_section}
        assert set(entries) - set(policy_words.ENTRIES) == set()
        whole = [value for value in entries.values() if isinstance(value, BaseModel) and not isinstance(value, Term)]
        assert {part for value in whole for part, _ in value} - set(policy_words.PARTS) == set()
        assert {section for section, value in policy if isinstance(value, BaseModel)} <= set(policy_words.SECTIONS)


def test_the_policy_page_says_each_figure_in_words_with_its_source(
    visit: Visit, staff: dict[str, int], house: Services
) -> None:
    page = visit("auditor").get("/console/policy").text
    for told in ("1 个工作日", "洛宁县 and 上海: one working day", "到期后 2 个工作日", "倾听：耐心、有礼", "<code"):
        assert told in page
    assert "00:00" in page  # of the preset `always`, over the default


def test_a_list_is_shown_with_its_faults_by_line_and_then_taken(
    visit: Visit, staff: dict[str, int], house: Services
) -> None:
    admin = visit("admin")
    page = admin.get("/console/calendar?year=2026").text
    assert 'title="国庆节">1<span class="cal-mark">休' in page
    assert 'title="国庆节">10<span class="cal-mark">班' in page
    assert "尚未公布" in admin.get("/console/calendar?year=2027").text
    faulty = (
        "day,kind,name\n2027-01-01,off,元旦\n2027-13-01,off,?\n2027-01-02,rest,?\n2027-01-01,off,?\n2028-01-01,off,?\n"
    )
    refused = admin.post("/console/calendar", list=faulty, take="yes")
    assert refused.status_code == 400
    assert re.findall(r"第 (\d) 行", refused.text) == ["3", "4", "5", "6"]
    assert all_of(house, CalendarDay) == []
    file = io.BytesIO("day,kind,name\n2027-01-01,off,元旦\n2027-01-10,work,元旦\n".encode("utf-8-sig"))
    form = {"csrf_token": admin.token, "file": FileStorage(file, "2027.csv")}
    preview = admin.client.post("/console/calendar", data=form)
    assert (preview.status_code, "尚未载入" in preview.text) == (200, True)
    assert all_of(house, CalendarDay) == []
    text = re.search(r'<textarea name="list" hidden>(.*?)</textarea>', preview.text, re.DOTALL)
    assert text is not None
    assert admin.post("/console/calendar", list=text[1], take="yes").status_code == 303
    days = [(one.day, one.works) for one in all_of(house, CalendarDay)]
    assert days == [(date(2027, 1, 1), False), (date(2027, 1, 10), True)]
    assert only(house, AuditEntry, action="calendar_loaded").actor == "admin"
    assert "已载入" in admin.get("/console/calendar?year=2027").text
    for strange in ("day,kind\n", "nothing", "x" * 70_000):
        assert admin.post("/console/calendar", list=strange).status_code == 400


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_that_nothing_can_be_counted_from_is_none(visit: Visit, staff: dict[str, int], day: str) -> None:
    """The day before it or after it, or its midnight in UTC, does not exist."""
    admin = visit("admin")
    for field in ("since", "until"):
        assert admin.get(f"/console/audit?{field}={day}").status_code == 200
        assert admin.post("/console/audit/export", **{field: day}).status_code == 200
    assert admin.post("/console/quality/draw", first=day, last=day, wanted="3").status_code == 400
    assert admin.post("/console/calendar", list=f"day,kind,name\n{day},off,元旦\n").status_code == 400


def test_no_page_of_many_cases_is_larger_than_it_may_be(
    visit: Visit, staff: dict[str, int], open_case: OpenCase, house: Services
) -> None:
    """A full page of the wordiest cases there can be; what comes after is on another page."""
    long = {"item_name": "个体工商户营业执照变更登记（含经营范围、经营场所）" * 4, "dept_name": "市市场监督管理局" * 8}
    for _ in range(PAGE_SIZE + 2):
        open_case(ago=timedelta(days=2), comment="窗口说系统坏了让我明天再来，" * 20, **long)
    visitor = visit("supervisor")
    for path in ("", "board", "ledger", "search?state=open", "extensions", "quality", "policy", "calendar"):
        page = visitor.get(f"/console/{path}")
        assert (page.status_code, len(page.data) < MOST_BYTES) == (200, True), f"{path}: {len(page.data)}"
