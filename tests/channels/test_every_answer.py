"""Every answer that the flow can give, in every language that it speaks, quick and slow: TwiML that Twilio accepts."""

import itertools
from collections import deque
from dataclasses import replace

import pytest
from flask import Flask

from hotline.actions.rate import Given, rate
from hotline.actions.survey.line import Line
from hotline.actions.survey.words import spoken
from hotline.flows import load_flow
from hotline.ivr.speech import survey_speech
from hotline.rules.flow import Condition
from hotline.rules.scale import Scale
from hotline.rules.script import Channel
from hotline.rules.survey import Known, Next, Place, Rate, begin, come_back, hear
from hotline.scripts import load_script
from hotline.services import Services
from hotline.tables import Call, ServiceRecord
from tests.cast import WANG, Feed, Twilio, on_sqlite, sid
from tests.twiml_table import check_twiml

FLOW = load_flow("survey")
SCRIPT = load_script("phone-stars")
KEYS = ("", *"*#0123456789", "12", "20261123")
WORLDS = [
    Known(holds=frozenset(holds), services=services, languages=languages, stars=stars)
    for holds in (Condition, ())
    for services, languages, stars in ((2, ("zh-CN", "yue"), None), (0, (), None), (0, (), 5))
]


def every_next() -> dict[tuple[object, ...], tuple[Next, int | None]]:
    """All that the machine can say next, and after which rating; each once for what is said and where."""
    found: dict[tuple[object, ...], tuple[Next, int | None]] = {}
    for way, known in itertools.product(FLOW.ways.model_dump().values(), WORLDS):
        if known.stars is None and way in (FLOW.ways.rated, FLOW.ways.resumed):
            continue  # nobody comes in so who has not rated
        waiting = deque([(begin(FLOW, way, known), known)])
        seen = set[tuple[object, ...]]()
        while waiting:
            follows, before = waiting.popleft()
            rated = next((effect.stars for effect in follows.does if isinstance(effect, Rate)), before.stars)
            after = replace(before, stars=rated, back=follows.back[-2:], visits=follows.visits)
            place = follows.place
            found.setdefault((follows.says, place and replace(place, turn=0, repeats=0), rated), (follows, rated))
            here = (follows.says, place and (place.step, place.tries), rated, after.back)
            if place is None or here in seen:
                continue
            seen.add(here)
            place = Place(place.step, 1, place.tries)
            if FLOW.steps[place.step].hears:
                waiting += [(hear(FLOW, place, keys, after, Scale.STAR_5_BEST), after) for keys in KEYS]
            else:
                waiting.append((come_back(FLOW, place, after), after))
    return found


@on_sqlite
@pytest.mark.parametrize("slow", [False, True], ids=["quick", "slow"])
def test_every_answer_in_every_language_is_one_that_twilio_accepts(
    slow: bool, app: Flask, house: Services, feed: Feed, twilio: Twilio
) -> None:
    person = house.policy.phone.person.model_copy(update={"number": "0432-62011002"})
    phone = house.policy.phone.model_copy(update={"person": person})
    object.__setattr__(house, "policy", house.policy.model_copy(update={"phone": phone}))
    answers = every_next()
    assert len(answers) > 150
    records = {stars: feed.transaction(f"JL-{stars}") for stars in (None, 1, 2, 3, 4, 5)}
    twilio.rings(WANG, sid("CA"))
    with app.test_request_context(), house.database.write() as session:
        for stars, record_id in records.items():
            if stars is not None:
                given = Given(stars, Channel.PHONE, str(stars), Scale.STAR_5_BEST, SCRIPT.id, "key")
                rate(session, record_id, given, house.policy, house.now())
        call = session.get_one(Call, 1)
        call.is_elder, call.facts = slow, {"digits": "20261123", "choices": [*records.values()][:4]}
        line = Line(session, call, FLOW, SCRIPT, house.policy, house.now())
        for language in FLOW.languages:
            call.language = language
            for follows, stars in answers.values():
                call.record = session.get_one(ServiceRecord, records[stars])
                call.record_id = call.record.id
                rendered = house.voice_carrier.render(survey_speech(spoken(line, follows)))
                faults = check_twiml(rendered.body.encode(), rendered.content_type)
                assert not faults, (language, follows, faults)
                assert "{" not in rendered.body
