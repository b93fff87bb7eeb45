"""The heart: one rating is recorded, superseding an earlier one, with its case and its forward in one commit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.actions.casework import note_rating_change, open_case
from hotline.actions.forward import forward
from hotline.rules.policy import Policy
from hotline.rules.scale import Scale, is_bad
from hotline.rules.script import Channel
from hotline.tables import Invitation, Rating, ServiceRecord
from hotline.tables.service import OPEN_INVITATION_STATES, InvitationState, RatingState


@dataclass(frozen=True, slots=True)
class Given:
    """What a citizen gave: stars, and how they came about. `raw` has phone numbers masked."""

    stars: int
    channel: Channel
    raw: str
    scale: Scale
    script: str
    rule: str
    comment: str | None = None


def rate(session: Session, record_id: int, given: Given, policy: Policy, now: datetime) -> Rating:
    """Record the citizen's rating of a record; the last word counts, and earlier ones are kept as superseded."""
    record = _in_turn(session, record_id)
    earlier = active_rating(session, record_id)
    if earlier is not None:
        _leave(session, earlier, RatingState.SUPERSEDED, now)
    rating = Rating(
        record=record,
        stars=given.stars,
        channel=given.channel,
        raw=given.raw,
        scale=given.scale,
        script=given.script,
        rule=given.rule,
        reasons=[],
        comment=given.comment,
        rated_at=now,
        state=RatingState.ACTIVE,
        flags=["before_completion"] if now < record.completed_at else [],
        supersedes_id=None if earlier is None else earlier.id,
        round=1,
        version=1,
        is_default=False,
    )
    session.add(rating)
    session.flush()
    forward(session, rating, now)
    _close_invitations(session, record_id, now)
    if earlier is not None:
        note_rating_change(session, rating, f"{earlier.stars} → {rating.stars}", now)
    if is_bad(rating.stars):
        open_case(session, rating, policy, now)
    return rating


def withdraw(session: Session, record_id: int, now: datetime) -> bool:
    """The citizen takes the record's rating back; False if there is none. An open case stays, for its agent to see."""
    _in_turn(session, record_id)
    rating = active_rating(session, record_id)
    if rating is None:
        return False
    _leave(session, rating, RatingState.WITHDRAWN, now)
    note_rating_change(session, rating, f"{rating.stars} → –", now)
    return True


def _in_turn(session: Session, record_id: int) -> ServiceRecord:
    """The record, locked: two answers to it at once take turns. Who locks invitations too locks records first."""
    return session.scalars(
        select(ServiceRecord).where(ServiceRecord.id == record_id).with_for_update(key_share=True)
    ).one()


def active_rating(session: Session, record_id: int) -> Rating | None:
    return session.scalar(
        select(Rating).where(Rating.record_id == record_id, Rating.state == RatingState.ACTIVE).limit(1)
    )


def changeable_ratings(session: Session, phone_lookup: str, policy: Policy, now: datetime) -> Sequence[Rating]:
    """What this number has rated of late and may still change, taken back or not; the latest first."""
    since = now - timedelta(hours=policy.invitation.correct_hours)
    return session.scalars(
        select(Rating)
        .join(Rating.record)
        .where(ServiceRecord.phone_lookup == phone_lookup)
        .where(Rating.state.in_([RatingState.ACTIVE, RatingState.WITHDRAWN]), Rating.rated_at >= since)
        .order_by(Rating.rated_at.desc(), Rating.id.desc())
    ).all()


def _leave(session: Session, rating: Rating, state: RatingState, now: datetime) -> None:
    rating.state = state
    rating.version += 1
    session.flush()
    forward(session, rating, now)


def _close_invitations(session: Session, record_id: int, now: datetime) -> None:
    """Whichever way it was answered, nobody is asked about this record again in this round."""
    waiting = session.scalars(
        select(Invitation).where(Invitation.record_id == record_id, Invitation.state.in_(OPEN_INVITATION_STATES))
    )
    for invitation in waiting:
        invitation.state, invitation.answered_at = InvitationState.ANSWERED, now
