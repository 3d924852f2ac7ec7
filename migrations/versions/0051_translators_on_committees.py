"""Suggest a conflict where somebody translated what they would read.

Why: a translator sees a text with its names; whoever comes on the committee later is looked at by a person before they read it covered.
Both ways: a downgrade forgets such conflicts.

Revision: 0051
After: 0050
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

BEFORE = (
    "is the nominee",
    "nominated in this cycle",
    "may have nominated this person",
    "works at the same school",
    "shares the family name",
    "gave to the fund",
    "declared it",
    "recused while reading",
    "wrote a letter",
    "is their supervisor",
    "named as family",
    "shares a household or an address",
    "was honored together with them",
)
NEW = "translated what was written"


def _kinds(words: tuple[str, ...]) -> None:
    listed = ", ".join(repr(word) for word in words)
    with op.batch_alter_table("conflict", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_conflict_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_conflict_kind"), sa.text(f"kind IN ({listed})"))


def upgrade() -> None:
    _kinds((*BEFORE, NEW))


def downgrade() -> None:
    op.execute("DELETE FROM conflict WHERE kind = 'translated what was written'")
    _kinds(BEFORE)
