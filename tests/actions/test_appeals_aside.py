"""Beside an appeal, on both databases: evidence and its erasing, the register and its clock, the facts behind signs."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hotline.actions import case_appeals, case_evidence, case_explanations, case_steps, register
from hotline.actions.case_evidence import SealedFile
from hotline.actions.case_signals import signals_of
from hotline.actions.people import set_phone
from hotline.actions.rate import Given, rate
from hotline.errors import BadInput, Conflict, NotFound
from hotline.flows import load_flow
from hotline.jobs.casework import erase_evidence
from hotline.reports.flows import Chosen, flow_figures
from hotline.rules.casework import Ground, Move
from hotline.rules.evidence import FileKind
from hotline.rules.phones import read_phone
from hotline.rules.scale import Scale
from hotline.rules.script import Channel
from hotline.rules.signals import ExtensionRange, Sign
from hotline.services import Services
from hotline.tables import AppealFile, Call, Case, Rating, RegisterEntry, RegisterUse, User
from hotline.tables.appeals import RegisterState
from hotline.tables.people import Role
from hotline.tables.service import RatingState
from tests.cast import (
    LI,
    WANG,
    Feed,
    Twilio,
    all_of,
    at_once,
    change_casework_rules,
    citizen,
    make_desk,
    on_sqlite,
    only,
    sid,
)
from tests.conftest import MovingClock

UNIT = "220200-HRSS"
FILE = SealedFile("材料.pdf", FileKind.PDF, 3, "a" * 64, b"box")


@pytest.fixture(autouse=True)
def _full(house: Services) -> None:
    change_casework_rules(house, "luoning", consults_first=False)


def person(house: Services, role: Role, name: str, dept_code: str | None = None, staff_no: str | None = None) -> User:
    user = User(name=name, role=role, dept_code=dept_code, staff_no=staff_no, password_hash="-", created_at=house.now())
    with house.database.write() as session:
        session.add(user)
    return user


def do(house: Services, act: Callable[..., Any], *args: Any) -> Any:
    with house.database.write() as session:
        return act(session, *args, house.now())


def appealed(house: Services, feed: Feed, twilio: Twilio, ground: Ground = Ground.MALICIOUS) -> tuple[Case, User]:
    record_id = feed.transaction(dept_code=UNIT)
    twilio.text(WANG, "1")
    case, unit = only(house, Case, record_id=record_id), person(house, Role.DEPARTMENT, "单位", UNIT)
    do(house, case_appeals.appeal, case.id, unit, None, ground, "恶意", "见附件", house.policy)
    return case, unit


def excluded(house: Services, feed: Feed, twilio: Twilio, ground: Ground = Ground.MALICIOUS) -> Case:
    case, _ = appealed(house, feed, twilio, ground)
    reviewer = person(house, Role.REVIEWER, "复核一")
    do(house, case_appeals.exclude_rating, case.id, reviewer, "查明", "三次致电未接")
    return case


def test_evidence_is_kept_once_for_each_side_and_erased_in_time(
    house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    case, unit = appealed(house, feed, twilio)
    for _ in range(2):  # the form was sent twice
        do(house, case_evidence.add_evidence, case.id, unit, None, [FILE])
    desk = make_desk(house)
    do(house, case_evidence.add_evidence, case.id, desk.user, desk.claim(case.id), [FILE])
    assert [file.side for file in all_of(house, AppealFile)] == ["unit", "citizen"]
    more = [SealedFile("b", FileKind.PDF, 1, f"{number:064}", b"b") for number in range(10)]
    with pytest.raises(BadInput):
        do(house, case_evidence.add_evidence, case.id, unit, None, more)
    with pytest.raises(NotFound):
        do(
            house,
            case_evidence.add_evidence,
            case.id,
            person(house, Role.DEPARTMENT, "别家", "220200-PSB"),
            None,
            [FILE],
        )
    do(house, case_appeals.keep_rating, case.id, person(house, Role.REVIEWER, "复核"), "维持")
    with pytest.raises(Conflict):
        do(house, case_evidence.add_evidence, case.id, unit, None, more[:1])
    for days, erased in ((house.policy.casework.evidence_days, 0), (1, 2)):
        clock.move(days=days)
        erase_evidence(house)
        assert sum(file.erased_at is not None for file in all_of(house, AppealFile)) == erased
    with house.database.read() as session:
        assert [session.get_one(AppealFile, file.id).box for file in all_of(house, AppealFile)] == [None, None]


@on_sqlite
def test_whoever_may_be_the_one_that_was_rated_takes_no_step_of_the_case(
    house: Services, feed: Feed, twilio: Twilio
) -> None:
    case, _ = appealed(house, feed, twilio)
    rated = person(house, Role.DEPARTMENT, "窗口", UNIT, "JL-0117")
    with pytest.raises(NotFound):
        do(house, case_steps.take_step, case.id, Move.CONSULT, rated, None, "我来说", house.policy)
    with pytest.raises(NotFound):  # the record is nobody's that we know of
        do(house, case_explanations.explain, case.id, rated, "我来说")


def test_an_entry_stands_until_its_day_is_over_and_only_flags(
    house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    case = excluded(house, feed, twilio)
    chief, reviewer = person(house, Role.SUPERVISOR, "班长"), person(house, Role.REVIEWER, "复核二")

    def propose(_: int) -> int | str:
        try:
            return int(do(house, register.propose, case.id, chief, "三次捏造").id)
        except Conflict as conflict:
            return conflict.code

    entry_id, refused = sorted(at_once(2, propose), key=str)
    assert refused == "registered_already"
    own = person(house, Role.REVIEWER, "内部复核", UNIT)
    with pytest.raises(Conflict, match="never from the unit"):
        do(house, register.decide, entry_id, own, True, "同意", house.policy)
    do(house, register.decide, entry_id, reviewer, True, "同意", house.policy)
    with pytest.raises(Conflict):
        do(house, register.decide, entry_id, reviewer, False, "改", house.policy)
    entry = only(house, RegisterEntry)
    assert entry.expires_at is not None
    assert f"{entry.expires_at.astimezone(house.policy.zone):%Y-%m-%d %H:%M:%S}" == "2027-05-23 23:59:59"
    feed.transaction("JL20261124-0001", dept_code=UNIT)
    assert twilio.text(WANG, "0001 1") is not None
    marked = all_of(house, Rating)[-1]
    assert (marked.flags, marked.state) == (["registered_rater"], RatingState.ACTIVE)
    assert only(house, RegisterUse).rating_id == marked.id
    assert only(house, Case, rating_id=marked.id).queued_at is None  # waits to be worked as any other
    clock.now = entry.expires_at
    assert entry.state(clock.now) is RegisterState.EXPIRED
    record_id = feed.transaction("JL20270524-0002", completed_at=clock.now.isoformat())
    given = Given(1, Channel.SMS, "1", Scale.STAR_5_BEST, "sms-stars@1", "digit")
    assert do(house, rate, record_id, given, house.policy).flags == []
    with pytest.raises(Conflict):
        do(house, register.end_early, entry_id, chief, "提前")


@on_sqlite
def test_a_number_is_proposed_only_for_a_malicious_rating_and_once(house: Services, feed: Feed, twilio: Twilio) -> None:
    case = excluded(house, feed, twilio, Ground.MISTAKEN)
    chief = person(house, Role.SUPERVISOR, "班长")
    with pytest.raises(Conflict):
        do(house, register.propose, case.id, chief, "误评不算")
    assert all_of(house, RegisterEntry) == []


@on_sqlite
def test_an_objection_is_decided_by_nobody_who_had_a_part_in_it(
    house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    case = excluded(house, feed, twilio)
    chief, agent = person(house, Role.SUPERVISOR, "班长"), person(house, Role.AGENT, "坐席")
    one, two = person(house, Role.REVIEWER, "甲"), person(house, Role.REVIEWER, "乙")
    entry_id = do(house, register.propose, case.id, chief, "捏造").id
    with pytest.raises(Conflict):  # it does not stand yet
        do(house, register.object_to, entry_id, agent, "不服")
    do(house, register.decide, entry_id, one, True, "同意", house.policy)
    do(house, register.object_to, entry_id, agent, "不服")
    with pytest.raises(Conflict):
        do(house, register.object_to, entry_id, agent, "再次不服")
    with pytest.raises(Conflict):
        do(house, register.decide_objection, entry_id, one, False, "维持")
    do(house, register.decide_objection, entry_id, two, False, "维持")
    assert only(house, RegisterEntry).state(clock.now) is RegisterState.STANDING
    do(house, register.object_to, entry_id, agent, "新证据")
    do(house, register.decide_objection, entry_id, two, True, "成立")
    assert only(house, RegisterEntry).state(clock.now) is RegisterState.ENDED
    assert do(house, register.propose, case.id, chief, "又来").id != entry_id  # and may be proposed anew


def test_the_facts_behind_the_signs_are_counted_where_they_belong(
    house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    change_signals(house, phone_ratings=2, burst_ratings=3, same_words=3)
    same: dict[str, Any] = {"dept_code": UNIT, "staff_no": "JL-0117", "window": "3号"}
    for number in range(3):
        feed.transaction(f"JL20261123-01{number:02}", citizen(number), **same)
        twilio.text(citizen(number), "1 态度恶劣")
    feed.transaction("JL20261123-0200", citizen(9), **same | {"dept_code": "220200-PSB"})  # the same number elsewhere
    twilio.text(citizen(9), "1 态度恶劣")
    first, *_, foreign = all_of(house, Case)
    assert signs(house, first) == {Sign.BURST_STAFF, Sign.BURST_WINDOW, Sign.SAME_WORDS}
    assert signs(house, foreign) == set()
    clock.move(hours=3)
    feed.transaction("JL20261123-0300", citizen(0), dept_code=UNIT)
    twilio.text(citizen(0), "0300 1")
    last = all_of(house, Case)[-1]
    assert signs(house, last) == {Sign.MANY_OF_PHONE}
    agent = person(house, Role.AGENT, "坐席")
    sealed = house.vault.seal_phone(read_phone(citizen(0).phone, "CN"))
    with house.database.write() as session:
        set_phone(session, session.get_one(User, agent.id), sealed, house.now())
    numbers = ExtensionRange(first="+8613904320000", last="+8613904320005")
    change_signals(house, phone_ratings=9, extensions=(numbers,))
    assert signs(house, last) == {Sign.STAFF_PHONE, Sign.EXTENSION}


def change_signals(house: Services, **figures: Any) -> None:
    changed = house.policy.signals.model_copy(update=figures)
    object.__setattr__(house, "policy", house.policy.model_copy(update={"signals": changed}))


def signs(house: Services, case: Case) -> set[Sign]:
    with house.database.read() as session:
        found = signals_of(session, session.get_one(Case, case.id), house.vault.open, house.policy)
    return {signal.sign for signal in found}


def test_a_key_at_once_is_a_sign_and_an_excluded_one_leaves_the_figures_of_the_menu(
    house: Services, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    feed.transaction(person=LI, dept_code=UNIT)
    call, call_sid = only(house, Call), sid("CA")
    heard = twilio.call(f"/webhooks/twilio/voice/survey/{call.id}", call_sid, LI, CallStatus="in-progress")
    clock.move(seconds=3)
    heard = twilio.press(heard, call_sid, "1")  # somebody is there
    clock.move(seconds=0.5)
    twilio.press(heard, call_sid, "1")
    case = only(house, Case)
    assert signs(house, case) == {Sign.QUICK_KEY}
    assert menu(house) == (1, 1, 1)
    unit = person(house, Role.DEPARTMENT, "单位", UNIT)
    do(house, case_appeals.appeal, case.id, unit, None, Ground.MISTAKEN, "按错", "录音", house.policy)
    do(house, case_appeals.exclude_rating, case.id, person(house, Role.REVIEWER, "复核"), "确系误评", "本人承认")
    assert menu(house) == (0, 0, 0)


def menu(house: Services) -> tuple[int, int, int]:
    """Calls that rated, and rated badly, and of which it is counted how long they took."""
    day = datetime(2026, 11, 23, tzinfo=ZoneInfo("Asia/Shanghai")).date()
    with house.database.read() as session:
        figures = flow_figures(session, load_flow("survey"), Chosen(day, day + timedelta(days=1), house.policy.zone))
    return figures.whole.rated, figures.whole.bad, sum(figures.seconds.values())
