"""What every table shares: naming convention, column types that mean the same on SQLite and PostgreSQL, mixins."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Index, Integer, LargeBinary, MetaData, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from hotline.privacy import SealedPhone
from hotline.rules.phones import SHOWN_NOBODY, PhoneKind

WORD_LENGTH = 24


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC)


class Word(TypeDecorator[StrEnum]):
    """A StrEnum stored as its plain word."""

    impl = String(WORD_LENGTH)
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:
        return None if value is None else str(self.kind(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.kind(value)


BigInt = BigInteger().with_variant(Integer(), "sqlite")
Json = JSON().with_variant(JSONB(), "postgresql")


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {datetime: UtcDateTime, dict[str, Any]: Json, list[str]: Json}


def only_those(name: str, condition: str, *columns: str, unique: bool = False) -> Index:
    """An index of the few rows that matter."""
    return Index(name, *columns, unique=unique, sqlite_where=text(condition), postgresql_where=text(condition))


class HasId:
    id: Mapped[int] = mapped_column(BigInt, primary_key=True)


class HasPhone:
    """A phone number, sealed: three columns, used as one value."""

    phone_lookup: Mapped[str] = mapped_column(String(64), index=True)
    phone_box: Mapped[bytes] = mapped_column(LargeBinary)
    phone_masked: Mapped[str] = mapped_column(String(32))
    phone_kind: Mapped[PhoneKind] = mapped_column(Word(PhoneKind))

    @property
    def is_hidden(self) -> bool:
        """Nobody knows whose it is: neither compared with another number nor asked."""
        return self.phone_masked == SHOWN_NOBODY

    @property
    def phone(self) -> SealedPhone:
        return SealedPhone(self.phone_lookup, self.phone_box, self.phone_masked, self.phone_kind)

    @phone.setter
    def phone(self, phone: SealedPhone) -> None:
        self.phone_lookup, self.phone_box = phone.lookup, phone.box
        self.phone_masked, self.phone_kind = phone.masked, phone.kind
