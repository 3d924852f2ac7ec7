"""When and where nominees are met.

Why: in a round of interviews or visits the office sets a time and a place with the nominee and the readers.
Both ways: a downgrade forgets these times; what was sent about them stays among the messages.

Revision: 0047
After: 0046
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "appointment",
        sa.Column("round_id", NUMBER, nullable=False),
        sa.Column("candidacy_id", NUMBER, nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("planned_by_id", NUMBER, nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_version", sa.Integer(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", NUMBER, nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_appointment_ends_after_it_begins")),
        sa.CheckConstraint("(told_at IS NULL) = (told_version IS NULL)", name=op.f("ck_appointment_told_of_a_version")),
        sa.ForeignKeyConstraint(["candidacy_id"], ["candidacy.id"], name=op.f("fk_appointment_candidacy_id_candidacy")),
        sa.ForeignKeyConstraint(["planned_by_id"], ["person.id"], name=op.f("fk_appointment_planned_by_id_person")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_appointment_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
        sa.UniqueConstraint("key", name=op.f("uq_appointment_key")),
        sa.UniqueConstraint("round_id", "candidacy_id", name=op.f("uq_appointment_round_id_candidacy_id")),
    )
    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_appointment_candidacy_id"), ["candidacy_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_appointment_round_id"), ["round_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_appointment_round_id"))
        batch_op.drop_index(batch_op.f("ix_appointment_candidacy_id"))
    op.drop_table("appointment")
