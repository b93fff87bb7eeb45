"""The API's own description: OpenAPI 3.1 made from the models it validates with, and a page that shows it."""

from typing import Any

from flask import Blueprint, Response, jsonify, render_template
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from hotline import __version__
from hotline.api.items import MOST_ITEMS
from hotline.api.ratings import MOST_RATINGS
from hotline.api.shapes import (
    CallIn,
    CallRatingIn,
    CallRatingResults,
    Problem,
    RatingsPage,
    Results,
    TransactionIn,
)

_TEMPLATE = "#/components/schemas/{model}"

blueprint = Blueprint("openapi", __name__, url_prefix="/api", template_folder="templates", static_folder="static")


@blueprint.get("/v1/openapi.json")
def description() -> Response:
    """OpenAPI 3.1."""
    return jsonify(describe())


@blueprint.get("/docs")
def page() -> str:
    """The same, for people."""
    return render_template("api_docs.html", api=describe())


def describe() -> dict[str, Any]:
    """The OpenAPI document."""
    models: list[tuple[type[BaseModel], str]] = [
        *((model, "validation") for model in (TransactionIn, CallIn, CallRatingIn)),
        *((model, "serialization") for model in (Results, CallRatingResults, RatingsPage, Problem)),
    ]
    _, schemas = models_json_schema(models, ref_template=_TEMPLATE)  # type: ignore[arg-type]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Hotline API",
            "version": __version__,
            "description": "送入服务记录，读出规范化的评价；5 星为非常满意，1 星为非常不满意。 "
            "Service records in, normalized ratings out; 5 stars are the best.",
        },
        "servers": [{"url": "/"}],
        "security": [{"key": []}],
        "paths": {
            "/api/v1/transactions": {"post": _intake("办件办结 Completed transactions", "TransactionIn", "Results")},
            "/api/v1/calls": {"post": _intake("12345 话务结束 Ended 12345 calls", "CallIn", "Results")},
            "/api/v1/call-ratings": {
                "post": _intake("话务平台所采按键 Keys collected by a PBX", "CallRatingIn", "CallRatingResults")
            },
            "/api/v1/ratings": {"get": _ratings()},
        },
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": schemas["$defs"],
        },
    }


def _intake(summary: str, model: str, results: str) -> dict[str, Any]:
    one = {"$ref": _TEMPLATE.format(model=model)}
    many = {"type": "array", "items": one, "minItems": 1, "maxItems": MOST_ITEMS}
    return {
        "summary": summary,
        "description": "密钥须有 intake 权限；一次一条或最多一千条，逐条受理。 "
        "Scope intake; each record is judged by itself.",
        "requestBody": {"required": True, "content": {"application/json": {"schema": {"oneOf": [one, many]}}}},
        "responses": {
            "202": _answer("每条记录的受理结果 What became of each record", results),
            **_refusals(400, 401, 403, 413),
        },
    }


def _ratings() -> dict[str, Any]:
    after = {"name": "after", "in": "query", "schema": {"type": "integer", "minimum": 0, "default": 0}}
    limits = {"type": "integer", "minimum": 1, "maximum": MOST_RATINGS, "default": 100}
    return {
        "summary": "评价 Ratings",
        "description": "密钥须有 ratings 权限；按最后变动的顺序，电话号码脱敏。 "
        "Scope ratings; in the order they last changed, numbers masked.",
        "parameters": [after, {"name": "limit", "in": "query", "schema": limits}],
        "responses": {"200": _answer("一页评价 A page of ratings", "RatingsPage"), **_refusals(400, 401, 403)},
    }


def _answer(text: str, model: str) -> dict[str, Any]:
    return {
        "description": text,
        "content": {"application/json": {"schema": {"$ref": _TEMPLATE.format(model=model)}}},
    }


def _refusals(*statuses: int) -> dict[str, Any]:
    return {
        str(status): _answer("拒绝，field 指出错误的字段 Refused; field names what is wrong", "Problem")
        for status in statuses
    }
