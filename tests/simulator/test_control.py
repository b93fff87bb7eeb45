"""The control API: what it shows, what it refuses, how one waits, and the phones that act by themselves."""

import json
import threading
from urllib.parse import quote

import httpx
import pytest

from hotline.simulator import PhoneConfig, serve

from .application import ACCOUNT_SID, LANDLINE, MOBILE, OURS, Application, Play, config_for


def test_the_state_shows_the_world(play: Play, application: Application) -> None:
    application.answer("/sms", "<Message>谢谢</Message>")
    play.text("5")
    state = play.state()
    assert state["account_sid"] == ACCOUNT_SID
    assert OURS in [number["number"] for number in state["numbers"]]
    assert [(phone["number"], phone["kind"], phone["received"]) for phone in state["phones"]] == [(MOBILE, "mobile", 1)]
    assert [message["body"] for message in state["messages"]] == ["5", "谢谢"]
    assert (state["calls"], state["errors"]) == ([], [])


@pytest.mark.parametrize(
    ("number", "kind"),
    [(MOBILE, "mobile"), (LANDLINE, "landline"), ("+12125550100", "mobile"), ("+441212345678", "landline")],
)
def test_an_unknown_phone_is_made_on_first_use(play: Play, number: str, kind: str) -> None:
    play.rest("POST", "/Messages.json", To=number, From=OURS, Body="x")
    play.advance(0)
    assert play.phone(number)["kind"] == kind


def test_a_phone_can_be_described(play: Play) -> None:
    wanted = {"label": "王女士", "kind": "landline", "owner": "citizen", "auto": {"answer_after": 2, "keys": ["5"]}}
    shown = play.ask("PUT", f"/phones/{MOBILE}", wanted)
    assert {name: shown[name] for name in wanted} == wanted
    assert play.ask("PUT", f"/phones/{MOBILE}", {"label": "王"})["kind"] == "landline"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PUT", "/phones/nobody", {}, 400),
        ("PUT", f"/phones/{MOBILE}", {"kind": "fax"}, 400),
        ("PUT", f"/phones/{MOBILE}", {"colour": "red"}, 400),
        ("PUT", f"/phones/{MOBILE}", {"auto": {"sing": 1}}, 400),
        ("PUT", f"/phones/{MOBILE}", {"auto": {"answer_after": "soon"}}, 400),
        ("PUT", f"/numbers/{OURS}", {"sms_url": 7}, 400),
        ("PUT", f"/numbers/{OURS}", {"fax_url": "x"}, 400),
        ("PUT", "/numbers/12345", {}, 400),
        ("GET", "/phones/+8613000000000", None, 404),
        ("GET", "/calls/CAnone", None, 404),
        ("POST", "/calls/CAnone/answer", {}, 404),
        ("POST", f"/phones/{MOBILE}/text", {"to": "+8610000", "body": "x"}, 404),
        ("POST", f"/phones/{MOBILE}/text", {"to": OURS}, 400),
        ("POST", f"/phones/{LANDLINE}/text", {"to": OURS, "body": "x"}, 409),
        ("POST", f"/phones/{MOBILE}/call", {"to": "+8610000"}, 404),
        ("POST", "/clock", {"advance": -1}, 400),
        ("POST", "/clock", {}, 400),
        ("POST", "/nonsense", {}, 404),
    ],
)
def test_what_cannot_be_done_is_refused_with_words(
    play: Play, method: str, path: str, body: object, status: int
) -> None:
    assert play.ask(method, path.replace("+", "%2B"), body, expect=status)["error"]


def test_actions_the_state_does_not_allow_are_refused(play: Play, application: Application) -> None:
    application.answer("/voice", '<Pause length="30"/>')
    sid = play.ring()
    for action in ("answer", "reject", "busy"):
        play.act(sid, action, expect=409)
    play.act(sid, "sing", expect=404)


