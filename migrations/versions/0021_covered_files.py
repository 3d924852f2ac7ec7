"""Files as a blind round shows them, and strings that are known of a whole school.

Why: letters and resumes that came as files are read in a blind round once their pages were drawn anew and looked over; and a mascot,
once somebody found it, is covered for everybody at that school. Both ways: a downgrade forgets both.

Revision: 0021
After: 0020
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "covered_file",
        sa.Column("candidacy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("pieces", sa.JSON(), nullable=False),
        sa.Column("boxes", sa.JSON(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("drawn_from", sa.String(length=64), nullable=True),
        sa.Column("trouble", sa.String(length=20), nullable=True),
        sa.Column("kept_back", sa.Boolean(), nullable=False),
        sa.Column("approved_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "NOT (kept_back AND approved_at IS NOT NULL)", name=op.f("ck_covered_file_shown_or_kept_back")
        ),
        sa.CheckConstraint(
            "drawn_from IS NULL OR (key IS NOT NULL AND pages > 0)", name=op.f("ck_covered_file_drawn_has_pages")
        ),
        sa.ForeignKeyConstraint(["approved_by_id"], ["person.id"], name=op.f("fk_covered_file_approved_by_id_person")),
        sa.ForeignKeyConstraint(
            ["candidacy_id"], ["candidacy.id"], name=op.f("fk_covered_file_candidacy_id_candidacy")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name=op.f("fk_covered_file_file_id_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_covered_file")),
        sa.UniqueConstraint("candidacy_id", "file_id", name=op.f("uq_covered_file_candidacy_id_file_id")),
        sa.UniqueConstraint("key", name=op.f("uq_covered_file_key")),
    )
    with op.batch_alter_table("covered_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_covered_file_candidacy_id"), ["candidacy_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_covered_file_file_id"), ["file_id"], unique=False)

    with op.batch_alter_table("known_string", schema=None) as batch_op:
        batch_op.add_column(sa.Column("school_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        batch_op.alter_column(
            "candidacy_id", existing_type=sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        )
        batch_op.create_index(batch_op.f("ix_known_string_school_id"), ["school_id"], unique=False)
        batch_op.create_unique_constraint(batch_op.f("uq_known_string_school_id_text"), ["school_id", "text"])
        batch_op.create_foreign_key(batch_op.f("fk_known_string_school_id_school"), "school", ["school_id"], ["id"])
        batch_op.create_check_constraint(
            batch_op.f("ck_known_string_of_one_or_the_other"), "(candidacy_id IS NULL) != (school_id IS NULL)"
        )


def downgrade() -> None:
    op.execute("DELETE FROM known_string WHERE candidacy_id IS NULL")
    with op.batch_alter_table("known_string", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_known_string_of_one_or_the_other"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_known_string_school_id_school"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_known_string_school_id_text"), type_="unique")
        batch_op.drop_index(batch_op.f("ix_known_string_school_id"))
        batch_op.alter_column(
            "candidacy_id", existing_type=sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        )
        batch_op.drop_column("school_id")

    with op.batch_alter_table("covered_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_covered_file_file_id"))
        batch_op.drop_index(batch_op.f("ix_covered_file_candidacy_id"))

    op.drop_table("covered_file")
