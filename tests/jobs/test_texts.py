"""One ring, one text: departments in turn, hindered texts passed over, and a wait that loses and repeats nothing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from redis.exceptions import RedisError

from hotline import outbox
from hotline.jobs import errands, tasks
from hotline.jobs.pace import Pace
from hotline.messages import Accepted, Refusal, Refused, SendResult
from hotline.outbox import Claim, Kind
from hotline.services import Services
from hotline.tables import OutboundText, OutboxRow
from tests.cast import OUR_NUMBER, Feed, Person, Twilio, all_of, at_once, citizen, on_sqlite, only
from tests.conftest import MovingClock

SECOND_NUMBER = "+8643212345679"


class Carrier:
    """Takes every text, and notes what it took: to whom, what, from which number."""

    def __init__(self, real: Any, answer: SendResult | None = None) -> None:
        self._real, self._answer = real, answer
        self.sent: list[tuple[str, str, str | None]] = []
        self.our_numbers: tuple[str, ...] = (OUR_NUMBER,)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def send_text(self, to: str, body: str, receipt_url: str, our_number: str | None) -> SendResult:
        self.sent.append((to, body, our_number))
        return self._answer or Accepted(f"SM{len(self.sent)}")


@pytest.fixture
def carrier(house: Services, monkeypatch: pytest.MonkeyPatch) -> Carrier:
    carrier = Carrier(house.text_carrier)
    object.__setattr__(house, "text_carrier", carrier)
    monkeypatch.setattr(tasks, "house", lambda: house)
    return carrier


def ring() -> None:
    tasks.work("text", 1)


def put(house: Services, lane: str, number: int, due_in: float = 0) -> None:
    now = house.now()
    with house.database.write() as session:
        outbox.put(session, Kind.TEXT, f"{lane}:{number}", {}, now + timedelta(seconds=due_in), now, lane)


def take(house: Services, after_lane: str) -> Claim | None:
    with house.database.write() as session:
        return outbox.claim_next(session, Kind.TEXT, after_lane, house.now(), errands.LEASE)


def take_all(house: Services) -> list[str]:
    keys, lane = list[str](), ""
    while (claim := take(house, lane)) is not None:
        keys.append(claim.key)
        lane = claim.lane
    return keys


def test_departments_take_turns_however_many_texts_one_of_them_has(house: Services) -> None:
    for lane, count in (("公安", 7), ("民政", 2), ("社保", 1)):
        for number in range(count):
            put(house, lane, number, due_in=-number)  # the last one put is due first
    put(house, "水务", 0, due_in=60)  # not yet
    taken = take_all(house)
    assert [key.partition(":")[0] for key in taken[:6]] == [*sorted(("公安", "民政", "社保")), "公安", "民政", "公安"]
    assert [key for key in taken if key.startswith("公安")] == [f"公安:{number}" for number in reversed(range(7))]
    assert len(taken) == 10


def test_those_who_claim_at_once_get_different_rows(house: Services) -> None:
    """Nobody waits for a row that another is just taking, nor goes away empty-handed."""
    for number in range(8):
        put(house, "a", number)
    taken = at_once(8, lambda _: take(house, ""))
    assert sorted(claim.key for claim in taken if claim is not None) == [f"a:{number}" for number in range(8)]


@on_sqlite
def test_what_a_dead_worker_held_goes_first(house: Services, clock: MovingClock) -> None:
    for lane in ("a", "b"):
        put(house, lane, 0)
    assert take(house, "a") is not None
    put(house, "a", 1)
    clock.move(seconds=errands.LEASE.total_seconds() + 1)
    assert take_all(house) == ["b:0", "a:0", "a:1"]


def test_a_ring_sends_the_next_department_s_text(house: Services, feed: Feed, carrier: Carrier) -> None:
    for number, dept in enumerate(("A", "A", "A", "B")):
        feed.transaction(f"JL-{number}", item_name=f"{dept}-{number}", dept_code=dept)
    for _ in range(4):
        ring()
    items = [body[body.index("-") - 1 :][:3] for _, body, _ in carrier.sent]
    assert items.index("B-3") <= 1
    assert sorted(items) == ["A-0", "A-1", "A-2", "B-3"]


@on_sqlite
def test_what_is_hindered_is_passed_over_and_costs_no_ring(
    house: Services, feed: Feed, twilio: Twilio, carrier: Carrier
) -> None:
    for number in range(3):
        feed.transaction(f"JL-{number}", citizen(number), item_name=f"事项{number}", dept_code="A")
        twilio.text(citizen(number), "5")
    zhao = Person("赵敏", "15904320016", "+8615904320016", "159****0016")
    feed.transaction("JL-9", zhao, dept_code="A")
    ring()
    assert [to for to, _, _ in carrier.sent] == [zhao.e164]
    assert [text.state for text in all_of(house, OutboundText, purpose="invite")] == [*["skipped"] * 3, "sent"]


@on_sqlite
def test_what_is_put_off_has_not_been_tried(house: Services, feed: Feed, carrier: Carrier, clock: MovingClock) -> None:
    """Twenty evenings in a row are no reason to give up at the carrier's first refusal."""
    feed.transaction()
    for _ in range(3):
        claim = take(house, "")
        assert claim is not None
        with house.database.write() as session:
            assert outbox.put_off(session, claim, house.now())
    assert only(house, OutboxRow).attempts == 0
    carrier._answer = Refused(Refusal.RETRY, "20429")
    ring()
    assert (only(house, OutboxRow).attempts, only(house, OutboxRow).last_error) == (1, "carrier: try again")


