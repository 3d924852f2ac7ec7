"""A photograph is on no public page before a second person has read that page with it.

Why: whoever sends one after their page went public was shown as soon as one of the office had described it. What is shown already stays.
Both ways: a downgrade shows each as soon as it is described.

Revision: 0053
After: 0052
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("photo") as table:
        table.add_column(sa.Column("checked_version", sa.Integer(), nullable=True))
    op.execute("UPDATE photo SET checked_version = version WHERE alt <> ''")


def downgrade() -> None:
    with op.batch_alter_table("photo") as table:
        table.drop_column("checked_version")
