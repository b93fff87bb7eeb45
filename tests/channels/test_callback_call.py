"""The callback: our call rings the agent, whispers, waits for 1, bridges the citizen; each end is told apart."""

from collections.abc import Callable

import pytest

from hotline.actions import call_recordings, casework, dial
from hotline.actions.languages import choose_language
from hotline.actions.send import Go, Never
from hotline.errors import BadInput, Conflict
from hotline.ivr import callback
from hotline.messages import Accepted, Ambiguous, Refusal, Refused, SendResult
from hotline.rules.casework import RANG, AttemptResult, AttemptState, CaseState
from hotline.scripts import load_script
from hotline.services import Services
from hotline.tables import Attempt, Case, CaseEvent, OutboxRow, Recording, User
from tests.cast import (
    ACCOUNT_SID,
    AGENT_PHONE,
    OUR_NUMBER,
    WANG,
    Desk,
    Feed,
    Twilio,
    all_of,
    at_once,
    make_desk,
    on_sqlite,
    only,
    open_bad_case,
    row_counts,
)
from tests.conftest import MovingClock
from tests.twiml import Heard
from tests.voices import received

pytestmark = on_sqlite
CALLBACK = "/webhooks/twilio/voice/callback/1"


@pytest.fixture
def case(twilio: Twilio, feed: Feed) -> Case:
    return open_bad_case(twilio, feed)


@pytest.fixture
def token(desk: Desk, case: Case) -> str:
    return desk.claim(case.id)


def ask_for_call(desk: Desk, case_id: int, token: str) -> Attempt:
    with desk.house.database.write() as session:
        agent = session.get_one(User, desk.user.id)
        return dial.dial(session, case_id, token, agent, desk.house.policy, desk.house.now())


def ring_agent(house: Services, result: SendResult | None = None) -> bool:
    with house.database.write() as session:
        beginning = dial.begin_dial(session, 1, house.now())
        assert isinstance(beginning, Go)
        assert house.vault.open(beginning.phone_box) == AGENT_PHONE
    with house.database.write() as session:
        return dial.settle_dial(session, 1, result or Accepted("CA-agent"), house.now())


@pytest.fixture
def ringing(house: Services, desk: Desk, case: Case, token: str) -> None:
    """The agent's telephone rings."""
    ask_for_call(desk, case.id, token)
    ring_agent(house)


def agent_picks_up(twilio: Twilio) -> Heard:
    return twilio.call(CALLBACK, "CA-agent", From=OUR_NUMBER, To=AGENT_PHONE, CallStatus="in-progress")


def bridged(twilio: Twilio) -> Heard:
    return twilio.press(agent_picks_up(twilio), "CA-agent", "1")


def citizen_answers(twilio: Twilio) -> None:
    form = {"CallSid": "CA-citizen", "ParentCallSid": "CA-agent", "CallStatus": "in-progress"}
    assert twilio.post(f"{CALLBACK}/citizen", form).status_code == 204


def ended(twilio: Twilio, status: str | None) -> Heard:
    return twilio.call(f"{CALLBACK}/ended", "CA-agent", **({"DialCallStatus": status} if status else {}))


def test_the_agent_is_rung_first_and_hears_which_case(house: Services, ringing: None, twilio: Twilio) -> None:
    whisper = agent_picks_up(twilio)
    assert whisper.said == ("差评回访，社会保障卡申领，评价非常不满意，工单1号。按1接通市民，挂机取消。",)
    assert (whisper.dials, whisper.keys) == (None, 1)
    assert only(house, Attempt).state is AttemptState.AGENT_ANSWERED


def test_pressing_1_bridges_to_the_citizen_showing_our_number(house: Services, ringing: None, twilio: Twilio) -> None:
    bridge = bridged(twilio)
    assert bridge.said == ("正在接通，请稍候。",)
    assert (bridge.dials, bridge.caller_id) == (WANG.e164, OUR_NUMBER)
    assert only(house, Attempt).state is AttemptState.CITIZEN_RINGING
    for url in (bridge.dial_reports_to, bridge.dial_ends_at):
        assert str(url).startswith(f"http://hotline.test{CALLBACK}/")
        assert WANG.e164[3:] not in str(url)


