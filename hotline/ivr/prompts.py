"""Prompts, fetched by the carrier: to anybody, since they say nothing of any citizen; for ever, since none changes."""

from flask import Blueprint, Response, abort, send_file

from hotline.services import services

blueprint = Blueprint("prompts", __name__, url_prefix="/prompts")

_A_YEAR = 365 * 24 * 60 * 60  # seconds


@blueprint.get("/<digest>.wav")
def sound(digest: str) -> Response:
    """A sound file by its name; 404 for anything else."""
    prompts = services().prompts
    path = prompts.file(digest) if prompts else None
    if path is None:
        abort(404)
    answer = send_file(path.absolute(), mimetype="audio/wav", etag=digest, max_age=_A_YEAR)
    answer.cache_control.immutable = True
    return answer
