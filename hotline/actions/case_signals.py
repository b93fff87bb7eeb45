"""The facts around the bad rating of a case, by indexed queries only, for `rules.signals` to judge; nothing is kept."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from hotline.rules.policy import Policy
from hotline.rules.script import Channel
from hotline.rules.signals import RatingFacts, Signal, signals
from hotline.tables import Call, CallTurn, Case, Rating, ServiceRecord, User
from hotline.tables.service import RatingState

_COUNTED = (RatingState.ACTIVE, RatingState.EXCLUDED, RatingState.WITHDRAWN)  # not what a later one says once more
_BAD = Rating.stars <= 2


def signals_of(session: Session, case: Case, opened: Callable[[bytes], str], policy: Policy) -> tuple[Signal, ...]:
    """What a person should look at; `opened` opens a sealed number, which is compared and forgotten."""
    return signals(_facts(session, case, opened, policy), policy.signals)


def _facts(session: Session, case: Case, opened: Callable[[bytes], str], policy: Policy) -> RatingFacts:
    rating, record, rules = case.rating, case.record, policy.signals
    knows_number = not record.is_hidden
    return RatingFacts(
        is_staff_phone=knows_number and _is_staff_phone(session, record.phone_lookup),
        is_extension=knows_number and _is_extension(record, opened, policy),
        of_phone=_of_phone(session, rating, record, policy) if knows_number else 0,
        of_staff=_burst(session, rating, _same_staff(record), policy),
        of_window=_burst(session, rating, _same_window(record), policy),
        phones_with_words=_phones_with_words(session, rating, record, rules.same_words_days),
        key_after=_key_after(session, rating),
        flags=frozenset(rating.flags),
    )


def _is_staff_phone(session: Session, phone_lookup: str) -> bool:
    return bool(session.scalar(select(exists().where(User.phone_lookup == phone_lookup))))


def _is_extension(record: ServiceRecord, opened: Callable[[bytes], str], policy: Policy) -> bool:
    ranges = policy.signals.extensions
    return bool(ranges) and any(one.has(opened(record.phone_box)) for one in ranges)


def _of_phone(session: Session, rating: Rating, record: ServiceRecord, policy: Policy) -> int:
    since = rating.rated_at - timedelta(days=policy.signals.phone_days)
    of_phone = ServiceRecord.phone_lookup == record.phone_lookup
    return _count(session, of_phone, Rating.rated_at > since, Rating.rated_at <= rating.rated_at)


def _burst(session: Session, rating: Rating, where: ColumnElement[bool] | None, policy: Policy) -> int:
    """Around the moment of the rating. Who rates has been served of late: older records are not looked at."""
    if where is None:
        return 0
    half = timedelta(minutes=policy.signals.burst_minutes) / 2
    return _count(
        session,
        where & _completed_of_late(rating.rated_at),
        Rating.rated_at >= rating.rated_at - half,
        Rating.rated_at <= rating.rated_at + half,
    )


def _same_staff(record: ServiceRecord) -> ColumnElement[bool] | None:
    if record.staff_no is None:
        return None
    return (ServiceRecord.staff_no == record.staff_no) & _same_dept(record)


def _same_window(record: ServiceRecord) -> ColumnElement[bool] | None:
    return None if record.window is None else (ServiceRecord.window == record.window) & _same_dept(record)


def _same_dept(record: ServiceRecord) -> ColumnElement[bool]:
    return ServiceRecord.dept_code.is_not_distinct_from(record.dept_code)


def _completed_of_late(moment: datetime, days: int = 30) -> ColumnElement[bool]:
    around = timedelta(days=days)
    return ServiceRecord.completed_at.between(moment - around, moment + around)


def _count(session: Session, of_records: ColumnElement[bool], *rated: ColumnElement[bool]) -> int:
    counted = select(func.count()).select_from(Rating).join(ServiceRecord, ServiceRecord.id == Rating.record_id)
    return session.scalar(counted.where(of_records, _BAD, Rating.state.in_(_COUNTED), *rated)) or 0


def _phones_with_words(session: Session, rating: Rating, record: ServiceRecord, days: int) -> int:
    """Numbers that wrote the same about the same member of staff, else the same window; the citizen's own is one."""
    where = _same_staff(record)
    where = _same_window(record) if where is None else where
    if rating.comment is None or where is None:
        return 0
    phones = select(func.count(ServiceRecord.phone_lookup.distinct())).join(
        Rating, Rating.record_id == ServiceRecord.id
    )
    same = Rating.comment == rating.comment, Rating.rated_at > rating.rated_at - timedelta(days=days)
    return session.scalar(phones.where(where, _completed_of_late(rating.rated_at, days + 30), _BAD, *same)) or 0


def _key_after(session: Session, rating: Rating) -> float | None:
    """From when the question began to be said until its key came; None = it was no key, or its call is not known."""
    if rating.channel is not Channel.PHONE:
        return None
    key = session.execute(
        select(CallTurn.call_id, CallTurn.turn, Call.answered_at)
        .join(Call, Call.id == CallTurn.call_id)
        .where(Call.record_id == rating.record_id, CallTurn.heard_at == rating.rated_at)
        .limit(1)
    ).first()
    if key is None:
        return None
    before = select(CallTurn.heard_at).where(CallTurn.call_id == key.call_id, CallTurn.turn < key.turn)
    asked_at = session.scalar(before.order_by(CallTurn.turn.desc()).limit(1)) or key.answered_at
    return None if asked_at is None else (rating.rated_at - asked_at).total_seconds()