def test_a_body_that_is_no_json_is_refused(play: Play) -> None:
    response = play.http.put("/nasty", content=b"{", headers={"Content-Type": "application/json"})
    assert response.status_code == 400
    response = play.http.put("/nasty", content=b"repeat=1", headers={"Content-Type": "text/plain"})
    assert response.status_code == 415


def test_other_sites_pages_are_not_answered(play: Play) -> None:
    answer = play.http.get("/state", headers={"Origin": "http://evil.example"})
    assert answer.status_code == 403
    assert play.http.get("/state", headers={"Origin": play.url}).status_code == 200


def test_the_inspector_pages_by_id(play: Play) -> None:
    for body in "123":
        play.text(body)
    first, *later = play.requests()
    assert [record["id"] for record in play.requests(after=first["id"])] == [record["id"] for record in later]
    assert [record["id"] for record in play.requests(after=first["id"], limit=1)] == [later[0]["id"]]
    assert [record["id"] for record in play.requests(limit=1)] == [later[-1]["id"]]


def test_the_inspector_shows_answer_and_faults(play: Play, application: Application) -> None:
    application.answer("/sms", ("oops", 500))
    play.text("5")
    record = play.requests()[0]
    assert (record["direction"], record["kind"], record["method"], record["status"]) == ("webhook", "sms", "POST", 500)
    assert record["response_body"] == "oops"
    assert "Content-Type" in record["response_headers"]
    assert [fault["code"] for fault in record["faults"]] == [11200]
    assert record["duration_ms"] > 0


def test_history_is_bounded(application: Application) -> None:
    with serve(config_for(application, keep=5)) as server:
        play = Play(server)
        for number in range(9):
            play.text(str(number), from_=f"+861380013800{number}")
        state = play.state()
        assert len(state["messages"]) == len(state["phones"]) == len(play.requests()) == 5
        play.close()


def test_reset_forgets_what_happened_and_keeps_the_numbers(play: Play, application: Application) -> None:
    application.answer("/voice", '<Pause length="30"/>')
    play.text("STOP")
    sid = play.ring()
    play.ask("POST", "/reset")
    state = play.state()
    assert (state["messages"], state["calls"], state["errors"]) == ([], [], [])
    assert state["numbers"][0]["number"] == OURS
    assert play.phone()["thread"] == []
    play.ask("GET", f"/calls/{sid}", expect=404)
    assert play.rest("POST", "/Messages.json", To=MOBILE, From=OURS, Body="x").status_code == 201


def test_nothing_from_before_a_reset_happens_after_it(play: Play, application: Application) -> None:
    in_hand, reset = threading.Event(), threading.Event()

    def answer_late(params: dict[str, str]) -> str:
        in_hand.set()
        assert reset.wait(10)
        return "<Message>too late</Message>"

    application.answer("/sms", answer_late)
    texting = threading.Thread(target=play.text, args=("5",))
    texting.start()
    assert in_hand.wait(10)
    play.nasty(delay=5)
    play.rest("POST", "/Messages.json", To=MOBILE, From=OURS, Body="x", StatusCallback=f"{application.url}/status")
    resetting = threading.Thread(target=play.ask, args=("POST", "/reset"))
    resetting.start()
    assert play.server.simulator.world.wait_for(lambda: not play.server.simulator.world.messages or None, 10)
    reset.set()
    for thread in (texting, resetting):
        thread.join(10)
    play.advance(60)
    assert play.phone()["thread"] == []
    assert application.at("/status") == []


def test_waiting_ends_when_the_text_arrives(play: Play) -> None:
    found: list[object] = []
    path = f"/wait?phone={quote(MOBILE)}&texts=1"
    waiting = threading.Thread(target=lambda: found.append(play.ask("GET", path)["thread"][0]["body"]))
    waiting.start()
    play.rest("POST", "/Messages.json", To=MOBILE, From=OURS, Body="here")
    waiting.join(10)
    assert found == ["here"]


