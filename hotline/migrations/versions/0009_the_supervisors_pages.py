"""the supervisors' pages: what search, ledger and board find cases by; quality samples"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_OPEN = "met_at IS NULL AND dropped_at IS NULL"


def upgrade() -> None:
    op.add_column("cases", sa.Column("rated_dept_code", sa.String(length=64), nullable=True))
    op.execute(
        "UPDATE cases SET rated_dept_code ="
        " (SELECT dept_code FROM service_records WHERE service_records.id = cases.record_id)"
    )
    op.add_column("cases", sa.Column("missed", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute(
        "UPDATE cases SET missed = (1 = 1) WHERE id IN (SELECT case_id FROM case_deadlines"
        " WHERE COALESCE(met_at, dropped_at) > due_at AND kind <> 're_rating')"
    )
    op.drop_index("ix_cases_dept_code", "cases")
    op.create_index("ix_cases_dept_code", "cases", ["dept_code", "opened_at"])
    op.create_index("ix_cases_rated_dept_code", "cases", ["rated_dept_code", "opened_at"])
    op.create_index("ix_cases_responsible_id", "cases", ["responsible_id", "opened_at"])
    op.create_index("ix_cases_opened_at", "cases", ["opened_at", "id"])
    _index("ix_cases_open_state", "cases", ["state", "opened_at"], "closed_at IS NULL")
    _index("ix_cases_open_opened", "cases", ["opened_at", "id", "closed_at"], "closed_at IS NULL")
    _index("ix_cases_open_dept", "cases", ["dept_code", "rated_dept_code", "due_at", "closed_at"], "closed_at IS NULL")
    op.drop_index("ix_ratings_rated_at", "ratings")
    op.create_index("ix_ratings_rated_at", "ratings", ["rated_at", "state", "stars", "id"])
    op.create_index(op.f("ix_case_events_at"), "case_events", ["at"])
    _index("ix_case_deadlines_due_at", "case_deadlines", ["due_at"], _OPEN)
    _index("ix_case_extensions_asked_at", "case_extensions", ["asked_at"], "decided_at IS NULL")
    op.create_index(
        "ix_service_records_number", "service_records", ["number"], postgresql_ops={"number": "varchar_pattern_ops"}
    )
    op.create_table(
        "quality_draws",
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("agent_id", _ID, nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(length=32), nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["users.id"], name=op.f("fk_quality_draws_agent_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_draws")),
    )
    op.create_table(
        "quality_samples",
        sa.Column("draw_id", _ID, nullable=False),
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("agent_id", _ID, nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.ForeignKeyConstraint(["draw_id"], ["quality_draws.id"], name=op.f("fk_quality_samples_draw_id_quality_draws")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_quality_samples_case_id_cases")),
        sa.ForeignKeyConstraint(["agent_id"], ["users.id"], name=op.f("fk_quality_samples_agent_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_samples")),
        sa.UniqueConstraint("draw_id", "case_id", name=op.f("uq_quality_samples_draw_id_case_id")),
    )
    op.create_index(op.f("ix_quality_samples_agent_id"), "quality_samples", ["agent_id"])
    op.create_table(
        "quality_scores",
        sa.Column("sample_id", _ID, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("marks", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("id", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["quality_samples.id"], name=op.f("fk_quality_scores_sample_id_quality_samples")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_scores")),
    )
    op.create_index(op.f("ix_quality_scores_sample_id"), "quality_scores", ["sample_id"])


def _index(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for name in ("quality_scores", "quality_samples", "quality_draws"):
        op.drop_table(name)
    op.drop_index("ix_service_records_number", "service_records")
    op.drop_index("ix_ratings_rated_at", "ratings")
    op.create_index("ix_ratings_rated_at", "ratings", ["rated_at"])
    op.drop_index("ix_case_extensions_asked_at", "case_extensions")
    op.drop_index("ix_case_deadlines_due_at", "case_deadlines")
    op.drop_index(op.f("ix_case_events_at"), "case_events")
    for name in ("open_dept", "open_opened", "open_state", "opened_at", "responsible_id", "rated_dept_code", "dept_code"):
        op.drop_index(f"ix_cases_{name}", "cases")
    op.create_index("ix_cases_dept_code", "cases", ["dept_code"])
    op.drop_column("cases", "missed")
    op.drop_column("cases", "rated_dept_code")
