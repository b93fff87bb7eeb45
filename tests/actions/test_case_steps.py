"""A case on the long way: its steps and deadlines, asking again, appeals, hand-over, merging, more time."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from hotline.actions import case_appeals, case_notices, case_sharing, casework, dial
from hotline.actions.case_steps import take_step
from hotline.actions.departments import known_departments
from hotline.actions.hindrances import Go
from hotline.actions.invite import invitation_words, invite
from hotline.actions.rate import Added, Given, add_to_rating, rate
from hotline.actions.send import begin_text, settle_text
from hotline.errors import BadInput, Conflict, NotFound
from hotline.jobs import tasks
from hotline.jobs.casework import keep_deadlines
from hotline.messages import Refusal, Refused
from hotline.reports.funnel import funnel
from hotline.rules.casework import (
    AttemptResult,
    AttemptState,
    CaseState,
    DeadlineKind,
    Ending,
    Ground,
    Move,
    NoticeKind,
    Outcome,
    Rung,
)
from hotline.rules.scale import Scale
from hotline.rules.script import Channel
from hotline.services import Services
from hotline.tables import (
    Attempt,
    AuditEntry,
    Call,
    Case,
    CaseAppeal,
    CaseDeadline,
    CaseDepartment,
    CaseEvent,
    CaseNotice,
    Invitation,
    OutboundText,
    OutboxRow,
    Rating,
    User,
)
from hotline.tables.contacts import Purpose
from hotline.tables.people import Role
from hotline.tables.service import RatingState
from tests.cast import (
    LI,
    WANG,
    Desk,
    Feed,
    Twilio,
    all_of,
    at_once,
    change_casework_rules,
    city_time,
    make_desk,
    meanwhile,
    on_postgresql,
    on_sqlite,
    only,
    open_bad_case,
    sid,
)
from tests.conftest import MovingClock

UNIT, OTHER, TAX = "220200-HRSS", "220200-PSB", "220200-TAX"


@pytest.fixture
def case(house: Services, twilio: Twilio, feed: Feed) -> Case:
    """Opened by one star on Monday 2026-11-23, in 洛宁县."""
    change_casework_rules(house, "luoning")
    record_id = feed.transaction(dept_code=UNIT)
    assert twilio.text(WANG, "1") is not None
    return only(house, Case, record_id=record_id)


def person(house: Services, role: Role, dept_code: str | None = None, name: str | None = None) -> User:
    user = User(
        name=name or f"{role}-{dept_code}", role=role, dept_code=dept_code, password_hash="-", created_at=house.now()
    )
    with house.database.write() as session:
        session.add(user)
    return user


def do(house: Services, act: Callable[..., Any], *args: Any) -> Any:
    with house.database.write() as session:
        return act(session, *args, house.now())


def step(desk: Desk, case: Case, *moves: Move) -> None:
    for move in moves:
        do(desk.house, take_step, case.id, move, desk.user, desk.claim(case.id), f"因为{move}", desk.house.policy)


def rated(house: Services, case: Case, stars: int) -> Rating:
    given = Given(stars, Channel.SMS, str(stars), Scale.STAR_5_BEST, "sms-stars@1", "digit")
    rating: Rating = do(house, rate, case.record_id, given, house.policy)
    return rating


TO_ASKED = (Move.CONTACT, Move.VERIFY, Move.RECTIFY, Move.ANSWER)


def test_the_whole_way_with_a_second_rating_that_is_better(house: Services, case: Case, desk: Desk) -> None:
    step(desk, case, *TO_ASKED)
    asked = only(house, Case)
    invitation = only(house, Invitation, round=2)
    wait = only(house, CaseDeadline, kind=DeadlineKind.RE_RATING)
    assert (asked.state, invitation.expires_at) == (CaseState.ASKED_AGAIN, wait.due_at)
    assert city_time(house, wait.due_at) == "2026-11-28 18:00"
    second = rated(house, case, 4)
    assert (second.round, second.supersedes_id) == (2, None)
    closed = only(house, Case)
    assert (closed.state, closed.ending, closed.outcome) == (CaseState.CLOSED, Ending.RATED_BETTER, None)
    assert [rating.stars for rating in all_of(house, Rating, state=RatingState.ACTIVE)] == [1, 4]
    kinds = [(event.kind, event.actor) for event in all_of(house, CaseEvent) if event.kind != "claimed"]
    assert kinds == [
        ("opened", "citizen"),
        *((kind, desk.user.name) for kind in ("contacted", "verified", "rectifying", "answered")),
        ("asked_again", "system"),
        ("closed", "citizen"),
    ]
    assert not [row for row in all_of(house, CaseDeadline) if row.is_open]


@on_sqlite
def test_a_better_rating_that_is_taken_back_leaves_the_case_to_the_centre_and_the_first_as_it_is(
    house: Services, case: Case, desk: Desk, twilio: Twilio, clock: MovingClock
) -> None:
    step(desk, case, *TO_ASKED)
    rated(house, case, 5)
    clock.move(hours=1)
    assert "已撤回" in str(twilio.text(WANG, "撤销"))
    called = only(house, Case)
    assert (called.state, called.ending, called.closed_at) == (CaseState.CENTRE_CALLBACK, None, None)
    assert desk.claim(case.id)
    assert "未找到可以撤回的评价" in str(twilio.text(WANG, "撤销"))
    assert [rating.state for rating in all_of(house, Rating)] == [RatingState.ACTIVE, RatingState.WITHDRAWN]
    assert rated(house, case, 4).round == 2
    assert only(house, Case).ending is Ending.RATED_BETTER


@on_sqlite
def test_a_second_rating_that_is_bad_is_the_centres_to_call_back_about(house: Services, case: Case, desk: Desk) -> None:
    step(desk, case, *TO_ASKED)
    second = rated(house, case, 2)
    called = only(house, Case)
    assert (second.round, called.state, called.rating_id) == (2, CaseState.CENTRE_CALLBACK, case.rating_id)
    do(house, casework.close, case.id, desk.claim(case.id), desk.user, Outcome.EXPLAINED, "中心已回访")
    assert only(house, Case).state is CaseState.CLOSED


@on_sqlite
def test_a_second_rating_that_comes_late_is_seen_and_a_good_one_still_ends_the_case(
    house: Services, case: Case, desk: Desk, clock: MovingClock
) -> None:
    step(desk, case, *TO_ASKED)
    clock.move(days=6)
    keep_deadlines(house)
    rated(house, case, 1)
    rated(house, case, 2)
    assert only(house, Case).state is CaseState.CENTRE_CALLBACK
    assert [event.note for event in all_of(house, CaseEvent, kind="rating_changed")] == ["– → 1", "1 → 2"]
    rated(house, case, 5)
    assert only(house, Case).ending is Ending.RATED_BETTER


@on_sqlite
def test_a_case_that_a_second_rating_opened_again_follows_it(house: Services, case: Case, desk: Desk) -> None:
    step(desk, case, *TO_ASKED)
    for stars in (5, 1, 2):
        second = rated(house, case, stars)
    again = only(house, Case)
    assert (again.state, again.rating_id) == (CaseState.OPENED, second.id)


@on_postgresql
def test_a_first_rating_changed_while_the_citizen_is_being_asked_again_is_no_second_one(
    house: Services, case: Case, desk: Desk
) -> None:
    step(desk, case, *TO_ASKED[:-1])
    token = desk.claim(case.id)
    with house.database.write() as session:
        take_step(session, case.id, Move.ANSWER, desk.user, token, "已整改", house.policy, house.now())
        session.flush()
        changed = meanwhile(house, lambda: rated(house, case, 2))
    assert changed.result(timeout=20).round == 1
    after = only(house, Case)
    assert (after.state, after.rating_id) == (CaseState.ASKED_AGAIN, changed.result().id)


def test_no_second_rating_in_time_is_too_exactly_once_after_an_outage(
    house: Services, case: Case, desk: Desk, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "house", lambda: house)
    step(desk, case, *TO_ASKED)
    clock.move(days=9)
    for _ in range(3):
        tasks.sweep()
    assert only(house, Case).state is CaseState.CENTRE_CALLBACK
    assert [event.kind for event in all_of(house, CaseEvent)].count("centre_callback") == 1


@on_sqlite
def test_a_city_that_does_not_ask_again_calls_back(house: Services, case: Case, desk: Desk) -> None:
    change_casework_rules(house, "jilin")
    step(desk, case, *TO_ASKED)
    assert only(house, Case).state is CaseState.CENTRE_CALLBACK
    assert all_of(house, Invitation, round=2) == []


@on_sqlite
def test_whoever_opted_out_is_called_and_not_asked(house: Services, case: Case, desk: Desk, twilio: Twilio) -> None:
    twilio.text(WANG, "T")
    step(desk, case, *TO_ASKED)
    assert only(house, Case).state is CaseState.CENTRE_CALLBACK


@on_sqlite
def test_an_answer_by_text_to_the_second_asking_is_the_second_rating(
    house: Services, case: Case, desk: Desk, twilio: Twilio, clock: MovingClock
) -> None:
    clock.move(days=12)  # to put things right takes longer than one is asked at first
    step(desk, case, *TO_ASKED)
    clock.move(hours=1)
    asking = all_of(house, OutboundText)[-1]
    with house.database.write() as session:
        assert isinstance(begin_text(session, asking.id, house.policy, clock.now), Go)
        reminder = invitation_words(session, only(house, Invitation, round=2), Purpose.REMIND, house.policy)
    assert "对处理结果再次评价" in asking.body
    assert "尚待您对处理结果再次评价" in reminder
    assert twilio.text(WANG, "5") is not None
    assert [(rating.round, rating.stars) for rating in all_of(house, Rating)] == [(1, 1), (2, 5)]
    assert only(house, Case).ending is Ending.RATED_BETTER
    assert only(house, Case).rating.state is RatingState.ACTIVE


@on_sqlite
def test_a_second_asking_that_could_not_be_texted_is_one_still_and_ends_with_the_wait_for_it(
    house: Services, case: Case, desk: Desk, clock: MovingClock
) -> None:
    with house.database.write() as session:  # they were called about the first
        invite(session, session.get_one(Case, case.id).record, Channel.PHONE, house.policy, house.now())
    step(desk, case, *TO_ASKED)
    wait, asking = only(house, CaseDeadline, kind=DeadlineKind.RE_RATING), all_of(house, OutboundText)[-1]
    for refusal in (Refusal.RETRY, Refusal.LANDLINE):
        clock.move(hours=1)
        with house.database.write() as session:
            begin_text(session, asking.id, house.policy, clock.now)
            settle_text(session, asking.id, Refused(refusal, "30006"), house.policy, clock.now)
        second = all_of(house, Invitation, round=2)
        assert {invitation.expires_at for invitation in second} == {wait.due_at}
    assert [invitation.channel for invitation in second] == [Channel.SMS, Channel.PHONE]
    assert [call.invitation_id for call in all_of(house, Call)][-1] == second[-1].id


@on_sqlite
def test_a_landline_is_called_to_rate_once_more(
    house: Services, desk: Desk, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    change_casework_rules(house, "luoning")
    record_id = feed.transaction(person=LI, dept_code=UNIT)
    given = Given(1, Channel.PHONE, "1", Scale.STAR_5_BEST, "phone-stars@1", "key")
    do(house, rate, record_id, given, house.policy)
    clock.move(days=12)
    step(desk, only(house, Case), *TO_ASKED)
    call, call_sid = all_of(house, Call)[-1], sid("CA")
    heard = twilio.call(f"/webhooks/twilio/voice/survey/{call.id}", call_sid, LI, CallStatus="in-progress")
    heard = twilio.press(heard, call_sid, "1")  # somebody is there
    assert "请您对处理结果再次评价" in heard.said[0]
    for _ in range(3):  # and says nothing: the first rating is not read out as if it were given now
        heard = twilio.press(heard, call_sid)
    assert heard.said == ("没有收到您的评价。感谢接听，再见。",)
    heard = twilio.rings(LI, again := sid("CA"))
    assert "请您对处理结果再次评价" in heard.said[0]
    twilio.press(heard, again, "4")
    assert [(rating.round, rating.stars) for rating in all_of(house, Rating)] == [(1, 1), (2, 4)]
    assert only(house, Case).ending is Ending.RATED_BETTER


@on_sqlite
def test_illegal_moves_change_nothing(house: Services, case: Case, desk: Desk) -> None:
    token = desk.claim(case.id)
    before = len(all_of(house, CaseEvent))
    for move in (Move.VERIFY, Move.ANSWER, Move.RECTIFY):
        with pytest.raises(Conflict):
            do(house, take_step, case.id, move, desk.user, token, "早了", house.policy)
    with pytest.raises(BadInput):
        do(house, take_step, case.id, Move.CONTACT, desk.user, token, "  ", house.policy)
    with pytest.raises(Conflict):  # more than a note is needed
        do(house, take_step, case.id, Move.APPEAL, desk.user, token, "跳过", house.policy)
    with pytest.raises(Conflict, match="early"):
        do(house, casework.close, case.id, token, desk.user, Outcome.EXPLAINED, "提前办结")
    assert only(house, Case).state is CaseState.OPENED
    assert len(all_of(house, CaseEvent)) == before


@on_sqlite
def test_who_gave_their_name_is_called_before_the_case_is_closed(
    house: Services, desk: Desk, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    change_casework_rules(house, "jilin")
    feed.transaction(named=True)
    twilio.text(WANG, "1")
    token = desk.claim(1)
    with pytest.raises(Conflict) as refused:
        do(house, casework.close, 1, token, desk.user, Outcome.WRONG_NUMBER, "没打")
    assert refused.value.code == "named_not_called"
    rang = Attempt(case_id=1, agent_id=desk.user.id, hold_token=token, requested_at=house.now())
    rang.state, rang.result = AttemptState.ENDED, AttemptResult.NO_ANSWER
    with house.database.write() as session:
        session.add(rang)
    do(house, casework.close, 1, token, desk.user, Outcome.WRONG_NUMBER, "打通了，不是本人")
    clock.move(hours=1)
    rated(house, only(house, Case), 2)
    with pytest.raises(Conflict):  # whoever rates badly once more is called once more
        do(house, casework.close, 1, desk.claim(1), desk.user, Outcome.WRONG_NUMBER, "没再打")


@on_sqlite
def test_a_department_works_on_its_own_cases_and_those_handed_to_it(house: Services, case: Case, desk: Desk) -> None:
    unit, other = person(house, Role.DEPARTMENT, UNIT), person(house, Role.DEPARTMENT, OTHER)
    step(desk, case, Move.CONTACT)
    with pytest.raises(NotFound):
        do(house, take_step, case.id, Move.VERIFY, other, None, "不是我的", house.policy)
    do(house, case_sharing.hand_over, case.id, unit, None, OTHER, "社保卡由公安制证")
    do(house, take_step, case.id, Move.VERIFY, other, None, "情况属实", house.policy)
    assert only(house, Case).lead_dept == OTHER
    tax = person(house, Role.DEPARTMENT, TAX)
    do(house, case_sharing.join, case.id, other, None, TAX, "税务协办")
    with pytest.raises(BadInput):
        do(house, case_sharing.join, case.id, other, None, TAX, "又一次")
    do(house, take_step, case.id, Move.CONSULT, tax, None, "税务意见", house.policy)
    do(house, case_sharing.leave, case.id, other, None, TAX, "协办完成")
    with pytest.raises(NotFound):
        do(house, take_step, case.id, Move.CONSULT, tax, None, "还在吗", house.policy)


def test_a_case_goes_to_no_department_that_is_not_known(house: Services, case: Case, desk: Desk, feed: Feed) -> None:
    left = person(house, Role.DEPARTMENT, TAX)
    with house.database.write() as session:
        session.get_one(User, left.id).disabled_at = house.now()
    person(house, Role.REVIEWER, OTHER)
    feed.transaction("JL-0002", person=LI, dept_code="220200-ZJJ", dept_name="市住建局")
    token = desk.claim(case.id)
    for act in (case_sharing.hand_over, case_sharing.join):
        for code in ("", "220200-PS", "220200-PSB1", "220200-ZJJX", TAX):
            with pytest.raises(BadInput) as refused:
                do(house, act, case.id, desk.user, token, code, "转办")
            assert refused.value.field == "dept_code"
    do(house, case_sharing.join, case.id, desk.user, token, OTHER, "协办")
    do(house, case_sharing.hand_over, case.id, desk.user, token, "220200-ZJJ", "转办")
    with house.database.read() as session:
        named = {UNIT: None, OTHER: None, "220200-ZJJ": "市住建局"}
        assert known_departments(session) == named


@on_sqlite
def test_a_recall_takes_back_the_last_hand_over_each_time(house: Services, case: Case, desk: Desk) -> None:
    for dept_code in (OTHER, TAX):
        person(house, Role.DEPARTMENT, dept_code)
        do(house, case_sharing.hand_over, case.id, desk.user, desk.claim(case.id), dept_code, "转办")
    for led, leads in ((TAX, OTHER), (OTHER, UNIT)):
        do(house, case_sharing.recall, case.id, desk.user, desk.claim(case.id), led, "撤回")
        assert only(house, Case).lead_dept == leads
        with pytest.raises(Conflict) as refused:  # the same form once more
            do(house, case_sharing.recall, case.id, desk.user, desk.claim(case.id), led, "撤回")
        assert (refused.value.code, only(house, Case).lead_dept) == ("led_by_another", leads)
    with pytest.raises(Conflict) as refused:
        do(house, case_sharing.recall, case.id, desk.user, desk.claim(case.id), UNIT, "再撤回")
    assert refused.value.code == "nothing_to_recall"


@on_sqlite
def test_who_leads_by_recall_works_no_more_beside_itself(house: Services, case: Case, desk: Desk) -> None:
    other = person(house, Role.DEPARTMENT, OTHER)
    do(house, case_sharing.hand_over, case.id, desk.user, desk.claim(case.id), OTHER, "转办")
    do(house, case_sharing.join, case.id, other, None, UNIT, "原单位协办")
    do(house, case_sharing.recall, case.id, desk.user, desk.claim(case.id), OTHER, "撤回")
    assert (only(house, Case).lead_dept, only(house, CaseDepartment).left_at) == (UNIT, house.now())


@on_sqlite
def test_a_department_that_leads_only_later_is_reminded_and_reads_what_the_one_before_has_not(
    house: Services, desk: Desk, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    change_casework_rules(house, "luoning")
    feed.transaction()  # of no department
    twilio.text(WANG, "1")
    case, first, second = only(house, Case), *(person(house, Role.DEPARTMENT, code) for code in (UNIT, OTHER))
    do(house, case_sharing.hand_over, case.id, desk.user, desk.claim(case.id), UNIT, "派单")
    clock.now = datetime(2026, 12, 2, 10, 30, tzinfo=UTC)
    keep_deadlines(house)

    def unread(user: User) -> int:
        with house.database.read() as session:
            return len(case_notices.unseen_notices(session, user, 10))

    assert (unread(first), unread(second)) == (1, 0)
    do(house, case_sharing.hand_over, case.id, first, None, OTHER, "转办")
    assert (unread(first), unread(second)) == (0, 1)


@on_sqlite
def test_without_a_department_none_is_reminded_and_who_takes_an_agents_place_reads_what_was_theirs(
    house: Services, desk: Desk, feed: Feed, twilio: Twilio, clock: MovingClock
) -> None:
    change_casework_rules(house, "luoning")
    feed.transaction()
    twilio.text(WANG, "1")
    desk.claim(1)
    clock.now = datetime(2026, 12, 2, 10, 30, tzinfo=UTC)
    keep_deadlines(house)
    assert all_of(house, CaseNotice, role=Role.DEPARTMENT) == []
    next_agent = make_desk(house, "吴磊").user
    with house.database.write() as session:
        assert case_notices.unseen_notices(session, next_agent, 10) == []
        session.get_one(User, desk.user.id).disabled_at = house.now()
    with house.database.read() as session:
        theirs = case_notices.unseen_notices(session, next_agent, 10)
        assert {one.deadline.kind for one in theirs} == {DeadlineKind.FIRST_CONTACT, DeadlineKind.RECTIFY}


@pytest.fixture
def unit(house: Services) -> User:
    return person(house, Role.DEPARTMENT, UNIT)


def file_appeal(house: Services, case: Case, unit: User) -> None:
    do(house, take_step, case.id, Move.CONSULT, unit, None, "窗口当日无此人", house.policy)
    args = (case.id, unit, None, Ground.MISTAKEN, "按错键", "通话录音编号 7731", house.policy)
    do(house, case_appeals.appeal, *args)


@on_sqlite
def test_an_appeal_kept_goes_back_to_where_the_case_was_and_the_unit_is_told(
    house: Services, case: Case, desk: Desk, unit: User
) -> None:
    step(desk, case, Move.CONTACT, Move.VERIFY, Move.RECTIFY)
    file_appeal(house, case, unit)
    review = only(house, CaseDeadline, kind=DeadlineKind.APPEAL_REVIEW)
    assert city_time(house, review.due_at) == "2026-11-26 18:00"
    reviewer = person(house, Role.REVIEWER)
    do(house, case_appeals.keep_rating, case.id, reviewer, "录音清楚，维持")
    assert only(house, Case).state is CaseState.RECTIFYING
    told = only(house, CaseNotice, kind=NoticeKind.DECISION)
    with house.database.read() as session:
        assert [one.id for one in case_notices.unseen_notices(session, unit, 10)] == [told.id]
    with pytest.raises(Conflict) as again:
        file_appeal(house, case, unit)
    assert again.value.code == "appeal_decided"


@on_sqlite
def test_who_filed_an_appeal_for_a_unit_that_has_nobody_here_is_told_what_became_of_it(
    house: Services, case: Case
) -> None:
    filer, other = (Desk(house, person(house, Role.SUPERVISOR, name=name)) for name in ("班长甲", "班长乙"))
    step(filer, case, Move.CONSULT)
    args = (filer.claim(case.id), Ground.MISTAKEN, "按错键", "通话录音编号 7731", house.policy)
    do(house, case_appeals.appeal, case.id, filer.user, *args)
    do(house, case_appeals.exclude_rating, case.id, person(house, Role.REVIEWER), "误评", "市民说按错")
    with house.database.read() as session:
        told = [case_notices.unseen_notices(session, one.user, 10) for one in (filer, other)]
    assert [[notice.kind for notice in notices] for notices in told] == [[NoticeKind.DECISION], []]


@on_sqlite
def test_who_is_heard_during_an_appeal_needs_no_first_contact_after_it(
    house: Services, case: Case, desk: Desk, unit: User
) -> None:
    file_appeal(house, case, unit)
    token = desk.claim(case.id)
    with house.database.write() as session:
        agent = session.get_one(User, desk.user.id)
        attempt = dial.dial(session, case.id, token, agent, house.policy, house.now())
    for report in (dial.begin_dial, dial.bridge, dial.citizen_answered, dial.citizen_answered):
        do(house, report, attempt.id)
    assert [event.facts for event in all_of(house, CaseEvent, kind="hear")] == [{"attempt": attempt.id}]
    assert only(house, CaseDeadline, kind=DeadlineKind.FIRST_CONTACT).met_at == house.now()
    do(house, case_appeals.keep_rating, case.id, person(house, Role.REVIEWER), "维持")
    assert only(house, Case).state is CaseState.CONTACTED


def test_an_excluded_rating_leaves_the_figures_and_goes_to_the_store_as_an_update(
    house: Services, case: Case, unit: User, desk: Desk, twilio: Twilio
) -> None:
    day = house.now().astimezone(house.policy.zone).date()

    def answered() -> int:
        with house.database.read() as session:
            return funnel(session, day, day, house.policy.zone)[0].answered

    with house.database.write() as session:
        session.execute(_sent())
    assert answered() == 1
    file_appeal(house, case, unit)
    reviewer = person(house, Role.REVIEWER, OTHER)
    do(house, case_appeals.exclude_rating, case.id, reviewer, "确系误评", "市民电话中确认按错")
    closed, rating = only(house, Case), only(house, Rating)
    assert (closed.state, closed.ending, rating.state) == (CaseState.CLOSED, Ending.EXCLUDED, RatingState.EXCLUDED)
    assert only(house, CaseAppeal).citizen_side == "市民电话中确认按错"
    sent = [row.payload["document"]["state"] for row in all_of(house, OutboxRow, kind="forward")]
    assert sent == ["active", "excluded"]
    kept = only(house, AuditEntry, action="rating_excluded")
    assert (kept.subject, kept.facts["rating"]) == (f"case:{case.id}", case.rating_id)
    assert answered() == 0


def _sent() -> Any:
    return update(OutboundText).values(state="delivered", begun_at=datetime(2026, 11, 23, tzinfo=UTC))


@on_sqlite
def test_no_reviewer_is_from_the_unit_and_nobody_else_decides(
    house: Services, case: Case, desk: Desk, unit: User
) -> None:
    with pytest.raises(Conflict) as early:
        do(house, case_appeals.appeal, case.id, unit, None, Ground.MALICIOUS, "恶意", "见附件", house.policy)
    assert early.value.code == "not_consulted"
    file_appeal(house, case, unit)
    for decider in (person(house, Role.REVIEWER, UNIT), unit):
        with pytest.raises(Conflict):
            do(house, case_appeals.exclude_rating, case.id, decider, "撤掉", "没问")
    assert only(house, Rating).state is RatingState.ACTIVE
    with pytest.raises(BadInput) as unheard:
        do(house, case_appeals.exclude_rating, case.id, person(house, Role.REVIEWER), "撤掉", " ")
    assert unheard.value.field == "citizen_side"
    other = person(house, Role.DEPARTMENT, OTHER)
    with house.database.write() as session:
        session.add(CaseDepartment(case_id=case.id, dept_code=OTHER, joined_at=house.now()))
    with pytest.raises(Conflict):
        do(house, case_appeals.withdraw_appeal, case.id, other, None, "替他们撤")
    do(house, case_appeals.withdraw_appeal, case.id, unit, None, "已自查")
    assert only(house, Case).state is CaseState.OPENED


@on_sqlite
def test_what_the_citizen_adds_while_an_appeal_waits_does_not_keep_it_from_being_decided(
    house: Services, case: Case, unit: User
) -> None:
    file_appeal(house, case, unit)
    do(house, add_to_rating, case.record_id, Added("reasons", comment="等了三小时"))
    do(house, case_appeals.exclude_rating, case.id, person(house, Role.REVIEWER), "确系误评", "市民确认按错")
    assert [one.state for one in all_of(house, Rating)] == [RatingState.SUPERSEDED, RatingState.EXCLUDED]


def test_reminder_and_ladder_come_once_each_even_if_nobody_swept_until_the_step_was_done(
    house: Services, case: Case, desk: Desk, clock: MovingClock
) -> None:
    planned = {(n.kind, n.rung): city_time(house, n.due_at) for n in all_of(house, CaseNotice) if n.deadline_id == 2}
    assert planned == {
        (NoticeKind.REMINDER, None): "2026-12-02 18:00",
        (NoticeKind.ESCALATION, Rung.FIRST_RESPONSIBLE): "2026-12-03 18:00",
        (NoticeKind.ESCALATION, Rung.DEPUTY_LEADER): "2026-12-03 18:00",
        (NoticeKind.ESCALATION, Rung.CHIEF_LEADER): "2026-12-08 18:00",
    }
    step(desk, case, Move.CONTACT, Move.VERIFY)
    clock.now = datetime(2026, 12, 2, 10, 30, tzinfo=UTC)
    keep_deadlines(house)
    clock.now = datetime(2026, 12, 5, tzinfo=UTC)
    step(desk, case, Move.EXPLAIN)
    clock.move(days=10)
    keep_deadlines(house)
    done = [(n.kind, n.rung) for n in all_of(house, CaseNotice) if n.deadline_id == 2 and n.done_at]
    assert done == [
        (NoticeKind.REMINDER, None),
        (NoticeKind.REMINDER, None),  # the department
        (NoticeKind.ESCALATION, Rung.FIRST_RESPONSIBLE),
        (NoticeKind.ESCALATION, Rung.DEPUTY_LEADER),
    ]
    assert [event.kind for event in all_of(house, CaseEvent)].count("escalated") == 2
    with house.database.read() as session:
        mine = case_notices.unseen_notices(session, desk.user, 10)
    assert {n.rung for n in mine} == {None, Rung.FIRST_RESPONSIBLE}  # theirs: they took the case first
    assert do(house, case_notices.note_seen, mine[0].id, desk.user)
    assert not do(house, case_notices.note_seen, mine[0].id, desk.user)


@on_sqlite
def test_more_time_is_granted_by_a_supervisor_and_at_most_six_months(
    house: Services, case: Case, desk: Desk, unit: User
) -> None:
    ask = (case.id, unit, None)
    with pytest.raises(BadInput):
        do(house, case_sharing.ask_extension, *ask, date(2027, 5, 24), "复杂", house.policy)
    do(house, case_sharing.ask_extension, *ask, date(2027, 5, 23), "需修法规", house.policy)
    with pytest.raises(Conflict):
        do(house, case_sharing.decide_extension, case.id, desk.user, True, "同意", house.policy)
    chief = Desk(house, person(house, Role.SUPERVISOR))
    do(house, case_sharing.decide_extension, case.id, chief.user, True, "同意", house.policy)
    told = only(house, CaseNotice, kind=NoticeKind.EXTENSION_GRANTED)
    with house.database.read() as session:
        assert [one.id for one in case_notices.unseen_notices(session, unit, 9)] == [told.id]
        other = person(house, Role.DEPARTMENT, UNIT, "同事")
        assert case_notices.unseen_notices(session, other, 9) == []
    assert city_time(house, told.deadline.due_at) == "2027-05-23 18:00"
    old, new = all_of(house, CaseDeadline, kind=DeadlineKind.RECTIFY)
    assert (old.is_open, new.is_open, city_time(house, new.due_at)) == (False, True, "2027-05-23 18:00")
    reminders = all_of(house, CaseNotice, deadline_id=new.id, kind=NoticeKind.REMINDER)
    assert [(one.role, city_time(house, one.due_at)) for one in reminders] == [
        (Role.AGENT, "2027-05-21 18:00"),
        (Role.DEPARTMENT, "2027-05-21 18:00"),
    ]


@on_sqlite
def test_nobody_stops_the_clock_by_an_explanation(house: Services, case: Case, desk: Desk, clock: MovingClock) -> None:
    step(desk, case, Move.CONTACT, Move.VERIFY, Move.EXPLAIN)
    (before,) = all_of(house, CaseDeadline, kind=DeadlineKind.RECTIFY)
    assert not before.is_open
    clock.now = datetime(2026, 12, 2, 10, 30, tzinfo=UTC)  # after the reminder would have come
    step(desk, case, Move.RECTIFY)
    clock.now = datetime(2026, 12, 3, 10, 30, tzinfo=UTC)
    for _ in range(2):
        keep_deadlines(house)
    after = only(house, CaseDeadline, kind=DeadlineKind.RECTIFY)
    assert (after.is_open, after.due_at) == (True, before.due_at)
    told = [n.rung for n in all_of(house, CaseNotice, deadline_id=after.id) if n.done_at]
    assert sorted(told, key=str) == [None, None, Rung.DEPUTY_LEADER, Rung.FIRST_RESPONSIBLE]
    step(desk, case, Move.EXPLAIN, Move.RECTIFY)
    keep_deadlines(house)
    assert len([n for n in all_of(house, CaseNotice, deadline_id=after.id) if n.done_at]) == len(told)  # once


@on_sqlite
def test_more_time_that_is_over_by_now_can_only_be_refused(
    house: Services, case: Case, unit: User, clock: MovingClock
) -> None:
    do(house, case_sharing.ask_extension, case.id, unit, None, date(2026, 12, 10), "复杂", house.policy)
    chief = Desk(house, person(house, Role.SUPERVISOR))
    clock.now = datetime(2026, 12, 10, 10, 0, tzinfo=UTC)  # closing time of that day
    decide = (case_sharing.decide_extension, case.id, chief.user)
    with pytest.raises(Conflict) as over:
        do(house, *decide, True, "同意", house.policy)
    assert over.value.code == "extension_over"
    do(house, *decide, False, "已过期", house.policy)
    assert only(house, CaseDeadline, kind=DeadlineKind.RECTIFY).is_open


def test_cases_of_one_business_become_one(house: Services, case: Case, desk: Desk, twilio: Twilio, feed: Feed) -> None:
    feed.transaction("JL20261123-0099", dept_code=UNIT)
    twilio.text(WANG, "0099 1")
    other, foreign = all_of(house, Case)[1], open_bad_case(twilio, feed, "JL20261123-0777")
    with pytest.raises(BadInput):
        do(house, case_sharing.merge, foreign.id, desk.user, desk.claim(foreign.id), case.id, "不是一件")
    unit = person(house, Role.DEPARTMENT, UNIT)
    for into in (case.id, foreign.id, 77):  # a department learns nothing of the citizen of another case
        with pytest.raises(Conflict) as refused:
            do(house, case_sharing.merge, other.id, unit, "", into, "是否同一人")
        assert refused.value.code == "illegal_part"
    do(house, case_sharing.merge, other.id, desk.user, desk.claim(other.id), case.id, "同一业务")
    merged = only(house, Case, id=other.id)
    assert (merged.state, merged.ending, merged.merged_into_id) == (CaseState.CLOSED, Ending.MERGED, case.id)
    assert [event.facts for event in all_of(house, CaseEvent, kind="merged_in")] == [{"case": other.id}]
    rated(house, other, 2)  # and whoever rates it anew is called about it
    assert only(house, Case, id=other.id).merged_into_id is None


@on_sqlite
def test_the_short_way_has_no_notices_and_no_long_moves(
    house: Services, twilio: Twilio, feed: Feed, desk: Desk
) -> None:
    case = open_bad_case(twilio, feed)
    assert all_of(house, CaseNotice) == []
    assert [row.kind for row in all_of(house, CaseDeadline)] == [DeadlineKind.FIRST_CONTACT]
    step(desk, case, Move.CONTACT)
    with pytest.raises(Conflict):
        step(desk, case, Move.VERIFY)


@on_sqlite
def test_a_case_keeps_to_the_way_it_was_opened_on(house: Services, twilio: Twilio, feed: Feed, desk: Desk) -> None:
    case = open_bad_case(twilio, feed)
    change_casework_rules(house, "luoning")
    token = desk.claim(case.id)
    do(house, casework.close, case.id, token, desk.user, Outcome.EXPLAINED, "已说明")
    assert only(house, Case).state is CaseState.CLOSED


@on_sqlite
def test_waiting_cases_are_not_handed_out_as_the_next(house: Services, case: Case, desk: Desk) -> None:
    step(desk, case, *TO_ASKED)
    other = make_desk(house, "吴磊")
    house_now = house.now() + timedelta(hours=1)
    with house.database.write() as session:
        assert casework.claim_next(session, other.user, house.policy, house_now) is None


def test_sweeps_at_once_tell_each_notice_once_and_two_hands_make_a_move_once(
    house: Services, case: Case, desk: Desk, unit: User, clock: MovingClock
) -> None:
    step(desk, case, Move.CONTACT)
    clock.move(days=20)

    def verify(_: int) -> bool:
        try:
            do(house, take_step, case.id, Move.VERIFY, unit, None, "属实", house.policy)
        except Conflict:
            return False
        return True

    at_once(4, lambda _: keep_deadlines(house))
    assert sum(at_once(4, verify)) == 1
    kinds = [event.kind for event in all_of(house, CaseEvent)]
    told = [n.kind for n in all_of(house, CaseNotice) if n.done_at]
    assert kinds.count("escalated") == told.count(NoticeKind.ESCALATION) == 3
    assert kinds.count("reminded") == told.count(NoticeKind.REMINDER) == 2
    assert kinds.count("verified") == 1


def test_a_second_rating_at_the_moment_at_which_the_wait_is_over_is_not_lost(
    house: Services, case: Case, desk: Desk, clock: MovingClock
) -> None:
    step(desk, case, *TO_ASKED)
    clock.move(days=9)
    at_once(2, lambda number: rated(house, case, 5) if number else keep_deadlines(house))
    closed = only(house, Case)
    assert (closed.state, closed.ending) == (CaseState.CLOSED, Ending.RATED_BETTER)
    assert not [row for row in all_of(house, CaseDeadline) if row.is_open]


@on_postgresql
def test_whoever_waits_for_a_case_while_its_rating_changes_finds_it_as_it_is_then(
    house: Services, case: Case, desk: Desk, unit: User
) -> None:
    ringing = Attempt(case_id=case.id, agent_id=desk.user.id, hold_token="-", requested_at=house.now())
    ringing.state = AttemptState.CITIZEN_RINGING
    with house.database.write() as session:
        session.add(ringing)
    deeds: list[tuple[int, CaseState, Callable[[], object]]] = [
        (2, CaseState.CONTACTED, lambda: do(house, dial.citizen_answered, ringing.id)),
        (1, CaseState.VERIFIED, lambda: do(house, take_step, case.id, Move.VERIFY, unit, None, "属实", house.policy)),
    ]
    for stars, state, deed in deeds:
        given = Given(stars, Channel.SMS, str(stars), Scale.STAR_5_BEST, "sms-stars@1", "digit")
        with house.database.write() as session:
            changed = rate(session, case.record_id, given, house.policy, house.now())
            done = meanwhile(house, deed)
        done.result(timeout=20)
        after = only(house, Case)
        assert (after.state, after.rating_id) == (state, changed.id)


@on_postgresql
def test_who_claims_and_moves_a_case_never_waits_in_a_circle_with_who_rates(
    house: Services, case: Case, desk: Desk
) -> None:
    with house.database.write() as session:
        token = casework.claim(session, case.id, desk.user, house.policy, house.now())
        session.flush()
        changed = meanwhile(house, lambda: rated(house, case, 2))
        take_step(session, case.id, Move.CONTACT, desk.user, token, "已联系", house.policy, house.now())
    second, after = changed.result(timeout=20), only(house, Case)
    assert (after.state, after.rating_id) == (CaseState.CONTACTED, second.id)
