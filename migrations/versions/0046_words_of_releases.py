"""Which version of the office's own words was approved for each kind of message of a release.

Why: those messages may be written whole, too, and each says the version that a second person approved, whatever is written later.
Both ways: a downgrade lets them say the shipped words.

Revision: 0046
After: 0045
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("release_wording") as table:
        table.add_column(sa.Column("around", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("release_wording") as table:
        table.alter_column("around", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("release_wording") as table:
        table.drop_column("around")
