"""The heart: one rating is recorded, superseding an earlier one, with its case and its forward in one commit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.actions.casework import better_withdrawn, follow, note_rating_change, open_case, rated_better
from hotline.actions.forward import forward
from hotline.actions.register import note_use, standing_entry
from hotline.rules.policy import Policy
from hotline.rules.scale import Scale, is_bad
from hotline.rules.script import Channel
from hotline.rules.signals import Sign
from hotline.tables import Invitation, Rating, ServiceRecord
from hotline.tables.service import OPEN_INVITATION_STATES, InvitationState, RatingState

LATE = "late"  # the flag of a rating that came after every invitation to it had ended
LONGEST_COMMENT = 2000  # characters of one rating's comment in all; longer ones are no citizen's


@dataclass(frozen=True, slots=True)
class Given:
    """What a citizen gave: stars, and how they came about. `raw` and `comment` have phone numbers masked.

    `given_at`: when, if we learn of it later than it was given; None = now.
    """

    stars: int
    channel: Channel
    raw: str
    scale: Scale
    script: str
    rule: str
    comment: str | None = None
    flags: tuple[str, ...] = ()
    given_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Added:
    """What a citizen adds to a rating of theirs: codes of reasons, free words (numbers masked), and by which rule."""

    rule: str
    reasons: tuple[str, ...] = ()
    comment: str | None = None


def rate(session: Session, record_id: int, given: Given, policy: Policy, now: datetime) -> Rating:
    """Record the citizen's rating of a record; the last word counts, and earlier ones are kept as superseded.

    The same stars once more keep the reasons and the words that were given with them. Once the citizen was asked again,
    after rectification, what they give is their second rating (追评), and the first one stays.
    """
    record = in_turn(session, record_id)
    round_ = round_now(session, record_id)
    earlier = active_rating(session, record_id, round_)
    again = earlier if earlier is not None and earlier.stars == given.stars else None
    given_at = given.given_at or now
    early = [str(Sign.EARLY)] if given_at < record.completed_at else []
    entry = None if Sign.OTHER_PHONE in given.flags else standing_entry(session, record.phone_lookup, given_at)
    known = [] if entry is None else [str(Sign.REGISTERED)]
    rating = Rating(
        record=record,
        stars=given.stars,
        channel=given.channel,
        raw=given.raw,
        scale=given.scale,
        script=given.script,
        rule=given.rule,
        reasons=again.reasons if again else [],
        comment=_joined(again.comment if again else None, given.comment),
        rated_at=given_at,
        flags=[*early, *given.flags, *known],
        round=round_,
        is_default=False,
    )
    _supersede(session, earlier, rating, now)
    if entry is not None:
        note_use(session, rating, entry, now)
    _close_invitations(session, record_id, now)
    if earlier is not None:
        note_rating_change(session, rating, f"{earlier.stars} → {rating.stars}", now)
    if is_bad(rating.stars):
        open_case(session, rating, policy, now)
    else:
        rated_better(session, rating, now)
    return rating


def round_now(session: Session, record_id: int) -> int:
    """2 once the citizen was asked a second time about the record, after rectification."""
    return session.scalar(select(func.max(Invitation.round)).where(Invitation.record_id == record_id)) or 1


def add_to_rating(session: Session, record_id: int, added: Added, now: datetime) -> Rating | None:
    """Reasons or words for the stars that count: a new rating that says so too, given when the stars were.

    None if no rating counts any more. A case follows it.
    """
    record = in_turn(session, record_id)
    earlier = active_rating(session, record_id)
    if earlier is None:
        return None
    rating = Rating(
        record=record,
        stars=earlier.stars,
        channel=earlier.channel,
        raw=earlier.raw,
        scale=earlier.scale,
        script=earlier.script,
        rule=added.rule,
        reasons=[*earlier.reasons, *(code for code in added.reasons if code not in earlier.reasons)],
        comment=_joined(earlier.comment, added.comment),
        rated_at=earlier.rated_at,
        flags=earlier.flags,
        round=earlier.round,
        is_default=earlier.is_default,
    )
    _supersede(session, earlier, rating, now)
    follow(session, rating)
    return rating


def has_room(rating: Rating, words: str | None) -> bool:
    """Is the comment of that rating no longer than one may be, when the words are added?"""
    return len(rating.comment or "") + len(words or "") < LONGEST_COMMENT


def _joined(words: str | None, more: str | None) -> str | None:
    """Each once, as far as there is room."""
    if words and more and more not in words.split("\n"):
        return f"{words}\n{more}"[:LONGEST_COMMENT]
    joined = words or more
    return joined[:LONGEST_COMMENT] if joined else None


def _supersede(session: Session, earlier: Rating | None, rating: Rating, now: datetime) -> None:
    """From now on `rating` counts, and is told to the store, as is that `earlier` does not."""
    if earlier is not None:
        _leave(session, earlier, RatingState.SUPERSEDED, now)
    rating.supersedes_id = None if earlier is None else earlier.id
    rating.state, rating.version = RatingState.ACTIVE, 1
    session.add(rating)
    session.flush()
    forward(session, rating, now)


def withdraw(session: Session, record_id: int, policy: Policy, now: datetime) -> bool:
    """The citizen takes back what they rated the record last; False if that counts no more. An open case stays, for its
    agent to see.

    Who has taken back the second rating (追评) has not meant the first one too, by saying so twice.
    """
    in_turn(session, record_id)
    last_round = session.scalar(select(func.max(Rating.round)).where(Rating.record_id == record_id))
    rating = active_rating(session, record_id, last_round)
    if rating is None:
        return False
    _leave(session, rating, RatingState.WITHDRAWN, now)
    note_rating_change(session, rating, f"{rating.stars} → –", now)
    left = active_rating(session, record_id)
    if left is not None and is_bad(left.stars):
        better_withdrawn(session, rating, policy, now)
    return True


def in_turn(session: Session, record_id: int) -> ServiceRecord:
    """The record, locked: two answers to it at once take turns. Who locks invitations too locks records first."""
    return session.scalars(
        select(ServiceRecord).where(ServiceRecord.id == record_id).with_for_update(key_share=True)
    ).one()


def exclude(session: Session, rating: Rating, now: datetime) -> bool:
    """A reviewer decided that the rating does not count. The record is locked. False if it counts no more already."""
    session.refresh(rating, ["state"])
    if rating.state is not RatingState.ACTIVE:
        return False
    _leave(session, rating, RatingState.EXCLUDED, now)
    return True


def active_rating(session: Session, record_id: int, round_: int | None = None) -> Rating | None:
    """The rating that counts, of that round; without one, of the last round that has any."""
    counts = select(Rating).where(Rating.record_id == record_id, Rating.state == RatingState.ACTIVE)
    if round_ is not None:
        counts = counts.where(Rating.round == round_)
    return session.scalar(counts.order_by(Rating.round.desc()).limit(1))


def last_stars(session: Session, record_id: int) -> int:
    """Of the record's last rating, also when it was taken back meanwhile. The record has been rated."""
    last = select(Rating.stars).where(Rating.record_id == record_id).order_by(Rating.id.desc()).limit(1)
    return session.scalars(last).one()


def has_rated_since(session: Session, record_id: int, moment: datetime) -> bool:
    """Has the citizen rated the record after that moment, whatever became of the rating?"""
    later = select(Rating.id).where(Rating.record_id == record_id, Rating.rated_at > moment).limit(1)
    return session.scalar(later) is not None


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


def forward_again(session: Session, record_id: int, now: datetime) -> None:
    """What is known of the record has changed: the store is told each of its ratings once more."""
    for rating in session.scalars(select(Rating).where(Rating.record_id == record_id).order_by(Rating.id)):
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
