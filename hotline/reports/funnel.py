"""What became of the texts that ask for a rating, day by day: asked, sent, delivered, answered, and what went wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Integer, Select, Subquery, case, exists, func, select
from sqlalchemy.orm import Session, aliased

from hotline.rules.script import Channel
from hotline.tables import InboundText, Invitation, OptOut, OutboundText, Rating, ReviewItem, ServiceRecord
from hotline.tables.contacts import TextState
from hotline.tables.replies import Why
from hotline.tables.service import InvitationState, RatingState

LONGEST = 92  # days in one report

_TAKEN = (TextState.SENT, TextState.DELIVERED, TextState.UNDELIVERED)
_OUTCOME_LOST = (TextState.SENDING, TextState.UNKNOWN)
_BEGUN = (*_TAKEN, *_OUTCOME_LOST)


@dataclass(frozen=True, slots=True)
class Day:
    """The invitations that were made on one local day, and what has become of them by now.

    A day is a cohort: an answer counts on the day of its invitation, not on its own. Every figure counts invitations,
    but `segments`. Each step holds the next, as a proof: answered ≤ delivered ≤ sent ≤ asked.

    asked: invitations made. sent: the carrier took a text of it, or it was delivered. delivered: the carrier reported
    a delivery, or it was answered. answered: a rating came by this channel after a text had gone out. late: answered,
    the first time after it had expired. unclear: a reply could not be read, and a person was to read it unless the
    citizen said it more clearly. opted_out: the number asked to be left alone between its sending and its expiry.
    declined: not sent, because the number had opted out or did so first. unknown: not known to be sent, and the
    carrier's word was lost. failed: given up and neither delivered nor answered, by the carrier's code
    or `too_late`. segments: parts of the texts that the carrier took, reminders with them.
    """

    day: date
    asked: int = 0
    sent: int = 0
    delivered: int = 0
    answered: int = 0
    late: int = 0
    unclear: int = 0
    opted_out: int = 0
    declined: int = 0
    unknown: int = 0
    segments: int = 0
    failed: dict[str, int] = field(default_factory=dict)

    @property
    def failures(self) -> int:
        return sum(self.failed.values())


def funnel(session: Session, first_day: date, last_day: date, zone: ZoneInfo) -> list[Day]:
    """One Day for each local day of `zone` from `first_day` to `last_day`, at most LONGEST of them."""
    days = [first_day + timedelta(days=number) for number in range((last_day - first_day).days + 1)][:LONGEST]
    if not days:
        return []
    begins = [datetime.combine(day, time.min, zone) for day in [*days, days[-1] + timedelta(days=1)]]
    counted = {row["day"]: dict(row) for row in session.execute(_counts(begins)).mappings()}
    failed: dict[int, dict[str, int]] = {}
    for number, code, count in session.execute(_failures(begins)):
        failed.setdefault(number, {})[code] = count
    return [_day(day, counted.get(number, {}), failed.get(number, {})) for number, day in enumerate(days)]


def total(days: Sequence[Day]) -> Day:
    """All of them as one, dated on the first."""
    failed: dict[str, int] = {}
    for day in days:
        for code, count in day.failed.items():
            failed[code] = failed.get(code, 0) + count
    sums = {name: sum(getattr(day, name) for day in days) for name in _FIGURES}
    return Day(days[0].day, **sums, failed=dict(sorted(failed.items(), key=lambda one: (-one[1], one[0]))))


_FIGURES = (
    *("asked", "sent", "delivered", "answered", "late", "unclear"),
    *("opted_out", "declined", "unknown", "segments"),
)


def _day(day: date, counted: Mapping[str, Any], failed: dict[str, int]) -> Day:
    return Day(day, **{name: int(counted.get(name) or 0) for name in _FIGURES}, failed=failed)


def _counts(begins: list[datetime]) -> Select[Any]:
    """Each invitation once with what is known of it, then the days' sums."""
    each = _each(begins)
    answered = each.c.begun & each.c.rated_at.is_not(None)
    delivered = answered | each.c.delivered
    sent = delivered | each.c.taken
    counts: dict[str, ColumnElement[bool]] = {
        "sent": sent,
        "delivered": delivered,
        "answered": answered,
        "late": answered & (each.c.rated_at > each.c.expires_at),
        "unclear": each.c.unclear,
        "opted_out": each.c.opted_out,
        "declined": ~sent & (each.c.state == InvitationState.DECLINED),
        "unknown": ~sent & each.c.lost,
    }
    return select(
        each.c.day,
        func.count().label("asked"),
        *(func.count().filter(which).label(name) for name, which in counts.items()),
        func.sum(each.c.segments).label("segments"),
    ).group_by(each.c.day)


