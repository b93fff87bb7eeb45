"""Callbacks rung for real, by a Twilio on loopback that executes our answers: whoever hangs up when, and recorded."""

import wave
from collections.abc import Callable
from io import BytesIO

import httpx
import pytest

from hotline.actions import call_recordings, dial
from hotline.errors import Conflict
from hotline.jobs.recordings import erase_old
from hotline.rules.casework import AttemptResult, AttemptState, CaseState
from hotline.tables import Attempt, Case, CaseEvent, OutboxRow, Recording, User
from tests.cast import (
    ACCOUNT_SID,
    AGENT_PHONE,
    AUTH_TOKEN,
    WANG,
    Desk,
    Twilio,
    all_of,
    change_casework_rules,
    change_phone_rules,
    make_desk,
    on_sqlite,
    only,
    open_bad_case,
)
from tests.jobs.conftest import Town

Work = Callable[[], int]
NOTICE = "您好，这里是吉林市政务服务，给您回访。为保证服务质量，本次通话将会录音。如不希望录音，请告知工作人员。"


@pytest.fixture
def desk(town: Town) -> Desk:
    """An agent, and the bad case of Wang that they are to call about."""
    open_bad_case(Twilio(town.app), town.feed)
    return make_desk(town.house)


def ring(town: Town, desk: Desk, do_work: Work, *, unrecorded: bool = False) -> str:
    """The agent asks for the call, and the agent's telephone rings; the token of the case."""
    token = desk.claim(1)
    with town.house.database.write() as session:
        agent = session.get_one(User, desk.user.id)
        dial.dial(session, 1, token, agent, town.house.policy, town.house.now(), unrecorded=unrecorded)
    do_work()
    town.advance(1)
    return token


def citizen_rings(town: Town) -> None:
    """The agent picks up, and presses 1 while the whisper is read."""
    town.act(AGENT_PHONE, "answer")
    town.advance(1)
    town.act(AGENT_PHONE, "press", keys="1")
    town.advance(4)
    assert town.phone(WANG.e164)["call"]["status"] == "ringing"


def attempt_of(town: Town) -> Attempt:
    return only(town.house, Attempt)


def case_state(town: Town) -> CaseState:
    return only(town.house, Case).state


def is_at_twilio(recording: Recording) -> bool:
    return httpx.get(f"{recording.url}.wav", auth=(ACCOUNT_SID, AUTH_TOKEN)).status_code == 200


def test_a_recorded_call_is_announced_before_the_two_are_connected_and_kept_sealed(
    town: Town, desk: Desk, do_work: Work
) -> None:
    change_casework_rules(town.house, records_calls=True)
    ring(town, desk, do_work)
    citizen_rings(town)
    town.act(WANG.e164, "answer")
    assert (attempt_of(town).state, case_state(town)) == (AttemptState.NOTICE, CaseState.OPENED)
    agent, citizen = town.phone(AGENT_PHONE)["call"], town.phone(WANG.e164)["call"]
    assert [said["text"] for said in citizen["said"]] == [NOTICE]
    assert agent["bridged_with"] is None
    town.advance(20)
    assert town.phone(AGENT_PHONE)["call"]["bridged_with"] == citizen["sid"]
    assert (attempt_of(town).state, case_state(town)) == (AttemptState.BRIDGED, CaseState.CONTACTED)
    assert attempt_of(town).noticed_at == town.house.now()
    town.advance(30)
    town.act(WANG.e164, "hangup")
    do_work()
    recording = only(town.house, Recording)
    assert (recording.attempt_id, recording.state, recording.seconds) == (1, "kept", 50)
    with wave.open(BytesIO(town.house.recordings.open(recording.file or "") or b"")) as sound:
        assert sound.getnframes() / sound.getframerate() == 50
    assert not is_at_twilio(recording)
    assert attempt_of(town).result is AttemptResult.CONNECTED
    assert town.faults() == []
    town.clock.move(days=town.house.policy.phone.recordings_days)
    erase_old(town.house)
    assert only(town.house, Recording).state == "erased"
    assert town.house.recordings.open(recording.file or "") is None


@on_sqlite
def test_whoever_hangs_up_during_the_notice_was_not_spoken_to_and_nothing_of_it_is_kept(
    town: Town, desk: Desk, do_work: Work
) -> None:
    """Even where the city leaves its recordings at the carrier."""
    change_casework_rules(town.house, records_calls=True)
    change_phone_rules(town.house, erase_at_carrier=False)
    ring(town, desk, do_work)
    citizen_rings(town)
    town.act(WANG.e164, "answer")
    town.advance(3)
    town.act(WANG.e164, "hangup")
    do_work()
    assert (attempt_of(town).result, case_state(town)) == (AttemptResult.NO_ANSWER, CaseState.OPENED)
    recording = only(town.house, Recording)
    assert (recording.state, recording.file, is_at_twilio(recording)) == ("unwanted", None, False)


@on_sqlite
def test_a_citizen_who_does_not_want_it_is_recorded_no_more_and_the_talk_goes_on(
    town: Town, desk: Desk, do_work: Work
) -> None:
    change_casework_rules(town.house, records_calls=True)
    token = ring(town, desk, do_work)

    def refused() -> None:
        with town.house.database.write() as session:
            call_recordings.refuse_recording(session, 1, token, desk.user, town.house.now())

    with pytest.raises(Conflict, match="no call"):  # it only rings yet: nothing is recorded
        refused()
    citizen_rings(town)
    town.act(WANG.e164, "answer")
    town.advance(25)
    refused()
    do_work()
    town.advance(0)  # Twilio tells what it has
    do_work()
    with pytest.raises(Conflict, match="no call"):
        refused()
    assert town.phone(AGENT_PHONE)["call"]["bridged_with"] is not None
    recording = only(town.house, Recording)
    assert (recording.state, recording.file, is_at_twilio(recording)) == ("unwanted", None, False)
    town.advance(10)
    town.act(AGENT_PHONE, "hangup")
    do_work()
    assert len(all_of(town.house, Recording)) == 1
    assert attempt_of(town).result is AttemptResult.CONNECTED
    assert {row.state for row in all_of(town.house, OutboxRow, kind="stop_recording")} == {"done"}
    assert [event.kind for event in all_of(town.house, CaseEvent)][-4:] == [
        *("notice_heard", "contacted", "recording_refused", "call_ended")
    ]


