"""phone: keys that a PBX collected, caps on calls"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "pressed_keys",
        sa.Column("call_id", sa.String(length=64), nullable=False),
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("scale", sa.String(length=24), nullable=False),
        sa.Column("pressed_at", _MOMENT, nullable=False),
        sa.Column("received_at", _MOMENT, nullable=False),
        sa.Column("phone_lookup", sa.String(length=64), nullable=True),
        sa.Column("refused", sa.String(length=24), nullable=True),
        sa.Column("rating_id", _ID, nullable=True),
        sa.Column("id", _ID, nullable=False),
        sa.CheckConstraint("key BETWEEN 1 AND 5", name=op.f("ck_pressed_keys_key")),
        sa.ForeignKeyConstraint(["rating_id"], ["ratings.id"], name=op.f("fk_pressed_keys_rating_id_ratings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pressed_keys")),
        sa.UniqueConstraint("call_id", name=op.f("uq_pressed_keys_call_id")),
    )

    with op.batch_alter_table("calls") as table:
        table.add_column(sa.Column("begun_at", _MOMENT, nullable=True))
        table.create_index("ix_calls_cap", ["phone_lookup", "begun_at"])
        table.create_index(op.f("ix_calls_begun_at"), ["begun_at"])
    op.execute(  # caps count them; later than they really began, so that no number is called too often
        "UPDATE calls SET begun_at = coalesce(ended_at, created_at)"
        " WHERE NOT inbound AND state <> 'queued' AND NOT (state = 'ended' AND result IS NULL)"
    )
    with op.batch_alter_table("attempts") as table:
        table.add_column(sa.Column("citizen_rung_at", _MOMENT, nullable=True))
        table.create_index(op.f("ix_attempts_requested_at"), ["requested_at"])
    op.execute(
        "UPDATE attempts SET citizen_rung_at = coalesce(bridged_at, ended_at)"
        " WHERE result IN ('connected', 'busy', 'no_answer')"
    )


def downgrade() -> None:
    with op.batch_alter_table("attempts") as table:
        table.drop_index(op.f("ix_attempts_requested_at"))
        table.drop_column("citizen_rung_at")
    with op.batch_alter_table("calls") as table:
        table.drop_index(op.f("ix_calls_begun_at"))
        table.drop_index("ix_calls_cap")
        table.drop_column("begun_at")
    op.drop_table("pressed_keys")
