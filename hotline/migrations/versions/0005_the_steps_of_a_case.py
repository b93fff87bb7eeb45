"""casework: deadlines and notices of every step, appeals, extensions, joint work; the calendar of a new year"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_WORD = sa.String(length=24)


def upgrade() -> None:
    with op.batch_alter_table("cases") as table:
        table.add_column(sa.Column("steps", _WORD, server_default="contact", nullable=False))
        table.add_column(sa.Column("ending", _WORD, nullable=True))
        table.add_column(sa.Column("merged_into_id", _ID, nullable=True))
        table.add_column(sa.Column("dept_code", sa.String(length=64), nullable=True))
        table.add_column(sa.Column("responsible_id", _ID, nullable=True))
        table.create_foreign_key(op.f("fk_cases_merged_into_id_cases"), "cases", ["merged_into_id"], ["id"])
        table.create_foreign_key(op.f("fk_cases_responsible_id_users"), "users", ["responsible_id"], ["id"])
        table.create_index("ix_cases_dept_code", ["dept_code"])
    _create(
        "case_deadlines",
        sa.Column("kind", _WORD, nullable=False),
        sa.Column("started_at", _MOMENT, nullable=False),
        sa.Column("count", sa.Integer(), nullable=True),
        sa.Column("unit", _WORD, nullable=True),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("guessed_year", sa.Integer(), nullable=True),
        sa.Column("met_at", _MOMENT, nullable=True),
        sa.Column("dropped_at", _MOMENT, nullable=True),
    )
    is_open = "met_at IS NULL AND dropped_at IS NULL"
    _index("uq_case_deadlines_open", "case_deadlines", ["case_id", "kind"], is_open, unique=True)
    guessed = f"guessed_year IS NOT NULL AND {is_open}"
    _index("ix_case_deadlines_guessed_year", "case_deadlines", ["guessed_year"], guessed)
    _create(
        "case_notices",
        sa.Column("deadline_id", _ID, nullable=False),
        sa.Column("kind", _WORD, nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("rung", _WORD, nullable=True),
        sa.Column("role", _WORD, nullable=False),
        sa.Column("dept_code", sa.String(length=64), nullable=True),
        sa.Column("user_id", _ID, nullable=True),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("done_at", _MOMENT, nullable=True),
        sa.Column("seen_at", _MOMENT, nullable=True),
        sa.Column("seen_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["deadline_id"], ["case_deadlines.id"], name=op.f("fk_case_notices_deadline_id_case_deadlines")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_case_notices_user_id_users")),
        sa.UniqueConstraint("deadline_id", "kind", "step", name=op.f("uq_case_notices_deadline_id_kind_step")),
    )
    _index("ix_case_notices_planned", "case_notices", ["due_at"], "done_at IS NULL")
    _index("ix_case_notices_unseen", "case_notices", ["role", "done_at"], "done_at IS NOT NULL AND seen_at IS NULL")
    _create(
        "case_departments",
        sa.Column("dept_code", sa.String(length=64), nullable=False),
        sa.Column("joined_at", _MOMENT, nullable=False),
        sa.Column("left_at", _MOMENT, nullable=True),
    )
    _index("uq_case_departments_at_work", "case_departments", ["case_id", "dept_code"], "left_at IS NULL", unique=True)
    _index("ix_case_departments_dept_code", "case_departments", ["dept_code"], "left_at IS NULL")
    _create(
        "case_appeals",
        sa.Column("rating_id", _ID, nullable=False),
        sa.Column("ground", _WORD, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("state_before", _WORD, nullable=False),
        sa.Column("filed_at", _MOMENT, nullable=False),
        sa.Column("filed_by", sa.String(length=64), nullable=False),
        sa.Column("dept_code", sa.String(length=64), nullable=True),
        sa.Column("decided_at", _MOMENT, nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("verdict", _WORD, nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("citizen_side", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["rating_id"], ["ratings.id"], name=op.f("fk_case_appeals_rating_id_ratings")),
    )
    _index("uq_case_appeals_open", "case_appeals", ["case_id"], "decided_at IS NULL", unique=True)
    _create(
        "case_extensions",
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("decided_at", _MOMENT, nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("granted", sa.Boolean(), nullable=True),
    )
    _index("uq_case_extensions_open", "case_extensions", ["case_id"], "decided_at IS NULL", unique=True)
    op.create_table(
        "calendar_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_days")),
    )
    op.create_index(op.f("ix_calendar_days_year"), "calendar_days", ["year"])


def _create(name: str, *more: sa.schema.SchemaItem) -> None:
    """A table of things that a case has."""
    op.create_table(
        name,
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("id", _ID, nullable=False),
        *more,
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f(f"fk_{name}_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    op.create_index(op.f(f"ix_{name}_case_id"), name, ["case_id"])


def _index(name: str, table: str, columns: list[str], condition: str, *, unique: bool = False) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    # The release before knows no other states: what a case has on its way is lost, what was contacted stays so.
    op.execute(
        "UPDATE cases SET state = CASE WHEN contacted_at IS NULL THEN 'opened' ELSE 'contacted' END"
        " WHERE state NOT IN ('opened', 'contacted', 'closed')"
    )
    op.execute("UPDATE cases SET outcome = 'explained' WHERE state = 'closed' AND outcome IS NULL")
    for name in ("case_notices", "case_deadlines", "case_departments", "case_appeals", "case_extensions"):
        op.drop_table(name)
    op.drop_table("calendar_days")
    with op.batch_alter_table("cases") as table:
        table.drop_index("ix_cases_dept_code")
        table.drop_constraint(op.f("fk_cases_merged_into_id_cases"), type_="foreignkey")
        table.drop_constraint(op.f("fk_cases_responsible_id_users"), type_="foreignkey")
        for column in ("responsible_id", "dept_code", "merged_into_id", "ending", "steps"):
            table.drop_column(column)
