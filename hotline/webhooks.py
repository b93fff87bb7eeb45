"""What the webhook rooms share: only a carrier's own requests come in, and answers go out in its language."""

from flask import Response, abort, request

from hotline.carriers.base import Carrier, Rendered
from hotline.services import services


def refuse_forged(carrier: Carrier) -> None:
    """403 unless the request is signed. The URL signed is the public one of the settings, never the Host header's."""
    query = request.query_string.decode("ascii", "replace")
    url = services().public(request.path + (f"?{query}" if query else ""))
    if not carrier.is_signed(url, request.form, dict(request.headers)):
        abort(403)


def respond(rendered: Rendered) -> Response:
    return Response(rendered.body, content_type=rendered.content_type)
