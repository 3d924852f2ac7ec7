"""Let a cycle have rounds of several kinds, one after another: screening, scoring, ranking, interview or visit.

Why: a committee first passes or fails, then scores, then meets those who are left. Each round has its readers, reads, quorum, cap,
names and school data of its own, and says who goes on. Both ways: a downgrade loses reviews without a rubric, and who went on.

Revision: 0018
After: 0017
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

BEFORE = ("scoring",)
AFTER = ("screening", "scoring", "ranking", "interview")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CHECKS = {
    "ck_round_quorum": "quorum >= 1",
    "ck_round_cap": "cap IS NULL OR cap >= 1",
    "ck_round_best": "best IS NULL OR best >= 1",
    "ck_round_per_school": "per_school IS NULL OR per_school >= 1",
}
NEW = ("quorum", "cap", "best", "names_after", "shows_school", "by_language", "one_per_school", "per_school", "goes_on")


def _kinds(words: tuple[str, ...]) -> sa.TextClause:
    return sa.text(f"kind IN ({', '.join(repr(word) for word in words)})")


def upgrade() -> None:
    with op.batch_alter_table("round", schema=None) as batch_op:
        batch_op.add_column(sa.Column("quorum", sa.Integer(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("cap", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("best", sa.Integer(), nullable=True))
        for name in ("names_after", "shows_school", "by_language", "one_per_school"):
            batch_op.add_column(sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("per_school", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("rubric_id", NUMBER, nullable=True))
        batch_op.add_column(sa.Column("goes_on", sa.JSON(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_round_rubric_id_rubric"), "rubric", ["rubric_id"], ["id"])
        batch_op.drop_constraint(op.f("ck_round_roundkind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_round_roundkind"), _kinds(AFTER))
        for name, says in CHECKS.items():
            batch_op.create_check_constraint(op.f(name), sa.text(says))
    with op.batch_alter_table("round", schema=None) as batch_op:
        for name in ("quorum", "names_after", "shows_school", "by_language", "one_per_school"):
            batch_op.alter_column(name, server_default=None)
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.alter_column("rubric_id", existing_type=NUMBER, nullable=True)
    op.create_table(
        "round_reader",
        sa.Column("round_id", NUMBER, nullable=False),
        sa.Column("member_id", NUMBER, nullable=False),
        sa.Column("id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_round_reader_round_id_round")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_round_reader_member_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_reader")),
        sa.UniqueConstraint("round_id", "member_id", name=op.f("uq_round_reader_round_id_member_id")),
    )
    op.create_table(
        "onward",
        sa.Column("round_id", NUMBER, nullable=False),
        sa.Column("candidacy_id", NUMBER, nullable=False),
        sa.Column("goes_on", sa.Boolean(), nullable=False),
        sa.Column("by_rule", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_by_id", NUMBER, nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", NUMBER, nullable=False),
        sa.CheckConstraint("by_rule OR length(reason) > 0", name=op.f("ck_onward_reason")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_onward_round_id_round")),
        sa.ForeignKeyConstraint(["candidacy_id"], ["candidacy.id"], name=op.f("fk_onward_candidacy_id_candidacy")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_onward_decided_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_onward")),
        sa.UniqueConstraint("round_id", "candidacy_id", name=op.f("uq_onward_round_id_candidacy_id")),
    )
    op.create_table(
        "verdict",
        sa.Column("review_id", NUMBER, nullable=False),
        sa.Column("passes", sa.Boolean(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", NUMBER, nullable=False),
        sa.CheckConstraint("passes IS NULL OR place IS NULL", name=op.f("ck_verdict_one_or_the_other")),
        sa.CheckConstraint("place IS NULL OR place >= 1", name=op.f("ck_verdict_place")),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_verdict_review_id_review")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdict")),
    )
    with op.batch_alter_table("round_reader", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_round_reader_round_id"), ["round_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_round_reader_member_id"), ["member_id"], unique=False)
    with op.batch_alter_table("onward", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_onward_round_id"), ["round_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_onward_candidacy_id"), ["candidacy_id"], unique=False)
    with op.batch_alter_table("verdict", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_verdict_review_id"), ["review_id"], unique=False)
        batch_op.create_index(
            "uq_verdict_current",
            ["review_id"],
            unique=True,
            sqlite_where=sa.text("replaced_at IS NULL"),
            postgresql_where=sa.text("replaced_at IS NULL"),
        )


def downgrade() -> None:
    for table in ("verdict", "onward", "round_reader"):
        op.drop_table(table)
    unscored = "SELECT id FROM review WHERE rubric_id IS NULL"
    op.execute(f"DELETE FROM score WHERE review_id IN ({unscored})")  # noqa: S608 - no word of anybody's in it
    op.execute("DELETE FROM review WHERE rubric_id IS NULL")
    op.execute("UPDATE round SET kind = 'scoring' WHERE kind != 'scoring'")
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.alter_column("rubric_id", existing_type=NUMBER, nullable=False)
    with op.batch_alter_table("round", schema=None) as batch_op:
        for name in ("ck_round_roundkind", *CHECKS):
            batch_op.drop_constraint(op.f(name), type_="check")
        batch_op.drop_constraint(op.f("fk_round_rubric_id_rubric"), type_="foreignkey")
        for name in (*NEW, "rubric_id"):
            batch_op.drop_column(name)
        batch_op.create_check_constraint(op.f("ck_round_roundkind"), _kinds(BEFORE))
