"""appeals: evidence files, explanations of the staff who were rated, the register of malicious raters"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_WORD = sa.String(length=24)
_NAME = sa.String(length=64)


def upgrade() -> None:
    with op.batch_alter_table("users") as table:
        table.add_column(sa.Column("staff_no", _NAME, nullable=True))
        table.add_column(sa.Column("phone_lookup", _NAME, nullable=True))
        table.create_index(op.f("ix_users_phone_lookup"), ["phone_lookup"])
    for column in ("staff_no", "window"):
        where = sa.text(f'"{column}" IS NOT NULL')
        name, columns = f"ix_service_records_{column}", [column, "completed_at"]
        op.create_index(name, "service_records", columns, sqlite_where=where, postgresql_where=where)
    _files_and_explanations()
    _register()


def _files_and_explanations() -> None:
    op.create_table(
        "appeal_files",
        sa.Column("appeal_id", _ID, nullable=False),
        sa.Column("side", _WORD, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", _WORD, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", _NAME, nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=True),
        sa.Column("added_at", _MOMENT, nullable=False),
        sa.Column("added_by", _NAME, nullable=False),
        sa.Column("erased_at", _MOMENT, nullable=True),
        sa.Column("id", _ID, nullable=False),
        _to("appeal_files", "appeal_id", "case_appeals"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal_files")),
        sa.UniqueConstraint("appeal_id", "side", "sha256", name=op.f("uq_appeal_files_appeal_id_side_sha256")),
    )
    kept = sa.text("erased_at IS NULL")
    op.create_index("ix_appeal_files_kept", "appeal_files", ["added_at"], sqlite_where=kept, postgresql_where=kept)
    op.create_table(
        "case_explanations",
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("staff_no", _NAME, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("given_at", _MOMENT, nullable=False),
        sa.Column("given_by", _NAME, nullable=False),
        sa.Column("id", _ID, nullable=False),
        _to("case_explanations", "case_id", "cases"),
        _to("case_explanations", "user_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_explanations")),
    )
    op.create_index(op.f("ix_case_explanations_case_id"), "case_explanations", ["case_id"])


def _register() -> None:
    op.create_table(
        "register_entries",
        sa.Column("rating_id", _ID, nullable=False),
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_at", _MOMENT, nullable=False),
        sa.Column("proposed_by", _NAME, nullable=False),
        sa.Column("decided_at", _MOMENT, nullable=True),
        sa.Column("decided_by", _NAME, nullable=True),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("expires_at", _MOMENT, nullable=True),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("ended_by", _NAME, nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("phone_lookup", _NAME, nullable=False),
        sa.Column("phone_box", sa.LargeBinary(), nullable=False),
        sa.Column("phone_masked", sa.String(length=32), nullable=False),
        sa.Column("phone_kind", _WORD, nullable=False),
        sa.Column("id", _ID, nullable=False),
        _to("register_entries", "rating_id", "ratings"),
        _to("register_entries", "case_id", "cases"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_entries")),
    )
    for column in ("case_id", "proposed_at", "phone_lookup"):
        op.create_index(op.f(f"ix_register_entries_{column}"), "register_entries", [column])
    op.create_table(
        "register_objections",
        sa.Column("entry_id", _ID, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("filed_at", _MOMENT, nullable=False),
        sa.Column("filed_by", _NAME, nullable=False),
        sa.Column("decided_at", _MOMENT, nullable=True),
        sa.Column("decided_by", _NAME, nullable=True),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("id", _ID, nullable=False),
        _to("register_objections", "entry_id", "register_entries"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_objections")),
    )
    op.create_index(op.f("ix_register_objections_entry_id"), "register_objections", ["entry_id"])
    where = sa.text("decided_at IS NULL")
    op.create_index(
        *("uq_register_objections_open", "register_objections", ["entry_id"]),
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )
    op.create_table(
        "register_uses",
        sa.Column("entry_id", _ID, nullable=False),
        sa.Column("rating_id", _ID, nullable=False),
        sa.Column("flagged_at", _MOMENT, nullable=False),
        sa.Column("id", _ID, nullable=False),
        _to("register_uses", "entry_id", "register_entries"),
        _to("register_uses", "rating_id", "ratings"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_uses")),
        sa.UniqueConstraint("entry_id", "rating_id", name=op.f("uq_register_uses_entry_id_rating_id")),
    )


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def downgrade() -> None:
    # The release before would take the member of staff who was rated for the whole department, and show them the cases.
    op.execute(
        "UPDATE users SET disabled_at = CURRENT_TIMESTAMP"
        " WHERE role = 'department' AND staff_no IS NOT NULL AND disabled_at IS NULL"
    )
    for name in ("register_uses", "register_objections", "register_entries", "case_explanations", "appeal_files"):
        op.drop_table(name)
    for column in ("staff_no", "window"):
        op.drop_index(f"ix_service_records_{column}", table_name="service_records")
    with op.batch_alter_table("users") as table:
        table.drop_index(op.f("ix_users_phone_lookup"))
        table.drop_column("phone_lookup")
        table.drop_column("staff_no")
