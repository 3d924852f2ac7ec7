"""Keep in which language each text was written, and its translation beside it.

Why: anyone may write in any language; the original stays as it was sent, a translation is typed beside it and approved by
somebody else. Both ways: a downgrade forgets what was translated; the originals are untouched.

Revision: 0034
After: 0033
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STATES = ("not needed", "wanted", "asked", "handed in", "approved")
LINKS = (
    ("cycle_id", "cycle"),
    ("nomination_id", "nomination"),
    ("part_id", "part"),
    ("recommendation_id", "recommendation"),
    ("said_by_id", "person"),
    ("translator_id", "person"),
    ("approved_by_id", "person"),
)
INDEXED = ("nomination_id", "part_id", "recommendation_id", "translator_id")


def upgrade() -> None:
    op.create_table(
        "translation",
        sa.Column("source_kind", sa.String(length=40), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", NUMBER, nullable=False),
        sa.Column("nomination_id", NUMBER, nullable=True),
        sa.Column("part_id", NUMBER, nullable=True),
        sa.Column("recommendation_id", NUMBER, nullable=True),
        sa.Column("written_in", sa.String(length=12), nullable=True),
        sa.Column("said_by_id", NUMBER, nullable=True),
        sa.Column(
            "state",
            sa.Enum(*STATES, name="translationstate", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("translator_id", NUMBER, nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("approved_by_id", NUMBER, nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", NUMBER, nullable=False),
        sa.CheckConstraint(
            "state NOT IN ('asked', 'handed in', 'approved') OR translator_id IS NOT NULL",
            name=op.f("ck_translation_by_somebody"),
        ),
        sa.CheckConstraint(
            "(state = 'approved') = (approved_at IS NOT NULL)", name=op.f("ck_translation_approved_has_a_date")
        ),
        sa.CheckConstraint(
            "approved_by_id IS NULL OR approved_by_id != translator_id", name=op.f("ck_translation_a_second_person")
        ),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_translation_{column}_{table}"))
            for column, table in LINKS
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_translation")),
        sa.UniqueConstraint("source_kind", "source_id", name=op.f("uq_translation_source_kind_source_id")),
    )
    op.create_index("ix_translation_listing", "translation", ["cycle_id", "state"])
    for column in INDEXED:
        op.create_index(op.f(f"ix_translation_{column}"), "translation", [column])


def downgrade() -> None:
    for column in INDEXED:
        op.drop_index(op.f(f"ix_translation_{column}"), table_name="translation")
    op.drop_index("ix_translation_listing", table_name="translation")
    op.drop_table("translation")
