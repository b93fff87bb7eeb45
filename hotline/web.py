"""The wiring of the web application: services, rooms, headers, errors."""

from flask import Flask, Response, redirect, request, url_for
from flask_wtf import CSRFProtect
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from hotline import console, probes
from hotline.api import intake, openapi, ratings
from hotline.api.problems import problem
from hotline.clock import Clock, utc_now
from hotline.ivr import callback, survey
from hotline.services import make_services
from hotline.settings import Settings, load_settings
from hotline.sms import routes as sms

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
    console.set_up_login(app)
    csrf = CSRFProtect(app)
    for room in (sms, survey, callback, intake, ratings, openapi, probes):
        app.register_blueprint(room.blueprint)
        csrf.exempt(room.blueprint)  # called by machines, which prove themselves by signature or key
    for blueprint in console.blueprints:
        app.register_blueprint(blueprint)
    app.add_url_rule("/", "home", _home)
    app.after_request(_add_headers)
    app.register_error_handler(HTTPException, _refuse)
    return app


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
