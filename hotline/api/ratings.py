"""Ratings out: what the evaluation store holds, page by page, in the order it changed."""

from flask import Blueprint, Response, jsonify, request

from hotline.api.access import needs
from hotline.api.problems import problem
from hotline.evaluation.sql import read_page
from hotline.services import services
from hotline.tables.people import Scope

MOST_RATINGS = 1000
_USUAL_RATINGS = 100
_LAST_CURSOR = 2**63 - 1

blueprint = Blueprint("ratings", __name__, url_prefix="/api/v1")


@blueprint.get("/ratings")
@needs(Scope.RATINGS)
def ratings() -> Response:
    """Up to `limit` ratings that changed after the cursor `after`."""
    after, limit = _whole("after", 0), _whole("limit", _USUAL_RATINGS)
    if after is None or not 0 <= after <= _LAST_CURSOR:
        return problem(400, "bad_input", "is not a cursor that this API gave", "after")
    if limit is None or not 1 <= limit <= MOST_RATINGS:
        return problem(400, "bad_input", f"must be a number from 1 to {MOST_RATINGS}", "limit")
    with services().database.read() as session:
        page = read_page(session, after, limit)
    return jsonify({"ratings": page.documents, "next": page.next})


def _whole(name: str, default: int) -> int | None:
    """The query's number of that name; None if it is not one."""
    try:
        return int(request.args.get(name, default))
    except ValueError:
        return None
