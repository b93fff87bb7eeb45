"""Any sequence of moves, legal or not, while the clock moves and the sweep is sometimes away: nothing illegal happens,
no deadline passes without its reminder and its rungs, exactly once, no case is stuck, and the history adds up."""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.actions import case_appeals, case_sharing, casework
from hotline.actions.case_contacts import Told, record_contact
from hotline.actions.case_history import PARTS
from hotline.actions.case_steps import take_step
from hotline.actions.rate import Given, active_rating, rate, withdraw
from hotline.console.ratings import _figures
from hotline.errors import HotlineError
from hotline.jobs import tasks
from hotline.jobs.casework import keep_deadlines
from hotline.outbox import Kind
from hotline.reports.funnel import funnel
from hotline.rules.casework import (
    OPEN,
    WAYS,
    CaseState,
    DeadlineKind,
    Ending,
    Ground,
    Move,
    Need,
    NoticeKind,
    Outcome,
    Part,
    Steps,
    moves_for,
    refusal,
)
from hotline.rules.contacts import ContactResult, ContactWay
from hotline.rules.deadlines import moment_after, moment_before
from hotline.rules.phones import read_phone
from hotline.rules.scale import Scale, is_bad
from hotline.rules.script import Channel
from hotline.services import Services
from hotline.tables import (
    Case,
    CaseAppeal,
    CaseContact,
    CaseDeadline,
    CaseEvent,
    CaseNotice,
    Invitation,
    OutboundText,
    Rating,
    ServiceRecord,
    StoredRating,
    User,
)
from hotline.tables.contacts import TextState
from hotline.tables.people import Role
from hotline.tables.service import InvitationState, RatingState, RecordKind
from tests.cast import WANG, change_casework_rules
from tests.conftest import MovingClock

