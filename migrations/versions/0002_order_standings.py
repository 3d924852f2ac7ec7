"""Order standings in the database: by the last calibration, and where each stands against the cut.

Why: a page of the standings of thousands is read without reading them all. Rounds that were calibrated before are marked to be
calibrated anew, which the worker does on its next round.
Both ways: a downgrade loses the order by calibration; plain means and their ranks stay.

Revision: 0002
After: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("standing", schema=None) as batch_op:
        batch_op.add_column(sa.Column("calibrated_rank", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("band", sa.String(length=10), nullable=True))
        batch_op.create_index("ix_standing_calibrated", ["round_id", "calibrated_rank"], unique=False)
    op.execute("UPDATE round SET calibrated_version = -1")


def downgrade() -> None:
    with op.batch_alter_table("standing", schema=None) as batch_op:
        batch_op.drop_index("ix_standing_calibrated")
        batch_op.drop_column("band")
        batch_op.drop_column("calibrated_rank")
