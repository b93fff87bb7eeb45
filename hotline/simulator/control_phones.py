"""The part of the control API that plays the people: our numbers, their phones, what they do on a call.
With a manual clock every action returns after all it caused at this moment has happened."""

import re
from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify

from . import views
from .automatic import BadAuto, check_auto
from .clock import ClockMode
from .config import E164
from .control import BadRequest, body_of, control
from .model import Call, Number, Phone, PhoneKind
from .replies import Conversation
from .simulator import Simulator, current_simulator

KEYS = re.compile(r"[0-9*#]+")
NUMBER_FIELDS = {
    "label": str,
    "sms_url": str,
    "sms_fallback_url": str,
    "voice_url": str,
    "voice_fallback_url": str,
    "status_callback": str,
    "messaging_service_sid": str,
    "opt_out": bool,
}
ENGAGED, DECLINED = 486, 603
TEXT_SECONDS = 45.0


@control.put("/numbers/<e164>")
def put_number(e164: str) -> Response:
    """Makes or changes one of our own numbers; fields that are not given stay as they are."""
    world = current_simulator().world
    given = body_of()
    check_number(e164)
    for name, value in given.items():
        if name not in NUMBER_FIELDS or not isinstance(value, NUMBER_FIELDS[name]):
            raise BadRequest(f"{name}: no such setting, or the wrong kind of value")
    with world.lock():
        found = world.numbers.setdefault(e164, Number(e164))
        for name, value in given.items():
            setattr(found, name, value)
        world.announce("number", e164)
        return jsonify(views.number(found))


@control.put("/phones/<e164>")
def put_phone(e164: str) -> Response:
    """Makes or changes a phone; fields that are not given stay as they are."""
    simulator = current_simulator()
    given = body_of()
    check_number(e164)
    for name in given:
        if name not in ("label", "kind", "owner", "auto"):
            raise BadRequest(f"{name}: there is no such setting")
    with simulator.world.lock():
        found = simulator.world.phone(e164)
        change_phone(simulator, found, given)
        simulator.world.announce("phone", e164)
        return jsonify(views.phone(found, simulator.world.open_calls().get(e164)))


def change_phone(simulator: Simulator, found: Phone, given: Mapping[str, Any]) -> None:
    try:
        kind = PhoneKind(given.get("kind", found.kind))
        auto = check_auto(given.get("auto", found.auto))
    except BadAuto as error:
        raise BadRequest(str(error)) from error
    except ValueError as error:
        raise BadRequest('kind: must be "mobile" or "landline"') from error
    found.kind, found.auto, found.placed = kind, auto, True
    found.label = str(given.get("label", found.label))
    found.owner = str(given.get("owner", found.owner))
    if "auto" in given:
        simulator.automatic.configure(found.number, auto)


@control.get("/phones/<e164>")
def show_phone(e164: str) -> Response:
    world = current_simulator().world
    with world.lock():
        if e164 not in world.phones:
            raise BadRequest(f"there is no phone {e164}", 404)
        return jsonify(views.phone(world.phones[e164], world.open_calls().get(e164)))


@control.post("/phones/<e164>/text")
def send_text(e164: str) -> Response:
    """The phone texts one of our numbers. `webhook` is what the application answered, null if it did not."""
    simulator = current_simulator()
    given = body_of()
    check_number(e164)
    text = given.get("body")
    if not isinstance(text, str) or not text:
        raise BadRequest("body: must be a text")
    with simulator.world.lock():
        number = our_number(simulator, given.get("to"))
        if simulator.world.phone(e164).kind is PhoneKind.LANDLINE:
            raise BadRequest(f"{e164} is a landline: it cannot send texts", 409)
        delayed = simulator.world.nasty.modes.delay > 0
        conversation = simulator.replies.text(e164, number, text)
    if simulator.scheduler.mode is ClockMode.MANUAL or delayed:
        simulator.scheduler.settle()
    else:
        simulator.world.wait_for(lambda: is_settled(simulator, conversation) or None, TEXT_SECONDS)
    return jsonify({"sid": conversation.message.sid, "webhook": webhook_of(conversation)})


def is_settled(simulator: Simulator, conversation: Conversation) -> bool:
    forgotten = not simulator.world.knows(conversation.message.sid)
    return conversation.over or conversation.answer is not None or forgotten


def webhook_of(conversation: Conversation) -> dict[str, Any] | None:
    answer = conversation.answer
    if answer is None or answer.status is None:
        return None
    return {"status": answer.status, "body": answer.text}


@control.post("/phones/<e164>/call")
def make_call(e164: str) -> Response:
    """The phone rings one of our numbers."""
    simulator = current_simulator()
    given = body_of()
    check_number(e164)
    headers = given.get("sip_headers", {})
    if not isinstance(headers, dict):
        raise BadRequest("sip_headers: must be an object")
    with simulator.world.lock():
        number = our_number(simulator, given.get("to"))
        if simulator.switchboard.is_busy(e164):
            raise BadRequest(f"{e164} is already in a call", 409)
        headers = {str(name): str(value) for name, value in headers.items()}
        found = simulator.switchboard.receive(e164, number, headers)
        simulator.interpreter.start_incoming(found, number.voice_url)
    simulator.scheduler.settle()
    return jsonify({"sid": found.sid})


@control.get("/calls/<sid>")
def show_call(sid: str) -> Response:
    with current_simulator().world.lock():
        return jsonify(views.call(call_with(sid)))


@control.post("/calls/<sid>/<action>")
def act_on_call(sid: str, action: str) -> Response:
    """answer, hangup, reject, busy, press {"keys"}, record {"seconds"}: what the phone's user does."""
    simulator = current_simulator()
    with simulator.world.lock():
        found = call_with(sid)
        board = simulator.switchboard
        if action == "answer":
            board.answer(found)
        elif action == "hangup":
            board.hang_up(found)
        elif action == "reject":
            board.refuse(found, DECLINED)
        elif action == "busy":
            board.refuse(found, ENGAGED)
        elif action == "press":
            board.press(found, keys_of())
        elif action == "record":
            speak(simulator, found)
        else:
            raise BadRequest(f"there is no action {action}", 404)
    simulator.scheduler.settle()
    with simulator.world.lock():
        return jsonify(views.call(found))


def keys_of() -> str:
    keys = body_of().get("keys")
    if not isinstance(keys, str) or not KEYS.fullmatch(keys):
        raise BadRequest("keys: must be one or more of 0-9, * and #")
    return keys


def speak(simulator: Simulator, found: Call) -> None:
    seconds = body_of().get("seconds", 3)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds <= 0:
        raise BadRequest("seconds: must be greater than 0")
    if not simulator.switchboard.speak(found, float(seconds)):
        raise BadRequest("nothing is being recorded on this call", 409)


def check_number(e164: str) -> None:
    if not E164.fullmatch(e164):
        raise BadRequest(f"{e164}: must be an E.164 number such as +8613800138000")


def our_number(simulator: Simulator, number: object) -> Number:
    found = simulator.world.numbers.get(str(number))
    if found is None:
        raise BadRequest(f"to: {number} is not one of the account's numbers", 404)
    return found


def call_with(sid: str) -> Call:
    found = current_simulator().world.calls.get(sid)
    if found is None:
        raise BadRequest(f"there is no call {sid}", 404)
    return found
