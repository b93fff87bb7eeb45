"""The survey's webhooks: a call from a citizen, a call to one, each key, each report on the call."""

import re
from dataclasses import replace

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from hotline.actions.dial import note_agent_progress
from hotline.actions.progress import lock_call
from hotline.actions.send_calls import note_call_progress
from hotline.actions.survey.calls import (
    call_after,
    call_from_citizen,
    call_to_citizen,
    key_pressed,
    person_left,
    voice_left,
)
from hotline.carriers.base import CallReport
from hotline.errors import BadInput
from hotline.ivr.speech import survey_speech
from hotline.messages import CallProgress
from hotline.rules.bounds import bounded
from hotline.rules.flow import STEP_NAME
from hotline.rules.references import read_reference
from hotline.rules.survey import Place
from hotline.services import services
from hotline.tables import Call
from hotline.webhooks import refuse_forged, respond

_MOST_TURNS = 100  # many more than the menu has
_UNSPOKEN = (CallProgress.BUSY, CallProgress.NO_ANSWER, CallProgress.FAILED)  # ends of a bridge

blueprint = Blueprint("survey", __name__, url_prefix="/webhooks/twilio/voice")


@blueprint.before_request
def _only_the_carrier() -> None:
    refuse_forged(services().voice_carrier)


@blueprint.post("")
def incoming() -> Response:
    """A citizen rings our number, or is handed over to it."""
    house = services()
    received = house.voice_carrier.read_call(request.form)
    if received.is_child:
        return _left_alone()
    with house.database.write() as session:
        spoken = call_from_citizen(session, house.voice_carrier.name, received, house.policy, house.now())
    return respond(house.voice_carrier.render(survey_speech(spoken)))


@blueprint.post("/after")
def after() -> Response:
    """Somebody's bridge is over, and its caller is left to us: about that call; `reference` is its number."""
    house = services()
    received = house.voice_carrier.read_call(request.form)
    if received.is_child:
        return _left_alone()
    received = replace(received, reference=read_reference(request.args.get("reference", "")) or received.reference)
    is_spoken = house.voice_carrier.read_bridge_report(request.form).progress not in _UNSPOKEN
    with house.database.write() as session:
        spoken = call_after(session, house.voice_carrier.name, received, is_spoken, house.policy, house.now())
    return respond(house.voice_carrier.render(survey_speech(spoken)))


def _left_alone() -> Response:
    """Another leg of a call: its caller is on that call, and this one goes on as it was."""
    return respond(services().voice_carrier.render(()))


@blueprint.post("/survey/<int:call_id>")
def answered(call_id: int) -> Response:
    """A citizen picked up our call."""
    house = services()
    external_id = house.voice_carrier.read_call(request.form).external_id
    with house.database.write() as session:
        spoken = call_to_citizen(session, call_id, house.voice_carrier.name, external_id, house.policy, house.now())
    return respond(house.voice_carrier.render(survey_speech(spoken)))


@blueprint.post("/key")
def key() -> Response:
    """A key, or silence, at the place the query names. What it does is committed before the answer is spoken."""
    house = services()
    external_id, keys = house.voice_carrier.read_keys(request.form)
    with house.database.write() as session:
        spoken = key_pressed(session, house.voice_carrier.name, external_id, _place(), keys, house.policy, house.now())
    return respond(house.voice_carrier.render(survey_speech(spoken)))


@blueprint.post("/voice")
def voice() -> Response:
    """What the caller said at the place the query names, or that nothing was said."""
    house = services()
    external_id, _ = house.voice_carrier.read_keys(request.form)
    received = house.voice_carrier.read_recording(request.form)
    with house.database.write() as session:
        spoken = voice_left(
            session, house.voice_carrier.name, external_id, _place(), received, house.policy, house.now()
        )
    return respond(house.voice_carrier.render(survey_speech(spoken)))


@blueprint.post("/person")
def person() -> Response:
    """The talk with a person is over, or nobody took the call: the survey goes on where it was left."""
    house = services()
    report = house.voice_carrier.read_bridge_report(request.form)
    is_spoken = report.progress in (CallProgress.COMPLETED, CallProgress.ANSWERED)
    with house.database.write() as session:
        spoken = person_left(
            session, house.voice_carrier.name, report.external_id, _place(), is_spoken, house.policy, house.now()
        )
    return respond(house.voice_carrier.render(survey_speech(spoken)))


def _place() -> Place:
    """Where our own address says that the caller is. Raises BadInput for what no address of ours holds."""
    step = request.args.get("step", "")
    if not re.fullmatch(STEP_NAME, step):
        raise BadInput("step", "is not a place in the menu")
    return Place(step, **{name: _small(name) for name in ("turn", "tries", "repeats")})


def _small(name: str) -> int:
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
    return lock_call(session, Call.id == call_id if call_id is not None else Call.external_id == report.external_id)
