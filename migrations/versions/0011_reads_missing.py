"""Find the candidacies of a round with reads missing without looking at all of them.

Why: the page of standings names those with the most missing first, and counts them, whatever the round holds.
Both ways: nothing is lost.

Revision: 0011
After: 0010
"""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_standing_missing", "standing", ["round_id", "missing"])


def downgrade() -> None:
    op.drop_index("ix_standing_missing", table_name="standing")
