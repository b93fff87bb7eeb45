"""The Recordings resource of the REST API: fetch as JSON or as sound, delete, stop the one that is going on.
Source: https://www.twilio.com/docs/voice/api/recording"""

from typing import Any

from flask import Response, g, jsonify, request

from . import audio, parameters
from .model import Recording
from .rest import API, RestError, not_found, rest
from .simulator import current_simulator


@rest.get("/<account_sid>/Recordings/<name>")
def fetch_recording(name: str) -> Response:
    """A recording as JSON (.json) or as sound (.wav, or no ending): what was said, or a hum of that length.

    The sound may be late: until it is there, it is not found.
    """
    sid, _, ending = name.partition(".")
    world = current_simulator().world
    with world.lock():
        recording = world.recordings.get(sid)
        late = world.nasty.modes.recording_late
        is_ready = recording is not None and world.now() - recording.created >= late
    if recording is None or ending not in ("", "json", "wav"):
        raise not_found()
    if ending == "json":
        return jsonify(recording_json(recording, is_ready))
    if not is_ready:
        raise not_found()
    return Response(recording.sound or audio.hum(recording.seconds), mimetype="audio/x-wav")


@rest.delete("/<account_sid>/Recordings/<name>")
def delete_recording(name: str) -> tuple[str, int]:
    world = current_simulator().world
    with world.lock():
        if world.recordings.pop(name.removesuffix(".json"), None) is None:
            raise not_found()
    return "", 204


@rest.post("/<account_sid>/Calls/<sid>/Recordings/<name>")
def stop_recording(sid: str, name: str) -> Response:
    """Ends the recording of a bridge that is going on, known as Twilio.CURRENT; the talk goes on."""
    if name not in ("Twilio.CURRENT", "Twilio.CURRENT.json"):
        raise not_found()
    if (status := request.form.get("Status")) != "stopped":
        raise RestError(21220, f"Status={status}: the simulator stops recordings only")
    world = current_simulator().world
    with world.lock():
        call = world.calls.get(sid)
        if call is None or call.recorder is None:
            raise not_found()
        recording = call.recorder.finish()
    return jsonify(recording_json(recording, is_ready=True) | {"status": "stopped"})


def recording_json(recording: Recording, is_ready: bool) -> dict[str, Any]:
    moment = parameters.rfc2822(recording.created)
    return {
        "sid": recording.sid,
        "account_sid": g.account_sid,
        "call_sid": recording.call_sid,
        "api_version": parameters.API_VERSION,
        "channels": recording.channels,
        "date_created": moment,
        "date_updated": moment,
        "start_time": moment,
        "duration": str(recording.seconds),
        "error_code": None,
        "price": None,
        "price_unit": "USD",
        "source": recording.source,
        "status": "completed" if is_ready else "processing",
        "uri": f"{API}/Accounts/{g.account_sid}/Recordings/{recording.sid}.json",
    }
