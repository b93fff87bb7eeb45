"""The long way of a case at the console: its steps as forms, with roles and leases, and the notices."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from hotline.jobs.casework import keep_deadlines
from hotline.rules.casework import CaseState, Ending
from hotline.services import Services
from hotline.tables import Case, CaseNotice
from tests.cast import change_casework_rules, only
from tests.conftest import MovingClock
from tests.console.conftest import DEPARTMENT, Visitor

Visit = Callable[..., Visitor]
OpenCase = Callable[..., int]


@pytest.fixture(autouse=True)
def _full(house: Services, staff: dict[str, int]) -> None:
    change_casework_rules(house, "luoning")


def step(visitor: Visitor, case_id: int, move: str, **form: str) -> int:
    token = {"token": visitor.lease(case_id)} if "token" not in form and visitor is not None else {}
    return visitor.post(f"/console/cases/{case_id}/step", move=move, **token, **form).status_code


def reads(visitor: Visitor, case_id: int, move: str, **form: str) -> int:
    """A move by whoever holds no lease."""
    visitor.get(f"/console/cases/{case_id}")
    return visitor.post(f"/console/cases/{case_id}/step", move=move, **form).status_code


def test_agent_and_department_bring_a_case_to_its_answer(visit: Visit, open_case: OpenCase, house: Services) -> None:
    case_id, agent, unit = open_case(), visit("agent"), visit("department")
    agent.claim(case_id)
    page = agent.get(f"/console/cases/{case_id}").text
    assert "办理环节" in page
    assert "首次联系" in page
    assert 'value="verify"' not in page  # not legal yet
    for onlooker in ("auditor", "王敏"):  # who may only look, and who does not hold it
        assert '<details class="step"' not in visit(onlooker).get(f"/console/cases/{case_id}").text
    form = {"token": agent.lease(case_id), "way": "wechat", "result": "reached", "note": "微信已联系"}
    assert agent.post(f"/console/cases/{case_id}/contact", **form).location == f"/console/cases/{case_id}"
    assert reads(unit, case_id, "verify", note="情况属实") == 303
    assert reads(unit, case_id, "rectify", note="补办，手机 13844328000") == 303
    assert step(agent, case_id, "answer", note="已电话反馈") == 303
    assert only(house, Case).state is CaseState.ASKED_AGAIN
    page = agent.get(f"/console/cases/{case_id}").text
    for shown in ("微信已联系", "情况属实", "138****8000", "待追评", "市民追评"):
        assert shown in page
    assert "13844328000" not in page


def test_a_move_that_lacks_something_is_shown_again_open_with_what_was_typed(visit: Visit, open_case: OpenCase) -> None:
    case_id, unit = open_case(), visit("department")
    unit.get(f"/console/cases/{case_id}")
    form = {"move": "appeal", "ground": "malicious", "note": "恶意差评的理由", "evidence": " "}
    refused = unit.post(f"/console/cases/{case_id}/step", **form)
    assert refused.status_code == 400
    assert "请写明证据" in refused.text
    assert "恶意差评的理由" in refused.text
    assert '<option value="malicious" selected>' in refused.text
    assert refused.text.count(" open>") == 1


def test_an_appeal_is_filed_reviewed_from_outside_and_told(visit: Visit, open_case: OpenCase, house: Services) -> None:
    case_id, unit, reviewer = open_case(), visit("department"), visit("reviewer")
    appeal = {"ground": "mistaken", "note": "按错键", "evidence": "录音 7731"}
    assert reads(unit, case_id, "appeal", **appeal) == 409  # not consulted yet
    assert reads(unit, case_id, "consult", note="已向中心说明") == 303
    assert reads(unit, case_id, "appeal", **appeal) == 303
    page = reviewer.get(f"/console/cases/{case_id}").text
    assert "录音 7731" in page
    assert 'value="exclude"' in page
    assert 'href="/console/search?state=appealed"' in reviewer.get("/console/").text
    assert f"/console/cases/{case_id}" in reviewer.get("/console/search?state=appealed").text
    assert reads(unit, case_id, "exclude", note="自己撤", citizen_side="没问") == 409
    agent = visit("agent")
    said = {"way": "own_phone", "result": "reached", "note": "市民说没有按错"}
    assert agent.post(f"/console/cases/{case_id}/contact", token=agent.claim(case_id), **said).status_code == 303
    assert reads(reviewer, case_id, "exclude", note="误评", citizen_side="市民确认按错") == 303
    assert only(house, Case).ending is Ending.EXCLUDED
    page = unit.get(f"/console/cases/{case_id}").text
    assert "申诉成立，不计入" in page
    assert "这条评价不计入" in page
    theirs = ("市民确认按错", "市民说没有按错")  # what the citizen said to the appeal is not for the unit
    assert [said for said in theirs if said in page] == []
    assert [said for said in theirs if said not in reviewer.get(f"/console/cases/{case_id}").text] == []
    assert "申诉已有结论" in unit.get("/console/notices").text


def test_a_handed_over_case_is_seen_by_its_new_department(visit: Visit, open_case: OpenCase, house: Services) -> None:
    case_id, agent, unit = open_case(dept_code="220200-PSB"), visit("agent"), visit("department")
    assert unit.get(f"/console/cases/{case_id}").status_code == 404
    agent.claim(case_id)
    assert step(agent, case_id, "hand_over", note="由人社办理", dept_code="220200-HRS") == 400
    page = agent.get(f"/console/cases/{case_id}").text
    assert f'<option value="{DEPARTMENT}">' in page[page.index('<datalist id="known-departments">') :]
    assert step(agent, case_id, "hand_over", note="由人社办理", dept_code=DEPARTMENT) == 303
    assert unit.get(f"/console/cases/{case_id}").status_code == 200
    assert f"/console/cases/{case_id}" in unit.get("/console/").text
    assert f'name="lead" value="{DEPARTMENT}"' in agent.get(f"/console/cases/{case_id}").text
    for answer in (303, 409):  # the same form, sent twice
        assert step(agent, case_id, "recall", note="退回", lead=DEPARTMENT) == answer
    assert unit.get(f"/console/cases/{case_id}").status_code == 404


def test_a_stale_tab_and_a_strange_move_change_nothing(visit: Visit, open_case: OpenCase, house: Services) -> None:
    case_id, agent = open_case(), visit("agent")
    stale = agent.claim(case_id)
    agent.claim(case_id)
    assert step(agent, case_id, "consult", note="旧页面", token=stale) == 409
    assert step(agent, case_id, "nonsense", note="?") == 404
    assert step(agent, case_id, "merge", note="并", into="77") == 400
    assert step(agent, case_id, "ask_extension", note="延", until="soon") == 400
    assert only(house, Case).state is CaseState.OPENED


def test_an_escalation_is_in_sight_of_its_rung_until_somebody_has_read_it(
    visit: Visit, open_case: OpenCase, house: Services, clock: MovingClock
) -> None:
    case_id = open_case(ago=timedelta(days=4))
    keep_deadlines(house)
    agent, supervisor, chief = visit("agent"), visit("supervisor"), visit("admin")
    for visitor, rung in ((agent, "首问责任人"), (supervisor, "分管领导")):
        page = visitor.get("/console/notices").text
        assert rung in page
        assert f"/console/cases/{case_id}" in page
    assert "没有未阅的提醒" in visit("department").get("/console/notices").text
    told = next(n for n in _told(house) if n.role == "supervisor")
    assert chief.post(f"/console/notices/{told.id}/seen").status_code == 404
    supervisor.get("/console/notices")
    assert supervisor.post(f"/console/notices/{told.id}/seen").status_code == 303
    assert "没有未阅的提醒" in supervisor.get("/console/notices").text
    assert "supervisor 已阅" in agent.get(f"/console/cases/{case_id}").text


def _told(house: Services) -> list[CaseNotice]:
    with house.database.read() as session:
        return [notice for notice in session.query(CaseNotice) if notice.done_at]
