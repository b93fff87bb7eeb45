"""Around an appeal at the console: evidence files, what the rated staff may see and say, the register, the signs."""

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, encode_multipart

from hotline.actions.people import add_user
from hotline.services import Services
from hotline.tables import AppealFile, AuditEntry, Case, CaseAppeal, CaseExplanation, Rating, RegisterEntry, User
from hotline.tables.people import Role
from hotline.tables.service import RatingState
from tests.cast import all_of, change_casework_rules, only
from tests.conftest import MovingClock
from tests.console.conftest import CITIZEN_PHONE, DEPARTMENT, PASSWORD, Visitor
from tests.voices import left

Visit = Callable[..., Visitor]
PDF, MP3 = b"%PDF-1.7\n" + b"x" * 40, b"ID3" + b"\0" * 40
SAID = "第三窗口的人态度恶劣"


@pytest.fixture(autouse=True)
def _full(house: Services, staff: dict[str, int]) -> None:
    change_casework_rules(house, "luoning", consults_first=False)


@pytest.fixture
def case_id(open_case: Callable[..., int]) -> int:
    return open_case(raw=f"1 {SAID}", comment=SAID, window="3号窗口", staff_no="JL-0117")


def send(visitor: Visitor, path: str, *files: tuple[bytes, str], **form: str) -> TestResponse:
    chosen = [FileStorage(BytesIO(content), name, "files") for content, name in files]
    boundary, body = encode_multipart(MultiDict({"csrf_token": visitor.token, "files": chosen, **form}))
    return visitor.client.post(path, data=body, content_type=f"multipart/form-data; boundary={boundary}")


def appeal(visit: Visit, case_id: int, *files: tuple[bytes, str], ground: str = "malicious") -> Visitor:
    unit = visit("department")
    form = {"move": "appeal", "ground": ground, "note": "与事实不符", "evidence": "监控"}
    answer = send(unit, f"/console/cases/{case_id}/step", *files, **form)
    assert answer.status_code == 303, answer.text
    return unit


def test_files_are_sealed_and_read_only_by_whoever_may_see_the_appeal(
    visit: Visit, house: Services, case_id: int
) -> None:
    unit = appeal(visit, case_id, (PDF, "材料/" + CITIZEN_PHONE + " 情况.exe"))
    agent = visit("agent")
    token = agent.claim(case_id)
    answer = send(agent, f"/console/cases/{case_id}/evidence", (MP3, "市民.mp3"), token=token)
    assert answer.status_code == 303
    ours, citizens = all_of(house, AppealFile)
    assert (ours.name, ours.kind, ours.side, ours.size) == ("138____8000 情况.exe.pdf", "pdf", "unit", len(PDF))
    assert citizens.side == "citizen"
    with house.database.read() as session:
        box = session.get_one(AppealFile, ours.id).box
    assert box is not None
    assert PDF not in box
    got = visit("reviewer").client.get(f"/console/evidence/{ours.id}")
    assert got.data == PDF
    assert got.headers["Content-Type"] == "application/pdf"
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert got.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert only(house, AuditEntry, action="evidence_read").actor == "reviewer"
    assert "市民.mp3" in visit("auditor").get(f"/console/cases/{case_id}").text
    assert unit.get(f"/console/evidence/{ours.id}").status_code == 200
    assert unit.get(f"/console/evidence/{citizens.id}").status_code == 404
    assert "市民.mp3" not in unit.get(f"/console/cases/{case_id}").text
    with house.database.write() as session:
        add_user(session, "公安", Role.DEPARTMENT, PASSWORD, house.now(), "220200-PSB")
        add_user(session, "人社复核", Role.REVIEWER, PASSWORD, house.now(), DEPARTMENT)
    other = visit("公安")
    assert other.get(f"/console/evidence/{ours.id}").status_code == 404
    form = {"move": "grant_extension", "note": "同意"}
    assert other.post(f"/console/cases/{case_id}/step", **form).status_code == 404  # as if there were no such case
    same_unit = visit("人社复核")
    assert same_unit.client.get(f"/console/evidence/{ours.id}").status_code == 200
    assert same_unit.get(f"/console/evidence/{citizens.id}").status_code == 404
    assert "市民.mp3" not in same_unit.get(f"/console/cases/{case_id}").text


