"""The funnel of a week made by hand, on both databases: who counts where, on which local day, and in which step."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hotline.actions.opt_outs import opt_out
from hotline.actions.reviews import add_review
from hotline.reports.funnel import LONGEST, Day, funnel, total
from hotline.rules.phones import read_phone
from hotline.rules.scale import Scale
from hotline.rules.script import Channel
from hotline.services import Services
from hotline.tables import InboundText, Invitation, OutboundText, Rating, ServiceRecord
from hotline.tables.contacts import Purpose, TextState
from hotline.tables.replies import Why
from hotline.tables.service import InvitationState, RatingState, RecordKind
from tests.cast import sid

CITY = ZoneInfo("Asia/Shanghai")
MONDAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)

Sent, Ask = TextState, Callable[..., Invitation]


@pytest.fixture
def ask(house: Services) -> Ask:
    """An invitation made at `at`, its texts in these states, and what followed after so many hours."""
    serial = iter(range(1000))

    def asked(
        at: datetime,
        *texts: TextState,
        state: InvitationState = InvitationState.SENT,
        code: str | None = None,
        rated: float | None = None,
        by: Channel = Channel.SMS,
        opted_out: float | None = None,
        said: tuple[Why | None, ...] = (),
        channel: Channel = Channel.SMS,
    ) -> Invitation:
        number = next(serial)
        phone = house.vault.seal_phone(read_phone(f"138443{number:05}", "CN"))
        record = ServiceRecord(
            kind=RecordKind.TRANSACTION,
            number=f"JL{number:05}",
            completed_at=at,
            received_at=at,
            phone=phone,
            language="zh-CN",
        )
        invitation = Invitation(
            record=record, channel=channel, state=state, script="sms-stars@1", language="zh-CN", created_at=at
        )
        if state is InvitationState.FAILED:
            invitation.error_code = code
        if texts:
            invitation.sent_at, invitation.expires_at = at, at + timedelta(days=7)
        with house.database.write() as session:
            session.add(invitation)
            session.flush()
            for try_no, each in enumerate(texts, start=1):
                failed = each in (TextState.FAILED, TextState.UNDELIVERED)
                session.add(_text(invitation, each, try_no, code if failed else None, at))
            for why in said:
                text = _reply(house, invitation, at)
                session.add(text)
                session.flush()
                if why is not None:
                    add_review(session, text, why, at, at)
            if rated is not None:
                session.add(_rating(record, by, at + timedelta(hours=rated)))
            if opted_out is not None:
                opt_out(session, phone, "sms", at + timedelta(hours=opted_out))
        return invitation

    return asked


def _text(invitation: Invitation, state: TextState, try_no: int, code: str | None, at: datetime) -> OutboundText:
    return OutboundText(
        invitation=invitation,
        phone=invitation.record.phone,
        purpose=Purpose.INVITE,
        try_no=try_no,
        body="【政务服务】",
        segments=2,
        state=state,
        error_code=code,
        created_at=at,
        begun_at=None if state in (TextState.QUEUED, TextState.SKIPPED) else at,
    )


def _reply(house: Services, invitation: Invitation, at: datetime) -> InboundText:
    return InboundText(
        carrier="twilio",
        external_id=sid("SM"),
        phone=invitation.record.phone,
        body="?",
        body_box=house.vault.seal("?"),
        received_at=at,
        invitation_id=invitation.id,
        action="clarify",
    )


def _rating(record: ServiceRecord, channel: Channel, at: datetime) -> Rating:
    return Rating(
        record=record,
        stars=5,
        channel=channel,
        raw="5",
        scale=Scale.STAR_5_BEST,
        script="sms-stars@1",
        rule="digit",
        rated_at=at,
        state=RatingState.ACTIVE,
    )


def _figures(day: Day, *names: str) -> dict[str, Any]:
    return {name: getattr(day, name) for name in names or ("asked", "sent", "delivered", "answered")}


def _days(house: Services, count: int = 7) -> list[Day]:
    with house.database.read() as session:
        return funnel(session, MONDAY, MONDAY + timedelta(days=count - 1), CITY)


def test_a_week_made_by_hand(house: Services, ask: Ask) -> None:
    declined = InvitationState.DECLINED
    ask(NOON, Sent.DELIVERED, rated=2, said=(None,))  # the reasons, in words that rate nothing
    ask(NOON, Sent.DELIVERED, said=(Why.UNCLEAR, Why.UNCLEAR))
    ask(NOON, Sent.SENT)
    ask(NOON, Sent.SENT, rated=1)  # no receipt ever came, but an answer did
    ask(NOON, Sent.UNKNOWN)
    ask(NOON, Sent.UNKNOWN, rated=1)
    ask(NOON, Sent.QUEUED, state=InvitationState.WAITING)
    ask(NOON, state=declined)
    ask(NOON, Sent.DELIVERED, rated=24 * 8)  # after it had expired
    ask(NOON, Sent.DELIVERED, opted_out=3)
    ask(NOON, Sent.DELIVERED, rated=1, opted_out=24 * 9)  # long after: not because of this text
    ask(NOON, Sent.DELIVERED, rated=1, by=Channel.PHONE)  # reached by telephone meanwhile
    ask(NOON, Sent.SKIPPED, rated=1)  # spoke up before anything was sent
    ask(NOON, channel=Channel.PHONE)
    tuesday = NOON + timedelta(days=1)
    ask(tuesday, Sent.FAILED, code="30006", state=InvitationState.FAILED)
    ask(tuesday, Sent.FAILED, Sent.FAILED, code="30003", state=InvitationState.FAILED)
    ask(tuesday, Sent.UNDELIVERED, code="30003", state=InvitationState.FAILED)
    ask(tuesday, Sent.FAILED, Sent.DELIVERED, code="30003")  # the second try came through
    ask(tuesday, Sent.DELIVERED, Sent.UNDELIVERED, code="30003")  # only the reminder was lost
    ask(tuesday, Sent.UNDELIVERED, code="30008", rated=1)  # the receipt was wrong
    ask(tuesday, Sent.FAILED, code="", state=InvitationState.FAILED)
    ask(tuesday, Sent.UNDELIVERED, Sent.SKIPPED, code="too_late", state=InvitationState.FAILED)  # no time to try again
    ask(tuesday, Sent.FAILED, Sent.QUEUED, code="30001", state=InvitationState.WAITING)  # still being tried
    monday, second, *rest = _days(house)
    assert _figures(monday) == {"asked": 13, "sent": 9, "delivered": 8, "answered": 5}
    others = {"late": 1, "unclear": 1, "opted_out": 1, "declined": 1, "unknown": 1, "segments": 16, "failed": {}}
    assert _figures(monday, *others) == others
    assert _figures(second) == {"asked": 9, "sent": 5, "delivered": 3, "answered": 1}
    assert second.failed == {"30006": 1, "30003": 2, "–": 1, "too_late": 1}
    assert (second.failures, second.segments, second.unknown) == (5, 12, 0)
    assert [day.asked for day in rest] == [0] * 5
    whole = total(_days(house))
    assert _figures(whole) == {"asked": 22, "sent": 14, "delivered": 11, "answered": 6}
    assert list(whole.failed.items()) == [("30003", 2), ("30006", 1), ("too_late", 1), ("–", 1)]


def test_a_day_is_the_citys_own_and_an_answer_counts_on_the_day_of_its_invitation(house: Services, ask: Ask) -> None:
    midnight = datetime(2026, 11, 23, 16, tzinfo=UTC)  # Tuesday 0:00 in the city
    ask(midnight - timedelta(microseconds=1), Sent.DELIVERED, rated=30)
    ask(midnight, Sent.DELIVERED)
    ask(midnight + timedelta(days=6), Sent.DELIVERED)  # Monday after
    ask(midnight - timedelta(days=1, microseconds=1), Sent.DELIVERED)  # Sunday before
    assert [(day.asked, day.answered) for day in _days(house)] == [(1, 1), (1, 0), *[(0, 0)] * 5]
    assert [day.day.isoformat() for day in _days(house)][0::6] == ["2026-11-23", "2026-11-29"]
    assert _days(house, 0) == []
    assert len(_days(house, 400)) == LONGEST
