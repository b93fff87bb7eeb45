"""Who may call the API: a bearer key with the scope that the route names."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Response, request

from hotline.actions.people import key_holder
from hotline.api.problems import problem
from hotline.services import services
from hotline.tables.people import Scope

View = TypeVar("View", bound=Callable[..., Any])


def needs(scope: Scope) -> Callable[[View], View]:
    """401 without a good key, 403 without the scope."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            refused = _refusal(scope)
            return view(*args, **kwargs) if refused is None else refused

        guarded.needed_scope = scope  # type: ignore[attr-defined]  # read by the guard test of every route
        return cast("View", guarded)

    return guard


def _refusal(scope: Scope) -> Response | None:
    kind, _, key = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not key:
        return problem(401, "unauthorized", "Authorization: Bearer KEY is missing")
    with services().database.read() as session:
        holder = key_holder(session, key.strip())
    if holder is None:
        return problem(401, "unauthorized", "the key is not known, or was revoked")
    if scope not in holder.scopes:
        return problem(403, "forbidden", f"the key has not the scope {scope}")
    return None