def test_what_is_not_taken_is_refused_with_the_field_and_nothing_is_kept(
    visit: Visit, house: Services, case_id: int
) -> None:
    unit = visit("department")
    form = {"move": "appeal", "ground": "mistaken", "note": "按错键", "evidence": "录音"}
    refused = send(unit, f"/console/cases/{case_id}/step", (b"MZ\0\0", "材料.pdf"), **form)
    assert refused.status_code == 400
    assert "每个不超过 5 MB" in refused.text
    assert 'id="appeal-files-fault"' in refused.text
    assert "按错键" in refused.text
    assert all_of(house, CaseAppeal) == []
    appeal(visit, case_id)
    path = f"/console/cases/{case_id}/evidence"
    for files in (
        [(PDF + b"x" * 5 * 1024 * 1024, "大.pdf")],
        [(PDF, "")],
        [(PDF + bytes([n]), "a") for n in range(11)],
    ):
        answer = send(unit, path, *files)
        assert answer.status_code == 400
        assert 'id="evidence-files-fault"' in answer.text
    assert all_of(house, AppealFile) == []


def test_a_form_that_is_too_large_is_refused_before_it_is_read(visit: Visit, house: Services, case_id: int) -> None:
    unit = appeal(visit, case_id)
    path = f"/console/cases/{case_id}/evidence"

    def announce(visitor: Visitor, megabytes: int) -> TestResponse:
        length = {"CONTENT_LENGTH": str(megabytes * 1024 * 1024), "CONTENT_TYPE": "multipart/form-data; boundary=x"}
        return visitor.client.post(path, input_stream=BytesIO(b"--x"), environ_overrides=length)

    assert announce(unit, 52).status_code == 413
    assert "证据文件" in announce(unit, 52).text
    assert announce(unit, 50).status_code == 400  # it was read, and is no form
    assert announce(visit(), 9).status_code == 413  # a stranger's form is as small as any other


def test_the_one_who_was_rated_explains_without_learning_who_rated(
    visit: Visit, house: Services, case_id: int, open_case: Callable[..., int], clock: MovingClock
) -> None:
    open_case(window="9号窗口", staff_no="JL-0200")
    open_case(window="8号窗口", staff_no="JL-0117", dept_code="220200-PSB")  # of the same number elsewhere
    with house.database.write() as session:
        add_user(session, "窗口", Role.DEPARTMENT, PASSWORD, house.now(), DEPARTMENT, "JL-0117")
    assert 'name="service"' not in visit("窗口").get("/console/explain").text  # it would tell who just left the window
    clock.move(days=1)
    visitor = visit("窗口")
    page = visitor.get("/console/explain").text
    assert page.count('name="service"') == 1
    assert "社会保障卡补换" in page
    assert "3号窗口" in page
    case = only(house, Case, id=case_id)
    hidden = (
        SAID,
        "138****8000",
        case.record.number,
        case.record.number[-4:],
        "星",
        f"工单 {case_id}",
        f"/cases/{case_id}",
    )
    assert [secret for secret in hidden if secret in page] == []
    assert re.search(r"\d\d:\d\d", page) is None
    service = re.findall(r'name="service" value="([^"]+)"', page)[0]
    assert visitor.post("/console/explain", service=service, note=" ").status_code == 400
    assert visitor.post("/console/explain", service=service, note="当时系统停机，已解释。").status_code == 303
    assert visitor.post("/console/explain", service=service, note="停机有记录。").status_code == 303
    assert visitor.post("/console/explain", service="x" * 40, note="猜的").status_code == 404
    assert visit("department").post("/console/explain", service=service, note="别人的").status_code == 404
    said = [one.words for one in all_of(house, CaseExplanation, case_id=case_id)]
    assert said == ["当时系统停机，已解释。", "停机有记录。"]
    codes = [visitor.post("/console/explain", service=service, note="再说一遍").status_code for _ in range(19)]
    assert codes == [303] * 18 + [400]
    for name in ("agent", "supervisor", "department", "reviewer"):
        assert "当时系统停机，已解释。" in visit(name).get(f"/console/cases/{case_id}").text