@on_sqlite
@pytest.mark.parametrize("unrecorded", [False, True])
def test_nothing_is_recorded_without_the_policy_or_when_the_agent_calls_without(
    unrecorded: bool, town: Town, desk: Desk, do_work: Work
) -> None:
    change_casework_rules(town.house, records_calls=unrecorded)
    ring(town, desk, do_work, unrecorded=unrecorded)
    citizen_rings(town)
    town.act(WANG.e164, "answer")
    assert (attempt_of(town).state, case_state(town)) == (AttemptState.BRIDGED, CaseState.CONTACTED)
    assert len(town.phone(WANG.e164)["call"]["said"]) == 0
    town.act(WANG.e164, "hangup")
    assert all_of(town.house, Recording) == []


def hang_up_while_ringing_the_agent(town: Town) -> None:
    town.act(AGENT_PHONE, "hangup")


def hang_up_at_the_whisper(town: Town) -> None:
    town.act(AGENT_PHONE, "answer")
    town.act(AGENT_PHONE, "hangup")


def press_nothing(town: Town) -> None:
    town.act(AGENT_PHONE, "answer")
    town.advance(60)


def agent_hangs_up_while_it_rings(town: Town) -> None:
    citizen_rings(town)
    town.act(AGENT_PHONE, "hangup")


def citizen_declines(town: Town) -> None:
    citizen_rings(town)
    town.act(WANG.e164, "reject")
    town.advance(10)


def citizen_lets_it_ring(town: Town) -> None:
    citizen_rings(town)
    town.advance(60)


def agent_hangs_up_after_a_talk(town: Town) -> None:
    citizen_rings(town)
    town.act(WANG.e164, "answer")
    town.advance(5)
    town.act(AGENT_PHONE, "hangup")


def citizen_hangs_up_after_a_talk(town: Town) -> None:
    citizen_rings(town)
    town.act(WANG.e164, "answer")
    town.advance(5)
    town.act(WANG.e164, "hangup")
    town.advance(5)


ENDS: dict[Callable[[Town], None], AttemptResult] = {
    hang_up_while_ringing_the_agent: AttemptResult.AGENT_ABSENT,
    hang_up_at_the_whisper: AttemptResult.AGENT_ABSENT,
    press_nothing: AttemptResult.AGENT_ABSENT,
    agent_hangs_up_while_it_rings: AttemptResult.NO_ANSWER,
    citizen_declines: AttemptResult.BUSY,
    citizen_lets_it_ring: AttemptResult.NO_ANSWER,
    agent_hangs_up_after_a_talk: AttemptResult.CONNECTED,
    citizen_hangs_up_after_a_talk: AttemptResult.CONNECTED,
}


@on_sqlite
def test_every_end_is_told_apart_although_reports_come_twice_and_in_a_wrong_order(
    town: Town, desk: Desk, do_work: Work
) -> None:
    town.nasty(reorder=True, repeat=1, seed=7)
    for number, (end, result) in enumerate(ENDS.items(), start=1):
        town.clock.move(hours=1)  # past the caps of five minutes
        with town.house.database.write() as session:
            session.get_one(Case, 1).state = CaseState.OPENED
            session.get_one(Case, 1).contacted_at = None
        ring(town, desk, do_work)
        end(town)
        town.advance(1)
        attempt = all_of(town.house, Attempt)[-1]
        spoke = result is AttemptResult.CONNECTED
        assert (attempt.id, attempt.state, attempt.result) == (number, AttemptState.ENDED, result), end
        assert case_state(town) is (CaseState.CONTACTED if spoke else CaseState.OPENED), end
        assert len(all_of(town.house, CaseEvent, kind="call_ended")) == number, end


@on_sqlite
@pytest.mark.parametrize("lost_at", ["answer", "hangup"])
def test_a_report_that_is_lost_loses_neither_the_talk_nor_its_recording(
    lost_at: str, town: Town, desk: Desk, do_work: Work
) -> None:
    """Of the citizen's answer; or of their hanging up and of the recording, which the end of the bridge names too."""
    change_casework_rules(town.house, records_calls=True)
    ring(town, desk, do_work)
    citizen_rings(town)
    if lost_at == "answer":
        town.nasty(lose=1)
    town.act(WANG.e164, "answer")
    town.advance(20)
    assert attempt_of(town).state is AttemptState.BRIDGED
    if lost_at == "hangup":
        town.nasty(lose=2)
    town.act(WANG.e164, "hangup")
    town.advance(1)
    do_work()
    assert (attempt_of(town).result, case_state(town)) == (AttemptResult.CONNECTED, CaseState.CONTACTED)
    assert (only(town.house, Recording).state, len(all_of(town.house, OutboxRow, kind="recording"))) == ("kept", 1)
    lost = [asked["url"] for asked in town.ask("GET", "/requests")["requests"] if asked["lost"]]
    wanted = {"answer": ["citizen"], "hangup": ["citizen", "recording"]}
    assert [url.rpartition("/")[2] for url in lost] == wanted[lost_at]
