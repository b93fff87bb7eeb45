"""texts: questions, reviews, batches, reminders, wording, lanes"""

import sqlalchemy as sa
from alembic import op
from alembic.util.exc import CommandError
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
_MOMENT = sa.DateTime(timezone=True)
_STILL_OPEN = sa.text("closed_at IS NULL")


# New columns of old tables are empty or have a default of the database's own: the release before this one can go on
# writing while the migration has run and its processes have not been stopped yet.
def upgrade() -> None:
    op.create_table(
        "questions",
        sa.Column("phone_lookup", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("facts", _JSON, nullable=False),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("closed_at", _MOMENT, nullable=True),
        sa.Column("id", _ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
    )
    op.create_index(op.f("ix_questions_phone_lookup"), "questions", ["phone_lookup"])
    op.create_index(
        "uq_questions_one_open",
        "questions",
        ["phone_lookup"],
        unique=True,
        sqlite_where=_STILL_OPEN,
        postgresql_where=_STILL_OPEN,
    )
    op.create_table(
        "language_choices",
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("chosen_at", _MOMENT, nullable=False),
        sa.Column("id", _ID, nullable=False),
        sa.Column("phone_lookup", sa.String(length=64), nullable=False),
        sa.Column("phone_box", sa.LargeBinary(), nullable=False),
        sa.Column("phone_masked", sa.String(length=32), nullable=False),
        sa.Column("phone_kind", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_language_choices")),
    )
    op.create_index(op.f("ix_language_choices_phone_lookup"), "language_choices", ["phone_lookup"])
    op.create_table(
        "script_versions",
        sa.Column("name", sa.String(length=48), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", _JSON, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("activated_at", _MOMENT, nullable=True),
        sa.Column("activated_by", sa.String(length=64), nullable=True),
        sa.Column("id", _ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_script_versions")),
        sa.UniqueConstraint("name", "version", name=op.f("uq_script_versions_name_version")),
    )

    with op.batch_alter_table("inbound_texts") as table:
        table.add_column(sa.Column("our_number", sa.String(length=32), nullable=True))
        table.add_column(sa.Column("question_id", _ID, nullable=True))
        table.add_column(sa.Column("read_before", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("read_from", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("scale", sa.String(length=24), nullable=True))
        table.add_column(sa.Column("parser", sa.String(length=16), nullable=True))
        table.add_column(sa.Column("stars", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f("fk_inbound_texts_question_id_questions"), "questions", ["question_id"], ["id"])
        table.create_index(op.f("ix_inbound_texts_received_at"), ["received_at"])
        table.create_index(op.f("ix_inbound_texts_invitation_id"), ["invitation_id"])
    with op.batch_alter_table("outbound_texts") as table:
        table.add_column(sa.Column("purpose", sa.String(length=24), nullable=False, server_default="invite"))
        table.add_column(sa.Column("try_no", sa.Integer(), nullable=False, server_default="1"))
        table.add_column(sa.Column("segments", sa.Integer(), nullable=False, server_default="2"))
        table.add_column(sa.Column("our_number", sa.String(length=32), nullable=True))
        table.add_column(sa.Column("begun_at", _MOMENT, nullable=True))
        table.create_index("ix_outbound_texts_cap", ["phone_lookup", "begun_at"])
    op.execute("UPDATE outbound_texts SET begun_at = sent_at")  # caps count them, and replies may be to them
    with op.batch_alter_table("opt_outs") as table:
        table.add_column(sa.Column("end_reason", sa.Text(), nullable=True))
    with op.batch_alter_table("service_records") as table:
        table.add_column(sa.Column("lead_id", _ID, nullable=True))
        table.create_foreign_key(
            op.f("fk_service_records_lead_id_service_records"), "service_records", ["lead_id"], ["id"]
        )
        table.create_index(op.f("ix_service_records_lead_id"), ["lead_id"])
    with op.batch_alter_table("invitations") as table:
        table.add_column(sa.Column("reminded_at", _MOMENT, nullable=True))
        table.create_index(op.f("ix_invitations_created_at"), ["created_at"])
    with op.batch_alter_table("cases") as table:
        table.add_column(sa.Column("call_wish", sa.String(length=24), nullable=True))
        table.add_column(sa.Column("call_wish_words", sa.Text(), nullable=True))
    with op.batch_alter_table("outbox") as table:
        table.add_column(sa.Column("lane", sa.String(length=64), nullable=False, server_default="-"))
        table.create_index("ix_outbox_lane", ["kind", "state", "lane", "due_at"])

    op.create_table(
        "review_items",
        sa.Column("text_id", _ID, nullable=False),
        sa.Column("why", sa.String(length=24), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("decision", sa.String(length=24), nullable=True),
        sa.Column("decided_at", _MOMENT, nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("rating_id", _ID, nullable=True),
        sa.Column("id", _ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_items")),
        sa.UniqueConstraint("text_id", name=op.f("uq_review_items_text_id")),
        sa.ForeignKeyConstraint(
            ["text_id"], ["inbound_texts.id"], name=op.f("fk_review_items_text_id_inbound_texts")
        ),
        sa.ForeignKeyConstraint(["rating_id"], ["ratings.id"], name=op.f("fk_review_items_rating_id_ratings")),
    )
    op.create_index("ix_review_items_open", "review_items", ["decision", "due_at"])


def downgrade() -> None:
    _refuse_to_forget_wording()
    op.drop_table("review_items")
    with op.batch_alter_table("outbox") as table:
        table.drop_index("ix_outbox_lane")
        table.drop_column("lane")
    with op.batch_alter_table("cases") as table:
        table.drop_column("call_wish_words")
        table.drop_column("call_wish")
    with op.batch_alter_table("invitations") as table:
        table.drop_index(op.f("ix_invitations_created_at"))
        table.drop_column("reminded_at")
    with op.batch_alter_table("service_records") as table:
        table.drop_index(op.f("ix_service_records_lead_id"))
        table.drop_constraint(op.f("fk_service_records_lead_id_service_records"), type_="foreignkey")
        table.drop_column("lead_id")
    with op.batch_alter_table("opt_outs") as table:
        table.drop_column("end_reason")
    with op.batch_alter_table("outbound_texts") as table:
        table.drop_index("ix_outbound_texts_cap")
        for column in ("begun_at", "our_number", "segments", "try_no", "purpose"):
            table.drop_column(column)
    with op.batch_alter_table("inbound_texts") as table:
        table.drop_index(op.f("ix_inbound_texts_invitation_id"))
        table.drop_index(op.f("ix_inbound_texts_received_at"))
        table.drop_constraint(op.f("fk_inbound_texts_question_id_questions"), type_="foreignkey")
        for column in ("stars", "parser", "scale", "read_from", "read_before", "question_id", "our_number"):
            table.drop_column(column)
    op.drop_table("script_versions")
    op.drop_table("language_choices")
    op.drop_table("questions")


def _refuse_to_forget_wording() -> None:
    """The release before reads every reply by the scale of its own words, also those to words of the city's own."""
    said = op.get_bind().scalar(sa.text("SELECT count(*) FROM script_versions WHERE activated_at IS NOT NULL"))
    if said:
        raise CommandError(f"{said} versions of the wording have been in use, and replies to them would be misread")
