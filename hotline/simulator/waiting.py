"""Waiting for something to happen: the long poll /simulator/api/wait and the event stream /simulator/events.
Both wait on the simulator's own condition; nothing polls."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from flask import Blueprint, Response, jsonify, request

from . import views
from .model import CallStatus
from .simulator import current_simulator
from .world import Change, World

DEFAULT_SECONDS, MOST_SECONDS = 10.0, 120.0
HEARTBEAT_SECONDS = 15.0

waiting = Blueprint("waiting", __name__, url_prefix="/simulator")

Find = Callable[[], dict[str, Any] | None]


@waiting.get("/api/wait")
def wait() -> tuple[Response, int]:
    """Waits (?timeout= real seconds, default 10) for one of these, and answers with the phone or call:

    phone=&texts=N (it has received N texts), phone=&ringing=1 (answers with the call),
    call=&status=, call=&doing=, call=&said=TEXT. 408 when it did not happen in time, 400 when not understood.
    """
    world = current_simulator().world
    find = phone_condition(world) if "phone" in request.args else call_condition(world)
    if find is None:
        return jsonify(
            {"error": "say what to wait for: phone= with texts= or ringing=, or call= with status=, doing= or said="}
        ), 400
    seconds = min(request.args.get("timeout", DEFAULT_SECONDS, type=float), MOST_SECONDS)
    found = world.wait_for(find, seconds)
    world.scheduler.settle()
    if found is None:
        return jsonify({"error": f"it did not happen within {seconds:g} seconds"}), 408
    return jsonify(found), 200


def phone_condition(world: World) -> Find | None:
    number = request.args["phone"]
    texts = request.args.get("texts", type=int)
    if texts is None and not request.args.get("ringing"):
        return None

    def find() -> dict[str, Any] | None:
        phone = world.phones.get(number)
        call = world.open_calls().get(number)
        if texts is not None:
            return views.phone(phone, call) if phone is not None and phone.received >= texts else None
        return views.call(call) if call is not None and call.status is CallStatus.RINGING else None

    return find


def call_condition(world: World) -> Find | None:
    wanted = {name: request.args[name] for name in ("status", "doing", "said") if name in request.args}
    if "call" not in request.args or not wanted:
        return None
    sid = request.args["call"]

    def find() -> dict[str, Any] | None:
        call = world.calls.get(sid)
        if call is None:
            return None
        if "status" in wanted and call.status != wanted["status"]:
            return None
        if "doing" in wanted and call.doing.get("verb") != wanted["doing"]:
            return None
        if "said" in wanted and not any(wanted["said"] in said.text for said in call.said):
            return None
        return views.call(call)

    return find


@waiting.get("/events")
def events() -> Response:
    """Server-sent events: {"kind", "id"} for every change from now on, and a comment as heartbeat."""
    world = current_simulator().world
    with world.lock():
        last = world.change_count
    response = Response(stream(world, last), mimetype="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    return response


def stream(world: World, last: int) -> Iterator[str]:
    yield ": connected\n\n"
    while not world.scheduler.closed:
        fresh = changes_after(world, last)
        if not fresh:
            yield ": still here\n\n"
        for change in fresh:
            last = change.id
            data = json.dumps({"kind": change.kind, "id": change.subject})
            yield f"id: {change.id}\ndata: {data}\n\n"


def changes_after(world: World, last: int) -> list[Change]:
    """Waits for changes later than `last`; none when the heartbeat is due first."""
    with world.lock():
        world.changed.wait_for(lambda: world.scheduler.closed or world.change_count > last, HEARTBEAT_SECONDS)
        return [change for change in world.changes if change.id > last]
