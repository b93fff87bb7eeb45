"""The order of the queue, and who is handed what: the nearest deadline, then a promised time, then the longest wait."""

from datetime import datetime, timedelta

import pytest

from hotline.actions import case_deadlines, case_sharing, casework, people
from hotline.actions.case_queue import ANY, Wanted
from hotline.actions.case_steps import take_step
from hotline.errors import BadInput, Conflict
from hotline.rules.casework import CaseState, DeadlineKind, Move, Outcome
from hotline.rules.policy import SkillPolicy
from hotline.services import Services
from hotline.tables import AuditEntry, Case, CaseDeadline, User
from hotline.tables.people import Role
from tests.cast import WANG, Desk, Feed, Twilio, all_of, change_casework_rules, on_sqlite, open_bad_case
from tests.conftest import MovingClock

ENGLISH = SkillPolicy(name="english", label=("英语", "English"), languages=("en",))


def next_of(desk: Desk, wanted: Wanted = ANY) -> int | None:
    with desk.house.database.write() as session:
        found = casework.claim_next(session, desk.user, desk.house.policy, desk.house.now(), wanted)
        return None if found is None else found[0]


def change(house: Services, case_id: int, **values: object) -> None:
    with house.database.write() as session:
        case = session.get_one(Case, case_id)
        for name, value in values.items():
            setattr(case, name, value)


def due(house: Services, case_id: int) -> datetime | None:
    with house.database.read() as session:
        return session.get_one(Case, case_id).due_at


def test_the_least_slack_comes_first_then_a_promised_time_then_the_longest_wait(
    house: Services, desk: Desk, feed: Feed, twilio: Twilio
) -> None:
    now = house.now()
    cases = [open_bad_case(twilio, feed, f"JL-{number:04}").id for number in range(6)]
    undated, later, older, promised, urgent, tomorrow = cases
    same = now + timedelta(hours=8)
    change(house, undated, due_at=None, opened_at=now - timedelta(days=9))
    change(house, later, due_at=same, opened_at=now - timedelta(hours=1))
    change(house, older, due_at=same, opened_at=now - timedelta(hours=2))
    change(house, promised, due_at=same, call_at=now, our_time=False)
    change(house, urgent, due_at=now - timedelta(hours=1))
    change(house, tomorrow, due_at=now - timedelta(days=1), call_at=now + timedelta(days=1))
    handed = [next_of(desk) for _ in cases]
    assert handed == [urgent, promised, older, later, undated, None]


@on_sqlite
def test_a_case_is_as_urgent_as_its_nearest_deadline_of_staff(
    house: Services, desk: Desk, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    change_casework_rules(house, "luoning")
    case_id = open_bad_case(twilio, feed).id

    def nearest() -> datetime:
        rows = [row for row in all_of(house, CaseDeadline) if row.is_open and row.kind is not DeadlineKind.RE_RATING]
        return min(row.due_at for row in rows)

    def go(move: Move) -> None:
        with house.database.write() as session:
            take_step(session, case_id, move, desk.user, desk.claim(case_id), "经过", house.policy, house.now())

    assert due(house, case_id) == nearest()
    go(Move.CONTACT)
    assert due(house, case_id) == nearest()
    with house.database.write() as session:
        until = house.now().date() + timedelta(days=60)
        case_deadlines.extend(session, session.get_one(Case, case_id), until, house.policy, house.now())
    assert due(house, case_id) == nearest()
    go(Move.VERIFY)
    go(Move.RECTIFY)
    go(Move.ANSWER)
    assert due(house, case_id) is None


@on_sqlite
def test_next_hands_out_what_is_the_desks_turn(house: Services, desk: Desk, feed: Feed, twilio: Twilio) -> None:
    case_id = open_bad_case(twilio, feed).id
    turns = {}
    for state in CaseState:
        for handed_over in (None, "220200-PSB"):
            closed_at = house.now() if state is CaseState.CLOSED else None
            change(
                house, case_id, state=state, dept_code=handed_over, holder_id=None, held_until=None, closed_at=closed_at
            )
            turns[state, handed_over is not None] = next_of(desk) == case_id
    assert {state for (state, handed), ours in turns.items() if ours and handed} == {
        CaseState.OPENED,
        CaseState.EXPLAINED,
        CaseState.CENTRE_CALLBACK,
    }
    assert {state for (state, handed), ours in turns.items() if ours and not handed} == {
        CaseState.OPENED,
        CaseState.CONTACTED,
        CaseState.VERIFIED,
        CaseState.EXPLAINED,
        CaseState.CENTRE_CALLBACK,
    }


@on_sqlite
def test_a_case_that_takes_a_skill_goes_to_who_has_it(house: Services, desk: Desk, feed: Feed, twilio: Twilio) -> None:
    change_casework_rules(house, skills=(ENGLISH,))
    record_id = feed.transaction("JL-0001", language="en")
    twilio.text(WANG, "1")
    (case,) = all_of(house, Case, record_id=record_id)
    assert case.skill == "english"
    assert next_of(desk) is None
    with pytest.raises(Conflict) as refused:
        desk.claim(case.id)
    assert refused.value.code == "skill_needed"
    with house.database.write() as session:
        supervisor = people.add_user(session, "班长", Role.SUPERVISOR, "long enough for it", house.now())
        casework.release(
            session,
            case.id,
            casework.claim(session, case.id, supervisor, house.policy, house.now()),
            supervisor,
            house.now(),
        )
        with pytest.raises(BadInput, match="french"):
            people.set_skills(session, desk.user.name, ["french"], house.policy, "admin", house.now())
        people.set_skills(session, desk.user.name, ["english"], house.policy, "admin", house.now())
    (entry,) = all_of(house, AuditEntry, action="skills_set")
    assert (entry.actor, entry.subject, entry.facts) == ("admin", f"user:{desk.user.id}", {"skills": ["english"]})
    (agent,) = all_of(house, User, name=desk.user.name)
    skilled = Desk(house, agent)
    assert next_of(skilled, Wanted(skill="other")) is None
    assert next_of(skilled, Wanted(skill="english")) == case.id


@on_sqlite
def test_next_honours_the_department_that_leads(house: Services, desk: Desk, feed: Feed, twilio: Twilio) -> None:
    change_casework_rules(house, "luoning")
    for number, dept_code in (("JL-0001", "A"), ("JL-0002", "B"), ("JL-0003", "A")):
        feed.transaction(number, dept_code=dept_code)
        twilio.text(WANG, f"{number[-4:]} 1")
    own, other, handed = (case.id for case in all_of(house, Case))
    with house.database.write() as session:
        token = casework.claim(session, handed, desk.user, house.policy, house.now())
        case_sharing.hand_over(session, handed, desk.user, token, "B", "应由该部门办理", house.now())
        casework.release(session, handed, token, desk.user, house.now())
    assert next_of(desk, Wanted(dept_code="C")) is None
    assert [next_of(desk, Wanted(dept_code="B")) for _ in range(3)] == [other, handed, None]
    assert next_of(desk) == own


@on_sqlite
def test_a_case_that_is_opened_again_waits_for_no_hour_of_before(
    house: Services, desk: Desk, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    case_id = open_bad_case(twilio, feed).id
    change(house, case_id, call_at=house.now() + timedelta(days=3), our_time=False)
    with house.database.write() as session:
        token = casework.claim(session, case_id, desk.user, house.policy, house.now())
        casework.close(session, case_id, token, desk.user, Outcome.EXPLAINED, "已说明", house.now())
    assert due(house, case_id) is None
    twilio.text(WANG, "2")
    assert due(house, case_id) is not None
    assert next_of(desk) == case_id
