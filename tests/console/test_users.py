"""The pages of users and of the audit log."""

import re
from collections.abc import Callable

import pytest

from hotline.actions.audit import audit
from hotline.actions.audit_checks import begin_check, go_on
from hotline.console.people_words import AUDITED
from hotline.jobs.audit import check_audit_log
from hotline.rules.policy import SkillPolicy
from hotline.services import Services
from hotline.tables import AuditEntry, User
from tests.cast import change_casework_rules
from tests.conftest import MovingClock
from tests.console.conftest import PASSWORD, Visitor
from tests.guards.reading import ROOT

Visit = Callable[..., Visitor]


def test_an_administrator_looks_after_a_user(
    visit: Visit, staff: dict[str, int], house: Services, clock: MovingClock
) -> None:
    admin, agent, page = visit("admin"), visit("agent"), f"/console/users/{staff['agent']}"
    assert "登录中 1 处" in admin.get("/console/users").text
    for _ in range(5):
        visit().log_in("agent", "a guess")
    assert "已锁定" in admin.get(page).text
    clock.move(seconds=1)
    for deed, words in (
        ("unlock", "账号已解锁"),
        ("sessions", "登录已全部结束"),
        ("disable", "账号已停用"),
        ("enable", "账号已启用"),
        ("second-factor", "两步验证已重置"),
    ):
        assert admin.post(f"{page}/{deed}").status_code == 303
        assert words in admin.get(page).text, deed
    assert agent.get("/console/").status_code == 303
    assert admin.post(f"{page}/nothing").status_code == 404
    assert agent.log_in("agent").status_code == 303
    assert admin.post(f"{page}/role", role="department", dept_code="").status_code == 400
    assert admin.post(f"{page}/role", role="king").status_code == 400
    assert admin.post(f"{page}/role", role="department", dept_code="220200-PSB").status_code == 303
    assert agent.get("/console/").status_code == 303
    told = admin.post(f"{page}/password").text
    (temporary,) = re.findall(r'id="temporary">([^<]+)<', told)
    assert agent.log_in("agent").status_code == 400
    assert agent.log_in("agent", temporary).location == "/console/login/next"
    assert temporary not in admin.get(page).text
    with house.database.read() as session:
        done = session.query(AuditEntry.action).filter(AuditEntry.actor == "admin").order_by(AuditEntry.number)
        assert [row.action for row in done if row.action.startswith(("user", "role", "password", "second"))] == [
            *("user_unlocked", "user_disabled", "user_enabled", "second_factor_reset", "role_changed", "password_set")
        ]


def test_nobody_does_it_to_their_own_account(visit: Visit, staff: dict[str, int], house: Services) -> None:
    admin, page = visit("admin"), f"/console/users/{staff['admin']}"
    shown = admin.get(page).text
    assert "这是您自己的账号" in shown
    assert f'action="{page}/disable"' not in shown
    for deed in ("disable", "role", "password", "second-factor"):
        refused = admin.post(f"{page}/{deed}", role="agent")
        assert (refused.status_code, "请由另一位管理员办理" in refused.text) == (409, True), deed
    with house.database.read() as session:
        assert session.get_one(User, staff["admin"]).disabled_at is None


def test_a_user_is_added_with_what_the_role_needs(visit: Visit, staff: dict[str, int]) -> None:
    admin = visit("admin")
    admin.get("/console/users")
    for form, words in (
        ({"name": "agent", "role": "agent"}, "不能与现有用户重名"),
        ({"name": " ", "role": "agent"}, "请填写用户名"),
        ({"name": "吴磊", "role": "department"}, "须填写部门编码"),
        ({"name": "吴磊"}, "请选择角色"),
    ):
        refused = admin.post("/console/users", **form)
        assert (refused.status_code, words in refused.text) == (400, True), words
    assert admin.post("/console/users", name="<b>吴磊", role="department", dept_code="D1").status_code == 200
    page = admin.get("/console/users?part=%3Cb").text
    assert "&lt;b&gt;吴磊" in page
    assert "agent" not in re.findall(r'scope="row">([^<]+)<', page)
    assert "没有这样的用户" in admin.get("/console/users?part=nobody").text


def listed(page: str) -> int:
    """How many entries about recordings are on the page."""
    return len(re.findall(r">录音 \d", page))


