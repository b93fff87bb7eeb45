"""A text from a citizen: kept once, whatever the carrier repeats; understood, acted on, answered."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hotline.actions.conversation.answer import answer_to
from hotline.actions.conversation.talk import Talk
from hotline.actions.turns import wait_turn
from hotline.messages import ReceivedText
from hotline.rules.phones import mask_phones_in
from hotline.rules.policy import Policy
from hotline.tables import InboundText

_MOST_ANSWERS = 20  # to one number in a day: whoever writes more is a machine, and two machines never come to an end
_DAY = timedelta(days=1)


def receive_text(session: Session, text: ReceivedText, policy: Policy, now: datetime) -> str | None:
    """Act on a text once; returns the answer for the citizen, the same for a repeated text, or None for silence."""
    wait_turn(session, text.phone.lookup)
    kept = InboundText(
        carrier=text.carrier,
        external_id=text.external_id,
        phone=text.phone,
        body=mask_phones_in(text.body, policy.region),
        body_box=text.body_box,
        our_number=text.our_number,
        received_at=now,
    )
    try:
        with session.begin_nested():
            session.add(kept)
    except IntegrityError:
        return session.scalars(
            select(InboundText.answer).where(
                InboundText.carrier == text.carrier, InboundText.external_id == text.external_id
            )
        ).one()
    is_muted = text.taken_as is not None or not text.is_from_phone
    is_muted = is_muted or _answers_of_a_day(session, text.phone.lookup, now) >= _MOST_ANSWERS
    answer = answer_to(Talk(session, text, kept, policy, now, is_muted))
    kept.answer = None if is_muted else answer
    return kept.answer


def _answers_of_a_day(session: Session, phone_lookup: str, now: datetime) -> int:
    answered = (
        select(func.count())
        .select_from(InboundText)
        .where(InboundText.phone_lookup == phone_lookup, InboundText.received_at > now - _DAY)
        .where(InboundText.answer.is_not(None))
    )
    return session.scalar(answered) or 0
