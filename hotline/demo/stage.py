"""The demo's stage: the page a newcomer opens first, where the whole way through is sent, rung, rated and followed.

`python -m hotline.demo.stage --port P --config FILE.json`; serves this machine only, stops on SIGTERM or Ctrl-C.
"""

import argparse
import contextlib
import ipaddress
import json
import signal
import sys
from dataclasses import dataclass, field, fields
from hashlib import sha256
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

import httpx
import pyotp
from flask import Flask, Response, abort, current_app, jsonify, render_template, request
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Response as BaseResponse

from hotline.clock import Clock, utc_now
from hotline.demo.desk import Department
from hotline.demo.stage_ratings import SHOWN, board
from hotline.demo.stage_records import OWNERS, PRESETS, SUGGESTIONS, Kind, Line, Order, Registry, Survey, read_order
from hotline.demo.stage_tour import Step, Tour, Watch
from hotline.errors import BadInput, SettingsError

_EXTENSION = "hotline-stage"


@dataclass(frozen=True, slots=True)
class StageConfig:
    """Addresses without a trailing slash (`console` with one), telephone numbers in E.164, and the demo's secrets."""

    web: str
    simulator: str
    console: str
    key: str = field(repr=False)
    agent: str
    second_factors: dict[str, str] = field(repr=False)  # name of an account → the secret of its codes
    password: str = field(repr=False)
    our_number: str
    mobile: str
    landline: str
    desk: str
    secret: str = field(repr=False)


def read_config(path: Path) -> StageConfig:
    """Read the JSON file. Raises SettingsError that names what is missing, or not known."""
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path}: {error}") from error
    names = {each.name for each in fields(StageConfig)}
    if not isinstance(given, dict) or given.keys() != names:
        raise SettingsError(f"{path}: must be an object with exactly these keys: {', '.join(sorted(names))}")
    return StageConfig(**given)


@dataclass(frozen=True, slots=True)
class Stage:
    """What the page is made of. `tour` remembers how far the visitor has come."""

    config: StageConfig
    department: Department
    registry: Registry
    watch: Watch
    tour: Tour
    now: Clock


def create_stage(config: StageConfig, clock: Clock = utc_now) -> Flask:
    """The stage as a WSGI application."""
    app = Flask("hotline.demo")
    app.config.update(
        SECRET_KEY=config.secret,
        # Cookies do not know ports: under its usual name this one would log the visitor out of the console.
        SESSION_COOKIE_NAME="hotline_stage",
        SESSION_COOKIE_SAMESITE="Strict",
        TRUSTED_HOSTS=["127.0.0.1", "localhost"],
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=64 * 1024,
    )
    phones = {Line.MOBILE: config.mobile, Line.LANDLINE: config.landline}
    department = Department(config.web, config.key)
    watch = Watch(config.web, config.simulator, department)
    app.extensions[_EXTENSION] = Stage(config, department, Registry(phones), watch, Tour(phones), clock)
    CSRFProtect(app)
    app.before_request(_refuse_strangers)
    app.after_request(_add_headers)
    app.register_error_handler(CSRFError, _refuse_stale_page)
    app.add_url_rule("/", view_func=page)
    app.add_url_rule("/send", view_func=send, methods=["POST"])
    app.add_url_rule("/live", view_func=live)
    return app


def _stage() -> Stage:
    stage = current_app.extensions[_EXTENSION]
    assert isinstance(stage, Stage)
    return stage


def _refuse_strangers() -> None:
    """The page shows a password and may send records: it is for this machine's own browser."""
    if request.remote_addr is None or not ipaddress.ip_address(request.remote_addr).is_loopback:
        abort(403, "The demo's stage answers to this machine only.")


