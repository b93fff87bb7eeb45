"""The nasty modes: each does what it says, is counted down, and goes away."""

import threading

import httpx
import pytest

from hotline.simulator import SimulatorServer

from .application import ACCOUNT_SID, AUTH_TOKEN, MOBILE, OURS, START, Application, Play

CALM = {
    "repeat": 0,
    "delay": 0.0,
    "reorder": False,
    "lose": 0,
    "refuse_send": None,
    "slow_api": 0.0,
    "recording_late": 0.0,
    "api_error": None,
    "hang_up_after_key": False,
    "wrong_signature": False,
    "swallow_send": 0,
    "seed": None,
}


def send(play: Play, **form: str) -> httpx.Response:
    response: httpx.Response = play.rest("POST", "/Messages.json", **{"To": MOBILE, "From": OURS, "Body": "x", **form})
    play.advance(0)
    return response


def test_modes_are_shown_changed_one_by_one_and_reset(play: Play) -> None:
    assert play.ask("GET", "/nasty") == CALM
    play.nasty(repeat=2)
    assert play.nasty(reorder=True) == CALM | {"repeat": 2, "reorder": True}
    assert play.ask("DELETE", "/nasty") == CALM


@pytest.mark.parametrize(
    "modes",
    [
        {"repeat": -1},
        {"repeat": "2"},
        {"repeat": True},
        {"delay": "soon"},
        {"reorder": 1},
        {"lose": 1.5},
        {"lose": -1},
        {"refuse_send": 21610},
        {"api_error": {"code": 503}},
        {"nonsense": 1},
        {"repeat": 3, "delay": -1},
    ],
)
def test_a_mode_that_makes_no_sense_changes_nothing(play: Play, modes: dict[str, object]) -> None:
    assert "error" in play.ask("PUT", "/nasty", modes, expect=400)
    assert play.ask("GET", "/nasty") == CALM


def test_repeats_share_a_token_and_only_one_answer_counts(play: Play, application: Application) -> None:
    application.answer("/sms", "<Message>谢谢</Message>")
    play.nasty(repeat=3)
    play.text("5")
    assert len(application.at("/sms")) == 4
    assert len({asked.headers["I-Twilio-Idempotency-Token"] for asked in application.asked}) == 1
    assert all(asked.signed for asked in application.asked)
    assert play.received() == ["谢谢"]


def test_repeats_arrive_at_the_same_time(play: Play, application: Application) -> None:
    together = threading.Barrier(3, timeout=10)

    def meet(params: dict[str, str]) -> str:
        together.wait()
        return ""

    application.answer("/sms", meet)
    play.nasty(repeat=2)
    play.text("5")
    assert play.faults() == []


def test_a_delay_holds_webhooks_back(play: Play, application: Application) -> None:
    application.answer("/sms", "<Message>谢谢</Message>")
    play.nasty(delay=5)
    assert play.text("5")["webhook"] is None
    play.advance(4.9)
    assert application.at("/sms") == []
    play.advance(0.1)
    assert play.received() == ["谢谢"]


def test_reordered_callbacks_all_come_in_a_wrong_order(play: Play, application: Application) -> None:
    play.nasty(reorder=True, seed=1)
    for _ in range(5):
        application.asked.clear()
        send(play, StatusCallback=f"{application.url}/status")
        statuses = application.statuses("/status")
        assert sorted(statuses) == ["delivered", "sending", "sent"]
        assert statuses != ["sending", "sent", "delivered"]


def test_callbacks_held_back_are_let_go_when_calm_returns(play: Play, application: Application) -> None:
    application.answer("/out", '<Pause length="60"/>')
    play.nasty(reorder=True)
    form = {"To": MOBILE, "From": OURS, "Url": f"{application.url}/out", "StatusCallback": f"{application.url}/status"}
    play.client().calls.create(
        to=MOBILE,
        from_=OURS,
        url=form["Url"],
        status_callback=form["StatusCallback"],
        status_callback_event=["initiated", "ringing", "completed"],
    )
    play.advance(0)
    assert application.at("/status") == []
    play.ask("DELETE", "/nasty")
    assert application.statuses("/status") == ["initiated", "ringing"]


def test_the_next_webhooks_are_lost(play: Play, application: Application) -> None:
    play.nasty(lose=2)
    play.ask("PUT", f"/numbers/{OURS}", {"sms_fallback_url": ""})
    assert play.text("1")["webhook"] is None
    assert play.text("2")["webhook"] is None
    assert play.text("3")["webhook"] is not None
    assert [asked["Body"] for asked in application.at("/sms")] == ["3"]
    assert [record["lost"] for record in play.requests()] == [True, True, False]


