"""log-in: sessions as rows, second factor, recovery codes, former passwords; the audit log as a chain"""

import json
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_SEAL = sa.String(length=64)
_BATCH = 1000


def upgrade() -> None:
    _change_users()
    _create(
        "console_sessions",
        sa.Column("digest", _SEAL, nullable=False),
        sa.Column("began_at", _MOMENT, nullable=False),
        sa.Column("proved_at", _MOMENT, nullable=True),
        sa.Column("completed_at", _MOMENT, nullable=True),
        sa.Column("seen_at", _MOMENT, nullable=False),
        sa.Column("proposed_box", sa.LargeBinary(), nullable=True),
        sa.Column("browser", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.Column("why", sa.String(length=24), nullable=True),
        sa.UniqueConstraint("digest", name=op.f("uq_console_sessions_digest")),
    )
    op.create_index("ix_console_sessions_user_id_seen_at", "console_sessions", ["user_id", "seen_at"])
    _create(
        "recovery_codes",
        sa.Column("digest", _SEAL, nullable=False),
        sa.Column("used_at", _MOMENT, nullable=True),
    )
    _create(
        "former_passwords",
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("replaced_at", _MOMENT, nullable=False),
    )
    for name in ("recovery_codes", "former_passwords"):
        op.create_index(op.f(f"ix_{name}_user_id"), name, ["user_id"])
    op.create_table(
        "audit_checks",
        sa.Column("began_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("number", _ID, nullable=False),
        sa.Column("seal", _SEAL, nullable=False),
        sa.Column("fault", sa.String(length=24), nullable=True),
        sa.Column("id", _ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_checks")),
    )
    _chain_the_audit_log()


def _change_users() -> None:
    with op.batch_alter_table("users") as table:
        table.drop_column("session_epoch")
        table.add_column(sa.Column("password_set_at", _MOMENT, nullable=True))
        table.add_column(sa.Column("must_change_password", sa.Boolean(), server_default=sa.false(), nullable=False))
        table.add_column(sa.Column("totp_box", sa.LargeBinary(), nullable=True))
        table.add_column(sa.Column("totp_since", _MOMENT, nullable=True))
        table.add_column(sa.Column("totp_step", _ID, server_default="0", nullable=False))
        table.add_column(sa.Column("unlocked_at", _MOMENT, nullable=True))
    op.execute("UPDATE users SET password_set_at = created_at")
    with op.batch_alter_table("users") as table:
        table.alter_column("password_set_at", existing_type=_MOMENT, nullable=False)
        table.alter_column("must_change_password", existing_type=sa.Boolean(), server_default=None)
        table.alter_column("totp_step", existing_type=_ID, server_default=None)


def _create(name: str, *more: sa.schema.SchemaItem) -> None:
    """A table of things that a user has."""
    op.create_table(
        name,
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("id", _ID, nullable=False),
        *more,
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f(f"fk_{name}_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )


_entries = sa.table(
    "audit_entries",
    sa.column("id", _ID),
    sa.column("at", _MOMENT),
    sa.column("actor", sa.String()),
    sa.column("action", sa.String()),
    sa.column("subject", sa.String()),
    sa.column("facts", sa.JSON().with_variant(JSONB(), "postgresql")),
    sa.column("number", _ID),
    sa.column("previous", sa.String()),
    sa.column("seal", sa.String()),
)


def _chain_the_audit_log() -> None:
    """What was kept so far is sealed as it is found, in the order in which it was written."""
    with op.batch_alter_table("audit_entries") as table:
        table.add_column(sa.Column("number", _ID, nullable=True))
        table.add_column(sa.Column("previous", _SEAL, nullable=True))
        table.add_column(sa.Column("seal", _SEAL, nullable=True))
    connection, number, seal, last = op.get_bind(), 0, "0" * 64, 0
    update = _entries.update().where(_entries.c.id == sa.bindparam("row"))
    while True:
        following = sa.select(_entries).where(_entries.c.id > last).order_by(_entries.c.id).limit(_BATCH)
        rows = connection.execute(following).all()
        if not rows:
            break
        sealed = []
        for row in rows:
            number, previous = number + 1, seal
            seal = _seal(row, number, previous)
            sealed.append({"row": row.id, "number": number, "previous": previous, "seal": seal})
        connection.execute(update, sealed)
        last = rows[-1].id
    with op.batch_alter_table("audit_entries") as table:
        table.alter_column("number", existing_type=_ID, nullable=False)
        table.alter_column("previous", existing_type=_SEAL, nullable=False)
        table.alter_column("seal", existing_type=_SEAL, nullable=False)
        table.create_unique_constraint(op.f("uq_audit_entries_number"), ["number"])


def _seal(row: sa.Row[Any], number: int, previous: str) -> str:
    """As rules/audit_chain.py did when this migration was written."""
    at: datetime = row.at.replace(tzinfo=row.at.tzinfo or UTC).astimezone(UTC)
    fields = {
        "number": number,
        "at": at.isoformat(timespec="microseconds"),
        "actor": row.actor,
        "action": row.action,
        "subject": row.subject,
        "facts": row.facts,
        "previous": previous,
    }
    return sha256(json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def downgrade() -> None:
    with op.batch_alter_table("audit_entries") as table:
        table.drop_constraint(op.f("uq_audit_entries_number"), type_="unique")
        for column in ("seal", "previous", "number"):
            table.drop_column(column)
    for name in ("audit_checks", "former_passwords", "recovery_codes", "console_sessions"):
        op.drop_table(name)
    with op.batch_alter_table("users") as table:
        for column in ("unlocked_at", "totp_step", "totp_since", "totp_box", "must_change_password", "password_set_at"):
            table.drop_column(column)
        table.add_column(sa.Column("session_epoch", sa.Integer(), server_default="0", nullable=False))
    with op.batch_alter_table("users") as table:
        table.alter_column("session_epoch", existing_type=sa.Integer(), server_default=None)
