"""Every route of the console against every role, and what a department may see."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from hotline.actions.people import add_user
from hotline.services import Services
from hotline.tables.people import Role
from tests.console.conftest import CITIZEN_PHONE, DEPARTMENT, PASSWORD, Visitor

Visit = Callable[..., Visitor]

ALL = frozenset(Role)
WORK = frozenset({Role.AGENT, Role.SUPERVISOR, Role.ADMIN})
ADMIN = frozenset({Role.ADMIN})
DECIDE = frozenset({Role.SUPERVISOR, Role.ADMIN})
READ = DECIDE | {Role.AUDITOR}

MATRIX: dict[str, tuple[str, str, frozenset[Role]]] = {
    **{
        f"console.{view}": ("GET", f"/console/{path}", frozenset())
        for view, path in {
            "login": "login",
            "login_next": "login/next",
            "login_code": "login/code",
            "login_password": "login/password",
            "login_enrol": "login/second-factor",
        }.items()
    },
    "console.logout": ("POST", "/console/logout", ALL),
    "console.no_such_page": ("GET", "/console/nowhere", ALL),
    "console.queue": ("GET", "/console/", ALL),
    "console.queue_news": ("GET", "/console/queue", ALL),
    "console.claim": ("POST", "/console/cases/1/claim", WORK),
    "console.claim_next": ("POST", "/console/cases/next", WORK),
    "console.case_page": ("GET", "/console/cases/1", ALL),
    "console.case_news": ("GET", "/console/cases/1/live", ALL),
    "console.renew": ("POST", "/console/cases/1/renew", WORK),
    "console.call": ("POST", "/console/cases/1/call", WORK),
    "console.end_call": ("POST", "/console/cases/1/call/end", WORK),
    "console.stop_recording": ("POST", "/console/cases/1/call/unrecorded", WORK),
    "console.reveal_phone": ("POST", "/console/cases/1/reveal", WORK),
    "console.release": ("POST", "/console/cases/1/release", WORK),
    "console.keep_contact": ("POST", "/console/cases/1/contact", WORK),
    "console.take_step": ("POST", "/console/cases/1/step", ALL - {Role.AUDITOR}),
    "console.notices": ("GET", "/console/notices", ALL - {Role.AUDITOR}),
    "console.note_seen": ("POST", "/console/notices/1/seen", ALL - {Role.AUDITOR}),
    "console.ratings": ("GET", "/console/ratings", ALL - {Role.DEPARTMENT}),
    "console.ratings_news": ("GET", "/console/ratings/news", ALL - {Role.DEPARTMENT}),
    "console.voice_comments": ("GET", "/console/recordings", WORK | {Role.AUDITOR}),
    "console.play": ("GET", "/console/recordings/1.wav", WORK | {Role.AUDITOR}),
    "console.note_heard": ("POST", "/console/recordings/1/heard", WORK),
    "console.deliveries": ("GET", "/console/outbox", frozenset({Role.SUPERVISOR, Role.ADMIN, Role.AUDITOR})),
    "console.resend_all": ("POST", "/console/outbox/resend", frozenset({Role.SUPERVISOR, Role.ADMIN})),
    "console.resend": ("POST", "/console/outbox/1/resend", frozenset({Role.SUPERVISOR, Role.ADMIN})),
    "console.replies": ("GET", "/console/replies", READ),
    "console.replies_news": ("GET", "/console/replies/due", DECIDE),
    "console.reply_page": ("GET", "/console/replies/1", READ),
    "console.assign": ("POST", "/console/replies/1/assign", DECIDE),
    "console.dismiss": ("POST", "/console/replies/1/dismiss", DECIDE),
    "console.flow_page": ("GET", "/console/flow", READ),
    "console.texts": ("GET", "/console/texts", READ),
    "console.texts_csv": ("GET", "/console/texts.csv", READ),
    "console.opt_outs": ("GET", "/console/opt-outs", READ),
    "console.find_opt_out": ("POST", "/console/opt-outs/find", READ),
    "console.opt_out_page": ("GET", "/console/opt-outs/1", READ),
    "console.end_opt_out": ("POST", "/console/opt-outs/1/end", DECIDE),
    "console.export_opt_outs": ("POST", "/console/opt-outs/export", frozenset({Role.ADMIN})),
    "console.replay": ("GET", "/console/replay", frozenset({Role.ADMIN})),
    "console.run_replay": ("POST", "/console/replay", frozenset({Role.ADMIN})),
    "console.review_replayed": ("POST", "/console/replay/review", frozenset({Role.ADMIN})),
    "console.wording_page": ("GET", "/console/wording", READ),
    "console.wording_editor": ("GET", "/console/wording/sms-stars", frozenset({Role.ADMIN})),
    "console.save_wording": ("POST", "/console/wording/sms-stars", frozenset({Role.ADMIN})),
    "console.check_wording": ("POST", "/console/wording/sms-stars/check", frozenset({Role.ADMIN})),
    "console.wording_version": ("GET", "/console/wording/sms-stars/1", READ),
    "console.activate_wording": ("POST", "/console/wording/sms-stars/101/activate", frozenset({Role.ADMIN})),
    "console.sign_ins": ("GET", "/console/me/sign-ins", ALL),
    "console.end_sign_in": ("POST", "/console/me/sign-ins/999/end", ALL),
    "console.my_password": ("GET", "/console/me/password", ALL),
    "console.my_second_factor": ("GET", "/console/me/second-factor", ALL),
    "console.new_recovery_codes": ("POST", "/console/me/recovery-codes", ALL),
    "console.end_all_sign_ins": ("POST", "/console/me/sign-ins/end", ALL),
    "console.list_of_users": ("GET", "/console/users", ADMIN),
    "console.add_user": ("POST", "/console/users", ADMIN),
    "console.user_page": ("GET", "/console/users/1", ADMIN),
    "console.change_user_role": ("POST", "/console/users/1/role", ADMIN),
    "console.change_user_skills": ("POST", "/console/users/1/skills", ADMIN),
    "console.reset_user_password": ("POST", "/console/users/999/password", ADMIN),
    "console.change_user": ("POST", "/console/users/999/sessions", ADMIN),
    "console.audit_log": ("GET", "/console/audit", ADMIN | {Role.AUDITOR}),
    "console.export_audit_log": ("POST", "/console/audit/export", ADMIN | {Role.AUDITOR}),
    "console.search": ("GET", "/console/search?state=open", ALL),
    "console.find_cases": ("POST", "/console/search", ALL),
    "console.ledger": ("GET", "/console/ledger", ALL),
    "console.export_ledger": ("POST", "/console/ledger/export", ALL),
    "console.board": ("GET", "/console/board", READ),
    "console.board_news": ("GET", "/console/board/live", READ),
    "console.reassign_cases": ("POST", "/console/cases/reassign", DECIDE),
    "console.extensions": ("GET", "/console/extensions", READ),
    "console.decide": ("POST", "/console/extensions/1", DECIDE),
    "console.quality_page": ("GET", "/console/quality", WORK | READ),
    "console.draw_quality": ("POST", "/console/quality/draw", DECIDE),
    "console.quality_sample": ("GET", "/console/quality/samples/1", WORK | READ),
    "console.score_sample": ("POST", "/console/quality/samples/1", DECIDE),
    "console.policy_page": ("GET", "/console/policy", READ),
    "console.calendar_page": ("GET", "/console/calendar", READ),
    "console.load_calendar": ("POST", "/console/calendar", frozenset({Role.ADMIN})),
    "console.add_evidence": ("POST", "/console/cases/1/evidence", WORK | {Role.DEPARTMENT}),
    "console.download_evidence": ("GET", "/console/evidence/1", ALL - {Role.AGENT}),
    "console.to_explain": ("GET", "/console/explain", frozenset({Role.DEPARTMENT})),
    "console.explain": ("POST", "/console/explain", frozenset({Role.DEPARTMENT})),
    "console.register": ("GET", "/console/register", ALL - {Role.DEPARTMENT}),
    "console.find_registered": ("POST", "/console/register/find", ALL - {Role.DEPARTMENT}),
    "console.register_entry": ("GET", "/console/register/1", ALL - {Role.DEPARTMENT}),
    "console.propose_registering": ("POST", "/console/cases/1/register", DECIDE),
    "console.decide_registering": ("POST", "/console/register/1/decide", frozenset({Role.REVIEWER})),
    "console.object_to_registering": ("POST", "/console/register/1/object", WORK),
    "console.decide_objection": ("POST", "/console/register/1/objection", frozenset({Role.REVIEWER})),
    "console.end_registering": ("POST", "/console/register/1/end", DECIDE | {Role.REVIEWER}),
    "console.my_desk": ("GET", "/console/me", WORK),
    "console.set_my_phone": ("POST", "/console/me", WORK),
    "console.set_my_call_mode": ("POST", "/console/me/mode", WORK),
}

# One's own log-in, whoever one is.
OWN = tuple(
    f"console.{view}" for view in ("sign_ins", "end_sign_in", "my_password", "my_second_factor", "new_recovery_codes")
)


def test_the_matrix_names_every_route_with_the_roles_it_asks_for(app: Flask) -> None:
    asked = {
        endpoint: view.needed_roles  # type: ignore[attr-defined]
        for endpoint, view in app.view_functions.items()
        if endpoint.startswith("console.") and endpoint != "console.static"
    }
    assert asked == {endpoint: roles for endpoint, (_, _, roles) in MATRIX.items()}


@pytest.mark.parametrize("role", Role)
def test_each_route_refuses_exactly_the_roles_it_does_not_name(
    visit: Visit, staff: dict[str, int], open_case: Callable[..., int], role: Role
) -> None:
    assert open_case() == 1
    visitor = visit(str(role))
    for endpoint, (method, path, roles) in MATRIX.items():
        if not roles or endpoint == "console.logout":
            continue
        answer = visitor.get(path) if method == "GET" else visitor.post(path)
        assert (answer.status_code == 403) is (role not in roles), f"{endpoint} as {role}: {answer.status_code}"
        assert answer.status_code < 500
        if endpoint == "console.end_all_sign_ins":
            visitor = visit(str(role))


def test_each_route_sends_a_stranger_away(visit: Visit, staff: dict[str, int], open_case: Callable[..., int]) -> None:
    open_case()
    visitor = visit()
    visitor.get("/console/login")
    for endpoint, (method, path, _) in MATRIX.items():
        if endpoint == "console.login":
            continue
        answer = visitor.client.get(path) if method == "GET" else visitor.post(path)
        assert answer.status_code == 303, endpoint
        assert answer.location.startswith("/console/login"), endpoint


def test_whoever_may_be_the_one_that_was_rated_is_refused_every_page_but_their_own(
    visit: Visit, house: Services, staff: dict[str, int], open_case: Callable[..., int]
) -> None:
    open_case(staff_no="JL-0117")
    with house.database.write() as session:
        add_user(session, "窗口", Role.DEPARTMENT, PASSWORD, house.now(), DEPARTMENT, "JL-0117")
    visitor = visit("窗口")
    theirs = ("console.to_explain", "console.explain", "console.no_such_page", *OWN)
    for endpoint, (method, path, roles) in MATRIX.items():
        if not roles or endpoint in ("console.logout", "console.end_all_sign_ins", "console.queue"):
            continue
        answer = visitor.get(path) if method == "GET" else visitor.post(path)
        assert (answer.status_code == 403) is (endpoint not in theirs), f"{endpoint}: {answer.status_code}"
    assert visitor.get("/console/").location == "/console/explain"
    page = visitor.get("/console/explain").text
    assert set(re.findall(r'<a [^>]*href="([^"]+)"', page)) == {"#main", "/console/", "/console/me/sign-ins"}


def test_a_department_sees_only_its_own_cases_and_nobodys_telephone(
    visit: Visit, staff: dict[str, int], open_case: Callable[..., int]
) -> None:
    own, other = open_case(item_name="自己的事项"), open_case(item_name="别家的事项", dept_code="220200-PSB")
    visitor = visit("department")
    queue = visitor.get("/console/").text
    assert "自己的事项" in queue
    assert "别家的事项" not in queue
    assert "待处理 <span" in queue
    assert "138****8000" not in queue
    page = visitor.get(f"/console/cases/{own}")
    assert page.status_code == 200
    assert "138****8000" not in page.text
    assert visitor.get(f"/console/cases/{other}").status_code == 404
    assert visitor.get(f"/console/cases/{other}/live").status_code == 404


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.REVIEWER, Role.DEPARTMENT])
def test_readers_are_offered_nothing_to_press(
    visit: Visit, staff: dict[str, int], open_case: Callable[..., int], role: Role
) -> None:
    case_id = open_case()
    visitor = visit(str(role))
    for path in ("/console/", f"/console/cases/{case_id}"):
        page = visitor.get(path).text
        assert "formaction" not in page
        assert page.count("<button") == 1 + page.count('id="filter"')  # logging out, and looking for some


def test_no_page_shows_a_whole_telephone_number(
    visit: Visit, staff: dict[str, int], open_case: Callable[..., int]
) -> None:
    case_id = open_case(ago=timedelta(hours=3))
    visitor = visit("supervisor")
    visitor.post("/console/me", phone="15504321234")
    visitor.claim(case_id)
    for path in ("/console/", f"/console/cases/{case_id}", "/console/ratings", "/console/outbox", "/console/me"):
        page = visitor.get(path).text
        for number in (CITIZEN_PHONE, "15504321234"):
            assert number not in page
            assert number[-8:] not in page
