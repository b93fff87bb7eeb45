"""Two words of one citizen at the same moment: they take turns, the last one counts, and nobody waits for ever."""

from hotline.actions.opt_outs import is_opted_out, opt_out
from hotline.actions.progress import lock_call
from hotline.actions.rate import Given, rate
from hotline.rules.phones import read_phone
from hotline.rules.scale import Scale
from hotline.rules.script import Channel
from hotline.services import Services
from hotline.tables import Call, Case, OutboxRow, Rating, ServiceRecord
from hotline.tables.service import RatingState
from tests.cast import LI, WANG, Feed, Twilio, active_ratings, all_of, at_once, meanwhile, on_postgresql, only


def test_different_replies_racing_leave_exactly_one_active_rating(house: Services, feed: Feed, twilio: Twilio) -> None:
    feed.transaction()
    replies = ["1", "5", "2", "4", "3", "5", "1", "4"]
    answers = at_once(len(replies), lambda number: twilio.text(WANG, replies[number]))
    assert None not in answers
    ratings = all_of(house, Rating)
    assert len(ratings) == len(replies)
    assert sorted(rating.stars for rating in ratings) == sorted(map(int, replies))
    assert [rating.state for rating in ratings].count(RatingState.ACTIVE) == 1
    assert [rating.state for rating in ratings].count(RatingState.SUPERSEDED) == len(replies) - 1
    assert ratings[-1].state is RatingState.ACTIVE  # the last word counts
    chain = [rating.supersedes_id for rating in ratings]
    assert chain == [None, *[rating.id for rating in ratings[:-1]]]
    assert len(all_of(house, Case)) == 1
    versions = {row.key for row in all_of(house, OutboxRow, kind="forward")}
    assert len(versions) == 2 * len(replies) - 1  # each rating told, and each but the last told again


def test_keys_and_replies_racing_leave_exactly_one_active_rating(house: Services, feed: Feed, twilio: Twilio) -> None:
    """On the phone and by text at the same moment: they take turns, and none waits for the other for ever."""
    record_id = feed.transaction()
    calls = [twilio.rings(WANG, f"CA{number:032x}") for number in range(3)]

    def act(number: int) -> None:
        if number < len(calls):
            assert twilio.press(calls[number], f"CA{number:032x}", "5").hangs_up
        else:
            assert twilio.text(WANG, "2") is not None

    at_once(6, act)
    assert [rating.record_id for rating in active_ratings(house)] == [record_id]
    assert sorted(rating.stars for rating in all_of(house, Rating)) == [2, 2, 2, 5, 5, 5]


@on_postgresql
def test_a_withdrawal_waits_for_the_correction_before_it_and_withdraws_that(
    house: Services, feed: Feed, twilio: Twilio
) -> None:
    """A reply and a withdrawal cross: the citizen's last word was to take it back, so nothing stays active."""
    record_id = feed.transaction()
    twilio.text(WANG, "1")
    with house.database.write() as session:
        rate(
            session,
            record_id,
            Given(4, Channel.SMS, "4", Scale.STAR_5_BEST, "sms-stars@1", "digit"),
            house.policy,
            house.now(),
        )
        session.flush()
        withdrawal = meanwhile(house, lambda: twilio.text(WANG, "撤销"))
        assert not withdrawal.done()
    assert "已撤回" in str(withdrawal.result(20))
    assert [(r.stars, r.state, r.version) for r in all_of(house, Rating)] == [
        (1, RatingState.SUPERSEDED, 2),
        (4, RatingState.WITHDRAWN, 2),
    ]


@on_postgresql
def test_opting_out_twice_at_once_still_has_one_way_back(house: Services, twilio: Twilio) -> None:
    """A double tap: both texts are read before either is committed."""
    phone = house.vault.seal_phone(read_phone(WANG.e164, "CN"))
    with house.database.write() as session:
        opt_out(session, phone, "sms", house.now())
        session.flush()
        twilio.text(WANG, "TD")
    twilio.text(WANG, "恢复")
    with house.database.read() as session:
        assert not is_opted_out(session, phone.lookup)


@on_postgresql
def test_who_waits_for_a_call_while_its_record_becomes_known_finds_it_so(
    house: Services, feed: Feed, twilio: Twilio
) -> None:
    record_id = feed.transaction()
    twilio.rings(LI, "CA1")

    def seen() -> str | None:
        with house.database.write() as session:
            call = lock_call(session, Call.external_id == "CA1")
            return None if call is None or call.record is None else call.record.number

    with house.database.write() as session:
        session.query(Call).one().record_id = record_id
        session.flush()
        waiting = meanwhile(house, seen)
    assert waiting.result(timeout=20) == only(house, ServiceRecord).number
