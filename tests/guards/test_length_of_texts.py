"""What citizens are texted, in every script and language, stays within the segments that a city pays for."""

import pytest

from hotline.actions.invite import invitation_words
from hotline.rules.segments import count
from hotline.scripts import load_script
from hotline.services import Services
from hotline.tables import InboundText, Invitation, OutboundText
from hotline.tables.contacts import Purpose
from tests.cast import WANG, ZHAO, Feed, Twilio, all_of, on_sqlite

SCRIPTS = ["sms-stars", "sms-rank"]
CHINESE, ENGLISH = "个体工商户食品经营许可证变更登记（新址）", "Food business licence, change of address"
CASES = [("zh-CN", CHINESE), ("zh-Hant", CHINESE), ("en", ENGLISH), ("en", CHINESE), ("en", "外国人来华工作许可")]


def use_script(house: Services, name: str) -> None:
    sms = house.policy.sms.model_copy(update={"script": name})
    object.__setattr__(house, "policy", house.policy.model_copy(update={"sms": sms}))


@on_sqlite
@pytest.mark.parametrize("name", SCRIPTS)
@pytest.mark.parametrize(("language", "item"), CASES)
def test_an_invitation_fits_two_segments(name: str, language: str, item: str, house: Services, feed: Feed) -> None:
    use_script(house, name)
    day = {"completed_at": "2026-11-22T18:20:00+08:00", "language": language, "item_name": item}
    feed.transaction("JL20261122-0012", WANG, **day)
    feed.call("CALL-7731", ZHAO, ended_at="2026-11-22T18:20:00+08:00", language=language)
    for place in range(12):
        feed.transaction(f"JL20261122-01{place:02}", WANG, **(day | {"item_code": "000114003000"}))
    bodies = [text.body for text in all_of(house, OutboundText)]
    assert len(bodies) == 3
    with house.database.read() as session:
        invitations = session.query(Invitation).all()
        bodies += [invitation_words(session, one, Purpose.REMIND, house.policy) for one in invitations]
        for one in invitations:
            one.round = 2
        bodies += [invitation_words(session, one, Purpose.INVITE, house.policy) for one in invitations]
    assert max(count(body).segments for body in bodies) <= 2
    assert [text.segments for text in all_of(house, OutboundText)] == [count(body).segments for body in bodies[:3]]


@on_sqlite
@pytest.mark.parametrize("name", SCRIPTS)
@pytest.mark.parametrize("language", ["zh-CN", "zh-Hant", "en"])
def test_the_question_for_reasons_fits_four_segments(
    name: str, language: str, house: Services, feed: Feed, twilio: Twilio
) -> None:
    use_script(house, name)
    feed.transaction(language=language)
    worst = load_script(name).scale.key(1)
    for body in (f"{worst}", f"{load_script(name).scale.key(2)}"):
        assert count(twilio.text(WANG, body) or "").segments <= 4
    assert [text.stars for text in all_of(house, InboundText)] == [1, 2]
