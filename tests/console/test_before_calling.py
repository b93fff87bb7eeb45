"""Before and while an agent calls: why, what was before, what to say; the whole number for a reason; recordings."""

import re
from collections.abc import Callable
from datetime import timedelta

from hotline.actions import call_recordings, dial
from hotline.messages import Refusal, Refused
from hotline.rules.casework import AttemptState, CaseState
from hotline.rules.phones import read_phone
from hotline.services import Services
from hotline.tables import Attempt, AuditEntry, Case, CaseEvent, OutboxRow, Rating, Recording, User
from tests.cast import LI, all_of, change_casework_rules, change_phone_rules, only
from tests.console.conftest import CITIZEN_PHONE, Visitor
from tests.voices import received, settle

Visit = Callable[..., Visitor]
Opened = Callable[..., int]
WHOLE, SPACED = f"+86{CITIZEN_PHONE}", "+86 138 4432 8000"


def section(page: str, title: str) -> str:
    return page.split(f'aria-labelledby="{title}"')[1].split("</section>", maxsplit=1)[0]


def test_an_agent_sees_why_and_what_the_same_number_said_in_the_last_year_and_what_to_say(
    visit: Visit, staff: dict[str, int], open_case: Opened, receive: Callable[..., Rating], house: Services
) -> None:
    old = open_case(item_name="早年的事项", ago=timedelta(days=400))
    earlier = open_case(item_name="公积金提取", ago=timedelta(days=90), stars=2)
    receive(stars=5, raw="5", comment=None, item_name="居住证签注", ago=timedelta(days=30))
    other = open_case(item_name="别人的事项", ago=timedelta(days=2))
    with house.database.write() as session:
        rating = session.get_one(Rating, 4)
        rating.record.phone = house.vault.seal_phone(read_phone(LI.phone, "CN"))
    case_id = open_case(ago=timedelta(days=4))
    with house.database.write() as session:
        session.get_one(Rating, 5).reasons = ["214"]
    page = visit("agent").get(f"/console/cases/{case_id}").text
    assert "已超过时限" in section(page, "before-title")
    assert "新的差评" in section(page, "before-title")
    before = section(page, "earlier-title")
    assert re.findall(r'href="/console/cases/(\d+)"', before) == [str(earlier)]
    assert "居住证签注" in before
    assert "138****8000" not in before
    for hidden in (old, other):
        assert f'/console/cases/{hidden}"' not in before
    guide = section(page, "guide-title")
    assert "您11月" in guide
    assert "您提到服务态度生硬" in guide
    assert "You said that staff were curt" in guide
    department = visit("department").get(f"/console/cases/{case_id}").text
    for title in ("before-title", "earlier-title", "guide-title", "reveal-title"):
        assert title not in department


def test_nobody_learns_from_an_earlier_rating_or_a_number_who_rated_them(
    visit: Visit, staff: dict[str, int], open_case: Opened, house: Services
) -> None:
    own, case_id = open_case(staff_no="W-7", item_name="自己办的", ago=timedelta(days=9)), open_case()
    other = open_case(item_name="别人办的", ago=timedelta(days=8))
    visitor = visit("supervisor")
    page = section(visitor.get(f"/console/cases/{case_id}").text, "earlier-title")
    assert set(re.findall(r'href="/console/cases/(\d+)"', page)) == {str(own), str(other)}
    with house.database.write() as session:
        session.get_one(User, staff["supervisor"]).staff_no = "W-7"
    page = section(visitor.get(f"/console/cases/{case_id}").text, "earlier-title")
    assert re.findall(r'href="/console/cases/(\d+)"', page) == [str(other)]
    assert "自己办的" not in page
    refused = visitor.post(f"/console/cases/{own}/reveal", reason="check_number", why="")
    assert (refused.status_code, all_of(house, AuditEntry, action="phone_revealed")) == (404, [])


def test_a_call_at_night_is_refused_kindly_with_when_it_can_be_placed(
    visit: Visit, staff: dict[str, int], open_case: Opened, house: Services
) -> None:
    case_id, visitor = open_case(), visit("agent")
    token = visitor.claim(case_id)
    closes = house.now().astimezone(house.policy.zone).time()
    change_phone_rules(house, opens=closes.replace(hour=closes.hour - 1), closes=closes)
    refused = visitor.post(f"/console/cases/{case_id}/call", token=token)
    assert (refused.status_code, "现在不在可以呼叫市民的时间" in refused.text) == (409, True)
    assert "最早可再次呼叫：明天" in refused.text
    assert all_of(house, Attempt) == []


def test_the_holder_is_shown_the_whole_number_once_for_a_reason_and_the_audit_log_has_it(
    visit: Visit, staff: dict[str, int], open_case: Opened, house: Services
) -> None:
    case_id, visitor = open_case(), visit("agent")
    path = f"/console/cases/{case_id}/reveal"
    not_held = visitor.post(path, reason="own_phone", why="")
    assert (not_held.status_code, SPACED in not_held.text) == (409, False)
    visitor.claim(case_id)
    for form, fault in (({"reason": ""}, "请选择查看完整号码的原因"), ({"reason": "other", "why": " "}, "请写明原因")):
        refused = visitor.post(path, **form)
        assert (refused.status_code, fault in refused.text, SPACED in refused.text) == (400, True, False)
    assert all_of(house, AuditEntry, action="phone_revealed") == []
    shown = visitor.post(path, reason="own_phone", why="线路不通，改拨138-4432-8000")
    assert (shown.status_code, f'<a href="tel:{WHOLE}">{SPACED}</a>' in shown.text) == (200, True)
    assert shown.headers["Cache-Control"] == "no-store"
    assert shown.headers["Refresh"] == f"60; url=/console/cases/{case_id}"
    entry = only(house, AuditEntry, action="phone_revealed")
    assert (entry.actor, entry.subject) == ("agent", f"case:{case_id}")
    assert entry.facts == {"reason": "own_phone", "note": "线路不通，改拨138****8000", "today": 1}
    assert only(house, CaseEvent, kind="phone_revealed").actor == "agent"
    page = visitor.get(f"/console/cases/{case_id}").text
    assert (SPACED in page, "tel:" in page) == (False, False)


