"""A carrier slower than the worker's lease: another worker takes the row, and the late answer still counts."""

from collections.abc import Callable
from typing import Any

import pytest

from hotline import outbox
from hotline.jobs import errands
from hotline.messages import Refusal, Refused, SendResult
from hotline.tables import Call, Invitation, OutboundText, OutboxRow
from tests.cast import LI, WANG, Person, all_of, on_sqlite, only
from tests.jobs.conftest import Town

pytestmark = on_sqlite


class SlowCarrier:
    """Answers its first send with `answer`, after the lease has run out and `meanwhile` has happened; then as ever."""

    def __init__(self, real: Any, town: Town, meanwhile: Callable[[], object], answer: SendResult | None) -> None:
        self._real, self._town, self._meanwhile, self._answer = real, town, meanwhile, answer
        self._slow = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def send_text(self, *args: Any) -> SendResult:
        return self._late(lambda: self._real.send_text(*args))

    def place_call(self, *args: Any) -> SendResult:
        return self._late(lambda: self._real.place_call(*args))

    def _late(self, really: Callable[[], SendResult]) -> SendResult:
        if not self._slow:
            return really()
        self._slow = False
        answer = self._answer or really()
        self._town.clock.move(seconds=errands.LEASE.total_seconds() + 1)
        self._meanwhile()
        return answer


def slow_down(town: Town, meanwhile: Callable[[], object], answer: SendResult | None) -> None:
    slow = SlowCarrier(town.house.text_carrier, town, meanwhile, answer)
    object.__setattr__(town.house, "text_carrier", slow)
    object.__setattr__(town.house, "voice_carrier", slow)


def asked(town: Town) -> tuple[str, str]:
    """How the one text or call, and its invitation, stand."""
    states: list[str] = [text.state for text in all_of(town.house, OutboundText, purpose="invite")]
    states += [call.state for call in all_of(town.house, Call)]
    (state,) = states
    return state, only(town.house, Invitation).state


@pytest.mark.parametrize(("person", "out"), [(WANG, "sent"), (LI, "ringing")], ids=["text", "call"])
def test_a_refusal_for_now_after_the_row_was_given_up_as_unknown_is_tried_again(
    person: Person, out: str, town: Town, do_work: Callable[[], int]
) -> None:
    def other_worker() -> None:
        assert do_work() == 1
        assert (asked(town), only(town.house, OutboxRow).state) == (("unknown", "unknown"), "done")

    slow_down(town, other_worker, Refused(Refusal.RETRY, "20429"))
    town.feed.transaction(person=person)
    do_work()
    assert asked(town) == ("queued", "waiting")
    town.clock.move(seconds=2)
    assert do_work() == 1
    assert asked(town) == (out, "sent")
    assert {row.state for row in all_of(town.house, OutboxRow) if row.due_at <= town.house.now()} == {"done"}


def test_a_row_that_was_taken_but_not_begun_and_its_double_send_once(town: Town, do_work: Callable[[], int]) -> None:
    def other_worker() -> None:
        with town.house.database.write() as session:
            assert outbox.claim(session, 1, town.house.now(), errands.LEASE) is not None

    slow_down(town, other_worker, Refused(Refusal.RETRY, "20429"))
    town.feed.transaction()
    do_work()
    town.clock.move(seconds=errands.LEASE.total_seconds() + 1)  # both rows are due now
    assert do_work() == 2
    town.advance(10)
    assert asked(town) == ("delivered", "delivered")
    assert len(town.texts(WANG.e164)) == 1


def test_a_yes_after_the_row_was_given_up_keeps_its_id_and_is_not_repeated(
    town: Town, do_work: Callable[[], int]
) -> None:
    slow_down(town, do_work, None)
    town.feed.transaction()
    do_work()
    assert asked(town) == ("sent", "sent")
    assert only(town.house, OutboundText, id=1).external_id is not None
    town.clock.move(hours=1)
    assert do_work() == 0
    town.advance(10)
    assert len(town.texts(WANG.e164)) == 1


def test_a_no_after_the_row_was_given_up_is_the_end_of_it(town: Town, do_work: Callable[[], int]) -> None:
    slow_down(town, do_work, Refused(Refusal.PERMANENT, "21211"))
    town.feed.transaction()
    do_work()
    assert asked(town) == ("failed", "failed")
    town.clock.move(hours=1)
    assert do_work() == 0


def test_the_last_try_that_lost_its_lease_is_not_lost(
    town: Town, do_work: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(errands, "MOST_ATTEMPTS", 1)
    slow_down(town, do_work, Refused(Refusal.RETRY, "20429"))
    town.feed.transaction()
    do_work()
    town.clock.move(seconds=2)
    assert do_work() == 1
    assert asked(town) == ("sent", "sent")
