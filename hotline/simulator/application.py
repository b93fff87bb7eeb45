"""The Flask application: Twilio's REST API, the control API, the event stream and the page."""

import ipaddress
from urllib.parse import urlsplit

from flask import Flask, Response, abort, jsonify, request
from werkzeug.exceptions import HTTPException

from . import control_phones, rest_calls, rest_messages, rest_recordings
from .config import SimulatorConfig
from .control import control
from .page import page
from .rest import rest
from .simulator import EXTENSION, Simulator
from .waiting import waiting

# Imported for the routes they add to `rest` and `control`.
ROUTES = (rest_messages, rest_calls, rest_recordings, control_phones)


def create_simulator(config: SimulatorConfig) -> Flask:
    """A simulator as a WSGI application; `app.extensions["hotline-simulator"]` is the Simulator behind it.

    It starts a clock thread; call the Simulator's `close` when done (SimulatorServer does).
    """
    app = Flask(__name__, static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.extensions[EXTENSION] = Simulator(config)
    app.register_error_handler(HTTPException, explain)
    if not config.allow_remote:
        app.before_request(refuse_strangers)
    for blueprint in (rest, control, waiting, page):
        app.register_blueprint(blueprint)
    return app


def explain(error: HTTPException) -> tuple[Response, int]:
    return jsonify({"error": error.description}), error.code or 500


def refuse_strangers() -> None:
    """The control API has no password: it serves this machine only, and no other site's pages."""
    if request.remote_addr is None or not ipaddress.ip_address(request.remote_addr).is_loopback:
        abort(403, "The simulator answers to this machine only.")
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        abort(403, "The simulator does not answer other sites' pages.")
