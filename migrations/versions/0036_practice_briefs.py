"""Keep practice briefs, which recipients write months after the award.

Why: what worked is shared beside a recipient's page. Both ways: a downgrade forgets the briefs.

Revision: 0036
After: 0035
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "practice_brief",
        sa.Column("candidacy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "asked",
                "declined",
                "sent",
                "published",
                "taken back",
                name="briefstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agreed", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("published_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "state != 'published' OR published_by_id IS NOT NULL", name=op.f("ck_practice_brief_published_by_someone")
        ),
        sa.CheckConstraint(
            "state NOT IN ('sent', 'published') OR agreed IS NOT NULL", name=op.f("ck_practice_brief_sent_with_consent")
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_practice_brief_asked_by_id_person")),
        sa.ForeignKeyConstraint(
            ["candidacy_id"], ["candidacy.id"], name=op.f("fk_practice_brief_candidacy_id_candidacy")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_practice_brief_person_id_person")),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["person.id"], name=op.f("fk_practice_brief_published_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practice_brief")),
        sa.UniqueConstraint("candidacy_id", "person_id", name=op.f("uq_practice_brief_candidacy_id_person_id")),
    )
    with op.batch_alter_table("practice_brief", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_practice_brief_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_practice_brief_state"), ["state"], unique=False)
    with op.batch_alter_table("recipient", schema=None) as batch_op:
        batch_op.add_column(sa.Column("practice_title", sa.String(length=300), nullable=True))
        batch_op.add_column(sa.Column("practice", sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("recipient", schema=None) as batch_op:
        batch_op.drop_column("practice")
        batch_op.drop_column("practice_title")
    with op.batch_alter_table("practice_brief", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_practice_brief_state"))
        batch_op.drop_index(batch_op.f("ix_practice_brief_person_id"))
    op.drop_table("practice_brief")