def test_an_agent_is_neither_given_nor_shown_a_case_about_themselves(
    visit: Visit, house: Services, staff: dict[str, int], open_case: Callable[..., int], work: Callable[[], int]
) -> None:
    own = open_case(item_name="热线接听", staff_no="T0086", dept_code=None, ago=timedelta(hours=9))
    other = open_case(item_name="社保咨询", staff_no="T0001")
    with house.database.write() as session:
        session.get_one(User, staff["agent"]).staff_no = "T0086"
    with house.database.read() as session:
        record_ids = [session.get_one(Case, case_id).record_id for case_id in (own, other)]
    mine, heard = (left(house, record_id) for record_id in record_ids)
    assert work() > 0  # the ratings reach the list
    agent, colleague = visit("agent"), visit("王敏")
    for page in ("/console/ratings", "/console/recordings"):
        assert "社保咨询" in agent.get(page).text
        assert "热线接听" not in agent.get(page).text
        assert "热线接听" in colleague.get(page).text
    for visitor, recording_id, status in ((agent, mine, 404), (agent, heard, 200), (colleague, mine, 200)):
        assert visitor.client.get(f"/console/recordings/{recording_id}.wav", buffered=True).status_code == status
    assert agent.post(f"/console/recordings/{mine}/heard", note="猜是谁").status_code == 404
    queue = agent.get("/console/").text
    assert "社保咨询" in queue
    assert "热线接听" not in queue
    assert agent.get(f"/console/cases/{own}").status_code == 404
    assert agent.post(f"/console/cases/{own}/claim").status_code == 404
    assert agent.post("/console/cases/next").location == f"/console/cases/{other}"
    assert visit("王敏").get(f"/console/cases/{own}").status_code == 200


def exclude(visit: Visit, case_id: int) -> None:
    appeal(visit, case_id)
    form = {"move": "exclude", "note": "查明为恶意", "citizen_side": "已三次致电，未接"}
    assert visit("reviewer").post(f"/console/cases/{case_id}/step", **form).status_code == 303


def test_a_number_is_registered_by_two_people_and_its_citizen_objects(
    visit: Visit, house: Services, case_id: int, receive: Callable[..., Rating], clock: object
) -> None:
    supervisor, reviewer, agent = visit("supervisor"), visit("reviewer"), visit("agent")
    path = f"/console/cases/{case_id}/register"
    supervisor.get(f"/console/cases/{case_id}")
    assert supervisor.post(path, note="三次捏造").status_code == 409  # nothing was found to be malicious yet
    exclude(visit, case_id)
    assert "建议登记为恶意评价人" in supervisor.get(f"/console/cases/{case_id}").text
    assert supervisor.post(path, note=" ").status_code == 400
    answer = supervisor.post(path, note="三次捏造，电话 " + CITIZEN_PHONE)
    assert answer.status_code == 303
    assert supervisor.post(path, note="再来").status_code == 409
    page = reviewer.get(answer.location).text
    assert "决定登记" in page
    assert CITIZEN_PHONE not in page
    assert "138****8000" in page
    assert "registered_rater" not in receive().flags
    assert reviewer.post(f"{answer.location}/decide", note="证据充分", decision="yes").status_code == 303
    assert receive().flags == ["registered_rater"]
    found = agent.post("/console/register/find", phone=CITIZEN_PHONE)
    assert answer.location in found.text
    assert agent.post(f"{answer.location}/object", note="市民来电称是本人经历").status_code == 303
    refused = reviewer.post(f"{answer.location}/objection", note="成立", decision="yes")
    assert refused.status_code == 409  # who registered the number
    assert "未参与登记" in refused.text
    with house.database.write() as session:
        add_user(session, "复核二", Role.REVIEWER, PASSWORD, house.now())
    second = visit("复核二")
    page = second.get(answer.location).text
    assert "市民来电称是本人经历" in page
    assert page.count("stars-bad") == 1  # the rating that was marked
    assert second.post(f"{answer.location}/objection", note="成立", decision="yes").status_code == 303
    assert only(house, RegisterEntry).ended_by == "复核二"
    assert receive().flags == []
    looked = {entry.actor for entry in all_of(house, AuditEntry, action="register_viewed")}
    assert {"reviewer", "复核二"} <= looked


def test_signs_are_shown_to_the_desk_and_the_reviewer_and_decide_nothing(
    visit: Visit, house: Services, open_case: Callable[..., int], receive: Callable[..., Rating]
) -> None:
    for hours in range(4):
        receive(ago=timedelta(hours=hours + 1))
    case_id = open_case(window="3号窗口")
    visitor = visit("agent")
    visitor.post("/console/me", phone=CITIZEN_PHONE)
    for name in ("agent", "reviewer"):
        page = visit(name).get(f"/console/cases/{case_id}").text
        assert "该号码 30 天内作出 5 条差评" in page
        assert "评价号码是本系统工作人员登记的电话" in page
        assert "不决定任何事" in page
    assert "异常提示" not in visit("department").get(f"/console/cases/{case_id}").text
    assert {rating.state for rating in all_of(house, Rating)} == {RatingState.ACTIVE}
