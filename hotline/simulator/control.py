"""The control API under /simulator/api: what tests, the demonstration and the page use to play the world.
It has no authentication, so it answers to this machine only. With a manual clock every action returns
after all it caused at this moment has happened."""

from typing import Any

from flask import Blueprint, Response, jsonify, request

from . import views
from .clock import ClockMode, iso
from .nasty import BadNasty
from .simulator import current_simulator
from .switchboard import WrongState

DEFAULT_LIMIT = 200

control = Blueprint("control", __name__, url_prefix="/simulator/api")


class BadRequest(Exception):
    """A control request that cannot be done; becomes {"error": …} with this HTTP status."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


@control.errorhandler(BadRequest)
def refuse(error: BadRequest) -> tuple[Response, int]:
    return jsonify({"error": str(error)}), error.status


@control.errorhandler(WrongState)
def refuse_state(error: WrongState) -> tuple[Response, int]:
    return jsonify({"error": str(error)}), 409


@control.get("/state")
def show_state() -> Response:
    """?limit= bounds each history (default 200)."""
    world = current_simulator().world
    limit = max(1, request.args.get("limit", DEFAULT_LIMIT, type=int))
    with world.lock():
        return jsonify(views.state(world, limit))


@control.get("/requests")
def show_requests() -> Response:
    """?after=ID: what came later, oldest first; without it the newest. ?limit= (default 200)."""
    world = current_simulator().world
    limit = max(1, request.args.get("limit", DEFAULT_LIMIT, type=int))
    after = request.args.get("after", type=int)
    with world.lock():
        found = list(world.requests)
        shown = found[-limit:] if after is None else [each for each in found if each.id > after][:limit]
        last = shown[-1].id if shown else after or 0
        return jsonify({"requests": [views.request(each) for each in shown], "last": last})


@control.get("/nasty")
def show_nasty() -> Response:
    world = current_simulator().world
    with world.lock():
        return jsonify(world.nasty.as_json())


@control.put("/nasty")
def put_nasty() -> Response:
    """Changes the modes named and leaves the others."""
    simulator = current_simulator()
    given = body_of()
    with simulator.world.lock():
        try:
            simulator.world.nasty.update(given)
        except BadNasty as error:
            raise BadRequest(str(error)) from error
        if not simulator.world.nasty.modes.reorder:
            simulator.callbacks.flush()
        simulator.world.announce("nasty", "")
        return jsonify(simulator.world.nasty.as_json())


@control.delete("/nasty")
def delete_nasty() -> Response:
    simulator = current_simulator()
    simulator.calm()
    simulator.scheduler.settle()
    with simulator.world.lock():
        return jsonify(simulator.world.nasty.as_json())


@control.get("/clock")
def show_clock() -> Response:
    scheduler = current_simulator().scheduler
    return jsonify({"mode": scheduler.mode, "now": iso(scheduler.now()), "speed": scheduler.speed})


@control.post("/clock")
def advance_clock() -> Response:
    """{"advance": seconds} moves a manual clock, and returns when everything due by then has happened."""
    scheduler = current_simulator().scheduler
    seconds = body_of().get("advance")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
        raise BadRequest("advance: must be seconds, 0 or more")
    if scheduler.mode is not ClockMode.MANUAL:
        raise BadRequest("the clock runs by itself: only a manual clock can be advanced", 409)
    scheduler.advance(float(seconds))
    return show_clock()


@control.post("/reset")
def reset() -> Response:
    """Hangs up and forgets threads, calls, errors and requests; numbers, phones and nasty modes stay."""
    simulator = current_simulator()
    simulator.reset()
    simulator.scheduler.settle()
    return jsonify({"reset": True})


def body_of() -> dict[str, Any]:
    given = request.get_json(silent=False) if request.content_length else {}
    if not isinstance(given, dict):
        raise BadRequest("the body must be a JSON object")
    return given
