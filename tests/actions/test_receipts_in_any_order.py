"""The carrier's answer and its receipts in any order, early, late and repeated: a text only ever moves forward."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from hotline.actions import send
from hotline.actions.hindrances import Beginning, Go, Never
from hotline.actions.invite import NewRecord, receive_record
from hotline.database import Database
from hotline.messages import Accepted, Ambiguous, Delivery, Refusal, Refused, SendResult
from hotline.policies import load_policy
from hotline.privacy import Vault
from hotline.rules.phones import read_phone
from hotline.rules.script import Channel
from hotline.tables import Base, OutboundText
from hotline.tables.contacts import TextState
from hotline.tables.service import OPEN_INVITATION_STATES, InvitationState, RecordKind
from tests.conftest import MONDAY_MORNING

ENDS = st.sampled_from(
    [
        Accepted("SM1"),
        Ambiguous("ReadTimeout"),
        Refused(Refusal.RETRY, "20429"),
        Refused(Refusal.PERMANENT, "21211"),
    ]
)
RECEIPTS = st.sampled_from(
    [
        (Delivery.SENT, None),
        (Delivery.DELIVERED, None),
        (Delivery.UNDELIVERED, Refused(Refusal.RETRY, "30003")),
        (Delivery.UNDELIVERED, Refused(Refusal.PERMANENT, "30005")),
        (Delivery.UNDELIVERED, Refused(Refusal.LANDLINE, "30006")),
    ]
)
# How far a text is; whatever comes, it never goes back. Refused for now = it has not begun.
FAR = {"queued": 0, "sending": 1, "unknown": 2, "failed": 3, "sent": 3, "undelivered": 4, "delivered": 5}


class Text:
    """One text of its own citizen, just begun."""

    def __init__(self, database: Database, number: int) -> None:
        self.database, self.policy, self.now = database, load_policy("always"), MONDAY_MORNING
        phone = Vault(b"k" * 32).seal_phone(read_phone(f"138{number:08}", "CN"))
        record = NewRecord(RecordKind.TRANSACTION, f"JL-{number}", 1, self.now, phone, Channel.SMS)
        with database.write() as session:
            record_id = receive_record(session, record, self.policy, self.now).record_id
            self.id = session.scalars(
                select(OutboundText.id).join(OutboundText.invitation).filter_by(record_id=record_id)
            ).one()
        assert isinstance(self.begin(self.id), Go)

    def begin(self, text_id: int) -> Beginning:
        with self.database.write() as session:
            return send.begin_text(session, text_id, self.policy, self.now)

    def take(self, told: Any) -> None:
        with self.database.write() as session:
            if isinstance(told, tuple):
                send.note_delivery(session, self.id, "SM1", *told, self.policy, self.now)
            else:
                send.settle_text(session, self.id, told, self.policy, self.now)

    @property
    def row(self) -> OutboundText:
        with self.database.read() as session:
            return session.get_one(OutboundText, self.id)

    def again(self) -> list[int]:
        others = select(OutboundText.id).filter_by(invitation_id=self.row.invitation_id, try_no=2)
        with self.database.read() as session:
            return list(session.scalars(others))


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    made = Database("sqlite://")
    Base.metadata.create_all(made.engine)
    yield made
    made.engine.dispose()


NUMBERS = itertools.count()


@settings(max_examples=60)
@given(st.lists(RECEIPTS, max_size=6), ENDS, st.integers(0, 6))
def test_receipts_in_any_order_only_move_forward(
    database: Database, receipts: list[Any], end: SendResult, at: int
) -> None:
    """Around the carrier's own answer, early, late and repeated; delivered is the last word."""
    sent, before = Text(database, next(NUMBERS)), "sending"
    for told in [*receipts[:at], end, *receipts[at:]]:
        sent.take(told)
        state = sent.row.state
        refused_for_now = told == Refused(Refusal.RETRY, "20429") and before in ("sending", "unknown")
        assert FAR[state] >= FAR[before] or refused_for_now, (before, told, state)
        before = state
    told = [delivery for delivery, _ in receipts]
    text, again = sent.row, sent.again()
    assert (text.state is TextState.DELIVERED) == (Delivery.DELIVERED in told)
    assert len(again) <= (Delivery.UNDELIVERED in told)
    if Delivery.DELIVERED in told:
        assert text.invitation.state is InvitationState.DELIVERED
        assert Delivery.UNDELIVERED in told[: told.index(Delivery.DELIVERED)] or not again
    if again and text.state in (TextState.SENT, TextState.DELIVERED):
        assert isinstance(sent.begin(again[0]), Never)
    if text.state in (TextState.SENT, TextState.UNKNOWN):
        assert text.invitation.state in OPEN_INVITATION_STATES
