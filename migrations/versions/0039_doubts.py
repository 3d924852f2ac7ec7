"""Keep what looks like a program's work for staff to look at, and counts that are thrown away after two days.

Why: spam is neither let in nor refused unseen; a school behind one address is never locked out. Both ways: a downgrade
forgets what was held, whose text stays with its nomination.

Revision: 0039
After: 0038
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STATES = ("open", "let in", "set aside")


def upgrade() -> None:
    op.create_table(
        "doubt",
        sa.Column("nomination_id", NUMBER, nullable=False),
        sa.Column("signs", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(*STATES, name="doubtstate", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", NUMBER, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", NUMBER, nullable=False),
        sa.CheckConstraint("(state = 'open') = (decided_at IS NULL)", name=op.f("ck_doubt_decided_has_a_date")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_doubt_decided_by_id_person")),
        sa.ForeignKeyConstraint(["nomination_id"], ["nomination.id"], name=op.f("fk_doubt_nomination_id_nomination")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_doubt")),
        sa.UniqueConstraint("nomination_id", name=op.f("uq_doubt_nomination_id")),
    )
    op.create_index(op.f("ix_doubt_state"), "doubt", ["state"])
    op.create_table(
        "sitting_evidence",
        sa.Column("sitting_id", NUMBER, nullable=False),
        sa.Column("trapped", sa.Boolean(), nullable=False),
        sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["sitting_id"], ["sitting.id"], name=op.f("fk_sitting_evidence_sitting_id_sitting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sitting_evidence")),
        sa.UniqueConstraint("sitting_id", name=op.f("uq_sitting_evidence_sitting_id")),
    )
    op.create_table(
        "tally",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("id", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tally")),
        sa.UniqueConstraint("kind", "key", "hour", name=op.f("uq_tally_kind_key_hour")),
    )
    op.create_index(op.f("ix_tally_hour"), "tally", ["hour"])
    op.create_table(
        "spent_proof",
        sa.Column("challenge", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spent_proof")),
        sa.UniqueConstraint("challenge", name=op.f("uq_spent_proof_challenge")),
    )
    op.create_index(op.f("ix_spent_proof_expires_at"), "spent_proof", ["expires_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_spent_proof_expires_at"), table_name="spent_proof")
    op.drop_table("spent_proof")
    op.drop_index(op.f("ix_tally_hour"), table_name="tally")
    op.drop_table("tally")
    op.drop_table("sitting_evidence")
    op.drop_index(op.f("ix_doubt_state"), table_name="doubt")
    op.drop_table("doubt")
