"""One's own log-in: where one is logged in, the password, the second factor and its recovery codes."""

from flask import make_response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from hotline.actions import own_account, sessions
from hotline.actions.log_in import LockedOut, WrongSecret
from hotline.actions.passwords import WeakPassword, shortest_for
from hotline.actions.second_factor import is_needed, recovery_codes_left
from hotline.console.access import let_in, me, needs_role
from hotline.console.browsers import remember, short_name, this_browser
from hotline.console.people_words import log_in_fault
from hotline.console.qr import picture_of
from hotline.console.room import blueprint, tell
from hotline.services import services
from hotline.tables import User
from hotline.tables.access import SessionEnd
from hotline.tables.people import Role


@blueprint.get("/me/sign-ins")
@needs_role(*Role, explaining=True)
def sign_ins() -> str:
    """Where I am logged in, and how."""
    house, person = services(), me()
    with house.database.read() as database:
        return render_template(
            "console/sign_ins.html",
            user=database.get_one(User, person.id),
            sessions=sessions.open_sessions(database, person.id, house.now()),
            codes_left=recovery_codes_left(database, person.id),
            short_name=short_name,
        )


@blueprint.post("/me/sign-ins/<int:session_id>/end")
@needs_role(*Role, explaining=True)
def end_sign_in(session_id: int) -> BaseResponse:
    """Log out there."""
    house, person = services(), me()
    with house.database.write() as database:
        sessions.end(database, person.name, person.id, session_id, SessionEnd.ENDED, house.now())
    tell("该处登录已结束。", "You are logged out there.")
    return redirect(url_for("console.sign_ins"), 303)


@blueprint.post("/me/sign-ins/end")
@needs_role(*Role, explaining=True)
def end_all_sign_ins() -> BaseResponse:
    """Log out everywhere, here too."""
    house, person = services(), me()
    with house.database.write() as database:
        user = database.get_one(User, person.id)
        sessions.end_all(database, person.name, user, SessionEnd.LOGGED_OUT, house.now())
    session.clear()
    tell("您已在所有窗口和设备上退出。", "You have logged out, here and on every other device.")
    return redirect(url_for("console.login"), 303)


@blueprint.route("/me/password", methods=["GET", "POST"])
@needs_role(*Role, explaining=True)
def my_password() -> BaseResponse | str | tuple[str, int]:
    """Another password of one's own."""
    if request.method == "GET":
        return _password_page()
    house, person, browser = services(), me(), this_browser()
    password = request.form.get("password", "")
    if password != request.form.get("again", ""):
        return _password_page("not_twice"), 400
    try:
        token = own_account.change_password(
            house.database, person.id, request.form.get("given", ""), password, browser, house.now()
        )
    except LockedOut:
        return _password_page("locked_out"), 429
    except WrongSecret:
        return _password_page("wrong_password"), 400
    except WeakPassword as weak:
        return _password_page(weak.code), 400
    let_in(token)
    tell("密码已更改，其他窗口和设备上的登录已结束。", "Your password is changed; you are logged out everywhere else.")
    return remember(redirect(url_for("console.sign_ins"), 303), browser, person.id)


@blueprint.route("/me/second-factor", methods=["GET", "POST"])
@needs_role(*Role, explaining=True)
def my_second_factor() -> BaseResponse | str | tuple[str, int]:
    """Another telephone for the codes, or the first."""
    if request.method == "GET":
        return _second_factor_page()
    house, person, browser = services(), me(), this_browser()
    given, code = request.form.get("given", ""), request.form.get("code", "")
    try:
        token, codes = own_account.renew_second_factor(
            house.database, house.vault, person.session_id, person.id, given, code, browser, house.now()
        )
    except LockedOut:
        return _second_factor_page("locked_out"), 429
    except WrongSecret:
        return _second_factor_page("wrong_secret"), 400
    let_in(token)
    return _codes_page(codes)


@blueprint.post("/me/recovery-codes")
@needs_role(*Role, explaining=True)
def new_recovery_codes() -> BaseResponse | tuple[str, int]:
    """Other recovery codes; those there were are good no more."""
    house, person = services(), me()
    try:
        codes = own_account.renew_recovery_codes(
            house.database, person.id, request.form.get("given", ""), this_browser(), house.now()
        )
    except LockedOut:
        return _second_factor_page("locked_out"), 429
    except WrongSecret:
        return _second_factor_page("wrong_password"), 400
    return _codes_page(codes)


def _codes_page(codes: list[str]) -> BaseResponse:
    """Shown once: here, and nowhere else."""
    onwards = url_for("console.sign_ins")
    return make_response(render_template("console/recovery_codes.html", codes=codes, onwards=onwards))


def _password_page(fault: str | None = None) -> str:
    shortest = shortest_for(me().role)
    return render_template("console/password.html", fault=fault and log_in_fault(fault, shortest), shortest=shortest)


def _second_factor_page(fault: str | None = None) -> str:
    house, person = services(), me()
    with house.database.read() as database:
        user = database.get_one(User, person.id)
        left = recovery_codes_left(database, person.id)
    secret = own_account.proposed_secret(house.database, house.vault, person.session_id)
    return render_template(
        "console/second_factor.html",
        user=user,
        codes_left=left,
        is_needed=is_needed(user, house.settings.second_factor == "everyone"),
        fault=fault and log_in_fault(fault),
        **picture_of(secret, user.name),
    )
