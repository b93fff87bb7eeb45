"""The evaluation store as the stage shows it: its newest ratings in words, and how many there are of each star."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hotline.demo.stage_records import ZONE
from hotline.rules.scale import STAR_LABELS, is_bad

SHOWN = 30

Words = tuple[str, str]  # Chinese, English

_ENGLISH: Mapping[int, str] = {
    5: "very satisfied",
    4: "satisfied",
    3: "fairly satisfied",
    2: "dissatisfied",
    1: "very dissatisfied",
}
_CHANNELS: Mapping[str, Words] = {"sms": ("短信", "SMS"), "phone": ("电话", "phone")}
_STATES: Mapping[str, Words] = {
    "active": ("有效", "active"),
    "superseded": ("已改评", "superseded"),
    "withdrawn": ("已撤回", "withdrawn"),
    "excluded": ("不计入", "excluded"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One rating as the list shows it. `key` changes with each version, so that a changed one is news again."""

    key: str
    stars: int
    label: Words
    is_bad: bool
    number: str
    item: str
    channel: Words
    raw: str
    state: Words
    counts: bool
    rated_at: datetime


@dataclass(frozen=True, slots=True)
class Bar:
    """How many ratings gave `stars`; `width` is in hundredths of the longest bar."""

    stars: int
    label: Words
    count: int
    width: float


@dataclass(frozen=True, slots=True)
class Board:
    """What the list and the chart show. `good` and `counted` make the 好评率: active ratings only."""

    rows: Sequence[Row]
    bars: Sequence[Bar]
    stored: int
    counted: int
    good: int


def board(ratings: Sequence[Mapping[str, Any]]) -> Board:
    """From the store's documents, in the order they last changed."""
    active = [rating["stars"] for rating in ratings if rating["state"] == "active"]
    counts = {stars: active.count(stars) for stars in (5, 4, 3, 2, 1)}
    most = max(counts.values()) or 1
    return Board(
        rows=[_row(rating) for rating in reversed(ratings[-SHOWN:])],
        bars=[Bar(stars, _label(stars), count, 100 * count / most) for stars, count in counts.items()],
        stored=len(ratings),
        counted=len(active),
        good=sum(count for stars, count in counts.items() if not is_bad(stars)),
    )


def _row(rating: Mapping[str, Any]) -> Row:
    record = rating["record"]
    return Row(
        key=f"{rating['id']}.{rating['version']}",
        stars=rating["stars"],
        label=_label(rating["stars"]),
        is_bad=is_bad(rating["stars"]),
        number=record["number"],
        item=record["item_name"] or "",
        channel=_CHANNELS.get(rating["channel"], (rating["channel"], "")),
        raw=rating["raw"],
        state=_STATES.get(rating["state"], (rating["state"], "")),
        counts=rating["state"] == "active",
        rated_at=datetime.fromisoformat(rating["rated_at"]).astimezone(ZONE),
    )


def _label(stars: int) -> Words:
    return STAR_LABELS[stars], _ENGLISH[stars]
