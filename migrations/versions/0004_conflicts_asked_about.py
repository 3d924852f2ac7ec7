"""Let a conflict be suggested from an address that nobody confirmed, and be said to have been declared by mistake.

Why: anybody can type anybody's address, so such a nomination holds one candidacy until a person decides, and bars from no cycle;
and somebody who chose the wrong line of a list must be able to ask another person to put it right.
Both ways: a downgrade loses the suggestions from unconfirmed addresses, and what was asked to be corrected.

Revision: 0004
After: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BEFORE = (
    "is the nominee",
    "nominated in this cycle",
    "works at the same school",
    "shares the family name",
    "gave to the fund",
    "declared it",
    "recused while reading",
)
AFTER = (*BEFORE, "may have nominated this person")
STATES = ("suggested", "declared", "confirmed", "dismissed", "waived")


def _one_of(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


def _kinds(words: tuple[str, ...]) -> None:
    """Let `kind` be one of these words. SQLite builds the table anew, and forgets checks that it is not told of."""
    sqlite = op.get_context().dialect.name == "sqlite"
    checks = [sa.CheckConstraint(_one_of("state", STATES), name=op.f("ck_conflict_conflictstate"))] if sqlite else []
    with op.batch_alter_table("conflict", table_args=checks, recreate="always" if sqlite else "never") as batch_op:
        if not sqlite:
            batch_op.drop_constraint(op.f("ck_conflict_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_conflict_kind"), sa.text(_one_of("kind", words)))


def upgrade() -> None:
    _kinds(AFTER)
    with op.batch_alter_table("conflict", schema=None) as batch_op:
        batch_op.add_column(sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("asked", sa.String(), nullable=True))


def downgrade() -> None:
    op.execute("DELETE FROM conflict WHERE kind = 'may have nominated this person'")
    with op.batch_alter_table("conflict", schema=None) as batch_op:
        batch_op.drop_column("asked")
        batch_op.drop_column("asked_at")
    _kinds(BEFORE)
