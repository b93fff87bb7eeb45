"""phone: where a call came from and where it stands, voices left, records that a call told us of first"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_JSON = sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("service_records") as table:
        table.add_column(sa.Column("number_digits", sa.String(length=64), nullable=True))
        table.add_column(sa.Column("provisional", sa.Boolean(), server_default=sa.false(), nullable=False))
        table.add_column(sa.Column("is_elder", sa.Boolean(), server_default=sa.false(), nullable=False))
        table.create_index(op.f("ix_service_records_number_digits"), ["number_digits"])
        table.create_index(
            "ix_service_records_provisional",
            ["phone_lookup"],
            sqlite_where=sa.text("provisional"),
            postgresql_where=sa.text("provisional"),
        )
    _fill_digits()

    with op.batch_alter_table("calls") as table:
        table.add_column(sa.Column("record_id", _ID, nullable=True))
        table.add_column(sa.Column("way", sa.String(length=24), server_default="calling", nullable=False))
        table.add_column(sa.Column("reference", sa.String(length=64), nullable=True))
        table.add_column(sa.Column("flow", sa.String(length=64), nullable=True))
        table.add_column(sa.Column("step", sa.String(length=32), nullable=True))
        table.add_column(sa.Column("is_elder", sa.Boolean(), server_default=sa.false(), nullable=False))
        table.add_column(sa.Column("facts", _JSON, server_default="{}", nullable=False))
        table.add_column(sa.Column("misses", sa.Integer(), server_default="0", nullable=False))
        table.add_column(sa.Column("answered_at", _MOMENT, nullable=True))
        table.create_foreign_key(op.f("fk_calls_record_id_service_records"), "service_records", ["record_id"], ["id"])
        table.create_index(op.f("ix_calls_record_id"), ["record_id"])
        table.create_index(op.f("ix_calls_created_at"), ["created_at"])
    op.execute("UPDATE calls SET way = 'called' WHERE NOT inbound")
    op.execute(
        "UPDATE calls SET record_id = (SELECT record_id FROM invitations WHERE invitations.id = calls.invitation_id)"
        " WHERE invitation_id IS NOT NULL"
    )

    with op.batch_alter_table("call_turns") as table:
        table.add_column(sa.Column("step", sa.String(length=32), server_default="ask", nullable=False))
        table.add_column(sa.Column("tries", sa.Integer(), server_default="1", nullable=False))

    op.create_table(
        "recordings",
        sa.Column("call_id", _ID, nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("record_id", _ID, nullable=True),
        sa.Column("carrier", sa.String(length=24), nullable=False),
        sa.Column("external_id", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("file", sa.String(length=64), nullable=True),
        sa.Column("error_code", sa.String(length=64), nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("kept_at", _MOMENT, nullable=True),
        sa.Column("erased_at", _MOMENT, nullable=True),
        sa.Column("heard_at", _MOMENT, nullable=True),
        sa.Column("heard_by", sa.String(length=64), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("id", _ID, nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_recordings_call_id_calls")),
        sa.ForeignKeyConstraint(
            ["record_id"], ["service_records.id"], name=op.f("fk_recordings_record_id_service_records")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recordings")),
        sa.UniqueConstraint("carrier", "external_id", name=op.f("uq_recordings_carrier_external_id")),
    )
    op.create_index(op.f("ix_recordings_call_id"), "recordings", ["call_id"])
    op.create_index(op.f("ix_recordings_record_id"), "recordings", ["record_id"])
    op.create_index("ix_recordings_state", "recordings", ["state", "created_at"])


def _fill_digits() -> None:
    """What of a record's number can be keyed in; SQLite has no function for it."""
    records = sa.table("service_records", sa.column("id"), sa.column("number"), sa.column("number_digits"))
    connection, last = op.get_bind(), 0
    while True:
        page = sa.select(records.c.id, records.c.number).where(records.c.id > last).order_by(records.c.id).limit(10_000)
        rows = connection.execute(page).all()
        if not rows:
            return
        digits = [{"of": row.id, "digits": re.sub(r"[^0-9]", "", row.number)} for row in rows]
        connection.execute(
            sa.update(records)
            .where(records.c.id == sa.bindparam("of"))
            .values(number_digits=sa.bindparam("digits")),
            digits,
        )
        last = rows[-1].id


def downgrade() -> None:
    op.drop_table("recordings")
    with op.batch_alter_table("call_turns") as table:
        table.drop_column("tries")
        table.drop_column("step")
    with op.batch_alter_table("calls") as table:
        table.drop_index(op.f("ix_calls_created_at"))
        table.drop_index(op.f("ix_calls_record_id"))
        table.drop_constraint(op.f("fk_calls_record_id_service_records"), type_="foreignkey")
        for column in ("answered_at", "misses", "facts", "is_elder", "step", "flow", "reference", "way", "record_id"):
            table.drop_column(column)
    with op.batch_alter_table("service_records") as table:
        table.drop_index("ix_service_records_provisional")
        table.drop_index(op.f("ix_service_records_number_digits"))
        for column in ("is_elder", "provisional", "number_digits"):
            table.drop_column(column)
