"""Remember which of a sitting's nominees each nomination is about.

Why: several people can be nominated in one sitting, and what is said of one of them counts for every draft about them and
for no other. All that was begun before is about the one nominee its sitting had. Both ways: a downgrade forgets it.

Revision: 0017
After: 0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("nomination", schema=None) as batch_op:
        batch_op.add_column(sa.Column("nominee_number", sa.Integer(), nullable=False, server_default="1"))
    with op.batch_alter_table("nomination", schema=None) as batch_op:
        batch_op.alter_column("nominee_number", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("nomination", schema=None) as batch_op:
        batch_op.drop_column("nominee_number")
