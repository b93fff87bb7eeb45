"""Whoever was rated, in whatever role they sit at the console, decides on nothing about it, reads and hears nothing."""

from collections.abc import Callable
from datetime import date

import pytest

from hotline.services import Services
from hotline.tables import AuditEntry, Case, CaseAppeal, CaseExtension, QualityDraw, QualitySample, User
from hotline.tables.people import Role
from tests.cast import all_of, change_casework_rules, only
from tests.console.conftest import CITIZEN_PHONE, Visitor
from tests.console.test_appeals import MP3, appeal, exclude, send
from tests.voices import left

STAFF_NO = "JL-0117"


@pytest.fixture
def own(house: Services, staff: dict[str, int], open_case: Callable[..., int]) -> int:
    """A case about somebody who is supervisor, reviewer and agent at the console."""
    change_casework_rules(house, "luoning", consults_first=False)
    return open_case(item_name="窗口咨询", staff_no=STAFF_NO)


def are_rated(house: Services) -> None:
    with house.database.write() as session:
        for user in session.query(User).filter(User.role.in_((Role.SUPERVISOR, Role.REVIEWER, Role.AGENT))):
            user.staff_no = STAFF_NO


def test_the_rated_one_decides_on_no_appeal_and_reads_no_evidence(
    visit: Callable[..., Visitor], house: Services, own: int
) -> None:
    appeal(visit, own)
    agent = visit("agent")
    token = agent.claim(own)
    assert send(agent, f"/console/cases/{own}/evidence", (MP3, "市民.mp3"), token=token).status_code == 303
    are_rated(house)
    supervisor, reviewer = visit("supervisor"), visit("reviewer")
    assert supervisor.get("/console/evidence/1").status_code == reviewer.get("/console/evidence/1").status_code == 404
    assert all_of(house, AuditEntry, action="evidence_read") == []
    form = {"move": "exclude", "note": "查明为恶意", "citizen_side": "已致电"}
    assert reviewer.post(f"/console/cases/{own}/step", **form).status_code == 404
    assert only(house, CaseAppeal).decided_at is None


def test_the_rated_one_grants_no_time_registers_no_rater_and_marks_no_work(
    visit: Callable[..., Visitor], house: Services, own: int, staff: dict[str, int]
) -> None:
    exclude(visit, own)
    day, now = date(2026, 12, 24), house.now()
    with house.database.write() as session:
        asked = CaseExtension(case_id=own, until=day, reason="需要现场核查", asked_at=now, asked_by="department")
        draw = QualityDraw(at=now, by="admin", first_day=day, last_day=day, wanted=1, population=1, seed="0")
        session.add_all((asked, draw))
        session.flush()
        session.add(QualitySample(draw_id=draw.id, case_id=own, agent_id=staff["王敏"]))
    assert "需要现场核查" in visit("supervisor").get("/console/extensions").text
    admin = visit("admin")
    assert admin.post(f"/console/cases/{own}/register", note="三次捏造").status_code == 303
    assert "/console/register/1" in admin.get("/console/register").text
    are_rated(house)
    supervisor = visit("supervisor")
    assert "/console/register/1" not in supervisor.get("/console/register").text
    assert "/console/register/1" not in supervisor.post("/console/register/find", phone=CITIZEN_PHONE).text
    assert supervisor.get("/console/register/1").status_code == 404
    assert "需要现场核查" not in supervisor.get("/console/extensions").text
    for path, form in (
        (f"extensions/{own}", {"verdict": "grant", "note": "同意"}),
        (f"cases/{own}/register", {"note": "三次捏造"}),
        ("quality/samples/1", {f"mark-{one.name}": "5" for one in house.policy.casework.quality}),
    ):
        assert supervisor.post(f"/console/{path}", **form).status_code == 404, path


def test_the_rated_one_does_not_hear_who_rated_them(visit: Callable[..., Visitor], house: Services, own: int) -> None:
    with house.database.read() as session:
        theirs = left(house, session.get_one(Case, own).record_id)
    another = left(house)
    are_rated(house)
    agent = visit("agent")
    listed = agent.get("/console/recordings").text
    assert f'id="recording-{another}"' in listed
    assert f'id="recording-{theirs}"' not in listed
    assert agent.get(f"/console/recordings/{theirs}.wav").status_code == 404
    assert agent.post(f"/console/recordings/{theirs}/heard", note="听过").status_code == 404
    assert agent.client.get(f"/console/recordings/{another}.wav").status_code == 200
    assert visit("auditor").client.get(f"/console/recordings/{theirs}.wav").status_code == 200
