"""Say which sites may show the list of recipients in a frame.

Why: the fund's own site shows it, and no other may dress it up as its own; none is named until staff name one.
Both ways: a downgrade forgets the sites, and no site can show the list.

Revision: 0012
After: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("frame_origins", sa.JSON(), nullable=True))
    op.execute("UPDATE organisation SET frame_origins = '[]'")
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.alter_column("frame_origins", existing_type=sa.JSON(), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.drop_column("frame_origins")
