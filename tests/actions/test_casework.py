"""A bad rating's case: opened with it, queued in RQ, held by one agent, contacted, closed; its history kept whole."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from rq import Queue, SimpleWorker

from hotline.actions import casework
from hotline.actions.case_history import who
from hotline.actions.rate import Given, rate
from hotline.errors import BadInput, Conflict, NotFound
from hotline.jobs import tasks
from hotline.rules.casework import OUTCOMES_OF_CONTACT, CaseState, Move, Outcome
from hotline.rules.scale import Scale
from hotline.rules.script import Channel
from hotline.services import Services
from hotline.tables import Case, CaseEvent, OutboxRow, Rating
from hotline.tables.plumbing import OutboxState
from tests.cast import (
    WANG,
    ZHAO,
    Desk,
    Feed,
    Twilio,
    all_of,
    at_once,
    city_time,
    make_desk,
    on_sqlite,
    only,
    open_bad_case,
)
from tests.conftest import MovingClock

CITY = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def case(twilio: Twilio, feed: Feed) -> Case:
    return open_bad_case(twilio, feed)


def close(desk: Desk, case: Case, token: str, outcome: Outcome = Outcome.EXPLAINED, note: str = "已说明情况") -> None:
    with desk.house.database.write() as session:
        casework.close(session, case.id, token, desk.user, outcome, note, desk.house.now())


def kinds(house: Services) -> list[tuple[str, str]]:
    return [(event.kind, event.actor) for event in all_of(house, CaseEvent)]


@pytest.mark.parametrize(("stars", "opens"), [(1, True), (2, True), (3, False), (4, False), (5, False)])
@on_sqlite
def test_one_and_two_stars_open_a_case_and_others_do_not(
    stars: int, opens: bool, house: Services, feed: Feed, twilio: Twilio
) -> None:
    feed.transaction()
    twilio.text(WANG, str(stars))
    assert len(all_of(house, Case)) == opens
    assert len(all_of(house, OutboxRow, kind="callback")) == opens


def test_the_case_is_in_the_commit_of_its_rating(
    house: Services, feed: Feed, twilio: Twilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the case cannot be opened the rating is not there either, and the citizen's text is tried again."""
    feed.transaction()

    def fails(*_: object) -> None:
        raise RuntimeError("no room")

    with monkeypatch.context() as broken:
        broken.setattr("hotline.actions.casework.add_event", fails)
        form = {"MessageSid": "SM1", "From": WANG.e164, "Body": "1"}
        assert twilio.post("/webhooks/twilio/sms", form).status_code == 500
    assert (all_of(house, Rating), all_of(house, Case), all_of(house, OutboxRow, kind="callback")) == ([], [], [])


def test_the_callbacks_queue_of_rq_really_holds_a_job(house: Services, case: Case) -> None:
    queue = Queue("callbacks", connection=house.redis)
    (job,) = queue.jobs
    row = only(house, OutboxRow, kind="callback")
    assert job.func_name == "hotline.jobs.tasks.work"
    assert job.args == ("callback", row.id)
    assert WANG.e164[3:] not in str(job.to_dict())


def test_working_that_job_puts_the_case_before_the_agents(
    house: Services, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "house", lambda: house)
    SimpleWorker(["callbacks"], connection=house.redis).work(burst=True, logging_level="WARNING")
    assert only(house, Case).queued_at == house.now()
    assert kinds(house) == [("opened", "citizen"), ("queued", "system")]
    row = only(house, OutboxRow, kind="callback")
    assert (row.state, row.due_at) == (OutboxState.PENDING, case.first_contact_due_at)


@on_sqlite
@pytest.mark.parametrize(
    ("local", "due", "provisional"),
    [
        ("2026-11-23 09:30", "2026-11-24 18:00", False),
        ("2026-11-27 16:00", "2026-11-30 18:00", False),  # Friday → Monday
        ("2026-09-30 09:30", "2026-10-08 18:00", False),  # 国庆
        ("2026-10-09 09:30", "2026-10-10 18:00", False),  # the Saturday that is worked
        ("2026-02-14 09:30", "2026-02-24 18:00", False),  # 春节
        ("2026-12-31 09:30", "2027-01-01 18:00", True),  # no list for 2027 yet
    ],
)
def test_first_contact_is_due_in_working_days(
    local: str, due: str, provisional: bool, clock: MovingClock, house: Services, feed: Feed, twilio: Twilio
) -> None:
    clock.now = datetime.fromisoformat(local).replace(tzinfo=CITY)
    feed.transaction(completed_at=clock.now.isoformat())
    twilio.text(WANG, "1")
    case = only(house, Case)
    assert (city_time(house, case.first_contact_due_at), case.deadline_provisional) == (due, provisional)


