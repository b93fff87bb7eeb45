"""Texts in and receipts for texts out: translate, act, commit, answer."""

from flask import Blueprint, Response, request

from hotline.actions.send import note_delivery
from hotline.actions.texts import receive_text
from hotline.rules.bounds import bounded
from hotline.services import services
from hotline.webhooks import refuse_forged, respond

blueprint = Blueprint("sms", __name__, url_prefix="/webhooks/twilio")


@blueprint.before_request
def _only_the_carrier() -> None:
    refuse_forged(services().text_carrier)


@blueprint.post("/sms")
def text() -> Response:
    """A citizen's text. The answer is sent after the commit, and is the same for a repeated webhook."""
    house = services()
    received = house.text_carrier.read_text(request.form)
    with house.database.write() as session:
        answer = receive_text(session, received, house.policy, house.now())
    return respond(house.text_carrier.render_answer(answer))


@blueprint.post("/sms/status")
def receipt() -> Response:
    """How a text of ours fared; `text` in the query is our own id, known before the carrier's."""
    house = services()
    told = house.text_carrier.read_receipt(request.form)
    text_id = request.args.get("text", type=bounded)
    if told.delivery is not None and text_id is not None:
        with house.database.write() as session:
            note_delivery(
                session,
                text_id,
                told.external_id,
                told.delivery,
                told.refused,
                house.policy,
                house.now(),
                told.our_number,
            )
    return Response(status=204)
