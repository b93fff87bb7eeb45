"""Versions of what is said: drafts that may be faulty, activation that may not, and answers read as they were asked."""

import copy
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from hotline.actions import wording
from hotline.errors import BadInput, Conflict, NotFound
from hotline.rules.scale import Scale
from hotline.rules.script_faults import Kind
from hotline.scripts import load_script
from hotline.services import Services
from hotline.tables import AuditEntry, Invitation, OutboundText, Rating, ScriptVersion
from tests.cast import WANG as PERSON
from tests.cast import Feed, Twilio, active_ratings, all_of, at_once, on_sqlite, only
from tests.channels.letters import delivered
from tests.conftest import MovingClock

NAME = "sms-stars"
LANGUAGES = ("zh-CN", "zh-Hant", "en")


def document(name: str = NAME, **changes: str) -> dict[str, Any]:
    """The product's own words, the zh-CN ones changed as told: `clarify=…`, or a whole other scale."""
    made = load_script(name).model_dump(mode="json", include={"channel", "scale", "words"})
    return made | {"words": made["words"] | {"zh-CN": made["words"]["zh-CN"] | changes}}


def save(house: Services, made: dict[str, Any], name: str = NAME, note: str = "换个说法") -> int:
    with house.database.write() as session:
        return wording.save_draft(session, name, made, note, "周敏", house.now()).version


def activate(house: Services, version: int, seen: int = 1, name: str = NAME, who: str = "周敏") -> None:
    with house.database.write() as session:
        wording.activate(session, name, version, seen, house.policy.languages, who, house.now())


def in_use(house: Services, name: str = NAME) -> str:
    with house.database.read() as session:
        return wording.script_in_use(session, name).id


def late(words: str) -> str:
    return f"【{{signature}}】{words}"


def test_a_version_is_kept_then_activated_and_what_was_sent_before_keeps_its_words(house: Services) -> None:
    assert save(house, document(late=late("评价期限已过。"))) == 101
    assert in_use(house) == "sms-stars@1"
    activate(house, 101)
    assert save(house, document(late=late("已过期。"))) == 102
    activate(house, 102, seen=101)
    with house.database.read() as session:
        said = [
            wording.script_said(session, f"{NAME}@{version}").say("late", "zh-CN", signature="某市", hotline="12345")
            for version in (1, 101, 102)
        ]
        rows = wording.versions(session, NAME)
        with pytest.raises(NotFound):
            wording.version_of(session, NAME, 2**53)
    assert in_use(house) == "sms-stars@102"
    assert said == [
        "【某市】该次评价已过期，您的回复已留存。如有其他问题，请拨打12345。",
        "【某市】评价期限已过。",
        "【某市】已过期。",
    ]
    assert [(row.version, row.made_by, row.note, row.activated_by) for row in rows] == [
        (102, "周敏", "换个说法", "周敏"),
        (101, "周敏", "换个说法", "周敏"),
    ]
    entries = all_of(house, AuditEntry, action="wording_activated")
    assert [(entry.actor, entry.subject, entry.facts["before"]) for entry in entries] == [
        ("周敏", "script:sms-stars@101", "sms-stars@1"),
        ("周敏", "script:sms-stars@102", "sms-stars@101"),
    ]


def test_a_faulty_draft_is_kept_so_that_no_work_is_lost_but_never_activated(house: Services) -> None:
    faulty = document(clarify="请回复：5非常满意，4满意，2基本满意，3不满意，1非常不满意。", late="{item.__class__}")
    version = save(house, faulty)
    with house.database.read() as session:
        found = wording.problems(wording.document_of(session, NAME, version), (*LANGUAGES, "ko"))
    assert {(fault.language, fault.sentence, fault.kind) for fault in found} == {
        ("ko", "", Kind.NO_SENTENCE),
        ("zh-CN", "clarify", Kind.FACT_MISSING),
        ("zh-CN", "clarify", Kind.SCALE_UNSAID),
        ("zh-CN", "late", Kind.BRACE),
        ("zh-CN", "late", Kind.FACT_MISSING),
        ("zh-CN", "late", Kind.OTHER_LANGUAGE),
    }
    with pytest.raises(BadInput, match="words: zh-CN: clarify does not mention signature"):
        activate(house, version)
    assert in_use(house) == "sms-stars@1"
    assert all_of(house, AuditEntry, action="wording_activated") == []


def test_the_scale_turns_only_with_every_sentence_that_states_it(house: Services) -> None:
    alone = save(house, document() | {"scale": Scale.RANK_1_BEST})
    with pytest.raises(BadInput, match="invite_transaction does not say the scale rank_1_best"):
        activate(house, alone)
    whole = save(house, document("sms-rank"))
    activate(house, whole)
    with house.database.read() as session:
        assert wording.script_in_use(session, NAME).scale is Scale.RANK_1_BEST


