"""Logging in and out: name and password, then whatever else the log-in of this person asks for, one page a step."""

from flask import make_response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from hotline.actions import log_in as door
from hotline.actions import sessions
from hotline.actions.passwords import WeakPassword, shortest_for
from hotline.actions.sessions import Step
from hotline.console.access import for_anyone, is_logged_in, let_in, me, needs_role
from hotline.console.browsers import remember, this_browser
from hotline.console.people_words import log_in_fault
from hotline.console.qr import picture_of
from hotline.console.room import blueprint, tell
from hotline.services import services
from hotline.tables import User
from hotline.tables.access import SessionEnd
from hotline.tables.people import Role

_TOKEN, _NEXT = "log_in_token", "log_in_next"  # of a log-in that is not complete, in the browser's session
_LONGEST = 2000  # of an address: a cookie holds 4 kB


@blueprint.route("/login", methods=["GET", "POST"])
@for_anyone
def login() -> BaseResponse | str | tuple[str, int]:
    """Ask for name and password; answer wrong ones alike, whichever of the two was wrong."""
    if request.method == "GET":
        return redirect(_ours(request.args.get("next", ""))) if is_logged_in() else _log_in_page()
    house, browser = services(), this_browser()
    name, wanted = request.form.get("name", "").strip(), request.form.get("next", "")
    try:
        begun = door.log_in(house.database, name, request.form.get("password", ""), browser, _everyone(), house.now())
    except door.LockedOut:
        return _log_in_page("locked_out"), 429
    if begun is None:
        return _log_in_page("wrong"), 400
    return _go_on(begun, _ours(wanted))


@blueprint.route("/login/code", methods=["GET", "POST"])
@for_anyone
def login_code() -> BaseResponse | str | tuple[str, int]:
    """Ask for the code of the second factor, or a recovery code."""
    token, house = session.get(_TOKEN), services()
    if request.method == "GET" or token is None:
        return _step_page(Step.CODE)
    code = request.form.get("code", "")
    try:
        begun = door.give_code(house.database, house.vault, token, code, this_browser(), _everyone(), house.now())
    except door.LockedOut:
        return _step_page(Step.CODE, "locked_out", 429)
    except door.WrongSecret:
        return _step_page(Step.CODE, "wrong_code", 400)
    except door.SessionGone:
        return _begin_again()
    return _go_on(begun, session[_NEXT])


@blueprint.route("/login/password", methods=["GET", "POST"])
@for_anyone
def login_password() -> BaseResponse | str | tuple[str, int]:
    """Ask for a password of one's own in place of one that somebody else set."""
    token, house = session.get(_TOKEN), services()
    if request.method == "GET" or token is None:
        return _step_page(Step.PASSWORD)
    password = request.form.get("password", "")
    if password != request.form.get("again", ""):
        return _step_page(Step.PASSWORD, "not_twice", 400)
    try:
        begun = door.choose_password(house.database, token, password, _everyone(), house.now())
    except WeakPassword as weak:
        return _step_page(Step.PASSWORD, weak.code, 400)
    except door.SessionGone:
        return _begin_again()
    return _go_on(begun, session[_NEXT])


@blueprint.route("/login/second-factor", methods=["GET", "POST"])
@for_anyone
def login_enrol() -> BaseResponse | str | tuple[str, int]:
    """Have a second factor set up: a picture for the telephone, and a code that shows that it was taken."""
    token, house = session.get(_TOKEN), services()
    if request.method == "GET" or token is None:
        return _step_page(Step.ENROL)
    try:
        begun, codes = door.enrol(
            house.database, house.vault, token, request.form.get("code", ""), _everyone(), house.now()
        )
    except door.WrongSecret:
        return _step_page(Step.ENROL, "wrong_code", 400)
    except door.SessionGone:
        return _begin_again()
    onwards = session[_NEXT]
    let_in(begun.token)  # there is no further step
    answer = make_response(render_template("console/recovery_codes.html", codes=codes, onwards=onwards))
    return remember(answer, this_browser(), begun.user.id)


@blueprint.post("/logout")
@needs_role(*Role, explaining=True)
def logout() -> BaseResponse:
    """End this session, also for whoever may have copied its cookie."""
    house, person = services(), me()
    with house.database.write() as database:
        sessions.end(database, person.name, person.id, person.session_id, SessionEnd.LOGGED_OUT, house.now())
    session.clear()
    tell("您已退出登录。", "You have logged out.")
    return redirect(url_for("console.login"), 303)


_PAGES = {Step.CODE: "console.login_code", Step.PASSWORD: "console.login_password", Step.ENROL: "console.login_enrol"}


def _go_on(begun: door.Begun, onwards: str) -> BaseResponse:
    """To the page that was wanted, or to the next step of the log-in."""
    if begun.is_complete:
        let_in(begun.token)
        return remember(redirect(onwards, 303), this_browser(), begun.user.id)
    session.clear()
    session[_TOKEN], session[_NEXT] = begun.token, onwards
    return redirect(url_for("console.login_next"), 303)


@blueprint.get("/login/next")
@for_anyone
def login_next() -> BaseResponse:
    """To whatever step this browser's log-in is at."""
    found = _half_way()
    return _begin_again() if found is None else redirect(url_for(_PAGES[found[0]]), 303)


def _step_page(step: Step, fault: str | None = None, status: int = 200) -> BaseResponse | tuple[str, int]:
    found = _half_way()
    if found is None or found[0] is not step:
        return redirect(url_for("console.login_next" if found else "console.login"), 303)
    user, house = found[1], services()
    shown = {"user": user, "fault": fault and log_in_fault(fault, shortest_for(user.role))}
    if step is Step.ENROL:
        try:
            _, secret = door.proposed_secret(house.database, house.vault, session[_TOKEN], _everyone(), house.now())
        except door.SessionGone:
            return _begin_again()
        shown |= picture_of(secret, user.name)
    return render_template(f"console/login_{step}.html", **shown, shortest=shortest_for(user.role)), status


def _half_way() -> tuple[Step, User] | None:
    """The step that this browser's log-in is at, and whose it is."""
    house = services()
    with house.database.read() as database:
        found = sessions.find_on_the_way(database, session.get(_TOKEN, ""), house.now())
        step = None if found is None else sessions.missing(found[1], found[0], _everyone())
    return None if found is None or step is None else (step, found[1])


def _begin_again() -> BaseResponse:
    wanted = session.pop(_NEXT, "")
    session.clear()
    return redirect(url_for("console.login", next=wanted) if wanted else url_for("console.login"), 303)


def _log_in_page(fault: str | None = None) -> str:
    return render_template(
        "console/login.html",
        fault=fault and log_in_fault(fault),
        name=request.form.get("name", ""),
        next=request.values.get("next", ""),
    )


def _everyone() -> bool:
    return services().settings.second_factor == "everyone"


def _ours(wanted: str) -> str:
    """Where to go after logging in: a page of this console, never another site."""
    home = url_for("console.queue")
    is_ours = wanted.startswith(home) and wanted.isprintable() and "\\" not in wanted and len(wanted) <= _LONGEST
    return wanted if is_ours else home
