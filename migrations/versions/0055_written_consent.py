"""What somebody agreed to by telephone, on paper or in person is written down by the office, and stands behind the consent.

Why: families without e-mail could agree to nothing. For somebody under 18 a second person confirms it first.
Both ways: a downgrade forgets who wrote what down; what was agreed to stays.

Revision: 0055
After: 0054
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "hearing",
        sa.Column("candidacy_id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("by_guardian", sa.Boolean(), nullable=False),
        sa.Column("needs_second", sa.Boolean(), nullable=False),
        sa.Column("said_by", sa.String(200), nullable=False),
        sa.Column("how", _one_of("how", "telephone", "paper", "in person"), nullable=False),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("file_id", NUMBER, nullable=True),
        sa.Column("once", sa.String(40), nullable=True),
        sa.Column("recorded_by_id", NUMBER, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", _one_of("hearingstate", "waiting", "holds", "set aside"), nullable=False),
        sa.Column("settled_by_id", NUMBER, nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("id", NUMBER, nullable=False),
        sa.CheckConstraint("(state = 'waiting') = (settled_at IS NULL)", name=op.f("ck_hearing_settled_has_a_date")),
        sa.CheckConstraint(
            "state != 'holds' OR NOT needs_second OR (settled_by_id IS NOT NULL AND settled_by_id != recorded_by_id)",
            name=op.f("ck_hearing_a_second_person"),
        ),
        sa.CheckConstraint(
            "state != 'set aside' OR reason IS NOT NULL", name=op.f("ck_hearing_set_aside_for_a_reason")
        ),
        sa.ForeignKeyConstraint(["candidacy_id"], ["candidacy.id"], name=op.f("fk_hearing_candidacy_id_candidacy")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_hearing_person_id_person")),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name=op.f("fk_hearing_file_id_file")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["person.id"], name=op.f("fk_hearing_recorded_by_id_person")),
        sa.ForeignKeyConstraint(["settled_by_id"], ["person.id"], name=op.f("fk_hearing_settled_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hearing")),
        sa.UniqueConstraint("once", name=op.f("uq_hearing_once")),
    )
    op.create_index(op.f("ix_hearing_candidacy_id"), "hearing", ["candidacy_id"])
    op.create_index(op.f("ix_hearing_person_id"), "hearing", ["person_id"])
    with op.batch_alter_table("consent") as table:
        table.add_column(sa.Column("hearing_id", NUMBER, nullable=True))
        table.create_foreign_key(op.f("fk_consent_hearing_id_hearing"), "hearing", ["hearing_id"], ["id"])
        table.create_index(op.f("ix_consent_hearing_id"), ["hearing_id"])


def downgrade() -> None:
    with op.batch_alter_table("consent") as table:
        table.drop_index(op.f("ix_consent_hearing_id"))
        table.drop_constraint(op.f("fk_consent_hearing_id_hearing"), type_="foreignkey")
        table.drop_column("hearing_id")
    op.drop_index(op.f("ix_hearing_person_id"), table_name="hearing")
    op.drop_index(op.f("ix_hearing_candidacy_id"), table_name="hearing")
    op.drop_table("hearing")
