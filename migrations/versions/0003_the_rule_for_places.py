"""Keep the rule by which places are given, and everything that is frozen with it, beside its digest.

Why: who replays a decision needs what the digest is of. Rounds frozen before keep their digest alone, and say so.
Both ways: a downgrade loses the rule; the digest stays.

Revision: 0003
After: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("round", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rule", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("frozen", sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("round", schema=None) as batch_op:
        batch_op.drop_column("frozen")
        batch_op.drop_column("rule")
