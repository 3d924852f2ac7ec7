"""Keep how certificates and booklets read and look, and how names are said.

Why: staff change both in the browser, and whoever reads names aloud must know how.
Both ways: a downgrade prints the usual ones, and forgets how names are said.

Revision: 0032
After: 0031
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "keepsake",
        sa.Column(
            "kind",
            sa.Enum("certificate", "program", name="kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("layout", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["saved_by_id"], ["person.id"], name=op.f("fk_keepsake_saved_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keepsake")),
        sa.UniqueConstraint("kind", name=op.f("uq_keepsake_kind")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("said_as", sa.String(length=300), nullable=True))
        batch_op.add_column(sa.Column("heard_as", sa.String(length=300), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("heard_as")
        batch_op.drop_column("said_as")
    op.drop_table("keepsake")
