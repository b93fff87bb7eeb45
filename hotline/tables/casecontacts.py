"""Each contact with the citizen about a case, or try at one, as the agent writes it down; never changed."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hotline.rules.contacts import ContactResult, ContactWay
from hotline.tables.base import Base, HasId, Word


class CaseContact(HasId, Base):
    """Who contacted the citizen when, how, and what came of it. `attempt_id`: the call of ours that it was; `rang`: a
    call in vain of which only this tells; `call_at`: when they asked to be called."""

    __tablename__ = "case_contacts"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(64))
    way: Mapped[ContactWay] = mapped_column(Word(ContactWay))
    result: Mapped[ContactResult] = mapped_column(Word(ContactResult))
    note: Mapped[str | None] = mapped_column(Text)
    rang: Mapped[bool]
    call_at: Mapped[datetime | None]
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("attempts.id"), unique=True)
