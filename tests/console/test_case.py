"""One case: what its page shows, keeping it, calling, closing, giving back, and what a stale tab is told."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from hotline.actions import casework, dial
from hotline.actions.rate import Added, Given, add_to_rating, rate, withdraw
from hotline.messages import Accepted, CallProgress
from hotline.outbox import Kind
from hotline.rules.casework import CaseState, Outcome
from hotline.rules.reply_wishes import Wish
from hotline.rules.scale import Scale
from hotline.rules.script import Channel
from hotline.services import Services
from hotline.tables import Attempt, Case, CaseEvent, OutboxRow, Rating
from tests.cast import change_casework_rules, change_phone_rules
from tests.conftest import MovingClock
from tests.console.conftest import Visitor

Visit = Callable[..., Visitor]
OpenCase = Callable[..., int]


@pytest.fixture
def agent(visit: Visit, staff: dict[str, int]) -> Visitor:
    return visit("agent")


def _case(house: Services, case_id: int) -> Case:
    with house.database.read() as session:
        return session.get_one(Case, case_id)


def test_the_page_shows_the_rating_as_given_and_the_service(agent: Visitor, open_case: OpenCase) -> None:
    page = agent.get(f"/console/cases/{open_case(staff_no='0173', window='A12')}").text
    for shown in (
        "1 跑了三趟还没办成",
        "5 为非常满意",
        "sms-stars@1",
        "2202002026112300012",
        "138****8000",
        "A12",
        "0173",
    ):
        assert shown in page
    assert "收到差评，生成工单" in page
    assert "进入待处理队列" in page


def test_reasons_words_and_the_wish_for_a_call_are_shown_where_the_agent_looks_first(
    agent: Visitor, open_case: OpenCase, house: Services
) -> None:
    case_id = open_case()
    with house.database.write() as session:
        case = session.get_one(Case, case_id)
        added = Added("reasons", ("113", "115"), "态度也不好")
        add_to_rating(session, case.record_id, added, house.now())
        case.call_wish, case.call_wish_words = Wish.AFTERNOON, "下午三点以后"
        case.call_at, case.our_time = house.now() + timedelta(hours=5), False
        facts = {"codes": ["113", "115"], "wish": "afternoon"}
        casework.add_event(session, case, "citizen", "reasons_given", house.now(), "态度也不好", facts)
    page = agent.get(f"/console/cases/{case_id}").text
    rating, history = page[page.index("rating-title") :], page[page.index("history-title") :]
    for shown in ("113 多头跑窗口和部门", "115 服务态度差效率低", "态度也不好", "希望下午接听", "下午三点以后"):
        assert shown in rating
    assert "按市民希望的时段，今天 14:30 起可以呼叫" in page  # they never named that time
    assert "市民说明了原因" in history
    assert "113 多头跑窗口和部门" in history
    assert "已改评" not in page  # the same rating, said more fully


def test_a_rating_by_telephone_is_shown_as_its_key(agent: Visitor, open_case: OpenCase) -> None:
    case_id = open_case(channel=Channel.PHONE, raw="1", comment=None)
    page = agent.get(f"/console/cases/{case_id}").text
    assert re.search(r"按键 <span[^>]*>key pressed</span></dt><dd>1</dd>", page)
    assert "按键 1，未留言" in agent.get("/console/").text


def test_a_rating_that_the_citizen_changed_is_told_to_the_agent(
    agent: Visitor, open_case: OpenCase, house: Services
) -> None:
    case_id = open_case()
    given = Given(5, Channel.SMS, "5 已经解决了", Scale.STAR_5_BEST, "sms-stars@1", "digit", "已经解决了")
    with house.database.write() as session:
        rate(session, session.get_one(Case, case_id).record_id, given, house.policy, house.now())
    page = agent.get(f"/console/cases/{case_id}").text
    assert "市民后来改评为 5 星" in page
    assert "市民更改了评价" in page
    assert "5 已经解决了" in page


def test_a_rating_that_the_citizen_withdrew_is_told_to_the_agent(
    agent: Visitor, open_case: OpenCase, house: Services
) -> None:
    case_id = open_case()
    with house.database.write() as session:
        withdraw(session, session.query(Rating).one().record_id, house.policy, house.now())
    assert "市民已撤回这条评价" in agent.get(f"/console/cases/{case_id}").text


def test_a_deadline_counted_without_the_list_of_holidays_is_marked_provisional(
    agent: Visitor, open_case: OpenCase, house: Services
) -> None:
    case_id = open_case()
    with house.database.write() as session:
        session.get_one(Case, case_id).deadline_provisional = True
    for path in ("/console/", f"/console/cases/{case_id}"):
        assert "暂定" in agent.get(path).text


def test_an_open_page_keeps_its_case_and_a_closed_one_loses_it(
    agent: Visitor, open_case: OpenCase, house: Services, clock: MovingClock
) -> None:
    case_id = open_case()
    token = agent.claim(case_id)
    for _ in range(3):
        clock.move(minutes=8)
        kept = agent.post(f"/console/cases/{case_id}/renew", token=token)
        assert 'data-seconds="600"' in kept.text
    clock.move(minutes=11)
    lost = agent.post(f"/console/cases/{case_id}/renew", token=token)
    assert lost.status_code == 200
    assert "data-lost" in lost.text
    assert "受理时间已到" in lost.text
    assert _case(house, case_id).held_until is not None


def test_a_case_is_closed_with_outcome_and_note(
    agent: Visitor, open_case: OpenCase, house: Services, visit: Visit
) -> None:
    case_id = open_case()
    token = agent.claim(case_id)
    done = agent.post(
        f"/console/cases/{case_id}/contact",
        token=token,
        way="visit",
        result="rectified",
        note="已当面致歉，\r\n补换完成。",
    )
    assert done.status_code == 303
    assert done.location == "/console/"
    case = _case(house, case_id)
    assert (case.state, case.outcome, case.holder_id) == (CaseState.CLOSED, Outcome.RECTIFIED, None)
    assert f"工单 {case_id} 已办结" in agent.get("/console/").text
    page = visit("auditor").get(f"/console/cases/{case_id}").text
    assert "已整改解决" in page
    assert "已当面致歉，\n补换完成。" in page
    assert "上门" in page
    assert page.count("已当面致歉") == 2  # where it is closed, and in the history


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"note": "说过的话"}, "请选择联系结果"),
        ({"note": "说过的话", "result": "nonsense"}, "请选择联系结果"),
        ({"note": "说过的话", "result": "no_answer", "way": "visit"}, "请选择联系结果"),
        ({"note": "说过的话", "result": "no_answer", "way": "bridged"}, "请核对联系方式"),
        ({"note": "说过的话", "result": "another_time", "call_at": "2026-11-23T07:00"}, "请填写市民希望的回电时间"),
        ({"result": "explained", "note": "  "}, "请填写处理情况"),
        ({"result": "explained", "note": "说" * 2001}, "请填写处理情况"),
    ],
)
def test_a_faulty_form_is_shown_again_with_what_was_typed(
    agent: Visitor, open_case: OpenCase, house: Services, form: dict[str, str], says: str
) -> None:
    case_id = open_case()
    token = agent.claim(case_id)
    refused = agent.post(f"/console/cases/{case_id}/contact", token=token, **({"way": "own_phone"} | form))
    assert refused.status_code == 400
    assert says in refused.text
    assert form["note"] in refused.text
    if form.get("result") == "explained":
        assert re.search(r'value="explained"[^>]*checked', refused.text)
    assert _case(house, case_id).state is CaseState.OPENED


@pytest.mark.parametrize("deed", ["contact", "call", "release"])
def test_a_stale_tab_is_refused_kindly_and_changes_nothing(
    agent: Visitor, open_case: OpenCase, house: Services, deed: str
) -> None:
    case_id = open_case()
    stale = agent.claim(case_id)
    agent.claim(case_id)  # goes on in another tab
    form = {"way": "own_phone", "result": "explained", "note": "写了很久的说明"} if deed == "contact" else {}
    refused = agent.post(f"/console/cases/{case_id}/{deed}", token=stale, **form)
    assert refused.status_code == 409
    assert "本页面已不再持有这件工单" in refused.text
    assert f'href="/console/cases/{case_id}"' in refused.text
    assert form.get("note", "") in refused.text
    case = _case(house, case_id)
    assert case.state is CaseState.OPENED
    assert case.held_until is not None


def test_a_token_of_another_browser_is_worth_nothing(
    agent: Visitor, visit: Visit, open_case: OpenCase, house: Services
) -> None:
    case_id = open_case()
    token = agent.claim(case_id)
    form = {"way": "own_phone", "result": "explained", "note": "不是我的"}
    refused = visit("王敏").post(f"/console/cases/{case_id}/contact", token=token, **form)
    assert refused.status_code == 409
    assert _case(house, case_id).state is CaseState.OPENED


def test_the_same_agent_goes_on_in_another_browser(agent: Visitor, visit: Visit, open_case: OpenCase) -> None:
    case_id = open_case()
    stale = agent.claim(case_id)
    elsewhere = visit("agent")
    page = elsewhere.get(f"/console/cases/{case_id}").text
    assert "您已在另一个窗口或浏览器中受理" in page
    assert stale not in page
    elsewhere.claim(case_id)
    assert "data-lost" in agent.post(f"/console/cases/{case_id}/renew", token=stale).text


def test_a_released_case_is_free_again(agent: Visitor, open_case: OpenCase, house: Services) -> None:
    case_id = open_case()
    token = agent.claim(case_id)
    assert agent.post(f"/console/cases/{case_id}/release", token=token).location == "/console/"
    assert _case(house, case_id).held_until is None
    assert "已退回队列" in agent.get("/console/").text
    assert agent.post(f"/console/cases/{case_id}/release", token=token).status_code == 409


def test_a_number_that_was_called_often_enough_is_not_called_and_the_agent_is_told_from_when_it_may_be(
    agent: Visitor, open_case: OpenCase, house: Services, clock: MovingClock
) -> None:
    change_phone_rules(house, daily_cap=1)
    cases = open_case(), open_case()
    tokens = [agent.claim(case_id) for case_id in cases]
    assert agent.post(f"/console/cases/{cases[0]}/call", token=tokens[0]).status_code == 303
    with house.database.write() as session:
        dial.begin_dial(session, 1, house.now())
        dial.bridge(session, 1, house.now())
        dial.bridge_ended(session, 1, CallProgress.BUSY, house.now())
    clock.move(minutes=5)
    refused = agent.post(f"/console/cases/{cases[1]}/call", token=agent.lease(cases[1]))
    assert refused.status_code == 409
    assert "短时间内和 24 小时内呼叫同一号码的次数有限" in refused.text
    assert "最早可再次呼叫：明天 09:30" in refused.text
    assert "again from 2026-11-24 09:30" in refused.text
    with house.database.read() as session:
        assert session.query(Attempt).count() == 1


def test_calling_asks_for_a_call_and_the_page_follows_it(
    agent: Visitor, open_case: OpenCase, house: Services, clock: MovingClock
) -> None:
    case_id = open_case()
    token = agent.claim(case_id)
    assert "every 15s" in agent.get(f"/console/cases/{case_id}").text
    assert agent.post(f"/console/cases/{case_id}/call", token=token).status_code == 303
    with house.database.read() as session:
        attempt_id = session.query(Attempt).one().id
        assert session.query(OutboxRow).filter(OutboxRow.kind == Kind.DIAL).count() == 1

    def live() -> str:
        return agent.get(f"/console/cases/{case_id}/live").text

    assert "every 2s" in live()
    assert "正在准备呼叫" in live()
    with house.database.write() as session:
        dial.begin_dial(session, attempt_id, house.now())
        dial.settle_dial(session, attempt_id, Accepted("CA1"), house.now())
    assert "正在呼叫坐席" in live()
    with house.database.write() as session:
        dial.agent_answered(session, attempt_id, "CA1", house.now())
    assert "坐席已接听" in live()
    with house.database.write() as session:
        dial.bridge(session, attempt_id, house.now())
    assert "正在呼叫市民" in live()
    assert "尚未通过本系统接通市民" in live()
    with house.database.write() as session:
        dial.citizen_answered(session, attempt_id, house.now())
    assert "通话中" in live()
    assert "尚未通过本系统接通市民" not in live()
    assert "尚未通过本系统接通市民" not in agent.get(f"/console/cases/{case_id}").text
    clock.move(seconds=187)
    with house.database.write() as session:
        dial.bridge_ended(session, attempt_id, CallProgress.COMPLETED, house.now())
    ended = live()
    assert "every 15s" in ended
    assert "已通话" in ended
    assert "通话 3:07" in ended
    assert "已联系" in ended
    assert "呼叫市民" in ended


def test_a_second_call_waits_for_the_first(agent: Visitor, open_case: OpenCase, house: Services) -> None:
    case_id = open_case()
    token = agent.claim(case_id)
    agent.post(f"/console/cases/{case_id}/call", token=token)
    assert agent.post(f"/console/cases/{case_id}/call", token=token).status_code == 409
    with house.database.read() as session:
        assert session.query(Attempt).count() == 1


def test_without_a_telephone_of_ones_own_there_is_no_call(
    visit: Visit, staff: dict[str, int], open_case: OpenCase
) -> None:
    case_id = open_case()
    visitor = visit("supervisor")
    token = visitor.claim(case_id)
    assert "登记坐席电话" in visitor.get(f"/console/cases/{case_id}").text
    refused = visitor.post(f"/console/cases/{case_id}/call", token=token)
    assert refused.status_code == 400
    assert "请先登记您的坐席电话" in refused.text


def test_news_of_a_case_come_only_when_there_are_any(agent: Visitor, open_case: OpenCase, clock: MovingClock) -> None:
    case_id = open_case()
    agent.claim(case_id)
    asked = re.search(r'hx-get="([^"]+live[^"]+)"', agent.get(f"/console/cases/{case_id}").text)
    assert asked
    clock.move(seconds=15)
    assert agent.get(asked.group(1)).status_code == 204


def test_a_case_with_a_long_history_stays_a_modest_page(agent: Visitor, open_case: OpenCase, house: Services) -> None:
    case_id = open_case()
    with house.database.write() as session:
        for _ in range(300):
            casework.add_event(session, session.get_one(Case, case_id), "王敏", "claimed", house.now())
    page = agent.get(f"/console/cases/{case_id}")
    assert len(page.data) < 150_000
    assert page.text.count('class="event-claimed"') == 100


def test_whoever_is_on_the_telephone_is_not_logged_out(
    agent: Visitor, open_case: OpenCase, house: Services, clock: MovingClock
) -> None:
    case_id = open_case()
    token = agent.claim(case_id)
    agent.post(f"/console/cases/{case_id}/call", token=token)
    for _ in range(9):
        clock.move(minutes=5)
        renewed = agent.client.post(
            f"/console/cases/{case_id}/renew",
            data={"csrf_token": agent.token, "token": token},
            headers={"HX-Request": "true", "X-Background": "1"},
        )
        assert renewed.status_code == 200
        assert "data-seconds" in renewed.text


def test_every_deed_is_in_the_history_with_who_and_when(agent: Visitor, open_case: OpenCase, house: Services) -> None:
    case_id = open_case(ago=timedelta(days=5))
    token = agent.claim(case_id)
    agent.post(
        f"/console/cases/{case_id}/contact", token=token, way="own_phone", result="wrong_number", note="接听者不是本人"
    )
    with house.database.read() as session:
        kinds = [event.kind for event in session.query(CaseEvent).order_by(CaseEvent.id)]
    assert kinds == ["opened", "queued", "overdue", "claimed", "contact", "closed"]
    page = agent.get(f"/console/cases/{case_id}").text
    for words in ("超过首次联系时限", "受理", "办结", "号码有误", "接听者不是本人", "今天 09:30"):
        assert words in page


def test_who_did_not_answer_goes_back_to_the_queue_until_it_is_time(
    agent: Visitor, visit: Visit, open_case: OpenCase, clock: MovingClock
) -> None:
    case_id = open_case()
    token = agent.claim(case_id)
    kept = agent.post(f"/console/cases/{case_id}/contact", token=token, way="own_phone", result="no_answer", note="")
    assert kept.location == "/console/"
    queue = agent.get("/console/").text
    assert f"工单 {case_id}：无人接听，已登记。将于今天 11:30 再次呼叫。" in queue
    assert "再拨 今天 11:30" in queue
    assert agent.post("/console/cases/next").location == "/console/"  # not yet
    clock.move(hours=2)
    agent = visit("agent")
    page = agent.client.get(agent.post("/console/cases/next").location).text
    assert "上次呼叫未接通，今天 11:30 起再次呼叫" in page
    assert "呼叫未接 1 次；满 4 次" in page
    form = {"way": "sms", "result": "another_time", "note": "短信约定", "call_at": "2026-11-24T10:30"}
    assert agent.post(f"/console/cases/{case_id}/contact", token=agent.lease(case_id), **form).status_code == 303
    page = agent.get(f"/console/cases/{case_id}").text
    assert "市民希望的回电时间：明天 10:30" in page
    assert "2026-11-24 10:30" in page  # and in the history


def test_a_supervisor_closes_a_case_early_by_its_own_form_and_nobody_as_unreachable(
    visit: Visit, staff: dict[str, int], open_case: OpenCase, house: Services
) -> None:
    change_casework_rules(house, "luoning")
    case_id, supervisor = open_case(), visit("supervisor")
    token = supervisor.claim(case_id)
    page = supervisor.get(f"/console/cases/{case_id}").text
    assert 'name="outcome"' in page
    assert 'value="unreachable"' not in page
    form = {"move": "close", "token": token, "note": "另案处理"}
    for outcome, status in (("", 400), ("unreachable", 409), ("explained", 303)):
        assert supervisor.post(f"/console/cases/{case_id}/step", outcome=outcome, **form).status_code == status
    assert _case(house, case_id).outcome is Outcome.EXPLAINED