@pytest.mark.parametrize("keys", ["", "2", "*", "11"])
def test_without_the_key_nobody_is_bridged(keys: str, house: Services, ringing: None, twilio: Twilio) -> None:
    """A voice mailbox presses nothing: the citizen's telephone never rings."""
    heard = twilio.press(agent_picks_up(twilio), "CA-agent", keys)
    assert (heard.hangs_up, heard.dials) == (True, None)
    twilio.call_status("?attempt=1", "CA-agent", "completed")
    attempt = only(house, Attempt)
    assert (attempt.state, attempt.result) == (AttemptState.ENDED, AttemptResult.AGENT_ABSENT)
    assert attempt.result not in RANG


def test_speaking_is_the_first_contact(
    house: Services, ringing: None, twilio: Twilio, desk: Desk, clock: MovingClock
) -> None:
    bridged(twilio)
    clock.move(seconds=12)
    citizen_answers(twilio)
    attempt, case = only(house, Attempt), only(house, Case)
    assert (attempt.state, attempt.bridged_at) == (AttemptState.BRIDGED, clock.now)
    assert (case.state, case.contacted_at) == (CaseState.CONTACTED, clock.now)
    assert ended(twilio, "completed").said == ()
    assert only(house, Attempt).result is AttemptResult.CONNECTED
    assert [event.kind for event in all_of(house, CaseEvent)][-3:] == ["dialled", "contacted", "call_ended"]


@pytest.mark.parametrize(
    ("status", "result", "said"),
    [
        ("completed", AttemptResult.CONNECTED, ()),
        ("answered", AttemptResult.CONNECTED, ()),
        ("busy", AttemptResult.BUSY, ("市民电话正忙，本次未接通。",)),
        ("no-answer", AttemptResult.NO_ANSWER, ("市民电话无人接听，本次未接通。",)),
        ("canceled", AttemptResult.NO_ANSWER, ("市民电话无人接听，本次未接通。",)),
        ("failed", AttemptResult.FAILED, ("电话未能接通，请核对号码。",)),
    ],
)
def test_each_end_of_the_bridge_is_told_apart(
    status: str, result: AttemptResult, said: tuple[str, ...], house: Services, ringing: None, twilio: Twilio
) -> None:
    bridged(twilio)
    heard = ended(twilio, status)
    assert (heard.said, heard.hangs_up) == (said, True)
    assert only(house, Attempt).result is result
    spoke = result is AttemptResult.CONNECTED
    assert only(house, Case).state is (CaseState.CONTACTED if spoke else CaseState.OPENED)
    before = row_counts(house)
    assert ended(twilio, status).body == heard.body  # a repeated webhook is one end
    twilio.call_status("?attempt=1", "CA-agent", "completed")
    assert row_counts(house) == before


@pytest.mark.parametrize("status", ["something new", None])
def test_an_end_we_cannot_read_is_not_taken_for_a_conversation(
    status: str | None, house: Services, ringing: None, twilio: Twilio
) -> None:
    bridged(twilio)
    assert ended(twilio, status).hangs_up
    assert only(house, Case).state is CaseState.OPENED


def test_an_answer_reported_after_the_end_still_counts_as_contact(
    house: Services, ringing: None, twilio: Twilio
) -> None:
    """The agent hung up first and the reports came in the wrong order: the two did speak."""
    bridged(twilio)
    twilio.call_status("?attempt=1", "CA-agent", "completed")
    citizen_answers(twilio)
    ended(twilio, "completed")
    assert only(house, Attempt).result is AttemptResult.CONNECTED
    assert only(house, Case).state is CaseState.CONTACTED


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "canceled"])
def test_an_agent_who_does_not_pick_up_was_absent(status: str, house: Services, ringing: None, twilio: Twilio) -> None:
    twilio.call_status("?attempt=1", "CA-agent", "ringing")
    assert only(house, Attempt).state is AttemptState.AGENT_RINGING
    twilio.call_status("?attempt=1", "CA-agent", status)
    assert only(house, Attempt).result is AttemptResult.AGENT_ABSENT
    assert only(house, Case).state is CaseState.OPENED


def test_a_lost_lease_is_not_bridged(house: Services, ringing: None, twilio: Twilio, clock: MovingClock) -> None:
    whisper = agent_picks_up(twilio)
    clock.move(minutes=house.policy.casework.lease_minutes)
    heard = twilio.press(whisper, "CA-agent", "1")
    assert heard.said == ("该工单已不在您名下，本次不再拨打。",)
    assert (heard.dials, heard.hangs_up) == (None, True)


def test_a_case_that_another_took_is_not_even_whispered(
    house: Services, ringing: None, twilio: Twilio, clock: MovingClock
) -> None:
    clock.move(minutes=house.policy.casework.lease_minutes)
    make_desk(house, "吴磊").claim(1)
    heard = agent_picks_up(twilio)
    assert heard.said == ("该工单已不在您名下，本次不再拨打。",)
    assert heard.hangs_up


