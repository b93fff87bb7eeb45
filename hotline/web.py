"""The wiring of the web application: services, rooms, headers, errors."""

import structlog
from flask import Flask, Response, abort, redirect, request, url_for
from flask_wtf import CSRFProtect
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter
from werkzeug.wrappers import Response as BaseResponse

from hotline import console, probes
from hotline.api import call_ratings, intake, openapi, ratings
from hotline.api.problems import problem
from hotline.clock import Clock, utc_now
from hotline.errors import BadInput, NotFound
from hotline.ivr import callback, fallback, prompts, survey
from hotline.rules.bounds import LARGEST, bounded
from hotline.services import make_services
from hotline.settings import Settings, load_settings
from hotline.sms import routes as sms

_log = structlog.get_logger(__name__)
_LARGEST_BODY = 8 * 1024 * 1024
_CSP = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'self'"
)
_HEADERS = {
    "Content-Security-Policy": _CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


def make_app(settings: Settings | None, clock: Clock | None) -> Flask:
    house = make_services(settings or load_settings(), clock or utc_now)
    app = Flask("hotline", static_folder=None)
    app.extensions["hotline"] = house
    app.config.update(
        SECRET_KEY=house.settings.secret_key.get_secret_value(),
        MAX_CONTENT_LENGTH=_LARGEST_BODY,
        SESSION_COOKIE_SECURE=house.settings.served_over_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
    )
    app.url_map.converters["int"] = _RowId
    app.before_request(console.let_files_through)
    app.before_request(_refuse_nul)
    console.set_up_login(app)
    csrf = CSRFProtect(app)
    for room in (sms, survey, fallback, callback, prompts, intake, call_ratings, ratings, openapi, probes):
        app.register_blueprint(room.blueprint)
        csrf.exempt(room.blueprint)  # called by machines, which prove themselves by signature or key
    for blueprint in console.blueprints:
        app.register_blueprint(blueprint)
    app.add_url_rule("/", "home", _home)
    app.after_request(_add_headers)
    app.register_error_handler(HTTPException, _refuse)
    app.register_error_handler(BadInput, _bad_input)
    app.register_error_handler(NotFound, _not_found)
    app.register_error_handler(OperationalError, _no_database)
    app.register_error_handler(PoolTimeout, _no_database)
    return app


class _RowId(IntegerConverter):
    """`<int:…>`: however long a number is written, it is one that a database can look for (and will not find)."""

    def to_python(self, value: str) -> int:
        return bounded(value) if len(value) <= len(str(LARGEST)) else LARGEST


def _refuse_nul() -> None:
    """No form or query of ours holds NUL, and no database keeps it. Carriers' texts are mended by their adapters."""
    if not request.path.startswith("/webhooks/") and any("\0" in text for pair in _given() for text in pair):
        abort(400)


def _given() -> list[tuple[str, str]]:
    return [*request.args.items(multi=True), *request.form.items(multi=True)]


def _home() -> BaseResponse:
    return redirect(url_for("console.queue"))


def _add_headers(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _refuse(error: HTTPException) -> BaseResponse | HTTPException:
    """The API refuses in JSON; everything else as usual."""
    if request.path.startswith("/api/v1/"):
        return problem(error.code or 500, (error.name or "error").lower().replace(" ", "_"), error.description or "")
    return error


def _bad_input(error: BadInput) -> Response:
    return _said(400, error.code, error.message, error.field)


def _not_found(error: NotFound) -> Response:
    """Outside the console, which has a page of its own for it."""
    return _said(404, error.code, "there is no such thing")


def _no_database(error: OperationalError | PoolTimeout) -> Response:
    """Gone, restarting, locked for too long: what was asked for was rolled back, and may be asked for again."""
    _log.error("database_unavailable", method=request.method, endpoint=request.endpoint, reason=_reason(error))
    return _said(503, "unavailable", "the database cannot be reached at the moment: try again")


def _reason(error: OperationalError | PoolTimeout) -> str:
    cause = error.orig if isinstance(error, OperationalError) and error.orig is not None else error
    return f"{type(cause).__name__}: {str(cause).partition(chr(10))[0]}"


def _said(status: int, code: str, message: str, field: str | None = None) -> Response:
    """In JSON to the API's callers, as plain text to others."""
    if request.path.startswith("/api/v1/"):
        return problem(status, code, message, field)
    return Response(f"{message}\n", status, mimetype="text/plain")
