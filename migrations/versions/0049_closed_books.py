"""Books of a year that are closed.

Why: once a year is reconciled to the cent its accountant closes it; whatever changes later stands as an entry of its own.
Both ways: a downgrade opens every year again; the record keeps when each was closed.

Revision: 0049
After: 0048
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CLOSED = (
    "(closed_on IS NULL) = (closed_cents IS NULL) AND (closed_on IS NULL) = (closed_by_id IS NULL)"
    " AND (closed_on IS NULL) = (closed_at IS NULL)"
)


def upgrade() -> None:
    with op.batch_alter_table("fund_year", schema=None) as batch_op:
        batch_op.add_column(sa.Column("closed_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("closed_by_id", NUMBER, nullable=True))
        batch_op.add_column(sa.Column("closed_cents", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_fund_year_closed_by_id_person"), "person", ["closed_by_id"], ["id"])
        batch_op.create_check_constraint(batch_op.f("ck_fund_year_closed_by_someone"), CLOSED)


def downgrade() -> None:
    with op.batch_alter_table("fund_year", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_fund_year_closed_by_someone"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_fund_year_closed_by_id_person"), type_="foreignkey")
        batch_op.drop_column("closed_cents")
        batch_op.drop_column("closed_by_id")
        batch_op.drop_column("closed_at")
        batch_op.drop_column("closed_on")
