"""When a writer of a letter who may be a student said that they are 13 or older.

Why: nothing is kept of anybody younger, so nothing is taken of their letter before they said so. Both ways: a downgrade forgets that
it was asked.

Revision: 0045
After: 0044
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("recommendation") as table:
        table.add_column(sa.Column("of_age_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("recommendation") as table:
        table.drop_column("of_age_at")
