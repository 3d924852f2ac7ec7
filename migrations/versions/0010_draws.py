"""Keep draws: what was published, what was sealed and shown, and what came of them.

Why: an exact tie is settled by a draw where the frozen rule says so, and anyone must be able to check it.
Both ways: a downgrade loses every draw.

Revision: 0010
After: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "draw",
        sa.Column("round_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "published",
                "drawn",
                "called off",
                name="drawstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("pool", sa.JSON(), nullable=False),
        sa.Column("pool_digest", sa.String(length=64), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(length=300), nullable=False),
        sa.Column("event_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=300), nullable=True),
        sa.Column("seed", sa.String(length=64), nullable=True),
        sa.Column("winners", sa.JSON(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("(state = 'drawn') = (seed IS NOT NULL)", name=op.f("ck_draw_drawn_has_a_seed")),
        sa.CheckConstraint("places >= 1", name=op.f("ck_draw_places")),
        sa.ForeignKeyConstraint(["published_by_id"], ["person.id"], name=op.f("fk_draw_published_by_id_person")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_draw_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw")),
    )
    with op.batch_alter_table("draw", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_draw_round_id"), ["round_id"], unique=False)
    op.create_table(
        "draw_secret",
        sa.Column("draw_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=True),
        sa.Column("revealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["draw_id"], ["draw.id"], name=op.f("fk_draw_secret_draw_id_draw")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_draw_secret_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw_secret")),
        sa.UniqueConstraint("draw_id", "person_id", name=op.f("uq_draw_secret_draw_id_person_id")),
    )
    with op.batch_alter_table("draw_secret", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_draw_secret_draw_id"), ["draw_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("draw_secret", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_draw_secret_draw_id"))
    op.drop_table("draw_secret")
    with op.batch_alter_table("draw", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_draw_round_id"))
    op.drop_table("draw")
