"""Keep what is sent to nominees of what people said of them.

Why: after a release the office may send it, once it is read and approved. Both ways: a downgrade forgets what was sent.

Revision: 0031
After: 0030
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kind_words",
        sa.Column("candidacy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("passages", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("(approved_by_id IS NULL) = (sent_at IS NULL)", name=op.f("ck_kind_words_sent_by_someone")),
        sa.ForeignKeyConstraint(["approved_by_id"], ["person.id"], name=op.f("fk_kind_words_approved_by_id_person")),
        sa.ForeignKeyConstraint(["candidacy_id"], ["candidacy.id"], name=op.f("fk_kind_words_candidacy_id_candidacy")),
        sa.ForeignKeyConstraint(["saved_by_id"], ["person.id"], name=op.f("fk_kind_words_saved_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kind_words")),
        sa.UniqueConstraint("candidacy_id", name=op.f("uq_kind_words_candidacy_id")),
    )


def downgrade() -> None:
    op.drop_table("kind_words")