@on_sqlite
def test_a_text_whose_senders_are_all_busy_is_put_off_and_not_begun(
    house: Services, feed: Feed, carrier: Carrier, clock: MovingClock
) -> None:
    object.__setattr__(house, "settings", house.settings.model_copy(update={"sms_per_second": 0.01}))
    for number in range(2):
        feed.transaction(f"JL-{number}", item_name=f"事项{number}")
        ring()
    assert len(carrier.sent) == 1
    waiting = only(house, OutboundText, id=3)  # the second is the first one's reminder
    row = only(house, OutboxRow, key="text:3")
    assert (waiting.state, row.state, row.attempts) == ("queued", "pending", 0)
    assert timedelta(seconds=90) < row.due_at - house.now() <= timedelta(seconds=100)


class Interrupted(BaseException):
    """The worker is killed."""


@on_sqlite
def test_a_worker_that_dies_while_it_waits_leaves_the_text_queued(
    house: Services, feed: Feed, carrier: Carrier, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(_pace: Pace, _moment: float) -> None:
        raise Interrupted

    feed.transaction()
    with monkeypatch.context() as patch:
        patch.setattr(Pace, "wait_until", die)
        with pytest.raises(Interrupted):
            ring()
    assert only(house, OutboundText).state == "queued"
    ring()
    assert carrier.sent == []  # it is held still
    clock.move(seconds=errands.LEASE.total_seconds() + 1)
    ring()
    assert (len(carrier.sent), only(house, OutboundText, id=1).state) == (1, "sent")


@on_sqlite
def test_without_a_moment_to_be_had_nothing_is_sent_and_nothing_is_in_doubt(
    house: Services, feed: Feed, carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Redis is lost between the taking of a moment and its coming."""

    def lost(_pace: Pace, _sender: str, _moment: float) -> bool:
        raise RedisError

    monkeypatch.setattr(Pace, "meet", lost)
    feed.transaction()
    ring()
    text = only(house, OutboundText)
    assert (carrier.sent, text.state, text.error_code) == ([], "queued", "pace")
    assert only(house, OutboxRow, kind="text").state == "pending"


@pytest.mark.parametrize("other_sends", [True, False], ids=["and sends", "and waits"])
def test_a_worker_that_waits_longer_than_its_lease_leaves_the_text_to_the_next(
    other_sends: bool,
    house: Services,
    feed: Feed,
    carrier: Carrier,
    clock: MovingClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another worker takes the row meanwhile: neither is the text sent twice, nor is it given up as unknown."""

    def oversleep(_pace: Pace, _moment: float) -> None:
        monkeypatch.setattr(Pace, "wait_until", lambda _pace, _moment: None)
        clock.move(seconds=errands.LEASE.total_seconds() + 1)
        if other_sends:
            ring()
        else:
            assert take(house, "") is not None

    monkeypatch.setattr(Pace, "wait_until", oversleep)
    feed.transaction()
    ring()
    assert len(carrier.sent) == other_sends
    assert only(house, OutboundText, id=1).state == ("sent" if other_sends else "queued")


@on_sqlite
def test_each_of_a_citizen_s_texts_comes_from_a_number_of_its_own_while_there_is_one(
    house: Services, feed: Feed, carrier: Carrier, work: Callable[[], int], clock: MovingClock
) -> None:
    """So the number that a reply comes to says what it is about; a reminder comes from where the first text came."""
    carrier.our_numbers = (OUR_NUMBER, SECOND_NUMBER)
    for number in range(3):
        feed.transaction(f"JL-{number}", item_name=f"事项{number}")
        work()
    first, second, third = [text.our_number for text in all_of(house, OutboundText, purpose="invite")]
    assert {first, second} == {OUR_NUMBER, SECOND_NUMBER}
    assert third in (OUR_NUMBER, SECOND_NUMBER)
    clock.move(days=house.policy.sms.remind_after_days)
    work()
    reminders = all_of(house, OutboundText, purpose="remind")
    assert [text.our_number for text in reminders] == [first, second, third]
    assert [number for _, _, number in carrier.sent] == [first, second, third] * 2


@on_sqlite
def test_where_the_carrier_chooses_the_number_is_kept_once_it_is_known(
    house: Services, feed: Feed, carrier: Carrier, twilio: Twilio
) -> None:
    carrier.our_numbers = ()
    feed.transaction()
    ring()
    text = only(house, OutboundText, id=1)
    assert (carrier.sent[0][2], text.our_number) == (None, None)
    form = {"MessageSid": "SM1", "MessageStatus": "delivered", "From": SECOND_NUMBER}
    twilio.post("/webhooks/twilio/sms/status?text=1", form)
    assert only(house, OutboundText, id=1).our_number == SECOND_NUMBER
