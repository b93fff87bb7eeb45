"""The filter of search and ledger as a form has it: read from an address, with what is wrong with each field."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hotline.console.words import Words
from hotline.reports.cases import CaseFilter, Timely
from hotline.rules.bounds import bounded, bounded_day
from hotline.rules.casework import CaseState, DeadlineKind, Ending, Outcome
from hotline.rules.scale import STAR_LABELS
from hotline.rules.written import one_line
from hotline.tables.service import RecordKind

_LONGEST = 64
_OPEN, _CLOSED = "open", "closed"

_IN_WORDS = ("number", "dept", "area")  # into which a telephone number could be typed

TOO_MANY = Words(
    "以此开头的办件超过 500 件，请把编号写得更完整。", "More than 500 records begin so: type more of the number."
)
_FAULTS = {
    "day": Words("请填写日期，如 2026-11-23。", "Enter a day such as 2026-11-23."),
    "number": Words("请填写数字。", "Enter a number."),
    "choice": Words("请从列表中选择。", "Choose from the list."),
    "phone": Words("这里不能填写电话号码。", "This is no place for a telephone number."),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for: the filter, the fields as they were typed (for links), and what is wrong with which.
    `phone`: a telephone number that was typed for a record's; it is in no other part of this."""

    wanted: CaseFilter
    typed: Mapping[str, str]
    faults: Mapping[str, Words]
    phone: str | None


def read_filter(fields: Mapping[str, str], is_phone: Callable[[str], bool]) -> Asked:
    """What is wrong is left out of the filter. A telephone number is left out of everything that a link may hold."""
    typed = {name: one_line(fields[name])[:_LONGEST] for name in FIELDS if fields.get(name, "").strip()}
    phones = {name: text for name, text in typed.items() if name in _IN_WORDS and is_phone(text)}
    values: dict[str, Any] = {}
    faults = {name: _FAULTS["phone"] for name in phones if name != "number"}
    for name in phones:
        del typed[name]
    for name, text in typed.items():
        try:
            values |= FIELDS[name](text)
        except ValueError as fault:
            faults[name] = _FAULTS.get(str(fault), _FAULTS["number"])
    return Asked(CaseFilter(**values), typed, faults, phones.get("number"))


def _day(name: str) -> Callable[[str], dict[str, Any]]:
    def read(text: str) -> dict[str, Any]:
        try:
            return {name: bounded_day(text)}
        except ValueError:
            raise ValueError("day") from None

    return read


def _one_of(name: str, *kinds: type[StrEnum]) -> Callable[[str], dict[str, Any]]:
    def read(text: str) -> dict[str, Any]:
        for kind in kinds:
            if text in list(kind):
                return {name: kind(text)}
        raise ValueError("choice")

    return read


def _stars(text: str) -> dict[str, Any]:
    stars = bounded(text)
    if stars not in STAR_LABELS:
        raise ValueError("number")
    return {"stars": stars}


def _state(text: str) -> dict[str, Any]:
    if text in (_OPEN, _CLOSED):
        return {"is_open": text == _OPEN}
    return _one_of("state", CaseState)(text)


# Each field of the form, and what it becomes.
FIELDS: Mapping[str, Callable[[str], dict[str, Any]]] = {
    "number": lambda text: {"number": text},
    "case": lambda text: {"case_id": bounded(text)},
    "kind": _one_of("record_kind", RecordKind),
    "dept": lambda text: {"dept_code": text},
    "area": lambda text: {"area_code": text},
    "state": _state,
    "result": _one_of("result", Outcome, Ending),
    "agent": lambda text: {"agent_id": bounded(text)},
    "stars": _stars,
    "named": lambda text: {"named": text == "yes"},
    "opened_from": _day("opened_from"),
    "opened_to": _day("opened_to"),
    "step": _one_of("kind", DeadlineKind),
    "due_from": _day("due_from"),
    "due_to": _day("due_to"),
    "overdue": lambda text: {"overdue": text == "yes" or None},
    "timely": _one_of("timely", Timely),
}
