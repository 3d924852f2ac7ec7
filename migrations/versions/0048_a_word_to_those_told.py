"""A word owed to those who were told what holds no more.

Why: messages that have left cannot be called back; whoever read that somebody was chosen hears when that was corrected or taken back.
Both ways: a downgrade forgets what is still owed; what was sent stays among the messages, and the record keeps the rest.

Revision: 0048
After: 0047
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "followup",
        sa.Column("candidacy_id", NUMBER, nullable=False),
        sa.Column(
            "change",
            sa.Enum("corrected", "taken back", name="change", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("spared", sa.Boolean(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("begun_by_id", NUMBER, nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by_id", NUMBER, nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", NUMBER, nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent", sa.Integer(), nullable=True),
        sa.Column("why", sa.String(), nullable=True),
        sa.Column("id", NUMBER, nullable=False),
        sa.CheckConstraint("(settled_at IS NULL) = (sent IS NULL)", name=op.f("ck_followup_settled_says_how_many")),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (settled_by_id IS NULL)", name=op.f("ck_followup_settled_by_someone")
        ),
        sa.CheckConstraint(
            "sent IS NULL OR sent > 0 OR why IS NOT NULL", name=op.f("ck_followup_nobody_is_told_for_a_reason")
        ),
        sa.CheckConstraint(
            "sent IS NULL OR sent = 0 OR ((begun_by_id IS NULL OR settled_by_id != begun_by_id)"
            " AND (saved_by_id IS NULL OR settled_by_id != saved_by_id))",
            name=op.f("ck_followup_a_second_person"),
        ),
        sa.ForeignKeyConstraint(["begun_by_id"], ["person.id"], name=op.f("fk_followup_begun_by_id_person")),
        sa.ForeignKeyConstraint(["candidacy_id"], ["candidacy.id"], name=op.f("fk_followup_candidacy_id_candidacy")),
        sa.ForeignKeyConstraint(["saved_by_id"], ["person.id"], name=op.f("fk_followup_saved_by_id_person")),
        sa.ForeignKeyConstraint(["settled_by_id"], ["person.id"], name=op.f("fk_followup_settled_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_followup")),
    )
    op.create_index(op.f("ix_followup_candidacy_id"), "followup", ["candidacy_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_followup_candidacy_id"), table_name="followup")
    op.drop_table("followup")
