"""Remember which nominators let their nominee read what they wrote.

Why: whoever nominates chooses whether the nominee may know who wrote, and now also whether they may read it. Of what was sent
before nobody said so, so nothing of it may be read. Both ways: a downgrade forgets it, and nobody may.

Revision: 0026
After: 0025
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("nomination", schema=None) as batch_op:
        batch_op.add_column(sa.Column("may_show_words", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("nomination", schema=None) as batch_op:
        batch_op.alter_column("may_show_words", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("nomination", schema=None) as batch_op:
        batch_op.drop_column("may_show_words")
