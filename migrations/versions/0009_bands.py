"""Keep what staff score from bands, such as need, beside what reviewers score.

Why: the scholarships' rubric has such a criterion; reviewers never see it, and standings count it by its weight.
Both ways: a downgrade loses these scores; figures that counted them are computed anew with the next score.

Revision: 0009
After: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "band_score",
        sa.Column("candidacy_id", big, nullable=False),
        sa.Column("criterion_id", big, nullable=False),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("given_by_id", big, nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", big, nullable=False),
        sa.ForeignKeyConstraint(["candidacy_id"], ["candidacy.id"], name=op.f("fk_band_score_candidacy_id_candidacy")),
        sa.ForeignKeyConstraint(["criterion_id"], ["criterion.id"], name=op.f("fk_band_score_criterion_id_criterion")),
        sa.ForeignKeyConstraint(["given_by_id"], ["person.id"], name=op.f("fk_band_score_given_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_band_score")),
    )
    with op.batch_alter_table("band_score", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_band_score_candidacy_id"), ["candidacy_id"], unique=False)
        batch_op.create_index(
            "uq_band_score_current",
            ["candidacy_id", "criterion_id"],
            unique=True,
            sqlite_where=sa.text("replaced_at IS NULL"),
            postgresql_where=sa.text("replaced_at IS NULL"),
        )


def downgrade() -> None:
    op.drop_table("band_score")
