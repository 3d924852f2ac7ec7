"""Plan the visits of a surprise: when, where, and who there is in on it.

Why: each recipient of a surprise is told in person, on a private schedule. Both ways: a downgrade forgets the schedule.

Revision: 0030
After: 0029
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "visit",
        sa.Column("candidacy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column("host_name", sa.String(length=300), nullable=False),
        sa.Column("host_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("host_phone", sa.String(length=60), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("planned_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("host_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("host_told_version", sa.Integer(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_visit_ends_after_it_begins")),
        sa.ForeignKeyConstraint(["candidacy_id"], ["candidacy.id"], name=op.f("fk_visit_candidacy_id_candidacy")),
        sa.ForeignKeyConstraint(["host_id"], ["person.id"], name=op.f("fk_visit_host_id_person")),
        sa.ForeignKeyConstraint(["planned_by_id"], ["person.id"], name=op.f("fk_visit_planned_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        sa.UniqueConstraint("candidacy_id", name=op.f("uq_visit_candidacy_id")),
        sa.UniqueConstraint("key", name=op.f("uq_visit_key")),
    )


def downgrade() -> None:
    op.drop_table("visit")
