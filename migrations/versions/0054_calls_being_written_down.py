"""What somebody tells on the telephone is kept while it is written down.

Why: a form typed from paper was kept as it was typed, a call only once it was whole; whoever was called away lost it.
Both ways: a downgrade drops what was begun and not entered.

Revision: 0054
After: 0053
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "call",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("cycle_id", NUMBER, nullable=False),
        sa.Column("taken_by_id", NUMBER, nullable=False),
        sa.Column("once", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("received", sa.String(length=40), nullable=False),
        sa.Column("thank", sa.Boolean(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_call_cycle_id_cycle")),
        sa.ForeignKeyConstraint(["taken_by_id"], ["person.id"], name=op.f("fk_call_taken_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
        sa.UniqueConstraint("once", name=op.f("uq_call_once")),
    )
    op.create_index("ix_call_listing", "call", ["cycle_id", "taken_by_id"])


def downgrade() -> None:
    op.drop_table("call")
