"""Let a second person approve the messages of a release and check its pages, and say how long a recipient has been there.

Why: both were approved with the release alone, unread. What was approved before holds: its pages count as checked,
its messages as approved.
Both ways: a downgrade forgets who checked what, the paragraphs that were added, and the years.

Revision: 0022
After: 0021
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


KINDS = ("selected", "guardian", "alternate", "finalist", "not_selected", "nominator", "recommender", "school")


def _keep_what_was_approved(wording: sa.Table) -> None:
    """Carry an approval that was given over to what it was given for."""
    bind = op.get_bind()
    approved = bind.execute(
        sa.text("SELECT cycle_id, approved_by_id, approved_at FROM release WHERE state = 'approved'").columns(
            approved_at=sa.DateTime(timezone=True)
        )
    ).all()
    for cycle, by, at in approved:
        said = {"cycle_id": cycle, "words": {}, "version": 1, "approved_by_id": by, "approved_at": at}
        bind.execute(sa.insert(wording), [{**said, "kind": kind} for kind in KINDS])
        bind.execute(
            sa.text(
                "UPDATE page_draft SET checked_by_id = :by, checked_at = :at WHERE (saved_by_id IS NULL OR saved_by_id != :by) "
                "AND candidacy_id IN (SELECT id FROM candidacy WHERE cycle_id = :cycle)"
            ).bindparams(sa.bindparam("at", type_=sa.DateTime(timezone=True))),
            {"by": by, "at": at, "cycle": cycle},
        )


def upgrade() -> None:
    wording = op.create_table(
        "release_wording",
        sa.Column("cycle_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("saved_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "(approved_by_id IS NULL) = (approved_at IS NULL)", name=op.f("ck_release_wording_approved_by_someone")
        ),
        sa.CheckConstraint(
            "approved_by_id IS NULL OR saved_by_id IS NULL OR approved_by_id != saved_by_id",
            name=op.f("ck_release_wording_a_second_person"),
        ),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["person.id"], name=op.f("fk_release_wording_approved_by_id_person")
        ),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_release_wording_cycle_id_cycle")),
        sa.ForeignKeyConstraint(["saved_by_id"], ["person.id"], name=op.f("fk_release_wording_saved_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_wording")),
        sa.UniqueConstraint("cycle_id", "kind", name=op.f("uq_release_wording_cycle_id_kind")),
    )
    with op.batch_alter_table("page_draft", schema=None) as batch_op:
        batch_op.add_column(sa.Column("years", sa.String(length=200), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("checked_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_page_draft_checked_by_id_person"), "person", ["checked_by_id"], ["id"]
        )
        batch_op.create_check_constraint(
            op.f("ck_page_draft_checked_by_someone"), "(checked_by_id IS NULL) = (checked_at IS NULL)"
        )
        batch_op.create_check_constraint(
            op.f("ck_page_draft_a_second_person"),
            "checked_by_id IS NULL OR saved_by_id IS NULL OR checked_by_id != saved_by_id",
        )
    with op.batch_alter_table("recipient", schema=None) as batch_op:
        batch_op.add_column(sa.Column("years", sa.String(length=200), nullable=True))
    _keep_what_was_approved(wording)


def downgrade() -> None:
    with op.batch_alter_table("recipient", schema=None) as batch_op:
        batch_op.drop_column("years")
    with op.batch_alter_table("page_draft", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_page_draft_a_second_person"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_page_draft_checked_by_someone"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_page_draft_checked_by_id_person"), type_="foreignkey")
        batch_op.drop_column("checked_at")
        batch_op.drop_column("checked_by_id")
        batch_op.drop_column("years")
    op.drop_table("release_wording")
