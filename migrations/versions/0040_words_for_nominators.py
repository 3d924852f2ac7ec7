"""What reviewers say besides scores: words for nominators, how sure they are, and what they set aside.

Why: words for nominators are kept apart from those for the committee, and read by the office before they go; a reviewer may say how sure
they are, and leave a reading for later without giving it back. Both ways: a downgrade forgets these words.

Revision: 0040
After: 0039
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "feedback",
        sa.Column("review_id", NUMBER, nullable=False),
        sa.Column("goes", sa.Boolean(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("settled_by_id", NUMBER, nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", NUMBER, nullable=False),
        sa.CheckConstraint("goes OR sent_at IS NULL", name=op.f("ck_feedback_what_stays_is_not_sent")),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_feedback_review_id_review")),
        sa.ForeignKeyConstraint(["settled_by_id"], ["person.id"], name=op.f("fk_feedback_settled_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
        sa.UniqueConstraint("review_id", name=op.f("uq_feedback_review_id")),
    )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("skipped_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.add_column(sa.Column("feedback", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("confidence", sa.String(length=32), nullable=True))
        batch_op.create_check_constraint(
            op.f("ck_review_confidence"), sa.text("confidence IN ('sure', 'fairly sure', 'not sure')")
        )
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.alter_column("feedback", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_review_confidence"), type_="check")
        batch_op.drop_column("confidence")
        batch_op.drop_column("feedback")
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_column("skipped_at")
    op.drop_table("feedback")
