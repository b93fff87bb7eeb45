"""Which cases the queue is filtered to: in its address, and, for the case after this one, in the session."""

from typing import Any

from flask import request, session

from hotline.actions.case_queue import Wanted
from hotline.rules.written import one_line

_LAST = "wanted"
_LONGEST_CODE = 64


def asked_for() -> Wanted:
    """What this request's address asks for."""
    return Wanted(_said("dept"), _said("skill"))


def _said(name: str) -> str | None:
    return one_line(request.args.get(name, ""))[:_LONGEST_CODE] or None


def in_address(wanted: Wanted) -> dict[str, Any]:
    """The same, for an address."""
    said = {"dept": wanted.dept_code, "skill": wanted.skill}
    return {name: value for name, value in said.items() if value is not None}


def remember(wanted: Wanted) -> None:
    """Somebody works through these."""
    if wanted != remembered():
        session[_LAST] = [wanted.dept_code, wanted.skill]


def remembered() -> Wanted:
    """What they work through, in this browser."""
    return Wanted(*session.get(_LAST, (None, None)))
