"""Keep the words that staff write for messages, version by version.

Why: what a message says was fixed in the code; an office says things in its own way, and in each of its languages. Both
ways: a downgrade forgets the words and every message says the shipped ones.

Revision: 0024
After: 0023
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wording",
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("body", sa.String(), nullable=True),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("(subject IS NULL) = (body IS NULL)", name=op.f("ck_wording_whole_or_shipped")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_wording_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wording")),
        sa.UniqueConstraint("kind", "language", "number", name=op.f("uq_wording_kind_language_number")),
    )


def downgrade() -> None:
    op.drop_table("wording")
