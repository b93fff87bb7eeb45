"""What an administrator writes: the versions of the scripts, beside those that come with the product."""

from datetime import datetime
from typing import Any

from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hotline.tables.base import Base, HasId


class ScriptVersion(HasId, Base):
    """One version of a script, never changed once activated. The one activated last is in use.

    `document`: `channel`, `scale` and `words`, as a script's file has them.
    """

    __tablename__ = "script_versions"
    __table_args__ = (UniqueConstraint("name", "version"),)

    name: Mapped[str] = mapped_column(String(48))
    version: Mapped[int]
    document: Mapped[dict[str, Any]]
    note: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(64))
    activated_at: Mapped[datetime | None]
    activated_by: Mapped[str | None] = mapped_column(String(64))
