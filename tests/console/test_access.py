"""Logging in and out, the session, and what every answer of the console carries."""

from collections.abc import Callable

import pytest
from flask import Flask

from hotline.services import Services
from hotline.tables import AuditEntry
from tests.conftest import MovingClock
from tests.console.conftest import PASSWORD, Visitor

Visit = Callable[..., Visitor]


def test_a_page_sends_a_stranger_to_the_log_in_page_and_back_afterwards(visit: Visit, staff: dict[str, int]) -> None:
    visitor = visit()
    asked = visitor.get("/console/ratings?before=7")
    assert asked.status_code == 303
    assert asked.location == "/console/login?next=/console/ratings?before%3D7"
    visitor.get(asked.location)
    done = visitor.post("/console/login", name="agent", password=PASSWORD, next="/console/ratings?before=7")
    assert done.location == "/console/ratings?before=7"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/console/",
        "//evil.example/console/",
        "/\\evil.example",
        "/console/\\evil",
        "/console/\nx",
        "javascript:x",
        "/consoles",
        "/api/v1/ratings",
        "/console/?tab=" + "x" * 2000,  # no cookie would hold it, and so nobody get in
        "",
    ],
)
def test_log_in_leads_nowhere_but_into_the_console(visit: Visit, staff: dict[str, int], target: str) -> None:
    assert visit().log_in("agent", next=target).location == "/console/"


def test_wrong_name_and_wrong_password_are_answered_alike(visit: Visit, staff: dict[str, int]) -> None:
    wrong_password, wrong_name = visit().log_in("agent", "not it at all"), visit().log_in("nobody", "not it at all")
    assert wrong_password.status_code == wrong_name.status_code == 400
    for answer in (wrong_password, wrong_name):
        assert "用户名或密码不正确" in answer.text
    assert 'value="agent"' in wrong_password.text


def test_five_wrong_passwords_lock_the_name_for_a_while_and_the_page_says_so(
    visit: Visit, staff: dict[str, int], clock: MovingClock
) -> None:
    visitor = visit()
    for _ in range(5):
        assert visitor.log_in("agent", "not it at all").status_code == 400
    locked = visitor.log_in("agent")
    assert locked.status_code == 429
    assert "已暂时锁定" in locked.text
    clock.move(minutes=16)
    assert visitor.log_in("agent").status_code == 303


def test_log_in_begins_a_new_session(visit: Visit, staff: dict[str, int]) -> None:
    visitor = visit()
    visitor.get("/console/login")
    with visitor.client.session_transaction() as before:
        before["planted"] = "by somebody else"
        token_before = before["csrf_token"]
    visitor.log_in("agent")
    with visitor.client.session_transaction() as after:
        assert "planted" not in after
        assert after["csrf_token"] != token_before
        assert after.permanent


def test_log_out_ends_the_session_and_needs_a_post(visit: Visit, staff: dict[str, int]) -> None:
    visitor = visit("agent")
    assert visitor.client.get("/console/logout").status_code in (404, 405)
    assert visitor.get("/console/").status_code == 200
    assert visitor.post("/console/logout").location == "/console/login"
    assert visitor.get("/console/").status_code == 303


def test_log_out_ends_this_session_also_for_a_copied_cookie(visit: Visit, staff: dict[str, int]) -> None:
    visitor, second_browser, thief = visit("agent"), visit("agent"), visit()
    copied = visitor.client.get_cookie("hotline_console")
    assert copied is not None
    thief.client.set_cookie("hotline_console", copied.value)
    assert thief.get("/console/me").status_code == 200
    visitor.post("/console/logout")
    assert "您已退出登录" in visitor.get("/console/login").text
    assert thief.get("/console/me").location == "/console/login?next=/console/me"
    assert second_browser.get("/console/me").status_code == 200
    assert visitor.log_in("agent").status_code == 303
    assert visitor.get("/console/me").status_code == 200
    assert thief.get("/console/me").status_code == 303


def test_thirty_idle_minutes_end_the_session_though_the_page_keeps_asking(
    visit: Visit, staff: dict[str, int], clock: MovingClock
) -> None:
    visitor = visit("agent")
    for _ in range(2):
        clock.move(minutes=14)
        polled = visitor.get("/console/queue", **{"HX-Request": "true", "X-Background": "1"})
        assert polled.status_code == 200
    clock.move(minutes=3)
    ended = visitor.get(
        "/console/queue",
        **{"HX-Request": "true", "X-Background": "1", "HX-Current-URL": "http://localhost/console/?tab=mine"},
    )
    assert ended.status_code == 401
    assert ended.headers["HX-Redirect"] == "/console/login?next=/console/?tab%3Dmine"


def test_whoever_works_is_not_logged_out(visit: Visit, staff: dict[str, int], clock: MovingClock) -> None:
    visitor = visit("agent")
    for _ in range(4):
        clock.move(minutes=20)
        assert visitor.get("/console/").status_code == 200


def test_a_post_after_the_session_has_ended_leads_to_the_log_in_page_and_back(
    visit: Visit, staff: dict[str, int], clock: MovingClock, open_case: Callable[..., int]
) -> None:
    visitor, case_id = visit("agent"), open_case()
    clock.move(minutes=31)
    answer = visitor.client.post(
        f"/console/cases/{case_id}/claim", headers={"Referer": f"http://localhost/console/cases/{case_id}"}
    )
    assert answer.status_code == 303
    assert answer.location == f"/console/login?next=/console/cases/{case_id}"


def test_a_form_without_its_token_is_refused(
    visit: Visit, staff: dict[str, int], open_case: Callable[..., int]
) -> None:
    visitor, case_id = visit("agent"), open_case()
    refused = visitor.client.post(f"/console/cases/{case_id}/claim")
    assert refused.status_code == 400
    assert "页面已过期" in refused.text
    assert "受理下一件" in visitor.get("/console/").text


def test_a_log_in_form_without_its_token_is_shown_again(visit: Visit, staff: dict[str, int]) -> None:
    visitor = visit()
    refused = visitor.client.post("/console/login", data={"name": "agent", "password": PASSWORD})
    assert refused.status_code == 400
    assert "登录页面已过期" in refused.text
    assert 'value="agent"' in refused.text


@pytest.mark.parametrize("path", ["/console/login", "/console/", "/console/nowhere", "/console/static/base.css"])
def test_every_answer_is_locked_down(visit: Visit, staff: dict[str, int], path: str) -> None:
    headers = visit("agent").get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    for directive in ("frame-ancestors 'self'", "base-uri 'none'", "form-action 'self'", "object-src 'none'"):
        assert directive in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert ("no-store" in headers["Cache-Control"]) is not path.endswith(".css")


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(visit: Visit, staff: dict[str, int], app: Flask) -> None:
    visitor = visit()
    visitor.get("/console/login")
    cookie = visitor.post("/console/login", name="agent", password=PASSWORD).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie  # these settings serve plain http


def test_the_cookie_is_secure_over_https(make_settings: Callable[..., object]) -> None:
    from hotline import create_app

    made = create_app(make_settings(public_url="https://hotline.test"))  # type: ignore[arg-type]
    assert made.config["SESSION_COOKIE_SECURE"] is True
    made.extensions["hotline"].database.engine.dispose()


def test_log_ins_good_and_bad_are_kept(visit: Visit, staff: dict[str, int], house: Services) -> None:
    visit().log_in("agent", "not it at all")
    visit("agent")
    with house.database.read() as session:
        actions = [e.action for e in session.query(AuditEntry).filter(AuditEntry.action.startswith("login"))]
    assert actions == ["login_failed", "login"]
