"""Keep each reminder as a row of its own, and what each cycle reminds of.

Why: a reminder goes once for its kind, its person and its due instant, whatever the worker lived through, and each cycle
says how many days before. Both ways: a downgrade forgets what went out; messages keep keys of their own, so none goes twice.

Revision: 0025
After: 0024
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

KINDS = ("draft", "invitation", "part", "letter", "reading", "consent")
KIND = sa.Enum(*KINDS, name="kind", native_enum=False, create_constraint=True, length=32)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "reminder_plan",
        sa.Column("cycle_id", NUMBER, nullable=False),
        sa.Column("kind", KIND, nullable=False),
        sa.Column("switched_on", sa.Boolean(), nullable=False),
        sa.Column("days", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_reminder_plan_cycle_id_cycle")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_plan")),
        sa.UniqueConstraint("cycle_id", "kind", name=op.f("uq_reminder_plan_cycle_id_kind")),
    )
    op.create_table(
        "reminder",
        sa.Column("cycle_id", NUMBER, nullable=False),
        sa.Column("kind", KIND, nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_reminder_cycle_id_cycle")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reminder_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint(
            "kind", "subject_kind", "subject_id", "person_id", "due_at", "days", name="uq_reminder_once"
        ),
    )
    op.create_index("ix_reminder_cycle", "reminder", ["cycle_id", "kind"])
    op.create_index(op.f("ix_reminder_person_id"), "reminder", ["person_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_reminder_person_id"), table_name="reminder")
    op.drop_index("ix_reminder_cycle", table_name="reminder")
    op.drop_table("reminder")
    op.drop_table("reminder_plan")
