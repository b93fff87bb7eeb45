"""Key presses in: ratings that a PBX collected at the end of a call, each kept and committed by itself."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response

from hotline.actions.pressed_keys import NewKey, receive_key
from hotline.api.access import needs
from hotline.api.items import items_in_body, looked_at, name_of, past, sealed_phone, validated
from hotline.api.shapes import CallRatingIn, CallRatingResult, CallRatingResults, FieldError
from hotline.errors import BadInput
from hotline.rules.scale import Scale
from hotline.services import services
from hotline.tables.people import Scope

# Less than for records: by this time it is decided which of a citizen's answers is the last.
_CLOCKS_MAY_DIFFER = timedelta(minutes=5)

blueprint = Blueprint("call_ratings", __name__, url_prefix="/api/v1")


@blueprint.post("/call-ratings")
@needs(Scope.INTAKE)
def call_ratings() -> Response:
    """Keys that callers pressed: one object, or a list of up to 1,000."""
    items = items_in_body()
    if isinstance(items, Response):
        return items
    return looked_at(CallRatingResults(results=[_result(item) for item in items]))


def _result(item: Any) -> CallRatingResult:
    """What became of one key. One commit each: whoever locks records of several numbers would have to order them."""
    house = services()
    call_id = name_of(item, "call_id")
    try:
        new = _new_key(validated(CallRatingIn, item))
        with house.database.write() as session:
            received = receive_key(session, new, house.policy, house.now())
    except BadInput as error:
        wrong = FieldError(field=error.field, message=error.message)
        return CallRatingResult(call_id=call_id, status="rejected", error=wrong)
    return CallRatingResult(
        call_id=call_id, status="duplicate" if received.duplicate else "accepted", id=received.key_id
    )


def _new_key(item: CallRatingIn) -> NewKey:
    return NewKey(
        call_id=item.call_id,
        key=item.key,
        scale=Scale(item.scale),
        pressed_at=past("pressed_at", item.pressed_at, _CLOCKS_MAY_DIFFER),
        phone_lookup=None if item.phone is None else sealed_phone(item.phone).lookup,
    )
