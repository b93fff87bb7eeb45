"""The pages on which one logs in, step by step, and looks after one's own log-in."""

import re
from collections.abc import Callable

import pyotp
import pytest

from hotline.console.browsers import masked_address
from hotline.services import Services
from hotline.tables import AuditEntry, ConsoleSession
from tests.conftest import MovingClock
from tests.console.conftest import PASSWORD, SECRET, Visitor, code_now

Visit = Callable[..., Visitor]
KEY = re.compile(r"<figcaption>.*<code>([A-Z2-7 ]+)</code>")
NEW = "a password of my own"


def codes_on(page: str) -> list[str]:
    return re.findall(r"<li><code>([a-z2-7-]{19})</code>", page)


def code_of(page: str, house: Services) -> str:
    """What a telephone shows that was told the key of this page."""
    found = KEY.search(page)
    assert found, "no key on the page"
    return pyotp.TOTP(found[1].replace(" ", "")).at(house.now())


def test_a_new_supervisor_comes_in_by_every_step_and_no_step_can_be_left_out(
    visit: Visit, staff: dict[str, int], house: Services
) -> None:
    admin, new = visit("admin"), visit()
    admin.get("/console/users")
    told = admin.post("/console/users", name="新班长", role="supervisor").text
    (temporary,) = re.findall(r'id="temporary">([^<]+)<', told)
    assert new.log_in("新班长", "not it").status_code == 400
    new.get("/console/login")
    begun = new.post("/console/login", name="新班长", password=temporary, next="/console/ratings")
    assert begun.location == "/console/login/next"
    assert new.get("/console/").status_code == 303  # half-way is not in
    assert new.get("/console/login/second-factor").location == "/console/login/next"
    assert new.get("/console/login/next").location == "/console/login/password"
    page = new.get("/console/login/password").text
    assert "至少 12 个字符" in page
    assert "header" not in page
    assert "不一致" in new.post("/console/login/password", password=NEW, again="other").text
    assert "最近三次" in new.post("/console/login/password", password=temporary, again=temporary).text
    assert new.post("/console/login/password", password=NEW, again=NEW).location == "/console/login/next"
    page = new.get("/console/login/second-factor").text
    assert "<svg" in page
    assert " style=" not in page
    wrong = new.post("/console/login/second-factor", code="000000")
    assert wrong.status_code == 400
    assert KEY.findall(wrong.text) == KEY.findall(page)
    done = new.post("/console/login/second-factor", code=code_of(page, house))
    assert len(codes_on(done.text)) == 8
    assert "no-store" in done.headers["Cache-Control"]
    assert 'href="/console/ratings"' in done.text
    assert new.get("/console/ratings").status_code == 200
    stranger = visit()
    stranger.get("/console/login")
    stranger.post("/console/login", name="新班长", password=NEW)
    stranger.get("/console/login/code")
    assert stranger.post("/console/login/code", code=codes_on(done.text)[0]).location == "/console/"
    assert stranger.get("/console/replies").status_code == 200


def test_a_code_leads_to_the_page_that_was_wanted_and_a_wrong_one_nowhere(
    visit: Visit, staff: dict[str, int], house: Services, clock: MovingClock
) -> None:
    visitor = visit()
    visitor.get("/console/login?next=/console/outbox")
    visitor.post("/console/login", name="supervisor", password=PASSWORD, next="//evil.example/")
    with visitor.client.session_transaction() as half_way:
        first_token = half_way["log_in_token"]
    visitor.get("/console/login/code")
    for _ in range(5):
        assert visitor.post("/console/login/code", code="000000").status_code == 400
    assert visitor.post("/console/login/code", code=code_now(house, "supervisor")).status_code == 429
    clock.move(minutes=14, seconds=50)
    assert visitor.get("/console/login/code").status_code == 200
    clock.move(seconds=10)  # from the first step on, this log-in has a quarter of an hour
    late = visitor.post("/console/login/code", code=code_now(house, "supervisor"))
    assert late.location == "/console/login?next=/console/"
    visitor.get("/console/login")
    visitor.post("/console/login", name="supervisor", password=PASSWORD, next="//evil.example/")
    with visitor.client.session_transaction() as half_way:
        assert half_way["log_in_token"] != first_token
    assert visitor.give_code("supervisor").location == "/console/"
    with visitor.client.session_transaction() as done:
        assert "log_in_token" not in done


@pytest.mark.parametrize("step", ["code", "password", "second-factor", "next"])
def test_no_further_step_opens_without_the_first(visit: Visit, staff: dict[str, int], step: str) -> None:
    visitor = visit()
    visitor.get("/console/login")
    assert visitor.get(f"/console/login/{step}").location == "/console/login"
    if step != "next":
        assert visitor.post(f"/console/login/{step}", code="1", password=NEW, again=NEW).location == "/console/login"
        visitor.token = ""
        assert visitor.post(f"/console/login/{step}").status_code == 400