def test_the_audit_log_is_found_by_who_what_when_and_about_what(
    visit: Visit, staff: dict[str, int], house: Services, clock: MovingClock
) -> None:
    auditor = visit("auditor")
    with house.database.write() as session:
        for number in range(60):
            audit(session, "周倩", "recording_played", clock.now, f"recording:{number}", {"note": "=1+1"})
    first = auditor.get("/console/audit?who=周倩").text
    assert listed(first) == 50
    (older,) = re.findall(r'href="([^"]+before=[^"]+)"', first)
    assert listed(auditor.get(older.replace("&amp;", "&")).text) == 10
    day = f"{clock.now:%Y-%m-%d}"
    for query, count in (
        ("about=recording&about_id=7", 1),
        ("what=recording_played&who=nobody", 0),
        (f"who=周倩&about=recording&about_id=8&since={day}&until={day}", 1),
        ("about=recording&about_id=8&until=2026-11-22", 0),
        ("about=nonsense&since=never&about_id=x&who=周倩", 50),
    ):
        assert listed(auditor.get(f"/console/audit?{query}").text) == count, query
    assert "13844328000" not in auditor.get("/console/audit?who=13844328000").text
    lines = auditor.post("/console/audit/export", who="周倩", about="recording", about_id="7").text.splitlines()
    assert len(lines) == 2
    assert "note==1+1" in lines[1]
    everything = auditor.post("/console/audit/export", what="recording_played").text
    assert len(everything.splitlines()) == 61
    with house.database.read() as session:
        told = session.query(AuditEntry).filter(AuditEntry.action == "audit_exported").order_by(AuditEntry.number)
        assert told[0].facts == {"who": "周倩", "about": "recording", "about_id": "7"}


def test_an_agent_is_given_the_skills_of_the_policy(visit: Visit, staff: dict[str, int], house: Services) -> None:
    change_casework_rules(house, skills=(SkillPolicy(name="english", label=("英语", "English"), languages=("en",)),))
    admin, page = visit("admin"), f"/console/users/{staff['agent']}"
    assert 'value="english" checked' not in admin.get(page).text
    assert admin.post(f"{page}/skills", skill="english").status_code == 303
    assert 'value="english" checked' in admin.get(page).text
    refused = admin.post(f"{page}/skills", skill="nonsense")
    assert (refused.status_code, "政策中没有这项技能" in refused.text) == (400, True)
    assert admin.post(f"{page}/skills").status_code == 303
    assert 'value="english" checked' not in admin.get(page).text
    assert admin.post("/console/users/999/skills").status_code == 404


def test_no_cell_of_the_exported_log_is_run_as_a_formula(visit: Visit, staff: dict[str, int], house: Services) -> None:
    visit().log_in("=cmd|' /C calc'!A1", "a guess")
    auditor = visit("auditor")
    auditor.get("/console/audit")
    assert ",'=cmd|" in auditor.post("/console/audit/export", what="login_failed").text


def test_the_page_says_up_to_where_the_log_was_found_whole(
    visit: Visit, staff: dict[str, int], house: Services
) -> None:
    auditor = visit("auditor")
    assert "尚未核对过" in auditor.get("/console/audit").text
    check_audit_log(house)
    assert re.search(r"已核对至第 \d+ 条，未被改动", auditor.get("/console/audit").text)
    with house.database.write() as session:
        session.query(AuditEntry).filter(AuditEntry.number == 4).update({AuditEntry.actor: "nobody"})
        go_on(session, begin_check(session, house.now()).id, 1000, house.now())
    assert "自第 4 条起不完整：内容被改动" in auditor.get("/console/audit").text


def test_the_page_has_words_for_everything_that_is_kept() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "hotline").rglob("*.py"))
    kept = set(re.findall(r'\baudit\(\s*\w+,\s*[\w.]+,\s*"(\w+)"', source))
    assert len(kept) > 20
    assert kept - set(AUDITED) == set()


@pytest.mark.parametrize("password", ["a new password", PASSWORD])
def test_a_disabled_user_is_told_no_more_than_a_stranger(
    visit: Visit, staff: dict[str, int], house: Services, password: str
) -> None:
    visit("admin").post(f"/console/users/{staff['agent']}/disable")
    answer = visit().log_in("agent", password)
    assert (answer.status_code, "用户名或密码不正确" in answer.text) == (400, True)
