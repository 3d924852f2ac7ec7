"""Keep what whoever writes said of their age, and a minor's guardian.

Why: nothing is asked of anybody under 13, and a student under 18 who applies for themself names a parent or guardian, who is told.
Nobody was asked before, so nothing is known of those. Both ways: a downgrade forgets it.

Revision: 0020
After: 0019
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("sitting", schema=None) as batch_op:
        batch_op.add_column(sa.Column("nominator_minor", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("guardian_name", sa.String(length=600), nullable=True))
        batch_op.add_column(sa.Column("guardian_email", sa.String(length=320), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("sitting", schema=None) as batch_op:
        batch_op.drop_column("guardian_email")
        batch_op.drop_column("guardian_name")
        batch_op.drop_column("nominator_minor")
