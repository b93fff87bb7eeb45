"""What Alembic runs: on the connection it is given."""

from typing import Any, Literal

from alembic import context

from hotline.tables import Base
from hotline.tables.base import WORD_LENGTH, UtcDateTime, Word


def render_item(kind: str, item: Any, _autogenerate: Any) -> str | Literal[False]:
    """A migration names plain database types, so that it outlives today's classes."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Word):
        return f"sa.String(length={WORD_LENGTH})"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=render_item,
)
with context.begin_transaction():
    context.run_migrations()
