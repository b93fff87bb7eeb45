"""Service records in: each is validated, sealed and stored by itself, so a bad one rejects itself alone."""

import json
import re
from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Blueprint, Response
from sqlalchemy import String
from sqlalchemy.orm import Session

from hotline.actions.invite import NewRecord, receive_record, wait_turns
from hotline.api.access import needs
from hotline.api.items import items_in_body, looked_at, name_of, past, sealed_phone, validated
from hotline.api.shapes import CallIn, FieldError, RecordResult, Results, TransactionIn
from hotline.errors import BadInput
from hotline.rules.phones import mask_phones_in
from hotline.rules.script import Channel
from hotline.services import services
from hotline.tables.people import Scope
from hotline.tables.service import RecordKind, ServiceRecord

_AT_ONCE = 100  # records in one commit: no list keeps citizens' texts, or other lists, waiting for long

blueprint = Blueprint("intake", __name__, url_prefix="/api/v1")
In = TypeVar("In", TransactionIn, CallIn)


@blueprint.post("/transactions")
@needs(Scope.INTAKE)
def transactions() -> Response:
    """Completed transactions: one object, or a list of up to 1,000."""
    return _take("number", TransactionIn, _transaction)


@blueprint.post("/calls")
@needs(Scope.INTAKE)
def calls() -> Response:
    """Ended 12345 calls: one object, or a list of up to 1,000."""
    return _take("call_id", CallIn, _call)


def _take(number_field: str, shape: type[In], seal: Callable[[In], NewRecord]) -> Response:
    items = items_in_body()
    if isinstance(items, Response):
        return items
    checked = [_checked(item, shape, seal) for item in items]
    results: dict[int, RecordResult] = {}
    places = _in_one_order(checked)
    for first in range(0, len(places), _AT_ONCE):
        together = places[first : first + _AT_ONCE]
        with services().database.write() as session:
            wait_turns(session, (new for place in together if isinstance(new := checked[place], NewRecord)))
            for place in together:
                results[place] = _receive(session, name_of(items[place], number_field), checked[place])
    return looked_at(Results(results=[results[place] for place in range(len(items))]))


def _checked(item: Any, shape: type[In], seal: Callable[[In], NewRecord]) -> NewRecord | BadInput:
    """The record as it will be stored, or what is wrong with it."""
    try:
        return seal(validated(shape, item))
    except BadInput as error:
        return error


def _in_one_order(checked: list[NewRecord | BadInput]) -> list[int]:
    """Places by whose turn is waited for, and by what makes a record unique.

    So two lists never wait for each other in a circle.
    """

    def key(place: int) -> tuple[str, str, int]:
        new = checked[place]
        return ("", "", 0) if isinstance(new, BadInput) else (new.phone.lookup, new.number, new.service_count)

    return sorted(range(len(checked)), key=key)


def _receive(session: Session, number: str | None, new: NewRecord | BadInput) -> RecordResult:
    if isinstance(new, BadInput):
        return RecordResult(number=number, status="rejected", error=FieldError(field=new.field, message=new.message))
    received = receive_record(session, new, services().policy, services().now())
    return RecordResult(number=number, status="duplicate" if received.duplicate else "accepted", id=received.record_id)


# What is somebody's own words is stored with the numbers in it masked; codes and numbers that join systems stay whole.
_WORDS = {"item_name", "dept_name", "window", "staff_name", "citizen_type"}
# These, too, when they are a mobile number and nothing else.
_CODES = {"item_code", "staff_no", "agent_no"}
_COLUMNS = {"agent_no": "staff_no"}
_ONLY_A_MOBILE = re.compile(r"(?:\+?86)?1[3-9][0-9]{9}")
_AS_SENT = {"area_code", "dept_code", "named"}


def _transaction(item: TransactionIn) -> NewRecord:
    return NewRecord(
        kind=RecordKind.TRANSACTION,
        number=item.number,
        service_count=item.service_count,
        completed_at=past("completed_at", item.completed_at),
        phone=sealed_phone(item.phone),
        survey=Channel.SMS,
        language=item.language,
        details=_details(item),
    )


def _call(item: CallIn) -> NewRecord:
    return NewRecord(
        kind=RecordKind.CALL,
        number=item.call_id,
        service_count=1,
        completed_at=past("ended_at", item.ended_at),
        phone=sealed_phone(item.phone),
        survey=None if item.survey == "none" else Channel(item.survey),
        language=item.language,
        details=_details(item, request_number=item.request_number),
    )


def _details(item: TransactionIn | CallIn, **more: Any) -> dict[str, Any]:
    """The other columns of the record; no telephone number stands in them in the clear."""
    words = {name: _masked(name, words) for name, words in item.model_dump(include=_WORDS).items()}
    codes = item.model_dump(include=_CODES)
    kept = {_COLUMNS.get(name, name): _masked_whole(code) for name, code in codes.items()}
    boxes = {
        "citizen_name_box": _sealed(item.citizen_name),
        "extra_box": _sealed(json.dumps(item.extra, ensure_ascii=False) if item.extra else None),
    }
    elder = {"is_elder": item.age is not None and item.age >= services().policy.phone.elder.from_age}
    return item.model_dump(include=_AS_SENT) | elder | words | kept | boxes | more


def _masked(name: str, words: str | None) -> str | None:
    """Masking a foreign number adds a character or two: not more than the column holds is kept."""
    if words is None:
        return None
    column = ServiceRecord.__table__.c[name]
    return mask_phones_in(words, services().policy.region)[: cast("String", column.type).length]


def _masked_whole(code: str | None) -> str | None:
    if code is None or not _ONLY_A_MOBILE.fullmatch(code):
        return code
    return mask_phones_in(code, services().policy.region)


def _sealed(text: str | None) -> bytes | None:
    return services().vault.seal(text) if text else None
