"""Who is at the console: logging in and out, the session and its idle time-out, the roles that pages ask for."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from hashlib import sha256
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, Response, redirect, render_template, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response as BaseResponse

from hotline.actions import people
from hotline.console.room import blueprint, tell
from hotline.services import services
from hotline.tables import User
from hotline.tables.people import CallMode, Role

IDLE = timedelta(minutes=30)
WORKERS = (Role.AGENT, Role.SUPERVISOR, Role.ADMIN)
LISTENERS = (*WORKERS, Role.AUDITOR)  # to voices: not the department that was rated, which might know them
_TOUCH_AFTER_SECONDS = 60
_SEEN_AT = "seen_at"
_HOME, _EXPLAINERS_HOME = "console.queue", "console.to_explain"

View = TypeVar("View", bound=Callable[..., Any])
_manager = LoginManager()


def set_up_login(app: Flask) -> None:
    """Prepare the application's sessions for the console; `app.extensions["hotline"]` is there already."""
    app.config.update(
        SESSION_COOKIE_NAME="hotline_console",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=app.extensions["hotline"].settings.served_over_https,
        PERMANENT_SESSION_LIFETIME=IDLE,
        # The pages ask for news by themselves: only what a person does keeps the session alive (see `_touch`).
        SESSION_REFRESH_EACH_REQUEST=False,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
    )
    _manager.init_app(app)


@dataclass(frozen=True, slots=True)
class Person(UserMixin):
    """The one who is logged in, as this request's pages know them. `stamp` changes with each log-out and password."""

    id: int
    name: str
    role: Role
    dept_code: str | None
    phone_masked: str | None
    stamp: str
    only_explains: bool
    skills: tuple[str, ...]
    call_mode: CallMode

    def get_id(self) -> str:
        return f"{self.id}.{self.stamp}"

    @property
    def works_cases(self) -> bool:
        return self.role in WORKERS


def me() -> Person:
    """The person who is logged in; only asked behind `needs_role`."""
    person = current_user._get_current_object()
    assert isinstance(person, Person)
    return person


def is_logged_in() -> bool:
    return isinstance(current_user._get_current_object(), Person)


@_manager.user_loader  # type: ignore[untyped-decorator]
def _load(session_id: str) -> Person | None:
    """The person of a session, unless idle too long, disabled, or logged out or with another password since."""
    if services().now().timestamp() - session.get(_SEEN_AT, 0) > IDLE.total_seconds():
        return None
    user_id, _, stamp = session_id.partition(".")
    with services().database.read() as database:
        user = database.get(User, int(user_id))
    if user is None or user.disabled_at is not None or _stamp(user) != stamp:
        return None
    return _person(user)


def _person(user: User) -> Person:
    day = tuple(user.skills), user.call_mode
    return Person(
        user.id, user.name, user.role, user.dept_code, user.phone_masked, _stamp(user), user.only_explains, *day
    )


def _stamp(user: User) -> str:
    return sha256(f"{user.session_epoch}:{user.password_hash}".encode()).hexdigest()[:16]


