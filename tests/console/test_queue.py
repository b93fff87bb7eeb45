"""The queue: its order, its figures, its live part, its pages, and taking cases from it."""

import re
from collections.abc import Callable
from datetime import timedelta

from hotline.actions import casework
from hotline.actions.case_history import Who
from hotline.actions.rate import withdraw
from hotline.rules.casework import Move, Outcome, Part
from hotline.rules.policy import SkillPolicy
from hotline.services import Services
from hotline.tables import Case, Rating, User
from tests.cast import change_casework_rules
from tests.conftest import MovingClock
from tests.console.conftest import Visitor

Visit = Callable[..., Visitor]
OpenCase = Callable[..., int]


def _listed(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'id="case-(\d+)"', page)]


def _close(house: Services, case_id: int, agent_id: int) -> None:
    with house.database.write() as session:
        agent = session.get_one(User, agent_id)
        token = casework.claim(session, case_id, agent, house.policy, house.now())
        casework.close(session, case_id, token, agent, Outcome.EXPLAINED, "已解释", house.now())


def test_the_nearest_deadline_comes_first_and_the_overdue_are_marked(
    visit: Visit, staff: dict[str, int], open_case: OpenCase
) -> None:
    fresh, overdue, older = (
        open_case(),
        open_case(ago=timedelta(days=5)),
        open_case(ago=timedelta(days=3)),
    )
    page = visit("agent").get("/console/").text
    assert _listed(page) == [overdue, older, fresh]
    rows = page.split('<tr role="row"')[2:]
    assert "已超时" in rows[0]
    assert "还剩" in rows[1]
    assert "今天 18:00" in rows[1]


def test_a_contacted_case_waits_behind_those_that_still_need_their_first_contact(
    visit: Visit, staff: dict[str, int], open_case: OpenCase, house: Services
) -> None:
    contacted, fresh = open_case(ago=timedelta(days=5)), open_case()
    with house.database.write() as session:
        case = session.get_one(Case, contacted)
        casework.move(session, case, Move.CONTACT, Who("agent", Part.AGENT), house.now())
    page = visit("agent").get("/console/").text
    assert _listed(page) == [fresh, contacted]
    assert "已超时 <span" in page  # as a figure
    assert "已超时 2" not in page


def test_a_row_shows_what_the_citizen_said_and_a_masked_telephone(
    visit: Visit, staff: dict[str, int], open_case: OpenCase
) -> None:
    open_case(stars=2, raw="2 材料 <b>反复</b> 提交", comment="材料 <b>反复</b> 提交")
    page = visit("agent").get("/console/").text
    assert "2 星" in page
    assert "不满意" in page
    assert "材料 &lt;b&gt;反复&lt;/b&gt; 提交" in page
    assert "138****8000" in page
    assert "社会保障卡补换" in page
    assert "市人社局" in page


def test_the_figures_count_what_is_there(
    visit: Visit, staff: dict[str, int], open_case: OpenCase, house: Services, clock: MovingClock
) -> None:
    _close(house, open_case(), staff["agent"])
    clock.move(days=1)
    _close(house, open_case(), staff["agent"])
    open_case(ago=timedelta(days=5))
    mine = open_case(ago=timedelta(days=4))
    visitor = visit("agent")
    visitor.claim(mine)
    page = visitor.get("/console/").text
    figures = [re.sub(r"<[^>]+>|\s+", " ", dd).split() for dd in re.findall(r"<dd>(.*?)</dd>", page, re.DOTALL)]
    assert [figure[0] for figure in figures] == ["2", "2", "1", "1"]
    assert figures[0][1] == "1"  # free


def test_my_tab_and_the_closed_tab_list_their_own(
    visit: Visit, staff: dict[str, int], open_case: OpenCase, house: Services, clock: MovingClock
) -> None:
    first, second = open_case(), open_case()
    _close(house, first, staff["agent"])
    clock.move(minutes=1)
    _close(house, second, staff["agent"])
    mine, free = open_case(), open_case()
    visitor = visit("agent")
    visitor.claim(mine)
    assert _listed(visitor.get("/console/?tab=mine").text) == [mine]
    assert _listed(visitor.get("/console/?tab=closed").text) == [second, first]
    assert _listed(visitor.get("/console/").text) == [mine, free]
    assert _listed(visitor.get("/console/?tab=nonsense").text) == [mine, free]


def test_every_empty_tab_says_what_to_do(visit: Visit, staff: dict[str, int]) -> None:
    visitor = visit("agent")
    assert "会自动出现在这里" in visitor.get("/console/").text
    assert "领取最紧急的工单" in visitor.get("/console/?tab=mine").text
    assert "工单办结后会列在这里" in visitor.get("/console/?tab=closed").text


def test_the_live_part_is_sent_only_when_it_has_changed(
    visit: Visit, staff: dict[str, int], open_case: OpenCase, clock: MovingClock
) -> None:
    open_case()
    visitor = visit("agent")
    asked = re.search(r'hx-get="([^"]+)"', visitor.get("/console/").text)
    assert asked
    url = asked.group(1).replace("&amp;", "&")
    clock.move(seconds=5)
    assert visitor.get(url).status_code == 204
    fresh = open_case(item_name="护照换发")
    news = visitor.get(url)
    assert news.status_code == 200
    assert "护照换发" in news.text
    assert "<html" not in news.text
    assert 'hx-swap-oob="innerHTML:#queue-news">待处理 2 件' in news.text
    assert f'id="claim-{fresh}"' in news.text


