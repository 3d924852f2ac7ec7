"""Reviews that were written on paper.

Why: whoever prefers paper sends a sheet back; one person of the office types it in, and it becomes the reviewer's own once another
compared it. Both ways: a downgrade forgets what was typed in and not compared; what was compared is a review like any other.

Revision: 0042
After: 0041
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "paper_review",
        sa.Column("assignment_id", NUMBER, nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("feedback", sa.String(), nullable=False),
        sa.Column(
            "confidence",
            sa.Enum(
                "sure",
                "fairly sure",
                "not sure",
                name="confidence",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("typed_by_id", NUMBER, nullable=False),
        sa.Column("typed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_by_id", NUMBER, nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", NUMBER, nullable=False),
        sa.CheckConstraint(
            "checked_by_id IS NULL OR checked_by_id != typed_by_id", name=op.f("ck_paper_review_checked_by_another")
        ),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_paper_review_assignment_id_assignment")
        ),
        sa.ForeignKeyConstraint(["checked_by_id"], ["person.id"], name=op.f("fk_paper_review_checked_by_id_person")),
        sa.ForeignKeyConstraint(["typed_by_id"], ["person.id"], name=op.f("fk_paper_review_typed_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_review")),
        sa.UniqueConstraint("assignment_id", name=op.f("uq_paper_review_assignment_id")),
    )


def downgrade() -> None:
    op.drop_table("paper_review")
