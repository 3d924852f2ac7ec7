"""Letters of recommendation: what is asked for, by whom, and what was sent.

Why: a writer is asked by link, whoever asked and the staff see the same status, and whoever wrote a letter may not touch whom it is about.
Both ways: a downgrade loses the letters, and the conflicts that came from them.

Revision: 0014
After: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BEFORE = (
    "is the nominee",
    "nominated in this cycle",
    "works at the same school",
    "shares the family name",
    "gave to the fund",
    "declared it",
    "recused while reading",
    "may have nominated this person",
)
AFTER = (*BEFORE, "wrote a letter")
STATES = ("suggested", "declared", "confirmed", "dismissed", "waived")


def _one_of(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


def _kinds(words: tuple[str, ...]) -> None:
    """Let `kind` be one of these words. SQLite builds the table anew, and forgets checks that it is not told of."""
    sqlite = op.get_context().dialect.name == "sqlite"
    checks = [sa.CheckConstraint(_one_of("state", STATES), name=op.f("ck_conflict_conflictstate"))] if sqlite else []
    with op.batch_alter_table("conflict", table_args=checks, recreate="always" if sqlite else "never") as batch_op:
        if not sqlite:
            batch_op.drop_constraint(op.f("ck_conflict_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_conflict_kind"), sa.text(_one_of("kind", words)))


def upgrade() -> None:
    _kinds(AFTER)
    op.create_table(
        "letter_plan",
        sa.Column("cycle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("mix", sa.JSON(), nullable=False),
        sa.Column("least_words", sa.Integer(), nullable=False),
        sa.Column("most_words", sa.Integer(), nullable=False),
        sa.Column(
            "late",
            sa.Enum("staff decide", "refused", name="late", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("apart", sa.Boolean(), nullable=False),
        sa.Column("read_blind", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_letter_plan_cycle_id_cycle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_plan")),
        sa.UniqueConstraint("cycle_id", name=op.f("uq_letter_plan_cycle_id")),
    )
    op.create_table(
        "recommendation",
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("cycle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("nomination_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("candidacy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("asked_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("writer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("writer_name", sa.String(length=600), nullable=False),
        sa.Column("writer_email", sa.String(length=320), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "own staff",
                "supervisor",
                "student or parent",
                "community member",
                "teacher or counselor",
                "other",
                name="writerrole",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "asked",
                "opened",
                "received",
                "declined",
                "cancelled",
                "lapsed",
                "late",
                "refused",
                name="letterstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("waived", sa.Boolean(), nullable=True),
        sa.Column("waiver_words", sa.String(), nullable=True),
        sa.Column("waived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("signed", sa.String(length=600), nullable=False),
        sa.Column("position", sa.String(length=300), nullable=False),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "state != 'received' OR received_at IS NOT NULL", name=op.f("ck_recommendation_received_has_a_date")
        ),
        sa.CheckConstraint(
            "(waived IS NULL) = (waiver_words IS NULL)", name=op.f("ck_recommendation_waiver_has_words")
        ),
        sa.CheckConstraint(
            "nomination_id IS NOT NULL OR candidacy_id IS NOT NULL", name=op.f("ck_recommendation_is_about_somebody")
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_recommendation_asked_by_id_person")),
        sa.ForeignKeyConstraint(
            ["candidacy_id"], ["candidacy.id"], name=op.f("fk_recommendation_candidacy_id_candidacy")
        ),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_recommendation_cycle_id_cycle")),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name=op.f("fk_recommendation_file_id_file")),
        sa.ForeignKeyConstraint(
            ["nomination_id"], ["nomination.id"], name=op.f("fk_recommendation_nomination_id_nomination")
        ),
        sa.ForeignKeyConstraint(["writer_id"], ["person.id"], name=op.f("fk_recommendation_writer_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendation")),
        sa.UniqueConstraint("reference", name=op.f("uq_recommendation_reference")),
    )
    with op.batch_alter_table("recommendation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recommendation_asked_by_id"), ["asked_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_recommendation_candidacy_id"), ["candidacy_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_recommendation_cycle_id"), ["cycle_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_recommendation_nomination_id"), ["nomination_id"], unique=False)
        batch_op.create_index("ix_recommendation_state", ["state", "cycle_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_recommendation_writer_id"), ["writer_id"], unique=False)

    op.create_table(
        "letter",
        sa.Column("recommendation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("facts", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name=op.f("fk_letter_file_id_file")),
        sa.ForeignKeyConstraint(
            ["recommendation_id"], ["recommendation.id"], name=op.f("fk_letter_recommendation_id_recommendation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("recommendation_id", "number", name=op.f("uq_letter_recommendation_id_number")),
    )
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_letter_recommendation_id"), ["recommendation_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_letter_recommendation_id"))

    op.drop_table("letter")
    with op.batch_alter_table("recommendation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recommendation_writer_id"))
        batch_op.drop_index("ix_recommendation_state")
        batch_op.drop_index(batch_op.f("ix_recommendation_nomination_id"))
        batch_op.drop_index(batch_op.f("ix_recommendation_cycle_id"))
        batch_op.drop_index(batch_op.f("ix_recommendation_candidacy_id"))
        batch_op.drop_index(batch_op.f("ix_recommendation_asked_by_id"))

    op.drop_table("recommendation")
    op.drop_table("letter_plan")
    op.execute("DELETE FROM conflict WHERE kind = 'wrote a letter'")
    _kinds(BEFORE)
