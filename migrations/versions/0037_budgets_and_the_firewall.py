"""Budgets of a year, restrictions of a fund, the firewall sheet, and what went back to a fund.

Why: funds give other sums in other years and for their donors' purposes; releases ask who approved the procedure; sums are forfeited.
Both ways: a downgrade loses budgets of single years, restrictions, firewall sheets, and that sums were forfeited.

Revision: 0037
After: 0036
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fund_year",
        sa.Column("fund_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("budget_cents", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("budget_cents >= 0", name=op.f("ck_fund_year_not_negative")),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_fund_year_fund_id_fund")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_year")),
        sa.UniqueConstraint("fund_id", "year", name=op.f("uq_fund_year_fund_id_year")),
    )
    with op.batch_alter_table("fund_year", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fund_year_fund_id"), ["fund_id"], unique=False)

    op.create_table(
        "firewall",
        sa.Column("cycle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("procedure", sa.String(length=300), nullable=False),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("approved_by", sa.String(length=200), nullable=False),
        sa.Column("families_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("families_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("families_of", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_firewall_cycle_id_cycle")),
        sa.ForeignKeyConstraint(["families_by_id"], ["person.id"], name=op.f("fk_firewall_families_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firewall")),
        sa.UniqueConstraint("cycle_id", name=op.f("uq_firewall_cycle_id")),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.add_column(sa.Column("forfeited_cents", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("earlier", sa.JSON(), nullable=True))
    op.execute("UPDATE decision SET forfeited_cents = 0")
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.alter_column("forfeited_cents", existing_type=sa.Integer(), nullable=False)
        batch_op.create_check_constraint(
            op.f("ck_decision_forfeits_what_it_gives"),
            sa.text("forfeited_cents >= 0 AND forfeited_cents <= COALESCE(sum_cents, 0)"),
        )

    with op.batch_alter_table("fund", schema=None) as batch_op:
        batch_op.add_column(sa.Column("restriction", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("payees", sa.JSON(), nullable=True))
    op.execute("UPDATE fund SET restriction = '', payees = '[]'")
    with op.batch_alter_table("fund", schema=None) as batch_op:
        batch_op.alter_column("restriction", existing_type=sa.String(), nullable=False)
        batch_op.alter_column("payees", existing_type=sa.JSON(), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("fund", schema=None) as batch_op:
        batch_op.drop_column("payees")
        batch_op.drop_column("restriction")
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_decision_forfeits_what_it_gives"), type_="check")
        batch_op.drop_column("earlier")
        batch_op.drop_column("forfeited_cents")
    op.drop_table("firewall")
    with op.batch_alter_table("fund_year", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_fund_year_fund_id"))
    op.drop_table("fund_year")