def test_a_long_queue_comes_in_pages_of_modest_size(visit: Visit, staff: dict[str, int], open_case: OpenCase) -> None:
    words = "材料反复提交，" * 200
    cases = [open_case(raw=f"1 {words}", comment=words) for _ in range(27)]
    visitor = visit("agent")
    first, second = visitor.get("/console/"), visitor.get("/console/?page=2")
    assert _listed(first.text) + _listed(second.text) == cases
    assert "下一页" in first.text
    assert "下一页" not in second.text
    assert len(first.data) < 150_000
    assert visitor.get("/console/?page=0").status_code == visitor.get("/console/?page=x").status_code == 200


def test_a_claimed_case_opens_and_shows_others_who_holds_it(
    visit: Visit, staff: dict[str, int], open_case: OpenCase
) -> None:
    case_id = open_case()
    visitor, other = visit("agent"), visit("王敏")
    answer = visitor.post(f"/console/cases/{case_id}/claim")
    assert answer.status_code == 303
    assert answer.location == f"/console/cases/{case_id}"
    row = other.get("/console/").text
    assert "agent" in row
    assert f'id="claim-{case_id}"' not in row
    assert "正在处理这件工单" in other.get(f"/console/cases/{case_id}").text


def test_the_second_to_claim_is_told_kindly_and_stays_on_the_queue(
    visit: Visit, staff: dict[str, int], open_case: OpenCase
) -> None:
    case_id, free = open_case(), open_case()
    visit("agent").claim(case_id)
    refused = visit("王敏").post(f"/console/cases/{case_id}/claim")
    assert refused.status_code == 409
    assert "已由其他坐席受理" in refused.text
    assert "Another agent holds this case" in refused.text
    assert f'id="claim-{free}"' in refused.text


def test_a_case_that_is_not_there_cannot_be_claimed(visit: Visit, staff: dict[str, int]) -> None:
    refused = visit("agent").post("/console/cases/99/claim")
    assert refused.status_code == 404
    assert "没有找到" in refused.text


def test_next_takes_the_most_urgent_free_case(visit: Visit, staff: dict[str, int], open_case: OpenCase) -> None:
    fresh, taken, urgent = open_case(), open_case(ago=timedelta(days=6)), open_case(ago=timedelta(days=5))
    visit("王敏").claim(taken)
    visitor = visit("agent")
    assert visitor.post("/console/cases/next").location == f"/console/cases/{urgent}"
    assert visitor.post("/console/cases/next").location == f"/console/cases/{fresh}"
    assert visitor.post("/console/cases/next").location == "/console/"
    assert "目前没有您现在可以受理的工单" in visitor.get("/console/").text


def test_a_lease_that_has_run_out_frees_the_case(
    visit: Visit, staff: dict[str, int], open_case: OpenCase, clock: MovingClock
) -> None:
    case_id = open_case()
    visit("王敏").claim(case_id)
    clock.move(minutes=11)
    visitor = visit("agent")
    assert f'id="claim-{case_id}"' in visitor.get("/console/").text
    assert visitor.post("/console/cases/next").location == f"/console/cases/{case_id}"


def test_a_withdrawn_rating_is_marked_in_the_queue(
    visit: Visit, staff: dict[str, int], open_case: OpenCase, house: Services
) -> None:
    open_case()
    with house.database.write() as session:
        withdraw(session, session.query(Rating).one().record_id, house.policy, house.now())
    assert "已撤回" in visit("agent").get("/console/").text


def test_an_agent_without_a_telephone_is_warned(visit: Visit, staff: dict[str, int]) -> None:
    assert "还没有登记坐席电话" in visit("supervisor").get("/console/").text
    assert "还没有登记坐席电话" not in visit("agent").get("/console/").text


def test_the_filter_is_in_the_address_and_holds_for_the_next_case_and_the_one_that_opens_by_itself(
    visit: Visit, staff: dict[str, int], open_case: OpenCase, house: Services
) -> None:
    skill = SkillPolicy(name="english", label=("英语", "English"), languages=("en",))
    change_casework_rules(house, skills=(skill,))
    open_case(ago=timedelta(days=3))
    police = [open_case(dept_code="220200-PSB", dept_name="市公安局", ago=timedelta(hours=hours)) for hours in (3, 2)]
    english = open_case(language="en")
    agent = visit("agent")
    page = agent.get("/console/").text
    for option in ('value="220200-PSB">市公安局', 'value="english">英语 English'):
        assert option in page
    assert _listed(page)[-1] == english
    filtered = agent.get("/console/?dept=220200-PSB").text
    assert _listed(filtered) == police
    assert 'value="220200-PSB" selected' in filtered
    assert "tab=closed&amp;dept=220200-PSB" in filtered
    (live,) = re.findall(r'hx-get="([^"]+)"', filtered)
    assert "dept=220200-PSB" in live
    (button,) = re.findall(r'id="next"[^>]+formaction="([^"]+)"', filtered)
    assert agent.post(button).location == f"/console/cases/{police[0]}"
    agent.post("/console/me/mode", call_mode="preview")
    form = {"way": "own_phone", "result": "explained", "note": "已说明"}
    done = agent.post(f"/console/cases/{police[0]}/contact", token=agent.lease(police[0]), **form)
    assert done.location == f"/console/cases/{police[1]}"
    done = agent.post(f"/console/cases/{police[1]}/contact", token=agent.lease(police[1]), **form)
    assert done.location == "/console/?dept=220200-PSB"
    assert _listed(agent.get("/console/?skill=english").text) == [english]
    assert "disabled" in agent.get("/console/?skill=english").text.partition('id="next"')[2][:200]
    refused = agent.post(f"/console/cases/{english}/claim")
    assert refused.status_code == 409
    assert "需要具备相应技能的坐席" in refused.text
    assert visit("supervisor").post(f"/console/cases/{english}/claim").status_code == 303