def needs_role(*roles: Role, explaining: bool = False) -> Callable[[View], View]:
    """To the log-in page without a session, 403 without one of `roles`. `explaining`: also for a member of staff who is
    here only to explain what was said of them; every other page is closed to them."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not is_logged_in():
                return _to_log_in()
            if me().only_explains and request.endpoint == _HOME:
                return redirect(url_for(_EXPLAINERS_HOME))
            if me().role not in roles or (me().only_explains and not explaining):
                return render_template("console/forbidden.html"), 403
            if "X-Background" not in request.headers:
                touch()
            return view(*args, **kwargs)

        guarded.needed_roles = frozenset(roles)  # type: ignore[attr-defined]  # read by the guard test of every route
        guarded.explaining = explaining  # type: ignore[attr-defined]
        return cast("View", guarded)

    return guard


def roles_of(view: Callable[..., Any]) -> frozenset[Role]:
    """The roles that may open a view."""
    roles: frozenset[Role] = view.needed_roles  # type: ignore[attr-defined]
    return roles


def is_open_to_me(view: Callable[..., Any]) -> bool:
    """May the person who is logged in open that view?"""
    return me().role in roles_of(view) and (not me().only_explains or view.explaining)  # type: ignore[attr-defined]


def for_anyone(view: View) -> View:
    """A page that asks for no role, on purpose."""
    view.needed_roles = frozenset()  # type: ignore[attr-defined]
    return view


def touch() -> None:
    """Somebody is at the desk: the idle time begins anew. Not with every request, so that few answers set a cookie."""
    now = services().now().timestamp()
    if now - session.get(_SEEN_AT, 0) > _TOUCH_AFTER_SECONDS:
        session[_SEEN_AT] = now


def _to_log_in() -> BaseResponse:
    """Send whoever asks to the log-in page, and back afterwards to the page they were on."""
    if "HX-Request" in request.headers:
        response = Response(status=401)
        response.headers["HX-Redirect"] = url_for("console.login", next=_page_of(request.headers.get("HX-Current-URL")))
        return response
    page = request.full_path.rstrip("?") if request.method == "GET" else _page_of(request.referrer)
    return redirect(url_for("console.login", next=page), 303)


def _page_of(address: str | None) -> str:
    parts = urlsplit(address or "")
    return parts.path + (f"?{parts.query}" if parts.query else "")


@blueprint.route("/login", methods=["GET", "POST"])
@for_anyone
def login() -> BaseResponse | str | tuple[str, int]:
    """Ask for name and password; answer wrong ones alike, whichever of the two was wrong."""
    if request.method == "GET":
        return redirect(_next()) if is_logged_in() else _log_in_page()
    house = services()
    name = request.form.get("name", "").strip()
    try:
        user = people.log_in(house.database, name, request.form.get("password", ""), house.now())
    except people.LockedOut:
        return _log_in_page("locked_out"), 429
    if user is None:
        return _log_in_page("wrong"), 400
    _begin_session(user)
    return redirect(_next(), 303)


def _begin_session(user: User) -> None:
    """A new session: nothing of the one before, not even its CSRF token, is carried over."""
    session.clear()
    session.permanent = True
    session[_SEEN_AT] = services().now().timestamp()
    login_user(_person(user))


def _log_in_page(fault: str | None = None) -> str:
    return render_template(
        "console/login.html", fault=fault, name=request.form.get("name", ""), next=request.values.get("next", "")
    )


def _next() -> str:
    """Where to go after logging in: a page of this console, never another site."""
    home = url_for("console.queue")
    wanted = request.values.get("next", "")
    is_ours = wanted.startswith(home) and wanted.isprintable() and "\\" not in wanted
    return wanted if is_ours else home


@blueprint.post("/logout")
@needs_role(*Role, explaining=True)
def logout() -> BaseResponse:
    """End the session, and every other of the same user: a cookie that somebody copied is worth nothing now."""
    house, person = services(), me()
    with house.database.write() as database:
        people.log_out(database, person.id, house.now())
    session.clear()
    tell("您已退出登录，在其他窗口和设备上也已退出。", "You have logged out, here and on every other device.")
    return redirect(url_for("console.login"), 303)


@blueprint.errorhandler(CSRFError)
def _csrf_failed(_error: CSRFError) -> BaseResponse | tuple[str, int]:
    """A form without its token: most often one that outlived its session."""
    if request.endpoint == "console.login":
        return _log_in_page("stale"), 400
    if not is_logged_in():
        return _to_log_in()
    return render_template("console/stale_form.html"), 400


@blueprint.get("/<path:page>")
@needs_role(*Role, explaining=True)
def no_such_page(page: str) -> tuple[str, int]:  # noqa: ARG001
    """Whatever else is asked for under the console's address."""
    return render_template("console/not_found.html"), 404
