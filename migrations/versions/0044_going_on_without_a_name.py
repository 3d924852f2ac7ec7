"""A release that goes on without the name of somebody who has not answered.

Why: a missing answer keeps a release from being approved, until it is there or the office goes on without the name and says why.
Both ways: a downgrade forgets who decided that; the record keeps it.

Revision: 0044
After: 0043
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "release_unnamed",
        sa.Column("candidacy_id", NUMBER, nullable=False),
        sa.Column("person_id", NUMBER, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("noted_by_id", NUMBER, nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["candidacy_id"], ["candidacy.id"], name=op.f("fk_release_unnamed_candidacy_id_candidacy")
        ),
        sa.ForeignKeyConstraint(["noted_by_id"], ["person.id"], name=op.f("fk_release_unnamed_noted_by_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_release_unnamed_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_unnamed")),
        sa.UniqueConstraint("candidacy_id", "person_id", name=op.f("uq_release_unnamed_candidacy_id_person_id")),
    )


def downgrade() -> None:
    op.drop_table("release_unnamed")
