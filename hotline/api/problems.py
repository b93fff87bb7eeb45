"""Refusals of the API as JSON: a stable code, a sentence, and the field it is about."""

from flask import Response, jsonify

from hotline.api.shapes import Problem


def problem(status: int, error: str, message: str, field: str | None = None) -> Response:
    response = jsonify(Problem(error=error, message=message, field=field).model_dump())
    response.status_code = status
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
