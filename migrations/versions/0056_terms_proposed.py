"""Another list of what offers need waits for a second person before it holds.

Why: it says what must be here before a sum is paid, and what recipients sign; one person alone could change both.
Both ways: a downgrade forgets what is proposed; what holds stays.

Revision: 0056
After: 0055
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("offer_terms") as table:
        table.add_column(sa.Column("new_needs", sa.JSON(), nullable=True))
        table.add_column(sa.Column("new_agreement", sa.JSON(), nullable=True))
        table.add_column(sa.Column("proposed_by_id", NUMBER, nullable=True))
        table.add_column(sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True))
        table.create_foreign_key(op.f("fk_offer_terms_proposed_by_id_person"), "person", ["proposed_by_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("offer_terms") as table:
        table.drop_constraint(op.f("fk_offer_terms_proposed_by_id_person"), type_="foreignkey")
        for name in ("proposed_at", "proposed_by_id", "new_agreement", "new_needs"):
            table.drop_column(name)