def test_a_released_case_is_not_bridged(house: Services, ringing: None, twilio: Twilio, desk: Desk, token: str) -> None:
    whisper = agent_picks_up(twilio)
    with house.database.write() as session:
        casework.release(session, 1, token, desk.user, house.now())
    assert twilio.press(whisper, "CA-agent", "1").dials is None


def test_a_repeated_key_bridges_to_the_same_and_counts_once(house: Services, ringing: None, twilio: Twilio) -> None:
    whisper = agent_picks_up(twilio)
    heard = at_once(4, lambda _: twilio.press(whisper, "CA-agent", "1"))
    assert len({each.body for each in heard}) == 1
    assert len(all_of(house, Attempt)) == 1


def test_one_call_at_a_time_about_a_case(
    house: Services, ringing: None, desk: Desk, token: str, twilio: Twilio
) -> None:
    with pytest.raises(Conflict):
        ask_for_call(desk, 1, token)
    bridged(twilio)
    ended(twilio, "busy")
    assert ask_for_call(desk, 1, token).id == 2


def test_a_call_nobody_ever_reported_on_does_not_block_the_case_for_ever(
    house: Services, ringing: None, desk: Desk, clock: MovingClock
) -> None:
    """Every callback was lost. The next day somebody must be able to ring the citizen."""
    clock.move(days=1)
    assert ask_for_call(desk, 1, desk.claim(1)).id == 2
    assert all_of(house, Attempt)[0].result is AttemptResult.UNKNOWN


def test_ten_clicks_at_once_are_one_call(house: Services, desk: Desk, case: Case, token: str) -> None:
    def click(_: int) -> bool:
        try:
            ask_for_call(desk, case.id, token)
        except Conflict:
            return False
        return True

    assert at_once(10, click).count(True) == 1
    assert len(all_of(house, OutboxRow, kind="dial")) == 1


def test_without_a_telephone_or_the_lease_there_is_no_call(house: Services, case: Case, desk: Desk) -> None:
    silent = make_desk(house, "吴磊", phone=None)
    token = silent.claim(case.id)
    with pytest.raises(BadInput) as refused:
        ask_for_call(silent, case.id, token)
    assert refused.value.field == "phone"
    with pytest.raises(Conflict):
        ask_for_call(desk, case.id, "0" * 32)
    assert (all_of(house, Attempt), all_of(house, OutboxRow, kind="dial")) == ([], [])


@pytest.mark.parametrize(
    ("result", "again", "state", "ends"),
    [
        (Accepted("CA-agent"), False, AttemptState.AGENT_RINGING, None),
        (Ambiguous("ReadTimeout"), False, AttemptState.ENDED, AttemptResult.UNKNOWN),
        (Refused(Refusal.RETRY, "20429"), True, AttemptState.REQUESTED, None),
        (Refused(Refusal.PERMANENT, "21211"), False, AttemptState.ENDED, AttemptResult.FAILED),
    ],
)
def test_what_the_carrier_says_to_our_call(
    result: SendResult,
    again: bool,
    state: AttemptState,
    ends: AttemptResult | None,
    house: Services,
    desk: Desk,
    case: Case,
    token: str,
) -> None:
    ask_for_call(desk, case.id, token)
    assert ring_agent(house, result) is again
    assert (only(house, Attempt).state, only(house, Attempt).result) == (state, ends)


def test_a_call_abandoned_half_way_is_not_placed_again(house: Services, desk: Desk, case: Case, token: str) -> None:
    ask_for_call(desk, case.id, token)
    for expected in (Go, Never, Never):
        with house.database.write() as session:
            assert isinstance(dial.begin_dial(session, 1, house.now()), expected)
    assert only(house, Attempt).result is AttemptResult.UNKNOWN


def test_a_call_put_off_until_the_lease_is_lost_does_not_ring_the_agent(
    house: Services, desk: Desk, case: Case, token: str, clock: MovingClock
) -> None:
    """The carrier kept saying later: an hour on, nobody expects that call any more."""
    ask_for_call(desk, case.id, token)
    ring_agent(house, Refused(Refusal.RETRY, "20429"))
    clock.move(hours=1)
    with house.database.write() as session:
        assert isinstance(dial.begin_dial(session, 1, house.now()), Never)
    assert only(house, Attempt).state is AttemptState.ENDED


