"""Citizens ring us through the simulator: keys while a prompt is spoken, a code before anything is said."""

from urllib.parse import quote

from hotline.tables import Call, Rating
from tests.cast import OUR_NUMBER, WANG, all_of, change_phone_rules, on_sqlite, only
from tests.jobs.conftest import Town

pytestmark = on_sqlite


def ring(town: Town) -> str:
    town.ask("POST", f"/phones/{quote(WANG.e164)}/call", to=OUR_NUMBER)
    return town.on_the_line(WANG.e164)


def test_a_key_while_the_question_is_spoken_ends_it_and_counts(town: Town) -> None:
    town.feed.transaction()
    sid = ring(town)
    town.advance(3)
    said = town.ask("GET", f"/calls/{sid}")["said"]
    assert "请按5" not in said[-1]["text"]  # still greeting
    town.act(WANG.e164, "press", keys="4")
    town.advance(10)
    assert (only(town.house, Rating).stars, only(town.house, Rating).raw) == (4, "4")
    assert town.faults() == []


def test_a_code_is_heard_before_the_caller_is_spoken_to(town: Town) -> None:
    change_phone_rules(town.house, transfer_numbers=(OUR_NUMBER,))
    sid = ring(town)
    assert town.ask("GET", f"/calls/{sid}")["said"] == []
    town.act(WANG.e164, "press", keys="20261123007731#")
    town.advance(2)
    assert only(town.house, Call).reference == "20261123007731"
    town.act(WANG.e164, "press", keys="5")
    town.advance(10)
    assert only(town.house, Rating).record.number == "20261123007731"
    assert len(all_of(town.house, Call)) == 1
    assert town.faults() == []


def test_without_a_code_the_question_comes_after_two_seconds(town: Town) -> None:
    change_phone_rules(town.house, transfer_numbers=(OUR_NUMBER,))
    town.feed.call("CALL-7731")
    ring(town)
    town.advance(3)
    town.act(WANG.e164, "press", keys="2")
    town.act(WANG.e164, "hangup")
    town.advance(10)
    assert (only(town.house, Rating).record.number, only(town.house, Rating).stars) == ("CALL-7731", 2)
    assert (only(town.house, Call).state, only(town.house, Call).result) == ("answered", None)
    assert town.faults() == []
