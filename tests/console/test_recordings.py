"""Voice comments in the console: who may hear them, what of that is kept, and what is said when there is no sound."""

import io
import re
import wave
from collections.abc import Callable
from datetime import timedelta

import pytest

from hotline.rules.script import Channel
from hotline.services import Services
from hotline.tables import AuditEntry, Call, Rating, Recording
from hotline.tables.contacts import RecordingState
from hotline.tables.people import Role
from tests.cast import LI, all_of, only
from tests.console.conftest import Visitor
from tests.voices import SECONDS, left

Visit = Callable[..., Visitor]
Receive = Callable[..., Rating]

LIST = "/console/recordings"


def listed(page: str) -> list[int]:
    """The comments of the list, in its order."""
    return [int(number) for number in re.findall(r'<li class="card" id="recording-(\d+)">', page)]


def players(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'<audio [^>]*src="/console/recordings/(\d+)\.wav"', page)]


def audited(house: Services, action: str) -> list[tuple[str, str | None]]:
    return [(entry.actor, entry.subject) for entry in all_of(house, AuditEntry, action=action)]


def test_a_comment_is_played_whole_or_in_part_and_each_play_is_kept(
    visit: Visit, staff: dict[str, int], house: Services
) -> None:
    recording_id = left(house)
    visitor = visit("agent")
    whole = visitor.client.get(f"{LIST}/{recording_id}.wav")
    with wave.open(io.BytesIO(whole.data)) as sound:
        assert sound.getnframes() / sound.getframerate() == SECONDS
    assert (whole.status_code, whole.content_type) == (200, "audio/wav")
    assert (whole.headers["Cache-Control"], whole.headers["Accept-Ranges"]) == ("no-store", "bytes")
    assert "default-src 'self'" in whole.headers["Content-Security-Policy"]  # and so are players, by default
    part = visitor.client.get(f"{LIST}/{recording_id}.wav", headers={"Range": "bytes=1000-1999"})
    assert (part.status_code, part.data) == (206, whole.data[1000:2000])
    assert part.headers["Content-Range"] == f"bytes 1000-1999/{len(whole.data)}"
    beyond = visitor.client.get(f"{LIST}/{recording_id}.wav", headers={"Range": "bytes=99999999-"})
    assert beyond.status_code == 416
    assert audited(house, "recording_played") == [("agent", f"recording:{recording_id}")] * 3


@pytest.mark.parametrize("state", [RecordingState.WAITING, RecordingState.FAILED, RecordingState.ERASED])
def test_where_there_is_no_sound_a_page_says_why(
    state: RecordingState, visit: Visit, staff: dict[str, int], house: Services
) -> None:
    recording_id = left(house, state=RecordingState.KEPT if state is RecordingState.ERASED else state)
    with house.database.write() as session:
        session.get_one(Recording, recording_id).state = state
    answer = visit("auditor").get(f"{LIST}/{recording_id}.wav")
    assert answer.status_code == 404
    why = {"waiting": "请稍后再试", "failed": "多次未能从运营商取回", "erased": "已超过保存期限"}[state]
    assert why in answer.text
    assert audited(house, "recording_played") == []


def test_a_file_that_is_gone_is_told_of(visit: Visit, staff: dict[str, int], house: Services) -> None:
    recording_id = left(house)
    house.recordings.erase(only(house, Recording).file or "")
    answer = visit("supervisor").get(f"{LIST}/{recording_id}.wav")
    assert (answer.status_code, "HOTLINE_RECORDINGS" in answer.text) == (404, True)


def test_what_nobody_knows_the_subject_of_comes_first_then_what_has_waited_longest(
    visit: Visit, staff: dict[str, int], receive: Receive, house: Services
) -> None:
    record_id = receive(stars=5, channel=Channel.PHONE).record_id
    older, newer = (left(house, record_id, ago=timedelta(hours=hours)) for hours in (30, 20))
    unknown = left(house, person=LI)
    later_known = left(house, ago=timedelta(hours=9))
    with house.database.write() as session:
        session.get_one(Call, session.get_one(Recording, later_known).call_id).record_id = record_id
    waiting = left(house, record_id, RecordingState.WAITING, timedelta(hours=5))
    lost = left(house, record_id, RecordingState.FAILED, timedelta(hours=4))
    page = visit("agent").get(LIST).text
    assert listed(page) == [unknown, older, newer, later_known, waiting, lost]
    assert players(page) == [unknown, older, newer, later_known]
    assert page.count("不清楚关于哪项服务 ") == 0
    assert page.count('<h2><span class="zh">不清楚关于哪项服务</span>') == 1
    assert "（6）语音留言" in page
    assert "正在取回" in page
    assert "未能取回" in page
    assert page.count("内容与处理（必填）") == 2  # of the unknown one, and of the one that cannot be heard
    assert "0432****2345" in page
    assert LI.e164[3:] not in page


