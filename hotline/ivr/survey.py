"""The survey's webhooks: a call from a citizen, a call to one, each key, each report on the call."""

from flask import Blueprint, Response, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.actions.dial import note_agent_progress
from hotline.actions.send_calls import note_call_progress
from hotline.actions.survey_calls import call_from_citizen, call_to_citizen, key_pressed
from hotline.carriers.base import CallReport
from hotline.errors import BadInput
from hotline.ivr.speech import survey_speech
from hotline.rules.bounds import bounded
from hotline.rules.survey import Place
from hotline.services import services
from hotline.tables import Call
from hotline.webhooks import refuse_forged, respond

_MOST_TURNS = 100  # many more than the menu has

blueprint = Blueprint("survey", __name__, url_prefix="/webhooks/twilio/voice")


@blueprint.before_request
def _only_the_carrier() -> None:
    refuse_forged(services().voice_carrier)


@blueprint.post("")
def incoming() -> Response:
    """A citizen rings our number."""
    house = services()
    external_id, phone = house.voice_carrier.read_caller(request.form)
    with house.database.write() as session:
        spoken = call_from_citizen(session, house.voice_carrier.name, external_id, phone, house.policy, house.now())
    return respond(house.voice_carrier.render(survey_speech(spoken)))


@blueprint.post("/survey/<int:call_id>")
def answered(call_id: int) -> Response:
    """A citizen picked up our call."""
    house = services()
    external_id, _ = house.voice_carrier.read_caller(request.form)
    with house.database.write() as session:
        spoken = call_to_citizen(session, call_id, house.voice_carrier.name, external_id, house.policy)
    return respond(house.voice_carrier.render(survey_speech(spoken)))


@blueprint.post("/key")
def key() -> Response:
    """A key, or silence, at the place the query names. The rating is committed before the thanks are spoken."""
    house = services()
    external_id, keys = house.voice_carrier.read_keys(request.form)
    place = Place(**{name: _small(name) for name in ("turn", "tries", "repeats")})
    with house.database.write() as session:
        spoken = key_pressed(session, house.voice_carrier.name, external_id, place, keys, house.policy, house.now())
    return respond(house.voice_carrier.render(survey_speech(spoken)))


def _small(name: str) -> int:
    """A number that our own address held. Raises BadInput for one that no address of ours holds."""
    number = request.args.get(name, -1, type=bounded)
    if not 0 <= number <= _MOST_TURNS:
        raise BadInput(name, "is not a place in the menu")
    return number


@blueprint.post("/status")
def status() -> Response:
    """A report on a leg of ours: `call` or `attempt` in the query is our own id; a citizen's own call has neither."""
    house = services()
    report = house.voice_carrier.read_call_report(request.form)
    if report.progress is None:
        return Response(status=204)
    attempt_id = request.args.get("attempt", type=bounded)
    with house.database.write() as session:
        if attempt_id is not None:
            note_agent_progress(session, attempt_id, report.external_id, report.progress, house.now())
        elif (call := _reported_call(session, report)) is not None:
            note_call_progress(session, call, report.progress, report.external_id, house.policy, house.now())
    return Response(status=204)


def _reported_call(session: Session, report: CallReport) -> Call | None:
    call_id = request.args.get("call", type=bounded)
    wanted = Call.id == call_id if call_id is not None else Call.external_id == report.external_id
    return session.scalar(select(Call).where(wanted).with_for_update(of=Call))
