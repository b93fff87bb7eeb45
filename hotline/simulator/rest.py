"""Twilio's REST API, version 2010-04-01: authentication, errors, paging, and the account itself.
Messages, calls and recordings have modules of their own (rest_messages, rest_calls, rest_recordings)."""

import hmac
import socket
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, g, jsonify, request

from . import parameters
from .faults import MESSAGES, more_info
from .model import Number, RequestRecord
from .simulator import Simulator, current_simulator

API = "/2010-04-01"
DEFAULT_PAGE_SIZE = 50
LARGEST_PAGE_SIZE = 1000
FAILURE_CODES = {429: 20429, 500: 20500, 503: 20503}
SWALLOWED_SECONDS = 600

rest = Blueprint("rest", __name__, url_prefix=f"{API}/Accounts")

Item = TypeVar("Item")


class RestError(Exception):
    """A refusal in Twilio's shape: HTTP `status`, Twilio's `code`, and words."""

    def __init__(self, code: int, detail: str = "", status: int = 400) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.message = f"{MESSAGES[code]}: {detail}" if detail else MESSAGES[code]


@rest.errorhandler(RestError)
def refuse(error: RestError) -> tuple[Response, int]:
    body = {
        "code": error.code,
        "message": error.message,
        "more_info": more_info(error.code),
        "status": error.status,
    }
    response = jsonify(body)
    if error.status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="Twilio API"'
    return response, error.status


@rest.url_value_preprocessor
def take_account(_endpoint: str | None, values: dict[str, str] | None) -> None:
    """Every path names the account; it is checked once, in `authenticate`."""
    g.account_sid = (values or {}).pop("account_sid", None)


@rest.before_request
def admit() -> None:
    """Notes the request, applies the nasty modes that concern the API, and checks who is asking."""
    simulator = current_simulator()
    g.held = 0
    g.started = time.monotonic()
    with simulator.world.lock():
        g.record = note_request(simulator)
        slow = simulator.world.nasty.modes.slow_api
    if slow:
        simulator.world.scheduler.sleep(slow)
        g.held += 1
    with simulator.world.lock():
        failure = simulator.world.nasty.api_failure()
    if failure is not None:
        raise RestError(FAILURE_CODES.get(failure, 20500), status=failure)
    authenticate(simulator)


def note_request(simulator: Simulator) -> RequestRecord:
    headers = {name: value for name, value in request.headers.items() if name != "Authorization"}
    return simulator.world.add_request(
        lambda number: RequestRecord(
            id=number,
            at=simulator.world.now(),
            direction="rest",
            kind=f"{request.method} {request.path.rpartition('/')[2] or request.path}",
            method=request.method,
            url=request.url,
            params={name: ", ".join(values) for name, values in request.values.lists()},
            headers=headers,
        )
    )


def authenticate(simulator: Simulator) -> None:
    given = request.authorization
    config = simulator.world.config
    user = given.username if given and given.username else ""
    password = given.password if given and given.password else ""
    right = hmac.compare_digest(user, config.account_sid) & hmac.compare_digest(password, config.auth_token)
    if not right:
        raise RestError(20003, status=401)
    if g.account_sid not in (None, config.account_sid):
        raise not_found()


@rest.after_request
def finish(response: Response) -> Response:
    """Completes the inspector's line, and lets go of manual time once the answer has been written."""
    simulator = current_simulator()
    record: RequestRecord = g.record
    with simulator.world.lock():
        record.status = response.status_code
        record.response_headers = dict(response.headers)
        record.duration_ms = (time.monotonic() - g.started) * 1000
        if not response.is_streamed and response.mimetype == "application/json":
            record.response_body = response.get_data(as_text=True)
        simulator.world.announce("request", str(record.id))
    for _ in range(g.held):
        response.call_on_close(simulator.world.scheduler.release)
    return response


def after_answer(response: Response, start: Callable[[], None]) -> Response:
    """Has `start` happen once the answer has been written: what a request causes comes after its answer.

    Manual time stands still until then.
    """
    simulator = current_simulator()
    simulator.world.scheduler.hold()

    def begin() -> None:
        simulator.world.scheduler.soon(start)
        simulator.world.scheduler.release()

    response.call_on_close(begin)
    return response