def test_a_comment_without_a_subject_is_heard_with_a_note_and_leaves_the_list(
    visit: Visit, staff: dict[str, int], receive: Receive, house: Services
) -> None:
    known, unknown = left(house, receive(stars=4).record_id), left(house)
    visitor = visit("agent")
    visitor.get(LIST)
    refused = visitor.post(f"{LIST}/{unknown}/heard", note=" \n ")
    assert (refused.status_code, "请写明留言的内容" in refused.text) == (400, True)
    assert visitor.post(f"{LIST}/{unknown}/heard", note="询问进度，回电138-4432-8000，已转办").status_code == 303
    assert visitor.post(f"{LIST}/{known}/heard", note="").status_code == 303
    page = visitor.get(LIST).text
    assert (listed(page), "没有待收听的留言" in page) == ([], True)
    heard = visitor.get(f"{LIST}?tab=heard").text
    assert sorted(listed(heard)) == [known, unknown]
    assert "询问进度，回电138****8000，已转办" in heard
    again = visitor.post(f"{LIST}/{unknown}/heard", note="我也听了")
    assert (again.status_code, "刚刚已有人听过" in again.text) == (409, True)
    assert only(house, Recording, id=unknown).heard_by == "agent"
    assert audited(house, "recording_heard") == [("agent", f"recording:{unknown}"), ("agent", f"recording:{known}")]


def test_what_was_typed_is_kept_however_long_the_list(
    visit: Visit, staff: dict[str, int], receive: Receive, house: Services
) -> None:
    """The one that was refused may be on another page; it is shown first, with its words."""
    last = [left(house) for _ in range(27)][-1]
    visitor = visit("agent")
    page = visitor.get(LIST).text
    assert (len(listed(page)), last in listed(page), "page=2" in page) == (25, False, True)
    assert listed(visitor.get(f"{LIST}?page=2").text)[-1] == last
    refused = visitor.post(f"{LIST}/{last}/heard", note="长" * 2001)
    assert (refused.status_code, listed(refused.text)[0]) == (400, last)
    assert "长" * 2001 in refused.text


def test_an_agent_hears_it_on_the_page_of_the_case(
    visit: Visit, staff: dict[str, int], open_case: Callable[..., int], house: Services
) -> None:
    case_id = open_case(channel=Channel.PHONE, raw="1", comment=None)
    with house.database.read() as session:
        record_id = session.query(Rating).one().record_id
    recording_id = left(house, record_id)
    visitor = visit("agent")
    page = visitor.get(f"/console/cases/{case_id}").text
    assert (players(page), "市民留下语音留言" in page, "0:07" in page) == ([recording_id], True, True)
    back = visitor.post(f"{LIST}/{recording_id}/heard", case_id=str(case_id))
    assert (back.status_code, back.location) == (303, f"/console/cases/{case_id}")
    page = visitor.get(f"/console/cases/{case_id}").text
    assert players(page) == [recording_id]
    assert f"{LIST}/{recording_id}/heard" not in page


@pytest.mark.parametrize("role", [Role.DEPARTMENT, Role.REVIEWER])
def test_the_department_that_was_rated_sees_that_something_was_said_and_hears_nothing(
    role: Role, visit: Visit, staff: dict[str, int], open_case: Callable[..., int], house: Services
) -> None:
    case_id = open_case()
    with house.database.read() as session:
        record_id = session.query(Rating).one().record_id
    recording_id = left(house, record_id)
    visitor = visit(str(role))
    page = visitor.get(f"/console/cases/{case_id}").text
    assert "语音留言" in page
    assert players(page) == []
    assert LIST not in page
    assert visitor.get(f"{LIST}/{recording_id}.wav").status_code == 403
    assert audited(house, "recording_played") == []


def test_an_auditor_listens_and_settles_nothing(visit: Visit, staff: dict[str, int], house: Services) -> None:
    recording_id = left(house)
    visitor = visit("auditor")
    page = visitor.get(LIST).text
    assert (players(page), "/heard" in page) == ([recording_id], False)
    assert visitor.post(f"{LIST}/{recording_id}/heard", note="x").status_code == 403


def test_a_rating_by_telephone_has_its_comment_beside_it(
    visit: Visit, staff: dict[str, int], receive: Receive, work: Callable[[], int], house: Services
) -> None:
    by_phone = receive(stars=5, raw="5", comment=None, channel=Channel.PHONE, item_name="电话评的")
    by_text = receive(stars=4, raw="4", comment=None, item_name="短信评的")
    recording_id = left(house, by_phone.record_id)
    left(house, by_text.record_id)
    work()
    page = visit("agent").get("/console/ratings").text
    assert players(page) == [recording_id]
    row = next(row for row in page.split("<tr") if "电话评的" in row)
    assert players(row) == [recording_id]
    assert players(visit("reviewer").get("/console/ratings").text) == []
