"""The nominee's own part: invited, taken up or declined, written, finished.

Why: nominees add their own words and a resume until a day of their own, without an account.
Both ways: a downgrade keeps biographies, and loses the rest of what nominees wrote.

Revision: 0015
After: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


STATES = "'not invited', 'invited', 'accepted', 'completed', 'declined', 'lapsed'"


def upgrade() -> None:
    op.create_table(
        "part_answer",
        sa.Column("part_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("question_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["part_id"], ["part.id"], name=op.f("fk_part_answer_part_id_part")),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_part_answer_question_id_question")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_part_answer")),
        sa.UniqueConstraint("part_id", "question_id", name=op.f("uq_part_answer_part_id_question_id")),
    )
    with op.batch_alter_table("part_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_part_answer_part_id"), ["part_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_part_answer_question_id"), ["question_id"], unique=False)

    with op.batch_alter_table("part", schema=None) as batch_op:
        batch_op.add_column(sa.Column("state", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("invited_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("reason", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
    op.execute("UPDATE part SET state = 'not invited'")
    with op.batch_alter_table("part", schema=None) as batch_op:
        batch_op.alter_column("state", existing_type=sa.String(length=32), nullable=False)
        batch_op.create_check_constraint(op.f("ck_part_partstate"), sa.text(f"state IN ({STATES})"))
        batch_op.create_check_constraint(
            op.f("ck_part_invited_has_a_date"), sa.text("state = 'not invited' OR invited_at IS NOT NULL")
        )
        batch_op.create_index("ix_part_state", ["state"], unique=False)
        batch_op.create_foreign_key(op.f("fk_part_file_id_file"), "file", ["file_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("part", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_part_partstate"), type_="check")
        batch_op.drop_constraint(op.f("ck_part_invited_has_a_date"), type_="check")
        batch_op.drop_constraint(op.f("fk_part_file_id_file"), type_="foreignkey")
        batch_op.drop_index("ix_part_state")
        batch_op.drop_column("file_id")
        batch_op.drop_column("reason")
        batch_op.drop_column("completed_at")
        batch_op.drop_column("answered_at")
        batch_op.drop_column("invited_at")
        batch_op.drop_column("state")

    with op.batch_alter_table("part_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_part_answer_question_id"))
        batch_op.drop_index(batch_op.f("ix_part_answer_part_id"))

    op.drop_table("part_answer")
