"""Who is at the console: the session of the browser, its idle time-out, and the roles that pages ask for."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, Response, redirect, render_template, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response as BaseResponse

from hotline.actions import sessions
from hotline.console.people_words import LOG_IN_FAULTS
from hotline.console.room import blueprint
from hotline.services import services
from hotline.tables.people import CallMode, Role

WORKERS = (Role.AGENT, Role.SUPERVISOR, Role.ADMIN)
LISTENERS = (*WORKERS, Role.AUDITOR)  # to voices: not the department that was rated, which might know them
_HOME, _EXPLAINERS_HOME = "console.queue", "console.to_explain"

LOG_IN_PAGES = tuple(f"console.{name}" for name in ("login", "login_code", "login_password", "login_enrol"))

View = TypeVar("View", bound=Callable[..., Any])
_manager = LoginManager()


def set_up_login(app: Flask) -> None:
    """Prepare the application's sessions for the console; `app.extensions["hotline"]` is there already."""
    app.config.update(
        SESSION_COOKIE_NAME="hotline_console",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=app.extensions["hotline"].settings.served_over_https,
        PERMANENT_SESSION_LIFETIME=sessions.LONGEST,  # of the cookie; how long the session lives, its row says
        SESSION_REFRESH_EACH_REQUEST=False,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
    )
    _manager.init_app(app)


@dataclass(frozen=True, slots=True)
class Person(UserMixin):
    """The one who is logged in, as this request's pages know them, and the session with which they are."""

    id: int
    name: str
    role: Role
    dept_code: str | None
    phone_masked: str | None
    staff_no: str | None
    skills: tuple[str, ...]
    call_mode: CallMode
    session_id: int
    seen_at: datetime
    token: str = field(repr=False)

    def get_id(self) -> str:
        return self.token

    @property
    def works_cases(self) -> bool:
        return self.role in WORKERS

    @property
    def only_explains(self) -> bool:
        """A member of a department's staff, who may be rated: never to see a case of it."""
        return self.role is Role.DEPARTMENT and self.staff_no is not None


def me() -> Person:
    """The person who is logged in; only asked behind `needs_role`."""
    person = current_user._get_current_object()
    assert isinstance(person, Person)
    return person


def is_logged_in() -> bool:
    return isinstance(current_user._get_current_object(), Person)


@_manager.user_loader  # type: ignore[untyped-decorator]
def _load(token: str) -> Person | None:
    """The person of a session that is complete, and neither ended nor idle or open for too long."""
    house = services()
    with house.database.read() as database:
        found = sessions.find(database, token, house.now())
    if found is None:
        return None
    row, user = found
    return Person(
        id=user.id,
        name=user.name,
        role=user.role,
        dept_code=user.dept_code,
        phone_masked=user.phone_masked,
        staff_no=user.staff_no,
        skills=tuple(user.skills),
        call_mode=user.call_mode,
        session_id=row.id,
        seen_at=row.seen_at,
        token=token,
    )


def let_in(token: str) -> None:
    """This browser opens the console from now on; nothing of before, not even its CSRF token, is carried over."""
    session.clear()
    session.permanent = True
    person = _load(token)
    if person is not None:  # else it was ended in this very moment
        login_user(person)


def needs_role(*roles: Role, explaining: bool = False) -> Callable[[View], View]:
    """To the log-in page without a session, 403 without one of `roles`. `explaining`: also for a member of staff who is
    here only to explain what was said of them; every other page is closed to them."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not is_logged_in():
                return to_log_in()
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
    """Somebody is at the desk: the idle time begins anew. Not with every request, so that few of them write."""
    house, person = services(), me()
    if sessions.is_worth_a_touch(person.seen_at, house.now()):
        with house.database.write() as database:
            sessions.touch(database, person.session_id, house.now())


def to_log_in() -> BaseResponse:
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


@blueprint.errorhandler(CSRFError)
def _csrf_failed(_error: CSRFError) -> BaseResponse | tuple[str, int]:
    """A form without its token: most often one that outlived its session."""
    if request.endpoint in LOG_IN_PAGES:
        shown = {name: request.values.get(name, "") for name in ("name", "next")}
        return render_template("console/login.html", fault=LOG_IN_FAULTS["stale"], **shown), 400
    if not is_logged_in():
        return to_log_in()
    return render_template("console/stale_form.html"), 400


@blueprint.get("/<path:page>")
@needs_role(*Role, explaining=True)
def no_such_page(page: str) -> tuple[str, int]:  # noqa: ARG001
    """Whatever else is asked for under the console's address."""
    return render_template("console/not_found.html"), 404
