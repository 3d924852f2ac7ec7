"""Past files to practice on before scoring.

Why: every member tries two or three files of past years, names removed, and sees their own levels beside the others'. They lie apart from
all rounds, so that nothing of it can count. Both ways: a downgrade forgets what was tried.

Revision: 0041
After: 0040
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "practice_file",
        sa.Column("cycle_id", NUMBER, nullable=False),
        sa.Column("past_id", NUMBER, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("added_by_id", NUMBER, nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["added_by_id"], ["person.id"], name=op.f("fk_practice_file_added_by_id_person")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_practice_file_cycle_id_cycle")),
        sa.ForeignKeyConstraint(["past_id"], ["candidacy.id"], name=op.f("fk_practice_file_past_id_candidacy")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_file")),
        sa.UniqueConstraint("cycle_id", "name", name=op.f("uq_practice_file_cycle_id_name")),
        sa.UniqueConstraint("cycle_id", "past_id", name=op.f("uq_practice_file_cycle_id_past_id")),
    )
    with op.batch_alter_table("practice_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_practice_file_cycle_id"), ["cycle_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_practice_file_past_id"), ["past_id"], unique=False)
    op.create_table(
        "practice_review",
        sa.Column("file_id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["practice_file.id"], name=op.f("fk_practice_review_file_id_practice_file")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_practice_review_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_review")),
        sa.UniqueConstraint("file_id", "person_id", name=op.f("uq_practice_review_file_id_person_id")),
    )
    with op.batch_alter_table("practice_review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_practice_review_file_id"), ["file_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_practice_review_person_id"), ["person_id"], unique=False)


def downgrade() -> None:
    op.drop_table("practice_review")
    op.drop_table("practice_file")