@on_sqlite
@pytest.mark.parametrize(
    ("changes", "note", "field"),
    [
        ({"channel": "phone"}, "why", "channel"),
        ({"scale": "star_1_best"}, "why", "scale"),
        ({"words": {}}, "why", "words"),
        ({"words": {"ko": {}}}, "why", "words"),
        ({"words": {"en": {"late": "late"}}}, "why", "en.invite_transaction"),
        ({"words": {"en": "late"}}, "why", "en.invite_transaction"),
        ({}, "  ", "note"),
        ({}, "很" * 501, "note"),
    ],
)
def test_what_no_draft_can_hold_is_refused_by_name(
    house: Services, changes: dict[str, Any], note: str, field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        save(house, document() | changes, note=note)
    assert refused.value.field == field
    assert all_of(house, ScriptVersion) == []


@on_sqlite
@pytest.mark.parametrize(("text", "says"), [("a\0b", "U\\+0000"), ("评" * 1601, "1600"), (7, "not a text")])
def test_a_text_that_cannot_be_kept_is_named(house: Services, text: Any, says: str) -> None:
    with pytest.raises(BadInput, match=says) as refused:
        save(house, document(help=text))
    assert refused.value.field == "zh-CN.help"


def test_a_version_is_in_use_once_and_a_stale_page_is_refused(house: Services) -> None:
    first, second = save(house, document()), save(house, document(late=late("过期了。")))
    activate(house, first)
    with pytest.raises(Conflict) as stale:
        activate(house, second, seen=1)
    assert stale.value.code == "wording_moved_on"
    activate(house, second, seen=first)
    with pytest.raises(Conflict) as again:
        activate(house, first, seen=second)
    assert again.value.code == "wording_activated"
    with pytest.raises(NotFound):
        activate(house, 999, seen=second)
    with pytest.raises(NotFound):
        save(house, document(), name="sms-nothing")
    assert in_use(house) == f"{NAME}@{second}"


def test_of_two_who_activate_at_once_one_is_told_that_things_have_moved_on(house: Services) -> None:
    drafts = [save(house, document(late=late(f"{place}。"))) for place in "甲乙"]

    def press(number: int) -> str:
        try:
            activate(house, drafts[number], who=f"管理员{number}")
        except Conflict as conflict:
            return conflict.code
        return "done"

    assert sorted(at_once(2, press)) == ["done", "wording_moved_on"]
    assert len(all_of(house, AuditEntry, action="wording_activated")) == 1


def test_everybody_who_saves_at_once_has_a_version_of_their_own(house: Services) -> None:
    saved = at_once(4, lambda number: save(house, document(late=late(f"{number}号。"))))
    assert sorted(saved) == [101, 102, 103, 104]


def test_the_last_one_activated_is_in_use_whatever_the_clocks_say(house: Services, clock: MovingClock) -> None:
    first, second = save(house, document()), save(house, document())
    activate(house, second)
    clock.move(minutes=-3)  # another machine, whose clock is behind
    activate(house, first, seen=second)
    assert in_use(house) == f"{NAME}@{first}"


@on_sqlite
def test_a_version_older_than_the_product_says_what_is_new_in_the_products_own_words(house: Services) -> None:
    made = copy.deepcopy(document("sms-rank"))
    del made["words"]["zh-Hant"], made["words"]["en"]["clarify"], made["words"]["en"]["wishes"]["any"]
    made["words"]["en"]["gone"] = "said no more"
    with house.database.write() as session:
        row = ScriptVersion(name=NAME, version=101, document=made, note="old", made_at=house.now(), made_by="x")
        row.activated_at = house.now() - timedelta(days=400)
        session.add(row)
    own = load_script("sms-rank")
    with house.database.read() as session:
        script = wording.script_in_use(session, NAME)
    assert (script.scale, script.words) == (own.scale, own.words)


@on_sqlite
def test_what_was_activated_once_is_said_on_when_a_later_release_reads_more_strictly(house: Services) -> None:
    made = document()
    made["words"]["en"]["late"] = "[{signature}] Too late: very good."
    with house.database.write() as session:
        row = ScriptVersion(name=NAME, version=101, document=made, note="old", made_at=house.now(), made_by="x")
        session.add(row)
        with pytest.raises(ValueError, match="late"):
            wording.script_of_row(row)
        row.activated_at = house.now() - timedelta(days=400)
    with house.database.read() as session:
        assert wording.script_in_use(session, NAME).say("late", "en", signature="S") == "[S] Too late: very good."


def test_an_answer_is_read_by_the_scale_of_the_text_that_was_sent(
    house: Services, feed: Feed, twilio: Twilio, work: Callable[[], int]
) -> None:
    feed.transaction("JL20261123-0012")
    activate(house, save(house, document("sms-rank")))
    assert twilio.text(PERSON, "5") is not None
    assert [(rating.stars, rating.scale, rating.script) for rating in active_ratings(house)] == [
        (5, Scale.STAR_5_BEST, "sms-stars@1")
    ]
    second = feed.transaction("JL20261123-0013", item_name="居住证办理")
    invitation = only(house, Invitation, record_id=second)
    assert invitation.script == "sms-stars@101"
    assert "1非常满意" in only(house, OutboundText, invitation_id=invitation.id).body
    delivered(house, second)
    assert twilio.text(PERSON, "5") is not None
    rating = only(house, Rating, record_id=second)
    assert (rating.stars, rating.scale, rating.script) == (1, Scale.RANK_1_BEST, "sms-stars@101")


def test_a_call_speaks_and_reads_its_keys_by_the_version_that_it_began_with(
    house: Services, feed: Feed, twilio: Twilio
) -> None:
    feed.transaction("JL20261123-0012")
    greeting = twilio.rings(PERSON, "CA1")
    version = save(house, document("phone-rank"), name="phone-stars")
    activate(house, version, name="phone-stars")
    assert "非常满意请按5" in greeting.said[-1]
    assert "非常满意" in twilio.press(greeting, "CA1", "5").said[0]
    assert [rating.stars for rating in active_ratings(house)] == [5]
    feed.transaction("JL20261123-0013", item_name="居住证办理")
    later = twilio.rings(PERSON, "CA2")
    assert "非常满意请按1" in later.said[-1]
    twilio.press(later, "CA2", "5")
    assert sorted(rating.stars for rating in active_ratings(house)) == [1, 5]
