"""The question that was texted to a number last: one is open at a time, and one text answers it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hotline.actions.conversation.talk import Talk
from hotline.tables import InboundText, Question
from hotline.tables.replies import QuestionKind

WHICH_WAITS = timedelta(hours=24)
FEWEST_LISTED = 2


def open_question(session: Session, phone_lookup: str, now: datetime) -> Question | None:
    """The question this number's next text may answer; one whose time is over is closed."""
    question = session.scalar(
        select(Question).where(Question.phone_lookup == phone_lookup, Question.closed_at.is_(None)).with_for_update()
    )
    if question is not None and question.expires_at <= now:
        close_question(session, phone_lookup, now)
        return None
    return question


def ask_question(
    session: Session, phone_lookup: str, kind: QuestionKind, facts: dict[str, Any], waits: timedelta, now: datetime
) -> None:
    """From now on this is the open question, instead of any other."""
    close_question(session, phone_lookup, now)
    session.add(Question(phone_lookup=phone_lookup, kind=kind, facts=facts, asked_at=now, expires_at=now + waits))
    session.flush()


def ask_which(talk: Talk, invitation_ids: Sequence[int], waiting: InboundText | None = None) -> None:
    """The next text is to say which of these is meant; of one alone, only its score is still to come."""
    facts = {
        "invitations": list(invitation_ids),
        "asked_by": talk.kept.id,
        "text": None if waiting is None else waiting.id,
        "our_number": talk.text.our_number,
    }
    ask_question(talk.session, talk.number, QuestionKind.WHICH_ONE, facts, WHICH_WAITS, talk.now)


def await_score(talk: Talk, invitation_id: int | None) -> None:
    """The next score is of that invitation's record, whatever else waits for one; a muted number is asked nothing."""
    if invitation_id is not None and not talk.is_muted:
        ask_which(talk, [invitation_id])


def close_question(session: Session, phone_lookup: str, now: datetime) -> None:
    """Whatever is open for this number is answered, or is not asked any more."""
    session.execute(
        update(Question)
        .where(Question.phone_lookup == phone_lookup, Question.closed_at.is_(None))
        .values(closed_at=now)
    )


def last_list(talk: Talk) -> Question | None:
    """The last list that this number was sent, if it is still fresh; whether its question is closed or not."""
    questions = talk.session.scalars(
        select(Question)
        .where(Question.phone_lookup == talk.number, Question.kind == QuestionKind.WHICH_ONE)
        .where(Question.expires_at > talk.now)
        .order_by(Question.id.desc())
    )
    return next((one for one in questions if len(one.facts["invitations"]) >= FEWEST_LISTED), None)
