"""What the review list shows: its tabs and pages, and of one text the conversation around it and what it may rate."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from hotline.actions.reviews import open_reviews
from hotline.errors import NotFound
from hotline.tables import InboundText, Invitation, OutboundText, Rating, ReviewItem, ServiceRecord
from hotline.tables.contacts import TextState
from hotline.tables.service import OPEN_INVITATION_STATES, RatingState

PAGE_SIZE = 25
_MOST_MESSAGES = 8  # of each direction
_MOST_RECORDS = 8
_THREAD_BEGINS = timedelta(days=30)  # before the text
_THREAD_ENDS = timedelta(days=3)  # after it
_OUT = (TextState.SENDING, TextState.UNKNOWN, TextState.SENT, TextState.DELIVERED, TextState.UNDELIVERED)


class Tab(StrEnum):
    """Which texts are listed: those to be read now, those that the citizen may yet settle, those decided on."""

    DUE = "due"
    WAITING = "waiting"
    DECIDED = "decided"


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list, and whether another follows."""

    items: Sequence[ReviewItem]
    number: int
    has_next: bool


@dataclass(frozen=True, slots=True)
class Message:
    """One line of a conversation: ours or the citizen's, numbers masked. `is_it`: the text to be read."""

    at: datetime
    ours: bool
    body: str
    is_it: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that the text may be about, when it was asked about, and the rating that stands."""

    record: ServiceRecord
    asked_at: datetime | None
    is_open: bool
    stars: int | None


@dataclass(frozen=True, slots=True)
class Reply:
    """All that a person needs to decide on one text."""

    item: ReviewItem
    thread: Sequence[Message]
    candidates: Sequence[Candidate]
    rated: Rating | None
    next_id: int | None

    @property
    def likely(self) -> int | None:
        """The record that is chosen beforehand: the only candidate, or the only one whose invitation is open."""
        opened = [one for one in self.candidates if one.is_open]
        (*_, one) = opened if len(opened) == 1 else self.candidates if len(self.candidates) == 1 else (None,)
        return None if one is None else one.record.id


def count_due(session: Session, now: datetime) -> int:
    """How many texts a person has to read now."""
    return session.scalar(select(func.count()).select_from(open_reviews(now).order_by(None).subquery())) or 0


def list_page(session: Session, tab: Tab, number: int, now: datetime) -> Page:
    """Page `number` (from 1) of a tab: the longest due first, and of those decided on the latest."""
    found = session.scalars(_listed(tab, now).limit(PAGE_SIZE + 1).offset((number - 1) * PAGE_SIZE)).all()
    return Page(found[:PAGE_SIZE], number, len(found) > PAGE_SIZE)


def _listed(tab: Tab, now: datetime) -> Select[ReviewItem]:
    if tab is Tab.DECIDED:
        decided = select(ReviewItem).where(ReviewItem.decision.is_not(None))
        return decided.order_by(ReviewItem.decided_at.desc(), ReviewItem.id.desc())
    return open_reviews(now, waiting=tab is Tab.WAITING)


def read_reply(session: Session, item_id: int, now: datetime) -> Reply:
    """The text of a review item with what is around it. Raises NotFound."""
    item = session.get(ReviewItem, item_id)
    if item is None:
        raise NotFound(f"review item {item_id}")
    following = open_reviews(now).where(ReviewItem.id != item_id).limit(1)
    return Reply(
        item=item,
        thread=_thread(session, item.text),
        candidates=_candidates(session, item.text.phone_lookup, now),
        rated=session.get(Rating, item.rating_id) if item.rating_id else None,
        next_id=session.scalar(following.with_only_columns(ReviewItem.id)),
    )


def _thread(session: Session, text: InboundText) -> list[Message]:
    """What this number and we wrote to one another around the time of the text, oldest first."""
    begins, ends = text.received_at - _THREAD_BEGINS, text.received_at + _THREAD_ENDS
    received = session.scalars(
        select(InboundText)
        .where(InboundText.phone_lookup == text.phone_lookup, InboundText.received_at.between(begins, ends))
        .order_by(InboundText.id.desc())
        .limit(_MOST_MESSAGES)
    ).all()
    sent = session.scalars(
        select(OutboundText)
        .where(OutboundText.phone_lookup == text.phone_lookup, OutboundText.state.in_(_OUT))
        .where(OutboundText.created_at.between(begins, ends))
        .order_by(OutboundText.id.desc())
        .limit(_MOST_MESSAGES)
    ).all()
    if text not in received:
        received = [*received, text]
    messages = [Message(one.begun_at or one.created_at, True, one.body) for one in reversed(sent)]
    for one in reversed(received):
        messages.append(Message(one.received_at, False, one.body, is_it=one.id == text.id))
        if one.answer is not None:
            messages.append(Message(one.received_at, True, one.answer))
    return sorted(messages, key=lambda message: message.at)


def _candidates(session: Session, phone_lookup: str, now: datetime) -> list[Candidate]:
    """The number's records that were asked about, open ones first, then the latest; of a batch, the one that leads."""
    records = session.scalars(
        select(ServiceRecord)
        .where(ServiceRecord.phone_lookup == phone_lookup, ServiceRecord.lead_id.is_(None))
        .order_by(ServiceRecord.id.desc())
        .limit(_MOST_RECORDS)
    ).all()
    ids = [record.id for record in records]
    asked: dict[int, Invitation] = {}
    for invitation in session.scalars(select(Invitation).where(Invitation.record_id.in_(ids)).order_by(Invitation.id)):
        asked[invitation.record_id] = invitation
    active = select(Rating.record_id, Rating.stars).where(Rating.record_id.in_(ids), Rating.state == RatingState.ACTIVE)
    stars: dict[int, int] = {row.record_id: row.stars for row in session.execute(active)}
    found = [_candidate(record, asked.get(record.id), stars.get(record.id), now) for record in records]
    return sorted(found, key=lambda one: not one.is_open)


def _candidate(record: ServiceRecord, invitation: Invitation | None, stars: int | None, now: datetime) -> Candidate:
    if invitation is None:
        return Candidate(record, None, False, stars)
    expired = invitation.expires_at is not None and invitation.expires_at <= now
    is_open = invitation.state in OPEN_INVITATION_STATES and not expired
    return Candidate(record, invitation.sent_at, is_open, stars)
