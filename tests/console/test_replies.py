"""The review list: who sees it, what is shown of a text, and the two ways to decide on one, each only once."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline.actions.reviews import add_review, settle
from hotline.console import text_words
from hotline.rules.phones import read_phone
from hotline.rules.replies import Action, parse
from hotline.rules.reply_wishes import Wish
from hotline.rules.scale import Scale
from hotline.rules.script import Channel
from hotline.services import Services
from hotline.tables import (
    AuditEntry,
    InboundText,
    Invitation,
    OutboundText,
    Rating,
    ReviewItem,
    ServiceRecord,
)
from hotline.tables.contacts import TextState
from hotline.tables.people import Role
from hotline.tables.replies import Decision, Why
from hotline.tables.service import InvitationState, RatingState, RecordKind
from tests.cast import LI, WANG, Person, only, sid
from tests.conftest import MovingClock
from tests.console.conftest import Visitor

Visit = Callable[..., Visitor]
Ask = Callable[..., int]
Write = Callable[..., int]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def ask(house: Services) -> Ask:
    """A record whose invitation has gone out; its id."""
    numbers = iter(range(12, 100))

    def asked(person: Person = WANG, item: str = "社会保障卡申领") -> int:
        phone = house.vault.seal_phone(read_phone(person.phone, "CN"))
        record = ServiceRecord(
            kind=RecordKind.TRANSACTION,
            number=f"JL20261123-{next(numbers):04}",
            completed_at=house.now(),
            received_at=house.now(),
            item_name=item,
            phone=phone,
            language="zh-CN",
        )
        invitation = Invitation(
            record=record,
            channel=Channel.SMS,
            state=InvitationState.DELIVERED,
            script="sms-stars@1",
            language="zh-CN",
            created_at=house.now(),
            sent_at=house.now(),
            expires_at=house.now() + timedelta(days=7),
        )
        text = OutboundText(
            invitation=invitation,
            phone=phone,
            body=f"【政务服务】您办理的{item}",
            segments=2,
            state=TextState.DELIVERED,
            created_at=house.now(),
        )
        with house.database.write() as session:
            session.add_all([invitation, text])
        return record.id

    return asked


@pytest.fixture
def write(house: Services) -> Write:
    """An unclear text that a person is to read; the id of its review item."""

    def written(body: str = "还行吧不好说", why: Why = Why.UNCLEAR, person: Person = WANG, **due_in: float) -> int:
        text = InboundText(
            carrier="twilio",
            external_id=sid("SM"),
            phone=house.vault.seal_phone(read_phone(person.phone, "CN")),
            body=body,
            body_box=house.vault.seal(body),
            received_at=house.now(),
            action="clarify",
            rule="unsure-words",
            scale=Scale.STAR_5_BEST,
            answer="【政务服务】没有读懂，请回复 1 至 5",
        )
        with house.database.write() as session:
            session.add(text)
            session.flush()
            add_review(session, text, why, house.now() + timedelta(**due_in), house.now())
            return session.query(ReviewItem).filter_by(text_id=text.id).one().id

    return written


def test_the_list_shows_what_is_due_what_waits_and_what_was_decided(
    visit: Visit, staff: dict[str, int], ask: Ask, write: Write, house: Services, clock: MovingClock
) -> None:
    ask()
    late = write("以后再读的", hours=2)
    write("马上要读的")
    settled = write("已经说清的", person=LI)
    with house.database.write() as session:
        item = session.get_one(ReviewItem, settled)
        settle(session, session.query(InboundText.id).filter_by(id=item.text_id), [Why.UNCLEAR], house.now())
    visitor = visit("supervisor")
    due, waiting, decided = (visitor.get(f"/console/replies?tab={tab}").text for tab in ("due", "waiting", "decided"))
    assert [said in due for said in ("马上要读的", "以后再读的", "已经说清的")] == [True, False, False]
    assert [said in waiting for said in ("马上要读的", "以后再读的", "已经说清的")] == [False, True, False]
    assert [said in decided for said in ("马上要读的", "以后再读的", "已经说清的")] == [False, False, True]
    assert "说法不确定" in due
    assert WANG.masked in due
    assert "市民已再次说明" in decided
    assert _figure(due) == "1"
    assert visitor.get("/console/replies/due?told=1").status_code == 204
    clock.move(hours=3)
    visitor = visit("supervisor")
    assert _figure(visitor.get("/console/replies/due?told=1").text) == "2"
    listed = visitor.get("/console/replies").text
    assert listed.index("马上要读的") < listed.index("以后再读的")
    assert f"/console/replies/{late}" in listed


def _figure(page: str) -> str | None:
    found = re.search(r'id="replies-due".*?count-due">(\d+)', page, re.DOTALL)
    return found.group(1) if found else None


def test_a_text_is_shown_with_its_conversation_and_the_records_it_may_be_about(
    visit: Visit, staff: dict[str, int], ask: Ask, write: Write, clock: MovingClock
) -> None:
    first, second = ask(), ask(item="护照换发")
    ask(LI, "别人的事项")
    clock.move(minutes=5)
    item_id = write("还行吧不好说")
    page = visit("supervisor").get(f"/console/replies/{item_id}").text
    thread = page[page.index("thread-title") :]
    said = ["您办理的社会保障卡申领", "您办理的护照换发", "还行吧不好说", "没有读懂，请回复 1 至 5"]
    assert [thread.index(words) for words in said] == sorted(thread.index(words) for words in said)
    assert f'name="record_id" value="{first}"' in page
    assert f'name="record_id" value="{second}"' in page
    assert "别人的事项" not in page
    assert "checked" not in page  # two are open: nobody guesses
    assert "系统未读懂" in page
    assert "13844328000" not in page


def test_a_supervisor_assigns_a_text_which_becomes_a_rating_and_is_audited(
    visit: Visit, staff: dict[str, int], ask: Ask, write: Write, house: Services
) -> None:
    record_id, item_id, following = ask(), write("办得真够可以的"), write("第二条")
    visitor = visit("supervisor")
    page = visitor.get(f"/console/replies/{item_id}").text
    assert f'value="{record_id}" checked' in page  # the only one it can be about
    form = {"record_id": str(record_id), "stars": "2"}
    answer = visitor.post(f"/console/replies/{item_id}/assign", **form)
    assert (answer.status_code, answer.location) == (303, f"/console/replies/{following}")
    rating = only(house, Rating, state=RatingState.ACTIVE)
    assert (rating.record_id, rating.stars, rating.rule, rating.raw) == (record_id, 2, "person", "办得真够可以的")
    item = only(house, ReviewItem, id=item_id)
    assert (item.decision, item.decided_by, item.rating_id) == (Decision.ASSIGNED, "supervisor", rating.id)
    entry = only(house, AuditEntry, action="reply_assigned")
    assert (entry.actor, entry.subject) == ("supervisor", f"review:{item_id}")
    assert entry.facts == {"record": record_id, "rating": rating.id, "stars": 2}
    again = visitor.post(f"/console/replies/{item_id}/assign", **form | {"stars": "5"})
    assert again.status_code == 409
    assert "刚刚已有人处理" in again.text
    assert "已判读为评价" in again.text
    assert only(house, Rating).stars == 2


def test_a_text_is_dismissed_with_a_reason_whose_numbers_are_masked(
    visit: Visit, staff: dict[str, int], write: Write, house: Services
) -> None:
    item_id = write("你们几点下班")
    visitor = visit("admin")
    empty = visitor.post(f"/console/replies/{item_id}/dismiss", note="  ")
    assert empty.status_code == 400
    assert "请写明为什么不是评价" in empty.text
    assert only(house, ReviewItem).decision is None
    answer = visitor.post(f"/console/replies/{item_id}/dismiss", note=f"咨询，已致电{WANG.phone}答复")
    assert (answer.status_code, answer.location) == (303, "/console/replies")
    item = only(house, ReviewItem)
    assert (item.decision, item.note) == (Decision.DISMISSED, "咨询，已致电138****8000答复")
    assert only(house, AuditEntry, action="reply_dismissed").facts == {"note": "咨询，已致电138****8000答复"}
    assert visitor.post(f"/console/replies/{item_id}/dismiss", note="再来一次").status_code == 409
    shown = visitor.get(f"/console/replies/{item_id}").text
    assert "咨询，已致电138****8000答复" in shown
    assert "/dismiss" not in shown


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ({"stars": "2"}, "请选择评价的是哪一件服务"),
        ({"record_id": "{own}"}, "请选择满意度"),
        ({"record_id": "{own}", "stars": "6"}, "请选择满意度"),
        ({"record_id": "{other}", "stars": "5"}, "请选择评价的是哪一件服务"),
        ({"record_id": "9" * 30, "stars": "5"}, "请选择评价的是哪一件服务"),
    ],
)
def test_what_is_missing_or_belongs_to_another_number_is_named_and_changes_nothing(
    visit: Visit,
    staff: dict[str, int],
    ask: Ask,
    write: Write,
    house: Services,
    form: dict[str, str],
    fault: str,
) -> None:
    own, other, item_id = ask(), ask(LI), write()
    sent = {field: value.format(own=own, other=other) for field, value in form.items()}
    answer = visit("supervisor").post(f"/console/replies/{item_id}/assign", **sent)
    assert answer.status_code == 400
    assert fault in answer.text
    assert only(house, ReviewItem).decision is None
    with house.database.read() as session:
        assert session.query(Rating).count() == 0


def test_the_citizens_last_word_counts_more_than_an_old_text(
    visit: Visit,
    staff: dict[str, int],
    write: Write,
    receive: Callable[..., Rating],
    house: Services,
    clock: MovingClock,
) -> None:
    item_id = write()
    clock.move(minutes=1)
    rating = receive(stars=5, raw="5", comment=None)
    refused = visit("supervisor").post(f"/console/replies/{item_id}/assign", record_id=str(rating.record_id), stars="1")
    assert refused.status_code == 409
    assert "以后作出的为准" in refused.text
    assert (only(house, Rating).stars, only(house, ReviewItem).decision) == (5, None)


def test_an_auditor_reads_and_is_offered_nothing_and_an_agent_has_no_way_there(
    visit: Visit, staff: dict[str, int], ask: Ask, write: Write
) -> None:
    ask()
    item_id = write()
    auditor = visit("auditor")
    page = auditor.get(f"/console/replies/{item_id}").text
    assert "还行吧不好说" in page
    assert page.count("<button") == 1  # logging out
    assert "replies-due" not in page
    assert "/console/replies" not in visit("agent").get("/console/").text
    assert visit("agent").get(f"/console/replies/{item_id}").status_code == 403


@pytest.mark.parametrize(
    ("table", "members"),
    [
        (text_words.ACTIONS, Action),
        (text_words.WHYS, Why),
        (text_words.DECISIONS, Decision),
        (text_words.CALL_WISHES, Wish),
    ],
)
def test_every_word_of_a_text_has_words_in_both_languages(table: dict[str, Any], members: type[Role]) -> None:
    assert list(table) == list(members)
    assert all(pair.zh and pair.en for pair in table.values())


def test_every_rule_that_stops_a_text_has_words() -> None:
    corpus = (ROOT / "tests" / "rules" / "replies.jsonl").read_text(encoding="utf-8").splitlines()
    readings = [parse(json.loads(line)["text"], scale) for line in corpus for scale in Scale]
    stopping = {reading.rule for reading in readings if reading.action is Action.CLARIFY}
    assert len(stopping) > 10
    assert stopping <= set(text_words.RULES)
