"""Bring past years into the archive from a table, with whose word each name is published by.

Why: a quarter century of honors stands in spreadsheets, and no name becomes public without somebody having agreed; a name that is
taken out leaves a digest, so that the next table does not bring it back.
Both ways: a downgrade loses the tables as uploaded and whose word it was; the archive's lines stay.

Revision: 0008
After: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STATES = ("ready", "wrong", "imported", "repeated", "set aside")


def upgrade() -> None:
    with op.batch_alter_table("past_honour", schema=None) as batch_op:
        batch_op.add_column(sa.Column("role", sa.String(length=120), nullable=True))
        batch_op.add_column(sa.Column("basis", sa.String(length=300), nullable=True))
        batch_op.add_column(sa.Column("taken_out", sa.String(length=64), nullable=True))
        batch_op.create_index(batch_op.f("ix_past_honour_taken_out"), ["taken_out"], unique=False)

    op.create_table(
        "archive_upload",
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("matched", sa.JSON(), nullable=False),
        sa.Column("award_id", NUMBER, nullable=True),
        sa.Column("basis", sa.String(length=300), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("uploaded_by_id", NUMBER, nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_archive_upload_award_id_award")),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"], ["person.id"], name=op.f("fk_archive_upload_uploaded_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive_upload")),
    )
    op.create_table(
        "archive_row",
        sa.Column("upload_id", NUMBER, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.Column("mended", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column(
            "state",
            sa.Enum(*STATES, name="rowstate", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("honour_id", NUMBER, nullable=True),
        sa.Column("id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["archive_upload.id"], name=op.f("fk_archive_row_upload_id_archive_upload")
        ),
        sa.ForeignKeyConstraint(["honour_id"], ["past_honour.id"], name=op.f("fk_archive_row_honour_id_past_honour")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archive_row")),
        sa.UniqueConstraint("upload_id", "number", name=op.f("uq_archive_row_upload_id_number")),
        sa.UniqueConstraint("honour_id", name=op.f("uq_archive_row_honour_id")),
    )
    with op.batch_alter_table("archive_row", schema=None) as batch_op:
        batch_op.create_index("ix_archive_row_digest", ["digest"], unique=False)
        batch_op.create_index("ix_archive_row_state", ["upload_id", "state", "number"], unique=False)
        batch_op.create_index(
            "uq_archive_row_imported",
            ["digest"],
            unique=True,
            sqlite_where=sa.text("state = 'imported'"),
            postgresql_where=sa.text("state = 'imported'"),
        )


def downgrade() -> None:
    op.drop_table("archive_row")
    op.drop_table("archive_upload")
    with op.batch_alter_table("past_honour", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_past_honour_taken_out"))
        batch_op.drop_column("taken_out")
        batch_op.drop_column("basis")
        batch_op.drop_column("role")
