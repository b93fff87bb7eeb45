"""The smaller pages: the agent's telephone, the ratings of the store, and deliveries."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from hotline import outbox
from hotline.actions.rate import withdraw
from hotline.console import case_words, words
from hotline.outbox import Kind
from hotline.rules.casework import (
    AttemptResult,
    AttemptState,
    CaseState,
    DeadlineKind,
    Ending,
    Ground,
    NoticeKind,
    Outcome,
    Rung,
)
from hotline.rules.scale import Scale
from hotline.rules.script import Channel
from hotline.services import Services
from hotline.tables import AuditEntry, Invitation, OutboundText, OutboxRow, Rating, ServiceRecord, User
from hotline.tables.contacts import RecordingState, TextState
from hotline.tables.people import Role
from hotline.tables.plumbing import OutboxState
from hotline.tables.service import InvitationState, RatingState, RecordKind
from tests.conftest import MovingClock
from tests.console.conftest import Visitor

Visit = Callable[..., Visitor]
Receive = Callable[..., Rating]


def test_an_agent_sets_a_telephone_which_is_sealed_masked_and_audited(
    visit: Visit, staff: dict[str, int], house: Services
) -> None:
    visitor = visit("supervisor")
    saved = visitor.post("/console/me", phone="0432-6481 2345")
    assert saved.status_code == 303
    page = visitor.get("/console/me").text
    assert "0432****2345" in page
    assert "64812345" not in page
    with house.database.read() as session:
        user = session.get_one(User, staff["supervisor"])
        entry = (
            session.query(AuditEntry).filter(AuditEntry.action == "phone_set", AuditEntry.actor == "supervisor").one()
        )
    assert user.phone_box is not None
    assert house.vault.open(user.phone_box) == "+8643264812345"
    assert entry.subject == f"user:{user.id}"


def test_what_is_no_telephone_number_is_refused_and_kept_to_be_mended(
    visit: Visit, staff: dict[str, int], house: Services
) -> None:
    refused = visit("supervisor").post("/console/me", phone="12345")
    assert refused.status_code == 400
    assert 'value="12345"' in refused.text
    assert "请填写可以直接拨通的" in refused.text
    with house.database.read() as session:
        assert session.get_one(User, staff["supervisor"]).phone_box is None


@pytest.fixture(params=["sqlite", "postgresql"])
def each_database(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


class TestRatings:
    @pytest.fixture
    def database_url(self, each_database: str) -> str:
        return each_database

    def test_the_newest_come_first_with_figures_and_their_denominator(
        self, visit: Visit, staff: dict[str, int], receive: Receive, work: Callable[[], int], house: Services
    ) -> None:
        for stars in (5, 5, 4, 1):
            receive(stars=stars, raw=str(stars), comment=None, item_name=f"{stars} 星事项")
        receive(stars=5, raw="5", comment=None, ago=timedelta(days=31))
        withdrawn = receive(stars=2, raw="2", comment="不再这样认为")
        with house.database.write() as session:
            withdraw(session, withdrawn.record_id, house.policy, house.now())
        work()
        page = visit("agent").get("/console/ratings").text
        assert "75.0%" in page
        assert "3 / 4 条" in page
        assert re.findall(r"<td class=\"number\">(\d+)</td>", page) == ["2", "1", "0", "0", "1"]
        listed = re.findall(r"<b>(\d) 星</b>", page)
        assert listed == ["2", "5", "1", "4", "5", "5"]
        assert "已撤回" in page
        assert "不再这样认为" in page
        assert "138****8000" not in page


def test_without_ratings_the_page_says_when_they_come(visit: Visit, staff: dict[str, int]) -> None:
    page = visit("agent").get("/console/ratings").text
    assert "还没有评价" in page
    assert "—" in page


def test_ratings_come_in_pages_and_new_ones_are_announced(
    visit: Visit, staff: dict[str, int], receive: Receive, work: Callable[[], int]
) -> None:
    for _ in range(51):
        receive(stars=5, raw="5", comment="好" * 300)
    work()
    visitor = visit("agent")
    page = visitor.get("/console/ratings")
    assert len(page.data) < 150_000
    older = re.search(r'href="(/console/ratings\?before=\d+)"', page.text)
    assert older
    assert visitor.get(older.group(1)).text.count("<b>5 星</b>") == 1
    news = re.search(r'hx-get="(/console/ratings/news[^"]+)"', page.text)
    assert news
    assert visitor.get(news.group(1)).status_code == 204
    receive(stars=4, raw="4", comment=None)
    work()
    assert "有 1 条新变动" in visitor.get(news.group(1)).text


class TestDeliveries:
    def test_a_supervisor_resends_parked_work_and_that_is_kept(
        self, visit: Visit, staff: dict[str, int], house: Services, park: Callable[[str], int]
    ) -> None:
        row_id = park("503 from +8613844328000")
        visitor = visit("supervisor")
        page = visitor.get("/console/outbox").text
        assert "503 from 138****8000" in page
        assert "13844328000" not in page
        assert f"/console/outbox/{row_id}/resend" in page
        assert visitor.post(f"/console/outbox/{row_id}/resend").status_code == 303
        with house.database.read() as session:
            row = session.get_one(OutboxRow, row_id)
            entry = session.query(AuditEntry).filter(AuditEntry.action == "outbox_resent").one()
        assert (row.state, row.attempts) == (OutboxState.PENDING, 0)
        assert (entry.actor, entry.subject) == ("supervisor", f"outbox:{row_id}")
        again = visitor.post(f"/console/outbox/{row_id}/resend")
        assert again.status_code == 409
        assert "已不在搁置状态" in again.text

    def test_after_an_outage_all_that_is_parked_is_resent_at_one_press(
        self, visit: Visit, staff: dict[str, int], house: Services, park: Callable[[str], int]
    ) -> None:
        visitor = visit("supervisor")
        park("30002")
        assert "全部重新发送" not in visitor.get("/console/outbox").text
        park("30002")
        assert "全部重新发送" in visitor.get("/console/outbox").text
        assert visitor.post("/console/outbox/resend").status_code == 303
        with house.database.read() as session:
            assert session.query(OutboxRow).filter_by(state=OutboxState.PARKED).count() == 0
            entry = session.query(AuditEntry).filter(AuditEntry.action == "outbox_all_resent").one()
        assert (entry.actor, entry.facts) == ("supervisor", {"count": 2})

    def test_an_auditor_sees_them_and_cannot_resend(
        self, visit: Visit, staff: dict[str, int], park: Callable[[str], int]
    ) -> None:
        row_id = park("503 from +8613844328000")
        visitor = visit("auditor")
        page = visitor.get("/console/outbox").text
        assert "forward:77:1" in page
        assert "重新发送" not in page
        assert visitor.post(f"/console/outbox/{row_id}/resend").status_code == 403

    def test_each_kind_is_counted_by_what_becomes_of_it(
        self, visit: Visit, staff: dict[str, int], house: Services, clock: MovingClock
    ) -> None:
        now = house.now()
        with house.database.write() as session:
            outbox.put(session, Kind.TEXT, "text:1", {}, now, now)
            outbox.put(session, Kind.TEXT, "text:2", {}, now + timedelta(hours=2), now)
            outbox.put(session, Kind.TEXT, "text:3", {}, now, now)
            third = session.query(OutboxRow).filter(OutboxRow.key == "text:3").one()
            claimed = outbox.claim(session, third.id, now, timedelta(minutes=1))
        assert claimed
        page = visit("auditor").get("/console/outbox").text
        row = page.split("评价短信")[1].split("</tr>")[0]
        numbers = re.findall(r'data-label="[^"]+">\s*(?:<span>)?(\d+)', row)
        assert numbers == ["1", "1", "1", "0"]

    def test_texts_of_unknown_outcome_are_listed_and_explained_not_resent(
        self, visit: Visit, staff: dict[str, int], house: Services, receive: Receive
    ) -> None:
        record_id = receive(stars=5).record_id
        with house.database.write() as session:
            record = session.get_one(ServiceRecord, record_id)
            invitation = Invitation(
                record=record,
                channel=Channel.SMS,
                state=InvitationState.UNKNOWN,
                script="sms-stars@1",
                language="zh-CN",
                created_at=house.now(),
                round=1,
                clarified=False,
            )
            session.add(
                OutboundText(
                    invitation=invitation,
                    body="【政务服务】",
                    state=TextState.UNKNOWN,
                    created_at=house.now(),
                    phone=record.phone,
                )
            )
        page = visit("supervisor").get("/console/outbox").text
        assert "138****8000" in page
        assert "系统不会重发" in page
        assert "resend" not in page

    def test_with_nothing_to_do_the_page_says_so(self, visit: Visit, staff: dict[str, int]) -> None:
        page = visit("supervisor").get("/console/outbox").text
        assert page.count("无需处理") == 2

    def test_a_task_that_is_not_there_is_not_found(self, visit: Visit, staff: dict[str, int]) -> None:
        assert visit("supervisor").post("/console/outbox/77/resend").status_code == 404


@pytest.mark.parametrize(
    ("table", "members"),
    [
        (words.ROLES, Role),
        (words.CHANNELS, Channel),
        (words.RECORD_KINDS, RecordKind),
        (words.SCALES, Scale),
        (words.RATING_STATES, RatingState),
        (words.RECORDING_STATES, RecordingState),
        (case_words.CASE_STATES, CaseState),
        (case_words.ENDINGS, Ending),
        (case_words.DEADLINES, DeadlineKind),
        (case_words.NOTICES, NoticeKind),
        (case_words.RUNGS, Rung),
        (case_words.GROUNDS, Ground),
        (words.OUTCOMES, Outcome),
        (words.ATTEMPT_STATES, AttemptState),
        (words.ATTEMPT_RESULTS, AttemptResult),
        (words.KINDS, Kind),
    ],
)
def test_every_state_has_words_in_both_languages(table: dict[str, words.Words], members: type[Role]) -> None:
    assert list(table) == list(members)
    assert all(pair.zh and pair.en for pair in table.values())
