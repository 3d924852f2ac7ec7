"""Files that people upload, and the parts in which they come.

Why: a letter, a resume or a photograph is received part by part, cleaned by the worker, and only then shown.
Both ways: a downgrade forgets the files; what lies in the folder or the bucket stays there.

Revision: 0006
After: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "file",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("about_kind", sa.String(length=40), nullable=False),
        sa.Column("about_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "receiving",
                "received",
                "clean",
                "refused",
                "removed",
                name="filestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "application/pdf",
                "image/jpeg",
                "image/png",
                "image/webp",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("clean_size", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("problem", sa.String(length=20), nullable=True),
        sa.Column("waits_for_scanner", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "state != 'clean' OR (kind IS NOT NULL AND sha256 IS NOT NULL)", name=op.f("ck_file_clean_has_a_digest")
        ),
        sa.CheckConstraint("received >= 0 AND received <= size", name=op.f("ck_file_received_within_size")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_file_owner_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file")),
        sa.UniqueConstraint("key", name=op.f("uq_file_key")),
    )
    with op.batch_alter_table("file", schema=None) as batch_op:
        batch_op.create_index("ix_file_about", ["about_kind", "about_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_file_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index("ix_file_state", ["state", "created_at"], unique=False)

    op.create_table(
        "file_part",
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("begins", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_file_part_not_empty")),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name=op.f("fk_file_part_file_id_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_part")),
        sa.UniqueConstraint("file_id", "begins", name=op.f("uq_file_part_file_id_begins")),
        sa.UniqueConstraint("key", name=op.f("uq_file_part_key")),
    )
    with op.batch_alter_table("file_part", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_file_part_file_id"), ["file_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("file_part", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_file_part_file_id"))

    op.drop_table("file_part")
    with op.batch_alter_table("file", schema=None) as batch_op:
        batch_op.drop_index("ix_file_state")
        batch_op.drop_index(batch_op.f("ix_file_owner_id"))
        batch_op.drop_index("ix_file_about")

    op.drop_table("file")
