"""The service records that a visitor of the stage sends: three ready ones, or one of their own.

Numbers look like real ones: 区划代码 + date + four digits for a 办件, HW + date + five digits for a call.
"""

import itertools
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from hotline.errors import BadInput

ZONE = ZoneInfo("Asia/Shanghai")
_AREA = "220202"
_COMPLETED_AGO = timedelta(minutes=6)

Choice = TypeVar("Choice", bound=StrEnum)


class Kind(StrEnum):
    """What was completed. The product takes each at a door of its own."""

    TRANSACTION = "transaction"
    CALL = "call"


class Line(StrEnum):
    """Which of the visitor's two telephones."""

    MOBILE = "mobile"
    LANDLINE = "landline"


class Survey(StrEnum):
    """How a call's citizen is asked; a landline is always called."""

    SMS = "sms"
    PHONE = "phone"


OWNERS: Mapping[Line, str] = {Line.MOBILE: "王秀兰", Line.LANDLINE: "李国强"}


@dataclass(frozen=True, slots=True)
class Order:
    """What the visitor asked to be sent. `number` "" = make one."""

    kind: Kind
    line: Line
    item_name: str
    survey: Survey = Survey.SMS
    number: str = ""

    @property
    def rings(self) -> bool:
        """Will the citizen's telephone ring, rather than receive a text?"""
        return self.line is Line.LANDLINE or (self.kind is Kind.CALL and self.survey is Survey.PHONE)


@dataclass(frozen=True, slots=True)
class Preset:
    """A ready order, and how its button names it."""

    order: Order
    title: str
    english: str


PRESETS: Mapping[str, Preset] = {
    "text": Preset(Order(Kind.TRANSACTION, Line.MOBILE, "居民身份证换领"), "办件 · 短信", "Transaction, by text"),
    "ring": Preset(Order(Kind.TRANSACTION, Line.LANDLINE, "养老保险待遇申领"), "办件 · 电话", "Transaction, by call"),
    "12345": Preset(
        Order(Kind.CALL, Line.MOBILE, "咨询公积金提取", Survey.PHONE), "12345话务 · 电话", "12345, by call"
    ),
}


@dataclass(frozen=True, slots=True)
class Desk:
    """Where an item is handled."""

    item_code: str
    dept_name: str
    dept_code: str
    window: str
    staff_no: str


_HALL = Desk("ZH-0001", "市政务服务中心", "DEPT-ZHC", "综合1号窗口", "ZH0101")
_DESKS: Mapping[str, Desk] = {
    "居民身份证换领": Desk("GA-0121", "市公安局户政支队", "DEPT-GA", "1号窗口", "GA2205"),
    "养老保险待遇申领": Desk("RS-0316", "市人力资源和社会保障局", "DEPT-RS", "8号窗口", "RS0415"),
    "个体工商户设立登记": Desk("SC-0401", "市市场监督管理局", "DEPT-SC", "5号窗口", "SC0932"),
    "不动产转移登记": Desk("GT-0203", "市规划和自然资源局", "DEPT-GT", "3号窗口", "GT1108"),
}
SUGGESTIONS = tuple(_DESKS)


def read_order(form: Mapping[str, str]) -> Order:
    """The order that a form holds: a preset, or fields of its own. Raises BadInput."""
    if "preset" in form:
        if form["preset"] not in PRESETS:
            raise BadInput("preset", "is none of the ready records")
        return PRESETS[form["preset"]].order
    return Order(
        kind=_choice(Kind, form, "kind"),
        line=_choice(Line, form, "line"),
        item_name=form.get("item_name", "").strip(),
        survey=_choice(Survey, form, "survey") if form.get("survey") else Survey.SMS,
        number=form.get("number", "").strip(),
    )


def _choice(choices: type[Choice], form: Mapping[str, str], field: str) -> Choice:
    try:
        return choices(form.get(field, ""))
    except ValueError:
        raise BadInput(field, f"must be one of {', '.join(choices)}") from None


class Registry:
    """Turns orders into records, as a department's system numbers and writes them."""

    def __init__(self, phones: Mapping[Line, str]) -> None:
        self._phones = phones
        # A random start: a stage that is started again does not repeat the numbers of the one before.
        self._serials = itertools.count(secrets.randbelow(9000))

    def record(self, order: Order, now: datetime) -> dict[str, Any]:
        """The record as `POST /api/v1/transactions` or `/calls` takes it."""
        serial, day = 1000 + next(self._serials) % 9000, f"{now.astimezone(ZONE):%Y%m%d}"
        done = (now - _COMPLETED_AGO).astimezone(ZONE).isoformat(timespec="seconds")
        citizen = {"phone": self._phones[order.line], "citizen_name": OWNERS[order.line]}
        if order.kind is Kind.CALL:
            number = order.number or f"HW{day}{serial:05d}"
            return {
                "call_id": number,
                "ended_at": done,
                **citizen,
                "item_name": order.item_name or None,
                "agent_no": "T0086",
                "request_number": f"GD{day}{serial:04d}",
                "survey": str(order.survey),
            }
        desk = _DESKS.get(order.item_name, _HALL)
        return {
            "number": order.number or f"{_AREA}{day}{serial:04d}",
            "completed_at": done,
            **citizen,
            "item_name": order.item_name or None,
            "item_code": desk.item_code,
            "dept_name": desk.dept_name,
            "dept_code": desk.dept_code,
            "area_code": _AREA,
            "window": desk.window,
            "staff_no": desk.staff_no,
        }