def test_a_supervisor_needs_no_lease_and_what_goes_beyond_the_days_figure_is_flagged(
    visit: Visit, staff: dict[str, int], open_case: Opened, house: Services
) -> None:
    case_id, visitor = open_case(), visit("supervisor")
    change_casework_rules(house, reveals_a_day=1)
    for _ in range(2):
        shown = visitor.post(f"/console/cases/{case_id}/reveal", reason="check_number", why="")
        assert (shown.status_code, SPACED in shown.text, "tel:" in shown.text) == (200, True, False)
    first, second = all_of(house, AuditEntry, action="phone_revealed")
    assert (first.facts.get("beyond"), second.facts) == (
        None,
        {"reason": "check_number", "note": "", "today": 2, "beyond": 1},
    )
    with house.database.write() as session:
        session.get_one(Case, case_id).state = CaseState.CLOSED
    closed = visitor.post(f"/console/cases/{case_id}/reveal", reason="check_number", why="")
    assert (closed.status_code, SPACED in closed.text) == (409, False)
    assert visit("auditor").get("/console/audit").text.count("超出当日次数") == 1


def calling(house: Services, case_id: int, token: str, state: AttemptState) -> int:
    """A recorded call about the case, in that state."""
    with house.database.write() as session:
        agent = session.query(User).filter(User.name == "agent").one()
        attempt = dial.dial(session, case_id, token, agent, house.policy, house.now())
        attempt.state, attempt.noticed_at, attempt.external_id = state, house.now(), "CA-agent"
        return attempt.id


def test_the_page_offers_what_belongs_to_a_recorded_call_and_plays_it_afterwards(
    visit: Visit, staff: dict[str, int], open_case: Opened, house: Services
) -> None:
    case_id, visitor = open_case(), visit("agent")
    path, token = f"/console/cases/{case_id}", visitor.claim(case_id)
    assert "不录音呼叫" not in visitor.get(path).text
    change_casework_rules(house, records_calls=True)
    assert "不录音呼叫" in visitor.get(path).text
    attempt_id = calling(house, case_id, token, AttemptState.CITIZEN_RINGING)
    assert 'id="unrecord"' not in visitor.get(path).text
    for state, said in ((AttemptState.NOTICE, "正在听录音提示"), (AttemptState.BRIDGED, "正在录音")):
        with house.database.write() as session:
            session.get_one(Attempt, attempt_id).state = state
        page = visitor.get(path).text
        assert said in page
        assert 'id="unrecord"' in page
        assert page.count('aria-current="step"') == 1
    with house.database.write() as session:
        call_recordings.keep_call_recording(session, attempt_id, received(), house.now())
        dial.end_by_hand(session, case_id, token, session.get_one(User, staff["agent"]), house.now())
    recording = only(house, Recording)
    settle(house, recording.id, recording.state.KEPT)
    page = visitor.get(path).text
    assert f'src="/console/recordings/{recording.id}.wav" aria-label="通话录音' in page
    assert visitor.client.get(f"/console/recordings/{recording.id}.wav").status_code == 200
    assert only(house, AuditEntry, action="recording_played").subject == f"recording:{recording.id}"
    assert "（0）语音留言" not in visitor.get("/console/recordings").text
    department = visit("department").get(path).text
    assert ("通话录音" in department, "<audio" in department) == (True, False)


def test_do_not_record_is_said_by_the_holder_while_the_call_is_on(
    visit: Visit, staff: dict[str, int], open_case: Opened, house: Services
) -> None:
    case_id, visitor = open_case(), visit("agent")
    path, token = f"/console/cases/{case_id}", visitor.claim(case_id)
    change_casework_rules(house, records_calls=True)
    attempt_id = calling(house, case_id, token, AttemptState.BRIDGED)
    with house.database.write() as session:
        call_recordings.keep_call_recording(session, attempt_id, received(), house.now())
    stale = visitor.post(f"{path}/call/unrecorded", token="0" * 32)
    assert stale.status_code == 409
    assert visitor.post(f"{path}/call/unrecorded", token=token).status_code == 303
    assert "已停止录音" in visitor.get(path).text
    assert (only(house, Attempt).unrecorded_at, only(house, Recording).state) == (house.now(), "unwanted")
    assert only(house, OutboxRow, kind="stop_recording").payload == {"attempt_id": attempt_id}
    again = visitor.post(f"{path}/call/unrecorded", token=token)
    assert (again.status_code, "没有正在录音的通话" in again.text) == (409, True)


def test_the_carriers_words_for_a_call_that_failed_are_on_the_page(
    visit: Visit, staff: dict[str, int], open_case: Opened, house: Services
) -> None:
    case_id, visitor = open_case(), visit("agent")
    attempt_id = calling(house, case_id, visitor.claim(case_id), AttemptState.AGENT_RINGING)
    with house.database.write() as session:
        dial.settle_dial(session, attempt_id, Refused(Refusal.PERMANENT, "21211"), house.now())
    assert '代码 <span lang="en">code</span> 21211' in visitor.get(f"/console/cases/{case_id}").text
