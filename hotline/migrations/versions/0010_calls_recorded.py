"""dialling: callbacks recorded with notice, and the carrier's words for a call that failed"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("attempts") as table:
        table.add_column(sa.Column("records", sa.Boolean(), server_default=sa.false(), nullable=False))
        table.add_column(sa.Column("noticed_at", _MOMENT, nullable=True))
        table.add_column(sa.Column("unrecorded_at", _MOMENT, nullable=True))
        table.add_column(sa.Column("error_code", sa.String(length=64), nullable=True))
    with op.batch_alter_table("recordings") as table:
        table.add_column(sa.Column("attempt_id", _ID, nullable=True))
        table.create_foreign_key(op.f("fk_recordings_attempt_id_attempts"), "attempts", ["attempt_id"], ["id"])
        table.create_index(op.f("ix_recordings_attempt_id"), ["attempt_id"])
        table.alter_column("call_id", existing_type=_ID, nullable=True)
        table.alter_column("turn", existing_type=sa.Integer(), nullable=True)


def downgrade() -> None:
    # The release before knows voice comments only; the sealed files of calls stay in their folder.
    op.execute("DELETE FROM outbox WHERE kind = 'stop_recording'")
    recordings = "SELECT 'recording:' || id FROM recordings WHERE call_id IS NULL"
    op.execute(f"DELETE FROM outbox WHERE kind = 'recording' AND key IN ({recordings})")
    op.execute("DELETE FROM recordings WHERE call_id IS NULL")
    with op.batch_alter_table("recordings") as table:
        table.alter_column("turn", existing_type=sa.Integer(), nullable=False)
        table.alter_column("call_id", existing_type=_ID, nullable=False)
        table.drop_index(op.f("ix_recordings_attempt_id"))
        table.drop_constraint(op.f("fk_recordings_attempt_id_attempts"), type_="foreignkey")
        table.drop_column("attempt_id")
    op.execute("UPDATE attempts SET state = 'citizen_ringing' WHERE state = 'notice'")
    with op.batch_alter_table("attempts") as table:
        for column in ("error_code", "unrecorded_at", "noticed_at", "records"):
            table.drop_column(column)
