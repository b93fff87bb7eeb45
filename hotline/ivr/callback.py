"""The callback's webhooks: the agent picks up, presses 1, is bridged to the citizen, and the call ends.

If it is recorded, the citizen hears so first.
"""

from flask import Blueprint, Response, request

from hotline.actions import call_recordings, dial
from hotline.actions.wording import script_in_use
from hotline.carriers.base import Bridge, GoOn, HangUp, Listen, Play, Say
from hotline.ivr.speech import heard, public_url
from hotline.messages import CallProgress
from hotline.rules.script import Script
from hotline.scripts import load_script
from hotline.services import services
from hotline.webhooks import refuse_forged, respond

blueprint = Blueprint("callback", __name__, url_prefix="/webhooks/twilio/voice/callback")

_GO_ON = "1"
_NOTICE = "recording_notice"


@blueprint.before_request
def _only_the_carrier() -> None:
    refuse_forged(services().voice_carrier)


@blueprint.post("/<int:attempt_id>")
def agent_answered(attempt_id: int) -> Response:
    """The agent picked up: say what was rated and how, and wait for the key that goes on (a machine presses none)."""
    house = services()
    external_id = house.voice_carrier.read_call(request.form).external_id
    with house.database.write() as session:
        line = dial.agent_answered(session, attempt_id, external_id, house.now())
        script = script_in_use(session, house.policy.phone.script)
    if not line.still_theirs:
        return _speak(_say(script, "case_taken"), HangUp())
    language = house.policy.languages[0]
    item = line.item or script.say("no_item", language)
    whisper = _say(script, "agent_whisper", case=line.case_id, item=item, label=script.label(line.stars, language))
    url = public_url("callback.agent_key", attempt_id=attempt_id)
    return _speak(Listen((whisper,), len(_GO_ON), house.policy.phone.listen_seconds, url))


@blueprint.post("/<int:attempt_id>/key")
def agent_key(attempt_id: int) -> Response:
    """The agent pressed the key: ring the citizen, showing our number."""
    house = services()
    _, keys = house.voice_carrier.read_keys(request.form)
    if keys != _GO_ON:
        return _speak(HangUp())
    with house.database.write() as session:
        citizen = dial.bridge(session, attempt_id, house.now())
        script = script_in_use(session, house.policy.phone.script)
    if citizen is None:
        return _speak(_say(script, "case_taken"), HangUp())
    return _speak(
        _say(script, "connecting"),
        Bridge(
            to=house.vault.open(citizen.phone.box),
            ring_seconds=house.policy.phone.ring_seconds,
            progress_url=public_url("callback.citizen_progress", attempt_id=attempt_id),
            ended_url=public_url("callback.bridge_ended", attempt_id=attempt_id),
            notice_url=public_url("callback.notice", attempt_id=attempt_id) if citizen.records else None,
            recording_url=public_url("callback.recorded", attempt_id=attempt_id) if citizen.records else None,
        ),
    )


@blueprint.post("/<int:attempt_id>/notice")
def notice(attempt_id: int) -> Response:
    """The citizen picked up a call that is recorded: say so, in their language, before they are connected."""
    house = services()
    with house.database.write() as session:
        language = call_recordings.begin_notice(session, attempt_id, house.policy)
        script = script_in_use(session, house.policy.phone.script)
    if _NOTICE not in script.words[language]:  # wording that was put into use before there was such a sentence
        script = load_script(house.policy.phone.script)
    words = script.say(_NOTICE, language, signature=house.policy.signature[language], hotline=house.policy.hotline)
    return _speak(heard(Say(words, language)), GoOn(public_url("callback.notice_heard", attempt_id=attempt_id)))


@blueprint.post("/<int:attempt_id>/notice/heard")
def notice_heard(attempt_id: int) -> Response:
    """The citizen heard it all and stayed: an empty answer connects the two."""
    house = services()
    with house.database.write() as session:
        call_recordings.notice_heard(session, attempt_id, house.now())
    return _speak()


@blueprint.post("/<int:attempt_id>/recording")
def recorded(attempt_id: int) -> Response:
    """The carrier has recorded the call."""
    house = services()
    received = house.voice_carrier.read_recording(request.form)
    if received is not None:
        with house.database.write() as session:
            call_recordings.keep_call_recording(session, attempt_id, received, house.now())
    return Response(status=204)


@blueprint.post("/<int:attempt_id>/citizen")
def citizen_progress(attempt_id: int) -> Response:
    """A report on the citizen's leg."""
    house = services()
    report = house.voice_carrier.read_call_report(request.form)
    if report.progress is CallProgress.ANSWERED:
        with house.database.write() as session:
            dial.citizen_answered(session, attempt_id, house.now())
    return Response(status=204)


@blueprint.post("/<int:attempt_id>/ended")
def bridge_ended(attempt_id: int) -> Response:
    """The citizen's side is over; tell the agent, if the two did not speak. A recording is named here too, should the
    report on it be lost."""
    house = services()
    progress = house.voice_carrier.read_bridge_report(request.form).progress
    received = house.voice_carrier.read_recording(request.form)
    with house.database.write() as session:
        dial.bridge_ended(session, attempt_id, progress, house.now())
        if received is not None:
            call_recordings.keep_call_recording(session, attempt_id, received, house.now())
        script = script_in_use(session, house.policy.phone.script)
    if progress in _UNSPOKEN:
        return _speak(_say(script, _UNSPOKEN[progress]), HangUp())
    return _speak(HangUp())


_UNSPOKEN: dict[CallProgress | None, str] = {
    CallProgress.BUSY: "citizen_busy",
    CallProgress.NO_ANSWER: "citizen_no_answer",
    CallProgress.FAILED: "citizen_failed",
}


def _say(script: Script, sentence: str, **facts: object) -> Say | Play:
    """Agents are spoken to in the policy's first language."""
    language = services().policy.languages[0]
    return heard(Say(script.say(sentence, language, **facts), language))


def _speak(*speech: Say | Play | Listen | Bridge | GoOn | HangUp) -> Response:
    return respond(services().voice_carrier.render(speech))
