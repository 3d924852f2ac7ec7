"""Rounds that require what readers know.

Why: until now, what a candidacy asks its readers to know was a preference; a round may require it, and then says who is missing.
Both ways: a downgrade makes it a preference again.

Revision: 0043
After: 0042
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("round", schema=None) as batch_op:
        batch_op.add_column(sa.Column("needs_expertise", sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table("round", schema=None) as batch_op:
        batch_op.alter_column("needs_expertise", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("round", schema=None) as batch_op:
        batch_op.drop_column("needs_expertise")