def test_everybody_sees_and_ends_their_own_sign_ins(visit: Visit, staff: dict[str, int], house: Services) -> None:
    here, there, colleague = visit("agent"), visit("agent"), visit("王敏")
    with house.database.read() as session:
        ids = [row.id for row in session.query(ConsoleSession).order_by(ConsoleSession.id)]
    page = here.get("/console/me/sign-ins").text
    assert page.count("退出此处") == 1
    assert "127.0.0.*" in page
    assert here.post(f"/console/me/sign-ins/{ids[2]}/end").status_code == 404  # a colleague's
    assert here.post(f"/console/me/sign-ins/{ids[1]}/end").status_code == 303
    assert there.get("/console/me").status_code == 303
    assert there.log_in("agent").status_code == 303
    assert here.post("/console/me/sign-ins/end").location == "/console/login"
    assert "在所有窗口和设备上退出" in here.get("/console/login").text
    assert here.get("/console/me").status_code == there.get("/console/me").status_code == 303
    assert colleague.get("/console/me").status_code == 200


def test_changing_the_password_goes_on_here_and_ends_there(visit: Visit, staff: dict[str, int]) -> None:
    here, there = visit("agent"), visit("agent")
    here.get("/console/me/password")

    def change(given: str, password: str, again: str | None = None) -> tuple[int, str]:
        answer = here.post("/console/me/password", given=given, password=password, again=again or password)
        return answer.status_code, answer.text

    for form, words in (
        (("wrong", NEW), "现在的密码不正确"),
        ((PASSWORD, NEW, "other"), "不一致"),
        ((PASSWORD, "short"), "至少 10 个字符"),
        ((PASSWORD, PASSWORD), "最近三次"),
        ((PASSWORD, "qwertyuiop"), "最常见"),
    ):
        status, page = change(*form)
        assert (status, words in page) == (400, True), words
    assert change(PASSWORD, NEW)[0] == 303
    assert here.get("/console/me/sign-ins").status_code == 200
    assert there.get("/console/me/sign-ins").status_code == 303
    assert there.log_in("agent").status_code == 400
    assert there.log_in("agent", NEW).status_code == 303


def test_an_agent_may_have_a_second_factor_and_other_recovery_codes(
    visit: Visit, staff: dict[str, int], house: Services
) -> None:
    here, there = visit("agent"), visit("agent")
    page = here.get("/console/me/second-factor").text
    assert "可以不用" in page
    code = code_of(page, house)
    assert here.post("/console/me/second-factor", given="wrong", code=code).status_code == 400
    assert here.post("/console/me/second-factor", given=PASSWORD, code="1").status_code == 400
    done = here.post("/console/me/second-factor", given=PASSWORD, code=code)
    first = codes_on(done.text)
    assert len(first) == 8
    assert there.get("/console/me").status_code == 303
    assert "已启用" in here.get("/console/me/second-factor").text
    assert here.post("/console/me/recovery-codes", given="wrong").status_code == 400
    second = codes_on(here.post("/console/me/recovery-codes", given=PASSWORD).text)
    assert len(second) == 8
    assert not set(first) & set(second)
    there.get("/console/login")
    there.post("/console/login", name="agent", password=PASSWORD)
    there.get("/console/login/code")
    assert there.post("/console/login/code", code=first[0]).status_code == 400
    assert there.post("/console/login/code", code=second[0]).status_code == 303
    assert there.get("/console/me").status_code == 200


def test_a_browser_in_which_one_was_is_not_locked_by_strangers(visit: Visit, staff: dict[str, int]) -> None:
    mine, stranger = visit("agent"), visit()
    cookie = mine.client.get_cookie("hotline_browser", path="/console/")
    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    mine.post("/console/logout")
    for _ in range(5):
        stranger.log_in("agent", "a guess")
    assert stranger.log_in("agent").status_code == 429
    assert mine.log_in("agent").status_code == 303
    mine.post("/console/logout")
    mine.client.set_cookie("hotline_browser", cookie.value + "x", path="/console/")  # forged
    assert mine.log_in("agent").status_code == 429


def test_the_log_keeps_who_came_in_and_with_what(visit: Visit, staff: dict[str, int], house: Services) -> None:
    visit("supervisor").post("/console/logout")
    with house.database.read() as session:
        told = [(e.actor, e.action, e.subject) for e in session.query(AuditEntry).order_by(AuditEntry.id)]
    begun, done, left = told[-3:]
    assert begun == ("supervisor", "login_begun", done[2])
    assert (done[1], left[1], done[2]) == ("login", "logout", left[2])
    assert SECRET not in str(told)


@pytest.mark.parametrize(
    ("address", "shown"),
    [("203.0.113.77", "203.0.113.*"), ("2001:db8:7:1::9", "2001:db8:7::*"), ("unknown", ""), ("", "")],
)
def test_an_address_is_kept_without_its_end(address: str, shown: str) -> None:
    assert masked_address(address) == shown
