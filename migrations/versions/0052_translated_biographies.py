"""The translation of a biography, beside it on its person's public page.

Why: whoever writes about themself in another language is read by everybody. Both ways: a downgrade leaves pages in the words that
their people wrote.

Revision: 0052
After: 0051
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("recipient") as table:
        table.add_column(sa.Column("translation", sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("recipient") as table:
        table.drop_column("translation")
