"""Forms that came on paper, typed in by one person and compared by another.

Why: whoever would rather write by hand may; the time the paper came counts, and nobody's typing counts unread by a second person.
Both ways: a downgrade forgets the forms, not the nominations that came of them: those were entered by the office then.

Revision: 0035
After: 0034
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BEFORE = "'web', 'import', 'staff', 'demonstration'"
PEOPLE = ("taken_by_id", "typed_by_id", "checked_by_id")


def _ways(words: str) -> None:
    with op.batch_alter_table("nomination", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_nomination_entered"), type_="check")
        batch_op.create_check_constraint(op.f("ck_nomination_entered"), sa.text(f"entered IN ({words})"))


def upgrade() -> None:
    op.create_table(
        "paper",
        sa.Column("cycle_id", NUMBER, nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "received",
                "typed in",
                "differs",
                "counted",
                "set aside",
                name="paperstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("once", sa.String(length=60), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by_id", NUMBER, nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("file_id", NUMBER, nullable=True),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("thank", sa.Boolean(), nullable=False),
        sa.Column("typed_by_id", NUMBER, nullable=True),
        sa.Column("typed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_by_id", NUMBER, nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("nomination_id", NUMBER, nullable=True),
        sa.Column("id", NUMBER, nullable=False),
        sa.CheckConstraint("checked_by_id IS NULL OR checked_by_id != typed_by_id", name=op.f("ck_paper_two_people")),
        sa.CheckConstraint(
            "state != 'counted' OR (checked_by_id IS NOT NULL AND typed_by_id IS NOT NULL AND file_id IS NOT NULL)",
            name=op.f("ck_paper_counted_was_compared"),
        ),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_paper_cycle_id_cycle")),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name=op.f("fk_paper_file_id_file")),
        sa.ForeignKeyConstraint(["nomination_id"], ["nomination.id"], name=op.f("fk_paper_nomination_id_nomination")),
        *(sa.ForeignKeyConstraint([who], ["person.id"], name=op.f(f"fk_paper_{who}_person")) for who in PEOPLE),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper")),
        sa.UniqueConstraint("once", name=op.f("uq_paper_once")),
        sa.UniqueConstraint("nomination_id", name=op.f("uq_paper_nomination_id")),
    )
    with op.batch_alter_table("paper", schema=None) as batch_op:
        batch_op.create_index("ix_paper_listing", ["cycle_id", "state", "received_at"], unique=False)
    _ways(f"{BEFORE}, 'paper'")


def downgrade() -> None:
    op.execute("UPDATE nomination SET entered = 'staff' WHERE entered = 'paper'")
    _ways(BEFORE)
    with op.batch_alter_table("paper", schema=None) as batch_op:
        batch_op.drop_index("ix_paper_listing")
    op.drop_table("paper")
