"""The voice menu walked through, every key at every place, in every language: each answer is one that Twilio accepts,
the same when it is asked for twice, and no sentence of the script is one that nobody ever hears."""

import re
from collections.abc import Iterable, Iterator
from xml.etree import ElementTree

from hotline.actions import dial
from hotline.actions.invite import invite
from hotline.actions.send import Go
from hotline.rules.sentences import SENTENCES, Channel
from hotline.scripts import load_script
from hotline.services import Services
from hotline.tables import Call, ServiceRecord, User
from tests.cast import (
    AGENT_PHONE,
    LI,
    OUR_NUMBER,
    WANG,
    ZHAO,
    Desk,
    Feed,
    Person,
    Twilio,
    all_of,
    citizen,
    on_sqlite,
    open_bad_case,
    sid,
)
from tests.conftest import MovingClock
from tests.walk import Answer, WayIn, walk

pytestmark = on_sqlite
VOICE = "/webhooks/twilio/voice"


def rings_us(person: Person, **form: str) -> WayIn:
    told = {"CallSid": sid("CA"), "From": person.e164, "To": OUR_NUMBER, "Direction": "inbound"}
    return WayIn(VOICE, told | {"CallStatus": "ringing"} | form)


def we_ring(house: Services, person: Person) -> WayIn:
    """The person picks up the survey call that waits for them."""
    call = all_of(house, Call)[-1]
    told = {"CallSid": sid("CA"), "From": OUR_NUMBER, "To": person.e164, "Direction": "outbound-api"}
    return WayIn(f"{VOICE}/survey/{call.id}", told | {"CallStatus": "in-progress"})


def we_fail(house: Services, person: Person) -> WayIn:
    """An answer in the same call did not come."""
    way = we_ring(house, person)
    return WayIn(f"{VOICE}/fallback?call={all_of(house, Call)[-1].id}", {**way.form, "ErrorCode": "11200"})


def ways_in(house: Services, feed: Feed, twilio: Twilio, clock: MovingClock, language: str) -> Iterator[WayIn]:
    """Each as the world is when it is asked for: they are walked one after the other."""
    feed.transaction(person=WANG, language=language)
    yield rings_us(WANG)
    feed.call("CALL-1", person=ZHAO, language=language, survey="phone")
    yield we_ring(house, ZHAO)
    yield we_fail(house, ZHAO)
    for number, meanwhile in (("CALL-2", "5"), ("CALL-3", "TD")):  # answered by text, opted out
        feed.call(number, person=(person := citizen(int(number[-1]))), language=language, survey="phone")
        clock.move(minutes=1)
        twilio.text(person, meanwhile)
        yield we_ring(house, person)
        yield we_fail(house, person)


def asked_again(house: Services, twilio: Twilio, record_id: int, person: Person) -> Answer:
    """What begins another way where what was done about a bad rating is to be rated; from there on it is the same."""
    with house.database.write() as session:
        invite(session, session.get_one(ServiceRecord, record_id), Channel.PHONE, house.policy, house.now(), 2)
    way = rings_us(person)
    return Answer((), ElementTree.fromstring(twilio.post(way.url, way.form).data))


def more_ways_in(house: Services, feed: Feed) -> Iterator[WayIn]:
    """Those whose language makes no difference."""
    yield rings_us(citizen(4))  # who has nothing to rate
    yield rings_us(citizen(5), From="anonymous")
    yield WayIn(f"{VOICE}/fallback", rings_us(citizen(6)).form)
    feed.transaction("JL-1", person=LI)
    yield we_ring(house, LI)  # at a landline
    feed.transaction("JL-2", person=LI)
    yield rings_us(LI)  # who has two services to rate


def unheard(answers: Iterable[Answer], script: str, language: str, *, to_agents: bool) -> set[str]:
    """The script's sentences of that kind that no answer said."""
    said = [sentence for answer in answers for sentence in answer.said]
    words = load_script(script).words[language]
    wanted = {name for name, its in SENTENCES[Channel.PHONE].items() if its.to_agent == to_agents and not its.part}
    return {name for name in wanted if not any(_pattern(str(words[name])).fullmatch(words_said) for words_said in said)}


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{\w+\\\}", ".+", re.escape(template)))


def test_every_way_through_the_survey(house: Services, feed: Feed, twilio: Twilio, clock: MovingClock) -> None:
    """In English; that each answer is accepted in the other languages too: `test_every_answer`."""
    ways = ways_in(house, feed, twilio, clock, "en")
    answers = [answer for way in ways for answer in walk(twilio, house, way)]
    answers += [
        asked_again(house, twilio, feed.transaction("JL-9", person=citizen(8), language="en"), citizen(8)),
        asked_again(house, twilio, feed.call("CALL-9", person=citizen(9), language="en"), citizen(9)),
    ]
    assert unheard(answers, "phone-stars", "en", to_agents=False) == {"recording_notice"}  # that is said in a callback


def test_every_way_of_a_call_that_is_about_nothing_or_about_one_of_two(
    house: Services, feed: Feed, twilio: Twilio
) -> None:
    for way in more_ways_in(house, feed):
        assert walk(twilio, house, way)


def test_every_way_through_a_callback(
    house: Services, feed: Feed, twilio: Twilio, desk: Desk, clock: MovingClock
) -> None:
    case = open_bad_case(twilio, feed)
    token = desk.claim(case.id)
    with house.database.write() as session:
        dial.dial(session, case.id, token, session.get_one(User, desk.user.id), house.policy, house.now())
    with house.database.write() as session:
        assert isinstance(dial.begin_dial(session, 1, house.now()), Go)
    form = {"CallSid": sid("CA"), "From": OUR_NUMBER, "To": AGENT_PHONE, "CallStatus": "in-progress"}
    way = WayIn(f"{VOICE}/callback/1", form)
    answers = walk(twilio, house, way)
    clock.move(hours=9)  # the lease is over
    answers += walk(twilio, house, way)
    assert unheard(answers, "phone-stars", "zh-CN", to_agents=True) == set()