@on_sqlite
def test_a_case_is_marked_overdue_exactly_once_at_its_deadline(
    house: Services, case: Case, work: Callable[[], int], clock: MovingClock
) -> None:
    work()
    clock.now = case.first_contact_due_at - timedelta(seconds=1)
    work()
    assert only(house, Case).overdue_at is None
    clock.now = case.first_contact_due_at
    work()
    assert only(house, Case).overdue_at == clock.now
    for _ in range(3):
        clock.move(days=1)
        work()
    with house.database.write() as session:  # and though a person has its row worked once more
        assert casework.queue_case(session, case.id, clock.now) is None
    assert [kind for kind, _ in kinds(house)] == ["opened", "queued", "overdue"]
    assert only(house, OutboxRow, kind="callback").state is OutboxState.DONE


@on_sqlite
def test_a_case_contacted_in_time_is_never_overdue(
    house: Services, case: Case, desk: Desk, work: Callable[[], int], clock: MovingClock
) -> None:
    work()
    token = desk.claim(case.id)
    with house.database.write() as session:
        held = casework.held(session, case.id, token, house.now())
        casework.move(session, held, Move.CONTACT, who(desk.user), house.now())
    clock.now = case.first_contact_due_at + timedelta(days=1)
    work()
    assert only(house, Case).overdue_at is None


def test_of_ten_agents_at_once_one_holds_the_case(house: Services, case: Case) -> None:
    desks = [make_desk(house, f"坐席{number}") for number in range(10)]

    def claim(number: int) -> str | None:
        try:
            return desks[number].claim(case.id)
        except Conflict:
            return None

    tokens = at_once(10, claim)
    (winner,) = [number for number, token in enumerate(tokens) if token]
    held = only(house, Case)
    assert (held.holder_id, held.hold_token) == (desks[winner].user.id, tokens[winner])
    assert [kind for kind, _ in kinds(house)].count("claimed") == 1


def test_ten_agents_asking_for_the_next_case_get_ten_cases(house: Services, feed: Feed, twilio: Twilio) -> None:
    for number in range(6):
        feed.transaction(f"JL-{number:04}")
        twilio.text(WANG, f"{number:04} 1")
    desks = [make_desk(house, f"坐席{number}") for number in range(6)]

    def next_case(number: int) -> int | None:
        with house.database.write() as session:
            found = casework.claim_next(session, desks[number].user, house.policy, house.now())
            return None if found is None else found[0]

    taken = at_once(6, next_case)
    assert None not in taken
    assert len(set(taken)) == 6


@on_sqlite
def test_a_lease_that_ended_frees_the_case_and_its_old_page_is_refused(
    house: Services, case: Case, desk: Desk, clock: MovingClock
) -> None:
    other = make_desk(house, "吴磊")
    stale = desk.claim(case.id)
    with pytest.raises(Conflict):
        other.claim(case.id)
    clock.move(minutes=house.policy.casework.lease_minutes)
    with house.database.write() as session, pytest.raises(Conflict):
        casework.held(session, case.id, stale, house.now())
    token = other.claim(case.id)
    for act in (
        lambda session: casework.renew(session, case.id, stale, house.policy, house.now()),
        lambda session: casework.release(session, case.id, stale, desk.user, house.now()),
        lambda session: casework.close(session, case.id, stale, desk.user, Outcome.EXPLAINED, "x", house.now()),
    ):
        with house.database.write() as session, pytest.raises(Conflict):
            act(session)
    held = only(house, Case)
    assert (held.state, held.hold_token) == (CaseState.OPENED, token)


@on_sqlite
def test_renewing_holds_the_case_and_releasing_gives_it_back(
    house: Services, case: Case, desk: Desk, clock: MovingClock
) -> None:
    token = desk.claim(case.id)
    for _ in range(5):
        clock.move(minutes=house.policy.casework.lease_minutes - 1)
        with house.database.write() as session:
            casework.renew(session, case.id, token, house.policy, house.now())
    with house.database.write() as session:
        casework.release(session, case.id, token, desk.user, house.now())
    make_desk(house, "吴磊").claim(case.id)


