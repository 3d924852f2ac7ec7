"""Rules of eligibility as data of each year, and what persons decide on them.

Why: who may nominate and receive was prose alone, so that whoever screened judged each case from memory. Years that are there already
start without rules. Both ways: a downgrade loses the rules and the decisions on them.

Revision: 0028
After: 0027
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

RULES = (
    "nominator",
    "role",
    "school_years",
    "district_years",
    "taught",
    "grade",
    "age",
    "high_need",
    "repeat",
    "families",
)


def upgrade() -> None:
    with op.batch_alter_table("cycle", schema=None) as batch_op:
        batch_op.add_column(sa.Column("eligibility", sa.JSON(), nullable=False, server_default="{}"))
    op.create_table(
        "ruling",
        sa.Column("candidacy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "rule",
            sa.Enum(*RULES, name="rule", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("holds", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("ruled_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ruled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["candidacy_id"], ["candidacy.id"], name=op.f("fk_ruling_candidacy_id_candidacy")),
        sa.ForeignKeyConstraint(["ruled_by_id"], ["person.id"], name=op.f("fk_ruling_ruled_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ruling")),
        sa.UniqueConstraint("candidacy_id", "rule", name=op.f("uq_ruling_candidacy_id_rule")),
    )
    with op.batch_alter_table("ruling", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ruling_candidacy_id"), ["candidacy_id"], unique=False)


def downgrade() -> None:
    op.drop_table("ruling")
    op.execute("ALTER TABLE cycle DROP COLUMN eligibility")  # as it is: building the table anew would forget its checks