BEGIN = datetime(2026, 11, 23, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
UNIT, OTHER = "220200-HRSS", "220200-PSB"
PEOPLE = (
    ("坐席", Role.AGENT, None),
    ("班长", Role.SUPERVISOR, None),
    ("人社", Role.DEPARTMENT, UNIT),
    ("公安", Role.DEPARTMENT, OTHER),
    ("复核", Role.REVIEWER, "220200-GA"),
    ("内部复核", Role.REVIEWER, UNIT),
)
BY_STAFF = [move for move, way in WAYS.items() if way.by & {Part.AGENT, Part.SUPERVISOR, Part.DEPARTMENT, Part.REVIEWER}
            and Part.SYSTEM not in way.by]  # fmt: skip


class Cases(RuleBasedStateMachine):
    """One case; `house` and `clock` are the test's, and every example has a record of its own."""

    house: Services
    clock: MovingClock
    users: dict[str, User]
    serial: Any

    @initialize()
    def rated_badly(self) -> None:
        self.clock.now = BEGIN
        now, house = self.clock.now, self.house
        with house.database.write() as session:
            record = ServiceRecord(
                kind=RecordKind.TRANSACTION, number=f"JL-{next(self.serial)}", service_count=1, completed_at=now,
                received_at=now, phone=house.vault.seal_phone(read_phone(WANG.phone, "CN")), language="zh-CN",
                named=False, dept_code=UNIT,
            )  # fmt: skip
            invitation = Invitation(
                record=record, round=1, channel=Channel.SMS, state=InvitationState.DELIVERED, script="sms-stars@1",
                language="zh-CN", created_at=now,
            )  # fmt: skip
            session.add_all([record, invitation])
            session.flush()
            session.add(OutboundText(
                invitation_id=invitation.id, phone=record.phone, body="", segments=1, state=TextState.DELIVERED,
                created_at=now, begun_at=now,
            ))  # fmt: skip
            self.record_id = record.id
            self.answered = self._answered(session)
            self.active = _figures(session, BEGIN).total
        self._rate(1)
        with house.database.read() as session:
            self.case_id = session.scalars(select(Case.id).where(Case.record_id == self.record_id)).one()

    def _rate(self, stars: int) -> None:
        given = Given(stars, Channel.SMS, str(stars), Scale.STAR_5_BEST, "sms-stars@1", "digit")
        with self.house.database.write() as session:
            rate(session, self.record_id, given, self.house.policy, self.clock.now)

    def _case(self, session: Session) -> Case:
        return session.get_one(Case, self.case_id)

    def _seen(self) -> tuple[CaseState, int]:
        with self.house.database.read() as session:
            events = select(CaseEvent.id).where(CaseEvent.case_id == self.case_id, CaseEvent.kind != "claimed")
            return self._case(session).state, len(session.scalars(events).all())

    @rule(hours=st.sampled_from([1, 9, 30, 80, 200]))
    def time_goes_by(self, hours: int) -> None:
        self.clock.move(hours=hours)

    @rule()
    def the_sweep_comes_by(self) -> None:
        keep_deadlines(self.house)

    @rule(stars=st.sampled_from([1, 2, 4, 5]))
    def the_citizen_rates(self, stars: int) -> None:
        before, _ = self._seen()
        self._rate(stars)
        after, _ = self._seen()
        if before is CaseState.CLOSED:
            assert after is (CaseState.OPENED if is_bad(stars) else CaseState.CLOSED)
        elif before is CaseState.ASKED_AGAIN:
            assert after is (CaseState.CENTRE_CALLBACK if is_bad(stars) else CaseState.CLOSED)

    @rule(better=st.booleans())
    def the_citizen_takes_back_what_they_rated_last(self, better: bool) -> None:
        if better:
            self._rate(5)
        before, _ = self._seen()
        with self.house.database.write() as session:
            was_better = self._case(session).ending is Ending.RATED_BETTER
            withdraw(session, self.record_id, self.house.policy, self.clock.now)
            left = active_rating(session, self.record_id)
        after, _ = self._seen()
        called = was_better and left is not None and is_bad(left.stars)
        assert after is (CaseState.CENTRE_CALLBACK if called else before)

    @rule(how=st.sampled_from(BY_STAFF), name=st.sampled_from([name for name, _, _ in PEOPLE]), says=st.booleans(),
          outcome=st.sampled_from(Outcome))  # fmt: skip
    def somebody_tries(self, how: Move, name: str, says: bool, outcome: Outcome) -> None:
        user, (state, lines) = self.users[name], self._seen()
        needs = WAYS[how].needs if says else frozenset[Need]()
        legal = refusal(how, state, PARTS[user.role], Steps.FULL, needs, outcome) is None
        try:
            self._make(how, user, "因为如此" if says else " ", outcome)
        except HotlineError:
            assert self._seen() == (state, lines), "a refused move changed something"
        else:
            assert legal, f"{how} of {state} by {user.role} went through"

    @rule(data=st.data(), times=st.integers(1, 5))
    def people_do_what_they_may(self, data: st.DataObject, times: int) -> None:
        for _ in range(times):
            state, lines = self._seen()
            may = [
                (how, name)
                for name, user in self.users.items()
                for how in moves_for(state, PARTS[user.role], Steps.FULL)
                if how not in (Move.CLOSE, Move.CONSULT)  # else most cases end at once, or stand still
            ]
            if may:
                how, name = data.draw(st.sampled_from(may))
                try:
                    self._make(how, self.users[name], "按规定", Outcome.EXPLAINED)
                except HotlineError:  # such as nothing to recall, or a reviewer of the same unit
                    assert self._seen() == (state, lines)

    @rule(name=st.sampled_from(["复核", "内部复核"]), how=st.sampled_from([Move.EXCLUDE, Move.KEEP]))
    def the_unit_appeals(self, name: str, how: Move) -> None:
        state, _ = self._seen()
        if state not in WAYS[Move.APPEAL].before:
            return
        try:
            self._make(Move.APPEAL, self.users["人社"], "按错键", Outcome.EXPLAINED)
            self._make(how, self.users[name], "听了录音", Outcome.EXPLAINED)
        except HotlineError:
            assert self._seen()[0] in (state, CaseState.APPEALED)
        else:
            assert name == "复核"
            assert self._seen()[0] is (state if how is Move.KEEP else CaseState.CLOSED)

    @rule(steps=st.integers(1, 6), hours=st.sampled_from([500, 80, 1]))
    def the_case_goes_on(self, steps: int, hours: int) -> None:
        """What is next on the way, by whoever may: else few sequences would come to its end."""
        for _ in range(steps):
            state, _ = self._seen()
            if state not in _NEXT:
                return
            how, name = _NEXT[state]
            self.clock.move(hours=hours)  # and nobody sweeps meanwhile
            self._make(how, self.users[name], "按规定", Outcome.EXPLAINED)
            assert self._seen()[0] is not state

    @rule(result=st.sampled_from(ContactResult), way=st.sampled_from([ContactWay.OWN_PHONE, ContactWay.VISIT]))
    def a_contact_is_written_down(self, result: ContactResult, way: ContactWay) -> None:
        house, now, agent, before = self.house, self.clock.now, self.users["坐席"], self._seen()
        told = Told(way, result, "因为如此", now + timedelta(days=1))
        try:
            with house.database.write() as session:
                token = self._claim(session, agent)
                case = record_contact(session, self.case_id, token, agent, told, house.policy, now)
        except HotlineError:
            assert self._seen() == before, "a refused contact changed something"
            return
        in_vain = result in (ContactResult.NO_ANSWER, ContactResult.BUSY)
        assert (case.outcome is Outcome.UNREACHABLE) <= in_vain
        if case.outcome is Outcome.UNREACHABLE:
            self._was_called_often_enough()
        elif in_vain:
            assert case.call_at is not None
            assert case.call_at > now

    def _was_called_often_enough(self) -> None:
        redial = self.house.policy.casework.redial
        with self.house.database.read() as session:
            of_case = CaseContact.case_id == self.case_id, CaseContact.rang
            rang = session.scalars(select(CaseContact.at).where(*of_case)).all()
        assert len(rang) >= redial.give_up_tries
        assert len({at.date() for at in rang}) >= redial.give_up_days

    def _make(self, how: Move, user: User, note: str, outcome: Outcome) -> None:
        house, now, policy = self.house, self.clock.now, self.house.policy
        with house.database.write() as session:
            token = self._claim(session, user) if user.role in (Role.AGENT, Role.SUPERVISOR) else None
            mine, held = (session, self.case_id, user, token), (session, self.case_id, user, token or "")
            acts: dict[Move, Callable[[], object]] = {
                Move.APPEAL: lambda: case_appeals.appeal(*mine, Ground.MISTAKEN, note, note, policy, now),
                Move.WITHDRAW_APPEAL: lambda: case_appeals.withdraw_appeal(*mine, note, now),
                Move.KEEP: lambda: case_appeals.keep_rating(*mine[:3], note, now),
                Move.EXCLUDE: lambda: case_appeals.exclude_rating(*mine[:3], note, note, now),
                Move.CLOSE: lambda: casework.close(session, self.case_id, token or "", user, outcome, note, now),
                Move.HAND_OVER: lambda: case_sharing.hand_over(*mine, OTHER, note, now),
                Move.RECALL: lambda: case_sharing.recall(*mine, self._case(session).lead_dept, note, now),
                Move.JOIN: lambda: case_sharing.join(*mine, "220200-GA", note, now),
                Move.LEAVE: lambda: case_sharing.leave(*mine, "220200-GA", note, now),
                Move.MERGE: lambda: case_sharing.merge(*held, self.case_id, note, now),
                Move.ASK_EXTENSION: lambda: case_sharing.ask_extension(*mine, date(2027, 5, 20), note, policy, now),
                Move.GRANT_EXTENSION: lambda: case_sharing.decide_extension(*mine[:3], True, note, policy, now),
                Move.REFUSE_EXTENSION: lambda: case_sharing.decide_extension(*mine[:3], False, note, policy, now),
            }
            if how in acts:
                acts[how]()
            else:
                take_step(session, self.case_id, how, user, token, note, policy, now)

    def _claim(self, session: Session, user: User) -> str:
        """Whoever held it has let go meanwhile."""
        self._case(session).held_until = None
        session.flush()
        return casework.claim(session, self.case_id, user, self.house.policy, self.clock.now)

    @invariant()
    def people_have_a_way_on(self) -> None:
        state, _ = self._seen() if hasattr(self, "case_id") else (CaseState.OPENED, 0)
        if state in OPEN:
            parts = (Part.AGENT, Part.SUPERVISOR, Part.DEPARTMENT, Part.REVIEWER)
            ways = [WAYS[move] for part in parts for move in moves_for(state, part, Steps.FULL)]
            assert any(way.after is not None or way.returns for way in ways)

    @invariant()
    def the_queue_goes_by_the_nearest_deadline(self) -> None:
        if not hasattr(self, "case_id"):
            return
        of_case = CaseDeadline.case_id == self.case_id, CaseDeadline.kind != DeadlineKind.RE_RATING
        still_open = CaseDeadline.met_at.is_(None), CaseDeadline.dropped_at.is_(None)
        with self.house.database.read() as session:
            nearest = session.scalar(select(func.min(CaseDeadline.due_at)).where(*of_case, *still_open))
            assert self._case(session).due_at == nearest

    def teardown(self) -> None:
        if not hasattr(self, "case_id"):
            return
        self.clock.move(hours=24 * 3)
        keep_deadlines(self.house)
        self._everything_is_true()
        self._there_is_a_way_to_the_end()
        self._everything_is_true()

    def _everything_is_true(self) -> None:
        for _ in range(3):  # what is due is forwarded in batches
            tasks.work(Kind.FORWARD, 0)
        with self.house.database.read() as session:
            self._every_notice_came_once(session)
            self._the_wait_for_a_second_rating_ended_once(session)
            self._the_history_adds_up(session)
            self._excluded_ratings_do_not_count(session)

    def _there_is_a_way_to_the_end(self) -> None:
        """Wherever it stands: people do what is next, the citizen says nothing, and the sweep comes by."""
        for _ in range(len(CaseState)):
            state, _ = self._seen()
            if state is CaseState.CLOSED:
                return
            if state in _NEXT:
                how, name = _NEXT[state]
                self._make(how, self.users[name], "按规定", Outcome.EXPLAINED)
            self.clock.move(hours=24 * 6)
            keep_deadlines(self.house)
        raise AssertionError(f"no way out of {self._seen()}")

    def _every_notice_came_once(self, session: Session) -> None:
        told: Counter[str] = Counter()
        for deadline in session.scalars(select(CaseDeadline).where(CaseDeadline.case_id == self.case_id)):
            ended = deadline.met_at or deadline.dropped_at or self.clock.now
            notices = select(CaseNotice).where(CaseNotice.deadline_id == deadline.id, CaseNotice.done_at.is_not(None))
            done = [n for n in session.scalars(notices) if n.kind in (NoticeKind.REMINDER, NoticeKind.ESCALATION)]
            wanted = {what for what, due_at in self._planned(deadline).items() if due_at <= ended}
            assert sorted((n.kind, n.step) for n in done) == sorted(wanted), deadline.kind
            told.update(n.kind for n in done)
        kinds = Counter(session.scalars(select(CaseEvent.kind).where(CaseEvent.case_id == self.case_id)))
        assert (kinds["reminded"], kinds["escalated"]) == (told[NoticeKind.REMINDER], told[NoticeKind.ESCALATION])
        late = select(CaseNotice.id).where(CaseNotice.due_at <= self.clock.now, CaseNotice.done_at.is_(None))
        assert session.scalars(late.where(CaseNotice.case_id == self.case_id)).all() == []

    def _the_wait_for_a_second_rating_ended_once(self, session: Session) -> None:
        """By the citizen, or by the time: then the centre was told to call, once for each."""
        waits = select(CaseDeadline).where(CaseDeadline.case_id == self.case_id)
        of_rating = session.scalars(waits.where(CaseDeadline.kind == DeadlineKind.RE_RATING)).all()
        ended = [wait for wait in of_rating if wait.dropped_at is not None and wait.dropped_at >= wait.due_at]
        closed = set(self._moments(session, "closed")) - set(self._moments(session, "centre_callback"))
        over = [
            wait.id for wait in ended if wait.dropped_at not in closed
        ]  # else the citizen refused, or was not there
        lapsed = select(CaseNotice.deadline_id).where(CaseNotice.kind == NoticeKind.LAPSE)
        done = session.scalars(lapsed.where(CaseNotice.case_id == self.case_id, CaseNotice.done_at.is_not(None))).all()
        assert sorted(done) == sorted(over)
        assert not [wait for wait in of_rating if wait.is_open and wait.due_at <= self.clock.now]

    def _moments(self, session: Session, kind: str) -> list[datetime]:
        of_case = CaseEvent.case_id == self.case_id, CaseEvent.kind == kind
        return list(session.scalars(select(CaseEvent.at).where(*of_case)))

    def _planned(self, deadline: CaseDeadline) -> dict[tuple[NoticeKind, int], datetime]:
        """What the policy says, counted here once more."""
        rules, zone = self.house.policy.casework, self.house.policy.zone
        if deadline.kind is DeadlineKind.RE_RATING:
            return {}
        planned = {}
        for number, before in enumerate(rules.reminders):
            due_at = moment_before(deadline.due_at, before.count, before.unit, zone)
            if due_at > deadline.started_at:
                planned[(NoticeKind.REMINDER, 2 * number)] = due_at
                if deadline.kind in (DeadlineKind.VERIFY, DeadlineKind.RECTIFY, DeadlineKind.ANSWER):
                    planned[(NoticeKind.REMINDER, 2 * number + 1)] = due_at  # the department too
        for number, rung in enumerate(rules.ladder):
            due_at = moment_after(deadline.due_at, rung.after.count, rung.after.unit, rules.closes_at, zone)
            planned[(NoticeKind.ESCALATION, number)] = due_at
        return planned

    def _the_history_adds_up(self, session: Session) -> None:
        """Played again from the beginning, it ends where the case is, and every move in it is legal."""
        events = session.scalars(select(CaseEvent).where(CaseEvent.case_id == self.case_id).order_by(CaseEvent.id))
        state, before_appeal, last = None, None, BEGIN
        for event in events:
            assert event.actor
            assert event.at >= last
            last = event.at
            if event.kind in (Move.KEEP, Move.WITHDRAW_APPEAL):
                assert state is CaseState.APPEALED
                state = before_appeal
            elif event.kind == Move.HEAR and before_appeal is CaseState.OPENED:
                before_appeal = CaseState.CONTACTED
            elif event.kind in list(CaseState):
                after = CaseState(event.kind)
                assert state is None or any(way.after is after for way in WAYS.values() if state in way.before)
                before_appeal, state = (state if after is CaseState.APPEALED else before_appeal), after
        case = self._case(session)
        assert case.state is state
        assert (case.closed_at is not None) == (state is CaseState.CLOSED)
        open_appeals = select(CaseAppeal.id).where(CaseAppeal.case_id == case.id, CaseAppeal.decided_at.is_(None))
        assert len(session.scalars(open_appeals).all()) == (state is CaseState.APPEALED)

    def _excluded_ratings_do_not_count(self, session: Session) -> None:
        excluded = select(CaseAppeal.rating_id).where(CaseAppeal.case_id == self.case_id)
        rating = active_rating(session, self.record_id)
        assert rating is None or rating.state is RatingState.ACTIVE
        out = session.scalars(excluded.where(CaseAppeal.verdict == "excluded")).all()
        assert rating is None or rating.id not in out
        ratings = session.scalars(select(Rating).where(Rating.record_id == self.record_id).order_by(Rating.id)).all()
        stored = {row.rating_id: row.document["state"] for row in session.scalars(select(StoredRating))}
        assert {rating.id: rating.state for rating in ratings} == {rating.id: stored[rating.id] for rating in ratings}
        active = sum(rating.state is RatingState.ACTIVE for rating in ratings)
        assert _figures(session, BEGIN).total - self.active == active
        counts = self._answered(session) - self.answered
        first = [rating.state for rating in ratings if rating.round == 1]
        assert counts == (first[-1] is not RatingState.EXCLUDED)  # who took it back has answered all the same

    def _answered(self, session: Session) -> int:
        day = BEGIN.date()
        return funnel(session, day, day, self.house.policy.zone)[0].answered


_NEXT = {
    CaseState.OPENED: (Move.CONTACT, "坐席"),
    CaseState.CONTACTED: (Move.VERIFY, "人社"),
    CaseState.VERIFIED: (Move.RECTIFY, "人社"),
    CaseState.RECTIFYING: (Move.ANSWER, "坐席"),
    CaseState.EXPLAINED: (Move.ANSWER, "班长"),
    CaseState.APPEALED: (Move.KEEP, "复核"),
    CaseState.CENTRE_CALLBACK: (Move.CLOSE, "坐席"),
}


def test_whatever_people_citizens_and_the_clock_do(
    house: Services, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_casework_rules(house, "luoning", consults_first=False)
    users = {
        name: User(name=name, role=role, dept_code=code, password_hash="-", created_at=BEGIN)
        for name, role, code in PEOPLE
    }
    with house.database.write() as session:
        session.add_all(users.values())
    Cases.house, Cases.clock, Cases.users = house, clock, users
    Cases.serial = count(1)
    monkeypatch.setattr(tasks, "house", lambda: house)
    run_state_machine_as_test(
        Cases,
        settings=settings(
            max_examples=8 if house.database.engine.dialect.name == "sqlite" else 3,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],  # with a real database there is no time to look for a shorter sequence
            suppress_health_check=list(HealthCheck),
        ),
    )
