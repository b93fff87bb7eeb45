"""The page of the funnel, its file, and the page on which texts are read again."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from hotline.rules.phones import read_phone
from hotline.rules.scale import Scale
from hotline.rules.script import Channel
from hotline.services import Services
from hotline.tables import AuditEntry, InboundText, Invitation, OutboundText, Rating, ReviewItem, ServiceRecord
from hotline.tables.contacts import TextState
from hotline.tables.replies import Why
from hotline.tables.service import InvitationState, RecordKind
from tests.cast import WANG, all_of, only, row_counts, sid
from tests.conftest import MovingClock
from tests.console.conftest import Visitor

Visit = Callable[..., Visitor]


@pytest.fixture
def sent(house: Services) -> Callable[..., None]:
    """An invitation whose text ended in that state, so many days ago."""
    numbers = iter(range(100))

    def asked(state: TextState, code: str | None = None, days_ago: int = 0) -> None:
        phone, at = house.vault.seal_phone(read_phone(WANG.phone, "CN")), house.now() - timedelta(days=days_ago)
        record = ServiceRecord(
            kind=RecordKind.TRANSACTION,
            number=f"N{next(numbers)}",
            completed_at=at,
            received_at=at,
            phone=phone,
            language="zh-CN",
        )
        invitation = Invitation(
            record=record,
            channel=Channel.SMS,
            state=InvitationState.SENT if code is None else InvitationState.FAILED,
            error_code=code,
            script="sms-stars@1",
            language="zh-CN",
            created_at=at,
        )
        text = OutboundText(
            invitation=invitation, phone=phone, body="…", segments=2, state=state, error_code=code, created_at=at
        )
        with house.database.write() as session:
            session.add(text)

    return asked


def test_the_page_counts_names_the_failures_and_its_file_says_the_same(
    visit: Visit, staff: dict[str, int], sent: Callable[..., None]
) -> None:
    sent(TextState.DELIVERED)
    sent(TextState.SENT)
    sent(TextState.FAILED, "30003", days_ago=1)
    sent(TextState.FAILED, "99999", days_ago=1)
    sent(TextState.DELIVERED, days_ago=14)  # on the fourteen days before
    visitor = visit("auditor")
    page = visitor.get("/console/texts").text
    assert "占已发送 2 的 50.0%" in page
    assert "手机关机或不在服务区" in page
    assert "<code>99999</code>" in page
    assert page.count("<rect") == 14 * 3
    rows = list(csv.reader(io.StringIO(visitor.get("/console/texts.csv").data.decode("utf-8-sig"))))
    assert len(rows) == 15
    assert rows[-1] == ["2026-11-23", "2", "2", "1", "0", "0", "0", "0", "0", "0", "0", "", "4"]
    assert rows[-2][-3:] == ["2", "30003×1 99999×1", "0"]
    earlier = visitor.get("/console/texts?last=2026-11-09").text
    assert "占已发送 1 的 100.0%" in earlier
    for strange in ("0001-01-01", "9999-12-31", "x", "2026-13-01"):
        assert visitor.get(f"/console/texts?last={strange}").text.count("11月23日") >= 1


def test_without_texts_the_page_shows_zeros_and_no_shares(visit: Visit, staff: dict[str, int]) -> None:
    page = visit("supervisor").get("/console/texts").text
    assert "—" in page
    assert "<rect" not in page


@pytest.fixture
def kept(house: Services) -> Callable[..., int]:
    """A text as an earlier parser read it."""

    def keep(body: str, action: str, stars: int | None = None, **more: Any) -> int:
        text = InboundText(
            carrier="twilio",
            external_id=sid("SM"),
            phone=house.vault.seal_phone(read_phone(WANG.phone, "CN")),
            body=body,
            body_box=house.vault.seal(body),
            received_at=house.now() - timedelta(**more),
            action=action,
            stars=stars,
            rule="old",
            scale=Scale.STAR_5_BEST,
        )
        with house.database.write() as session:
            session.add(text)
        return text.id

    return keep


def test_a_replay_shows_what_is_read_otherwise_changes_nothing_and_is_audited(
    visit: Visit, staff: dict[str, int], kept: Callable[..., int], house: Services
) -> None:
    kept("5", "rate", 5)
    kept("1 不行", "rate", 5)
    kept("<b>4</b> 谢谢", "rate", 4)
    kept("2", "rate", 1, days=40)
    visitor = visit("admin")
    before = row_counts(house)
    page = visitor.post("/console/replay", since="2026-11-01", until="2026-11-23").text
    assert "1 不行" in page
    assert page.count("好差反转") >= 2
    assert "heat-flip" in page
    assert "&lt;b&gt;4" in page  # never as markup
    assert row_counts(house) | {"audit_entries": 0} == before | {"audit_entries": 0}
    facts = {"since": "2026-11-01", "until": "2026-11-23", "texts": 3, "changed": 2}
    assert only(house, AuditEntry, action="replies_replayed").facts == facts
    for since, until in (("2026-11-23", "2026-11-01"), ("", ""), ("0001-01-01", "9999-12-31")):
        refused = visitor.post("/console/replay", since=since, until=until)
        assert (refused.status_code, "请填写起止日期" in refused.text) == (400, True)


def test_more_texts_than_fit_are_left_out_and_counted(
    visit: Visit, staff: dict[str, int], kept: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotline.console.replay.MOST_TEXTS", 2)
    for _ in range(5):
        kept("5", "rate", 5)
    page = visit("admin").post("/console/replay", since="2026-11-23", until="2026-11-23").text
    assert "尚有 3 条未读" in page
    assert "全部回复读法相同" in page


def test_ticked_texts_go_to_the_review_list_once_and_rate_nothing(
    visit: Visit, staff: dict[str, int], kept: Callable[..., int], house: Services, clock: MovingClock
) -> None:
    one, two, other = kept("1 不行", "rate", 5), kept("3 还行", "clarify"), kept("4", "rate", 5)
    visitor = visit("admin")
    assert visitor.post("/console/replay/review").status_code == 400
    answer = visitor.client.post(
        "/console/replay/review", data={"csrf_token": visitor.token, "text": [str(one), str(two), "999"]}
    )
    assert (answer.status_code, answer.location) == (303, "/console/replies")
    assert [(item.text_id, item.why) for item in all_of(house, ReviewItem)] == [(one, Why.REPLAY), (two, Why.REPLAY)]
    listed = visitor.get("/console/replies").text
    assert "2 条已列入待判读，另有 1 条" in listed
    assert "新版读法不同" in listed
    assert only(house, AuditEntry, action="replies_to_review").facts == {"texts": [one, two]}
    visitor.post("/console/replay/review", text=str(one))
    assert len(all_of(house, ReviewItem)) == 2
    assert all_of(house, Rating) == []
    assert other not in [item.text_id for item in all_of(house, ReviewItem)]