def test_waiting_for_what_is_already_so_returns_at_once(play: Play, application: Application) -> None:
    application.answer("/voice", "<Say>一二三四</Say>")
    sid = play.ring()
    assert play.ask("GET", f"/wait?call={sid}&doing=say")["sid"] == sid
    assert play.ask("GET", f"/wait?call={sid}&said={quote('二三')}")["sid"] == sid
    assert play.ask("GET", f"/wait?call={sid}&status=in-progress")["sid"] == sid


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("phone=%2B8613800138000&texts=1&timeout=0.05", 408),
        ("phone=%2B8613800138000&ringing=1&timeout=0.05", 408),
        ("call=CAnone&status=completed&timeout=0.05", 408),
        ("phone=%2B8613800138000", 400),
        ("call=CAnone", 400),
        ("", 400),
    ],
)
def test_waiting_in_vain_says_so(play: Play, query: str, status: int) -> None:
    assert play.ask("GET", f"/wait?{query}", expect=status)["error"]


def test_changes_are_streamed(play: Play) -> None:
    with play.http.stream("GET", f"{play.url}/simulator/events") as response:
        assert response.headers["Content-Type"].startswith("text/event-stream")
        lines = response.iter_lines()
        assert next(lines) == ": connected"
        play.text("5")
        data = next(line for line in lines if line.startswith("data:"))
        assert set(json.loads(data.removeprefix("data:"))) == {"kind", "id"}


def test_a_phone_answers_and_presses_by_itself(play: Play, application: Application) -> None:
    application.answer("/out", '<Gather numDigits="1" action="/one"/>')
    application.answer("/one", '<Gather numDigits="1" action="/two"/>')
    application.answer("/two", "<Hangup/>")
    play.ask("PUT", f"/phones/{MOBILE}", {"auto": {"answer_after": 3, "keys": ["5", "1"]}})
    sid = play.client().calls.create(to=MOBILE, from_=OURS, url=f"{application.url}/out").sid
    play.advance(2.9)
    assert play.call(str(sid))["status"] == "ringing"
    play.advance(30)
    assert (application.last("/one")["Digits"], application.last("/two")["Digits"]) == ("5", "1")
    assert play.call(str(sid))["status"] == "completed"


def test_a_phone_replies_by_itself_but_not_for_ever(play: Play, application: Application) -> None:
    application.answer("/sms", "<Message>谢谢</Message>")
    play.ask("PUT", f"/phones/{MOBILE}", {"auto": {"reply": ["5", "好"]}})
    play.rest("POST", "/Messages.json", To=MOBILE, From=OURS, Body="请评价")
    play.advance(60)
    assert [asked["Body"] for asked in application.at("/sms")] == ["5", "好"]


def test_phones_can_be_configured_at_start(application: Application) -> None:
    phone = PhoneConfig(MOBILE, "王女士", "mobile", "citizen", {"answer_after": 1})
    with serve(config_for(application, phones=(phone,))) as server:
        play = Play(server)
        assert play.phone()["label"] == "王女士"
        play.close()


def test_real_time_runs_by_itself(real_time: Play, application: Application) -> None:
    application.answer("/voice", '<Gather numDigits="1" timeout="20" action="/key"/>')
    application.answer("/key", "<Say>one two three four five</Say>")
    application.answer("/sms", "<Message>谢谢</Message>")
    assert real_time.text("5")["webhook"]["status"] == 200
    assert real_time.ask("GET", f"/wait?phone={quote(MOBILE)}&texts=1")["received"] == 1
    sid = real_time.ring()
    real_time.ask("GET", f"/wait?call={sid}&doing=gather")
    real_time.press(sid, "5")
    call = real_time.ask("GET", f"/wait?call={sid}&status=completed")
    assert [spoken["text"] for spoken in call["said"]] == ["one two three four five"]
    assert call["duration"] >= 2
    real_time.ask("POST", "/clock", {"advance": 1}, expect=409)


def test_the_page_is_served(play: Play) -> None:
    answer = httpx.get(f"{play.url}/simulator/", trust_env=False)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
