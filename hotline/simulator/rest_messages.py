"""The Messages resource of the REST API: create, list, fetch, cancel, redact, delete.
Source: https://www.twilio.com/docs/messaging/api/message-resource"""

import re
from collections.abc import Callable
from typing import Any

from flask import Response, g, jsonify, request

from . import parameters
from .faults import Fault
from .messaging import Draft
from .model import Direction, Message, MessageStatus
from .phone_numbers import is_dialable
from .rest import API, RestError, after_answer, is_http_url, not_found, page_of, rest, swallow
from .simulator import current_simulator
from .times import matches_moment, read_moment
from .world import World

LONGEST_BODY = 1600
SOONEST_SECONDS, LATEST_SECONDS = 300, 35 * 24 * 3600
SERVICE_SID = re.compile(r"MG[0-9a-fA-F]{32}")
CANCELABLE = frozenset({MessageStatus.ACCEPTED, MessageStatus.SCHEDULED, MessageStatus.QUEUED})


@rest.post("/<account_sid>/Messages.json")
def create_message() -> Response | tuple[Response, int]:
    simulator = current_simulator()
    with simulator.world.lock():
        draft = read_draft(simulator.world)
        refusal = simulator.world.nasty.refusal()
        if refusal is not None and refusal < 30000:
            raise RestError(refusal, draft.to, 429 if refusal == 20429 else 400)
        message = simulator.messaging.accept(draft, None if refusal is None else Fault(refusal, draft.to))
        swallowed = simulator.world.nasty.swallows()

        def start() -> None:
            simulator.messaging.start(message)

        if not swallowed:
            return after_answer(jsonify(message_json(message)), start), 201
    return swallow(simulator, start)


def read_draft(world: World) -> Draft:
    """The message asked for. Raises RestError with the code Twilio gives for the first thing wrong."""
    form = request.form
    to, body = form.get("To", "").strip(), form.get("Body", "")
    media = form.getlist("MediaUrl")
    if not to:
        raise RestError(21604)
    if not is_dialable(to):
        raise RestError(21211, to)
    if not body and not media:
        raise RestError(21602)
    if len(body) > LONGEST_BODY:
        raise RestError(21617, f"{len(body)} characters")
    service = form.get("MessagingServiceSid", "")
    from_ = read_sender(world, form.get("From", "").strip(), service, to)
    callback = form.get("StatusCallback", "")
    if callback and not is_http_url(callback):
        raise RestError(21609, callback)
    if world.is_opted_out(world.numbers[from_], to):
        raise RestError(21610, to)
    return Draft(
        to=to,
        from_=from_,
        body=body,
        direction=Direction.OUTBOUND_API,
        messaging_service_sid=service,
        status_callback=callback,
        send_at=read_send_at(world, service),
        num_media=len(media),
    )


def read_sender(world: World, from_: str, service: str, to: str) -> str:
    """The number to send from: the one named, or one of the Messaging Service's."""
    if service and not SERVICE_SID.fullmatch(service):
        raise RestError(21701, service, 404)
    if not from_ and service:
        members = [found.number for found in world.numbers.values() if found.messaging_service_sid == service]
        from_ = next(iter(members or world.numbers), "")
    if not from_:
        raise RestError(21603)
    if not world.is_ours(from_):
        raise RestError(21606, from_)
    if from_ == to:
        raise RestError(21266, to)
    return from_


def read_send_at(world: World, service: str) -> float | None:
    if request.form.get("ScheduleType", "") != "fixed":
        return None
    if not service:
        raise RestError(35118)
    given = request.form.get("SendAt", "")
    if not given:
        raise RestError(35111)
    moment = read_moment(given)
    if moment is None or not SOONEST_SECONDS <= moment - world.now() <= LATEST_SECONDS:
        raise RestError(35114, f"{given} is not between 300 seconds and 35 days from now")
    return moment


@rest.get("/<account_sid>/Messages.json")
def list_messages() -> Response:
    world = current_simulator().world
    with world.lock():
        found = [message for message in reversed(world.messages.values()) if is_wanted(message)]
        return page_of("messages", found, message_json)


def is_wanted(message: Message) -> bool:
    to, from_ = request.args.get("To"), request.args.get("From")
    if to not in (None, message.to) or from_ not in (None, message.from_):
        return False
    return matches_moment("DateSent", message.sent, request.args)


@rest.get("/<account_sid>/Messages/<sid>.json")
def fetch_message(sid: str) -> Response:
    return with_message(sid, lambda message: jsonify(message_json(message)))


@rest.post("/<account_sid>/Messages/<sid>.json")
def update_message(sid: str) -> Response:
    def update(message: Message) -> Response:
        status = request.form.get("Status")
        if status is not None:
            if status != MessageStatus.CANCELED:
                raise RestError(20001, f"Status={status}")
            if message.status not in CANCELABLE:
                raise RestError(30409, f"it is {message.status}", 409)
            current_simulator().messaging.cancel(message)
        if "Body" in request.form:
            if request.form["Body"]:
                raise RestError(20001, "Body can only be changed to the empty string")
            message.body = ""
        return jsonify(message_json(message))

    return with_message(sid, update)


@rest.delete("/<account_sid>/Messages/<sid>.json")
def delete_message(sid: str) -> Response:
    def delete(message: Message) -> Response:
        del current_simulator().world.messages[message.sid]
        return Response(status=204)

    return with_message(sid, delete)


def with_message(sid: str, use: Callable[[Message], Response]) -> Response:
    world = current_simulator().world
    with world.lock():
        message = world.messages.get(sid)
        if message is None:
            raise not_found()
        return use(message)


def message_json(message: Message) -> dict[str, Any]:
    """Twilio's Message resource. A service's message has no sender and no segments until it is queued."""
    unassigned = message.status in (MessageStatus.ACCEPTED, MessageStatus.SCHEDULED)
    uri = f"{API}/Accounts/{g.account_sid}/Messages/{message.sid}"
    return {
        "sid": message.sid,
        "account_sid": g.account_sid,
        "messaging_service_sid": message.messaging_service_sid or None,
        "body": message.body,
        "from": None if unassigned else message.from_,
        "to": message.to,
        "status": message.status,
        "direction": message.direction,
        "num_segments": "0" if unassigned else str(message.segments),
        "num_media": str(message.num_media),
        "date_created": parameters.rfc2822(message.created),
        "date_updated": parameters.rfc2822(message.updated),
        "date_sent": None if message.sent is None else parameters.rfc2822(message.sent),
        "price": None,
        "price_unit": "USD",
        "error_code": message.error.code if message.error and message.status in REPORTED else None,
        "error_message": message.error.message if message.error and message.status in REPORTED else None,
        "api_version": parameters.API_VERSION,
        "uri": f"{uri}.json",
        "subresource_uris": {"media": f"{uri}/Media.json"},
    }


REPORTED = frozenset({MessageStatus.UNDELIVERED, MessageStatus.FAILED})