@on_sqlite
def test_a_second_tab_of_the_same_agent_takes_over_from_the_first(house: Services, case: Case, desk: Desk) -> None:
    first, second = desk.claim(case.id), desk.claim(case.id)
    with pytest.raises(Conflict):
        close(desk, case, first)
    close(desk, case, second)


@pytest.mark.parametrize("outcome", [one for one in Outcome if one is not Outcome.UNREACHABLE])
@on_sqlite
def test_closing_keeps_the_outcome_the_note_and_the_whole_history(
    outcome: Outcome, house: Services, case: Case, desk: Desk, work: Callable[[], int], clock: MovingClock
) -> None:
    work()
    token = desk.claim(case.id)
    clock.move(minutes=4)
    close(desk, case, token, outcome, "  电话中已说明，市民表示理解。 ")
    closed = only(house, Case)
    assert (closed.state, closed.outcome, closed.closed_at) == (CaseState.CLOSED, outcome, clock.now)
    assert (closed.holder_id, closed.held_until, closed.hold_token) == (None, None, None)
    spoke = outcome in OUTCOMES_OF_CONTACT
    assert (closed.contacted_at is not None) == spoke
    contacted = [("contacted", desk.user.name)] if spoke else []
    assert kinds(house) == [
        ("opened", "citizen"),
        ("queued", "system"),
        ("claimed", desk.user.name),
        *contacted,
        ("closed", desk.user.name),
    ]
    last = all_of(house, CaseEvent)[-1]
    assert (last.note, last.facts, last.at) == ("电话中已说明，市民表示理解。", {"outcome": str(outcome)}, clock.now)


def test_a_new_bad_rating_opens_a_closed_case_again(
    house: Services, case: Case, desk: Desk, work: Callable[[], int], clock: MovingClock
) -> None:
    work()
    close(desk, case, desk.claim(case.id))
    clock.move(days=1)
    with house.database.write() as session:
        again = Given(1, Channel.SMS, "1", Scale.STAR_5_BEST, "sms-stars@1", "digit")
        rating_id = rate(session, case.record_id, again, house.policy, clock.now).id
    work()
    opened = only(house, Case)
    assert (opened.state, opened.rating_id, opened.outcome, opened.closed_at) == (
        CaseState.OPENED,
        rating_id,
        None,
        None,
    )
    assert opened.first_contact_due_at > clock.now
    assert opened.queued_at == clock.now
    assert kinds(house)[-3:] == [("rating_changed", "citizen"), ("opened", "citizen"), ("queued", "system")]
    desk.claim(case.id)


@on_sqlite
def test_a_closed_case_is_closed(house: Services, case: Case, desk: Desk) -> None:
    token = desk.claim(case.id)
    close(desk, case, token)
    with pytest.raises(Conflict):
        close(desk, case, token)
    with pytest.raises(Conflict, match="closed"):
        desk.claim(case.id)
    with pytest.raises(NotFound):
        desk.claim(99)


@on_sqlite
@pytest.mark.parametrize("note", ["", "  \n", "x" * 2001])
def test_a_note_must_say_something_and_not_everything(note: str, house: Services, case: Case, desk: Desk) -> None:
    token = desk.claim(case.id)
    with pytest.raises(BadInput) as refused:
        close(desk, case, token, note=note)
    assert refused.value.field == "note"
    assert only(house, Case).state is CaseState.OPENED


@on_sqlite
def test_what_a_citizen_changes_is_put_into_the_history_and_opens_no_second_case(
    house: Services, case: Case, twilio: Twilio
) -> None:
    for words in ("5", "1", "撤销"):
        twilio.text(WANG, words)
    assert len(all_of(house, Case)) == 1
    assert [event.note for event in all_of(house, CaseEvent, kind="rating_changed")] == ["1 → 5", "5 → 1", "1 → –"]


@on_sqlite
def test_every_bad_rating_has_a_case_of_its_own(house: Services, feed: Feed, twilio: Twilio) -> None:
    for number, person in (("JL-1001", WANG), ("JL-1002", ZHAO)):
        feed.transaction(number, person)
        twilio.text(person, "2")
    assert [case.record.number for case in all_of(house, Case)] == ["JL-1001", "JL-1002"]
    assert Queue("callbacks", connection=house.redis).count == 2