def test_a_share_of_webhooks_is_lost_repeatably(play: Play, application: Application) -> None:
    play.ask("PUT", f"/numbers/{OURS}", {"sms_fallback_url": ""})

    def arrived() -> list[str]:
        application.asked.clear()
        play.nasty(lose=0.5, seed=7)
        for number in range(20):
            play.text(str(number))
        return [asked["Body"] for asked in application.at("/sms")]

    first = arrived()
    assert 0 < len(first) < 20
    assert arrived() == first


@pytest.mark.parametrize(("code", "http"), [(21610, 400), (21614, 400), (20429, 429)])
def test_a_send_can_be_refused_at_once(play: Play, code: int, http: int) -> None:
    play.nasty(refuse_send={"code": code, "times": 1})
    refused = send(play)
    assert (refused.status_code, refused.json()["code"]) == (http, code)
    assert send(play).status_code == 201
    assert play.received() == ["x"]


@pytest.mark.parametrize(("code", "final"), [(30003, "undelivered"), (30007, "undelivered"), (30001, "failed")])
def test_a_carrier_can_refuse_later(play: Play, application: Application, code: int, final: str) -> None:
    play.nasty(refuse_send={"code": code, "times": None})
    for _ in range(2):
        sent = send(play, StatusCallback=f"{application.url}/status")
        assert sent.status_code == 201
        last = application.last("/status")
        assert (last["MessageStatus"], last["ErrorCode"]) == (final, str(code))
        fetched = play.client().messages(sent.json()["sid"]).fetch()
        assert (fetched.status, fetched.error_code) == (final, code)
    assert play.phone()["received"] == 0


@pytest.mark.parametrize(("status", "code"), [(503, 20503), (500, 20500), (429, 20429)])
def test_the_api_fails_as_often_as_it_is_told(play: Play, status: int, code: int) -> None:
    play.nasty(api_error={"status": status, "times": 2})
    answers = [send(play) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [status, status, 201]
    assert answers[0].json()["code"] == code
    assert len(play.state()["messages"]) == 1


def test_a_slow_api_answers_when_its_time_has_come(play: Play) -> None:
    play.nasty(slow_api=3)
    answers: list[int] = []
    thread = threading.Thread(target=lambda: answers.append(send_only(play)))
    thread.start()
    assert play.server.simulator.world.wait_for(lambda: play.server.simulator.world.requests or None, 10)
    play.advance(2.9)
    assert answers == []
    play.advance(0.1)
    thread.join(10)
    assert answers == [201]
    play.advance(0)
    assert play.received() == ["x"]


def send_only(play: Play) -> int:
    response = httpx.post(
        f"{play.url}/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json",
        data={"To": MOBILE, "From": OURS, "Body": "x"},
        auth=(ACCOUNT_SID, AUTH_TOKEN),
        timeout=10,
        trust_env=False,
    )
    return response.status_code


def test_a_caller_hangs_up_right_after_a_key(play: Play, application: Application) -> None:
    application.answer("/voice", '<Gather numDigits="1" action="/key"/>')
    application.answer("/key", "<Say>never heard</Say>")
    play.nasty(hang_up_after_key=True)
    sid = play.ring()
    call = play.press(sid, "5")
    assert (call["status"], call["said"]) == ("completed", [])
    assert application.last("/key")["Digits"] == "5"
    assert application.statuses("/number-status") == ["completed"]


def test_a_swallowed_send_is_delivered_but_never_answered(play: Play) -> None:
    play.nasty(swallow_send=1)
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(
            f"{play.url}/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json",
            data={"To": MOBILE, "From": OURS, "Body": "once"},
            auth=(ACCOUNT_SID, AUTH_TOKEN),
            timeout=0.3,
            trust_env=False,
        )
    play.advance(0)
    assert play.received() == ["once"]
    assert send(play).status_code == 201


def test_a_client_still_waiting_is_cut_off_when_calm_returns(play: Play, simulator: SimulatorServer) -> None:
    play.nasty(swallow_send=1)
    failures: list[Exception] = []

    def wait() -> None:
        try:
            send_only(play)
        except httpx.HTTPError as error:
            failures.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    assert play.ask("GET", "/wait?phone=%2B8613800138000&texts=1")["received"] == 1
    play.ask("DELETE", "/nasty")
    thread.join(10)
    assert len(failures) == 1


def test_the_clock_starts_where_it_is_told(play: Play) -> None:
    assert play.ask("GET", "/clock")["now"].startswith("2026-11-18T")
    assert START == 1_795_000_000.0
