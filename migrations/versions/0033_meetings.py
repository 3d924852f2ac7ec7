"""Let a committee meet: an agenda of those at the cut, notes for fewer ears, second thoughts beside scores, extra readings.

Why: independent scores are locked before anybody sees others', and what is said after that is kept apart from them. Both ways: a
downgrade loses meetings and second thoughts, and every note is the committee's again.

Revision: 0033
After: 0032
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AUDIENCES = ("self", "chair", "committee", "minutes")


def upgrade() -> None:
    with op.batch_alter_table("round", schema=None) as batch_op:
        batch_op.add_column(sa.Column("extra_only", sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table("round", schema=None) as batch_op:
        batch_op.alter_column("extra_only", server_default=None)
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("extra", sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.alter_column("extra", server_default=None)
    audience = sa.Enum(*AUDIENCES, name="audience", native_enum=False, create_constraint=True, length=32)
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.add_column(sa.Column("audience", audience, server_default="committee", nullable=False))
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.alter_column("audience", server_default=None)
    op.create_table(
        "meeting",
        sa.Column("round_id", NUMBER, nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("begun_by_id", NUMBER, nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("present", sa.JSON(), nullable=False),
        sa.Column("shown_id", NUMBER, nullable=True),
        sa.Column("id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_meeting_round_id_round")),
        sa.ForeignKeyConstraint(["begun_by_id"], ["person.id"], name=op.f("fk_meeting_begun_by_id_person")),
        sa.ForeignKeyConstraint(["shown_id"], ["candidacy.id"], name=op.f("fk_meeting_shown_id_candidacy")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sa.UniqueConstraint("round_id", name=op.f("uq_meeting_round_id")),
    )
    op.create_table(
        "agenda_item",
        sa.Column("meeting_id", NUMBER, nullable=False),
        sa.Column("candidacy_id", NUMBER, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("brought_by_id", NUMBER, nullable=True),
        sa.Column("talked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("talked_by_id", NUMBER, nullable=True),
        sa.Column("id", NUMBER, nullable=False),
        sa.CheckConstraint(
            "(talked_at IS NULL) = (talked_by_id IS NULL)", name=op.f("ck_agenda_item_talked_by_somebody")
        ),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_agenda_item_meeting_id_meeting")),
        sa.ForeignKeyConstraint(["candidacy_id"], ["candidacy.id"], name=op.f("fk_agenda_item_candidacy_id_candidacy")),
        sa.ForeignKeyConstraint(["brought_by_id"], ["person.id"], name=op.f("fk_agenda_item_brought_by_id_person")),
        sa.ForeignKeyConstraint(["talked_by_id"], ["person.id"], name=op.f("fk_agenda_item_talked_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_item")),
        sa.UniqueConstraint("meeting_id", "candidacy_id", name=op.f("uq_agenda_item_meeting_id_candidacy_id")),
    )
    op.create_table(
        "second_thought",
        sa.Column("review_id", NUMBER, nullable=False),
        sa.Column("criterion_id", NUMBER, nullable=False),
        sa.Column("before", sa.Integer(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", NUMBER, nullable=False),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_second_thought_reason")),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_second_thought_review_id_review")),
        sa.ForeignKeyConstraint(
            ["criterion_id"], ["criterion.id"], name=op.f("fk_second_thought_criterion_id_criterion")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_thought")),
    )
    with op.batch_alter_table("agenda_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agenda_item_meeting_id"), ["meeting_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_agenda_item_candidacy_id"), ["candidacy_id"], unique=False)
    with op.batch_alter_table("second_thought", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_second_thought_review_id"), ["review_id"], unique=False)
        batch_op.create_index(
            "uq_second_thought_current",
            ["review_id", "criterion_id"],
            unique=True,
            sqlite_where=sa.text("replaced_at IS NULL"),
            postgresql_where=sa.text("replaced_at IS NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("second_thought", schema=None) as batch_op:
        batch_op.drop_index("uq_second_thought_current")
        batch_op.drop_index(batch_op.f("ix_second_thought_review_id"))
    with op.batch_alter_table("agenda_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agenda_item_candidacy_id"))
        batch_op.drop_index(batch_op.f("ix_agenda_item_meeting_id"))
    op.drop_table("second_thought")
    op.drop_table("agenda_item")
    op.drop_table("meeting")
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_note_audience"), type_="check")
        batch_op.drop_column("audience")
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_column("extra")
    with op.batch_alter_table("round", schema=None) as batch_op:
        batch_op.drop_column("extra_only")
