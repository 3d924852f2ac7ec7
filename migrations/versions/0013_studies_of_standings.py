"""Keep what would change the places, and what stands out in each reviewer's scores.

Why: both are computed with the calibration, in the worker, and never in a request. Rounds calibrated before are calibrated anew.
Both ways: a downgrade loses both; the worker makes them again.

Revision: 0013
After: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reader_signs",
        sa.Column("round_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reviews", sa.Integer(), nullable=False),
        sa.Column("leniency", sa.Double(), nullable=True),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reader_signs_person_id_person")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_reader_signs_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reader_signs")),
        sa.UniqueConstraint("round_id", "person_id", name=op.f("uq_reader_signs_round_id_person_id")),
    )
    with op.batch_alter_table("reader_signs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reader_signs_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reader_signs_round_id"), ["round_id"], unique=False)
    op.create_table(
        "study",
        sa.Column("round_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("standings_version", sa.Integer(), nullable=False),
        sa.Column("tried", sa.Integer(), nullable=False),
        sa.Column("readers_tried", sa.Boolean(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_study_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study")),
        sa.UniqueConstraint("round_id", name=op.f("uq_study_round_id")),
    )
    op.execute("UPDATE round SET calibrated_version = -1")


def downgrade() -> None:
    op.drop_table("study")
    with op.batch_alter_table("reader_signs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reader_signs_round_id"))
        batch_op.drop_index(batch_op.f("ix_reader_signs_person_id"))
    op.drop_table("reader_signs")
