"""Keep photographs of those honored, with words for whoever does not see them and what matters in them.

Why: a recipient's page shows a photograph where its person agrees. Both ways: a downgrade forgets them; the files stay.

Revision: 0023
After: 0022
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "photo",
        sa.Column("candidacy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("alt", sa.String(), nullable=False),
        sa.Column("focus_x", sa.Integer(), nullable=False),
        sa.Column("focus_y", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "focus_x BETWEEN 0 AND 100 AND focus_y BETWEEN 0 AND 100", name=op.f("ck_photo_focus_in_the_picture")
        ),
        sa.ForeignKeyConstraint(["candidacy_id"], ["candidacy.id"], name=op.f("fk_photo_candidacy_id_candidacy")),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name=op.f("fk_photo_file_id_file")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_photo_person_id_person")),
        sa.ForeignKeyConstraint(["saved_by_id"], ["person.id"], name=op.f("fk_photo_saved_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo")),
        sa.UniqueConstraint("candidacy_id", "person_id", name=op.f("uq_photo_candidacy_id_person_id")),
    )
    with op.batch_alter_table("recipient", schema=None) as batch_op:
        batch_op.add_column(sa.Column("photo", sa.String(length=60), nullable=True))
        batch_op.add_column(sa.Column("photo_alt", sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("recipient", schema=None) as batch_op:
        batch_op.drop_column("photo_alt")
        batch_op.drop_column("photo")
    op.drop_table("photo")
