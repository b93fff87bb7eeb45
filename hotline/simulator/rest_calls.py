"""The Calls resource of the REST API: create, list, fetch, redirect, cancel, hang up.
Source: https://www.twilio.com/docs/voice/api/call-resource"""

from collections.abc import Callable
from typing import Any

from flask import Response, g, jsonify, request

from . import parameters
from .interpreter import First
from .leg import Go
from .model import Call, Callback, CallStatus, Direction
from .phone_numbers import is_dialable
from .rest import API, RestError, after_answer, is_http_url, not_found, page_of, rest, swallow
from .simulator import current_simulator
from .switchboard import WrongState
from .times import matches_moment
from .world import World

DEFAULT_RING_SECONDS = 60
LONGEST_RING_SECONDS = 600
EVENTS = frozenset({"initiated", "ringing", "answered", "completed"})
RINGING = frozenset({CallStatus.QUEUED, CallStatus.INITIATED, CallStatus.RINGING})


@rest.post("/<account_sid>/Calls.json")
def create_call() -> Response | tuple[Response, int]:
    simulator = current_simulator()
    with simulator.world.lock():
        to, from_ = read_ends(simulator.world)
        first = read_first()
        if first is None:
            raise RestError(21205, "Url or Twiml is required")
        callback = read_callback()
        seconds = read_ring_seconds()
        call = simulator.switchboard.new_call(Direction.OUTBOUND_API, from_, to, callback)
        call.fallback_url = read_url("FallbackUrl", 21205)
        call.fallback_method = read_method("FallbackMethod")
        swallowed = simulator.world.nasty.swallows()

        def start() -> None:
            simulator.interpreter.start_outgoing(call, first, seconds)

        if not swallowed:
            return after_answer(jsonify(call_json(call)), start), 201
    return swallow(simulator, start)


def read_ends(world: World) -> tuple[str, str]:
    """The numbers to call and to call from. Raises RestError with Twilio's code for what is wrong."""
    to, from_ = request.form.get("To", "").strip(), request.form.get("From", "").strip()
    if not to:
        raise RestError(21201)
    if not from_:
        raise RestError(21213)
    if not is_dialable(to):
        raise RestError(21217, to)
    if not is_dialable(from_):
        raise RestError(21212, from_)
    if not world.is_ours(from_):
        raise RestError(21210, from_)
    return to, from_


def read_first() -> First | None:
    """The document a call begins with, or is redirected to; None when the request names none."""
    twiml = request.form.get("Twiml")
    if twiml:
        return twiml
    url = read_url("Url", 21205)
    return Go(url, read_method("Method")) if url else None


def read_url(name: str, code: int) -> str:
    url = request.form.get(name, "").strip()
    if url and not is_http_url(url):
        raise RestError(code, f"{name}={url}")
    return url


def read_method(name: str) -> str:
    method = request.form.get(name, "POST").upper()
    if method not in ("GET", "POST"):
        raise RestError(21209, f"{name}={method}")
    return method


def read_callback() -> Callback | None:
    url = read_url("StatusCallback", 21609)
    if not url:
        return None
    events = frozenset(" ".join(request.form.getlist("StatusCallbackEvent")).split()) & EVENTS
    return Callback(url, read_method("StatusCallbackMethod"), events or frozenset({"completed"}))


def read_ring_seconds() -> int:
    given = request.form.get("Timeout", str(DEFAULT_RING_SECONDS))
    if not given.isdecimal() or not 1 <= int(given) <= LONGEST_RING_SECONDS:
        raise RestError(21208, given)
    return int(given)


@rest.get("/<account_sid>/Calls.json")
def list_calls() -> Response:
    world = current_simulator().world
    with world.lock():
        found = [call for call in reversed(world.calls.values()) if is_wanted(call)]
        return page_of("calls", found, call_json)


def is_wanted(call: Call) -> bool:
    values = {"To": call.to, "From": call.from_, "Status": call.status, "ParentCallSid": call.parent_sid}
    if any(request.args.get(name) not in (None, value) for name, value in values.items()):
        return False
    return matches_moment("StartTime", call.created, request.args)


@rest.get("/<account_sid>/Calls/<sid>.json")
def fetch_call(sid: str) -> Response:
    return with_call(sid, lambda call: jsonify(call_json(call)))


@rest.post("/<account_sid>/Calls/<sid>.json")
def update_call(sid: str) -> Response:
    """Ends a call (Status) or puts it on another document (Url or Twiml)."""

    def update(call: Call) -> Response:
        status, first = request.form.get("Status"), read_first()
        if status is not None:
            change_status(call, status)
        elif first is not None:
            redirect_call(call, first)
        return jsonify(call_json(call))

    return with_call(sid, update)


def change_status(call: Call, status: str) -> None:
    """`canceled` ends only a call that has not been answered; `completed` also one that has."""
    if status not in (CallStatus.CANCELED, CallStatus.COMPLETED):
        raise RestError(20001, f"Status={status}")
    if status == CallStatus.CANCELED and call.status not in RINGING:
        raise RestError(21220, f"it is {call.status}")
    if not call.is_over:
        current_simulator().switchboard.drop(call)


def redirect_call(call: Call, first: First) -> None:
    try:
        current_simulator().interpreter.change(call, first)
    except WrongState as error:
        raise RestError(21220, str(error)) from error


@rest.delete("/<account_sid>/Calls/<sid>.json")
def delete_call(sid: str) -> Response:
    def delete(call: Call) -> Response:
        if not call.is_over:
            raise RestError(21220, f"it is {call.status}")
        del current_simulator().world.calls[call.sid]
        return Response(status=204)

    return with_call(sid, delete)


def with_call(sid: str, use: Callable[[Call], Response]) -> Response:
    world = current_simulator().world
    with world.lock():
        call = world.calls.get(sid)
        if call is None:
            raise not_found()
        return use(call)


def call_json(call: Call) -> dict[str, Any]:
    """Twilio's Call resource. `initiated` is a callback event; the resource says queued until it rings."""
    uri = f"{API}/Accounts/{g.account_sid}/Calls/{call.sid}"
    status = CallStatus.QUEUED if call.status is CallStatus.INITIATED else call.status
    return {
        "sid": call.sid,
        "account_sid": g.account_sid,
        "parent_call_sid": call.parent_sid or None,
        "from": call.from_,
        "from_formatted": call.from_,
        "to": call.to,
        "to_formatted": call.to,
        "phone_number_sid": phone_number_sid(call),
        "status": status,
        "direction": call.direction,
        "start_time": moment_of(call.answered),
        "end_time": moment_of(call.ended),
        "duration": None if call.duration is None else str(call.duration),
        "date_created": moment_of(call.created),
        "date_updated": moment_of(call.updated),
        "price": None,
        "price_unit": "USD",
        "answered_by": None,
        "annotation": None,
        "caller_name": None,
        "forwarded_from": None,
        "group_sid": None,
        "queue_time": "0",
        "trunk_sid": None,
        "api_version": parameters.API_VERSION,
        "uri": f"{uri}.json",
        "subresource_uris": {"recordings": f"{uri}/Recordings.json", "notifications": f"{uri}/Notifications.json"},
    }


def phone_number_sid(call: Call) -> str:
    number = current_simulator().world.numbers.get(call.our_number)
    return number.sid if number is not None else ""


def moment_of(moment: float | None) -> str | None:
    return None if moment is None else parameters.rfc2822(moment)