def test_the_history_of_a_callback_is_kept_whole(
    house: Services, ringing: None, twilio: Twilio, desk: Desk, work: Callable[[], int]
) -> None:
    bridged(twilio)
    ended(twilio, "no-answer")
    facts = [event.facts for event in all_of(house, CaseEvent, kind="call_ended")]
    assert facts == [{"attempt": 1, "result": "no_answer"}]
    assert WANG.e164[3:] not in str([event.facts for event in all_of(house, CaseEvent)])


def test_a_carrier_that_calls_it_completed_although_they_were_not_connected_is_not_believed(
    house: Services, ringing: None, twilio: Twilio
) -> None:
    bridged(twilio)
    heard = twilio.call(f"{CALLBACK}/ended", "CA-agent", DialCallStatus="completed", DialBridged="false")
    assert heard.said == ("市民电话无人接听，本次未接通。",)
    assert (only(house, Attempt).result, only(house, Case).state) == (AttemptResult.NO_ANSWER, CaseState.OPENED)


@pytest.fixture
def recorded(house: Services, ringing: None, twilio: Twilio) -> Heard:
    """What the agent's key is answered with in a call that is recorded."""
    with house.database.write() as session:
        session.get_one(Attempt, 1).records = True
    return bridged(twilio)


def notice(twilio: Twilio) -> Heard:
    return twilio.call(f"{CALLBACK}/notice", "CA-citizen", CallStatus="in-progress", ParentCallSid="CA-agent")


def kept(twilio: Twilio, duration: str = "50") -> None:
    sid = "RE" + "3" * 32
    url = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT_SID}/Recordings/{sid}"
    form = {"CallSid": "CA-agent", "RecordingSid": sid, "RecordingUrl": url, "RecordingDuration": duration}
    assert twilio.post(f"{CALLBACK}/recording", form).status_code == 204


def test_a_recorded_call_names_where_the_notice_is_and_where_the_recording_is_told(
    recorded: Heard, house: Services, twilio: Twilio
) -> None:
    ours = f"http://hotline.test{CALLBACK}"
    assert f'record="record-from-answer-dual" recordingStatusCallback="{ours}/recording"' in recorded.body
    assert f'url="{ours}/notice"' in recorded.body
    assert f'<Redirect method="POST">{ours}/notice/heard</Redirect>' in notice(twilio).body
    assert only(house, Attempt).noticed_at is None  # until it was heard to its end


def test_the_notice_is_in_the_citizens_language_also_with_wording_older_than_it(
    recorded: Heard, house: Services, twilio: Twilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = load_script(house.policy.phone.script)
    words = {
        lang: {name: said for name, said in all_.items() if name != "recording_notice"}
        for lang, all_ in script.words.items()
    }
    monkeypatch.setattr(callback, "script_in_use", lambda *_: script.model_copy(update={"words": words}))
    with house.database.write() as session:
        session.get_one(Case, 1).record.language = "en"
    heard = notice(twilio)
    assert (heard.languages, "this call will be recorded" in heard.said[0]) == ({"en-US"}, True)
    with house.database.write() as session:
        choose_language(session, session.get_one(Case, 1).record.phone, "zh-CN", house.now())
    assert "本次通话将会录音" in notice(twilio).said[0]


def test_reports_of_a_recorded_call_in_any_order_and_twice_are_one_talk_and_one_recording(
    recorded: Heard, house: Services, twilio: Twilio
) -> None:
    citizen_answers(twilio)
    assert only(house, Attempt).state is AttemptState.NOTICE
    for _ in range(2):
        twilio.post(f"{CALLBACK}/notice/heard", {"CallSid": "CA-citizen"}, has_caller=False)  # an empty answer connects
        kept(twilio)
        ended(twilio, "completed")
    citizen_answers(twilio)
    notice(twilio)
    twilio.call_status("?attempt=1", "CA-agent", "completed")
    assert only(house, Attempt).result is AttemptResult.CONNECTED
    assert only(house, Recording).state == "waiting"
    assert len(all_of(house, CaseEvent, kind="notice_heard")) == 1
    assert len(all_of(house, OutboxRow, kind="recording")) == 1


def test_an_empty_recording_or_one_of_a_call_that_nobody_knows_is_nothing(
    recorded: Heard, house: Services, twilio: Twilio
) -> None:
    kept(twilio, duration="0")
    with house.database.write() as session:
        call_recordings.keep_call_recording(session, 77, received(), house.now())
    assert all_of(house, Recording) == []
