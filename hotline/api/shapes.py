"""What the API accepts, field by field; the same models make its OpenAPI description."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from hotline.rules.written import one_line

Number = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64, pattern=r"^[0-9A-Za-z._/-]+$")
]
Code = Annotated[str, StringConstraints(strip_whitespace=True, max_length=64)]
Name = Annotated[str, StringConstraints(max_length=200), AfterValidator(one_line)]
Short = Annotated[str, StringConstraints(max_length=64), AfterValidator(one_line)]
RawPhone = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=32)]


_A_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _written_out(value: Any) -> Any:
    """A bare number is not read as seconds, or thousandths of them, since 1970: which it is would be a guess."""
    if not isinstance(value, str) or not _A_DAY.match(value):
        raise ValueError("must be a date and a time as text, ISO 8601")
    return value


Moment = Annotated[datetime, BeforeValidator(_written_out)]


class _ServiceIn(BaseModel):
    """What a transaction and a call have in common."""

    model_config = ConfigDict(extra="forbid")

    phone: RawPhone = Field(
        description="市民电话：手机发短信，座机打电话 Mobile (asked by text) or landline (asked by call)"
    )
    item_code: Code | None = Field(None, description="事项编码 Item code")
    item_name: Name | None = Field(None, description="事项名称，会告知市民 Item, named to the citizen")
    area_code: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}([0-9]{6})?$")] | None = Field(
        None, description="行政区划，6位或12位 Area, 6 or 12 digits"
    )
    dept_code: Code | None = Field(None, description="部门编码 Department code")
    dept_name: Name | None = Field(None, description="部门名称 Department")
    citizen_name: Short | None = Field(None, description="市民姓名，加密保存 Citizen's name, kept sealed")
    age: int | None = Field(
        None, ge=1, le=150, description="市民年龄，只用来判断电话是否放慢语速 Age: only to speak slowly to the elderly"
    )
    named: bool = Field(False, description="是否实名评价 A real-name rating")
    language: Short | None = Field(
        None, description="zh-CN 或 en；其他按本市第一语言 Anything else means the city's first language"
    )
    extra: dict[str, Any] = Field(default_factory=dict, description="随记录保存，不作解释 Kept, not interpreted")


class TransactionIn(_ServiceIn):
    """A completed transaction (办件)."""

    number: Number = Field(description="办件编号 Number of the transaction")
    service_count: int = Field(1, ge=1, le=9999, description="第几次服务 Which time this number was served")
    completed_at: Moment = Field(
        description="办结时间，ISO 8601；不带时区即本地时间 Without an offset it is the city's local time"
    )
    window: Short | None = Field(None, description="窗口 Window")
    staff_no: Short | None = Field(None, description="工作人员编号 Staff number")
    staff_name: Short | None = Field(None, description="工作人员姓名 Staff name")
    citizen_type: Annotated[str, StringConstraints(max_length=24)] | None = Field(
        None, description="服务对象类型 Kind of citizen"
    )


class CallIn(_ServiceIn):
    """A 12345 call that has ended."""

    call_id: Number = Field(description="话务编号 Number of the call")
    ended_at: Moment = Field(
        description="结束时间，ISO 8601；不带时区即本地时间 Without an offset it is the city's local time"
    )
    agent_no: Short | None = Field(None, description="话务员工号 Number of the hotline's agent")
    request_number: Short | None = Field(None, description="诉求工单编号 The request that the call opened")
    survey: Literal["sms", "phone", "none"] = Field(
        "sms", description="评价方式；座机一律打电话 How to ask; landlines are always called"
    )


def _one_key(value: Any) -> Any:
    """One digit may be written as text, as key pads are; true and 5.0 are no keys."""
    if isinstance(value, str) and len(value) == 1 and value in "0123456789":
        return int(value)
    if type(value) is not int:
        raise ValueError("must be one key, 1 to 5")
    return value


class CallRatingIn(BaseModel):
    """A key that a PBX collected from a caller."""

    model_config = ConfigDict(extra="forbid")

    call_id: Number = Field(description="话务编号，与话务记录的一致 Number of the call, as in its record")
    key: Annotated[int, BeforeValidator(_one_key)] = Field(ge=1, le=5, description="按键1至5 The key, 1 to 5")
    scale: Literal["star_5_best", "rank_1_best"] = Field(
        description="按键含义：5为非常满意，或1为非常满意 Which key is the best: 5 or 1"
    )
    pressed_at: Moment = Field(
        description="按键时间，ISO 8601；不带时区即本地时间 Without an offset it is the city's local time"
    )
    phone: RawPhone | None = Field(
        None, description="来电号码，须与话务记录一致 The caller's number: must be that of the call's record"
    )


class FieldError(BaseModel):
    """Which field is wrong, and how."""

    field: str
    message: str


class RecordResult(BaseModel):
    """What became of one record."""

    number: str | None
    status: Literal["accepted", "duplicate", "rejected"]
    id: int | None = None
    error: FieldError | None = None


class Results(BaseModel):
    """One result for each record, in the order they were sent."""

    results: list[RecordResult]


class CallRatingResult(BaseModel):
    """What became of one key. `id` names the key as it is kept."""

    call_id: str | None
    status: Literal["accepted", "duplicate", "rejected"]
    id: int | None = None
    error: FieldError | None = None


class CallRatingResults(BaseModel):
    """One result for each key, in the order they were sent."""

    results: list[CallRatingResult]


class RatedRecord(BaseModel):
    kind: Literal["transaction", "call", "request"]
    number: str
    service_count: int
    item_code: str | None
    item_name: str | None
    area_code: str | None
    dept_code: str | None
    staff_no: str | None
    completed_at: datetime


class RatingOut(BaseModel):
    """A normalized rating. `id` stays; `version` rises with each change of its state."""

    id: int
    version: int
    record: RatedRecord
    round: int
    stars: int = Field(ge=1, le=5, description="5 = 非常满意 … 1 = 非常不满意, whatever the scale of the key")
    is_default: bool
    channel: Literal["sms", "phone", "agent", "default"]
    raw: str = Field(description="The text or key as it came; telephone numbers in it masked")
    scale: Literal["star_5_best", "rank_1_best"]
    script: str
    reasons: list[str]
    comment: str | None
    rated_at: datetime
    state: Literal["active", "superseded", "withdrawn", "excluded"]
    flags: list[str]


class RatingsPage(BaseModel):
    """Ratings in the order they last changed; ask again with `after` = `next` until it is null."""

    ratings: list[RatingOut]
    next: int | None


class Problem(BaseModel):
    """Every refusal of the API."""

    error: str
    message: str
    field: str | None = None
