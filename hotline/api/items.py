"""What every list that comes in goes through: one object or many, each judged by itself, its times and numbers read."""

import re
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any, TypeVar

from flask import Response, jsonify, request
from pydantic import BaseModel, ValidationError

from hotline.api.problems import problem
from hotline.errors import BadInput
from hotline.privacy import SealedPhone
from hotline.rules.phones import PhoneError, read_phone
from hotline.services import services

MOST_ITEMS = 1000
_CLOCKS_MAY_DIFFER = timedelta(minutes=10)
_FIRST_YEAR = 2000
_DEEPEST = 32
_NOT_TEXT = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ud800-\\udfff\\ufffe\\uffff]")

In = TypeVar("In", bound=BaseModel)


def items_in_body() -> list[Any] | Response:
    """The objects of the body, not looked at yet, or the refusal of a body that is neither one object nor a list."""
    body = _body()
    items = body if isinstance(body, list) else [body]
    if not isinstance(body, dict | list) or not items:
        return problem(400, "bad_input", "the body must be a JSON object, or a list of objects")
    if len(items) > MOST_ITEMS:
        return problem(413, "too_many", f"a list holds at most {MOST_ITEMS} records")
    return items


def _body() -> Any:
    """The JSON of the body; None for anything else, JSON nested past reading included."""
    try:
        return request.get_json(silent=True)
    except RecursionError:
        return None


def looked_at(results: BaseModel) -> Response:
    """202 with what became of each."""
    response = jsonify(results.model_dump())
    response.status_code = 202
    return response


def name_of(item: Any, field: str) -> str | None:
    """What the item calls itself, as it was sent."""
    name = item.get(field) if isinstance(item, dict) else None
    return name if isinstance(name, str) else None


def validated(shape: type[In], item: Any) -> In:
    """The item in its shape, or BadInput about its first faulty field."""
    if not isinstance(item, dict):
        raise BadInput("", "a record must be a JSON object")
    for field, value in item.items():
        if not _can_be_stored(value):
            raise BadInput(field, "cannot be kept: it holds a control code, half a character, NaN or too many levels")
    try:
        return shape.model_validate(item)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise BadInput(".".join(map(str, first["loc"])), first["msg"]) from None


def _can_be_stored(value: Any, depth: int = 0) -> bool:
    """No database keeps NUL, a lone surrogate or NaN, however validly JSON writes them; no XML speaks control codes."""
    if depth > _DEEPEST:
        return False
    if isinstance(value, dict):
        return all(_can_be_stored(part, depth + 1) for pair in value.items() for part in pair)
    if isinstance(value, list):
        return all(_can_be_stored(part, depth + 1) for part in value)
    if isinstance(value, float):
        return isfinite(value)
    return not isinstance(value, str) or not _NOT_TEXT.search(value)


def past(field: str, moment: datetime, clocks_may_differ: timedelta = _CLOCKS_MAY_DIFFER) -> datetime:
    """In UTC (it is the city's local time if it came without an offset), of this age, and not in the future."""
    house = services()
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=house.policy.zone)
    if moment.year < _FIRST_YEAR:
        raise BadInput(field, f"lies before {_FIRST_YEAR}")
    if moment > house.now() + clocks_may_differ:
        raise BadInput(field, "lies in the future")
    return moment.astimezone(UTC)


def sealed_phone(text: str) -> SealedPhone:
    """The telephone number in the field `phone`."""
    house = services()
    try:
        return house.vault.seal_phone(read_phone(text, house.policy.region))
    except PhoneError as error:
        raise BadInput("phone", str(error)) from None