def swallow(simulator: Simulator, start: Callable[[], None]) -> Response:
    """The ambiguous time-out: what was asked for happens, but the request is never answered."""
    simulator.world.scheduler.soon(start)
    # Nobody may wait for an answer that does not come: manual time goes on.
    while g.held:
        g.held -= 1
        simulator.world.scheduler.release()
    simulator.wait_until_calm(SWALLOWED_SECONDS)
    connection = request.environ.get("werkzeug.socket")
    if connection is not None:
        connection.shutdown(socket.SHUT_RDWR)
    return Response(status=504)


def not_found() -> RestError:
    return RestError(20404, request.path, 404)


def page_of(name: str, items: Sequence[Item], render: Callable[[Item], dict[str, Any]]) -> Response:
    """One page of a list, newest first, in Twilio's paging shape."""
    size = whole("PageSize", DEFAULT_PAGE_SIZE, LARGEST_PAGE_SIZE) or DEFAULT_PAGE_SIZE
    number = whole("Page", 0, 1_000_000)
    start = number * size
    shown = items[start : start + size]
    more = start + size < len(items)
    return jsonify(
        {
            name: [render(item) for item in shown],
            "page": number,
            "page_size": size,
            "start": start,
            "end": start + len(shown) - 1 if shown else start,
            "uri": page_uri(number, size),
            "first_page_uri": page_uri(0, size),
            "next_page_uri": page_uri(number + 1, size) if more else None,
            "previous_page_uri": page_uri(number - 1, size) if number else None,
        }
    )


def page_uri(number: int, size: int) -> str:
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in ("Page", "PageSize")]
    return f"{request.path}?{urlencode([*kept, ('PageSize', size), ('Page', number)])}"


def whole(name: str, default: int, most: int) -> int:
    given = request.args.get(name, "")
    return min(int(given), most) if given.isdecimal() else default


def is_http_url(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and bool(parts.hostname)


@rest.get("/<account_sid>.json")
def show_account() -> Response:
    moment = parameters.rfc2822(current_simulator().world.now())
    account_sid = g.account_sid
    return jsonify(
        {
            "sid": account_sid,
            "friendly_name": "Simulated account",
            "status": "active",
            "type": "Full",
            "auth_token": "hidden",
            "owner_account_sid": account_sid,
            "date_created": moment,
            "date_updated": moment,
            "uri": f"{API}/Accounts/{account_sid}.json",
            "subresource_uris": {
                "messages": f"{API}/Accounts/{account_sid}/Messages.json",
                "calls": f"{API}/Accounts/{account_sid}/Calls.json",
                "incoming_phone_numbers": f"{API}/Accounts/{account_sid}/IncomingPhoneNumbers.json",
            },
        }
    )


@rest.get("/<account_sid>/IncomingPhoneNumbers.json")
def list_numbers() -> Response:
    world = current_simulator().world
    with world.lock():
        wanted = request.args.get("PhoneNumber")
        numbers = [number for number in world.numbers.values() if wanted in (None, number.number)]
        return page_of("incoming_phone_numbers", numbers, number_json)


def number_json(number: Number) -> dict[str, Any]:
    return {
        "sid": number.sid,
        "account_sid": g.account_sid,
        "phone_number": number.number,
        "friendly_name": number.label or number.number,
        "capabilities": {"voice": True, "sms": True, "mms": False, "fax": False},
        "sms_url": number.sms_url,
        "sms_method": "POST",
        "sms_fallback_url": number.sms_fallback_url,
        "sms_fallback_method": "POST",
        "voice_url": number.voice_url,
        "voice_method": "POST",
        "voice_fallback_url": number.voice_fallback_url,
        "voice_fallback_method": "POST",
        "status_callback": number.status_callback,
        "status_callback_method": "POST",
        "api_version": parameters.API_VERSION,
        "origin": "twilio",
        "status": "in-use",
        "uri": f"{API}/Accounts/{g.account_sid}/IncomingPhoneNumbers/{number.sid}.json",
    }


@rest.route("/<path:anything>", methods=["GET", "POST", "PUT", "DELETE"])
def nothing_here(**_: str) -> Response:
    raise not_found()
