"""The review list: texts that no rule could read for certain, each assigned or dismissed by a person, once."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from hotline.actions.rate import LATE, Given, has_rated_since, rate
from hotline.actions.turns import wait_turn
from hotline.actions.wording import script_in_use, script_said
from hotline.errors import BadInput, Conflict, NotFound
from hotline.rules.matching import words_beside
from hotline.rules.policy import Policy
from hotline.rules.replies import parse
from hotline.rules.scale import Scale
from hotline.rules.script import Channel, Script
from hotline.rules.written import seen
from hotline.tables import InboundText, Invitation, Rating, ReviewItem, ServiceRecord
from hotline.tables.replies import Decision, Why

_LONGEST_NOTE = 2000


def add_review(session: Session, text: InboundText, why: Why, due_at: datetime, now: datetime) -> None:
    """A person is to read the text from `due_at` on. Once for a text: what waits for it already comes due sooner."""
    known = session.scalar(select(ReviewItem).where(ReviewItem.text_id == text.id))
    if known is None:
        session.add(ReviewItem(text=text, why=why, created_at=now, due_at=due_at))
        session.flush()
    elif known.decision is None:
        known.due_at = min(known.due_at, due_at)


def settle(session: Session, texts: Select[int], why: Sequence[Why], now: datetime) -> int:
    """The citizen has said it clearly: of those inbound texts (a select of their ids), none need be read any more.

    Only items that wait for one of the reasons in `why`; returns how many there were.
    """
    result = session.execute(
        update(ReviewItem)
        .where(ReviewItem.text_id.in_(texts), ReviewItem.decision.is_(None), ReviewItem.why.in_(why))
        .values(decision=Decision.SETTLED, decided_at=now)
    )
    assert isinstance(result, CursorResult)
    return result.rowcount


def open_reviews(now: datetime, *, waiting: bool = False) -> Select[ReviewItem]:
    """What a person may decide now, or what still waits for the citizen; the longest due first."""
    is_due = ReviewItem.due_at > now if waiting else ReviewItem.due_at <= now
    return select(ReviewItem).where(ReviewItem.decision.is_(None), is_due).order_by(ReviewItem.due_at, ReviewItem.id)


def assign(
    session: Session, item_id: int, record_id: int, stars: int, user_name: str, policy: Policy, now: datetime
) -> Rating:
    """The text is a rating of that record, with these stars: kept as one given by text, with the rule `person`.

    Other unclear texts about the record need not be read any more.
    Raises NotFound, BadInput naming `stars` or `record_id` (it must be a record of the same number), and Conflict
    (`review_decided`; `rated_later`: the citizen has rated the record after this text, and the last word counts;
    `read_otherwise`: what was read as a rating may only become what a newer parser reads, never what a person likes).
    """
    if stars not in range(1, 6):
        raise BadInput("stars", "must be 1 to 5")
    text = _text_of(session, item_id)
    wait_turn(session, text.phone_lookup)
    record = session.get(ServiceRecord, record_id)
    if record is None or record.phone_lookup != text.phone_lookup:
        raise BadInput("record_id", "is no record of the number that wrote this text")
    record_id = record.lead_id or record.id
    script = _script_they_read(session, record_id, policy)
    if text.stars is not None and _read_now(text, script.scale) != stars:
        raise Conflict("the text is a rating, and says something else", code="read_otherwise")
    if _is_open(session, item_id) and has_rated_since(session, record_id, text.received_at):
        raise Conflict("the citizen has rated this record after the text", code="rated_later")
    _decide(session, item_id, Decision.ASSIGNED, user_name, now)
    given = Given(
        stars=stars,
        channel=Channel.SMS,
        raw=text.body,
        scale=script.scale,
        script=script.id,
        rule="person",
        flags=(LATE,) if _is_late(session, record_id, text) else (),
    )
    rating = rate(session, record_id, given, policy, now)
    session.execute(update(ReviewItem).where(ReviewItem.id == item_id).values(rating_id=rating.id))
    about = select(InboundText.id).join(Invitation, Invitation.id == InboundText.invitation_id)
    settle(session, about.where(Invitation.record_id == record_id), (Why.UNCLEAR,), now)
    return rating


def dismiss(session: Session, item_id: int, note: str, user_name: str, now: datetime) -> None:
    """There is no rating in the text. Raises NotFound, BadInput naming `note`, and Conflict (`review_decided`)."""
    note = seen(note)
    if not note:
        raise BadInput("note", "is missing: write why the text is no rating")
    if len(note) > _LONGEST_NOTE:
        raise BadInput("note", f"is longer than {_LONGEST_NOTE} characters")
    wait_turn(session, _text_of(session, item_id).phone_lookup)
    _decide(session, item_id, Decision.DISMISSED, user_name, now, note)


def _read_now(text: InboundText, scale: Scale) -> int | None:
    """The stars that today's parser reads in the text, if any, by the scale that its record's invitation stated."""
    return parse(words_beside(text.body, text.read_before, text.read_from), scale).stars


def _text_of(session: Session, item_id: int) -> InboundText:
    item = session.get(ReviewItem, item_id)
    if item is None:
        raise NotFound(f"review item {item_id}")
    return item.text


def _decide(
    session: Session, item_id: int, decision: Decision, user_name: str, now: datetime, note: str | None = None
) -> None:
    result = session.execute(
        update(ReviewItem)
        .where(ReviewItem.id == item_id, ReviewItem.decision.is_(None))
        .values(decision=decision, decided_at=now, decided_by=user_name, note=note)
    )
    assert isinstance(result, CursorResult)
    if result.rowcount != 1:
        raise Conflict("the text has been decided on already", code="review_decided")


def _is_open(session: Session, item_id: int) -> bool:
    undecided = select(ReviewItem.id).where(ReviewItem.id == item_id, ReviewItem.decision.is_(None))
    return session.scalar(undecided) is not None


def _is_late(session: Session, record_id: int, text: InboundText) -> bool:
    """Did the text come after every invitation to rate the record had ended?"""
    ends = session.scalars(select(Invitation.expires_at).where(Invitation.record_id == record_id)).all()
    return bool(ends) and all(at is not None and at <= text.received_at for at in ends)


def _script_they_read(session: Session, record_id: int, policy: Policy) -> Script:
    """Of the text that asked about the record; else today's."""
    sent = session.scalar(
        select(Invitation.script)
        .where(Invitation.record_id == record_id, Invitation.channel == Channel.SMS)
        .order_by(Invitation.id.desc())
        .limit(1)
    )
    return script_in_use(session, policy.sms.script) if sent is None else script_said(session, sent)
