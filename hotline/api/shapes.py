"""What the API accepts, field by field; the same models make its OpenAPI description."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Number = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64, pattern=r"^[0-9A-Za-z._/-]+$")
]
Code = Annotated[str, StringConstraints(strip_whitespace=True, max_length=64)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=64)]
RawPhone = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=32)]


class _ServiceIn(BaseModel):
    """What a transaction and a call have in common."""

    model_config = ConfigDict(extra="forbid")

    phone: RawPhone = Field(description="Mobile (asked by text) or landline (asked by call); region CN by default")
    item_code: Code | None = None
    item_name: Name | None = Field(None, description="Named to the citizen in the invitation")
    area_code: Annotated[str, StringConstraints(pattern=r"^\d{6}(\d{6})?$")] | None = None
    dept_code: Code | None = None
    dept_name: Name | None = None
    citizen_name: Short | None = None
    named: bool = Field(False, description="A real-name rating")
    language: Short | None = Field(None, description="zh-CN or en; anything else means the city's first language")
    extra: dict[str, Any] = Field(default_factory=dict, description="Kept with the record, not interpreted")


class TransactionIn(_ServiceIn):
    """A completed transaction (办件)."""

    number: Number = Field(description="办件编号")
    service_count: int = Field(1, ge=1, le=9999, description="Which time this number was served")
    completed_at: datetime = Field(description="ISO 8601; without an offset it is the city's local time")
    window: Short | None = None
    staff_no: Short | None = None
    staff_name: Short | None = None
    citizen_type: Annotated[str, StringConstraints(max_length=24)] | None = None


class CallIn(_ServiceIn):
    """A 12345 call that has ended."""

    call_id: Number
    ended_at: datetime = Field(description="ISO 8601; without an offset it is the city's local time")
    agent_no: Short | None = None
    request_number: Short | None = Field(None, description="诉求工单 that the call opened")
    survey: Literal["sms", "phone", "none"] = Field("sms", description="How to ask; landlines are always called")


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
