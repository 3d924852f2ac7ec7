"""A question's words to whoever applies for themself.

Why: somebody who applies is asked "who are you", not who a person of their name is. Both ways: a downgrade asks everybody in the words
for nominators, which each question has.

Revision: 0050
After: 0049
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

TABLES = ("question", "earlier_words")


def upgrade() -> None:
    for name in TABLES:
        with op.batch_alter_table(name) as table:
            table.add_column(sa.Column("own_label", sa.JSON(), nullable=False, server_default="{}"))
        with op.batch_alter_table(name) as table:
            table.alter_column("own_label", server_default=None)


def downgrade() -> None:
    for name in TABLES:
        with op.batch_alter_table(name) as table:
            table.drop_column("own_label")
