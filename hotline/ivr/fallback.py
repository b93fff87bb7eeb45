"""The fallback: what the carrier asks when an answer of ours did not come. It works with the database or without."""

import structlog
from flask import Blueprint, Response, request
from sqlalchemy.exc import SQLAlchemyError

from hotline.actions.text_instead import Apology, apologies, call_not_taken
from hotline.carriers.base import HangUp, Say, Speech
from hotline.ivr.speech import heard
from hotline.rules.bounds import bounded
from hotline.services import Services, services
from hotline.webhooks import refuse_forged, respond

blueprint = Blueprint("fallback", __name__, url_prefix="/webhooks/twilio/voice/fallback")
_log = structlog.get_logger(__name__)


@blueprint.before_request
def _only_the_carrier() -> None:
    refuse_forged(services().voice_carrier)


@blueprint.route("", methods=["GET", "POST"])
def apologise() -> Response:
    """Say that the rating could not be taken, and how it can be given; `call` in the query is our own id."""
    house = services()
    received = house.voice_carrier.read_call(request.values)
    call_id = request.args.get("call", type=bounded)
    name, policy, now = house.voice_carrier.name, house.policy, house.now()
    try:
        with house.database.write() as session:
            apology = call_not_taken(session, name, received.external_id, call_id, received.phone.lookup, policy, now)
    except SQLAlchemyError as error:
        _log.error("call_not_kept", call=received.external_id, reason=type(error).__name__)
        apology = None
    _log.warning("call_not_taken", call=received.external_id, error=request.values.get("ErrorCode", ""))
    if apology is None:
        return respond(house.voice_carrier.render(fallback_speech(house)))
    return respond(house.voice_carrier.render((heard(_say(apology)), HangUp())))


def fallback_speech(house: Services) -> Speech:
    """Said when nothing is known of the caller, by us or by whoever answers in our place."""
    return (*map(_say, apologies(house.policy)), HangUp())


def _say(apology: Apology) -> Say:
    return Say(apology.text, apology.language)
