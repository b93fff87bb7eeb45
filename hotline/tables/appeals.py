"""Around an appeal: evidence files, explanations of the staff who were rated, and the register of malicious raters."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hotline.rules.evidence import FileKind
from hotline.tables.base import Base, HasId, HasPhone, Word
from hotline.tables.casework import Case
from hotline.tables.service import Rating


class Side(StrEnum):
    """Whose evidence it is: the unit's that appeals, or the citizen's, brought in by the centre."""

    UNIT = "unit"
    CITIZEN = "citizen"


class AppealFile(HasId, Base):
    """A file of evidence for an appeal, sealed. Never changed; in time its content is erased and the rest stays.

    The content is deferred: it is only read where it is downloaded.
    """

    __tablename__ = "appeal_files"
    __table_args__ = (
        UniqueConstraint("appeal_id", "side", "sha256"),
        Index(
            "ix_appeal_files_kept",
            "added_at",
            sqlite_where=text("erased_at IS NULL"),
            postgresql_where=text("erased_at IS NULL"),
        ),
    )

    appeal_id: Mapped[int] = mapped_column(ForeignKey("case_appeals.id"))
    side: Mapped[Side] = mapped_column(Word(Side))
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[FileKind] = mapped_column(Word(FileKind))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    box: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    added_at: Mapped[datetime]
    added_by: Mapped[str] = mapped_column(String(64))
    erased_at: Mapped[datetime | None]


class CaseExplanation(HasId, Base):
    """What the member of staff who was rated says to a case: an explanation, and what they add to it later."""

    __tablename__ = "case_explanations"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    staff_no: Mapped[str] = mapped_column(String(64))
    words: Mapped[str] = mapped_column(Text)
    given_at: Mapped[datetime]
    given_by: Mapped[str] = mapped_column(String(64))


class RegisterState(StrEnum):
    """Where an entry of the register stands at a moment: only `standing` has any effect, and that is a flag."""

    PROPOSED = "proposed"
    REFUSED = "refused"
    STANDING = "standing"
    EXPIRED = "expired"
    ENDED = "ended"


class RegisterEntry(HasId, HasPhone, Base):
    """A number in the register of malicious raters (恶意评价人名录): proposed by one person, decided on by another, and
    over by itself when `expires_at` has passed. `rating_id`: the excluded rating that it rests on."""

    __tablename__ = "register_entries"

    rating_id: Mapped[int] = mapped_column(ForeignKey("ratings.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    reason: Mapped[str] = mapped_column(Text)
    proposed_at: Mapped[datetime] = mapped_column(index=True)
    proposed_by: Mapped[str] = mapped_column(String(64))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(64))
    accepted: Mapped[bool | None]
    decision: Mapped[str | None] = mapped_column(Text)
    expires_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(64))
    end_reason: Mapped[str | None] = mapped_column(Text)

    case: Mapped[Case] = relationship()

    def state(self, now: datetime) -> RegisterState:
        if self.accepted is None:
            return RegisterState.PROPOSED
        if not self.accepted:
            return RegisterState.REFUSED
        if self.ended_at is not None:
            return RegisterState.ENDED
        assert self.expires_at is not None
        return RegisterState.STANDING if now < self.expires_at else RegisterState.EXPIRED


class RegisterObjection(HasId, Base):
    """What a citizen says against standing in the register, as a person wrote it down, and what was decided."""

    __tablename__ = "register_objections"
    __table_args__ = (
        Index(
            "uq_register_objections_open",
            "entry_id",
            unique=True,
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
    )

    entry_id: Mapped[int] = mapped_column(ForeignKey("register_entries.id"), index=True)
    words: Mapped[str] = mapped_column(Text)
    filed_at: Mapped[datetime]
    filed_by: Mapped[str] = mapped_column(String(64))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(64))
    upheld: Mapped[bool | None]
    decision: Mapped[str | None] = mapped_column(Text)


class RegisterUse(HasId, Base):
    """A rating that was flagged because its number stood in the register."""

    __tablename__ = "register_uses"
    __table_args__ = (UniqueConstraint("entry_id", "rating_id"),)

    entry_id: Mapped[int] = mapped_column(ForeignKey("register_entries.id"))
    rating_id: Mapped[int] = mapped_column(ForeignKey("ratings.id"))
    flagged_at: Mapped[datetime]

    rating: Mapped[Rating] = relationship(lazy="joined", innerjoin=True)
