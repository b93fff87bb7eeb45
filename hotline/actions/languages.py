"""The language a citizen asked for, per number: it goes before that of any record."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.privacy import SealedPhone
from hotline.rules.policy import Policy
from hotline.tables import LanguageChoice


def choose_language(session: Session, phone: SealedPhone, language: str, now: datetime) -> None:
    """From now on this number is written to in `language`. Every choice is kept; the last one counts."""
    session.add(LanguageChoice(phone=phone, language=language, chosen_at=now))
    session.flush()


def chosen_language(session: Session, phone_lookup: str, policy: Policy) -> str | None:
    """The language this number chose last, if the city still speaks it."""
    language = session.scalar(
        select(LanguageChoice.language)
        .where(LanguageChoice.phone_lookup == phone_lookup)
        .order_by(LanguageChoice.id.desc())
        .limit(1)
    )
    return language if language in policy.languages else None
