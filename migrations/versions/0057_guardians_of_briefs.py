"""A guardian lets somebody under 18 be asked what worked, and agrees to what they wrote.

Why: whoever is honored under 18 was never asked at all.
Both ways: a downgrade forgets what guardians said of briefs; what they wrote stays.

Revision: 0057
After: 0056
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("practice_brief") as table:
        table.add_column(sa.Column("guardian_allowed_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("guardian_agreed", sa.String(), nullable=True))
        table.add_column(sa.Column("guardian_agreed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("practice_brief") as table:
        for name in ("guardian_agreed_at", "guardian_agreed", "guardian_allowed_at"):
            table.drop_column(name)
