"""A fault in the middle of a call, end to end: the fallback is asked, the citizen hears what is true, a text asks."""

from collections.abc import Callable

import pytest

from hotline.tables import Invitation
from tests.cast import OUR_NUMBER, WANG, active_ratings, all_of, on_sqlite
from tests.jobs.conftest import Town

pytestmark = on_sqlite


def test_a_call_that_meets_a_fault_ends_with_an_apology_and_goes_on_by_text(
    town: Town, do_work: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    town.feed.call("CALL-1", survey="phone", person=WANG)
    do_work()
    call_sid = town.on_the_line(WANG.e164)
    town.act(WANG.e164, "answer")
    town.advance(30)

    def fault(*_: object) -> None:
        raise RuntimeError("a fault of ours")

    with monkeypatch.context() as patch:
        patch.setattr(type(town.house.voice_carrier), "read_keys", fault)
        town.act(WANG.e164, "press", keys="5")
        town.advance(30)
    call = town.ask("GET", f"/calls/{call_sid}")
    assert (call["status"], "请您回复我们发给您的短信进行评价" in call["said"][-1]["text"]) == ("completed", True)
    do_work()
    town.advance(10)
    (invited,) = town.texts(WANG.e164)
    assert "回复免费" in invited
    town.text(WANG.e164, "4")
    assert [(rating.stars, rating.channel) for rating in active_ratings(town.house)] == [(4, "sms")]
    assert [asked.state for asked in all_of(town.house, Invitation)] == ["failed", "answered"]
    asked = [request["url"] for request in town.ask("GET", "/requests")["requests"] if "fallback" in request["kind"]]
    assert asked == [f"{town.house.settings.public_url}/webhooks/twilio/voice/fallback?call=1"]
    assert OUR_NUMBER not in str(asked)
