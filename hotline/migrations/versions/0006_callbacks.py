"""callbacks: contacts with the citizen, the order of the queue, skills, when to call"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_WORD = sa.String(length=24)
_DESKS_TURN = (
    "state IN ('centre_callback', 'explained', 'opened')"
    " OR (dept_code IS NULL AND state IN ('centre_callback', 'contacted', 'explained', 'opened', 'verified'))"
)
_IN_ORDER = ["due_at", "our_time", "opened_at", "id"]


def upgrade() -> None:
    with op.batch_alter_table("cases") as table:
        table.add_column(sa.Column("due_at", _MOMENT, nullable=True))
        table.add_column(sa.Column("call_at", _MOMENT, nullable=True))
        table.add_column(sa.Column("our_time", sa.Boolean(), server_default=sa.true(), nullable=False))
        table.add_column(sa.Column("skill", sa.String(length=32), nullable=True))
    with op.batch_alter_table("users") as table:
        skills = sa.JSON().with_variant(JSONB(), "postgresql")
        table.add_column(sa.Column("skills", skills, server_default="[]", nullable=False))
        table.add_column(sa.Column("call_mode", _WORD, server_default="manual", nullable=False))
    op.create_table(
        "case_contacts",
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("way", _WORD, nullable=False),
        sa.Column("result", _WORD, nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("rang", sa.Boolean(), nullable=False),
        sa.Column("call_at", _MOMENT, nullable=True),
        sa.Column("attempt_id", _ID, nullable=True),
        sa.Column("id", _ID, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_contacts_case_id_cases")),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_case_contacts_attempt_id_attempts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_contacts")),
        sa.UniqueConstraint("attempt_id", name=op.f("uq_case_contacts_attempt_id")),
    )
    op.create_index(op.f("ix_case_contacts_case_id"), "case_contacts", ["case_id"])
    # Cases of the first releases have no rows of deadlines, only the first contact's.
    op.execute(
        "UPDATE cases SET due_at = COALESCE("
        "(SELECT min(d.due_at) FROM case_deadlines d WHERE d.case_id = cases.id"
        " AND d.met_at IS NULL AND d.dropped_at IS NULL AND d.kind <> 're_rating'),"
        " CASE WHEN state = 'opened' THEN first_contact_due_at END)"
        " WHERE closed_at IS NULL"
    )
    # SQLite would read the queue from these, and sort it.
    op.drop_index("ix_cases_queue", "cases")
    op.drop_index("ix_cases_closed_at", "cases")
    _index("ix_cases_closed_at", "closed_at IS NOT NULL", "closed_at")
    _index("ix_cases_holder_id", "holder_id IS NOT NULL", "holder_id")
    _index("ix_cases_open", "closed_at IS NULL", *_IN_ORDER)
    _index("ix_cases_desk", _DESKS_TURN, *_IN_ORDER)


def _index(name: str, condition: str, *columns: str) -> None:
    where = sa.text(condition)
    op.create_index(name, "cases", columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for name in ("ix_cases_desk", "ix_cases_open", "ix_cases_holder_id", "ix_cases_closed_at"):
        op.drop_index(name, "cases")
    op.create_index("ix_cases_closed_at", "cases", ["closed_at"])
    op.create_index("ix_cases_queue", "cases", ["state", "first_contact_due_at"])
    op.drop_table("case_contacts")
    # The release before does not know these words, and would stop at the first row that has one.
    op.execute("DELETE FROM case_notices WHERE kind IN ('extension_granted', 'extension_refused')")
    with op.batch_alter_table("users") as table:
        table.drop_column("call_mode")
        table.drop_column("skills")
    with op.batch_alter_table("cases") as table:
        for column in ("skill", "our_time", "call_at", "due_at"):
            table.drop_column(column)