def _each(begins: list[datetime]) -> Subquery:
    taken = OutboundText.state.in_(_TAKEN)
    rated_at = select(func.min(Rating.rated_at)).where(_is_answer()).scalar_subquery()
    unclear = exists().where(
        InboundText.invitation_id == Invitation.id,
        ReviewItem.text_id == InboundText.id,
        ReviewItem.why == Why.UNCLEAR,
    )
    first_sent_at = (
        select(func.min(OutboundText.begun_at)).where(OutboundText.invitation_id == Invitation.id).scalar_subquery()
    )
    opted_out = exists().where(
        OptOut.phone_lookup == ServiceRecord.phone_lookup,
        OptOut.asked_at >= first_sent_at,  # a reply can be quicker than the carrier's word that it was sent
        OptOut.asked_at < Invitation.expires_at,
    )
    return (
        select(
            _number_of_day(begins).label("day"),
            Invitation.state,
            Invitation.expires_at,
            _any(taken).label("taken"),
            _any(OutboundText.state == TextState.DELIVERED).label("delivered"),
            _any(OutboundText.state.in_(_OUTCOME_LOST)).label("lost"),
            _any(OutboundText.state.in_(_BEGUN)).label("begun"),
            func.coalesce(func.sum(OutboundText.segments).filter(taken), 0).label("segments"),
            rated_at.label("rated_at"),
            unclear.label("unclear"),
            opted_out.label("opted_out"),
        )
        .join(Invitation.record)
        .outerjoin(OutboundText, OutboundText.invitation_id == Invitation.id)
        .where(*_made(begins))
        .group_by(Invitation.id, ServiceRecord.id)
        .subquery()
    )


def _is_answer() -> ColumnElement[bool]:
    """A rating that was given by text about what the invitation is about; whatever became of it since, unless it, or
    the one that took its place, was excluded: then it leaves every figure."""
    same = (Rating.record_id == Invitation.record_id) & (Rating.round == Invitation.round)
    later = aliased(Rating)
    excluded = exists().where(
        later.record_id == Rating.record_id,
        later.round == Rating.round,
        later.id >= Rating.id,
        later.state == RatingState.EXCLUDED,
    )
    return same & (Rating.channel == Channel.SMS) & ~excluded


def _rated() -> ColumnElement[bool]:
    return exists().where(_is_answer())


def _any(which: ColumnElement[bool]) -> ColumnElement[bool]:
    return func.count().filter(which) > 0


def _failures(begins: list[datetime]) -> Select[int, str, int]:
    """Invitations that have failed and reached nobody, by the code of what went wrong last."""
    day = _number_of_day(begins).label("day")
    code = func.coalesce(func.nullif(Invitation.error_code, ""), "–").label("code")
    delivered = exists().where(OutboundText.invitation_id == Invitation.id, OutboundText.state == TextState.DELIVERED)
    return (
        select(day, code, func.count())
        .where(*_made(begins), Invitation.state == InvitationState.FAILED, ~_rated(), ~delivered)
        .group_by(day, code)
    )


def _made(begins: list[datetime]) -> tuple[ColumnElement[bool], ...]:
    made_at = Invitation.created_at
    return (made_at >= begins[0], made_at < begins[-1], Invitation.channel == Channel.SMS)


def _number_of_day(begins: list[datetime]) -> ColumnElement[int]:
    """Which of the local days it was made on, as a number: both databases know it alike, summer time or not."""
    ends = enumerate(begins[1:])
    return case(*((Invitation.created_at < end, number) for number, end in ends), else_=-1).cast(Integer)
