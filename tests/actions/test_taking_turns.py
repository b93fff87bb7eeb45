"""Sending against answering, at the same moment: an answer, a STOP or a refusal is never written over."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from hotline.actions import send, send_calls
from hotline.actions.texts import receive_text
from hotline.messages import Accepted, Ambiguous, CallProgress, Delivery, Refusal, Refused
from hotline.services import Services
from hotline.tables import Call, Invitation, OptOut, OutboundText
from hotline.tables.contacts import CallState, TextState
from hotline.tables.service import InvitationState
from tests.cast import LI, WANG, Feed, Person, Twilio, all_of, at_once, meanwhile, on_postgresql, only, text_form

Step = Callable[[Session, Services], object]

pytestmark = on_postgresql  # on SQLite a writer waits at its beginning


def act(house: Services, step: Step) -> object:
    with house.database.write() as session:
        return step(session, house)


def begin_text(session: Session, house: Services, text_id: int = 1) -> send.Beginning:
    return send.begin_text(session, text_id, house.policy, house.now())


def begin_call(session: Session, house: Services, call_id: int = 1) -> send.Beginning:
    return send_calls.begin_call(session, call_id, house.policy, house.now())


def settle_text(result: Accepted | Refused | Ambiguous) -> Step:
    return lambda session, house: send.settle_text(session, 1, result, house.policy, house.now())


def settle_call(result: Accepted | Refused | Ambiguous) -> Step:
    return lambda session, house: send_calls.settle_call(session, 1, "twilio", result, house.policy, house.now())


def receipt(delivery: Delivery, refused: Refused | None = None) -> Step:
    return lambda session, house: send.note_delivery(session, 1, "SM1", delivery, refused, house.policy, house.now())


def report(progress: CallProgress) -> Step:
    """As the webhook does it: the call is locked before the report is noted."""

    def note(session: Session, house: Services) -> None:
        call = session.get_one(Call, 1, with_for_update={"of": Call})
        send_calls.note_call_progress(session, call, progress, "CA1", house.policy, house.now())

    return note


def says(session: Session, house: Services, person: Person, body: str) -> None:
    received = house.text_carrier.read_text(text_form(person, body))
    receive_text(session, received, house.policy, house.now())
    session.flush()


ENDINGS: list[Accepted | Refused | Ambiguous] = [
    Accepted("SM1"),
    Ambiguous("ReadTimeout"),
    Refused(Refusal.RETRY, "20429"),
    Refused(Refusal.PERMANENT, "21211"),
]


@pytest.mark.parametrize(
    "step",
    [
        *(settle_text(ending) for ending in ENDINGS),
        settle_text(Refused(Refusal.LANDLINE, "30006")),
        settle_text(Refused(Refusal.OPTED_OUT, "21610")),
        receipt(Delivery.SENT),
        receipt(Delivery.DELIVERED),
        receipt(Delivery.UNDELIVERED, Refused(Refusal.LANDLINE, "30006")),
        begin_text,
    ],
    ids=[
        *("accepted", "ambiguous", "retry", "permanent", "landline", "opted-out"),
        *("receipt-sent", "receipt-delivered", "receipt-landline", "second-worker"),
    ],
)
def test_an_answer_stands_against_what_comes_of_its_text(step: Step, house: Services, feed: Feed) -> None:
    feed.transaction()
    act(house, begin_text)
    with house.database.write() as session:
        says(session, house, WANG, "5")
        stepping = meanwhile(house, lambda: act(house, step))
        assert not stepping.done()
    stepping.result(20)
    (invitation,) = all_of(house, Invitation)
    assert (invitation.state, invitation.answered_at) == (InvitationState.ANSWERED, house.now())
    assert all_of(house, Call) == []


@pytest.mark.parametrize(
    "step",
    [
        *(settle_call(ending) for ending in ENDINGS),
        report(CallProgress.RINGING),
        report(CallProgress.NO_ANSWER),
        begin_call,
    ],
    ids=["accepted", "ambiguous", "retry", "permanent", "ringing", "no-answer", "second-worker"],
)
def test_an_answer_stands_against_what_comes_of_its_call(step: Step, house: Services, feed: Feed) -> None:
    feed.transaction(person=LI)
    act(house, begin_call)
    with house.database.write() as session:
        says(session, house, LI, "5")
        stepping = meanwhile(house, lambda: act(house, step))
        assert not stepping.done()
    stepping.result(20)
    assert only(house, Invitation).state is InvitationState.ANSWERED
    assert len(all_of(house, Call)) == 1


@pytest.mark.parametrize(
    ("body", "state"), [("5", InvitationState.ANSWERED), ("TD", InvitationState.DECLINED)], ids=["answer", "stop"]
)
@pytest.mark.parametrize(("person", "begin"), [(WANG, begin_text), (LI, begin_call)], ids=["text", "call"])
def test_nothing_is_sent_after_an_answer_or_a_stop(
    body: str, state: InvitationState, person: Person, begin: Step, house: Services, feed: Feed
) -> None:
    feed.transaction(person=person)
    with house.database.write() as session:
        says(session, house, person, body)
        beginning = meanwhile(house, lambda: act(house, begin))
        assert not beginning.done()
    assert isinstance(beginning.result(20), send.Never)
    assert only(house, Invitation).state is state


def test_an_opt_out_learned_from_one_text_stops_the_next_at_the_door(house: Services, feed: Feed) -> None:
    feed.transaction()
    feed.transaction("JL-0002", item_name="营业执照")
    act(house, begin_text)
    with house.database.write() as session:
        settle_text(Refused(Refusal.OPTED_OUT, "21610"))(session, house)
        session.flush()
        beginning = meanwhile(house, lambda: act(house, lambda s, h: begin_text(s, h, 2)))
        assert not beginning.done()
    assert isinstance(beginning.result(20), send.Never)
    assert [i.state for i in all_of(house, Invitation)] == [InvitationState.DECLINED] * 2
    assert all_of(house, OutboundText)[1].state is TextState.SKIPPED


def test_an_opt_out_does_not_take_back_what_is_just_being_sent(house: Services, feed: Feed) -> None:
    feed.transaction()
    feed.transaction("JL-0002", item_name="营业执照")
    act(house, begin_text)
    with house.database.write() as session:
        begin_text(session, house, 2)
        session.flush()
        settling = meanwhile(house, lambda: act(house, settle_text(Refused(Refusal.OPTED_OUT, "21610"))))
        assert not settling.done()
    settling.result(20)
    assert [i.state for i in all_of(house, Invitation)] == [InvitationState.DECLINED, InvitationState.SENDING]
    assert len(all_of(house, OptOut)) == 1


def test_who_answers_a_text_just_found_undeliverable_is_not_called_as_well(house: Services, feed: Feed) -> None:
    feed.transaction()
    act(house, begin_text)
    with house.database.write() as session:
        receipt(Delivery.UNDELIVERED, Refused(Refusal.LANDLINE, "30006"))(session, house)
        session.flush()
        answering = meanwhile(house, lambda: act(house, lambda s, h: says(s, h, WANG, "5")))
        assert not answering.done()
    answering.result(20)
    assert only(house, Invitation, channel="phone").state is InvitationState.ANSWERED
    assert isinstance(act(house, begin_call), send.Never)


@pytest.mark.parametrize("number", range(8))
def test_keys_reports_texts_and_the_worker_at_once_all_get_their_turn(
    number: int, house: Services, feed: Feed, twilio: Twilio
) -> None:
    """All that touches one survey call, in whatever order the threads find: nobody waits in a ring."""
    feed.transaction(person=LI)
    act(house, begin_call)
    greeting = twilio.call("/webhooks/twilio/voice/survey/1", "CA1", LI)
    steps: list[Callable[[], object]] = [
        lambda: act(house, settle_call(Accepted("CA1"))),
        lambda: twilio.press(greeting, "CA1", "4"),
        lambda: twilio.call_status("?call=1", "CA1", "completed"),
        lambda: twilio.text(LI, "5"),
    ]
    at_once(len(steps), lambda which: steps[(which + number) % len(steps)]())
    call, *again = all_of(house, Call)
    assert call.state is CallState.ENDED
    assert only(house, Invitation).state is InvitationState.ANSWERED
    for another in again:  # the end came before the key: nobody seemed to be there
        assert isinstance(act(house, lambda s, h, it=another.id: begin_call(s, h, it)), send.Never)