def _add_headers(response: Response) -> Response:
    simulator = urlsplit(_stage().config.simulator)
    response.headers["Content-Security-Policy"] = (
        f"default-src 'self'; frame-src {simulator.scheme}://{simulator.netloc}; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "no-store"
    return response


def page(answer: "Answer | None" = None) -> str:
    """The whole page, with what is known at this moment."""
    return render_template(
        "stage/page.html",
        config=_stage().config,
        live=_live_parts(),
        answer=answer,
        presets=PRESETS,
        suggestions=SUGGESTIONS,
        owners=OWNERS,
        Kind=Kind,
        Line=Line,
        Survey=Survey,
    )


def live() -> BaseResponse:
    """The parts that move by themselves, as HTML by name; 204 while they are the same as what the page has `seen`."""
    parts = _live_parts()
    seen = sha256(json.dumps(parts).encode()).hexdigest()[:16]
    if request.args.get("seen") == seen:
        return Response(status=204)
    return jsonify({"seen": seen, "parts": parts})


def _live_parts() -> dict[str, str]:
    """Only the trouble, if there is any: the page keeps what it last knew of the rest."""
    stage = _stage()
    try:
        glance = stage.watch.look()
    except httpx.HTTPError as error:
        return {"trouble": render_template("stage/_trouble.html", who=_who(error))}
    stage.tour.follow(glance)
    shown = {"board": board(glance.ratings), "most_rows": SHOWN, "open_cases": glance.open_cases}
    current = next((step for step in Step if step not in stage.tour.done), None)
    names = ("ratings", "chart", "cases")
    return {
        "trouble": "",
        "codes": render_template("stage/_codes.html", codes=_codes(stage)),
        "tour": render_template("stage/_tour.html", done=stage.tour.done, current=current, Step=Step),
    } | {name: render_template(f"stage/_{name}.html", **shown) for name in names}


def _codes(stage: Stage) -> dict[str, str]:
    """What the telephones of these accounts would show now."""
    return {name: pyotp.TOTP(secret).at(stage.now()) for name, secret in stage.config.second_factors.items()}


def _who(error: httpx.HTTPError) -> str:
    """Which of the two did not answer."""
    return "simulator" if str(error.request.url).startswith(_stage().config.simulator) else "product"


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an order. `status` is the product's own word, or "failed" if it gave none."""

    status: str
    message: str = ""
    field: str = ""
    number: str = ""
    id: int | None = None
    order: Order | None = None
    path: str = ""
    sent: str = ""
    received: str = ""


def send() -> tuple[str, int]:
    """Send a record to the product's API; the answer alone for a script, else the page with it."""
    answer = _send()
    status = 502 if answer.status == "failed" else 200
    if request.headers.get("X-Requested-With") == "fetch":
        return render_template("stage/_answer.html", answer=answer, owners=OWNERS), status
    return page(answer), status


def _send() -> Answer:
    stage, now = _stage(), _stage().now()
    try:
        order = read_order(request.form)
    except BadInput as fault:
        return Answer("rejected", fault.message, fault.field)
    record = stage.registry.record(order, now)
    path = f"{order.kind}s"
    about: dict[str, Any] = {"order": order, "path": f"/api/v1/{path}", "sent": _pretty(record)}
    try:
        (result,) = stage.department.send(path, record)
    except httpx.HTTPStatusError as error:
        return Answer("failed", f"HTTP {error.response.status_code}", received=error.response.text, **about)
    except httpx.HTTPError as error:
        return Answer("failed", str(error), **about)
    about |= {"received": _pretty(result), "number": result["number"] or "", "id": result["id"]}
    if result["status"] == "rejected":
        return Answer("rejected", result["error"]["message"], result["error"]["field"], **about)
    if result["status"] == "accepted":
        stage.tour.sent(result["number"], now)
    return Answer(result["status"], **about)


def _pretty(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2)


def _refuse_stale_page(error: CSRFError) -> tuple[str, int]:
    """The form did not come from this page as it now is: another site's, or a page from before a restart."""
    answer = Answer("stale", error.description or "")
    if request.headers.get("X-Requested-With") == "fetch":
        return render_template("stage/_answer.html", answer=answer, owners=OWNERS), 400
    return page(answer), 400


class _QuietHandler(WSGIRequestHandler):
    """The page asks every second or two: that is no news."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or Ctrl-C; prints the address once it answers."""
    parser = argparse.ArgumentParser(prog="python -m hotline.demo.stage", description="The demo's first page.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--config", type=Path, required=True, help="JSON; written by `hotline demo`")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, _stop)
    try:
        app = create_stage(read_config(options.config))
        server = make_server("127.0.0.1", options.port, app, threaded=True, request_handler=_QuietHandler)
    except (SettingsError, OSError) as error:
        sys.stderr.write(f"stage: {error}\n")
        return 2
    sys.stdout.write(f"http://127.0.0.1:{server.server_port}/\n")
    sys.stdout.flush()
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()
    server.server_close()
    return 0


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
